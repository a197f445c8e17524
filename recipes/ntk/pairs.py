"""Pairs for comparing heads: a passage of a book against the same passage spoiled, in easy ways and in hard ones.

Run: python recipes/ntk/pairs.py BOOKS.jsonl.xz [--out build/ntk/pairs]
BOOKS: one chapter a line, with `book` and `text`, paragraphs divided by blank lines. A request holds the words before the
passage and asks to go on. Held-out pairs are of other books. Sides are equally long, to a word or two.
"""

import argparse
import json
import lzma
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SHORTEST, LONGEST, BEFORE = 30, 50, 20  # words of a passage, and of what stands before it
PAIRS, HELD = 1600, 600
Words = list[str]


def shuffled(words: Words, _: Words, rng: random.Random) -> Words:
    """Easy: the words in any order."""
    return rng.sample(words, len(words))


def looped(words: Words, *_: object) -> Words:
    """Easy: the first third again and again."""
    part = words[: len(words) // 3]
    return (part * 4)[: len(words)]


def broken(words: Words, _: Words, rng: random.Random) -> Words:
    """Easy: a quarter of the words backwards."""
    return [w[::-1] if rng.random() < 0.25 else w for w in words]


def strange(words: Words, other: Words, rng: random.Random) -> Words:
    """Easy: every third word from another book."""
    return [rng.choice(other) if i % 3 == 2 else w for i, w in enumerate(words)]


def swapped(words: Words, _: Words, rng: random.Random) -> Words:
    """Hard: two pairs of neighbours change places."""
    found = [*words]
    for i in rng.sample(range(0, len(words) - 1, 2), 2):
        found[i], found[i + 1] = found[i + 1], found[i]
    return found


def changed(words: Words, other: Words, rng: random.Random) -> Words:
    """Hard: two long words are others of another book."""
    long = [w for w in other if len(w) > 4] or other
    found = [*words]
    places = [i for i, w in enumerate(words) if len(w) > 4] or [*range(len(words))]
    for i in rng.sample(places, min(2, len(places))):
        found[i] = rng.choice(long)
    return found


def elsewhere(_: Words, other: Words, __: random.Random) -> Words:
    """Hard: another book's passage, good in itself, that does not go on from what stands before."""
    return other


def turned(words: Words, *_: object) -> Words:
    """Hard: the second half before the first."""
    half = len(words) // 2
    return words[half:] + words[:half]


KINDS: dict[str, Callable[[Words, Words, random.Random], Words]] = {
    f.__name__: f for f in (shuffled, looped, broken, strange, swapped, changed, elsewhere, turned)
}
EASY = ("shuffled", "looped", "broken", "strange")


def passages(books: Path, rng: random.Random) -> Iterator[tuple[str, Words, Words]]:
    """(book, words before, passage), one of a chapter: the beginning of a paragraph of prose, to a sentence's end."""
    with lzma.open(books, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            paragraphs = [p.split() for p in row["text"].split("\n\n")]
            rng.shuffle(paragraphs)
            for words in paragraphs:
                ends = [i + 1 for i, w in enumerate(words) if w[-1] in ".?!" and len(w) > 3]
                begun = next((e for e in ends if e >= BEFORE), None)
                ended = [e for e in ends if begun and SHORTEST <= e - begun <= LONGEST]
                if begun and begun <= 2 * BEFORE and ended:
                    yield row["book"], words[begun - BEFORE : begun], words[begun : ended[-1]]
                    break


def pairs(books: Path, seed: int) -> list[dict[str, object]]:
    """All of them, in random order, each book on one side."""
    rng = random.Random(seed)
    found = [*passages(books, rng)]
    rng.shuffle(found)
    titles = sorted({book for book, _, _ in found})
    held = set(rng.sample(titles, len(titles) // 4))
    rows: list[dict[str, object]] = []
    for i, (book, before, words) in enumerate(found):
        near = (found[(i + k) % len(found)] for k in range(1, 200))
        other = next((w for b, _, w in near if b != book and abs(len(w) - len(words)) <= 2), None)
        if other is None:
            continue
        kind = rng.choice([*KINDS])
        worse = KINDS[kind](words, other, rng)
        ask = f"Go on with this text, in about {len(words)} words: {' '.join(before)}"
        sides = {"chosen": words, "rejected": worse}
        rows.append(
            {"kind": kind, "held": book in held, "prompt": [{"role": "user", "content": ask}]}
            | {k: [{"role": "assistant", "content": " ".join(v)}] for k, v in sides.items()}
        )
    return rows


def main() -> None:
    """Write both sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("books", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/ntk/pairs"))
    args = parser.parse_args()
    rows = pairs(args.books, 0)
    for name, held, count in (("train", False, PAIRS), ("held", True, HELD)):
        kept = [{k: v for k, v in r.items() if k != "held"} for r in rows if r["held"] is held][:count]
        (args.out / name).mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(kept), args.out / name / "train.parquet")
        print(f"{name}: {len(kept)} pairs")


if __name__ == "__main__":
    main()
