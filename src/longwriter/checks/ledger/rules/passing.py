"""Where a text says that years pass."""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.passages import Passages

_YEARS_PASS = re.compile(
    r"\b(?:a decade|years|decades|winters|summers) (?:on\b|later|afterwards?|passed|went by|rolled|flew|had (?:passed|gone"
    r"|elapsed|rolled))\b"
    r"|\bthe (?:next|following) (?:year|spring|summer|autumn|winter)\b"
)
_YEARS_PASS_CHINESE = re.compile("年(?:后|以后|之后|过去)|第二年|次年")


def time_goes_on(passages: Passages, language: str) -> Iterator[int]:
    """Where a section says that years pass."""
    if language == "zh":
        yield from (match.start() for match in _YEARS_PASS_CHINESE.finditer(passages.text))
        return
    for number in passages.having("years decade decades winters summers next following"):
        start, end = passages.span(number)
        yield from (match.start() for match in _YEARS_PASS.finditer(passages.text, start, end))
