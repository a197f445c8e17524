"""Where a draft's headings stand, by rules: those of Markdown, and those that books in plain text have."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from longwriter.intake.found import PlacedHeading
from longwriter.intake.markdown_headings import markdown_headings
from longwriter.intake.matter import is_back, is_front
from longwriter.intake.plain_headings import plain_headings
from longwriter.readers.headings import dropped
from longwriter.readers.numbering.words import folded

LEAST_CONTENTS = 3
"""Fewest headings close to each other that may be a table of contents."""
CLOSE = 120
"""Most characters between two of them."""


def headings(text: str, form: Literal["md", "txt"]) -> list[PlacedHeading]:
    """In order, without those of a table of contents; none where no rule finds any.

    A text that has no headings of its form, or only one, is looked at by the rules of the other; so is Markdown of which no
    heading is called a chapter, and more lines of text are.
    """
    first, second = (markdown_headings, plain_headings) if form == "md" else (plain_headings, markdown_headings)
    found = first(text)
    if len(found) > 1 and (form == "txt" or any(h.kind == "chapter" for h in found)):
        return _without_contents(text, found)
    other = _without_contents(text, second(text))
    chapters = [heading for heading in other if heading.kind == "chapter"]
    apart = all(b.start - a.end > CLOSE for a, b in pairwise(chapters))
    if len(other) > 1 and (len(found) < 2 or (apart and len(chapters) > len(found))):
        return _with_named(other, found) if form == "md" else other
    return _without_contents(text, found)


def _with_named(other: Sequence[PlacedHeading], found: Sequence[PlacedHeading]) -> list[PlacedHeading]:
    """Headings, and those of another form that are the title above all, or named as what stands around a text."""
    places = {heading.start for heading in other}
    over = [replace(h, level=1) for h in found[:1] if h.start < other[0].start and h.start not in places]
    named = [h for h in found[len(over) :] if h.start not in places and (is_front(h.title) or is_back(h.title))]
    own = sorted([*other, *(replace(h, level=1) for h in named)], key=lambda heading: heading.start)
    return [*over, *(replace(h, level=h.level + 1) for h in own)] if over else own


def _without_contents(text: str, found: Sequence[PlacedHeading]) -> list[PlacedHeading]:
    """A row of headings is a table of contents if its first one comes again, in the row or behind it.

    Below a heading that says so, one is a row; there what it names may also stand before it.
    """
    out, n = list[PlacedHeading](), 0
    first = {_key(heading): i for i, heading in reversed([*enumerate(found)])}
    last = {_key(heading): i for i, heading in enumerate(found)}
    while n < len(found):
        end = n + 1
        while end < len(found) and len(text[found[end - 1].end : found[end].start].strip()) <= CLOSE:
            end += 1
        row = found[n:end]
        if len(row) > 1 and dropped(row[0].title) == "contents" and first[_key(row[1])] < n:
            row = row[:1]
        elif len(row) >= LEAST_CONTENTS or (len(row) > 1 and dropped(row[0].title) == "contents"):
            row = _real(row, n, last)
        out += row
        n = end
    return out


def _real(row: Sequence[PlacedHeading], at: int, last: dict[tuple[str, int | str], int]) -> Sequence[PlacedHeading]:
    """What is left of a row that begins at heading `at`; the heading over a table of contents stays."""
    over = [heading for heading in row[:1] if dropped(heading.title) == "contents"]
    entries = row[len(over) :]
    again = [i for i, heading in enumerate(entries) if _key(heading) == _key(entries[0])]
    if len(again) > 1:
        return [*over, *entries[again[-1] :]]
    return over if last[_key(entries[0])] >= at + len(row) else row


def _key(heading: PlacedHeading) -> tuple[str, int | str]:
    named = heading.number if heading.number is not None else folded(heading.title)
    return heading.kind if heading.number is not None else "", named
