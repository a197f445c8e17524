"""Numbers as people write them in English and Chinese: patterns that find them and what they are worth."""

import re

_HALF_WIDTH = {0xFF10 + digit: ord("0") + digit for digit in range(10)} | dict(
    zip(map(ord, "．～〜＋％－−‐‑‒"), ".~~+%-----", strict=True)
)
_FULL_WIDTH_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")


def half_width(text: str) -> str:
    """`text`, as long as before, with digits, signs, tildes and hyphens in one spelling: "３，０００" is "3,000"."""
    return _FULL_WIDTH_COMMA.sub(",", text).translate(_HALF_WIDTH)


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
    plain = re.sub(r"(?<=\d)[,\u00a0\u202f ](?=\d{3})", "", re.sub("1/2|½", " half", text.lower()))
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
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|\S", half_width(text).lower()):
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
_DIGITS = r"(?<!\d)(?<!\d[.,])(?<!\b\d/)\d{1,9}(?:,\d{3}){0,3}(?:[\u00a0\u202f]\d{3}|[ ]000\b){0,3}(?:\.\d{1,4})?"
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
