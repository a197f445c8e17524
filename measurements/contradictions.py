"""How many planted contradictions the rules find, and how often they cry wolf on novels.

    python measurements/contradictions.py BOOKS.jsonl[.xz] [--part held|tuned] [--plants 1000] [--seed 1] [--missed] [--alarms]
    python measurements/contradictions.py BOOKS.jsonl[.xz] --reward
    python measurements/contradictions.py --language zh [--plants 200]

BOOKS has a chapter a line: {"book", "chapter", "text", "kind", "fiction"}; books whose lines are chapters of fiction are the
novels. Those at even places of the sorted list tuned the rules, those at odd places are held out. A plant is two sentences (or
one) put into two chapters of a stretch of a novel of 8,000 words or more; about half of them are about people of the novel, the
others about strangers. It counts as found where a finding of its check quotes both (of a death: where one quotes it). Wordings
are drawn half from those that the rules were tuned on, half from others (`contradictions_wordings.py`), which were unseen when
the rules were first done; the table tells them apart. Intervals are Wilson's, 95 %. Chinese plants go into stories of our own.

`--more` draws from `contradictions_wordings_more.py` instead: half of those wordings were looked at, half kept unseen.
`--missed` prints plants that were not found, `--alarms` what is found in untouched novels.
"""

import argparse
import json
import lzma
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from typing import NamedTuple

import numpy as np
from contradictions_plants import MAKERS, headed, put, spelt
from contradictions_plants_zh import CHECKS_ZH, OTHERS_ZH, TUNED_ZH, plant_zh, story
from contradictions_wordings import OTHERS, TUNED
from contradictions_wordings_more import KEPT, MADE
from contradictions_wordings_more_zh import KEPT_ZH, MADE_ZH

from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.intake.noticed import notice
from longwriter.rewards.checked.consistency import consistency
from longwriter.text import count_words

LEAST_WORDS = 8000
CHECKS = "colour age number kinship dead date weekday spelling tense person numbering".split()  # noqa: SIM905
Novel = list[tuple[str, str]]


class Planted(NamedTuple):
    """A text with one contradiction in it."""

    check: str
    tuned: bool
    text: str
    sayings: tuple[str, ...]
    """What was planted, in the text's order."""


def read(path: Path) -> dict[str, Novel]:
    """Chapters of each novel."""
    books: dict[str, list[tuple[str, str]]] = {}
    kinds: dict[str, Counter[bool]] = {}
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for line in lines:
            row = json.loads(line)
            books.setdefault(row["book"], []).append((row["chapter"], row["text"]))
            kinds.setdefault(row["book"], Counter())[row["kind"] == "chapter" and row["fiction"]] += 1
    return {name: books[name] for name in sorted(books) if 2 * kinds[name][True] > len(books[name])}


def joined(chapters: Sequence[str], headings: Sequence[str]) -> str:
    """Chapters under their headings."""
    return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in zip(headings, chapters, strict=True))


def stretch(novel: Novel, rng: random.Random) -> list[str]:
    """Chapters in a row with at least `LEAST_WORDS` words and at least two of them."""
    first = rng.randrange(max(1, len(novel) - 2))
    chosen: list[str] = []
    for _, text in novel[first:]:
        chosen.append(text)
        if len(chosen) > 1 and sum(map(count_words, chosen)) >= LEAST_WORDS:
            break
    return chosen


def suits(check: str, chapters: Sequence[str]) -> bool:
    """Whether chapters are told so that a passage in another tense or person is one."""
    if check not in ("tense", "person"):
        return True
    told = notice("\n\n".join(chapters))
    return told.tense == "past" if check == "tense" else told.person == "third"


def plant(check: str, novels: dict[str, Novel], tuned: bool, rng: random.Random) -> Planted:
    """One text with one contradiction of a kind."""
    while True:
        chapters = stretch(novels[rng.choice(list(novels))], rng)
        if len(chapters) < 2:
            continue
        headings, sayings = headed(len(chapters), check == "numbering", tuned, rng)
        if not suits(check, chapters):
            continue
        if check == "spelling":
            made = spelt(chapters, tuned, rng)
            if made is None:
                continue
            chapters, sayings = made
        elif check in MAKERS:
            sayings = MAKERS[check](TUNED if tuned else OTHERS, chapters, rng)
            for saying, at in zip(sayings[::-1], (len(chapters) - 1, 0), strict=False):
                chapters[at] = put(chapters[at], saying, rng)
        return Planted(check, tuned, joined(chapters, headings), sayings)


def found(planted: Planted) -> bool:
    """Whether a finding of its check quotes, or stands in, every planted saying."""
    sayings = (
        planted.sayings[:1] if planted.check == "dead" else planted.sayings
    )  # a name of the novel acts soon enough
    wanted = [planted.text.rindex(saying) for saying in sayings]
    spans = [(start, start + len(saying)) for start, saying in zip(wanted, sayings, strict=True)]
    return any(finding.check == planted.check and covers(finding, spans) for finding in contradictions(planted.text))


def covers(finding: TextFinding, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether a finding quotes something of every span."""
    return all(any(place.start < end and start < place.end for place in finding.places) for start, end in spans)


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval, in percent."""
    if not of:
        return "-"
    p, z = hits / of, 1.96
    middle, half = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    low, high = ((middle + sign * half) / (1 + z * z / of) for sign in (-1, 1))
    return f"{100 * p:.1f} ({100 * max(0.0, low):.0f}-{100 * min(1.0, high):.0f})"


def recall(novels: dict[str, Novel], given: argparse.Namespace) -> None:
    """The table of what is found."""
    rng = random.Random(given.seed)
    known = CHECKS_ZH if given.language == "zh" else CHECKS
    hits: Counter[tuple[str, bool]] = Counter()
    made: Counter[tuple[str, bool]] = Counter()
    for i in range(given.plants):
        check, tuned = known[i % len(known)], i // len(known) % 2 == 0
        planted = (
            Planted(check, tuned, *plant_zh(check, tuned, rng))
            if given.language == "zh"
            else plant(check, novels, tuned, rng)
        )
        hit = found(planted)
        made[check, tuned] += 1
        hits[check, tuned] += hit
        if given.missed and not hit:
            print(f"missed {check} {'tuned' if tuned else 'other'}: {' / '.join(planted.sayings)}", flush=True)
    print("| check | planted | found, % | wordings tuned on | other wordings |\n|---|---|---|---|---|")
    for name, checks in [*((check, [check]) for check in known), ("all", known)]:
        each = [
            [(hits[c, t], made[c, t]) for c in checks for t in kinds] for kinds in ((True, False), (True,), (False,))
        ]
        sums = [tuple(map(sum, zip(*pairs, strict=True))) for pairs in each]
        print(f"| {name} | {sums[0][1]} | " + " | ".join(wilson(*pair) for pair in sums) + " |")


def alarms(novels: dict[str, Novel], given: argparse.Namespace) -> None:
    """What is found in whole, untouched novels."""
    counts: Counter[str] = Counter()
    rates: list[tuple[float, str]] = []
    words, seconds = 0, 0.0
    for name, novel in novels.items():
        text = joined([text for _, text in novel], [title or f"Chapter {i}" for i, (title, _) in enumerate(novel, 1)])
        begin = time.process_time()
        findings = contradictions(text, "en")
        seconds += time.process_time() - begin
        here = count_words(text)
        words += here
        rates.append((1e4 * len(findings) / here, name))
        counts.update(finding.check for finding in findings)
        for finding in findings if given.alarms else ():
            print(
                f"{name[:30]} {finding.check}: {finding.message} | "
                + " || ".join(quote[:200] for quote in finding.quotes)
            )
    total = sum(counts.values())
    print(f"\n{len(novels)} novels, {words:,} words: {total} findings, {1e4 * total / words:.2f} per 10,000 words")
    print("| check | findings | per 10,000 words |\n|---|---|---|")
    for check in CHECKS:
        print(f"| {check} | {counts[check]} | {1e4 * counts[check] / words:.3f} |")
    print("highest: " + ", ".join(f"{name} {rate:.2f}" for rate, name in sorted(rates, reverse=True)[:3]))
    print(f"CPU: {1e5 * seconds / words:.2f} s for 100,000 words")


def reward(novels: dict[str, Novel]) -> None:
    """What the consistency reward gives untouched chapters of 1,000 to 10,000 words, eight a novel."""
    values = []
    for novel in novels.values():
        chapters = [text for _, text in novel if 1000 <= count_words(text) <= 10_000][:8]
        values += [consistency(len(contradictions(text)), count_words(text)) for text in chapters]
    low, median = np.percentile(values, [5, 50])
    below = sum(value < 1 for value in values)
    print(
        f"{len(values)} chapters: mean {np.mean(values):.3f}, min {min(values):.3f}, 5th percentile {low:.3f}, ", end=""
    )
    print(f"median {median:.3f}, {below} below 1")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", type=Path, nargs="?")
    parser.add_argument("--language", choices=["en", "zh"], default="en")
    parser.add_argument("--part", choices=["tuned", "held"], default="held")
    parser.add_argument("--plants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--alarms", action="store_true")
    parser.add_argument(
        "--reward", action="store_true", help="the consistency reward of human chapters, and nothing else"
    )
    parser.add_argument("--more", action="store_true", help="wordings of contradictions_wordings_more.py instead")
    given = parser.parse_args()
    if given.more:
        TUNED.update(MADE), OTHERS.update(KEPT), TUNED_ZH.update(MADE_ZH), OTHERS_ZH.update(KEPT_ZH)
    if given.language == "zh":
        recall({}, given)
        rng = random.Random(given.seed)
        plain = ["\n\n".join(story(rng)) for _ in range(100)]
        print(f"100 stories without a plant: {sum(len(contradictions(text)) for text in plain)} findings")
        return
    if given.books is None:
        sys.exit("which books? A file of chapters, one JSON object a line, or --language zh")
    books = read(given.books)
    novels = {name: books[name] for name in list(books)[given.part == "held" :: 2]}
    if not novels:
        sys.exit(f"no novels in {given.books}")
    if given.reward:
        reward(novels)
        return
    if given.plants:
        recall(novels, given)
    alarms(novels, given)


if __name__ == "__main__":
    main()
