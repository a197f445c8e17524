"""Counts of words in plans: "(400 palabras)", "約800文字", "400-600 words", "1.200 mots", "1,2万字".

Numbers are of any script's digits, grouped by commas, full stops, apostrophes or spaces, or Chinese numerals; units and
the words around them are `planwords`. A range is its middle. Pure; nothing here raises.
"""

import re
from typing import NamedTuple

from longwriter.length.numerals import chinese_number, english_number, half_width
from longwriter.writer.plan.reading.words import pattern

NONSENSE = 1_000_000
"""Words; no section's budget is so large, so the number means something else."""
LONGEST_COUNT = 80
"""Characters that a count with all that belongs to it may have."""

_SCALES = {
    "k": 1000, "mil": 1000, "mila": 1000, "тыс": 1000, "tausend": 1000, "ribu": 1000, "nghìn": 1000, "ngàn": 1000,
    "हजार": 1000, "हज़ार": 1000, "ألف": 1000, "tys": 1000, "thousand": 1000,
}  # fmt: skip
_HAN = str.maketrans("萬만千천百백兩億", "万万千千百百两亿")
_DIGITS = r"(?:\d{1,3}(?:[.,'’٬\u00a0\u202f\u2009 ]\d{3})+(?!\d)|\d+(?:[.,٫]\d{1,2})?(?!\d))"
_SCALE = rf"(?:\s?(?:{'|'.join(map(re.escape, _SCALES))})(?![^\W\d_])|\s?[万萬千百만천백](?:\d{{1,4}}[千천百]?)?)"
_NUMERAL = r"[零〇一二两兩三四五六七八九十百千万萬]{1,8}"
NUMBER = rf"(?:(?<![\d.,]){_DIGITS}{_SCALE}?|{_NUMERAL})"
_UNIT = pattern("unit")
_ABOUT = rf"(?:(?:{pattern('about', 'words', 'unit')}|[~≈±<>≤≥])\s*[:：]?\s*)"
_TO = rf"(?:\s*{_UNIT}?\s*(?:-|–|—|~|/|{pattern('range')})\s*)"
RANGE = rf"(?:{NUMBER}(?:{_TO}{NUMBER})?\+?)"
_AFTER = (
    r"(?:\s*(?:左右|以上|以内|以內|以下|程度|前後|前后|내외|이상|이내|이하|정도|each|total)|(?:\s+[^\W\d_]+\.?){1,3})"
)
COUNT = rf"(?:{_ABOUT}{{0,3}}{RANGE}\s*-?\s*{_UNIT}{_AFTER}?)"
"""A count with its unit."""

_HAS_NUMBER = re.compile(r"[\d零〇一二两兩三四五六七八九十百千万萬]")
_ENDS = re.compile(rf"(?P<low>{NUMBER})(?:{_TO}(?P<high>{NUMBER}))?", re.I)
_WITH_UNIT = re.compile(rf"(?P<low>{NUMBER})(?:{_TO}(?P<high>{NUMBER}))?\+?\s*-?\s*{_UNIT}", re.I)
_SPELLED = re.compile(r"(?:about\s+)?([a-z\s-]+?)\s+words?\b", re.I)
_WHOLE = re.compile(rf"(?:[^\W\d_]+[\s:：]{{1,3}}){{0,3}}{COUNT}", re.I)
_MARKED = re.compile(
    rf"(?!.*(?<!\d)(?:1\d{{3}}|20\d\d)(?!\d)){_ABOUT}{{1,3}}{RANGE}"
    rf"|(?:{pattern('words')}\s*[:：]?|[~≈])\s*{_ABOUT}?{RANGE}",
    re.I,
)
"""Without a unit, a number that may be a year is no count, but after "words:" or "~"."""
_BARE = re.compile(r"(?!1\d{3}$|20\d\d$)\d{2,5}")
_ONLY = re.compile(rf"{_ABOUT}{{0,3}}{RANGE}\s*-?\s*(?:{_UNIT}{_AFTER}?)?\W*", re.I)
_BRACKET = re.compile(rf"\s*[(（\[【〔［]([^()（）\[\]【】〔〕［］]{{1,{LONGEST_COUNT}}})[)）\]】〕］]")
_PIECE = re.compile(r"\s*(?:[;；、/|·，]|(?<!\d),|,(?!\d))\s*")
_BEFORE_COLON = re.compile(rf"\s[-–—]+\s*{COUNT}(?=\s*[:：])", re.I)
_AT_END = re.compile(
    rf"(?:\s*[-–—,;|:.。、]|\s)\s*{_ABOUT}{{0,3}}(?<![\d-]){RANGE}\s*-?\s*{_UNIT}"
    r"(?:\s*(?:左右|以上|以内|程度|前後|내외|이상|이내|정도))?\s*[.。]?$",
    re.I,
)


def _value(number: str) -> float:
    """What a match of `NUMBER` is worth."""
    text = half_width(number).translate(_HAN).strip().lower()
    if not text[0].isdigit() or text[-1] in "万千百":
        return chinese_number(re.sub(r"[.,](?=\d{3}\b)", "", text).replace(",", ".")) or 0
    scaled = re.fullmatch(r"([\d.,٫'’٬\u00a0\u202f\u2009 ]+?)\s?([^\W\d_]+)", text)
    digits, scale = (scaled[1], _SCALES.get(scaled[2], 1)) if scaled else (text, 1)
    digits = re.sub(r"[^\d](?=\d{3}(?!\d))", "", digits)
    plain = re.sub(r"[^\d]", ".", digits)
    return (float(plain) if plain.count(".") < 2 else 0) * scale if len(plain) < 20 else 0


def words_in(text: str) -> int | None:
    """The count in "about 400 words", "约四百字", "300-500" (its middle) or "1.2k"; None if missing or nonsense.

    Where several numbers stand, the one with a unit is meant.
    """
    text = half_width(text.strip().strip("*_ ")[:LONGEST_COUNT])
    spelled = _SPELLED.match(text)
    if spelled and (number := english_number(spelled[1])):
        values = [number]
    elif text.startswith("-") or not (match := _WITH_UNIT.search(text) or _ENDS.search(text)):
        return None
    else:
        values = [_value(match["low"])]
        if match["high"]:
            values.append(_value(match["high"]))
            if values[0] * 100 <= values[1] and match["high"][-1:].isalpha():  # "2-3 thousand"
                values[0] *= 1000
    mean = sum(values) / len(values)
    return round(mean) if 1 <= mean < NONSENSE else None


def is_count(text: str) -> bool:
    """Whether a text is a count and nothing else; a number alone is one."""
    return _ONLY.fullmatch(half_width(text.strip(" *_()（）[]【】"))) is not None


class Found(NamedTuple):
    """A count, and where in the text it stands with all that belongs to it."""

    start: int
    end: int
    words: int
    kept: str = ""
    """What else stood in its brackets: of "(1914-1918, 400 words)" the years."""


def _bracketed(inner: str) -> tuple[int, str] | None:
    """The count within brackets and what else they hold; a number alone is one unless it may be a year."""
    pieces = _PIECE.split(inner)
    for place, piece in enumerate(pieces):
        known = _WHOLE.fullmatch(piece) or _MARKED.fullmatch(piece)
        if (known or (len(pieces) == 1 and _BARE.fullmatch(piece))) and (words := words_in(piece)):
            return words, ", ".join(pieces[:place] + pieces[place + 1 :])
    return None


def count_in_brackets(text: str) -> Found | None:
    """The first count in brackets, or between a dash and a colon."""
    if not _HAS_NUMBER.search(text):
        return None
    plain = half_width(text)
    for match in _BRACKET.finditer(plain):
        if found := _bracketed(match[1].strip(" *_")):
            kept = found[1]
            return Found(match.start(), match.end(), found[0], f" ({kept})" if re.search(r"\w", kept) else "")
    between = _BEFORE_COLON.search(plain) if re.search(r"\s[-–—].*[:：]", plain) else None
    words = words_in(between[0].strip(" -–—")) if between else None
    return Found(between.start(), between.end(), words) if between and words else None


def count_at_end(text: str) -> Found | None:
    """A count with its unit at the end, after a blank or a sign."""
    first = max(0, len(text) - LONGEST_COUNT)
    if not _HAS_NUMBER.search(text, first):
        return None
    match = _AT_END.search(half_width(text)[first:])
    words = words_in(match[0].strip(" ()（）[]【】-–—,，;；|:：.。")) if match else None
    return Found(first + match.start(), first + match.end(), words) if match and words else None


def without_count(text: str) -> tuple[str, int | None]:
    """A title without a count in brackets, and the count."""
    found = count_in_brackets(text)
    if not found:
        return text, None
    rest = f"{text[: found.start]}{found.kept}{text[found.end :]}".strip()
    return (rest, found.words) if re.search(r"\w", rest) else (text, found.words)
