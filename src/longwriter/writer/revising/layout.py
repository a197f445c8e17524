"""Where the sections' own texts stand in a document, and which passage a place in it is. Pure but for reading the run."""

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from longwriter.text import head_words, sentence_ends, tail_words
from longwriter.writer.document import Document

BEFORE_WORDS, AFTER_WORDS = 90, 60
"""What is shown around a passage."""
_MARK = re.compile(r"(?:(?:[-*+•]|\d{1,3}[.)])\s+|>\s?)+")
"""Of a list or a quotation: it stays."""


class OwnText(NamedTuple):
    """A stretch of the document that is a section's own: no heading that the document gives it."""

    section: int
    """From 0."""
    start: int
    end: int
    shift: int
    """From an index in the section's text to one in the document."""


class EditedPassage(NamedTuple):
    """Whole sentences of one section."""

    section: int
    """From 0."""
    start: int
    """Index in the section's text."""
    end: int
    text: str
    before: str
    """The words before it, and behind it."""
    after: str
    shift: int
    """From an index in the section's text to one in the document."""

    @property
    def place(self) -> tuple[int, int]:
        """Start and end in the document."""
        return self.start + self.shift, self.end + self.shift


class DocumentLayout:
    """A document as it stands, whose lines end in newlines whatever a draft's did."""

    def __init__(self, document: Document) -> None:
        self.document, self.raw = document, document.text()
        self.text = lines(self.raw)
        self.owned: list[OwnText] = []
        at = 0
        for index in sorted(document.texts):
            own, piece = document.texts[index].rstrip(), lines(document.piece(index)).rstrip()
            same = alike(own[::-1], piece[::-1])
            found = self.text.find(own[len(own) - same :], at) if same else -1
            if found >= 0:
                at = found + same
                self.owned.append(OwnText(index, found, at, at - len(own)))

    def passage(self, start: int, end: int) -> EditedPassage | None:
        """The whole sentences around a place; None where it is in no section's own text, or reaches into another."""
        n = bisect_right([own.start for own in self.owned], start) - 1
        if n < 0 or end > self.owned[n].end:
            return None
        own = self.owned[n]
        text = self.document.texts[own.section]
        ends = list(sentence_ends(text))
        first, last = start - own.shift, end - own.shift
        k = bisect_right(ends, first)
        begin = ends[k - 1] if k else 0
        begin = max(begin, own.start - own.shift)
        k = bisect_left(ends, last)
        stop = ends[k] if k < len(ends) else len(text.rstrip())
        begin += len(text[begin:stop]) - len(text[begin:stop].lstrip())
        mark = _MARK.match(text, begin)
        begin = mark.end() if mark and mark.end() <= first else begin
        stop = begin + len(text[begin:stop].rstrip())
        if stop <= begin:
            return None
        before, after = text[:begin].strip(), text[stop:].strip()
        if not before and n and self.owned[n - 1].section == own.section - 1:
            before = self.document.texts[own.section - 1].strip()
        return EditedPassage(own.section, begin, stop, text[begin:stop], tail_words(before, BEFORE_WORDS),
                       head_words(after, AFTER_WORDS), own.shift)  # fmt: skip


def lines(text: str) -> str:
    """A text whose lines end in newlines."""
    return text.replace("\r\n", "\n")


def changed_alone(old: str, new: str, start: int, end: int) -> bool:
    """Whether two documents are the same characters but for a stretch of the old one, as indices in its `lines`."""
    before = alike(old, new)
    behind = alike(old[before:][::-1], new[before:][::-1])
    return len(lines(old[:before])) >= start and len(lines(old[len(old) - behind :])) >= len(lines(old)) - end


def alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low
