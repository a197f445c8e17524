"""longwriter revise: mend what checks find in a text, passage by passage."""

import json
import sys
import time
from pathlib import Path

import click

from longwriter.api.book.revising import RevisionJob, revision_job
from longwriter.cli.pull import FetchMeter, say
from longwriter.cli.shared.grouped import GroupedHelp
from longwriter.cli.shared.options import HOME, JSON, PRICES, REACH, RUN, naming_flags, with_options
from longwriter.cli.shared.progress import Beat
from longwriter.cli.shared.pulse import clock
from longwriter.cli.shared.screen import one_line
from longwriter.cli.shared.screen import say as say_wrapped
from longwriter.cli.shared.tables import money
from longwriter.cli.signals import ENDING
from longwriter.cli.write.write_run import run_async
from longwriter.errors import InputError
from longwriter.runs.folders import DRAFT, find
from longwriter.text import counted
from longwriter.writer.events import CallHeard, CallStarted, Event, RevisionStep, Warned
from longwriter.writer.revising.listed import FINDINGS
from longwriter.writer.revising.wishes import MOST_PASSES, RevisionResult

EXAMPLES = """
\b
Examples:
  longwriter revise RUN --dry-run     # only list what would be mended
  $EDITOR runs/RUN/findings.json      # take out what should stay
  longwriter revise RUN               # follow the list
  longwriter revise RUN --passes 2 --judge openai/gpt-5-mini
  longwriter revise RUN --by openai/gpt-5-mini
Each edit is a version of its section: longwriter versions RUN --section 7
"""


@click.command(cls=GroupedHelp, epilog=EXAMPLES)
@RUN
@click.option(
    "--passes", type=click.IntRange(1, MOST_PASSES), default=1, show_default=True, help="Find and mend so often."
)
@click.option("--dry-run", is_flag=True, help="Make RUN/findings.json, and change nothing.")
@click.option(
    "--findings", type=click.Path(path_type=Path), help="A list to follow, as --dry-run or check --json makes it."
)
@click.option(
    "--judge", metavar="MODEL", help="A model to find more, named as for write --model; it has to quote the text."
)
@click.option(
    "--by", metavar="MODEL", help="Another model than the run's to mend, named as for write --model; --base-url is its."
)
@click.option("--out", type=click.Path(path_type=Path), help="File for the text.")
@click.option("--force", is_flag=True, help="Replace a file at --out that this run did not write.")
@with_options(*REACH, PRICES, HOME, JSON)
def revise(run: str, **flags: object) -> None:
    """Mend what checks find in RUN, passage by passage.

    An edit is kept where its fault is gone and nothing else is worse; all other text stays byte for byte. --max-cost
    counts the whole run.
    """
    home, as_json = flags.pop("home"), bool(flags.pop("as_json"))
    assert isinstance(home, Path)
    if str(flags["out"]) == "-":
        raise InputError("--out: a revision needs a file; the text is in draft.md of the run, too")
    folder = find(home, run)
    with naming_flags():
        job = revision_job(folder, flags)
    with job.job.claimed():
        ENDING.said = lambda: _stopped(folder)
        try:
            result = _shown(job)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(folder)) from None
    _report(job, result, as_json=as_json)


def _stopped(folder: Path) -> str:
    return f"stopped; what is mended is in {folder / DRAFT}: the same command goes on from there"


def _shown(job: RevisionJob) -> RevisionResult:
    """Do it with its progress on standard error."""
    job.fetch(say, FetchMeter())
    with RevisionDisplay() as display:
        return run_async(job.watched_by(display.on_event, live=False).work())


class RevisionDisplay:
    """A line for each finding that is dealt with, and one now and then while a model writes."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._step: RevisionStep | None = None
        self._calls = self._pieces = 0
        self._beat = Beat(lambda: self._say(f"     {self._state()}"))

    def __enter__(self) -> "RevisionDisplay":
        self._beat.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._beat.__exit__()

    def on_event(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RevisionStep(_, done, total, _, _, said):
                self._step = event
                self._say(f"{done:>4}/{total}  {said}   {self._state()}")
            case CallStarted():
                self._calls, self._pieces = self._calls + 1, 0
            case CallHeard():
                self._pieces += 1
            case Warned(message):
                self._say(f"note: {message}")

    def _state(self) -> str:
        """Such as "3 mended, 0:40, about 2:00 left, $0.02"."""
        took, step = time.monotonic() - self._began, self._step
        if step is None:
            return f"reading, {counted(self._calls, 'call')}, {clock(took)}"
        left = f", about {clock(took / step.done * (step.total - step.done))} left" if step.done < step.total else ""
        cost = f", {money(step.cost)}" if step.cost else ""
        return f"{step.mended} mended, {clock(took)}{left}{cost}"

    def _say(self, line: str) -> None:
        self._beat.said_at = time.monotonic()
        click.echo(one_line(line), err=True)
        sys.stderr.flush()


def _report(job: RevisionJob, result: RevisionResult, *, as_json: bool) -> None:
    folder = result.folder
    where = next(iter(job.job.files), folder / DRAFT)
    if as_json:
        click.echo(json.dumps(_told(result, where), ensure_ascii=False))
        return
    if job.wishes.dry_run:
        for n, finding in enumerate(result.findings, 1):
            click.echo(f"{n:>4}. {finding.kind} ({finding.check}): {one_line(finding.message)}")
        listed = folder / FINDINGS if job.wishes.findings is None else job.wishes.findings
        say_wrapped(f"{counted(len(result.findings), 'finding')}; edit {listed}, then: longwriter revise {folder}")
        return
    for outcome in result.outcomes:
        if outcome.why:
            say_wrapped(f"{outcome.state}: {one_line(outcome.finding.message)}: {one_line(outcome.why)}")
    said = (
        f"{len(result.mended)} of {counted(len(result.outcomes), 'finding')} mended by {counted(result.edits, 'edit')}"
    )
    if job.wishes.by is not None:
        said += f" of {result.by}"
    say_wrapped(f"{said}, {counted(len(result.left), 'finding')} now\ntext: {where}\nrun: {folder}")


def _told(result: RevisionResult, where: Path) -> dict[str, object]:
    """What --json prints."""
    return {
        "run": str(result.folder),
        "text": str(where),
        "by": result.by,
        "passes": result.passes,
        "edits": result.edits,
        "cost": result.report.cost,
        "mended": len(result.mended),
        "outcomes": [outcome.model_dump() for outcome in result.outcomes],
        "found": [finding.model_dump() for finding in result.findings],
        "left": [finding.model_dump() for finding in result.left],
    }
