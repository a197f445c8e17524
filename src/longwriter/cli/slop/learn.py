"""longwriter slop learn: a list of stock phrases for any model and any language."""

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.checks.slop.learn import RATIO, LearnedPhrase
from longwriter.checks.slop.learn import learn as learned
from longwriter.checks.slop.stock import as_toml
from longwriter.cli.shared.options import FINITE, HOME, with_options
from longwriter.cli.shared.tables import show_table
from longwriter.cli.slop.texts import texts_of
from longwriter.errors import InputError
from longwriter.runs.folders import write_file
from longwriter.text import counted

EXAMPLES = """
\b
Examples:
  longwriter slop learn outputs/ --human books.jsonl.xz --out slop.toml
  longwriter slop learn runs/tea runs/rome more.jsonl --human novels/
      files, folders of .md and .txt, JSON lines with text, and runs
"""
SHOWN = 30


@click.command(epilog=EXAMPLES)
@click.argument("outputs", nargs=-1, required=True)
@click.option(
    "--human", multiple=True, required=True, help="Texts by people, of the same language and kind. Repeat it."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("slop.toml"), show_default=True, help="The list.")
@click.option(
    "--ratio", type=FINITE, default=RATIO, show_default=True, help="Times as often as people that a phrase has to be."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@with_options(HOME)
def learn(
    outputs: tuple[str, ...], human: tuple[str, ...], out: Path, ratio: float, home: Path, *, force: bool
) -> None:
    """Make a list of what a model's OUTPUTS say far more often than people's texts, in any language.

    OUTPUTS: many texts by one model on different subjects, a hundred and more if there are. A phrase has to stand in three
    of them at least, so that no text's names become stock phrases.
    """
    if ratio <= 1:
        raise InputError(f"--ratio: give more than 1, got {ratio:g}")
    if out.exists() and not force:
        raise InputError(f"{out} is there already; give another --out, or --force to replace it")
    own = list(dict.fromkeys(texts_of(outputs, home)))  # the same text twice would make its names stock phrases
    found = learned(own, texts_of(human, home), ratio=ratio)
    if not found.phrases:
        raise InputError(f"no phrase is {ratio:g} times as frequent as in the human texts; give more texts, or --ratio")
    write_file(out, as_toml(found.stock, {one.phrase: _note(one) for one in found.phrases}))
    table = Table("phrase", "uses", "texts", "times as often as people", box=None, pad_edge=False)
    for one in found.phrases[:SHOWN]:
        table.add_row(Text(one.phrase), f"{one.uses:,}", f"{one.texts:,}", f"{one.ratio:,.0f}")
    show_table(table)
    rest = len(found.phrases) - SHOWN
    click.echo(
        f"{counted(len(found.phrases), 'phrase')} in {out}" + (f", {rest:,} of them not shown" if rest > 0 else "")
    )


def _note(one: LearnedPhrase) -> str:
    return f"{one.uses} times in {counted(one.texts, 'text')}, {one.ratio:,.0f} times as often as people"
