"""longwriter slop: the stock phrases of a model, and of a text."""

import click

from longwriter.cli.lazy import LazyGroup, Listed

AGAIN = "stopped; no list was written: the same command begins again"

COMMANDS = {
    "learn": Listed(
        "longwriter.cli.slop.learn:learn",
        "Make a list of what a model's OUTPUTS say far more often than people's texts, in any language.",
        AGAIN,
    ),
    "score": Listed(
        "longwriter.cli.slop.score:score",
        "Say how many stock phrases a text has, how that compares with people's texts, and where they stand.",
    ),
}
EXAMPLES = """
\b
Examples:
  longwriter slop learn outputs/ --human books.jsonl.xz --out slop.toml
  longwriter slop score story.md
  longwriter slop score RUN --list slop.toml
  longwriter write "..." --slop slop.toml
"""


@click.command(cls=LazyGroup, table=COMMANDS, epilog=EXAMPLES)
def slop() -> None:
    """Find stock phrases: what models write far more often than people do."""
