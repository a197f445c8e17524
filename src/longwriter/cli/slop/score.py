"""longwriter slop score: the stock phrases of a text, how they compare with people's, and which are used too often."""

from collections import Counter
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from longwriter.checks.slop.score import LEAST_WORDS, SlopScore, slop, slop_findings
from longwriter.checks.slop.stock import StockList, read_list
from longwriter.cli.shared.options import HOME, JSON, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.tables import show_table
from longwriter.cli.slop.texts import texts_of
from longwriter.errors import InputError
from longwriter.language import NAMES

EXAMPLES = """
\b
Examples:
  longwriter slop score story.md
  longwriter slop score RUN --list slop.toml --json
"""
SHOWN = 30


@click.command(epilog=EXAMPLES)
@click.argument("source", metavar="FILE|RUN")
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path),
    help="File of longwriter slop learn.  [default: the shipped list]",
)
@with_options(HOME, JSON)
def score(source: str, listed: Path | None, home: Path, as_json: bool) -> None:
    """Say how many stock phrases a text has, how that compares with people's texts, and where they stand.

    People write every one of them now and then: this says nothing of who wrote a text.
    """
    stock = read_list(listed) if listed else None
    found = list(texts_of([source], home))
    if len(found) != 1:
        raise InputError(f"{source}: holds {len(found):,} texts; give one")
    text = found[0]
    result = slop(text, stock=stock)
    if result.per_1000 is None:
        name = NAMES[result.language][0] if result.language in NAMES else "its language"
        raise InputError(
            f"{source}: no list of stock phrases for {name}; make one with longwriter slop learn, and give it with --list"
            if result.words
            else f"{source}: holds no words"
        )
    if as_json:
        print_json(_tree(text, result, stock))
        return
    click.echo(_summary(result))
    if result.hits:
        show_table(_table(text, result))
    for finding in slop_findings(text, stock=stock):
        click.echo(f"too often: {finding.message}")


def _summary(result: SlopScore) -> str:
    rate = f"{len(result.hits):,} stock phrases in {result.words:,} words: {result.per_1000:.2f} per 1,000"
    if result.percentile is not None:
        kind = "texts by people" if result.kind == "all" else f"chapters of {result.kind} by people"
        return f"{rate}; {result.percentile:.0f} % of {kind} have fewer"
    short = result.words < LEAST_WORDS
    why = f"a text of under {LEAST_WORDS} words is not compared" if short else "the list has no percentiles"
    return f"{rate}; {why}"


def _table(text: str, result: SlopScore) -> Table:
    """Phrases with the most uses first, and the lines where they stand."""
    uses = Counter(hit.phrase for hit in result.hits)
    lines: dict[str, list[str]] = {}
    line, at = 1, 0
    for hit in result.hits:
        line, at = line + text.count("\n", at, hit.start), hit.start
        lines.setdefault(hit.phrase, []).append(str(line))
    table = Table("phrase", "uses", "lines", box=None, pad_edge=False)
    for phrase, n in uses.most_common(SHOWN):
        table.add_row(Text(phrase), f"{n:,}", Text(", ".join(dict.fromkeys(lines[phrase]))))
    return table


def _tree(text: str, result: SlopScore, stock: StockList | None) -> dict[str, object]:
    findings = [finding.model_dump(mode="json") for finding in slop_findings(text, stock=stock)]
    tree: dict[str, object] = {
        name: getattr(result, name) for name in ("per_1000", "percentile", "kind", "words", "language")
    }
    hits = [{"phrase": hit.phrase, "start": hit.start, "end": hit.end} for hit in result.hits]
    return tree | {"hits": hits, "findings": findings}
