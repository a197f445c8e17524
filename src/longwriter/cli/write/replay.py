"""longwriter replay: the text again, from the journal, without a model."""

from pathlib import Path

import click

from longwriter.cli.shared.options import HOME, RUN, with_options
from longwriter.cli.write.write_run import run_async
from longwriter.runs.folders import find
from longwriter.writer.stored import replay as replay_run


@click.command(epilog="\b\nExample:\n  longwriter replay RUN | cmp - runs/RUN/draft.md")
@RUN
@with_options(HOME)
def replay(run: str, home: Path) -> None:
    """Print the text of a finished RUN, rebuilt byte for byte from its journal."""
    click.echo(run_async(replay_run(find(home, run))).text, nl=False)
