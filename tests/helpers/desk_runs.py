"""Runs of a desk in the test's own process: with a model that answers at once, and with one that takes its time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

from longwriter.journal import Journal
from longwriter.serve.desk import Desk
from longwriter.serve.feed import Change, Feed, StateChanged
from longwriter.serve.settings import ServeSettings
from longwriter.types import Plan, Section
from tests.helpers.server import Server

PROMPT = "Write a 1500-word history of bridges"
PLAN = Plan(title="Bridges", sections=tuple(Section(title=f"Part {n}", point="stone", words=200) for n in "abc"))
PRICES = '[[price]]\nmodel = "fake*"\ninput = 1000.0\noutput = 1000.0\nas_of = 2026-11-01\n'
"""A dollar for a thousand tokens."""


def desk_in(home: Path, **settings: Any) -> Desk:
    return Desk(home, ServeSettings(**{"write": {"model": "fake:"}, **settings}))


@asynccontextmanager
async def slow(home: Path, per_token_s: float = 0.005, **settings: Any) -> AsyncIterator[tuple[Desk, Server]]:
    """A desk whose model says 200 tokens a second."""
    with Server(ratio=0.9, per_token_s=per_token_s) as model:
        write = {"model": "local", "base_url": model.url, **settings.pop("write", {})}
        async with desk_in(home, write=write, **settings) as desk:
            yield desk, model


async def seen(feed: Feed, reached: Callable[[Change], bool], since: int = 0) -> list[Change]:
    """What a reader is told until something is reached."""
    found = []
    async with asyncio.timeout(60), aclosing(feed.changes(since)) as changes:
        async for change in changes:
            found.append(change)
            if reached(change):
                break
    return found


def is_state(*names: str) -> Callable[[Change], bool]:
    return lambda change: isinstance(change, StateChanged) and change.state.name in names


async def until(desk: Desk, name: str, *states: str) -> StateChanged:
    async with desk.feed(name) as feed:
        *_, last = await seen(feed, is_state(*states))
    assert isinstance(last, StateChanged)
    return last


async def begun(desk: Desk, name: str, sections: int) -> None:
    """Wait until so many sections are finished, and the next is under way."""
    async with desk.feed(name) as feed:
        await seen(feed, lambda c: isinstance(c, StateChanged) and c.state.name == "writing" and bool(c.writing)
                   and len(feed.following.session.document.words) >= sections)  # fmt: skip


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in Journal(folder / "journal.jsonl", read_only=True)]
