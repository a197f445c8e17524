"""longwriter style: learn how a writer writes, and compare texts with it."""

import click

from longwriter.cli.lazy import LazyGroup, Listed

COMMANDS = {
    "learn": Listed("longwriter.cli.style.commands:learn", "Learn a writer's style from SAMPLEs."),
    "score": Listed("longwriter.cli.style.commands:score", "Say how far SOURCE is from a style, and where."),
}


@click.command(cls=LazyGroup, table=COMMANDS)
def style() -> None:
    """Learn how a writer writes, and compare texts with it."""
