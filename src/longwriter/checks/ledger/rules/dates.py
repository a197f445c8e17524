"""Dates as texts write them, English and Chinese: which exist, on which weekday, and how many years lie between."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import NamedTuple

from longwriter.checks.ledger.numbers import NUMBER, ORDINAL, chinese_number, english_number
from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.rules.claims import SectionSource

MONTHS = """january february march april may june july august september october november december""".split()  # noqa: SIM905
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_MONTH = joined([month.title() for month in MONTHS])
_DAY = joined([day.title() for day in DAYS])
_YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2}|21[0-9]{2})"
_ORDINAL = ORDINAL
DATE = (
    rf"(?:(?:the )?(?P<day>{_ORDINAL})(?: day)?(?: of)? (?P<month>{_MONTH})|(?P<month2>{_MONTH}) (?:the "
    rf")?(?P<day2>{_ORDINAL}))"
    rf"\b(?:,? (?:in the year |of the year |of )?{_YEAR})?"
)
"""A regular expression of a day in English, with or without a year."""
_DATED = re.compile(
    rf"(?:\b(?P<weekday>{_DAY})(?:(?:,? (?:on |that |in question(?:,? )?)?)?(?:,? ?\(| - | — |—)?(?:was |is |had "
    r"been |being )?"
    rf"(?:on )?|, in the [a-z]+, ))?\b{DATE}"
    r"(?:(?:,? \(?|,? (?:-|–|—) |—|; |: )(?:(?:which|it|that|this|the day|a day that) )?(?:(?:had )?(?:was|is|been"
    r"|fell on|falls on|being|falling on"
    rf"|happened to be) ?)?(?:on )?(?:an?|the|one|that)? ?(?:[a-z]+,? ){{0,2}}?(?P<weekday2>{_DAY})\b)?"
)
_WEEKDAY = re.compile(rf"\b{_DAY}\b(?!s)")
_OTHER_WEEK = re.compile(
    r"\b(?:before|after|since|next|following|previous|until|till|last|later|first|second|third|fourth|every|by|"
    r"from|or|not|week)\b"
    r"|n['’]t\b"
)
_SAME_DAY = 70
"""Characters between a date and the weekday that a sentence gives it."""
CHINESE_DATE = (
    r"(?:(?P<year>[0-9]{4}|[〇零一二三四五六七八九]{4})年)?(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月"
    r"(?P<day>3[0-9]|[12][0-9]|0?[1-9]|三十[一二]?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六"
    r"七八九])[日号]"
)
"""A regular expression of a day in Chinese, with or without a year."""
_ZH_WEEKDAY = "(?:星期|礼拜|周)"
_ZH_DATE = re.compile(
    rf"(?:{_ZH_WEEKDAY}(?P<weekday>[一二三四五六日天])[，、（( ]?(?:也就是|即|就是|正是|是)?)?{CHINESE_DATE}"
    rf"(?:[，、（(： ]{{0,2}}(?:那天|这天|当天|那一天|这一天|的?[清早傍夜][晨上晚])?[，、]?(?:是|正是|恰好是?|正好"
    r"是?|刚好是?|恰是|为|恰逢|正逢|适逢|正值|恰值|逢|也就是)?"
    rf"(?:一个|个)?{_ZH_WEEKDAY}(?P<weekday2>[一二三四五六日天]))?"
)
_ZH_DAYS = "一二三四五六日"
FIRST_GREGORIAN = 1753
"""The first full year of the Gregorian calendar in Britain; weekdays before it are not judged."""
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LATER = re.compile(
    rf"\b(?P<n>(?i:{NUMBER})) years (?P<way>later|after(?:wards)?|earlier|before)[,:]? (?:(?:[a-z]+ ){{0,3}})?in "
    rf"(?:the (?:year|spring|summer|autumn|fall|winter) (?:of )?)?{_YEAR}\b"
    rf"|\b[Ii]n {_YEAR.replace('year', 'year2')},? (?P<n2>(?i:{NUMBER})) years (?P<way2>later|after(?:wards)?|earlier"
    rf"|before)\b"
)
_IN_YEAR = re.compile(r"\b(?:[Ii]n|of|[Ss]ince|year) (?:the year )?(1[0-9]{3}|20[0-9]{2})\b")
_ZH_LATER = re.compile(
    rf"(?P<n>{'[0-9一二两三四五六七八九十百]{1,5}'})年(?P<way>后|以后|之后|前|以前|之前)[，,]?(?:也就是|即|到了|在|"
    rf"是|于)?(?P<year>[0-9]{{4}}"
    rf"|[一二〇零三四五六七八九]{{4}})年"
)
_ZH_YEAR = re.compile(r"(?P<year>[0-9]{4}|[〇零一二三四五六七八九]{4})年")


class DayInText(NamedTuple):
    """A day of the calendar where a text names it."""

    year: int | None
    month: int
    """From 1."""
    day: int
    weekday: int | None
    """0 is Monday."""
    start: int
    end: int

    @property
    def value(self) -> str:
        """As a fact's value: 1890-05-03, or --05-03 without a year."""
        return f"{self.year or '-'}-{self.month:02d}-{self.day:02d}"


class DateFault(NamedTuple):
    """A date that cannot be, with the places that show it."""

    check: str
    places: tuple[tuple[int, int], ...]
    message: str


def days_of(text: str, language: str) -> Iterator[DayInText]:
    """All days that a text names, in order."""
    if language == "zh":
        for match in _ZH_DATE.finditer(text):
            year = chinese_number(match["year"]) if match["year"] else None
            month, day = chinese_number(match["month"]), chinese_number(match["day"])
            named = match["weekday"] or match["weekday2"]
            weekday = _ZH_DAYS.index(named.replace("天", "日")) if named else None
            if month and day:
                yield DayInText(year, month, day, weekday, match.start(), match.end())
        return
    for match in _DATED.finditer(text):
        day = english_number(match["day"] or match["day2"])
        month = MONTHS.index((match["month"] or match["month2"]).lower()) + 1
        named = match["weekday"] or match["weekday2"]
        year = int(match["year"]) if match["year"] else None
        if day:
            weekday = DAYS.index(named.lower()) if named else None
            yield DayInText(year, month, day, weekday, match.start(), match.end())


def date_faults(source: SectionSource, language: str) -> Iterator[DateFault]:
    """Days that no calendar has, weekdays that a date did not have, years that do not add up."""
    for day in _days(source, language):
        where = ((day.start, day.end),)
        if day.day > _LONGEST_MONTHS[day.month - 1]:
            yield DateFault("date", where, f"the month has no day {day.day}")
            continue
        try:
            real = date(day.year, day.month, day.day) if day.year else None
        except ValueError:
            yield DateFault("date", where, f"{day.year} had no 29 February")
            continue
        if real and day.weekday is not None and real.year >= FIRST_GREGORIAN and real.weekday() != day.weekday:
            said, was = (DAYS[n].title() for n in (day.weekday, real.weekday()))
            written = source.passages.text[day.start : day.end]
            yield DateFault("weekday", where, f"{written}: {real.isoformat()} was a {was}, not a {said}")
    yield from _years_apart(source, language)


def _days(source: SectionSource, language: str) -> Iterator[DayInText]:
    """The days of a section; in English, only sentences with a month are looked at."""
    if language == "zh":
        yield from days_of(source.passages.text, language)
        return
    for number in source.passages.having(" ".join(MONTHS)):
        start = source.passages.span(number)[0]
        text = source.passages.sentence(number)
        days = list(days_of(text, language))
        weekdays = list(_WEEKDAY.finditer(text))
        if len(days) == len(weekdays) == 1 and days[0].weekday is None and not _OTHER_WEEK.search(text):
            found = DAYS.index(weekdays[0][0].lower())
            if weekdays[0].start() < days[0].end + _SAME_DAY and days[0].start < weekdays[0].end() + _SAME_DAY:
                days = [days[0]._replace(weekday=found)]
        for day in days:
            yield day._replace(start=start + day.start, end=start + day.end)


def _years_apart(source: SectionSource, language: str) -> Iterator[DateFault]:
    """Years named as so many years after or before one named in front of them, where that is not so."""
    text = source.passages.text
    later, year_of = (_ZH_LATER, _ZH_YEAR) if language == "zh" else (_LATER, _IN_YEAR)
    stretches = (
        [(0, len(text))] if language == "zh" else [source.passages.span(n) for n in source.passages.having("years")]
    )
    for match in chain.from_iterable(later.finditer(text, *stretch) for stretch in stretches):
        groups = match.groupdict()
        number, way = groups["n"] or groups["n2"], groups["way"] or groups["way2"]
        then = groups["year"] or groups["year2"]
        begin = max(0, match.start() - 300, text.rfind("\n\n", 0, match.start()))
        years = list(year_of.finditer(text, begin, match.start()))
        apart = chinese_number(number) if language == "zh" else english_number(number)
        if not years or apart is None:
            continue
        named, second = [chinese_number(year[1]) for year in years], chinese_number(then)
        first, way_on = named[-1], apart if way[:2] in ("la", "af") or "后" in way else -apart
        if first is None or second is None:
            continue
        if all(year is not None and abs(year + way_on - second) > 1 for year in named):
            places = (years[-1].span(), match.span())
            yield DateFault("date", places, f"{first} and {match[0]!r} do not add up")
