"""How many planted contradictions the rules find, and how often they cry wolf on novels.

    python measurements/contradictions.py BOOKS.jsonl[.xz] [--part held|tuned] [--plants 1000] [--seed 1] [--missed] [--alarms]

BOOKS has a chapter a line: {"book", "chapter", "text", "kind", "fiction"}; books whose lines are chapters of fiction are the novels. Those at
even places of the sorted list tuned the rules, those at odd places are held out. A plant is two sentences (or one) put into two
chapters of a stretch of a novel of 8,000 words or more; half of them are about people of the novel, half about people of their own.
It counts as found where a finding of its check quotes both. Wordings are drawn half from those that the rules were tuned on, half
from others (`contradictions_wordings.py`), which the tuning did not see; tables tell them apart. Intervals are Wilson's, 95 %.

`--missed` prints plants that were not found, `--alarms` what is found in untouched novels.
"""

import argparse
import json
import lzma
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from contradictions_wordings import (
    COLOURS,
    FEMALE,
    KIN,
    MALE,
    NEW_FEMALE,
    NEW_MALE,
    OTHERS,
    PLACES,
    SURNAMES,
    THINGS,
    TUNED,
)  # fmt: skip

from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.intake.noticed import notice
from longwriter.text import count_words

LEAST_WORDS = 8000
CHECKS = "colour age number kinship dead date weekday spelling tense person numbering".split()  # noqa: SIM905
Novel = list[tuple[str, str]]
MONTHS = """January February March April May June July August September October November December""".split()  # noqa: SIM905
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()  # noqa: SIM905
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905


class Person(NamedTuple):
    """Somebody to plant something about."""

    name: str
    female: bool


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


def put(text: str, saying: str, rng: random.Random) -> str:
    """A chapter with a saying in it: as a paragraph, or at the end of one that does not end in speech."""
    parts = text.split("\n\n")
    plain = [i for i, part in enumerate(parts) if part.rstrip().endswith(".") and '"' not in part and len(part) > 80]
    if plain and rng.random() < 0.5:
        at = rng.choice(plain)
        parts[at] = f"{parts[at].rstrip()} {saying}"
    else:
        parts.insert(rng.randrange(1, len(parts)) if len(parts) > 1 else 1, saying)
    return "\n\n".join(parts)


def person(chapters: Sequence[str], rng: random.Random) -> Person:
    """Somebody of the text, by a first name that is common in it, or a stranger with one name or two."""
    text = "\n".join(chapters)
    there = [name for name in (*FEMALE, *MALE) if len(re.findall(rf"\b{name}\b", text)) >= 5]
    if there and rng.random() < 0.5:
        name = rng.choice(there)
        return Person(name, name in FEMALE)
    female = rng.random() < 0.5
    name = rng.choice(NEW_FEMALE if female else NEW_MALE)
    return Person(name + (f" {rng.choice(SURNAMES)}" if rng.random() < 0.3 else ""), female)


def said(wording: str, who: Person, **values: object) -> str:
    """A wording with its gaps filled."""
    he, his, him, man = ("she", "her", "her", "woman") if who.female else ("he", "his", "him", "man")
    forms = {
        "he": he,
        "his": his,
        "him": him,
        "man": man,
        "He": he.title(),
        "His": his.title(),
        "n": who.name,
        "He_n": who.name,
    }
    text = wording.format(**forms, **values)
    return text[0].upper() + text[1:]


def in_words(number: int, rng: random.Random) -> str:
    """A number below 100, mostly in words."""
    if rng.random() < 0.25:
        return str(number)
    if number < 20:
        return SMALL[number]
    return TENS[number // 10] + (f"-{SMALL[number % 10]}" if number % 10 else "")


def nth(number: int) -> str:
    """1st, 2nd ..."""
    return f"{number}{'th' if 10 < number % 100 < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


Pair = tuple[str, ...]


def _colour(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    who, part = person(chapters, rng), rng.choice(["eyes", "eyes", "hair"])
    groups = rng.sample(COLOURS[part], 2)
    return tuple(said(rng.choice(words[part]), who, v=rng.choice(group)) for group in groups)


def _age(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    who, age = person(chapters, rng), rng.randrange(14, 70)
    ages = (age, age + rng.choice([-9, -6, -4, -3, 3, 4, 6, 9]))
    return tuple(said(rng.choice(words["age"]), who, v=in_words(a, rng), nth_v=nth(a)) for a in ages)


def _number(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    who, place, things = person(chapters, rng), rng.choice(PLACES), rng.choice(THINGS)
    numbers = rng.sample(range(3, 60), 2)
    return tuple(
        said(rng.choice(words["number"]), who, v=in_words(n, rng), place=place, things=things) for n in numbers
    )


def _kinship(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    who = person(chapters, rng)
    female = rng.random() < 0.5
    other = rng.choice([name for name in (NEW_FEMALE if female else NEW_MALE) if name not in who.name])
    return tuple(
        said(rng.choice(words["kin"]), who, m=other, v=kin) for kin in rng.sample(KIN["f" if female else "m"], 2)
    )


def _dead(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    who = person(chapters, rng)
    return said(rng.choice(words["died"]), who), said(rng.choice(words["acts"]), who)


def _written(day: date, rng: random.Random, year: bool) -> str:
    month = MONTHS[day.month - 1]
    form = rng.choice([f"{day.day} {month}", f"the {nth(day.day)} of {month}", f"{month} {day.day}"])
    return form + (f"{',' if form[0].isalpha() else ''} {day.year}" if year else "")


def _date(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    """Two days of one event, a day that no month has, or years that do not add up."""
    who, day = person(chapters, rng), date(rng.randrange(1800, 1990), rng.randrange(1, 13), rng.randrange(1, 29))
    if rng.random() < 0.15:
        return (
            said(
                rng.choice(words["dated"]),
                who,
                v=f"{rng.choice(['31 June', '30 February', 'the 31st of April', 'November 31'])}",
            ),
        )
    year = rng.random() < 0.5
    other = day + timedelta(days=rng.choice([1, 3, 30, 200]))
    wording = rng.choice(words["dated"])
    same = [
        one for one in words["dated"] if one.split()[:2] == wording.split()[:2] and ("{n}" in one) == ("{n}" in wording)
    ]
    return tuple(said(rng.choice(same), who, v=_written(d, rng, year)) for d in (day, other))


def _weekday(words: dict[str, list[str]], chapters: Sequence[str], rng: random.Random) -> Pair:
    who, day = person(chapters, rng), date(rng.randrange(1800, 2020), rng.randrange(1, 13), rng.randrange(1, 29))
    wrong = DAYS[(day.weekday() + rng.randrange(1, 7)) % 7]
    values = {"w": wrong, "d": day.day, "nth": nth(day.day), "month": MONTHS[day.month - 1], "year": day.year}
    return (said(rng.choice(words["weekday"]), who, **values),)


def _voice(kind: str) -> Callable[[dict[str, list[str]], Sequence[str], random.Random], Pair]:
    return lambda words, chapters, rng: (said(rng.choice(words[kind]), person(chapters, rng)),)


MAKERS = {
    "colour": _colour, "age": _age, "number": _number, "kinship": _kinship, "dead": _dead, "date": _date, "weekday": _weekday,
    "tense": _voice("tense"), "person": _voice("person"),
}  # fmt: skip


def misspelt(name: str, tuned: bool, rng: random.Random) -> str:
    """A name with one slip in it, as writers make them: a vowel, a letter doubled, dropped or swapped; else c for k, i for y."""
    inner = range(1, len(name) - 1)
    slips: list[str] = []
    if tuned:
        slips += [name[:i] + v + name[i + 1 :] for i in inner if name[i] in "aeiou" for v in "aeiou" if v != name[i]]
        slips += [
            name[:i] + name[i + 1] + name[i] + name[i + 2 :]
            for i in inner
            if name[i] != name[i + 1] and i + 1 < len(name) - 1
        ]
    else:
        slips += [name[:i] + name[i] + name[i:] for i in inner if name[i] in "lmnrst"]
        slips += [name[:i] + name[i + 1 :] for i in inner if name[i] in "aeilmnrth"]
        slips += [
            name[:i] + other + name[i + 1 :]
            for i in inner
            for one, other in ("ck", "kc", "iy", "yi", "sz", "zs")
            if name[i] == one
        ]
    return rng.choice([slip for slip in slips if slip != name] or [name[:2] + name[1:]])


def spelt(chapters: list[str], tuned: bool, rng: random.Random) -> tuple[list[str], Pair] | None:
    """A name of the text, misspelt in one place of its second half."""
    whole = "\n".join(chapters)
    inside = Counter(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{4,}(?![\w'-])", whole))
    names = [name for name, n in inside.items() if n >= 5 and name.lower() not in whole and name not in DAYS + MONTHS]
    for name in rng.sample(names, len(names)):
        slip = misspelt(name, tuned, rng)
        at = [match.start() for match in re.finditer(rf"\b{name}\b", chapters[-1])]
        if at and not re.search(rf"\b{slip}\b", whole, re.IGNORECASE):
            place = rng.choice(at)
            return [*chapters[:-1], chapters[-1][:place] + slip + chapters[-1][place + len(name) :]], (slip,)
    return None


def headed(count: int, wrong: bool, tuned: bool, rng: random.Random) -> tuple[list[str], Pair]:
    """Headings of so many chapters; where `wrong`, one of them has a number too many or one again."""
    first = rng.randrange(1, 12)
    numbers = [first + i for i in range(count)]
    at = rng.randrange(1, count)
    if wrong:
        numbers[at:] = [number + rng.choice([1, 2, -1]) for number in numbers[at : at + 1]] + numbers[at + 1 :]
    roman = "- I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split() + ["XXI"] * 400
    form: Callable[[int], str] = rng.choice(
        [lambda n: f"Chapter {n}", lambda n: f"{n}. The Journey"]
        if tuned
        else [
            lambda n: f"Chapter {roman[n]}",
            lambda n: f"CHAPTER {SMALL[n].upper()}" if n < 20 else f"CHAPTER {n}",
            lambda n: f"Chapter {n}: A Letter",
        ]
    )
    headings = [form(number) for number in numbers]
    return headings, (headings[at],)


def plant(check: str, novels: dict[str, Novel], tuned: bool, rng: random.Random) -> Planted:
    """One text with one contradiction of a kind."""
    while True:
        chapters = stretch(novels[rng.choice(list(novels))], rng)
        if len(chapters) < 2:
            continue
        headings, sayings = headed(len(chapters), check == "numbering", tuned, rng)
        if check in ("tense", "person"):
            told = notice("\n\n".join(chapters))
            if (told.tense if check == "tense" else told.person) != ("past" if check == "tense" else "third"):
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
    return any(
        finding.check == planted.check and _covers(finding, spans) for finding in contradictions(planted.text, "en")
    )


def _covers(finding: TextFinding, spans: Sequence[tuple[int, int]]) -> bool:
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
    hits: Counter[tuple[str, bool]] = Counter()
    made: Counter[tuple[str, bool]] = Counter()
    for i in range(given.plants):
        check, tuned = CHECKS[i % len(CHECKS)], i // len(CHECKS) % 2 == 0
        planted = plant(check, novels, tuned, rng)
        hit = found(planted)
        made[check, tuned] += 1
        hits[check, tuned] += hit
        if given.missed and not hit:
            print(f"missed {check} {'tuned' if tuned else 'other'}: {' / '.join(planted.sayings)}", flush=True)
    print("| check | planted | found, % | wordings tuned on | other wordings |\n|---|---|---|---|---|")
    for name, checks in [*((check, [check]) for check in CHECKS), ("all", CHECKS)]:
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
    print(
        f"\n{len(novels)} novels, {words:,} words: {sum(counts.values())} findings, {1e4 * sum(counts.values()) / words:.2f} per 10,000 words"
    )
    print("| check | findings | per 10,000 words |\n|---|---|---|")
    for check in CHECKS:
        print(f"| {check} | {counts[check]} | {1e4 * counts[check] / words:.3f} |")
    print("highest: " + ", ".join(f"{name} {rate:.2f}" for rate, name in sorted(rates, reverse=True)[:3]))
    print(f"CPU: {1e5 * seconds / words:.2f} s for 100,000 words")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", type=Path)
    parser.add_argument("--part", choices=["tuned", "held"], default="held")
    parser.add_argument("--plants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--alarms", action="store_true")
    given = parser.parse_args()
    books = read(given.books)
    novels = {name: books[name] for name in list(books)[given.part == "held" :: 2]}
    if not novels:
        sys.exit(f"no novels in {given.books}")
    if given.plants:
        recall(novels, given)
    alarms(novels, given)


if __name__ == "__main__":
    main()
