"""What the commands under `longwriter data` share: where to, and with which engine."""

from pathlib import Path

import click

from longwriter.cli.shared.options import FINITE, JSON
from longwriter.data.agentwrite.filters import Limits
from longwriter.data.dataset import Row, push

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
]

__all__ = ["BENCHMARK", "ENGINE", "JSON", "LIMITS", "OUT", "PUSH", "limits", "say_kept"]


def limits(flags: dict[str, object]) -> dict[str, object]:
    """The thresholds given as flags."""
    return {name: flags[name] for name in Limits.model_fields if flags.get(name) is not None}


def say_kept(report: Row, folder: Path, push_to: str | None) -> None:
    """What came of it, on standard error; and push, where that was asked for."""
    dropped = report["dropped"]
    assert isinstance(dropped, dict)
    for name, number in dropped.items():
        click.echo(f"  dropped {number:>7,}  {name}", err=True)
    click.echo(f"{report['kept']:,} kept: {folder}/train.parquet; the picture: {folder}/picture.png", err=True)
    if push_to:
        click.echo(f"pushed to {push(folder, push_to)}", err=True)
