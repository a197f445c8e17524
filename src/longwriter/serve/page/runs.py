"""Whole runs over HTTP: the list, one of them, what it may do, its report, its way out, its end and the way back."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from longwriter import __version__
from longwriter.api.book.exporting import run_content
from longwriter.export.formats import FORMATS
from longwriter.serve.desk import Desk
from longwriter.serve.exports import disposition, offered
from longwriter.serve.page.asking import (
    GoAsked,
    Nothing,
    ReviewAsked,
    SnapshotAsked,
    UndoAsked,
    asked,
    planned,
    run_named,
    spoken,
)
from longwriter.serve.page.findings import shown_ledger, shown_report
from longwriter.serve.page.shown import PageJson, run_json
from longwriter.serve.page.streams import rows_with
from longwriter.writer.outcome.ledger import ledger_of
from longwriter.writer.revising.revise import Reviser
from longwriter.writer.revising.wishes import Wishes
from longwriter.writer.revision.user_facts import UserFacts
from longwriter.writer.stored import stored

LANGUAGES = ["en", "zh"]
REPORTS = 16
"""Reports that are kept."""


async def me(_: Request, desk: Desk) -> Response:
    """What this server is."""
    told = {"version": __version__, "read_only": desk.settings.read_only, "languages": LANGUAGES}
    return PageJson(told | {"exports": offered()})


async def listed(request: Request, desk: Desk) -> Response:
    """The list, or the rows in which all words of `q` stand."""
    rows = await desk.rows()
    return PageJson({"runs": rows_with(rows, request.query_params.get("q", ""))})


async def one(request: Request, desk: Desk) -> Response:
    """A run without its texts."""
    name = run_named(request, desk)
    async with desk.feed(name) as feed:
        return PageJson(run_json(feed, name, read_only=desk.settings.read_only))


def acting(act: Callable[[Desk, str], Awaitable[None]]) -> Callable[[Request, Desk], Awaitable[Response]]:
    """A handler that does one thing with a run."""

    async def handle(request: Request, desk: Desk) -> Response:
        await asked(request, Nothing)
        await act(desk, run_named(request, desk))
        return PageJson({})

    return handle


async def go(request: Request, desk: Desk) -> Response:
    """Write a run, or go on with it."""
    told = await asked(request, GoAsked)
    await desk.go(run_named(request, desk), told.max_cost)
    return PageJson({})


async def review(request: Request, desk: Desk) -> Response:
    """Let each section wait for a permit, or none."""
    told = await asked(request, ReviewAsked)
    await desk.review(run_named(request, desk), told.on)
    return PageJson({})


async def delete(request: Request, desk: Desk) -> Response:
    """Put a run into the trash, and say how to bring it back."""
    return PageJson({"undo": await desk.delete(run_named(request, desk))})


async def undo(request: Request, desk: Desk) -> Response:
    """Bring a deleted run back."""
    return PageJson({"name": await desk.undo((await asked(request, UndoAsked)).undo)})


async def snapshots(request: Request, desk: Desk) -> Response:
    """The named states of a run, the last first."""
    async with desk.feed(run_named(request, desk)) as feed:
        session = feed.following.session
        kept = session.manuscript.snapshots if session else {}
    found = [{"entry": entry, "name": record.name, "at": record.at} for entry, record in kept.items()]
    return PageJson({"snapshots": found[::-1]})


async def snapshot(request: Request, desk: Desk) -> Response:
    """Give a run as it is a name."""
    told = await asked(request, SnapshotAsked)
    entry = await desk.do(run_named(request, desk), lambda edits: edits.snapshot(told.name))
    return PageJson({"entry": entry}, status_code=201)


async def restore(request: Request, desk: Desk) -> Response:
    """Make a run what it was at a snapshot."""
    await asked(request, Nothing)
    entry: int = request.path_params["entry"]
    await desk.do(run_named(request, desk), lambda edits: edits.restore(entry))
    return PageJson({})


async def ledger(request: Request, desk: Desk) -> Response:
    """What is said of those who are in the text, a person's facts first."""
    name = run_named(request, desk)
    async with desk.feed(name) as feed:
        planned(feed.following.session)
    return PageJson(await asyncio.to_thread(_ledger, desk.folder(name)))


async def say_facts(request: Request, desk: Desk) -> Response:
    """Make these all that a person says is so."""
    told = await asked(request, UserFacts)
    await desk.do(run_named(request, desk), lambda edits: edits.facts(told.as_ledger()))
    return PageJson({})


async def export(request: Request, desk: Desk) -> Response:
    """The text as a file."""
    form = request.path_params["form"]
    if form not in offered():
        raise HTTPException(404, f"no such form here; there are {', '.join(offered())}")
    name = run_named(request, desk)
    async with desk.feed(name) as feed:
        planned(feed.following.session)
    content = await asyncio.to_thread(run_content, desk.folder(name), form)
    assert isinstance(content, bytes)  # a folder is no form of the table
    headers = {"content-disposition": disposition(name, form), "content-security-policy": "sandbox; default-src 'none'"}
    return Response(content, media_type=FORMATS[form].media, headers=headers)


class Reports:
    """The reports that were asked for last, each made once for a state of its run."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._kept: OrderedDict[tuple[str, int, str], dict[str, Any]] = OrderedDict()
        self._making = asyncio.Lock()

    async def report(self, request: Request) -> Response:
        """What a person should know of a text, and where."""
        name = run_named(request, self.desk)
        async with self.desk.feed(name) as feed:
            planned(feed.following.session)
            key = name, feed.position, spoken(request)
        async with self._making:
            if key not in self._kept:
                self._kept[key] = await asyncio.to_thread(_report, self.desk.folder(name), key[2])
                if len(self._kept) > REPORTS:
                    self._kept.popitem(last=False)
        return PageJson(self._kept[key])


def _ledger(folder: Path) -> dict[str, Any]:
    """Of the run as it is, read apart as `_report` does."""
    document = planned(stored(folder)).document
    return shown_ledger(document, ledger_of(document))


def _report(folder: Path, language: str) -> dict[str, Any]:
    """Of the run as it is, read apart: half a second of work must not meet a change."""
    session = planned(stored(folder))
    unmendable = Reviser(session, folder, Wishes()).unmendable() if session.document.texts else {}
    return shown_report(session.document, session.result().report, unmendable, language)
