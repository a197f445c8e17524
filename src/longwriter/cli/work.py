"""Run a piece of work with its progress shown, and end it gracefully on Ctrl-C."""

import asyncio
import json
import signal
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from longwriter.cli.progress import Progress
from longwriter.cli.pull import bring
from longwriter.cli.tables import totals
from longwriter.errors import CeilingReached, InputError
from longwriter.runs import DRAFT, check_export, export
from longwriter.writer.session import Options as Work
from longwriter.writer.session import Result, stored, write
from longwriter.writer.settings import WriteSettings

T = TypeVar("T")


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; the first Ctrl-C cancels, so that files are closed, and comes out as KeyboardInterrupt."""

    async def guarded() -> T:
        task = asyncio.ensure_future(work)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(guarded())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


@dataclass(frozen=True)
class Goal:
    """Where the text goes, and how the report is told."""

    out: Path | None
    force: bool
    as_json: bool

    @property
    def to_stdout(self) -> bool:
        """Standard output was asked for: --out -."""
        return self.out is not None and str(self.out) == "-"

    def check(self, folder: Path) -> None:
        """Refuse before the work what could not be delivered after it."""
        if self.to_stdout and self.as_json:
            raise InputError("--json and --out - both want standard output; give one of them a file")
        if self.out is not None and not self.to_stdout:
            check_export(folder, self.out, force=self.force)

    def deliver(self, result: Result, folder: Path) -> None:
        """Put the text where it was asked for, and say what came of it."""
        if self.to_stdout:
            click.echo(result.text, nl=False)
        elif self.out is not None:
            export(folder, self.out, result.text)
        where = folder / DRAFT if self.out is None or self.to_stdout else self.out
        if self.as_json:
            told = result.report.model_dump() | {"run": str(folder), "text": str(where)}
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            click.echo(f"{totals(result.report)}\ntext: {where}   run: {folder}", err=True)


def work_on(
    settings: WriteSettings,
    folder: Path,
    work: Work,
    goal: Goal,
    *,
    redo: tuple[int, ...] = (),
    redo_stale: bool = False,
) -> Result:
    """Write with progress on standard error, and deliver; a stop at a ceiling delivers what there is, and is raised."""
    goal.check(folder)
    bring(settings.writer, settings.planner or settings.writer)
    try:
        with Progress(folder) as progress:
            options = Work(progress.on_event, progress.live, work.prices, work.plan)
            result = run_async(write(settings, folder, options, redo=redo, redo_stale=redo_stale))
    except CeilingReached:
        session = stored(folder)
        if session is not None and session.manuscript.planned:
            goal.deliver(session.result(), folder)
        raise
    goal.deliver(result, folder)
    return result
