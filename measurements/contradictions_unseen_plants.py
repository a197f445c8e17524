"""How `contradictions_unseen.py` puts unseen wordings into English chapters."""

import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from contradictions import Novel, stretch, suits
from contradictions_plants import DAYS, MONTHS, ROMAN, TENS, Person, in_words, nth, person, put, spelled
from contradictions_unseen_entries import Draw, Made, Values, finished, misnumbered
from contradictions_wordings import NEW_FEMALE, NEW_MALE
from unseen_wordings_en import EYE_COLOURS, HAIR_COLOURS, IMPOSSIBLE, KIN, PLACES, SLIPS, TITLES

MOST_CHAPTERS = 16
ORDINALS = """zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth""".split()  # noqa: SIM905
TENTHS = "- - twentieth thirtieth fortieth fiftieth sixtieth".split()  # noqa: SIM905
STYLES = """Superintendent Inspector Colonel Captain Major Doctor Madame Monsieur Signor Senor Mother Father Uncle Auntie Prince
    Princess Count Countess Duchess Duke Baron Squire General Judge""".split()  # noqa: SIM905
PERSONAL = (
    r"\b{0} (?:said|asked|replied|had|looked|went|came|turned|answered|cried|smiled|nodded|thought)\b"
    r"|\b(?:said|asked|replied|cried|answered) {0}\b"
    r"|\b(?:Mr|Mrs|Miss|Sir|Lord|Lady|Captain|Dr|Madame)\.?\s{0}\b"
)


def ordinal(number: int) -> str:
    """A number below 70 as an ordinal, in words."""
    if number < 20:
        return ORDINALS[number]
    tens, ones = divmod(number, 10)
    return f"{TENS[tens]}-{ORDINALS[ones]}" if ones else TENTHS[tens]


def dated(day: date, year: bool, rng: random.Random) -> str:
    """A day in one of five forms."""
    month = MONTHS[day.month - 1]
    form = rng.choice(
        [
            f"the {ordinal(day.day)} of {month}",
            f"{month} the {ordinal(day.day)}",
            f"{day.day} {month}",
            f"the {nth(day.day)} of {month}",
            f"{month} {day.day}",
        ]
    )
    return f"{form}{'' if form[0].isdigit() else ','} {day.year}" if year else form


def _who(chapters: list[str], sex: str | None, rng: random.Random) -> Person:
    while True:
        who = person(chapters, rng)
        if sex is None or who.female == (sex == "f"):
            return who


def _colour(draw: Draw, _: Person) -> Values:
    return draw.colours(EYE_COLOURS if draw.entry.part == "eyes" else HAIR_COLOURS)


def _age(draw: Draw, _: Person) -> Values:
    return [{"v": in_words(v, draw.rng), "vth": ordinal(v)} for v in draw.ages()]


def _number(draw: Draw, _: Person) -> Values:
    needs, rng = draw.entry.needs, draw.rng
    first, other = rng.sample(range(*needs.get("range", (4, 29))), 2)
    place = needs.get("place", rng.choice(PLACES))
    return [{"v": in_words(v, rng), "place": place} for v in draw.two(first, other)]


def _kinship(draw: Draw, who: Person) -> Values:
    needs, rng = draw.entry.needs, draw.rng
    female = needs["other"] == "f" if "other" in needs else rng.random() < 0.5
    other = rng.choice([name for name in (NEW_FEMALE if female else NEW_MALE) if name not in who.name])
    he, his, him = ("she", "her", "her") if female else ("he", "his", "him")
    first, second = rng.sample(KIN["f" if female else "m"], 2)
    return [{"m": other, "he_m": he, "his_m": his, "him_m": him, "v": v} for v in draw.two(first, second)]


def _days(draw: Draw) -> tuple[date, date]:
    rng = draw.rng
    day = date(rng.randrange(1800, 1950), rng.randrange(1, 13), rng.randrange(1, 29))
    return draw.two(day, day + timedelta(days=rng.choice([2, 9, 45, 160])))


def _date(draw: Draw, _: Person) -> Values:
    rng = draw.rng
    day, other = _days(draw)
    with_year = rng.random() < 0.5
    later = day.year + (0 if draw.agreeing else rng.choice([-7, -3, 2, 5, 11]))
    return [
        {"v": dated(d, with_year, rng), "dv": dated(d, False, rng), "y": year, "imp": rng.choice(IMPOSSIBLE)}
        for d, year in ((day, day.year), (other, later))
    ]


def _weekday(draw: Draw, _: Person) -> Values:
    day = _days(draw)[0]
    right, off = DAYS[day.weekday()], DAYS[(day.weekday() + draw.rng.randrange(1, 7)) % 7]
    one = right if draw.agreeing else off
    parts = {"d": day.day, "nth": nth(day.day), "nthw": ordinal(day.day), "month": MONTHS[day.month - 1]}
    names = draw.two(right, off) if len(draw.entry.texts) == 2 else (one,)
    return [{"w": name, "year": day.year, **parts} for name in names]


FILLED: dict[str, Callable[[Draw, Person], Values]] = {
    "colour": _colour, "age": _age, "number": _number, "kinship": _kinship, "date": _date, "weekday": _weekday,
}  # fmt: skip


def _sayings(check: str, draw: Draw, chapters: list[str]) -> list[str]:
    who = _who(chapters, draw.entry.needs.get("sex"), draw.rng)
    he, his, him, man = ("she", "her", "her", "woman") if who.female else ("he", "his", "him", "man")
    forms = {"n": who.name, "he": he, "his": his, "him": him, "himself": f"{him}self", "man": man}
    forms |= {"He": he.title(), "His": his.title()}
    each = FILLED[check](draw, who) if check in FILLED else [{}, {}]
    made = [text.format(**forms, **values) for text, values in zip(draw.entry.texts, each, strict=False)]
    return [text[0].upper() + text[1:] for text in made]


def _slip(name: str, rng: random.Random) -> str | None:
    slips = []
    for pattern, to in SLIPS:
        for match in re.finditer(pattern, name):
            if match.start() > 0 or pattern[0] in "CK":
                slips.append(name[: match.start()] + match.expand(to) + name[match.end() :])
    return rng.choice(slips) if slips else None


def _names(whole: str) -> list[str]:
    inside = Counter(re.findall(r"(?<=[a-z,] )[A-Z][a-z]{4,}(?![\w'’-])", whole))
    return [
        name
        for name, n in inside.items()
        if n >= 5
        and not re.search(rf"\b{name.lower()}\b", whole)
        and name not in DAYS + MONTHS + STYLES
        and re.search(PERSONAL.format(name), whole)
    ]


def _misspelt(draw: Draw, chapters: list[str]) -> tuple[list[str], str] | None:
    rng, whole, last = draw.rng, "\n".join(chapters), chapters[-1]
    names = _names(whole)
    for name in rng.sample(names, len(names)):
        slip = _slip(name, rng)
        if slip is None or len(slip) < 5 or re.search(rf"\b{slip}\b", whole, re.IGNORECASE):
            continue
        if draw.entry.texts:
            return [*chapters[:-1], put(last, draw.entry.texts[0].format(slip=slip), rng)], slip
        at = [match.start() for match in re.finditer(rf"\b{name}\b", last)]
        if at:
            place = rng.choice(at)
            return [*chapters[:-1], last[:place] + slip + last[place + len(name) :]], slip
    return None


def _headings(count: int, form: str, wrong: bool, rng: random.Random) -> tuple[list[str], int]:
    first, titles = rng.randrange(1, 9), rng.sample(TITLES, min(count, len(TITLES)))
    numbers = [first + i for i in range(count)]
    at = rng.randrange(1, count)
    if wrong:
        numbers[at] += rng.choice([1, 2, -1])
    headings = []
    for i, n in enumerate(numbers):
        words = {"Ordinal": ordinal(n).title(), "Word": spelled(n).title(), "WORD": spelled(n).upper()}
        headings.append(form.format(n=n, roman=ROMAN[n], title=titles[i % len(titles)], **words))
    return headings, at


def unseen_en(check: str, draw: Draw, novels: dict[str, Novel]) -> Made:
    """A stretch of a novel with an entry of a kind in it."""
    rng = draw.rng
    while True:
        chapters = stretch(novels[rng.choice(list(novels))], rng)
        if not 1 < len(chapters) <= MOST_CHAPTERS or not suits(check, chapters):
            continue
        if check == "numbering":
            headings, at = _headings(len(chapters), draw.entry.texts[0], not draw.agreeing, rng)
            return misnumbered(chapters, headings, at)
        if check == "spelling":
            made = _misspelt(draw, chapters)
            if made is None:
                continue
            chapters, sayings = made[0], [made[1]]
        else:
            sayings = _sayings(check, draw, chapters)
            for saying, at in zip(sayings[::-1], (len(chapters) - 1, 0), strict=False):
                chapters[at] = put(chapters[at], saying, rng)
        form = rng.choice(["Chapter {n}", "Chapter {roman}"])
        return finished(chapters, _headings(len(chapters), form, False, rng)[0], sayings)
