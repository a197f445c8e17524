"""How `contradictions.py` puts contradictions into English chapters: who they are about, in which words, and where."""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from contradictions_wordings import (
    COLOURS,
    FEMALE,
    KIN,
    MALE,
    NEW_FEMALE,
    NEW_MALE,
    PLACES,
    SURNAMES,
    THINGS,
)

MONTHS = """January February March April May June July August September October November December""".split()  # noqa: SIM905
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()  # noqa: SIM905
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
ROMAN = """- I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX
    XXI XXII XXIII XXIV XXV""".split()  # noqa: SIM905


class Person(NamedTuple):
    """Somebody to plant something about."""

    name: str
    female: bool


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


def spelled(number: int) -> str:
    """A number below 100, in words."""
    if number < 20:
        return SMALL[number]
    return TENS[number // 10] + (f"-{SMALL[number % 10]}" if number % 10 else "")


def in_words(number: int, rng: random.Random) -> str:
    """A number below 100, mostly in words."""
    if rng.random() < 0.25:
        return str(number)
    return spelled(number)


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
    """A name with one slip in it: a vowel or a swap of neighbours; else a letter doubled or dropped, c for k, i for y."""
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
    roman = ROMAN[:21] + ["XXI"] * 400
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
