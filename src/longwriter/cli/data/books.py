"""longwriter data books: books and articles -> chapters and token shards."""

import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import click

from longwriter.cli.shared.options import FINITE, JSON, from_flags
from longwriter.cli.shared.printed import print_json
from longwriter.cli.shared.pulse import clock
from longwriter.config import read_text
from longwriter.data.books.build import PARTS, BooksEngine, BooksSettings, build
from longwriter.data.books.parts import bytes_read
from longwriter.errors import InputError
from longwriter.steps.step import StepProgress

EXAMPLES = """
\b
Examples:
  longwriter data books library/ --out chapters --licence "public domain"
  longwriter data books corpus.jsonl.xz --out chapters --licence CC0-1.0 \\
      --only @books.txt
  longwriter data books library/ --out chapters --shards \\
      --train-tokenizer 4096 --held-out-every 40

\b
Files: EPUB, Markdown, plain text (Project Gutenberg's are known), and JSON
lines (.jsonl, .jsonl.xz) with a chapter a line: text, and if known book,
title, author, chapter, licence, language, kind, fiction, subjects,
description, order. The folder then holds train.parquet, README.md,
report.json, chapters.png, and drops.jsonl with every text left out; a book
that cannot be read is one of them, and the rest is built.
The same command goes on after it was stopped.
"""
EVERY = 4.0
"""Seconds between two lines of progress."""


@click.command(epilog=EXAMPLES)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the data set.")
@click.option(
    "--licence",
    help="Licence of files that do not say theirs; without it they are left out, as files that reserve all rights always are.",
)
@click.option("--language", help="Keep this language alone, such as en or zh.")
@click.option("--min-words", type=int, help="Shortest chapter.  [default: 50]")
@click.option(
    "--near",
    type=FINITE,
    help="Likeness from which a chapter repeats an earlier one; 0: exact only.  [default: 0.8]",
)
@click.option("--only", multiple=True, help="Books whose `book` begins so; @FILE: one beginning a line. Repeatable.")
@click.option("--shards", is_flag=True, help="Token shards of the chapters, too; they may be added later.")
@click.option("--tokenizer", type=click.Path(path_type=Path), help="tokenizer.json for the shards.")
@click.option("--train-tokenizer", type=int, metavar="VOCABULARY", help="Train one of this size instead.")
@click.option("--end-token", help="What ends each text.  [default: <|end|>]")
@click.option("--held-out-every", type=int, help="Hold out one chapter in so many.")
@click.option(
    "--held-out-book", multiple=True, help="Hold out the books whose `book` begins so. Repeatable; @FILE too."
)
@click.option("--concurrency", type=click.IntRange(min=1), default=1, show_default=True, help="Files read at once.")
@click.option(
    "--engine",
    default="local",
    show_default=True,
    help="local, ray, or ray:ADDRESS of a cluster that shares the folders.",
)
@JSON
def books(paths: tuple[Path, ...], out: Path, concurrency: int, engine: str, as_json: bool, **flags: object) -> None:
    """Turn books into clean, deduplicated, licensed chapters."""
    settings = _settings(flags)
    with BooksProgressDisplay(out) as display:
        report = build(paths, out, settings, BooksEngine(engine, concurrency), display.show)
    if as_json:
        print_json(report)
        return
    left_out = cast(dict[str, dict[str, int]], report["left_out"])
    click.echo(f"{report['chapters']:,} chapters, {report['words']:,} words, books: {report['books']:,}, in {out}")
    for reason, found in left_out.items():
        click.echo(f"left out: {found['texts']:,} {reason} ({found['words']:,} words)")
    tokens = report.get("tokens")
    if isinstance(tokens, dict):
        for split, found in tokens["splits"].items():
            click.echo(f"{split}: {found['tokens']:,} tokens, {found['documents']:,} documents")


def _settings(flags: dict[str, object]) -> BooksSettings:
    keys = ("licence", "language", "min_words", "near")
    tree = {k: flags[k] for k in keys if flags[k] is not None} | {"only": _names(flags["only"])}
    of_shards = {k: flags[k] for k in ("train_tokenizer", "end_token", "held_out_every") if flags[k] is not None}
    of_shards |= {"tokenizer": str(flags["tokenizer"])} if flags["tokenizer"] else {}
    of_shards |= {"held_out_books": held} if (held := _names(flags["held_out_book"])) else {}
    if flags["shards"]:
        tree["shards"] = of_shards
    elif of_shards:
        name = "held_out_book" if "held_out_books" in of_shards else next(iter(of_shards))
        raise InputError(f"--{name.replace('_', '-')} is of the token shards; give --shards as well")
    return from_flags(BooksSettings, tree)


def _names(given: object) -> list[str]:
    """Beginnings of names; those of @FILE one per line."""
    out: list[str] = []
    for name in cast(tuple[str, ...], given):
        out += [line.strip() for line in read_text(Path(name[1:])).split("\n")] if name.startswith("@") else [name]
    return [name for name in out if name]


class BooksProgressDisplay:
    """Says on standard error how far the work is and how long it will take, every few seconds."""

    def __init__(self, out: Path) -> None:
        """`out`: the data set, where parts show how many bytes have been read."""
        self.parts = out / PARTS
        self.bytes = 0
        self.step = ""
        self.said = self.begun = time.monotonic()
        self._before = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def show(self, progress: StepProgress) -> None:
        """Show a step; reading is shown by bytes, since one file may be all of the work."""
        if progress.step == "look":
            self.bytes = progress.total
        if progress.step != self.step:
            self.step, self.begun = progress.step, time.monotonic()
            self._before = bytes_read(self.parts) if progress.step == "read" else 0
        if progress.step == "tokenizer":
            click.echo("tokenizer: training", err=True)
        elif progress.step != "read" and time.monotonic() - self.said >= EVERY:
            unit = 1e6 if progress.step == "look" else 1
            self._say(
                progress.done / unit, progress.total / unit, progress.new / unit, "MB" if unit > 1 else "chapters"
            )

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            if self.step == "read":
                done = bytes_read(self.parts)
                self._say(done / 1e6, self.bytes / 1e6, (done - self._before) / 1e6, "MB")

    def _say(self, done: float, total: float, new: float, unit: str) -> None:
        self.said = time.monotonic()
        spent = self.said - self.begun
        left = f", {clock(spent / new * (total - done))} left" if new > 0 else ""
        print(f"{self.step}: {done:,.0f} of {total:,.0f} {unit}, {clock(spent)}{left}", file=sys.stderr, flush=True)
