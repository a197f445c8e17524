"""How `contradictions_unseen.py` puts unseen wordings into Chinese stories of our own."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from contradictions_plants_zh import chinese, numeral, put_zh, story
from contradictions_unseen_entries import Draw, Made, Values, finished, misnumbered
from unseen_wordings_zh import EYE_COLOURS, HAIR_COLOURS, IMPOSSIBLE, KIN, OTHERS, PEOPLE, PLACES, SLIPS, TITLES


def _colour(draw: Draw, _: str) -> Values:
    return draw.colours(EYE_COLOURS if draw.entry.part == "eyes" else HAIR_COLOURS)


def _age(draw: Draw, _: str) -> Values:
    return [{"v": numeral(v, draw.rng)} for v in draw.ages()]


def _number(draw: Draw, _: str) -> Values:
    place = draw.rng.choice(PLACES)
    first, other = draw.rng.sample(range(4, 40), 2)
    return [{"v": numeral(v, draw.rng), "place": place} for v in draw.two(first, other)]


def _kinship(draw: Draw, name: str) -> Values:
    needs, rng = draw.entry.needs, draw.rng
    apart = "f" if PEOPLE[name] == "他" else "m"
    sex = needs["other"] if "other" in needs else apart if "apart" in needs else rng.choice("fm")
    other = rng.choice(OTHERS[sex])
    first, second = rng.sample(KIN[sex], 2)
    return [{"m": other, "v": v} for v in draw.two(first, second)]


def _days(draw: Draw) -> tuple[date, date, bool]:
    """Two days, and whether they are written in Arabic numerals."""
    rng = draw.rng
    day = date(rng.randrange(1920, 2000), rng.randrange(1, 13), rng.randrange(1, 29))
    days = draw.two(day, day + timedelta(days=rng.choice([2, 9, 45, 160])))
    return *days, rng.random() < 0.4


def _parts(day: date, arabic: bool) -> tuple[str, str, str]:
    """Year, month and day of the month."""
    if arabic:
        return str(day.year), str(day.month), str(day.day)
    return "".join("零一二三四五六七八九"[int(c)] for c in str(day.year)), chinese(day.month), chinese(day.day)


def _date(draw: Draw, _: str) -> Values:
    rng = draw.rng
    day, other, arabic = _days(draw)
    with_year = rng.random() < 0.5
    years = (day.year, day.year + (0 if draw.agreeing else rng.choice([-7, -3, 2, 5, 11])))
    values: Values = []
    for d, later in zip((day, other), years, strict=True):
        year, month, number = _parts(d, arabic)
        short = f"{month}月{number}日"
        y = _parts(d.replace(year=later, day=1), arabic)[0]
        values.append({"v": f"{year}年{short}" if with_year else short, "dv": short, "y": y})
        values[-1]["imp"] = rng.choice(IMPOSSIBLE)
    return values


def _weekday(draw: Draw, _: str) -> Values:
    rng = draw.rng
    day, _other, arabic = _days(draw)
    shift = rng.randrange(1, 7)
    right, off = (
        rng.choice(["星期", "礼拜", "周"]) + "一二三四五六日"[(day.weekday() + days) % 7] for days in (0, shift)
    )
    one = right if draw.agreeing else off
    year, month, number = _parts(day, arabic)
    parts = {"date": f"{year}年{month}月{number}日", "year": year, "month": month, "day": number}
    return [{"w": name, **parts} for name in (draw.two(right, off) if len(draw.entry.texts) == 2 else (one,))]


FILLED: dict[str, Callable[[Draw, str], Values]] = {
    "colour": _colour, "age": _age, "number": _number, "kinship": _kinship, "date": _date, "weekday": _weekday,
}  # fmt: skip


def _sayings(check: str, draw: Draw, people: list[str]) -> list[str]:
    sex = draw.entry.needs.get("sex")
    name = draw.rng.choice([one for one in people if sex in (None, PEOPLE[one])])
    each = FILLED[check](draw, name) if check in FILLED else [{}, {}]
    return [text.format(n=name, p=PEOPLE[name], **v) for text, v in zip(draw.entry.texts, each, strict=False)]


def _misspelt(draw: Draw, chapters: list[str], people: list[str]) -> str:
    """Misspells a name in the last chapter, where it stood or in a sentence of ours."""
    rng = draw.rng
    name = rng.choice([one for one in people if one in SLIPS])
    slip = rng.choice(SLIPS[name])
    if draw.entry.texts:
        put_zh(chapters, [draw.entry.texts[0].format(slip=slip)], rng)
    else:
        at = rng.choice([match.start() for match in re.finditer(name, chapters[2])])
        chapters[2] = chapters[2][:at] + slip + chapters[2][at + len(name) :]
    return slip


def _people(draw: Draw) -> list[str]:
    while True:
        people = draw.rng.sample(list(PEOPLE), 3)
        if draw.entry.needs.get("sex") in (None, *(PEOPLE[one] for one in people)):
            return people


def unseen_zh(check: str, draw: Draw) -> Made:
    """A story with an entry of a kind in it."""
    rng, people = draw.rng, _people(draw)
    chapters = story(rng, people, PEOPLE)
    sayings: list[str] = []
    numbers, form = [1, 2, 3], "第{c}章"
    if check == "numbering":
        form = draw.entry.texts[0]
        numbers[2] = numbers[2] if draw.agreeing else rng.choice([2, 4, 5])
    elif check == "spelling":
        sayings = [_misspelt(draw, chapters, people)]
    else:
        sayings = _sayings(check, draw, people)
        put_zh(chapters, sayings, rng)
    titles = rng.sample(TITLES, 3)
    headings = [form.format(n=n, c=chinese(n), title=title) for n, title in zip(numbers, titles, strict=True)]
    return misnumbered(chapters, headings, 2) if check == "numbering" else finished(chapters, headings, sayings)
