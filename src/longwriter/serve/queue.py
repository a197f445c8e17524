"""Whose turn it is: so many runs at a time, the others in the order in which they came."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from longwriter.errors import LongWriterError

RETRY_S = 60
"""When a client that found the queue full should ask again."""


class QueueFull(LongWriterError):  # noqa: N818 - a state of the server
    """So many runs wait already that no more are taken."""

    def __init__(self, waiting: int) -> None:
        """`waiting`: runs in the queue."""
        super().__init__(f"{waiting} runs wait already; try again in a minute")
        self.retry_s = RETRY_S


class Turns:
    """Runs by name: those that have a turn now, and those that wait for one."""

    def __init__(self, at_once: int, most: int, begin: Callable[[str], None]) -> None:
        """`at_once`: turns; `most`: runs that may wait; `begin`: told whose turn it is."""
        self.at_once, self.most, self._begin = at_once, most, begin
        self._waiting: deque[str] = deque()
        self._having: set[str] = set()
        self._coming = 0

    @property
    def waiting(self) -> tuple[str, ...]:
        """Who waits, the next first."""
        return tuple(self._waiting)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for a new run while it is made. Raises QueueFull where no other run could wait."""
        if len(self._having) + len(self._waiting) + self._coming >= self.at_once + self.most:
            raise QueueFull(len(self._waiting) + self._coming)
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1

    def ask(self, name: str) -> None:
        """Wait for a turn; nothing for a run that has one or waits. Never refused: `place` is for new runs."""
        if name not in self._having and name not in self._waiting:
            self._waiting.append(name)
            self._give()

    def withdraw(self, name: str) -> None:
        """Wait no longer."""
        if name in self._waiting:
            self._waiting.remove(name)

    def leave(self, name: str) -> None:
        """Be through with a turn."""
        self._having.discard(name)
        self._give()

    def close(self) -> None:
        """Nobody gets a turn any more."""
        self._waiting.clear()
        self.at_once = 0

    def _give(self) -> None:
        while self._waiting and len(self._having) < self.at_once:
            name = self._waiting.popleft()
            self._having.add(name)
            self._begin(name)
