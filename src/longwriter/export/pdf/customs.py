"""How books of a language are set: indents of paragraphs, space between lines, hyphens."""

import re
from typing import NamedTuple

from longwriter.export.languages import RIGHT_TO_LEFT
from longwriter.language import Direction

_PART = re.compile(r"[A-Za-z]{2,3}(?![^-_])")
_REGION = re.compile(r"[A-Za-z]{2}")
_REGIONS = {"Hant": "TW", "Hans": "CN"}


class Custom(NamedTuple):
    """What paragraphs of a language are like."""

    indent: str = "1.2em"
    """Of a paragraph's first line."""
    all: bool = False
    """Also after a heading."""
    leading: str = "0.68em"
    """Space between two lines."""
    hyphens: bool = True


_CUSTOMS = {
    "zh": Custom("2em", all=True, leading="0.95em", hyphens=False),
    "ja": Custom("1em", all=True, leading="0.95em", hyphens=False),
    "ko": Custom("1em", all=True, leading="0.9em", hyphens=False),
    "ar": Custom("1.2em", all=True, leading="0.8em", hyphens=False),
    "fa": Custom("1.2em", all=True, leading="0.8em", hyphens=False),
    "ur": Custom("1.2em", all=True, leading="1.1em", hyphens=False),
    "he": Custom("1.2em", leading="0.75em", hyphens=False),
    "fr": Custom(all=True),
    "ru": Custom("1.5em", all=True),
    "hi": Custom(leading="0.85em", hyphens=False),
    "th": Custom("1.5em", all=True, leading="0.9em", hyphens=False),
    "und": Custom(hyphens=False),
}


def custom_of(language: str) -> Custom:
    """What is usual in a language (BCP 47)."""
    return _CUSTOMS.get(primary(language), Custom())


def primary(language: str) -> str:
    """The first part of a language's code, `und` for none."""
    found = _PART.match(language)
    return found[0].lower() if found else "und"


def region(language: str) -> str:
    """The region of a language's code, or that where its script is at home; "" for none."""
    for part in re.split("[-_]", language)[1:]:
        if part.title() in _REGIONS:
            return _REGIONS[part.title()]
        if _REGION.fullmatch(part):
            return part.upper()
    return ""


def direction_of(language: str) -> Direction:
    """Which way a language is read."""
    return "rtl" if primary(language) in RIGHT_TO_LEFT else "ltr"
