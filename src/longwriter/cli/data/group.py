"""longwriter data: build training data."""

import click

from longwriter.cli.lazy import Lazy

COMMANDS = {  # name -> module and attribute, imported when called
    "agentwrite": "longwriter.cli.data.agentwrite:agentwrite",
    "filter": "longwriter.cli.data.agentwrite:filter_",
    "books": "longwriter.cli.data.books:books",
    "backtranslate": "longwriter.cli.data.backtranslate:backtranslate",
    "pairs": "longwriter.cli.data.pairs:pairs",
    "ranges": "longwriter.cli.data.ranges:ranges",
}


@click.command(cls=Lazy, table=COMMANDS)
def data() -> None:
    """Build training data: long outputs, books, back-translated instructions, preference pairs."""
