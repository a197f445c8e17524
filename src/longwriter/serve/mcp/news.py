"""Waiting for what happens to a run, no longer than a client waits, with progress told meanwhile."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable

from longwriter.serve.feed import Change, Feed, Gone, PlanChanged, SectionChanged, StateChanged, Words
from longwriter.text import counted

TELL_EVERY_S = 2.0
"""Clients count silence: some give up after 30 s, most after 60 s."""
AT_WORK = ("queued", "planning", "writing")
Tell = Callable[[float, str], Awaitable[None]]
"""Hears seconds and a sentence."""


async def news(feed: Feed, since: int, wait_s: float, tell: Tell) -> None:
    """Return when a section or the outline has changed since a position, the state is another, or time is up."""
    before, begun = feed.state().name, time.monotonic()
    if before not in AT_WORK and feed.position <= since:
        return
    changes = feed.changes(since)
    coming: asyncio.Task[Change] | None = None
    try:
        while (left := wait_s - (time.monotonic() - begun)) > 0:
            coming = coming or asyncio.ensure_future(anext(changes))
            done, _ = await asyncio.wait([coming], timeout=min(left, TELL_EVERY_S))
            if not done:
                await tell(time.monotonic() - begun, said(feed))
                continue
            change, coming = coming.result(), None
            match change:
                case PlanChanged() | SectionChanged() | Gone():
                    return
                case StateChanged(state=state) if state.name != before:
                    return
                case Words() | StateChanged():
                    continue
    except StopAsyncIteration:
        return
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
        await changes.aclose()


def said(feed: Feed) -> str:
    """How far it is, for a person."""
    meter, state = feed.meter(), feed.state()
    minutes = meter.minutes_left if state.name in AT_WORK else None
    left = f", about {counted(math.ceil(minutes), 'minute')} left" if minutes is not None else ""
    cost = f", ${meter.cost:.2f}" if meter.cost else ""
    asked = f" of {meter.aim:,}" if meter.aim is not None else ""
    return f"{state.name}: {meter.words:,}{asked} words{left}{cost}"
