"""longwriter check: what rules find in a text."""

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.api.book.checking import CheckedSource, check_source, dismiss, is_file
from longwriter.checks.check import CHECKS
from longwriter.checks.finding import TextFinding
from longwriter.checks.messages import in_language
from longwriter.checks.page import Paragraphs, findings_page, shown_figure
from longwriter.cli.shared.options import HOME, JSON, with_options
from longwriter.cli.shared.screen import one_line, say
from longwriter.cli.shared.tables import show_table
from longwriter.errors import Flawed, InputError
from longwriter.runs.folders import find, write_file
from longwriter.text import counted

EXAMPLES = """
\b
Examples:
  longwriter check last
  longwriter check novel.docx --html findings.html
  longwriter check RUN --only contradictions --json
  longwriter check report.docx --sources papers/
  longwriter check RUN --dismiss 3,7     # they are right as they are
Exit code: 0 nothing that is not dismissed, 4 findings, 2 no text to read.
"""
MOST_ROWS = 40
QUOTED = 100
"""Characters of a quote in the table."""


@click.command(epilog=EXAMPLES)
@click.argument("source", metavar="RUN|FILE")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(list(CHECKS)),
    help=f"Only this check. Repeat it: {', '.join(CHECKS)}.",
    metavar="NAME",
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the text with its findings as a page to this file.",
)
@click.option("--dismiss", "right", metavar="N[,N]", help="Never tell these findings of a run again, by their numbers.")
@click.option("--undismiss", "wrong", metavar="N[,N]", help="Let these count again; --all shows their numbers.")
@click.option(
    "--messages",
    type=click.Choice(["en", "zh"]),
    default="en",
    show_default=True,
    help="Language of what is said of each finding.",
)
@click.option("--all", "everything", is_flag=True, help="Show what was dismissed, too.")
@click.option(
    "--sources", multiple=True, metavar="PATH|URL", help="What FILE quotes: a file, a folder, an address. Repeat it."
)
@with_options(HOME, JSON)
def check(
    source: str,
    only: tuple[str, ...],
    page: Path | None,
    sources: tuple[str, ...],
    home: Path,
    **flags: str | bool | None,
) -> None:
    """Say what rules find in the text of RUN or FILE: contradictions, repetition, broken form.

    FILE is md, txt, docx, epub or html. No model is asked. What is dismissed is known by what it quotes: where that text
    changes, it is found again. With --sources, each quotation of five words and more in FILE is looked for in them: one
    that a source has nearly, but with other words, is a finding. Where FILE has marks such as [s12], those are checked as
    in a run: ids, quotes, numbers.
    """
    if flags["right"] is not None or flags["wrong"] is not None:
        _dismiss(source, home, _numbers("--dismiss", flags["right"]), _numbers("--undismiss", flags["wrong"]))
    language = str(flags["messages"])
    numbered = page is not None or not flags["as_json"]
    found = check_source(source, home, only, sources, numbered=numbered)
    if page is not None:
        if page.suffix.lower() not in (".html", ".htm"):
            raise InputError(f"--html {page}: the page is HTML; name it NAME.html")
        numbers = [found.numbers[finding] for finding in found.report.findings]
        report = found.report.model_copy(update={"findings": in_language(found.report.findings, language)})
        write_file(page, findings_page(found.text, report, found.name, numbers))
    if flags["as_json"]:
        click.echo(_told(found, language, everything=bool(flags["everything"])))
    else:
        _show(found, language, dismissed=bool(flags["everything"]))
    if page is not None:
        say(f"{page}: the text with its findings")
    if count := len(found.report.findings):
        raise Flawed(f"{found.name}: {counted(count, 'finding')}")


def _dismiss(source: str, home: Path, right: list[int], wrong: list[int]) -> None:
    """Do what --dismiss and --undismiss say."""
    if is_file(source, home):
        raise InputError(f"{source} is a file; a run keeps what is dismissed: longwriter import {source}")
    dismiss(find(home, source), right, again=wrong)


def _numbers(option: str, given: str | bool | None) -> list[int]:
    """The numbers of "3,7". Raises InputError."""
    parts = [part.strip() for part in str(given).split(",")] if given is not None else []
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise InputError(f"{option} {given}: name findings by their numbers, as in {option} 3,7")
    return list(map(int, parts))


def _told(found: CheckedSource, language: str, *, everything: bool) -> str:
    """The report, or it with what was dismissed, each finding saying whether it was."""
    left, shown = set(found.report.findings), found.found if everything else found.report.findings
    rows = zip(shown, in_language(shown, language), strict=True)
    told = [said.model_dump() | ({"dismissed": finding not in left} if everything else {}) for finding, said in rows]
    return json.dumps(found.report.model_dump() | {"findings": told}, ensure_ascii=False)


def _show(found: CheckedSource, language: str, *, dismissed: bool) -> None:
    left, paragraphs = set(found.report.findings), Paragraphs(found.text)
    findings = found.found if dismissed else found.report.findings
    if findings:
        table = Table("no", "where", "check", "what", box=None, pad_edge=False)
        for finding in findings[:MOST_ROWS]:
            no = str(found.numbers[finding])
            message = _said(in_language([finding], language)[0], finding not in left)
            said = Text(message, overflow="fold")  # a line of Chinese is one word, of which the end would be left out
            table.add_row(no, _where(finding, paragraphs), Text(finding.check), said)
        show_table(table)
        if len(findings) > MOST_ROWS:
            say(f"{len(findings) - MOST_ROWS:,} more; --json and --html FILE have all", stderr=False)
    else:
        say("nothing found", stderr=False)
    if found.report.dismissed and not dismissed:
        say(f"{found.report.dismissed:,} dismissed; --all shows them", stderr=False)
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


def _said(finding: TextFinding, dismissed: bool) -> str:
    quotes = (one_line(quote) for quote in finding.quotes)
    short = (quote if len(quote) <= QUOTED else f"{quote[:QUOTED].rstrip()}…" for quote in quotes)
    message = f"{finding.message} (dismissed)" if dismissed else finding.message
    return "\n".join([message, *(f'"{quote}"' for quote in short)])
