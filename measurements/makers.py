"""What the checks say of stored texts of several makers' models, beside passages by people of the same length.

    python measurements/makers.py FOLDER... [--human CORPUS.jsonl[.xz]] [--words N] [--language en]

Each FOLDER holds one maker's texts, as .txt or .md files. `--human` adds a row of the first paragraphs of a chapter of each
fiction book of the corpus ({"book", "text", "fiction": true} a line), cut at the paragraph that reaches N words. Prints a table
for docs/checks.md, intervals by bootstrap over texts, and each finding but slop's on a line, to be read: true or a false alarm.
"""

import argparse
import json
import lzma
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.checks.check import CheckReport, check
from longwriter.text import count_words

DRAWS = 2000
"""Samples of the bootstrap."""
COUNTED = ("contradiction", "repetition", "form", "language")
FIGURES = ("dialogue", "sentence_words", "sentence_spread", "foreign")


class Checked(NamedTuple):
    """One text's report."""

    name: str
    words: int
    report: CheckReport

    def slop(self) -> float:
        """Stock phrases."""
        return (self.report.figures["slop"] or 0) * self.words / 1000

    def found(self, kind: str, rule: str = "") -> int:
        """Findings of a kind, of one check of it where that is named."""
        return sum(one.kind == kind and one.check == (rule or one.check) for one in self.report.findings)


def files_of(folder: Path) -> Iterator[tuple[str, str]]:
    """The texts of one maker."""
    for path in sorted(folder.iterdir()):
        if path.suffix in (".txt", ".md"):
            yield path.stem, path.read_text()


def human(corpus: Path, least: int, most: int = 400) -> Iterator[tuple[str, str]]:
    """Openings of a chapter of each fiction book, `least` words and up to the end of that paragraph; `most` of them."""
    seen = set[str]()
    with lzma.open(corpus, "rt") if corpus.suffix == ".xz" else corpus.open() as lines:
        for line in lines:
            row = json.loads(line)
            if not row.get("fiction") or row["book"] in seen or len(seen) == most:
                continue
            taken, words = list[str](), 0
            for paragraph in row["text"].split("\n\n"):
                taken.append(paragraph)
                words += count_words(paragraph)
                if words >= least:
                    seen.add(row["book"])
                    yield row["book"], "\n\n".join(taken)
                    break


def interval(texts: Sequence[Checked], of: Callable[[Checked], float], per: float) -> str:
    """A rate per `per` words with its 95 % interval over texts."""
    hits, words = np.array([of(one) for one in texts], float), np.array([one.words for one in texts], float)
    picks = np.random.default_rng(0).integers(0, len(texts), (DRAWS, len(texts)))
    low, high = np.percentile(per * hits[picks].sum(1) / words[picks].sum(1), [2.5, 97.5])
    return f"{per * hits.sum() / words.sum():.2f} ({low:.2f}-{high:.2f})"


def row(name: str, texts: Sequence[Checked]) -> str:
    """A row of the table."""
    places = [one.report.figures["slop_percentile"] for one in texts]
    shares = [value for value in places if value is not None]
    rates = sum(one.found("slop", "rate") for one in texts)
    along = [
        np.mean([value for one in texts if (value := one.report.figures[figure]) is not None]) for figure in FIGURES
    ]
    cells = [
        name,
        str(len(texts)),
        f"{sum(one.words for one in texts):,}",
        interval(texts, Checked.slop, 1e3),
        f"{np.median(shares):.0f}" if shares else "",
        f"{100 * rates / len(texts):.0f}",
        *(interval(texts, counting(kind), 1e4) for kind in COUNTED),
        *(f"{value:.3g}" for value in along),
    ]
    return f"| {' | '.join(cells)} |"


def counting(kind: str) -> Callable[[Checked], int]:
    """How many findings of a kind a text has."""
    return lambda one: one.found(kind)


def main() -> None:
    """Check, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--human", type=Path)
    parser.add_argument("--words", type=int, default=400)
    parser.add_argument("--language", default="en")
    given = parser.parse_args()
    groups = {folder.name: list(files_of(folder)) for folder in given.folders}
    if given.human:
        groups["people"] = list(human(given.human, given.words))
    head = ["texts of", "number", "words", "slop / 1,000", "percentile, median", "rate told, %"]
    head += [f"{kind} / 10,000" for kind in COUNTED] + list(FIGURES)
    table = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for name, texts in groups.items():
        done = [Checked(title, count_words(text), check(text, given.language)) for title, text in texts]
        table.append(row(name, done))
        for one in done:
            for finding in one.report.findings:
                if finding.kind != "slop":
                    quotes = " ... ".join(" ".join(quote.split())[:80] for quote in finding.quotes[:2])
                    print(f"{name}/{one.name}: {finding.kind} {finding.check}: {quotes}")
    print("\n" + "\n".join(table))


if __name__ == "__main__":
    main()
