"""longwriter style learn, longwriter style score."""

from pathlib import Path

import click
from rich.table import Table

from longwriter.api.book.styles import StyleScore, learn_style, score_style
from longwriter.checks.style.distance import StyleDistance
from longwriter.checks.style.features import SCALARS
from longwriter.checks.style.learn import doubts_of
from longwriter.checks.style.profile import StyleProfile
from longwriter.cli.shared.options import HOME, JSON, with_options
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.screen import say
from longwriter.cli.shared.tables import show_table
from longwriter.errors import InputError

LEARN = """
\b
Examples:
  longwriter style learn novel.epub --out style.toml
  longwriter style learn chapter*.md letters.docx --out mine.toml
  longwriter write "Write a 5000-word story" --style mine.toml
"""
SCORE = """
\b
Examples:
  longwriter style score story.md --style style.toml
  longwriter style score last --style style.toml --json
"""
SHOWN = 6
"""Figures of those that are off."""


@click.command(epilog=LEARN)
@click.argument("samples", metavar="SAMPLE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File for the style, TOML.")
@click.option("--language", default="", metavar="CODE", help="Such as en, zh.  [default: told by the samples]")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@with_options(JSON)
def learn(samples: tuple[Path, ...], out: Path, language: str, *, force: bool, as_json: bool) -> None:
    """Learn a writer's style from SAMPLEs: .docx, .md, .txt, .epub or .html, of 5,000 words or more together.

    The file holds figures, and up to three short passages of the samples with names masked.
    """
    if out.exists() and not force:
        raise InputError(f"{out} is there already; give another --out, or --force to replace it")
    profile = learn_style(*samples, language=language, out=out)
    for doubt in doubts_of(profile):
        say(f"note: {doubt}")
    if as_json:
        click.echo(profile.model_dump_json())
        return
    show_table(_figures(profile))
    click.echo(
        f"{profile.words:,} words, {len(profile.vocabulary)} frequent words, {len(profile.scenes)} passages; style: {out}"
    )


@click.command(epilog=SCORE)
@click.argument("source", metavar="FILE|RUN")
@click.option("--style", type=click.Path(path_type=Path), required=True, help="As `longwriter style learn` made it.")
@with_options(HOME, JSON)
def score(source: str, style: Path, home: Path, *, as_json: bool) -> None:
    """Say how far a text is from a style, as a whole and from its beginning to its end.

    A percentile says how many of the writer's own passages of this length, or of other writers', are nearer. One section
    tells little; a chapter tells more.
    """
    found = score_style(source, style, home)
    if as_json:
        print_json(_tree(found))
        return
    for doubt in found.doubts:
        say(f"note: {doubt}")
    table = Table("words", "distance", "nearer of the writer's own", "of others'", box=None, pad_edge=False)
    for start, words, distance in [(None, found.words, found.whole), *found.along]:
        place = "all" if start is None else f"{start:,} to {start + words:,}"
        others = "-" if distance.percentile_others is None else f"{distance.percentile_others:.0f} %"
        table.add_row(place, f"{distance.value:.3f}", f"{distance.percentile_own:.0f} %", others)
    show_table(table)
    if found.whole.furthest:
        click.echo("")
        show_table(_off(found.whole))


def _figures(profile: StyleProfile) -> Table:
    table = Table("figure", "mean", "of passages, low", "high", box=None, pad_edge=False)
    for name in SCALARS:
        if name in profile.figures:
            figure = profile.figures[name]
            table.add_row(name, *(f"{v:.3g}" for v in (figure.mean, figure.low, figure.high)))
    return table


def _off(distance: StyleDistance) -> Table:
    table = Table("furthest off", "text", "style, low", "high", box=None, pad_edge=False)
    for off in distance.furthest[:SHOWN]:
        table.add_row(off.name, *(f"{v:.3g}" for v in (off.value, off.low, off.high)))
    return table


def _tree(found: StyleScore) -> dict[str, object]:
    """The score for scripts."""
    return {
        "words": found.words, **_row(found.whole), "furthest": [off._asdict() for off in found.whole.furthest],
        "along": [{"start": p.start, "words": p.words, **_row(p.distance)} for p in found.along],
        "doubts": found.doubts,
    }  # fmt: skip


def _row(distance: StyleDistance) -> dict[str, float | None]:
    return {
        "value": distance.value,
        "percentile_own": distance.percentile_own,
        "percentile_others": distance.percentile_others,
    }
