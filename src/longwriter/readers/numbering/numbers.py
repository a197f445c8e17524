"""The number that stands beside the word for a division: digits, Roman numerals, number words, letters."""

import re
from collections.abc import Container, Mapping
from typing import NamedTuple

from longwriter.length.numerals import chinese_number
from longwriter.readers.numbering.words import HeadingWords

Words = list[tuple[str, int, int]]
"""As `words_in` gives them."""

_ROMAN = re.compile(r"(?=.)(?:c{0,4})(?:xc|xl|l?x{0,4})(?:ix|iv|v?i{0,4})")
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_LOOKALIKES = str.maketrans("іхсІХС", "ixcixc")
"""Cyrillic letters that Roman numerals are typed with."""
_SUFFIXED = re.compile(r"(\d{1,4})(?:st|nd|rd|th|er|re|ere|e|eme|o|a|de|ste|te|ter)?")
_ROMAN_SUFFIXED = re.compile(r"([IVXLC]+)(?:er|re|ère|e|ème|º|ª|°)")
_CYRILLIC_SUFFIXES = frozenset(["я", "й", "ая", "ый", "ой", "ое", "е", "го"])
_HEBREW = {letter: value for value, letter in enumerate("אבגדהוזחט", 1)}
_HEBREW |= {letter: 10 * value for value, letter in enumerate("יכלמנסעפצ", 1)} | dict(
    zip("קרשת", (100, 200, 300, 400), strict=True)
)
_GREEK = dict(zip("αβγδεζηθ", (1, 2, 3, 4, 5, 7, 8, 9), strict=True))
_GREEK |= {letter: 10 * value for value, letter in enumerate("ικλμνξοπ", 1)}
_OTHER_HAN = str.maketrans(
    "壹贰叁肆伍陆柒捌玖拾壱弐参貳參陸兩○일이삼사오육칠팔구십백",
    "一二三四五六七八九十一二三二三六两〇一二三四五六七八九十百",
)
HAN = "[\\d〇零○一二三四五六七八九十百千两兩廿卅壹贰叁肆伍陆柒捌玖拾壱弐参貳參陸]{1,8}"
"""A number as Chinese and Japanese headings have it."""
HANGUL = "[\\d일이삼사오육칠팔구십백]{1,6}"


class Numbered(NamedTuple):
    """A number and how far it goes."""

    value: int | None
    """None: the last, or a letter without a place."""
    words: int
    """How many words it takes."""


def roman(word: str) -> int | None:
    """The value of a Roman numeral below 400; None for another word, or one in mixed case."""
    if not (word.isupper() or word.islower()):
        return None
    plain = word.lower().translate(_LOOKALIKES)
    if not _ROMAN.fullmatch(plain):
        return None
    digits = [_VALUES[c] for c in plain]
    return sum(-d if d < max(digits[i:]) else d for i, d in enumerate(digits))


def han(number: str) -> int | None:
    """The value of a match of `HAN` or `HANGUL`; None where it is none, such as 十十百."""
    value = chinese_number(
        re.sub("[廿卅]", lambda ten: {"廿": "二十", "卅": "三十"}[ten[0]], number).translate(_OTHER_HAN)
    )
    return None if value is None else int(value)


def numbered(line: str, words: Words, language: HeadingWords) -> Numbered | None:
    """The number that `words`, a part of the line's, begin with in that language; None if they begin with none."""
    if not words:
        return None
    word, start, end = words[0]
    raw = line[start:end]
    if match := _SUFFIXED.fullmatch(word):
        return Numbered(int(match[1]), _digits(line, words))
    if (value := roman(raw)) is not None:
        return Numbered(value, 1)
    if match := _ROMAN_SUFFIXED.fullmatch(raw):
        return Numbered(roman(match[1]), 1)
    return spelled(line, words, language.numbers, language.joins) or _letters(word, language)


def _digits(line: str, words: Words) -> int:
    """How many words digits take: 3.2 is two, and so is the Russian 2-я."""
    taken = 1
    while taken < len(words):
        (_, _, before), (word, start, _) = words[taken - 1], words[taken]
        gap = line[before:start]
        if not ((gap == "." and word.isdigit()) or (gap == "-" and word in _CYRILLIC_SUFFIXES)):
            break
        taken += 1
    return taken


def spelled(line: str, words: Words, numbers: Mapping[str, int], joins: Container[str] = ()) -> Numbered | None:
    """Number words that stand together: Twenty-One, vingt et un, двадцать первая."""
    found = _one(line, words, numbers)
    if found is None:
        return None
    value, taken = found
    if value >= 20 and value % 10 == 0:
        joined = taken + (taken < len(words) and words[taken][0] in joins)
        more = _one(line, words[joined:], numbers) if joined < len(words) and _close(line, words, taken) else None
        if more is not None and 0 < more[0] < 20:
            return Numbered(value + more[0], joined + more[1])
    return Numbered(None if value < 0 else value, taken)


def _one(line: str, words: Words, numbers: Mapping[str, int]) -> tuple[int, int] | None:
    """The longest entry of the table that the words begin with, of two words or one: its value and its words."""
    if len(words) > 1 and _close(line, words, 1) and (value := numbers.get(f"{words[0][0]} {words[1][0]}")):
        return value, 2
    value = numbers.get(words[0][0]) if words else None
    return None if value is None else (value, 1)


def _close(line: str, words: Words, at: int) -> bool:
    """Whether nothing but blanks and hyphens stands before word `at`."""
    return not line[words[at - 1][2] : words[at][1]].strip(" \t\u00a0-‐\u2011")


def _letters(word: str, language: HeadingWords) -> Numbered | None:
    """Letters that count, as Hebrew (פרק י"ב) and Greek (Κεφάλαιο Α') have them."""
    plain = re.sub("['\"״]", "", word)
    for letters, own in ((_HEBREW, "פרק"), (_GREEK, "κεφαλαιο")):
        if own in language.divisions and 0 < len(plain) <= 3 and all(letter in letters for letter in plain):
            return Numbered(sum(letters[letter] for letter in plain), 1)
    return None
