"""The shipped list of English stock phrases, measured on human text: how often people write each, and percentiles of all.

    python measurements/slop.py CORPUS.jsonl[.xz]... [--phrases FILE] [--out LIST.toml] [--texts FILE...]

Each CORPUS has a text a line: {"book", "text", "fiction": true or false}. Phrases are those of the shipped list, or of FILE,
one a line. Books at even places of the sorted names give the rates, and a phrase that people write more often than `PLAIN`
or `PLAIN_PHRASE` times per million words, in fiction or in non-fiction, is plain English and left out. Books at odd places
give the percentiles, of chapters of 1,000 to 10,000 words, `CHAPTERS` a book at most. `--texts` scores files against them.
Prints the table of docs/checks.md; `--out` writes the list.
"""

import argparse
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import read
from longwriter.checks.slop.matching import Matcher
from longwriter.checks.slop.patterns import PATTERNS, pattern_hits
from longwriter.checks.slop.score import kind_of, slop, slop_findings
from longwriter.checks.slop.stock import STEPS, StockList, as_toml, shipped
from longwriter.text import count_words

PLAIN, PLAIN_PHRASE = 12.0, 4.0
CHAPTERS = 30
SOURCE = (
    "selected from the lists of sam-paech/slop-forensics (MIT, see LICENSE-slop-forensics.txt beside this file) with further "
    "ones; times per million words of 115 books and 2,204 articles by people, measured by measurements/slop.py"
)


class Text(NamedTuple):
    """One human text."""

    book: str
    kind: str
    text: str
    words: int


def texts_of(paths: list[Path]) -> Iterator[Text]:
    """All texts of the corpora."""
    for path in paths:
        with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
            for line in lines:
                row = json.loads(line)
                kind = "fiction" if row.get("fiction") else "non-fiction"
                yield Text(row["book"], kind, row["text"], count_words(row["text"]))


def rates(texts: list[Text], phrases: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Times per million words of each phrase and pattern: in the kind of text that has it more often."""
    matcher = Matcher(phrases)
    words: Counter[str] = Counter()
    found: dict[str, Counter[str]] = {}
    for one in texts:
        words[one.kind] += one.words
        counts = found.setdefault(one.kind, Counter())
        counts.update(matcher.phrases[place] for place in matcher.find(read(one.text)).phrase)
        counts.update(name for name, _, _ in pattern_hits(one.text, "en"))
    print({kind: f"{n:,} words" for kind, n in words.items()})

    def rate(name: str) -> float:
        return max(1e6 * counts[name] / words[kind] for kind, counts in found.items())

    return {name: round(rate(name), 2) for name in phrases}, {name: round(rate(name), 2) for name in PATTERNS["en"]}


def percentiles(texts: list[Text], stock: StockList) -> dict[str, list[float]]:
    """Of the rates of chapters, by kind; prints the row of each, how many have findings, and how many pass for their kind."""
    seen: Counter[str] = Counter()
    values: dict[str, list[float]] = {}
    right: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for one in texts:
        if 1000 <= one.words <= 10_000 and seen[one.book] < CHAPTERS:
            seen[one.book] += 1
            score = slop(one.text, "en", stock)
            assert score.per_1000 is not None
            values.setdefault(one.kind, []).append(score.per_1000)
            right[one.kind] += kind_of(one.text) == one.kind
            findings[one.kind] += len(slop_findings(one.text, "en", stock))
            words[one.kind] += one.words
    print("\n| human text | chapters | p5 | p10 | median | p90 | p95 | max | findings / 10,000 words | kind told |")
    print("|---" * 10 + "|")
    for kind, rows in values.items():
        cells = " | ".join(f"{v:.2f}" for v in (*np.percentile(rows, [5, 10, 50, 90, 95]), max(rows)))
        per = 1e4 * findings[kind] / words[kind]
        print(f"| {kind} | {len(rows)} | {cells} | {per:.2f} | {right[kind] / len(rows):.0%} |")
    return {kind: np.round(np.percentile(rows, np.linspace(0, 100, STEPS)), 3).tolist() for kind, rows in values.items()}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--phrases", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    texts = list(texts_of(given.corpora))
    books = sorted({one.book for one in texts})
    even = set(books[::2])
    candidates = given.phrases.read_text().splitlines() if given.phrases else list((shipped("en") or StockList(phrases={})).phrases)
    found, patterns = rates([one for one in texts if one.book in even], candidates)
    kept = {
        name: rate for name, rate in found.items() if rate <= (PLAIN if count_words(name) == 1 else PLAIN_PHRASE)
    }
    gone = sorted(found.keys() - kept.keys(), key=lambda name: -found[name])
    print(f"{len(kept)} phrases kept; plain English: " + ", ".join(f"{name} {found[name]:g}" for name in gone))
    stock = StockList(language="en", source=SOURCE, phrases=kept, patterns=patterns)
    human = percentiles([one for one in texts if one.book not in even], stock)
    stock = StockList.model_validate(stock.model_dump() | {"human": human})
    for path in given.texts:
        score = slop(path.read_text(), "en", stock)
        print(f"| {path.stem} | {score.words:,} words | {score.per_1000:.2f} | {score.percentile} |")
    if given.out:
        given.out.write_text(as_toml(stock))


if __name__ == "__main__":
    main()
