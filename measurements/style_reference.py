"""Figures of many writers, to ship as checks/style/reference_LANGUAGE.npz: how other writers write, and no text of theirs.

    python measurements/style_reference.py BOOKS.jsonl[.xz] --language en --out reference_en.npz [--seed 5]

BOOKS has a text a line: {"book", "author", "text", "order"}. Authors of one book alone are taken, so that those of several
are left to measure with (`measurements/style.py`). For the words the 300 most frequent but for names, each book having one
vote; for what is usual, six passages of 2,400 words of each book; and to compare with, one passage of each of three lengths.
"""

import argparse
import json
import lzma
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from longwriter.checks.style.features import StyleCounts, count_style, together
from longwriter.checks.style.learn import GRAIN, cut
from longwriter.checks.style.profile import MOST_WORDS
from longwriter.checks.style.reference import STEP, vector_of
from longwriter.text import words_of

USUAL, SIZES = 8, (1, 4, 16)
"""Grains of the passages of which mean and deviation are, and of those that are kept."""
OF_EACH = 6


def books(path: Path) -> dict[str, tuple[str, str]]:
    """Author and text of each book."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    authors = {}
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            found[row["book"]].append((row["order"], row["text"]))
            authors[row["book"]] = str(row["author"])
    return {book: (authors[book], "\n\n".join(text for _, text in sorted(of))) for book, of in found.items()}


def vocabulary(texts: list[str]) -> tuple[str, ...]:
    """The words that are most frequent over all texts, and seldom begin with a capital."""
    shares: dict[str, float] = defaultdict(float)
    small, capital = Counter[str](), Counter[str]()
    for text in texts:
        written = words_of(text[:600_000])
        words = Counter(word.lower().replace("’", "'") for word in written)
        capital.update(w.lower() for w in written if w[:1].isupper() and len(w) > 1 and w[1:2] not in "'’")
        small.update(w for w in written if w[:1].islower())
        for word, n in words.items():
            shares[word] += n / len(written)
    ranked = sorted(shares, key=lambda w: -shares[w])
    return tuple([w for w in ranked if capital[w] <= small[w] or w == "i"][:MOST_WORDS])


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("books", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    of = books(given.books)
    number = Counter(author for author, _ in of.values())
    chosen = [text for author, text in of.values() if number[author] == 1]
    words = vocabulary(chosen)
    usual, kept = [], {size: list[np.ndarray]() for size in SIZES}

    def passage(grains: list[str], size: int) -> StyleCounts:
        at = rng.randrange(len(grains) - size + 1)
        return together(count_style(grain, given.language) for grain in grains[at : at + size])

    for text in chosen:
        grains = cut(text, GRAIN)
        usual += [vector_of(passage(grains, USUAL), words) for _ in range(OF_EACH)]
        for size in SIZES:
            kept[size].append(vector_of(passage(grains, size), words))
    mean, deviation = np.nanmean(usual, 0), np.maximum(np.nanstd(usual, 0), 1e-4)
    rows = {}
    for size, vectors in kept.items():
        z = np.nan_to_num((np.array(vectors) - mean) / deviation)
        rows[f"p{GRAIN * size}"] = np.clip(np.rint(z / STEP), -127, 127).astype(np.int8)
    name = f"{given.language}-1"
    np.savez_compressed(
        given.out, name=np.array(name), words=np.array(words), mean=mean.astype(np.float32),
        deviation=deviation.astype(np.float32), **rows,
    )  # fmt: skip
    print(f"{given.out}: {len(chosen)} books, {len(words)} words: {' '.join(words[:20])} ... {' '.join(words[-10:])}")


if __name__ == "__main__":
    main()
