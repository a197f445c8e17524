"""longwriter style: learn how a writer writes, and compare texts with it."""

import click

from longwriter.cli.lazy import LazyGroup, Listed

COMMANDS = {
    "learn": Listed(
        "longwriter.cli.style.commands:learn",
        "Learn a writer's style from SAMPLEs: .docx, .md, .txt, .epub or .html, of 5,000 words or more together.",
    ),
    "score": Listed(
        "longwriter.cli.style.commands:score",
        "Say how far a text is from a style, as a whole and from its beginning to its end.",
    ),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def style() -> None:
    """Learn how a writer writes, and compare texts with it."""
