"""The page docs/cli.md, made from the commands themselves: `python -m longwriter.cli.reference > docs/cli.md`."""

from collections.abc import Iterator

import click

from longwriter.cli.lazy import LazyGroup
from longwriter.cli.main import NAME, cli

HEAD = """<!-- Made from the commands; do not edit. Make it again: python -m longwriter.cli.reference > docs/cli.md -->
# Commands

What `--help` says of every command. Exit codes: 0 done; 2 bad input, or a failure that the message names; 3 stopped at a
ceiling, with a valid partial text; 4 finished, with faults that the report names; 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP.
"""
COLUMNS = 80


def pages(command: click.Command, path: str = NAME) -> Iterator[tuple[str, str]]:
    """Name and help of a command and of all below it, in the order of their tables; benchmarks have the help of `run`."""
    context = click.Context(command, info_name=path, terminal_width=COLUMNS)
    yield path, command.get_help(context)
    if isinstance(command, click.Group):
        names = command.table if isinstance(command, LazyGroup) else command.commands
        for name in names:
            below = command.get_command(context, name)
            if below is not None:
                yield from pages(below, f"{path} {name}")


def page() -> str:
    """The whole page as Markdown."""
    found = list(pages(cli))
    contents = "\n".join(f"- [{path}](#{path.replace(' ', '-')})" for path, _ in found)
    return f"{HEAD}\n{contents}\n" + "".join(f"\n## {path}\n\n```text\n{shown}\n```\n" for path, shown in found)


if __name__ == "__main__":
    click.echo(page(), nl=False)
