"""The sentences of a text with the marks that they cite by: `A sentence [s12].` or `A sentence. [s12]`. Pure."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from longwriter.export.references import MARK
from longwriter.text import count_words, sentence_ends

LEAST_SECTION = 40
"""Words of a section that should cite something."""
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]*)$", re.MULTILINE)


class CitingPlace(NamedTuple):
    """A mark."""

    start: int
    end: int
    id: str


class Statement(NamedTuple):
    """A sentence; indices are those of the text."""

    start: int
    end: int
    """Behind its last character, a mark that follows it included."""
    marks: tuple[CitingPlace, ...]

    def bare(self, text: str) -> str:
        """The sentence with whitespace in place of its marks: as long as before."""
        out, at = list[str](), self.start
        for mark in self.marks:
            out += [text[at : mark.start], " " * (mark.end - mark.start)]
            at = mark.end
        return "".join((*out, text[at : self.end]))


def statements(text: str) -> list[Statement]:
    """The sentences of a text in order, headings left out."""
    places = [CitingPlace(m.start(), m.end(), m[1]) for m in MARK.finditer(text)]
    plain = MARK.sub(lambda mark: " " * len(mark[0]), text)
    ends = [*sentence_ends(plain)]
    if plain[ends[-1] if ends else 0 :].strip():
        ends.append(len(plain.rstrip()))
    marks: list[list[CitingPlace]] = [[] for _ in ends]
    for place in places:
        at = bisect_left(ends, place.end)
        if at and not plain[ends[at - 1] : place.end].strip(" \t"):  # behind the full stop, on the same line
            at -= 1
        if at < len(ends):
            marks[at].append(place)
        elif ends:
            marks[-1].append(place)
    return [s for s in _bounded(plain, ends, marks) if not plain.startswith("#", s.start)]


def _bounded(plain: str, ends: list[int], marks: list[list[CitingPlace]]) -> Iterator[Statement]:
    start = 0
    for end, held in zip(ends, marks, strict=True):
        begun = start + len(plain[start:end]) - len(plain[start:end].lstrip())
        begun = min([begun, *(mark.start for mark in held if mark.start >= start)])
        end = max([end, *(mark.end for mark in held)])
        yield Statement(begun, end, tuple(held))
        start = end


def uncited_sections(text: str) -> tuple[int, tuple[str, ...]]:
    """How many sections have `LEAST_SECTION` words, and the headings of those that cite nothing."""
    heads = [(m.start(), m.end(), m[1].strip()) for m in _HEADING.finditer(text)]
    bounds = [(0, "")] + [(end, title) for _, end, title in heads]
    stops = [start for start, _, _ in heads] + [len(text)]
    long = [(title, body) for (start, title), stop in zip(bounds, stops, strict=True)
            if count_words(body := text[start:stop]) >= LEAST_SECTION]  # fmt: skip
    return len(long), tuple(title for title, body in long if not MARK.search(body))
