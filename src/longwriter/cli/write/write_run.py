"""Do a write job with its progress shown, and end it gracefully on Ctrl-C."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from longwriter.api.job import NOWHERE, WriteJob
from longwriter.api.runs import Run
from longwriter.cli.pull import FetchMeter, say
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.progress import ProgressDisplay
from longwriter.cli.shared.screen import say as say_wrapped
from longwriter.cli.shared.tables import flaws, totals
from longwriter.cli.signals import ENDING, cancelling
from longwriter.errors import CeilingReached, Flawed, InputError, RunError
from longwriter.runs.folders import DRAFT
from longwriter.text import count_words, counted
from longwriter.writer.outcome.report import Report
from longwriter.writer.session import Result

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


def shown(job: WriteJob) -> Result:
    """Do a job with its progress on standard error."""
    job.fetch(say, FetchMeter())
    with ProgressDisplay(job.folder) as display:
        return run_async(job.watched_by(display.on_event, live=display.live).work())


def work_on(job: WriteJob, *, as_json: bool) -> Result:
    """Do a job and say what came of it. Raises Flawed after it where the text has faults.

    A stop at a ceiling says what there is, and is raised; Ctrl-C says where it is and how to go on.
    """
    if job.out == NOWHERE and as_json:
        raise InputError("--json and --out - both want standard output; give one of them a file")
    with job.claimed():
        ENDING.said = lambda: _stopped(job.folder)
        try:
            result = shown(job)
        except CeilingReached:
            run = Run(job.folder)
            if run.planned:
                _report(job, run.text, run.report, as_json=as_json)
            raise
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(job.folder)) from None
        _report(job, result.text, result.report, as_json=as_json)
    if wrong := flaws(result.report):
        raise Flawed(f"finished, but {wrong}; try another model, or another --seed")
    return result


def _report(job: WriteJob, text: str, report: Report, *, as_json: bool) -> None:
    """Say what came of it and where it is; --out - prints the text."""
    if job.out == NOWHERE:
        click.echo(text, nl=False)
    where = next(iter(job.files), job.folder / DRAFT)
    if as_json:
        told = report.model_dump() | {"run": str(job.folder), "text": str(where)}
        print_json(told)
    else:
        say_wrapped(f"{totals(report)}\ntext: {where}\nrun: {job.folder}")


def _stopped(folder: Path) -> str:
    """Where a stopped run is, what it holds, and how to go on."""
    run, on = Run(folder), f"go on with: longwriter resume {folder}"
    try:
        if not run.planned:
            return f"stopped before the plan was made; {on}"
    except RunError:
        return f"stopped before anything was kept in {folder}"
    aim = counted(run.report.target.aim, "word")
    return f"stopped: {count_words(run.text):,} of {aim} are in {folder / DRAFT}; {on}"
