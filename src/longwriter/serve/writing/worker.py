"""The thread in which everything is written: its loop, and its open models.

One loop for all sessions, so that no fold of a long run holds up an answer. Models that several runs ask at the same time
are open once: a model's file is in the memory once, too.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from longwriter.models.base import Model, ModelConfig, open_model

T = TypeVar("T")
GRACE_S = 4.0
"""How long sessions may take to let go when the server ends; a model of this process may be in the middle of a batch."""


class Work(Generic[T]):
    """Something that is done in the worker's thread. Used in the server's."""

    def __init__(self, work: Coroutine[Any, Any, T], there: asyncio.AbstractEventLoop) -> None:
        """Begins at once."""
        self._there = there
        self._task: asyncio.Task[T] | None = None
        self.stopped = False
        self._whole = asyncio.run_coroutine_threadsafe(self._run(work), there)

    async def _run(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        self._task = asyncio.ensure_future(work)
        if self.stopped:
            self._task.cancel()
        await asyncio.wait([self._task])
        return self._task

    def stop(self) -> None:
        """Cancel it, once: a second time would break off the closing of its files. `over` tells when it is over."""
        if not self.stopped:
            self.stopped = True
            self._there.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None:  # else it is, as it begins
            self._task.cancel()

    async def over(self) -> BaseException | None:
        """Wait for the end; what it failed with, None where it did not or was stopped."""
        task = await asyncio.shield(asyncio.wrap_future(self._whole))
        return None if task.cancelled() else task.exception()

    async def result(self) -> T:
        """Wait for what comes of it, or raise what it raised."""
        return (await asyncio.shield(asyncio.wrap_future(self._whole))).result()


class WorkerThread:
    """A thread with a loop of its own. Its methods are called in the thread of the server."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="longwriter-worker", daemon=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    async def stop(self) -> None:
        """End; what still runs there by now is left."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join, GRACE_S)

    def begin(self, work: Coroutine[Any, Any, T]) -> Work[T]:
        """Begin to work there."""
        return Work(work, self._loop)


class OpenModels:
    """Models by their settings, each open while somebody uses it. Belongs to the worker's thread."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Model, int]] = {}

    @asynccontextmanager
    async def model(self, config: ModelConfig) -> AsyncIterator[Model]:
        """The open model of these settings. Raises SetupError where it cannot be opened."""
        key = config.model_dump_json()
        model, users = self._open[key] if key in self._open else (open_model(config), 0)
        self._open[key] = model, users + 1
        try:
            yield model
        finally:
            model, users = self._open.pop(key)
            if users > 1:
                self._open[key] = model, users - 1
            else:
                await model.aclose()
