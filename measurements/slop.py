"""The shipped list of English stock phrases, measured on human text: how often people write each, and percentiles of all.

    python measurements/slop.py CORPUS.jsonl[.xz]... [--phrases FILE] [--out LIST.toml] [--texts FILE...]

Each CORPUS has a text a line: {"book", "text", "fiction": true or false}. Phrases are those of the shipped list, or of FILE,
one a line. Books at even places of the sorted names give the rates, and a phrase that people write more often than `PLAIN`
or `PLAIN_PHRASE` times per million words, in fiction or in non-fiction, is plain English and left out. Books at odd places
give the percentiles, of chapters of 1,000 to 10,000 words, `CHAPTERS` a book at most. `--texts` adds a row of these files.
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
from longwriter.rewards.checked.slop import free_rate, slop_reward
from longwriter.text import count_words

PLAIN, PLAIN_PHRASE = 12.0, 4.0
CHAPTERS = 30
SOURCE = (
    "selected from the lists of sam-paech/slop-forensics and sam-paech/slop-score (MIT, LICENSE-slop-lists.txt beside this "
    "file), with further ones; times per million words of 115 books and 2,204 articles by people, by measurements/slop.py"
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


def compared(texts: list[Text], stock: StockList) -> StockList:
    """The list with percentiles of chapters by kind; prints the row of each, its findings and how many pass for their kind."""
    chapters: dict[str, list[Text]] = {}
    seen: Counter[str] = Counter()
    for one in texts:
        if 1000 <= one.words <= 10_000 and seen[one.book] < CHAPTERS:
            seen[one.book] += 1
            chapters.setdefault(one.kind, []).append(one)
    rates = {kind: [slop(one.text, "en", stock).per_1000 for one in own] for kind, own in chapters.items()}
    steps = np.linspace(0, 100, STEPS)
    human = {kind: np.round(np.percentile(np.array(own, float), steps), 3).tolist() for kind, own in rates.items()}
    stock = StockList.model_validate(stock.model_dump() | {"human": human})
    print(
        "\n| texts | number | p5 | p10 | median | p90 | p95 | max | findings / 10,000 words | reward, mean | kind told |"
    )
    print("|---" * 11 + "|")
    for kind, own in chapters.items():
        right = sum(kind_of(one.text) == kind for one in own)
        print(row(kind, own, stock) + f" {right / len(own):.0%} |")
    return stock


def row(name: str, texts: list[Text], stock: StockList) -> str:
    """A row of the table, but for its last cell."""
    rates = np.array([slop(one.text, "en", stock).per_1000 for one in texts], float)
    cells = " | ".join(f"{v:.2f}" for v in np.percentile(rates, [5, 10, 50, 90, 95, 100]))
    findings = sum(len(slop_findings(one.text, "en", stock)) for one in texts)
    rewards = [slop_reward(rate, free_rate(stock)) for rate in rates]
    per = 1e4 * findings / sum(one.words for one in texts)
    return f"| {name} | {len(texts)} | {cells} | {per:.2f} | {np.mean(rewards):.3f} |"


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--phrases", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    given = parser.parse_args()
    texts = list(texts_of(given.corpora))
    even = set(sorted({one.book for one in texts})[::2])
    stock = shipped("en")
    assert stock is not None
    candidates = given.phrases.read_text().splitlines() if given.phrases else [*stock.phrases]
    found, patterns = rates([one for one in texts if one.book in even], candidates)
    kept = {name: rate for name, rate in found.items() if rate <= (PLAIN if count_words(name) == 1 else PLAIN_PHRASE)}
    gone = sorted(found.keys() - kept.keys(), key=lambda name: -found[name])
    print(f"{len(kept)} phrases kept; plain English: " + ", ".join(f"{name} {found[name]:g}" for name in gone))
    stock = StockList(language="en", source=SOURCE, phrases=kept, patterns=patterns)
    stock = compared([one for one in texts if one.book not in even], stock)
    if given.texts:
        read_texts = [(path.stem, path.read_text()) for path in given.texts]
        print(row("given", [Text(name, "", text, count_words(text)) for name, text in read_texts], stock) + " |")
    if given.out:
        given.out.write_text(as_toml(stock))


if __name__ == "__main__":
    main()
