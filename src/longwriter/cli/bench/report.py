"""longwriter bench report: runs as one page and as pictures."""

from pathlib import Path

import click

from longwriter.bench.records import RunTexts
from longwriter.bench.report.figure import write_pictures
from longwriter.bench.report.page import GENERATOR, make_page, named
from longwriter.bench.scores import read_scores, stored_of
from longwriter.cli.shared.options import JSON, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.errors import InputError
from longwriter.runs.folders import resolved, write_file

EXAMPLES = """
\b
Examples:
  longwriter bench report runs/mini
      writes runs/mini/report.html
  longwriter bench report runs/a runs/b --out ab.html
      over each other, at most six
  longwriter bench report runs/mini --pictures pictures
      its pictures as SVG and PNG, too
"""


@click.command(epilog=EXAMPLES)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The page.  [default: report.html, in RUN if it is one]")
@click.option("--pictures", "folder", type=click.Path(path_type=Path), help="Folder for the pictures as SVG and PNG.")
@with_options(JSON)
def report(runs: tuple[Path, ...], out: Path | None, folder: Path | None, as_json: bool) -> None:
    """Make one page of benchmark runs, for any browser, without a network.

    RUN is a run's folder, or a scores.json in it, such as that of bench score --compat.
    """
    folders = [run.parent if run.is_file() else run for run in runs]
    page = out or (folders[0] / "report.html" if len(runs) == 1 else Path("report.html"))
    shown = named([str(run) for run in runs], [read_scores(run) for run in runs])
    _check(page)
    stored = [stored_of(folder) for folder in folders]
    write_file(resolved(page), make_page(shown, [RunTexts(own.items, own.responses) for own in stored]))
    if not as_json:
        click.echo(f"written: {page}; open it in a browser")
    files = [] if folder is None else write_pictures(folder, shown)
    if as_json:
        print_json({"page": str(page), "pictures": [str(file) for file in files]})
    elif files:
        click.echo(f"written: {len(files) // 2} pictures as SVG and PNG in {folder}")


def _check(page: Path) -> None:
    """Refuse a place that cannot be written, or a file there that is no such page. Raises InputError."""
    if page.is_dir():
        raise InputError(f"{page} is a folder; give a file name, such as {page / 'report.html'}")
    if not resolved(page).parent.is_dir():
        raise InputError(f"{page.parent} does not exist; make it first")
    if page.exists() and GENERATOR not in page.read_text("utf-8", errors="replace")[:2000]:
        raise InputError(f"{page} exists and is no page of this command; choose another --out")
