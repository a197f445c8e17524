"""How far a journalled step is, how a command was made; for every command that runs steps."""

import re
import shlex
import sys
import time

import click

from longwriter import __version__
from longwriter.cli.shared.pulse import clock
from longwriter.steps.step import StepProgress

LINE_EVERY_S = 5.0
"""Where no person watches, a line each so many seconds."""


def provenance() -> dict[str, object]:
    """The command, without passwords in addresses, and the version."""
    command = re.sub(r"://[^/@\s']*@", "://", shlex.join(["longwriter", *sys.argv[1:]]))
    return {"command": command, "version": __version__}


class StepProgressDisplay:
    """One line on standard error that says how far a step is and how long it will take."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.shown = 0.0

    def __call__(self, progress: StepProgress) -> None:
        """Show it: at once where a person watches and at a step's end, else every few seconds."""
        step, done, total, failed, seconds, new = progress
        left = total - done - failed
        if left and not self.live and time.monotonic() - self.shown < LINE_EVERY_S:
            return
        self.shown = time.monotonic()
        eta = f", {clock(seconds / (new + failed) * left)} left" if new + failed and left else ""
        lost = f", {failed:,} failed" if failed else ""
        line = f"{step}: {done:,}/{total:,}{lost}, {clock(seconds)}{eta}"
        if self.live:
            click.echo(f"\r\033[K{line}", err=True, nl=not left)
        else:
            click.echo(line, err=True)
