"""The runs of a folder, as a server has them: begun, gone on with, changed, watched, listed, deleted.

All that is decided here is a record in a run's journal, so that a server that is killed goes on with the same when it
starts again. The journal's lock says whose a run is: one that another process works on is shown and left alone.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Self, TypeVar

from longwriter.api.settings import as_path
from longwriter.errors import InputError, LongWriterError, RunError
from longwriter.models.base import ModelConfig
from longwriter.runs.folders import ID
from longwriter.serve.feed import Activity, Feed
from longwriter.serve.queue import Turns
from longwriter.serve.rows import Rows, RunRow
from longwriter.serve.settings import ServeSettings
from longwriter.serve.trash import Trash
from longwriter.serve.writing.begin import is_run, make_import, make_run, new_import, new_run, set_ceiling
from longwriter.serve.writing.going import going, is_going
from longwriter.serve.writing.live import LiveRun
from longwriter.serve.writing.spending import DaySpending
from longwriter.serve.writing.worker import GRACE_S, WorkerThread
from longwriter.serve.writing.writer import RunWriter, note_failure
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.revising.outcomes import unended
from longwriter.writer.revision.edits import Edits, has_work
from longwriter.writer.stored import editing

T = TypeVar("T")
LINGER_S = 30.0
"""How long a feed stays open after its last reader: to fold a book again takes 0.2 s."""
LOG = logging.getLogger("longwriter.serve")


class Desk:
    """The runs of a folder. Its methods are called on the server's loop, inside `async with`."""

    def __init__(self, home: Path, settings: ServeSettings = ServeSettings()) -> None:  # noqa: B008 - frozen
        """`home`: the folder that holds the run folders."""
        self.home, self.settings = home, settings
        self._prices = as_path(settings.write.get("prices"))
        self.spending = DaySpending(home, settings.max_cost_per_day)
        self.closing = asyncio.Event()
        """Set when the server ends: whoever streams comes to an end."""
        self._turns = Turns(settings.max_runs, settings.queue, self._begin_turn)
        self._writer = RunWriter(home, settings, self.spending)
        self._rows, self._trash = Rows(home, self._prices), Trash(home)
        self._rows_alone = asyncio.Lock()
        self._live: dict[str, LiveRun] = {}
        self._feeds: dict[str, tuple[asyncio.Task[Feed], int]] = {}
        self._alone: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Held while this server works on a run that is not live, and while one becomes so."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._worker: WorkerThread
        self._loop: asyncio.AbstractEventLoop

    async def __aenter__(self) -> Self:
        """Go on with every run that was going, unless another process has it."""
        self._loop = asyncio.get_running_loop()
        self._worker = WorkerThread()
        self._worker.start()
        if not self.settings.read_only:
            await asyncio.to_thread(self._trash.purge)
            for name in await asyncio.to_thread(going, self.home):
                self._turns.ask(name)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all, with the sentences that came; what was going goes on at the next start."""
        self.leave()
        self._turns.close()
        for live in self._live.values():
            live.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_S)
        for feed in self._open_feeds():
            feed.end()
        await self._worker.stop()

    def leave_soon(self) -> None:
        """`leave`, called by a signal's handler."""
        self._loop.call_soon_threadsafe(self.leave)

    def leave(self) -> None:
        """The server is about to end: readers come to their end."""
        self.closing.set()
        for feed in self._open_feeds():
            feed.end()

    def _open_feeds(self) -> list[Feed]:
        opened = (feed for feed, _ in self._feeds.values())
        return [f.result() for f in opened if f.done() and not f.cancelled() and f.exception() is None]

    def folder(self, name: str) -> Path:
        """The folder of a run. Raises InputError for what is none."""
        if not ID.fullmatch(name) or not is_run(self.home / name):
            raise InputError(f"no run {name!r} here")
        return self.home / name

    def spent_today(self) -> float:
        """US dollars since midnight UTC, as far as prices are known."""
        return self.spending.today()

    def alive(self, name: str) -> bool:
        """Whether this server writes the run now."""
        return name in self._live

    async def begin(
        self, prompt: str, options: Mapping[str, Any], *, name: str | None = None, going: bool = True,
        approve: bool = False, review: bool = False,
    ) -> str:  # fmt: skip
        """Begin a run; its name. It waits for its turn.

        `options`: of `longwriter.write`, see `writing.begin.ASKED`. `name`: of the folder, which may not be there. `going`:
        write it; `approve`: its outline waits to be approved first; `review`: each section waits for a permit. Raises
        InputError, QueueFull, and CeilingReached where today's budget is spent.
        """
        self._may_change()
        control = ControlRecord(going=going, approve=approve, review=review)
        return await self._whole(self._begin(prompt, options, name, control))

    async def _begin(self, prompt: str, options: Mapping[str, Any], name: str | None, control: ControlRecord) -> str:
        with self._turns.place() if control.going else nullcontext():
            if control.going:
                self.spending.check()
            job = await asyncio.to_thread(new_run, self.home, self.settings, prompt, options, name)
            made = await asyncio.to_thread(make_run, job, control, numbered=name is None)
        if control.going:
            self._turns.ask(made)
        return made

    async def import_draft(
        self, file: str, data: bytes, options: Mapping[str, Any], *, going: bool = True, approve: bool = False,
        review: bool = False,
    ) -> str:  # fmt: skip
        """Make a run of a draft, and write what is to come where there is a length of the whole; its name.

        `file`: name of the file that holds `data`. The rest as for `begin`; the same draft finds its run.
        """
        self._may_change()
        control = ControlRecord(going=going and options.get("words") is not None, approve=approve, review=review)
        return await self._whole(self._import(file, data, options, control))

    async def _import(self, file: str, data: bytes, options: Mapping[str, Any], control: ControlRecord) -> str:
        with self._turns.place() if control.going else nullcontext():
            if control.going:
                self.spending.check()
            job = await asyncio.to_thread(new_import, self.home, self.settings, file, data, options)
            made = await asyncio.to_thread(make_import, job, control)
        if control.going:
            self._turns.ask(made)
        return made

    async def _whole(self, change: Coroutine[Any, Any, T]) -> T:
        """What a change gives. It is made to its end, also where whoever asked for it is gone meanwhile."""
        task = asyncio.ensure_future(change)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def go(self, name: str, max_cost: float | None = None) -> None:
        """Write the run, or go on with it. Harmless where it is being written or finished.

        `max_cost`: its ceiling in US dollars from now on; None: as it was. Raises InputError where the server allows less,
        and RunError while the run is written.
        """
        if max_cost is not None:
            folder = self.folder(name)
            self._may_change()
            async with self._alone[name]:
                if name in self._live:
                    raise RunError("the text is being written; pause it, then change its budget")
                await asyncio.to_thread(set_ceiling, folder, self.settings, max_cost)
        await self.do(name, lambda edits: edits.control(going=True))

    async def pause(self, name: str) -> None:
        """Stop at once; the sentences that came are kept."""
        folder = self.folder(name)
        self._may_change()
        await self._whole(
            self._stopped(name, lambda: _edited(folder, lambda edits: edits.control(going=False, revise=())))
        )

    async def _stopped(self, name: str, action: Callable[[], T]) -> T:
        """Stop a run at once, and do something with it, in a thread, before anything else can."""
        while True:
            async with self._alone[name]:
                live = self._live.get(name)
                if live is None:
                    self._turns.withdraw(name)
                    return await asyncio.to_thread(action)
            live.stop()
            await live.over.wait()

    async def after_section(self, name: str) -> None:
        """Stop after the section under way."""
        await self.do(name, lambda edits: edits.control(going=False))

    async def revise(self, name: str, findings: Iterable[str] | None, by: ModelConfig | None = None) -> None:
        """Mend these findings, by `outcome.dismissed.key`, passage by passage; `pause` stops, and keeps what is mended.

        `findings` None: all of the revision that came to no end. `by`: a model in place of the run's own. Raises RunError
        while the run is written, CeilingReached where the day's budget is spent, and what `do` raises.
        """
        self.spending.check()
        if name in self._live or name in self._turns.waiting:
            raise RunError("the text is being worked on; wait for its end, or pause it, then mend")
        chosen = None if findings is None else tuple(findings)
        await self.do(
            name, lambda edits: edits.control(revise=unended(edits.session) if chosen is None else chosen, by=by)
        )

    async def permit(self, name: str) -> None:
        """In review: the next section may begin."""
        await self.do(name, lambda edits: edits.control(permit=True))

    async def review(self, name: str, on: bool) -> None:
        """Let each section wait for a permit, or none."""
        await self.do(name, lambda edits: edits.control(review=on))

    async def approve(self, name: str) -> None:
        """The outline is approved."""
        await self.do(name, lambda edits: edits.control(approve=False, going=True))

    async def do(self, name: str, action: Callable[[Edits], T]) -> T:
        """Change a run, and let it be written where the change asks for that; what `action` returns.

        It runs on the live session in the worker's thread, or else on the run, opened under its lock. Raises what it
        raises, InputError for no run, and RunError where another process works on it.
        """
        folder = self.folder(name)
        self._may_change()
        return await self._whole(self._do(name, folder, action))

    async def _do(self, name: str, folder: Path, action: Callable[[Edits], T]) -> T:
        while True:
            async with self._alone[name]:
                live = self._live.get(name)
                if live is None:
                    result, more = await asyncio.to_thread(_edited, folder, action)
                    break
            await live.settled()
            if live.revision is not None and not live.over.is_set():
                raise RunError("the text is being revised; stop that first, or wait for its end")
            done = await self._worker.begin(live.do(action)).result()
            if done is not None:
                return done[0]
            await live.over.wait()
        if more:
            self._turns.ask(name)
        return result

    async def delete(self, name: str) -> str:
        """Put a run into the trash; what `undo` takes. Raises RunError where another process works on it."""
        self._may_change()
        folder = self.folder(name)
        return await self._whole(self._stopped(name, lambda: self._trash.delete(folder)))

    async def undo(self, undo: str) -> str:
        """Bring a deleted run back, going where it was; its name. Raises InputError."""
        self._may_change()
        return await self._whole(self._undo(undo))

    async def _undo(self, undo: str) -> str:
        name = await asyncio.to_thread(self._trash.undo, undo)
        if await asyncio.to_thread(is_going, self.home / name):
            self._turns.ask(name)
        return name

    @asynccontextmanager
    async def feed(self, name: str) -> AsyncIterator[Feed]:
        """The run as it grows; one feed for all who watch it. Raises InputError for no run, RunError for a damaged one."""
        folder = self.folder(name)
        opening, readers = self._feeds.get(name, (None, 0))
        if opening is None or (opening.done() and (opening.exception() is not None or opening.result().over)):
            opening, readers = asyncio.create_task(self._open(name, folder)), 0
        self._feeds[name] = opening, readers + 1
        try:
            feed = await asyncio.shield(opening)
            feed.look()
            yield feed
        finally:
            self._left(name, opening)

    async def _open(self, name: str, folder: Path) -> Feed:
        feed = Feed(folder, lambda: self._activity(name), self._prices)
        await feed.open()
        return feed

    def _left(self, name: str, opening: asyncio.Task[Feed]) -> None:
        """A reader left. With the last one the feed ends, but not at once: a page asks for one thing after the other."""
        known, readers = self._feeds.get(name, (None, 0))
        if known is opening:
            self._feeds[name] = opening, readers - 1
            if readers == 1:
                self._loop.call_later(LINGER_S, self._forget, name, opening)

    def _forget(self, name: str, opening: asyncio.Task[Feed]) -> None:
        if self._feeds.get(name) == (opening, 0):
            del self._feeds[name]
            if opening.done() and not opening.cancelled() and opening.exception() is None:
                opening.result().end()

    async def rows(self) -> list[RunRow]:
        """All runs, the one that was active last first."""
        names = {*self._live, *self._turns.waiting}
        activities = {name: Activity(name in self._live, name not in self._live) for name in names}
        async with self._rows_alone:
            return await asyncio.to_thread(self._rows.rows, activities)

    def _activity(self, name: str) -> Activity:
        live = self._live.get(name)
        texts, revision = (live.texts, live.revision) if live else ({}, None)
        return Activity(live is not None, name in self._turns.waiting, texts, revision)

    def _may_change(self) -> None:
        if self.settings.read_only:
            raise InputError("this server is read-only")
        if self.closing.is_set():
            raise InputError("the server is ending; try again in a moment")

    def _begin_turn(self, name: str) -> None:
        task = asyncio.ensure_future(self._write(name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, name: str) -> None:
        """One turn of a run."""
        more = False
        try:
            async with self._alone[name]:
                if self.closing.is_set() or not is_run(self.home / name):
                    return
                live = self._live[name] = LiveRun(name, self._writer.count)
                live.work = self._worker.begin(self._writer.write(live))
            failure = await live.work.over()
            if failure is None:
                more = not live.work.stopped and await live.work.result()
            elif isinstance(failure, LongWriterError):
                LOG.warning("%s: %s", name, failure)
            else:
                LOG.error("%s: %s", name, failure, exc_info=failure)
            if failure is not None:
                await asyncio.to_thread(note_failure, self.home / name, failure)
        finally:
            if name in self._live:
                self._live.pop(name).end()
            self._turns.leave(name)
        if more and not self.closing.is_set():
            self._turns.ask(name)


def _edited(folder: Path, action: Callable[[Edits], T]) -> tuple[T, bool]:
    """Change a run that nobody works on; what `action` returns, and whether the run is to be written because of it."""
    with editing(folder) as session:
        manuscript = session.manuscript
        stopped, control, drafts = manuscript.stopped is not None, manuscript.control, manuscript.wanted_drafts()
        result = action(Edits(session))
        more_drafts = len(manuscript.wanted_drafts()) > len(drafts)
        asked = manuscript.control is not control or not stopped
        return result, more_drafts or (asked and has_work(session))
