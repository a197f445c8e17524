"""What happens, as server-sent events: a run's to all who watch it, and the list's."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longwriter.characters import whole_characters
from longwriter.serve.desk import Desk
from longwriter.serve.feed import Change, Feed, Gone, PlanChanged, SectionChanged, StateChanged, Words
from longwriter.serve.page.asking import run_named
from longwriter.serve.page.markdown import RENDERED
from longwriter.serve.page.shown import changed_json, plan_json, row_json, shown_text, state_json
from longwriter.serve.rows import RunRow
from longwriter.serve.sse import EventStream, event, retry

LIST_S = 1.0
"""Between two looks at the list."""


def compact(told: object) -> str:
    """JSON without spaces, of characters that can be sent."""
    return whole_characters(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def cursor_of(request: Request) -> int:
    """Where a reader stopped: what its browser says when it comes back, else the address. Nonsense is the beginning."""
    for told in (request.headers.get("last-event-id", ""), request.query_params.get("since", "")):
        if told.isdecimal() and len(told) < 15:
            return int(told)
    return 0


async def watch_run(request: Request, desk: Desk) -> Response:
    """A run as it grows, from a cursor on."""
    name, since = run_named(request, desk), cursor_of(request)
    return EventStream(_run_events(desk, name, since))


async def _run_events(desk: Desk, name: str, since: int) -> AsyncGenerator[bytes, None]:
    yield retry()
    async with desk.feed(name) as feed:
        if desk.closing.is_set():  # a feed that was still being opened then was not told
            return
        changes, stale = feed.changes(since), None if since != feed.position else _stale(feed)
        try:
            async for change in changes:
                if isinstance(change, SectionChanged):
                    await _rendered(feed, change.index)
                yield feed.encoded(change, lambda change: _encoded(feed, change))
                if isinstance(change, StateChanged):  # the last of those that are of one moment
                    before, stale = stale, _stale(feed)
                    if before not in (None, stale):
                        plan = plan_json(feed, feed.following.session)  # by now it may be ahead of what was told
                        told = change.position
                        yield event(compact(plan | {"position": told}), name="plan", id=told)
        finally:
            await changes.aclose()


def _stale(feed: Feed) -> list[int]:
    """Sections whose earlier text has changed: no record says that of them."""
    session = feed.following.session
    if session is None or not session.manuscript.planned:
        return []
    return [part.index for part in session.document.parts() if part.stale]


async def _rendered(feed: Feed, index: int) -> None:
    """Render a section away from the server's loop; the next who asks finds it."""
    session = feed.following.session
    if session is not None and index in session.document.texts:
        await asyncio.to_thread(RENDERED.of, shown_text(session, index), index)


def _encoded(feed: Feed, change: Change) -> bytes:
    """A change as the page reads it. Words have no cursor: whoever comes back is given them whole."""
    session = feed.following.session
    match change:
        case PlanChanged(position):
            return event(compact(plan_json(feed, session) | {"position": position}), name="plan", id=position)
        case SectionChanged(position, index):
            if session is None or index >= len(session.manuscript.ids):  # the outline changed since: it is told next
                return b""
            return event(compact(changed_json(session, index)), name="section", id=position)
        case StateChanged(position):
            return event(compact(state_json(feed)), name="state", id=position)
        case Words(index, at, text):
            return event(compact({"index": index, "at": at, "text": text}), name="words")
        case Gone():
            return event("{}", name="gone")


class ListWatch:
    """The list of runs, looked at once for all who watch it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._rows: dict[str, RunRow] | None = None
        self._news = asyncio.Event()
        self._readers = 0
        self._looking: asyncio.Task[None] | None = None

    async def events(self) -> AsyncGenerator[bytes, None]:
        """All rows, then those that change."""
        yield retry()
        self._readers += 1
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        told: dict[str, RunRow] | None = None
        try:
            while not self.desk.closing.is_set() and not self._looking.done():
                news, rows = self._news, self._rows
                if rows is not None and rows != told:
                    before = told or {}
                    changed = [row_json(row) for name, row in rows.items() if before.get(name) != row]
                    gone = [name for name in before if name not in rows]
                    yield event(compact({"rows": changed, "gone": gone}), name="rows")
                    told = rows
                await news.wait()
        finally:
            self._readers -= 1
            if not self._readers and self._looking is not None:
                self._looking.cancel()
                self._looking = self._rows = None

    async def _look(self) -> None:
        """Look again and again."""
        try:
            while not self.desk.closing.is_set():
                rows = {row.name: row for row in await self.desk.rows()}
                if rows != self._rows:
                    self._rows = rows
                    self._tell()
                await asyncio.sleep(LIST_S)
        finally:  # whatever it is that ended it: readers who wait for ever would not come back
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()


def rows_with(rows: Sequence[RunRow], words: str) -> list[dict[str, Any]]:
    """The rows in whose title, request or name all of these words stand."""
    wanted = words.casefold().split()
    return [
        row_json(row)
        for row in rows
        if all(word in f"{row.title}\n{row.instruction}\n{row.name}".casefold() for word in wanted)
    ]
