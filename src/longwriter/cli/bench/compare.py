"""longwriter bench compare: how runs differ on the same items."""

from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.bench.report.labels import fmt
from longwriter.bench.scores import read_scores
from longwriter.bench.stats.compare import MetricComparison, cautions, labels
from longwriter.bench.stats.compare import compare as compared
from longwriter.cli.shared.options import JSON, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.tables import show_table

EXAMPLES = """
\b
Examples:
  longwriter bench compare runs/before runs/after
  longwriter bench compare runs/plain runs/agentwrite runs/zero --json
  longwriter bench compare runs/all runs/first-ten --common
"""
SURE = 0.05
"""p below which a row is marked."""


@click.command(epilog=EXAMPLES)
@click.argument("runs", metavar="A B...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--common", is_flag=True, help="Where the runs have different items: those that all have.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the bootstrap.")
@with_options(JSON)
def compare(runs: tuple[Path, ...], common: bool, seed: int, as_json: bool) -> None:
    """Compare runs of one benchmark with A, item by item: difference, 95 % interval, p.

    The interval is a paired bootstrap over items. Items without a value in one of the two runs are left out and counted.
    """
    scores = [read_scores(run) for run in runs]
    names = labels([str(run) for run in runs], scores)
    found = compared(names, scores, common=common, seed=seed)
    notes = cautions(names, scores)
    if as_json:
        tree = {"base": names[0], "metrics": [row.model_dump() for row in found], "cautions": notes}
        print_json(tree)
        return
    show_table(_table(found))
    for line in (_told(found, names[0]), *notes):
        click.echo(line, err=True)


def _table(found: Sequence[MetricComparison]) -> Table:
    """A row a metric and run."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    several = len({row.run for row in found}) > 1
    table.add_column("metric")
    if several:
        table.add_column("run")
    for head in ("A", "B", "B − A", "95 % interval", "p", "n", "left out"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in found:
        spread = "–" if row.low is None else f"{_signed(row.low)} to {_signed(row.high)}"
        p = "–" if row.p is None else "<0.001" if row.p < 0.001 else f"{row.p:.3f}"
        cells = [
            fmt(row.base_value),
            fmt(row.value),
            _signed(row.difference),
            spread,
            p,
            f"{row.n:,}",
            f"{row.left_out:,}",
        ]
        style = "bold" if row.p is not None and row.p < SURE else ""
        name = [Text(row.metric), *([Text(row.run)] if several else [])]
        table.add_row(*name, *cells, style=style)
    return table


def _signed(value: float | None) -> str:
    return "–" if value is None else fmt(value) if value <= 0 else f"+{fmt(value)}"


def _told(found: Sequence[MetricComparison], base: str) -> str:
    others = list(dict.fromkeys(row.run for row in found))
    what = f"B: {others[0]}" if len(others) == 1 else "B: the run of the row"
    return f"A: {base}. {what}. Bold: p < {SURE}, each metric by itself."
