"""How a command ends when it is told to: Ctrl-C, SIGTERM (kill, systemd, a batch queue), SIGHUP (a closed terminal).

The work is cancelled, so that connections are closed and the sentences of a reply that had come are kept. A backend that
does not let go within `GRACE_S` ends with the process: what is finished is in the journal already. The exit code is 128
and the signal's number, as shells have it: 130, 143, 129.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click

GRACE_S = 5.0
"""From the first signal to the end, at most; the same signal again ends at once."""
NOTHING_KEPT = "stopped; nothing was changed"
"""What a command says that has nothing to keep; others say it in the table of their group (`lazy.Listed`)."""
SHOW_CURSOR = "\x1b[?25h"
WHEN_TOLD = (signal.SIGTERM, signal.SIGHUP)


class Ending:
    """The end of this process, once it has been told to end."""

    def __init__(self) -> None:
        self.number = 0
        self.said: Callable[[], str] = lambda: NOTHING_KEPT
        """What a person should know then: what the command keeps."""

    @property
    def code(self) -> int:
        """The exit code; without a signal that was heard here, a Ctrl-C ended it."""
        return 128 + (self.number or signal.SIGINT)

    def begin(self, number: int) -> None:
        """Hear a signal: from now on time is counted. The same once more is the end; another one may come along with it."""
        if number == self.number:
            self.leave()
        if self.number:
            return
        self.number = number
        watch = threading.Timer(GRACE_S, self.leave)
        watch.daemon = True
        watch.start()

    def leave(self) -> None:
        """End now, whatever threads and engines still do."""
        with suppress(OSError, RuntimeError):  # a terminal that was closed; the main thread is writing just now
            if sys.stderr.isatty():
                click.echo(SHOW_CURSOR, err=True, nl=False)
            click.echo(f"longwriter: {self.said()}", err=True)
            sys.stdout.flush()
        os._exit(self.code)


ENDING = Ending()


def end_when_told() -> None:
    """From now on these signals end the command as Ctrl-C does. What ignores them (nohup) goes on ignoring them."""
    for number in WHEN_TOLD:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)
    os.register_at_fork(after_in_child=_as_usual)


def _interrupt(number: int, _: FrameType | None) -> None:
    ENDING.begin(number)
    raise KeyboardInterrupt


def _as_usual() -> None:
    """In a child: whoever made it ends it with a signal, and wants no traceback."""
    for number in WHEN_TOLD:
        if signal.getsignal(number) is _interrupt:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def cancelling(cancel: Callable[[], object]) -> Iterator[None]:
    """While it lasts, these signals and Ctrl-C call `cancel`."""

    def hear(number: int, _: FrameType | None) -> None:
        ENDING.begin(number)
        cancel()

    ours = [n for n in (signal.SIGINT, *WHEN_TOLD) if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, hear) for number in ours}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
