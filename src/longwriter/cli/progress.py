"""What is going on, on standard error: a live bar where a person watches, one line a section elsewhere.

Where nothing was said for a while, because a plan or a section takes its time, a line says that the work goes on.
"""

import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from longwriter.cli.tables import cache, money
from longwriter.types import Plan
from longwriter.writer.events import Event, Planned, SectionDone, SectionStarted, Streamed, Warned

QUIET_S = 10.0
"""Longest silence where no bar moves."""


def clock(seconds: float) -> str:
    """m:ss, or h:mm:ss."""
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02}:{s:02}" if hours else f"{m}:{s:02}"


class Progress:
    """Watches one manuscript."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the run, named for a person who wants to look inside."""
        self.console = Console(stderr=True)
        self.live = self.console.is_terminal and sys.stderr.isatty()
        self.folder = folder
        self._plan: Plan | None = None
        self._aim = 0
        self._done = self._new = 0
        self._cost: float | None = 0.0
        self._cache = ""
        self._started = time.monotonic()
        self._tail = ""
        self._doing = "planning"
        self._heard = 0
        self._said_at = time.monotonic()
        self._over = threading.Event()
        self._beat: threading.Thread | None = None
        self._bar = Bar(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"), console=self.console
        )
        self._task = self._bar.add_task("planning", total=None, state="")
        self._view = Live(self._bar, console=self.console, transient=True) if self.live else None

    def __enter__(self) -> Self:
        if self._view:
            self._view.__enter__()
        else:
            self._beat = threading.Thread(target=self._keep_saying, daemon=True)
            self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._beat:
            self._beat.join()
        if self._view:
            self._view.__exit__(kind, error, trace)

    def on_event(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Planned(plan, target):
                self._plan, self._aim = plan, target.aim
                source = (
                    f' ("{target.quote}")' if target.quote else "" if target.source == "option" else " (the plan's own)"
                )
                self._say(f"plan: {len(plan.sections)} sections, {target.aim:,} words{source}   run: {self.folder}")
            case SectionStarted(index):
                self._title(index)
                self._doing, self._heard = f"section {index + 1}/{self._count}", 0
            case SectionDone(index, written, reused, cost, hit_rate, saved):
                self._cost, self._cache = cost, cache(hit_rate, saved)
                self._done += written
                self._new += 0 if reused else written
                self._tail = ""
                if not reused:
                    self._say(f"{index + 1:>4}/{self._count} {self._name(index)}: {written:,} words   {self._state()}")
            case Streamed(_, text):
                self._tail = (self._tail + text)[-160:]
                self._heard += len(text)
            case Warned(message):
                self._say(f"note: {message}")
        self._refresh()

    @property
    def _count(self) -> int:
        return len(self._plan.sections) if self._plan else 0

    def _name(self, index: int) -> str:
        return self._plan.sections[index].title if self._plan else ""

    def _title(self, index: int) -> None:
        self._bar.update(self._task, description=f"section {index + 1}/{self._count}")

    def _state(self) -> str:
        spent = time.monotonic() - self._started
        left = spent / self._new * max(0, self._aim - self._done) if self._new else None
        eta = "" if left is None else f", {clock(left)} left"
        paid = "".join(f", {said}" for said in (money(self._cost) if self._cost else "", self._cache) if said)
        return f"{self._done:,} of {self._aim:,} words, {clock(spent)}{eta}{paid}"

    def _keep_saying(self) -> None:
        """Runs in a thread of its own, which the loop of a busy engine does not hold up."""
        while not self._over.wait(1.0):
            if time.monotonic() - self._said_at >= QUIET_S:
                spent = clock(time.monotonic() - self._started)
                came = f", {self._heard:,} characters so far" if self._heard else ""
                self._say(f"     {self._doing}{came}, {spent}")

    def _say(self, line: str) -> None:
        self._said_at = time.monotonic()
        self.console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _refresh(self) -> None:
        if self._view:
            self._bar.update(
                self._task, total=self._aim or None, completed=self._done, state=self._state() if self._aim else ""
            )
            self._view.update(Group(self._bar, Text(self._tail.replace("\n", " ")[-100:], style="dim")))
