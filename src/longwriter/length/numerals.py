"""Numbers as people write them: digits of any script, and number words; patterns that find them and what they are worth."""

import re
import unicodedata
from collections.abc import Mapping

from longwriter.length.scripts import simplified

_HALF_WIDTH = {0xFF10 + digit: ord("0") + digit for digit in range(10)} | dict(
    zip(map(ord, "．～〜＋％－−‐‑‒٬٫\u2007\u2009\u202f٪أإآىیک"), ".~~+%-----,.\u00a0\u00a0\u00a0%اااييك", strict=True)
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_FULL_WIDTH_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")


def half_width(text: str) -> str:
    """`text`, as long as before, in one spelling: "３，０００" and "٣٬٠٠٠" are "3,000", "萬" is "万", thin spaces hard ones."""
    if text.isascii():
        return text
    plain = simplified(_FULL_WIDTH_COMMA.sub(",", text).translate(_HALF_WIDTH))
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), plain)


DIGITS = (
    r"(?<!\d)(?<!\d[.,'’/])(?:\d{1,3}(?:[.,'’\u00a0 ]\d{3})+(?!\d)|\d{1,2}(?:,\d{2})+,\d{3}(?!\d)"
    r"|\d{1,9}(?:[.,]\d{1,2}(?!\d))?)"
)
"""A number in digits, in any of the ways to part them: 1,500, 1.500, 1 500, 1'500, 1,00,000, 1,5."""
_PARTED = re.compile(r"\d{1,3}(?:[.,'’\u00a0 ]\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}")


def digits_value(text: str) -> float:
    """The value of a whole match of `DIGITS`: three digits after a point, comma, apostrophe or blank are thousands."""
    if _PARTED.fullmatch(text):
        return float(re.sub(r"\D", "", text))
    return float(text.replace(",", "."))


def spoken_value(tokens: list[str], worth: Mapping[str, float]) -> float:
    """The value of digits and number words in order, such as ["2", "mil", "quinientas"]; `worth` knows every word."""
    total, current = 0.0, 0.0
    for token in tokens:
        value = digits_value(token) if token[0].isdigit() else worth[token]
        if token[0].isdigit() or value < 100:
            current += value
        elif value == 100:
            current = 100 * current if 0 < current < 10 else current + 100
        elif value < 1000:
            current += value
        elif value < 1_000_000:
            total, current = total + (current or 1) * value, 0.0
        else:
            total, current = (total + current or 1) * value, 0.0
    return total + current


_ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * tens
    for tens, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ONES |= {"couple": 2, "dozen": 12}
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 1_000_000}


def english_number(text: str) -> float | None:
    """The value of "3,000", "1.5k", "10 000", "2 1/2", "two and a half thousand" or "half a million"; None if it is none."""
    plain = re.sub(r"(?<=\d)[,'’\u00a0 ](?=\d{3})|(?<=\d),(?=\d\d,\d)", "", re.sub("1/2|½", " half", text.lower()))
    plain = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", plain)
    plain = re.sub(r"(?<=\d)\.(?=\d{3}(?!\d))(?!\d+\s*(?:k|thousand|million))", "", plain)
    total, current, seen = 0.0, 0.0, False
    for token in re.findall(r"\d+(?:\.\d+)?|[a-z]+", plain):
        seen = seen or token not in ("a", "an", "and", "of")
        if token[0].isdigit():
            current += float(token)
        elif token in _ONES:
            current += _ONES[token]
        elif token == "half":
            current += 0.5
        elif token == "hundred":
            current = (current or 1) * 100
        elif token in _SCALES:
            total, current = total + (current or 1) * _SCALES[token], 0.0
        elif token not in ("a", "an", "and", "of"):
            return None
    return total + current if seen else None


_NUMERALS = dict(zip("零〇一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}


def chinese_number(text: str) -> float | None:
    """The value of "三千五百", "1.5万", "1万5千", "一万五" (15,000) or "２０００"; None if it is none."""
    total, section, unit = 0.0, 0.0, 1.0
    current: float | None = None
    plain = re.sub(r"(?<=\d)['’\u00a0 ](?=\d{3})|(?<=\d),(?=\d\d,\d)", "", half_width(text).lower())
    plain = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", plain)
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|\S", plain):
        if token in _UNITS:
            unit = _UNITS[token]
            if unit < 10_000:
                section, current = section + (1 if current is None else current) * unit, None
            else:
                total, section, current = (total + section + (current or 0) or 1) * unit, 0.0, None
        elif token in _NUMERALS:
            unit = 1.0 if not _NUMERALS[token] else unit
            current = 10 * (current or 0) + _NUMERALS[token]
        elif token[0].isdigit():
            current = float(token.replace(",", ""))
        else:
            return None
    if unit > 10 and current is not None and current < 10:
        current *= unit / 10
    return total + section + (current or 0) if text.strip() else None


_WORD = rf"(?:{'|'.join(_ONES)}|hundred|thousand|million|half)\b"
_PAIR = r"[\s-]*(?:words?|pages?)[\s-]+(?:[\w-]+\s+)?(?:essays|stories|articles|poems|letters|posts|chapters|sections|parts)\b"
_DIGITS = (  # "2 500-word essays" are two
    r"(?<!\d)(?<!\d[.,'’])(?<!\b\d/)(?:\d{1,2}(?:,\d{2})+,\d{3}(?!\d)|\d{1,9},\d{1,2}(?=\s?[kw万千](?![a-z])|\s(?:thousand|million))"
    rf"|(?<![\d ] )\d{{1,3}}(?:[ ]\d{{3}}\b(?!{_PAIR})){{1,3}}"
    r"|\d{1,9}(?:,\d{3}){0,3}(?:\u00a0\d{3}|['’]\d{3}(?!\d)){0,3}(?:\.\d{1,4})?)"
)
ENGLISH = (
    rf"(?:(?<![\d/.,])(?:\d{{1,2}}[\s-])?1/2(?![\d/])|\d{{0,2}}½|\bhalf\s+an?(?=\s+page)"
    rf"|{_DIGITS}(?:\s?k(?![a-z])|[\s-](?:hundred|thousand|million)(?![a-z])){{0,2}}"
    rf"|\b(?:half\s+)?(?:an?\s+)?{_WORD}(?:(?:\s*-\s*|\s+(?:and\s+|of\s+)?(?:an?\s+)?){_WORD}){{0,8}})"
)
NUMERAL = "[零〇一二两三四五六七八九十百千万亿]"
CHINESE = (  # of "第十章" and "几百" no number, but of "字数三千"
    rf"(?:{_DIGITS}(?:\s?[kKwW万千百](?:\d千?|{NUMERAL}{{0,8}}))?"
    rf"|(?<![几第])(?<!(?<!字)数)(?<!{NUMERAL}){NUMERAL}{{1,16}})"
)
