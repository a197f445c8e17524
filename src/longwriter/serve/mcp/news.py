"""Waiting for what happens to a run, no longer than a client waits, with progress told meanwhile."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from longwriter.serve.feed import Change, Feed, StateChanged, Words
from longwriter.text import count_words, counted

TELL_EVERY_S = 2.0
"""Clients count silence: some give up after 30 s, most after 60 s."""
AT_WORK = ("queued", "planning", "writing", "to revise", "revising")
Tell = Callable[[float, str], Awaitable[None]]
"""Hears seconds and a sentence."""


async def news(feed: Feed, since: int, wait_s: float, tell: Tell) -> None:
    """Return when a section or the outline has changed since a position, the state is another, or time is up."""
    before, begun = feed.state().name, time.monotonic()
    if before not in AT_WORK and feed.position <= since:
        return
    changes, told = feed.changes(since), begun
    coming: asyncio.Task[Change] | None = None
    try:
        while (left := begun + wait_s - time.monotonic()) > 0:
            coming = coming or asyncio.ensure_future(anext(changes))
            done, _ = await asyncio.wait([coming], timeout=min(left, TELL_EVERY_S))
            if time.monotonic() >= told + TELL_EVERY_S:
                told = time.monotonic()
                await tell(told - begun, said(feed))
            if done:
                change, coming = coming.result(), None
                if _is_news(change, before):
                    return
    except StopAsyncIteration:
        return
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await changes.aclose()


def _is_news(change: Change, before: str) -> bool:
    match change:
        case Words():
            return False
        case StateChanged(state=state):
            return state.name != before
    return True


def said(feed: Feed) -> str:
    """How far it is, for a person; words under way are counted."""
    meter, state, session = feed.meter(), feed.state(), feed.following.session
    written = session.document.texts if session is not None else {}
    words = meter.words + sum(count_words(text) for i, text in feed.live.items() if i not in written)
    asked = f" of {meter.aim:,}" if meter.aim is not None else ""
    minutes = meter.minutes_left if state.name in AT_WORK else None
    left = f", about {counted(math.ceil(minutes), 'minute')} left" if minutes else ""
    cost = f", ${meter.cost:.2f}" if meter.cost else ""
    return f"{state.name}: {words:,}{asked} words{left}{cost}"
