"""longwriter runs: what is there; longwriter runs rm: away with some of it."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table
from rich.text import Text

from longwriter.api.runs import PLAN, Run
from longwriter.cli.completion import RunName
from longwriter.cli.shared.options import HOME, JSON, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.tables import money
from longwriter.errors import InputError, LongWriterError
from longwriter.runs.exports import written
from longwriter.runs.folders import DRAFT, active_at, check_removable, find, remove
from longwriter.writer.outcome.report import Report

EXAMPLES = """
\b
Examples:
  longwriter runs --json
  longwriter runs rm last
  longwriter runs rm write-a-history-of-tea-1a2b3c write-a-novel --yes
"""
COLUMNS = ("run", "words", "of", "sections", "cost", "state", "active")


@click.group(invoke_without_command=True, epilog=EXAMPLES)
@with_options(HOME, JSON)
@click.pass_context
def runs(ctx: click.Context, home: Path, as_json: bool) -> None:
    """List the runs, the one that was active last first."""
    if ctx.invoked_subcommand is not None:
        return
    found = Run.list(home)
    rows = [_row(run, found) for run in found]
    if as_json:
        print_json(rows)
    elif rows:
        _show(found, rows)
    else:
        click.echo(f"no runs in {home}")


def report_of(run: Run) -> Report | None:
    """What a run says of itself; None: there is no plan yet, or it cannot be read."""
    try:
        return run.report if run.planned else None
    except LongWriterError:
        return None


def plan_of(run: Run, found: Sequence[Run]) -> Run | None:
    """The latest run of `longwriter plan` whose outline a run follows, where it follows one from a file."""
    return _planned(run.instruction, found) if report_of(run) and run.follows_a_file else None


def planned_by(instruction: str, home: Path) -> Path | None:
    """The run of `longwriter plan` in `home` whose outline is that of this request."""
    found = _planned(instruction, [run for run in Run.list(home) if not (run.folder / DRAFT).exists()])
    return found.folder if found else None


def _planned(instruction: str, found: Sequence[Run]) -> Run | None:
    same = instruction.split()
    return next((run for run in found if run.state == PLAN and run.instruction.split() == same), None)


def ago(folder: Path) -> str:
    """How long ago a run was worked on."""
    minutes = max(0.0, time.time() - active_at(folder)) / 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes:.0f} min ago"
    return f"{minutes / 60:.0f} h ago" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days ago"


def _row(run: Run, found: Sequence[Run]) -> dict[str, object]:
    """One run for scripts."""
    report = report_of(run)
    row: dict[str, object] = {"run": run.name, "words": "", "of": "", "sections": "", "cost": ""}
    if report is not None:
        done = sum(s.written is not None for s in report.sections)
        row |= {"words": report.written, "of": report.target.aim, "cost": money(report.cost)}
        row["sections"] = f"{done}/{len(report.sections)}"
    plan = plan_of(run, found)
    at = datetime.fromtimestamp(active_at(run.folder), UTC).isoformat(timespec="seconds")
    return row | {"state": run.state, "active": at, "plan": plan.name if plan else None}


def _show(found: Sequence[Run], rows: list[dict[str, object]]) -> None:
    """A table, or two lines per run where it does not fit; names are never broken, so that they can be copied."""
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for run, row in zip(found, rows, strict=True):
        shown = row | {"active": ago(run.folder)}
        table.add_row(*(Text(str(shown[key]), no_wrap=True) for key in COLUMNS))
    console = Console()
    wide = console.measure(table, options=console.options.update(width=1000)).maximum
    if wide <= console.width or not console.is_terminal:
        Console(width=wide).print(table)
    else:
        for run, row in zip(found, rows, strict=True):
            words = f"{row['words']} of {row['of']} words, {row['sections']} sections, {row['cost']}, "
            click.echo(f"{run.name}\n    {row['state']}, {words if row['of'] else ''}{ago(run.folder)}")
    for row in rows:
        if row["plan"]:
            click.echo(f"{row['run']} follows the plan of {row['plan']}")


@runs.command("rm", epilog="\b\nExample:\n  longwriter runs rm last")
@click.argument("names", metavar="RUN...", nargs=-1, required=True, type=RunName())
@click.option("--yes", is_flag=True, help="Do not ask.")
@HOME
@click.pass_context
def rm(ctx: click.Context, names: tuple[str, ...], yes: bool, home: Path) -> None:
    """Remove runs with their journals: their texts cannot be rebuilt then.

    Texts that were put elsewhere with --out stay.
    """
    if ctx.get_parameter_source("home") is ParameterSource.DEFAULT and ctx.parent is not None:
        home = ctx.parent.params["home"]
    chosen = list(dict.fromkeys(find(home, name) for name in names))
    for folder in chosen:
        check_removable(home, folder)
    kept = {folder: written(folder) for folder in chosen}
    if not yes:
        for folder in chosen:
            click.echo(f"{folder}: {_what_is_lost(Run(folder))}", err=True)
        try:
            sure = click.confirm(f"Remove {len(chosen)} run{'s' * (len(chosen) > 1)}?", err=True)
        except click.Abort:
            click.echo(err=True)
            raise InputError("nothing was removed: nobody answered; --yes removes without asking") from None
        if not sure:
            click.echo("nothing was removed", err=True)
            return
    for folder in chosen:
        remove(home, folder)
        click.echo(f"removed {folder}" + "".join(f"; its text stays in {file}" for file in kept[folder]))


def _what_is_lost(run: Run) -> str:
    report = report_of(run)
    if report is None or run.state == PLAN:
        return run.state
    return f"{run.state}, {report.written:,} of {report.target.aim:,} words"
