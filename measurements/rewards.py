"""Calibration and speed of the rule-based rewards, and of the repetition factor above all.

    python measurements/rewards.py BOOKS.jsonl[.xz] [--language en|zh] [--part tuned|held|all] [--texts 200] [--attacked 60]
                                 [--seed 1] [--by-book] [--speed]

BOOKS has a text a line: {"book", "chapter", "text"}; chapters of 1,000 to 10,000 words are used. English books at even places
of the sorted list tuned the constants, those at odd places are held out (the default). Prints the table for
docs/rewards.md: the factor of honest chapters, all and with `--by-book` each book's, the lowest of them by name, and the
factor of texts of which a half is attack (`--language zh` needs jieba: pip install jieba).
`--speed` measures instead: milliseconds of CPU for 10,000 words, texts and megabytes a second, growth with length.
"""

import argparse
import asyncio
import json
import lzma
import random
import sys
import time
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np
from attacks import ATTACKS, ENGLISH, Attack, Host, Language, content_words
from attacks_zh import ATTACKS_ZH, CHINESE

from longwriter.checks.repetition.repetition import repetition
from longwriter.rewards.base import RewardSettings, Sample, open_reward
from longwriter.text import count_words, head_words

Chapter = tuple[str, str]
LANGUAGES: dict[str, tuple[Language, dict[str, Attack]]] = {"en": (ENGLISH, ATTACKS), "zh": (CHINESE, ATTACKS_ZH)}


def read(path: Path) -> dict[str, list[Chapter]]:
    """Name and text of each chapter of 1,000 to 10,000 words, by book."""
    books: dict[str, list[Chapter]] = {}
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for line in lines:
            row = json.loads(line)
            if 1000 <= count_words(row["text"]) <= 10_000:
                books.setdefault(row["book"], []).append((f"{row['book']}: {row['chapter']}", row["text"]))
    return books


def row(name: str, values: Sequence[float]) -> None:
    """One line of the table."""
    cells = (np.mean(values), min(values), *np.percentile(values, [5, 50, 95]), max(values))
    print(f"| {name} | {len(values)} | " + " | ".join(f"{v:.3f}" for v in cells) + " |", flush=True)


def calibrate(books: dict[str, list[Chapter]], given: argparse.Namespace, rng: random.Random) -> None:
    """The table. Books take turns, so that none of many chapters rules."""
    language, attacks = LANGUAGES[given.language]
    turns = zip_longest(*(rng.sample(chapters, len(chapters)) for chapters in books.values()))
    chosen = [chapter for turn in turns for chapter in turn if chapter is not None][: given.texts]
    attacked = chosen[: given.attacked]
    others = [
        word
        for name in (rng.sample(list(books), min(5, len(books))) if attacked else ())
        for word in content_words(books[name][0][1], language, language.letters)
    ]
    print("| text | texts | mean | min | 5th percentile | median | 95th | max |\n" + "|---" * 8 + "|")
    honest = [(repetition(text), name) for name, text in chosen]
    row("honest chapters", [found.factor for found, _ in honest])
    for book in books if given.by_book else ():
        row(book, [found.factor for found, name in honest if name.startswith(f"{book}: ")])
    for name, attack in attacks.items() if attacked else ():
        row(name, [repetition(attack(Host(text, others, rng, language))).factor for _, text in attacked])
    below = sorted((found.factor, name) for found, name in honest if found.factor < 0.97)
    print(f"\n{len(below)} of {len(honest)} honest chapters are below 0.97:")
    for factor, name in below:
        print(f"  {factor:.3f} {name}")


def speed(books: dict[str, list[Chapter]], rng: random.Random) -> None:
    """CPU time of this process, best of 5; texts are chapters of one book after another, cut to length."""
    whole = "\n\n".join(text for name in rng.sample(list(books), min(8, len(books))) for _, text in books[name][:20])
    timed: dict[int, float] = {}
    for size in (1_000, 10_000, 100_000):
        text = head_words(whole, size)
        timed[size] = _seconds(lambda text=text: repetition(text)) / count_words(text) * size
        print(f"repetition of {count_words(text):,} words: {1000 * timed[size]:.1f} ms")
    print(f"growth from 1,000 to 100,000 words: {timed[100_000] / timed[1_000]:.0f} times")
    texts = [text for name in list(books)[:40] for _, text in books[name][:2]]
    samples = [
        Sample(id=str(i), request="", completion=f"<answer>{t}</answer>", mode="direct", lower=1000, upper=2000)
        for i, t in enumerate(texts)
    ]
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    for name in ("length", "format"):
        reward = open_reward(name, RewardSettings())
        seconds = _seconds(lambda reward=reward: asyncio.run(reward.score(samples)))
        print(f"{name}: {len(texts) / seconds:,.0f} texts/s, {megabytes / seconds:,.1f} MB/s ({len(texts)} chapters)")


def _seconds(work: object) -> float:
    best = float("inf")
    assert callable(work)
    for _ in range(5):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", type=Path)
    parser.add_argument("--language", choices=list(LANGUAGES), default="en")
    parser.add_argument("--part", choices=["tuned", "held", "all"], default="held")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--attacked", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by-book", action="store_true")
    parser.add_argument("--speed", action="store_true")
    given = parser.parse_args()
    books = read(given.books)
    places = {"tuned": slice(0, None, 2), "held": slice(1, None, 2), "all": slice(None)}
    part = {name: books[name] for name in sorted(books)[places[given.part]]}
    if not part:
        sys.exit(f"no chapters of 1,000 to 10,000 words in {given.books}")
    rng = random.Random(given.seed)
    if given.speed:
        speed(part, rng)
    else:
        calibrate(part, given, rng)


if __name__ == "__main__":
    main()
