"""Scores of a benchmark as a table for the terminal."""

from collections.abc import Mapping

import click
from rich.table import Table
from rich.text import Text

from longwriter.bench.records import Metric, Scores
from longwriter.cli.shared.tables import money, show_table

FIRST_SPLITS = ("bucket", "language", "type")
MOST_ROWS = 12
"""Rows of one split; scores.json and the report have the others."""


def show(scores: Scores) -> None:
    """On standard output: metrics with intervals, splits, checks of the judge, counts."""
    judge = f", judge {scores.judge} ({scores.settings.get('judge_prompt')})" if scores.judge else ", no judge"
    compat = f", handled as {scores.compat} does" if scores.compat else ""
    click.echo(f"{scores.benchmark}: {scores.system}{judge}{compat}")
    show_table(_metrics(scores.metrics))
    for split in dict.fromkeys((*FIRST_SPLITS, *scores.by)):
        parts = scores.by.get(split, {})
        if 0 < len(parts) <= MOST_ROWS:
            show_table(_split(split, parts))
    if scores.curve:
        show_table(_curve(scores))
    for title, found in (("the judge itself", scores.checks), ("the texts", scores.measures)):
        if found:
            click.echo(f"{title}: " + ", ".join(f"{name} {_value(metric)}" for name, metric in found.items()))
    for rating in scores.ratings:
        click.echo(f"  Elo {rating.rating:7.1f}{_interval(rating.low, rating.high)}  {rating.name}")
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in scores.counts.items() if count)
    click.echo(f"{told}; {money(scores.spent.get('cost'))}")


def _metrics(metrics: Mapping[str, Metric]) -> Table:
    table = Table("", "score", "95 %", "of", "missing", box=None, pad_edge=False)
    for number, (name, metric) in enumerate(metrics.items()):
        missing = Text(f"{metric.missing:,}", style="bold red") if metric.missing else Text("0")
        interval = _interval(metric.low, metric.high).strip()
        style = "" if number else "bold"
        table.add_row(Text(name, style=style), Text(_value(metric), style=style), interval, f"{metric.n:,}", missing)
    return table


def _split(title: str, parts: Mapping[str, Mapping[str, Metric]]) -> Table:
    names = [name for name in dict.fromkeys(n for part in parts.values() for n in part) if "/" not in name]
    table = Table(title, *names, "items", box=None, pad_edge=False)
    for part, metrics in parts.items():
        items = max((m.n + m.missing for m in metrics.values()), default=0)
        table.add_row(Text(part), *(_value(metrics[n]) if n in metrics else "" for n in names), f"{items:,}")
    return table


def _curve(scores: Scores) -> Table:
    table = Table("words asked", "written", "95 %", "of", box=None, pad_edge=False)
    for required, metric in scores.curve:
        written = "-" if metric.value is None else f"{metric.value:,.0f}"
        table.add_row(f"{required:,}", written, _interval(metric.low, metric.high).strip(), f"{metric.n:,}")
    return table


def _value(metric: Metric) -> str:
    if metric.value is None:
        return "-"
    return (
        f"{metric.value:,.0f}"
        if abs(metric.value) >= 1000
        else f"{metric.value:.{1 if abs(metric.value) >= 10 else 2}f}"
    )


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"  {low:,.1f} to {high:,.1f}"
