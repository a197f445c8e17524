"""What the commands under `longwriter data` share: where to, with which engine, how far they are."""

import re
import shlex
import signal
import sys
import time
from pathlib import Path

import click

from longwriter import __version__
from longwriter.cli.options import JSON
from longwriter.cli.progress import clock
from longwriter.data.agentwrite.filters import Limits
from longwriter.data.dataset import Row, push
from longwriter.data.steps import Progress

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
        "--min-score", type=float, help="Least length score S_l where the request states a length.  [default: 80]"
    ),
    click.option("--shortest", type=int, help="Least words of an output.  [default: 1000]"),
    click.option("--most-lines", type=int, help="Most sections in one list of a plan.  [default: 50]"),
    click.option("--repeated", type=float, help="Most share of repeated word 13-grams.  [default: 0.05]"),
    click.option("--near", type=float, help="Jaccard similarity of near duplicates.  [default: 0.8]"),
    click.option("--overlap", type=float, help="Share of a benchmark prompt that makes a request it.  [default: 0.5]"),
]
LINE_EVERY_S = 5.0
"""Where no person watches, a line each so many seconds."""

__all__ = [
    "BENCHMARK",
    "ENGINE",
    "JSON",
    "LIMITS",
    "OUT",
    "PUSH",
    "Teller",
    "limits",
    "made",
    "say_kept",
    "stop_at_sigterm",
]


def limits(flags: dict[str, object]) -> dict[str, object]:
    """The thresholds given as flags."""
    return {name: flags[name] for name in Limits.model_fields if flags.get(name) is not None}


def made() -> Row:
    """How the data set was made, for its card: the command, without passwords in addresses, and the version."""
    command = re.sub(r"://[^/@\s']*@", "://", shlex.join(["longwriter", *sys.argv[1:]]))
    return {"command": command, "version": __version__}


def stop_at_sigterm() -> None:
    """SIGTERM ends a command as Ctrl-C does: connections are closed, and what is finished is kept."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


class Teller:
    """One line on standard error that says how far a step is and how long it will take."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.told = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show it: at once where a person watches and at a step's end, else every few seconds."""
        step, done, total, failed, seconds, new = progress
        left = total - done - failed
        if left and not self.live and time.monotonic() - self.told < LINE_EVERY_S:
            return
        self.told = time.monotonic()
        eta = f", {clock(seconds / (new + failed) * left)} left" if new + failed and left else ""
        lost = f", {failed:,} failed" if failed else ""
        line = f"{step}: {done:,}/{total:,}{lost}, {clock(seconds)}{eta}"
        if self.live:
            click.echo(f"\r\033[K{line}", err=True, nl=not left)
        else:
            click.echo(line, err=True)


def say_kept(report: Row, folder: Path, push_to: str | None) -> None:
    """What came of it, on standard error; and push, where that was asked for."""
    dropped = report["dropped"]
    assert isinstance(dropped, dict)
    for name, number in dropped.items():
        click.echo(f"  dropped {number:>7,}  {name}", err=True)
    click.echo(f"{report['kept']:,} kept: {folder}/train.parquet; the picture: {folder}/picture.png", err=True)
    if push_to:
        click.echo(f"pushed to {push(folder, push_to)}", err=True)
