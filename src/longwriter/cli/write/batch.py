"""longwriter write --batch: many texts at once."""

import time
from dataclasses import replace
from pathlib import Path

import click

from longwriter.api.batch import Outcome, read_batch, write_batch
from longwriter.api.runs import Run
from longwriter.api.settings import as_path
from longwriter.cli.pull import bring
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.progress import Beat
from longwriter.cli.shared.pulse import clock
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import flaws, money
from longwriter.cli.write.estimate import print_estimate
from longwriter.cli.write.write_run import run_async
from longwriter.errors import CeilingReached, Flawed, InputError, LongWriterError, RunError
from longwriter.runs.exports import check_export, export, intend
from longwriter.text import counted
from longwriter.writer.events import Event, SectionDone
from longwriter.writer.session import Options
from longwriter.writer.settings import WriteSettings


def write_lines(batch: Path, base: WriteSettings, home: Path, flags: dict[str, object]) -> None:
    """Write all lines of a file, each text to --out/id.md.

    Failures are printed and make exit code 2 at the end; without any, texts that are not as asked make it 4.
    Ceilings hold for each text; a text that reaches one is delivered as far as it goes.
    """
    items, as_json = read_batch(batch, base), bool(flags["as_json"])
    out, work = as_path(flags["out"]), Options(prices=as_path(flags["prices"]))
    if flags["dry_run"]:
        for name, settings in items.items():
            if not as_json:
                click.echo(f"{name}: ", nl=False)
            print_estimate(settings, work, as_json=as_json)
        return
    files = {name: out / f"{name}.md" for name in items} if out is not None else {}
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make the folder {out}: {error.strerror}") from error
    for name, file in files.items():
        check_export(home / name, file, force=bool(flags["force"]))
    for name, file in files.items():
        intend(home / name, file)
    bring(base.writer, base.planner or base.writer)
    display = BatchDisplay(home, files, len(items))
    concurrency = flags["concurrency"]
    assert isinstance(concurrency, int)
    with display.beat:
        watched = replace(work, on_event=display.on_event)
        outcomes = run_async(write_batch(items, home, concurrency, watched, display.tell))
    if as_json:
        for outcome in outcomes:
            report = outcome.result.report.model_dump() if outcome.result else None
            failure = str(outcome.failure) if outcome.failure else None
            print_json({"run": outcome.name, "report": report, "failure": failure})
    failed = sum(o.result is None for o in outcomes)
    if failed or display.unsaved:
        kept = f"; {display.unsaved} could not be put in {out}" if display.unsaved else ""
        texts = counted(len(outcomes), "text")
        raise LongWriterError(f"{failed} of {texts} failed{kept}; the same command goes on with them")
    if display.flawed:
        raise Flawed(f"all finished, but {display.flawed} of {counted(len(outcomes), 'text')} not as asked; see above")


class BatchDisplay:
    """What became of each line of a batch, on standard error; puts its text where it was asked for."""

    def __init__(self, home: Path, files: dict[str, Path], count: int) -> None:
        """`files`: where each text goes; empty: nowhere beside its run."""
        self.home, self.files, self.count = home, files, count
        self.done = self.unsaved = self.flawed = self.words = 0
        self.started = time.monotonic()
        self.beat = Beat(self._still)

    def on_event(self, event: Event) -> None:
        """Hear an event of any of the texts."""
        if isinstance(event, SectionDone) and not event.reused:
            self.words += event.written

    def _still(self) -> None:
        """Say that the work goes on."""
        came = f", {counted(self.words, 'word')} written" if self.words else ""
        say(f"     {self.done} of {counted(self.count, 'text')} done{came}, {clock(time.monotonic() - self.started)}")

    def tell(self, outcome: Outcome) -> None:
        """One line on standard error."""
        self.done += 1
        left = (time.monotonic() - self.started) / self.done * (self.count - self.done)
        if outcome.result is None:
            line = f"failed: {outcome.failure}"
        else:
            report = outcome.result.report
            wrong = flaws(report)
            self.flawed += bool(wrong)
            words = f"{report.written:,} of {counted(report.target.aim, 'word')}, {money(report.cost)}"
            line = f"NOT AS ASKED: {wrong}: {words}" if wrong else words
        self.beat.said_at = time.monotonic()
        eta = f"   {clock(left)} left" if self.done < self.count else ""
        say(f"{self.done}/{self.count} {outcome.name}: {line}{self._save(outcome)}{eta}")

    def _save(self, outcome: Outcome) -> str:
        """Deliver the text, whole or as far as a ceiling let it come; what went wrong, for the line."""
        if outcome.name not in self.files:
            return ""
        text = outcome.result.text if outcome.result else None
        if isinstance(outcome.failure, CeilingReached):
            run = Run(self.home / outcome.name)
            text = run.text if run.planned else None
        try:
            if text is not None:
                export(self.home / outcome.name, self.files[outcome.name], text)
        except (RunError, InputError) as error:
            self.unsaved += 1
            return f"; {error}"
        return ""
