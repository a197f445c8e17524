"""Asynchronous work for callers that are not: in a script here, beside a notebook's running loop in a thread of its own."""

import asyncio
import contextvars
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, or what it raises. Ctrl-C cancels it, so that it closes its files: KeyboardInterrupt then."""
    if not _loop_is_running():
        return asyncio.run(work)
    with Background(work) as background:
        return background.result()


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Background(Generic[T]):
    """Work on a loop of its own in another thread, begun on entering and over on leaving."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        """`work` is awaited there."""
        self._work = work
        self._task: asyncio.Future[T] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._begun, self._over = threading.Event(), threading.Event()
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=context.run, args=(self._run,), name="longwriter", daemon=True)

    def _run(self) -> None:
        async def whole() -> None:
            self._task = asyncio.ensure_future(self._work)
            self._begun.set()
            await asyncio.wait([self._task])

        assert self._loop is not None
        loop = self._loop
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(whole())
        finally:
            self._begun.set()
            self._over.set()

    def __enter__(self) -> "Background[T]":
        try:
            self._loop = asyncio.new_event_loop()  # here, so that whoever asked hears why there can be none
        except OSError:
            self._work.close()
            raise
        self._thread.start()
        self._begun.wait()
        return self

    def __exit__(self, *_: object) -> None:
        """Cancel what is not over yet, and wait until its files are closed."""
        if self._task is not None and self._loop is not None:
            with suppress(RuntimeError):  # its loop is closed: all is over
                self._loop.call_soon_threadsafe(self._task.cancel)
        self._over.wait()

    def result(self) -> T:
        """Wait for the end; what came of it, or what it raised."""
        with interruptible():
            self._over.wait()  # not `join`: in Python 3.11 an interrupted one takes the thread for ended
        assert self._task is not None
        return self._task.result()


@contextmanager
def interruptible() -> Iterator[None]:
    """While this thread waits, Ctrl-C raises KeyboardInterrupt: the handler of `asyncio.run` would wait for the loop."""
    here = threading.current_thread() is threading.main_thread() and _loop_is_running()
    before = signal.getsignal(signal.SIGINT) if here else None
    if not callable(before):  # ignored (nohup), or set by other than Python
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
