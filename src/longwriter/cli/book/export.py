"""longwriter export: a text as a book, in every form that people open."""

import json
from pathlib import Path
from typing import Any

import click

from longwriter.api.book.exporting import export_file, export_run
from longwriter.api.runs import Run
from longwriter.cli.shared.options import HOME, JSON, with_options
from longwriter.cli.shared.screen import say
from longwriter.config import build
from longwriter.errors import InputError
from longwriter.export.formats import FORMATS
from longwriter.export.settings import ExportSettings
from longwriter.writer.outcome.exported import book_of

EXAMPLES = """
\b
Examples:
  longwriter export last book.epub report.docx text.pdf
  longwriter export RUN chapters/               # a folder, a file a chapter
  longwriter export RUN book.pdf --paper a5 --author "Ada Woods" --force
  longwriter export notes.md notes.html --title "Notes on fog"
A run keeps what is said of its book, and later commands on it keep the
files up to date.
"""
FILES = (".md", ".markdown")


@click.command(epilog=EXAMPLES)
@click.argument("source", metavar="RUN|FILE.md")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--title", help="Title of the book.  [default: the text's]")
@click.option("--author", multiple=True, help="Who wrote it. Repeat it for several.")
@click.option("--language", metavar="CODE", help="Such as en, zh-Hans, ar.  [default: found out]")
@click.option("--date", metavar="YYYY-MM-DD", help="Date of the book.  [default: when the run began]")
@click.option("--description", help="What it is about.")
@click.option("--subject", "subjects", multiple=True, help="A subject, or keyword. Repeat it.")
@click.option("--rights", help="Such as: CC BY 4.0")
@click.option("--paper", type=click.Choice(["a4", "a5", "letter"]), help="Of PDF and Word.  [default: a4]")
@click.option("--font", "fonts", multiple=True, help="Font file, or a folder of them, for PDF. Repeat it.")
@click.option("--references", type=click.Choice(["notes", "list"]), help="How sources are shown.  [default: notes]")
@click.option("--contents/--no-contents", default=None, help="Table of contents.  [default: yes]")
@click.option("--cover/--no-cover", default=None, help="Cover of an EPUB.  [default: yes]")
@click.option("--force", is_flag=True, help="Replace files that this run did not write.")
@with_options(HOME, JSON)
def export(source: str, files: tuple[str, ...], home: Path, *, force: bool, as_json: bool, **said: object) -> None:
    """Put the text of RUN, or of a Markdown file, into FILEs: epub, docx, pdf, html, md, txt, or a folder chapters/.

    The sources that a run cites go into .bib (BibTeX) and .json (CSL-JSON).
    """
    given = {name: value for name, value in said.items() if value not in (None, ())}
    if source.lower().endswith(FILES):
        if not Path(source).is_file():
            raise InputError(f"cannot read {source}: no such file")
        told = export_file(source, *files, book=build(ExportSettings, given, "export"), force=force)
    else:
        run = Run.open(source, home)
        before = book_of(run.folder)
        settings = build(ExportSettings, before.model_dump(exclude_defaults=True) | given, "export")
        told = export_run(run.folder, files, settings, force=force)
    for line in told:
        say(line)
    files = tuple(file for file in files if not any(line.startswith(f"{Path(file)} is not made: ") for line in told))
    if as_json:
        click.echo(json.dumps({"files": [_about(file) for file in files], "notes": told}, ensure_ascii=False))
        return
    for file in files:
        about = _about(file)
        say(f"{file}: {about['form']}, {about['bytes'] / 1000:,.0f} kB")


def _about(file: str) -> dict[str, Any]:
    path = Path(file)
    if path.is_dir():
        inside = [entry.stat().st_size for entry in path.rglob("*") if entry.is_file()]
        return {"file": file, "form": f"{len(inside)} files", "bytes": sum(inside)}
    ending = path.suffix.lower().removeprefix(".")
    return {"file": file, "form": FORMATS[ending].name if ending in FORMATS else ending, "bytes": path.stat().st_size}
