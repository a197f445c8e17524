"""Numbers as texts write them, in digits and in words, English and Chinese."""

import re

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()  # noqa: SIM905
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_ORDINALS = """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth""".split()  # noqa: SIM905
_WORDS = dict(zip(_SMALL, range(20), strict=True)) | dict(zip(_TENS, range(20, 100, 10), strict=True))
_WORDS |= dict(zip(_ORDINALS, range(1, 20), strict=True)) | {"twentieth": 20, "thirtieth": 30, "a": 1, "an": 1}
_UNITS = {"hundred": 100, "thousand": 1000, "million": 1_000_000}

_SIMPLE = "|".join(sorted([*_SMALL[1:], *_TENS], key=len, reverse=True))
NUMBER = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}}|(?:(?:an?|{_SIMPLE})(?:[ -](?:{_SIMPLE}))? (?:hundred|thousand|million)"
    rf"(?:(?: and|,)?[ -](?:{_SIMPLE}|hundred|thousand))*|(?:{_SIMPLE})(?:[ -](?:{_SIMPLE}))?))"
)
"""A regular expression of whole numbers above 0, in English."""
ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|(?:(?:twenty|thirty)[ -])?(?:{'|'.join(_ORDINALS)})|twentieth|thirtieth)"
"""A regular expression of a day of a month, in English."""

NUMBER_WORDS = (
    *_SMALL[2:],
    *_TENS,
    *(f"{tens}-{ones}" for tens in _TENS for ones in _SMALL[1:10]),
    "hundred",
    "thousand",
    *map(str, range(2, 1000)),
)
"""Words of numbers from 2 on as texts write them, twenty-one among them."""
_DIGITS = "〇一二三四五六七八九"
CHINESE_NUMBER = "(?:[0-9]{1,9}|[〇零一二两三四五六七八九十百千万]{1,9})"
"""A regular expression of whole numbers in Chinese."""


def english_number(written: str) -> int | None:
    """What an English number says; None for what is none."""
    plain = written.lower().replace(",", "")
    digits = re.match(r"(\d{1,9})(?:st|nd|rd|th)?$", plain)
    if digits:
        return int(digits[1])
    total, part = 0, 0
    words = [word for word in re.split(r"[\s-]+", plain) if word != "and"]
    for word in words:
        if word in _UNITS:
            part = max(1, part) * _UNITS[word]
            if _UNITS[word] > 100:
                total, part = total + part, 0
        elif word in _WORDS:
            if 0 < part % 100 < 20 and _WORDS[word] >= 10:  # nine-thirty is a time
                return None
            part += _WORDS[word]
        else:
            return None
    return total + part if words else None


def chinese_number(written: str) -> int | None:
    """What a Chinese number says, years by their digits (一九八五) included; None for what is none."""
    if not written:
        return None
    if written.isascii():
        return int(written) if written.isdigit() else None
    plain = written.replace("两", "二").replace("零", "〇")
    if len(plain) > 1 and all(char in _DIGITS for char in plain):
        return int("".join(str(_DIGITS.index(char)) for char in plain))
    total, digit = 0, 0
    units = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
    for char in plain:
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        elif char not in units:
            return None
        elif char == "万":
            total, digit = (total + digit) * 10_000, 0
        else:
            total, digit = total + max(1, digit) * units[char], 0
    return total + digit


def number_of(written: str) -> int | None:
    """What a number says, in digits or in words of either language."""
    written = written.strip()
    found = english_number(written)
    return chinese_number(written) if found is None else found
