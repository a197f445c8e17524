"""longwriter data: build training data."""

import click

from longwriter.cli.lazy import Lazy

COMMANDS = {  # name -> module and attribute, imported when called
    "agentwrite": "longwriter.cli.data_agentwrite:agentwrite",
    "filter": "longwriter.cli.data_agentwrite:filter_",
    "books": "longwriter.cli.data_books:books",
    "backtranslate": "longwriter.cli.data_backtranslate:backtranslate",
    "pairs": "longwriter.cli.data_pairs:pairs",
    "ranges": "longwriter.cli.data_ranges:ranges",
}


@click.command(cls=Lazy, table=COMMANDS)
def data() -> None:
    """Build training data: long outputs, books, back-translated instructions, preference pairs."""
