"""longwriter show: one run, section by section."""

import json
from pathlib import Path

import click

from longwriter.cli.options import HOME, JSON, with_options
from longwriter.cli.screen import say
from longwriter.cli.tables import section_table, show_table, totals
from longwriter.errors import InputError
from longwriter.runs import find
from longwriter.writer.session import stored


@click.command(epilog="\b\nExamples:\n  longwriter show RUN\n  longwriter show RUN --text | less")
@click.argument("run")
@click.option("--text", is_flag=True, help="Print the text so far.")
@with_options(HOME, JSON)
def show(run: str, text: bool, home: Path, as_json: bool) -> None:
    """Show what RUN was asked for, planned and wrote."""
    folder = find(home, run)
    session = stored(folder)
    if session is None or not session.manuscript.planned:
        raise InputError(f"{folder.name} has no plan yet; go on with: longwriter resume {folder}")
    result = session.result()
    if text:
        click.echo(result.text, nl=False)
    elif as_json:
        click.echo(json.dumps(result.report.model_dump() | {"run": str(folder)}, ensure_ascii=False))
    else:
        show_table(section_table(result.report))
        say(totals(result.report), stderr=False)
