"""What is going on, on standard error: three lines that move where a person watches, a plain line now and then elsewhere."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from longwriter.cli.shared.pulse import SHORT_WAIT_S, Pulse, retrying
from longwriter.cli.shared.screen import around, console_on, cut, show, tail
from longwriter.text import counted
from longwriter.writer.events import CallPaused, Event, Planned, SectionDone, Warned

QUIET = ((120.0, 10.0), (900.0, 30.0), (float("inf"), 60.0))
"""Up to so many seconds of the work, the longest silence where nothing moves; a log of hours need not say as much."""
BAR = 10
"""Columns that a bar needs; it has twice as many where there is room."""


class Beat:
    """Says in a thread of its own, which the loop of a busy engine does not hold up, that the work goes on."""

    def __init__(self, say: Callable[[], None]) -> None:
        """`say` is called where nothing was said for a while."""
        self._say, self._over = say, threading.Event()
        self._began = self.said_at = time.monotonic()
        """When something was said last; whoever says something sets it."""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.5):
            now = time.monotonic()
            quiet = next(quiet for until, quiet in QUIET if now - self._began < until)
            if now - self.said_at >= quiet:
                self.said_at = now
                self._say()


class ProgressDisplay:
    """What is going on with one manuscript, on standard error."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the run, named for a person who wants to look inside."""
        self.console = console_on(stderr=True)
        self.live = self.console.is_terminal and sys.stderr.isatty() and not self.console.is_dumb_terminal
        self.folder = folder
        self.pulse = Pulse(time.monotonic)
        self._view = (
            Live(get_renderable=self._picture, console=self.console, transient=True, refresh_per_second=5)
            if self.live
            else None
        )
        self._beat = None if self.live else Beat(lambda: self._say(f"     {self._line()}"))

    def __enter__(self) -> Self:
        if self._view:
            self._view.__enter__()
        if self._beat:
            self._beat.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._view:
            self._view.__exit__(kind, error, trace)
        if self._beat:
            self._beat.__exit__()

    def on_event(self, event: Event) -> None:
        """Show one event."""
        self.pulse.see(event)
        match event:
            case Planned(plan, target):
                quoted = f' ("{target.quote}")' if target.quote else ""
                source = quoted or ("" if target.source == "option" else " (the plan's own)")
                sections = counted(len(plan.sections), "section")
                self._say(f"plan: {sections}, {counted(target.aim, 'word')}{source}\nrun: {self.folder}")
            case SectionDone(index, written, reused) if not reused:
                self._say(self._section(index, written))
            case CallPaused(_, pause) if pause.why == "retry" and pause.seconds >= SHORT_WAIT_S and not self.live:
                self._say(f"     {retrying(pause, pause.seconds)}")
            case Warned(message):
                self._say(f"note: {message}")

    @property
    def _columns(self) -> int | None:
        return self.console.width if self.console.is_terminal else None

    def _section(self, index: int, written: int) -> str:
        """The line of a finished section."""
        plan, columns = self.pulse.plan, self._columns
        before, after = f"{index + 1:>4}/{self.pulse.count}", f": {counted(written, 'word')}"
        state = self.pulse.state(None if columns is None else max(20, columns - len(before) - len(after) - 16))
        return around(before, plan.sections[index].title if plan else "", f"{after}   {state}", columns)

    def _line(self) -> str:
        """Where no terminal is."""
        doing = self.pulse.doing()
        return f"{doing}   {self.pulse.state()}" if self.pulse.plan else doing

    def _say(self, line: str) -> None:
        if self._beat:
            self._beat.said_at = time.monotonic()
        if self._view:  # else the lines that move would be drawn below this one as they were before it
            self._view.refresh()
        show(self.console, line)

    def _picture(self) -> RenderableType:
        """Lines that never reach beyond the terminal's edge: one that wrapped could not be taken back."""
        columns, pulse = max(20, self.console.width - 1), self.pulse
        lines: list[RenderableType] = []
        if pulse.plan:
            state = pulse.state(columns)
            room = columns - cell_len(state) - 2
            row = Table.grid(padding=(0, 2, 0, 0))
            bar = [
                ProgressBar(
                    total=max(1, pulse.aim), completed=min(pulse.total, pulse.aim), width=20 if room >= 20 else BAR
                )
            ]
            row.add_row(*(bar if room >= BAR else []), Text(state, no_wrap=True))
            lines.append(row)
        lines.append(Text(cut(pulse.doing(columns), columns), no_wrap=True, overflow="ellipsis"))
        if text := pulse.last_words:
            lines.append(Text(tail(text, columns), style="dim", no_wrap=True, overflow="ellipsis"))
        return Group(*lines)
