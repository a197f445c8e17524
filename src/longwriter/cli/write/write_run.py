"""Run a piece of work with its progress shown, and end it gracefully on Ctrl-C."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from longwriter.cli.pull import bring
from longwriter.cli.shared.progress import Progress
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import flaws, totals
from longwriter.cli.signals import ENDING, cancelling
from longwriter.errors import CeilingReached, Flawed, InputError, RunError
from longwriter.runs.exports import claimed, export, intended
from longwriter.runs.folders import DRAFT
from longwriter.text import count_words, counted
from longwriter.writer.session import Options as Work
from longwriter.writer.session import Result, stored, write
from longwriter.writer.settings import WriteSettings

T = TypeVar("T")


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; Ctrl-C and the signals of `signals` cancel, so that files are closed: KeyboardInterrupt then."""

    async def guarded() -> T:
        task, loop = asyncio.ensure_future(work), asyncio.get_running_loop()
        with cancelling(lambda: loop.call_soon_threadsafe(task.cancel)):
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

    def files(self, folder: Path) -> list[Path]:
        """Where the text is to go: --out, else where earlier commands on the run wanted it."""
        if self.to_stdout and self.as_json:
            raise InputError("--json and --out - both want standard output; give one of them a file")
        if self.to_stdout:
            return []
        return intended(folder)[0] if self.out is None else [self.out]

    def deliver(self, result: Result, folder: Path) -> None:
        """Put the text where it was asked for, and say what came of it."""
        if self.to_stdout:
            click.echo(result.text, nl=False)
        files = self.files(folder)
        for file in files:
            export(folder, file, result.text, force=self.force)
        for note in intended(folder)[1] if self.out is None else []:
            click.echo(f"note: {note}", err=True)
        where = files[0] if files else folder / DRAFT
        if self.as_json:
            told = result.report.model_dump() | {"run": str(folder), "text": str(where)}
            click.echo(json.dumps(told, ensure_ascii=False))
        else:
            say(f"{totals(result.report)}\ntext: {where}\nrun: {folder}")


def work_on(
    settings: WriteSettings,
    folder: Path,
    work: Work,
    goal: Goal,
    *,
    redo: tuple[int, ...] = (),
    redo_stale: bool = False,
) -> Result:
    """Write with progress on standard error, and deliver. Raises Flawed after it where the text has faults.

    A stop at a ceiling delivers what there is, and is raised; Ctrl-C says where it is and how to go on.
    """
    with claimed(folder, goal.files(folder), force=goal.force):
        bring(settings.writer, settings.planner or settings.writer)
        ENDING.said = lambda: _stopped(folder)
        try:
            with Progress(folder) as progress:
                options = Work(progress.on_event, progress.live, work.prices, work.plan)
                result = run_async(write(settings, folder, options, redo=redo, redo_stale=redo_stale))
        except CeilingReached:
            session = stored(folder)
            if session is not None and session.manuscript.planned:
                goal.deliver(session.result(), folder)
            raise
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(folder)) from None
        goal.deliver(result, folder)
    if wrong := flaws(result.report):
        raise Flawed(f"finished, but {wrong}; try another model, or another --seed")
    return result


def _stopped(folder: Path) -> str:
    """Where a stopped run is, what it holds, and how to go on."""
    on = f"go on with: longwriter resume {folder}"
    try:
        session = stored(folder)
    except RunError:
        return f"stopped before anything was kept in {folder}"
    if session is None or not session.manuscript.planned:
        return f"stopped before the plan was made; {on}"
    aim = counted(session.manuscript.target.aim, "word")
    return f"stopped: {count_words(session.result().text):,} of {aim} are in {folder / DRAFT}; {on}"
