"""A text given while it is written: its events, and the pieces of the document that they finish."""

import asyncio
import queue
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from contextlib import aclosing, closing

from longwriter.api.job import WriteJob
from longwriter.api.loop import Background, interruptible
from longwriter.writer.events import Event, OnEvent, Planned, SectionDone, Warned


def events_of(job: WriteJob, *, live: bool) -> Generator[Event, None, None]:
    """Do a job and give what happens. `live`: all of it, words as they come included; else what finishes text.

    Raises what the job raises, after what came before. Closing the generator stops the job.
    """
    found: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    watched = job.watched_by(_hearing(job, found.put, live=live), live=live)

    async def whole() -> None:
        try:
            await watched.work()
        finally:
            found.put(None)

    with watched.claimed():
        watched.fetch()
        with Background(whole()) as background:
            while (event := _next(found)) is not None:
                yield event
            background.result()


def _next(found: "queue.SimpleQueue[Event | None]") -> Event | None:
    with interruptible():
        return found.get()


async def aevents_of(job: WriteJob, *, live: bool) -> AsyncGenerator[Event, None]:
    """Do a job on the caller's loop and give what happens; all else is as with `events_of`."""
    found: asyncio.Queue[Event | None] = asyncio.Queue()
    watched, loop = job.watched_by(_hearing(job, found.put_nowait, live=live), live=live), asyncio.get_running_loop()

    def say(text: str) -> None:
        loop.call_soon_threadsafe(watched.options.on_event, Warned(text))

    async def whole() -> None:
        try:
            await asyncio.to_thread(watched.fetch, say)
            await watched.work()
        finally:
            found.put_nowait(None)

    with watched.claimed():
        task = asyncio.create_task(whole())
        try:
            while (event := await found.get()) is not None:
                yield event
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _hearing(job: WriteJob, put: OnEvent, *, live: bool) -> OnEvent:
    """What the job's own watcher hears, and what is given."""

    def hear(event: Event) -> None:
        job.options.on_event(event)
        if live or isinstance(event, Planned | SectionDone):
            put(event)

    return hear


class GrowingDocument:
    """The document in the making: what can be given of it after each event, in order."""

    def __init__(self) -> None:
        """Nothing is finished yet."""
        self._finished: dict[int, SectionDone] = {}
        self._next = 0
        self._held = ""
        """Whitespace of the last piece, which is given only if what follows joins it."""
        self.end = "\n"
        """What is given when no more comes."""

    def see(self, event: Event) -> Iterator[str]:
        """What can be given now; empty pieces among it."""
        match event:
            case Planned(plan, _, titled) if titled and plan.title:
                yield self._joined(f"# {plan.title}", "")
            case SectionDone(index):
                self._finished[index] = event
                while self._next in self._finished:
                    done = self._finished.pop(self._next)
                    self.end = done.end
                    yield self._joined(done.text, done.joint)
                    self._next += 1

    def _joined(self, text: str, joint: str) -> str:
        whole = (joint or self._held) + text
        given = whole.rstrip()
        self._held = whole[len(given) :]
        return given


def pieces(job: WriteJob) -> Iterator[str]:
    """The text as it grows, in order; the pieces add up to the document."""
    document = GrowingDocument()
    with closing(events_of(job, live=False)) as events:
        for event in events:
            yield from filter(None, document.see(event))
    yield document.end


async def apieces(job: WriteJob) -> AsyncIterator[str]:
    """The text as it grows, on the caller's loop."""
    document = GrowingDocument()
    async with aclosing(aevents_of(job, live=False)) as events:
        async for event in events:
            for piece in filter(None, document.see(event)):
                yield piece
    yield document.end
