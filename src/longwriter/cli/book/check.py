"""longwriter check: what rules find in a text."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.api.book.checking import CheckedSource, check_source
from longwriter.checks.check import CHECKS
from longwriter.checks.finding import TextFinding
from longwriter.checks.page import Paragraphs, findings_page, shown_figure
from longwriter.cli.shared.options import HOME, JSON, with_options
from longwriter.cli.shared.screen import one_line, say
from longwriter.cli.shared.tables import show_table
from longwriter.errors import Flawed, InputError
from longwriter.runs.folders import write_file
from longwriter.text import counted

EXAMPLES = """
\b
Examples:
  longwriter check last
  longwriter check novel.docx --html findings.html
  longwriter check RUN --only contradictions --json
  longwriter check report.docx --sources papers/
Exit code: 0 nothing found, 4 findings, 2 the text cannot be read.
"""
MOST_ROWS = 40
QUOTED = 100
"""Characters of a quote in the table."""


@click.command(epilog=EXAMPLES)
@click.argument("source", metavar="RUN|FILE")
@click.option(
    "--only", multiple=True, type=click.Choice(list(CHECKS)), help="Only this check. Repeat it.", metavar="NAME"
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the text with its findings as a page to this file.",
)
@click.option(
    "--sources", multiple=True, metavar="PATH|URL", help="What FILE quotes: a file, a folder, an address. Repeat it."
)
@with_options(HOME, JSON)
def check(
    source: str, only: tuple[str, ...], page: Path | None, sources: tuple[str, ...], home: Path, as_json: bool
) -> None:
    """Say what rules find in the text of RUN or FILE: contradictions, repetition, broken form.

    FILE is md, txt, docx, epub or html. No model is asked. With --sources, each quotation of five words and more in FILE is
    looked for in them: one that a source has nearly, but with other words, is a finding. Where FILE has marks such as [s12],
    those are checked as in a run: ids, quotes, numbers.
    """
    found = check_source(source, home, only, sources)
    if page is not None:
        if page.suffix.lower() not in (".html", ".htm"):
            raise InputError(f"--html {page}: the page is HTML; name it NAME.html")
        write_file(page, findings_page(found.text, found.report, found.name))
    if as_json:
        click.echo(found.report.model_dump_json())
    else:
        _show(found)
    if page is not None:
        say(f"{page}: the text with its findings")
    if count := len(found.report.findings):
        raise Flawed(f"{found.name}: {counted(count, 'finding')}")


def _show(found: CheckedSource) -> None:
    findings, paragraphs = found.report.findings, Paragraphs(found.text)
    if findings:
        table = Table("where", "check", "what", box=None, pad_edge=False)
        for finding in findings[:MOST_ROWS]:
            table.add_row(_where(finding, paragraphs), Text(finding.check), Text(_said(finding)))
        show_table(table)
        if len(findings) > MOST_ROWS:
            say(f"{len(findings) - MOST_ROWS:,} more; --json and --html FILE have all", stderr=False)
    else:
        say("nothing found", stderr=False)
    figures = Table("figure", "value", box=None, pad_edge=False)
    for name, value in found.report.figures.items():
        figures.add_row(Text(name), shown_figure(value))
    click.echo("")
    show_table(figures)


def _where(finding: TextFinding, paragraphs: Paragraphs) -> str:
    """Paragraphs as the page numbers them, with the section of a run."""
    shown = []
    for place in finding.places:
        section = f"section {place.section}, " if place.section else ""
        shown.append(f"{section}paragraph {paragraphs.number(place.start)}")
    return "\n".join(shown)


def _said(finding: TextFinding) -> str:
    quotes = (one_line(quote) for quote in finding.quotes)
    short = (quote if len(quote) <= QUOTED else f"{quote[:QUOTED].rstrip()}…" for quote in quotes)
    return "\n".join([finding.message, *(f'"{quote}"' for quote in short)])
