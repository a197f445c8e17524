"""Numbers of a sentence and of the chunk that it cites, by what they are worth: "3.5 million", "1,200", "twelve". Pure."""

import math
import re
from collections.abc import Collection
from typing import NamedTuple

from longwriter.length.numerals import DIGITS, digits_value, english_number, half_width

_SCALES = {
    "hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "百": 100.0, "千": 1e3, "万": 1e4,
    "亿": 1e8,
}  # fmt: skip
_NUMBER = re.compile(rf"(?<![\w.])({DIGITS})(?:[ \u00a0-]?({'|'.join(_SCALES)})s?)?", re.IGNORECASE)
_SPOKEN_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen"
)
_SPOKEN = re.compile(rf"\b(?:{_SPOKEN_WORD})(?:(?:[ -]|\s+and\s+)(?:{_SPOKEN_WORD}))*\b", re.IGNORECASE)
_ORDINAL = re.compile(r"^[ \t]*(?:[-*+][ \t]+)?\d{1,3}[.)、](?=\s)", re.MULTILINE)
_ABOUT = re.compile(
    r"(?:about|around|nearly|almost|over|under|some|roughly|approximately|more than|less than|close to|约|近|超过|大约)"
    r"\s*[$€£¥]?\s*\Z",
    re.IGNORECASE,
)


class NumberPlace(NamedTuple):
    """A number in digits."""

    start: int
    end: int
    value: float
    rounded: bool
    """It is said to be about so much, or in millions: a number that rounds to it is meant."""


def numbers(text: str) -> list[NumberPlace]:
    """The numbers in digits, those that count the items of a list left out; indices are those of `text`."""
    plain = _ORDINAL.sub(lambda item: " " * len(item[0]), half_width(text))
    out = []
    for match in _NUMBER.finditer(plain):
        scale = (match[2] or "").lower()
        rounded = bool(scale) or _ABOUT.search(plain, max(0, match.start() - 16), match.start()) is not None
        out.append(NumberPlace(match.start(), match.end(), digits_value(match[1]) * _SCALES.get(scale, 1.0), rounded))
    return out


def values(text: str) -> set[float]:
    """What the numbers of a source are worth, those in English words included."""
    found = {place.value for place in numbers(text)}
    for match in _SPOKEN.finditer(text):
        value = english_number(match[0].replace("-", " "))
        if value is not None:
            found.add(value)
    return found


def stands(number: NumberPlace, there: Collection[float]) -> bool:
    """Whether a source has a number, or one that rounds to it where it is rounded."""
    if number.value in there or any(math.isclose(number.value, value, rel_tol=1e-9) for value in there):
        return True
    return number.rounded and any(_rounds_to(value, number.value) for value in there)


def _rounds_to(value: float, rounded: float) -> bool:
    """Whether `value` is `rounded` when it has as many digits."""
    if not value or not rounded or value * rounded < 0:
        return False
    digits = len(f"{rounded:.10g}".partition("e")[0].replace(".", "").strip("0")) or 1
    return math.isclose(float(f"{value:.{digits}g}"), rounded, rel_tol=1e-9)
