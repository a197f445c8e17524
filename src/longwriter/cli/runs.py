"""longwriter runs: what is there."""

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.cli.options import HOME, JSON, with_options
from longwriter.cli.tables import money, show_table
from longwriter.errors import LongWriterError
from longwriter.runs import all_runs
from longwriter.writer.session import stored


@click.command(epilog="\b\nExample:\n  longwriter runs --json")
@with_options(HOME, JSON)
def runs(home: Path, as_json: bool) -> None:
    """List the runs, the latest first."""
    table = Table("run", "words", "of", "sections", "cost", "state", box=None, pad_edge=False)
    rows = []
    for folder in all_runs(home):
        row = _row(folder)
        rows.append(row)
        table.add_row(folder.name, *(Text(str(row[k])) for k in ("words", "of", "sections", "cost", "state")))
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif rows:
        show_table(table)
    else:
        click.echo(f"no runs in {home}")


def _row(folder: Path) -> dict[str, object]:
    """One line; a run that cannot be read says why."""
    row: dict[str, object] = {
        "run": folder.name,
        "words": "",
        "of": "",
        "sections": "",
        "cost": "",
        "state": "planning",
    }
    try:
        session = stored(folder)
    except LongWriterError as error:
        return row | {"state": str(error)}
    if session is None or not session.manuscript.planned:
        return row
    report = session.result().report
    done = sum(s.written is not None for s in report.sections)
    return row | {
        "words": report.written,
        "of": report.target.aim,
        "sections": f"{done}/{len(report.sections)}",
        "cost": money(report.cost),
        "state": "finished" if report.finished else "unfinished",
    }
