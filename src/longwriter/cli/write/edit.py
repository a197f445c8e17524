"""longwriter edit: change the text of a section by hand."""

import sys
from pathlib import Path

import click

from longwriter.api.runs import Run
from longwriter.cli.shared.options import HOME, RUN, with_options
from longwriter.cli.shared.screen import say
from longwriter.config import read_text
from longwriter.errors import InputError

EXAMPLES = """
\b
Examples:
  longwriter edit RUN --section 7               # opens $EDITOR
  longwriter edit RUN --section 7 --text new.md
  cat new.md | longwriter edit RUN --section 7 --text -
"""


@click.command(epilog=EXAMPLES)
@RUN
@click.option("--section", "number", type=click.IntRange(min=1), required=True, help="Number in the plan.")
@click.option("--text", "file", metavar="FILE", help="Its new text; - for standard input.  [default: opens $EDITOR]")
@with_options(HOME)
def edit(run: str, number: int, file: str | None, home: Path) -> None:
    """Change the text of a section of RUN by hand; no command writes it over unasked."""
    chosen = Run.open(run, home)
    final = next((v for v in chosen.versions(number) if v.final), None)
    if file is None:
        text = click.edit(final.text if final else "", extension=".md")
        if text is None:
            raise InputError("nothing was changed: the editor saved no text")
    else:
        text = sys.stdin.read() if file == "-" else read_text(Path(file))
    chosen.edit(number, text, base=final.entry if final else None)
    left = [s.number for s in chosen.sections if s.stale]
    say(f"section {number} is yours now; draft: {chosen.folder / 'draft.md'}")
    if left:
        shown = ", ".join(map(str, left))
        say(f"stale now: {shown}; rewrite them with: longwriter redo {chosen.folder} --stale")
