"""What a whole text contradicts itself in, by rules."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.ledger.ledger import Ledger, in_order
from longwriter.checks.ledger.records import LedgerFact
from longwriter.language import tongue
from longwriter.readers.headings import heading_of

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
MOST_SECTIONS = 1_000
"""Of a text with more headings, several make a section: each takes 0.3 ms by itself."""
_RESTARTS = 5
"""A chapter 1 after as many chapters begins another part."""
_LOOKED_AT = 20_000
"""Characters from the beginning that tell the language."""


def contradictions(text: str, language: str = "", user: Sequence[LedgerFact] = ()) -> list[TextFinding]:
    """Contradictions of a text whose chapters begin at Markdown headings, in its order; `language` "" is found out.

    `user`: what a person says is so.
    """
    language = language or tongue(text[:_LOOKED_AT])
    headings = list(_headings(text))
    ledger = Ledger(language, user)
    found = list(_miscounted(headings))
    each = 1 + len(headings) // MOST_SECTIONS
    edges = [0, *(heading.start for heading in headings[::each]), len(text)]
    section = 0
    for start, end in pairwise(edges):
        if text[start:end].strip():
            section += 1
            found += ledger.read(section, text[start:end], start)
    return in_order([*found, *ledger.whole()])


def numbering(text: str) -> list[TextFinding]:
    """Of them, those of headings whose numbers do not count up."""
    return list(_miscounted(list(_headings(text))))


class _NumberedHeading(NamedTuple):
    """A heading, with the number that a chapter or part has."""

    start: int
    end: int
    level: int
    kind: str
    number: int | None
    written: str


def _headings(text: str) -> Iterator[_NumberedHeading]:
    fences = [match.span() for match in _FENCE.finditer(text)] if "```" in text or "~~~" in text else []
    starts = [start for start, _ in fences]
    for match in _HEADING.finditer(text):
        fence = bisect_right(starts, match.start()) - 1
        if fence < 0 or match.start() >= fences[fence][1]:
            found = heading_of(match[2])
            kind, number = (found.kind, found.number) if found else ("", None)
            yield _NumberedHeading(match.start(), match.end(), len(match[1]), kind, number, match[0])


def _miscounted(headings: list[_NumberedHeading]) -> Iterator[TextFinding]:
    """Numbers of one kind and level that do not go on by one, nor begin again below a higher heading."""
    last: dict[tuple[int, str], _NumberedHeading] = {}
    for heading in headings:
        last = {
            key: one
            for key, one in last.items()
            if key[0] <= heading.level and (heading.kind != "part" or key[1] == "part")
        }
        if heading.number is None:
            continue
        before = last.get((heading.level, heading.kind))
        last[heading.level, heading.kind] = heading
        if before is None or before.number is None or heading.number == before.number + 1:
            continue
        if heading.number == 1 and before.number >= _RESTARTS:
            continue
        yield TextFinding(
            kind="contradiction",
            check="numbering",
            places=tuple(TextPlace(start=one.start, end=one.end) for one in (before, heading)),
            quotes=(before.written, heading.written),
            message=f"number {before.number} is followed by {heading.number}",
        )
