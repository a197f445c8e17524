"""What the commands under `longwriter data` share: where to, and with which engine."""

from pathlib import Path
from typing import NamedTuple, cast

import click

from longwriter.cli.shared.options import FINITE, JSON
from longwriter.cli.shared.printed import print_json
from longwriter.data.dataset import Row, push
from longwriter.data.filters.outputs import FilterLimits


class Range(click.ParamType[tuple[int, int]]):
    """Two whole numbers: LOW,HIGH."""

    name = "LOW,HIGH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Raises click's own error for anything else."""
        parts = str(value).split(",")
        if len(parts) != 2 or not all(part.strip().isdigit() for part in parts):
            self.fail(f"{value!r} is no range; give two numbers such as 60,380", param, ctx)
        return int(parts[0]), int(parts[1])


RANGE = Range()
OUT = click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder of the data set; again: goes on."
)
PUSH = click.option(
    "--push", "push_to", help="Copy the finished data set to a new folder, or upload it to hub:OWNER/NAME."
)
ENGINE = [
    click.option(
        "--engine",
        default="local",
        show_default=True,
        help="local, ray, or ray:ADDRESS of a cluster that shares --out.",
    ),
    click.option(
        "--concurrency", type=click.IntRange(1, 4096), default=16, show_default=True, help="Items under way at once."
    ),
]
BENCHMARK = click.option(
    "--benchmark",
    "benchmarks",
    multiple=True,
    help="File or hub:OWNER/NAME with prompts that must stay out; repeat it.",
)
LIMITS = [
    click.option(
        "--min-score", type=FINITE, help="Least length score S_l where the request states a length.  [default: 80]"
    ),
    click.option("--shortest", type=int, help="Least words of an output.  [default: 1000]"),
    click.option("--most-lines", type=int, help="Most sections in one list of a plan.  [default: 50]"),
    click.option("--repeated", type=FINITE, help="Most share of repeated word 13-grams.  [default: 0.05]"),
    click.option("--near", type=FINITE, help="Jaccard similarity of near duplicates.  [default: 0.8]"),
    click.option("--overlap", type=FINITE, help="Share of a benchmark prompt that makes a request it.  [default: 0.5]"),
    click.option(
        "--most-contradictions",
        type=FINITE,
        help="Most contradictions by rules, for 10,000 words.  [default: not looked for]",
    ),
    click.option(
        "--most-slop",
        type=FINITE,
        help="Highest percentile of stock phrases, of people's texts.  [default: not looked for]",
    ),
]

__all__ = ["BENCHMARK", "ENGINE", "JSON", "LIMITS", "OUT", "PUSH", "RANGE", "Delivery", "limits"]


def limits(flags: dict[str, object]) -> dict[str, object]:
    """The thresholds given as flags."""
    return {name: flags[name] for name in FilterLimits.model_fields if flags.get(name) is not None}


class Delivery(NamedTuple):
    """Where a finished data set goes."""

    folder: Path
    push_to: str | None
    as_json: bool

    def finish(self, report: Row) -> None:
        """Say what came of it on standard error; then push it and print the report, where that was asked for."""
        for name, number in cast(dict[str, int], report["dropped"]).items():
            click.echo(f"  dropped {number:>7,}  {name}", err=True)
        kept = f"{report['kept']:,} kept: {self.folder}/train.parquet; the picture: {self.folder}/picture.png"
        click.echo(kept, err=True)
        self.deliver(report)

    def deliver(self, report: Row) -> None:
        """Push the data set and print the report, where that was asked for."""
        if self.push_to:
            click.echo(f"pushed to {push(self.folder, self.push_to)}", err=True)
        if self.as_json:
            print_json(report)
