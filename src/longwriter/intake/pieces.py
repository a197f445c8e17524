"""A draft's text -> the pieces that it is made of, with the proof that they are it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from longwriter.errors import IntakeError
from longwriter.intake.headings import Heading, headings
from longwriter.intake.paragraphs import is_blank, paragraphs
from longwriter.intake.source import SourceText
from longwriter.readers.plain import dropped
from longwriter.text import count_words, head_words

Kind = Literal["front", "chapter", "section", "appendix"]
LONG_WORDS = 4_000
"""A chapter of more words is cut at the headings in it."""
PIECE_WORDS = 2_000
"""Words of a piece of a text without headings, about."""
TITLE_WORDS = 8
"""Words of a title that is made of a piece's first ones."""


class Place(NamedTuple):
    """Where a piece begins, named by a person or a model."""

    at: int
    """Index of a character; that of a paragraph's first one."""
    title: str = ""
    """"" for the piece's first words."""


@dataclass(frozen=True)
class Piece:
    """`text[start:body]` is its heading with what surrounds it, `text[body:end]` its text and all blanks after it."""

    kind: Kind
    chapter: str
    """Title of the chapter that a section belongs to; "" for a piece that is in none."""
    title: str
    start: int
    body: int
    end: int


def split(source: SourceText, starts: Sequence[Place] | None = None) -> tuple[Piece, ...]:
    """The pieces, proved; by the rules of `headings`, or at the places given. Raises IntakeError for places outside."""
    if starts is not None:
        pieces = list(_at_places(source.text, starts))
    else:
        found = headings(source)
        pieces = list(_at_headings(source.text, found)) if found else list(_by_length(source.text))
    proved(source.text, pieces)
    return tuple(pieces)


def proved(text: str, pieces: Sequence[Piece]) -> None:
    """Raises IntakeError unless the pieces are the text: one after another, from its first character to its last."""
    at = 0
    for number, piece in enumerate(pieces, 1):
        if piece.start != at:
            raise IntakeError(f"piece {number} begins at character {piece.start}, and the one before it ends at {at}")
        if not piece.start <= piece.body <= piece.end or piece.start == piece.end:
            raise IntakeError(f"piece {number} runs from {piece.start} over {piece.body} to {piece.end}")
        if piece.kind not in get_args(Kind):
            raise IntakeError(f"piece {number} is a {piece.kind!r}, which no run keeps")
        at = piece.end
    if at != len(text):
        raise IntakeError(f"the pieces end at character {at} of {len(text)}")


def _at_places(text: str, starts: Sequence[Place]) -> Iterator[Piece]:
    ordered = [at for at, _ in starts]
    if ordered != sorted(set(ordered)) or any(not 0 <= at < len(text) for at in ordered):
        raise IntakeError(f"pieces can begin at rising places below {len(text)}, not at {ordered[:10]}")
    if ordered and not is_blank(text[: ordered[0]]):
        yield Piece("front", "", _first_words(text[: ordered[0]]), 0, 0, ordered[0])
    bounds = [*starts, Place(len(text))]
    for n, (place, after) in enumerate(pairwise(bounds)):
        begin = 0 if n == 0 and is_blank(text[: place.at]) else place.at
        title = " ".join(place.title.split()) or _first_words(text[place.at : after.at])
        yield Piece("chapter", "", title, begin, place.at, after.at)


def _by_length(text: str) -> Iterator[Piece]:
    """Pieces of about `PIECE_WORDS`, at the ends of paragraphs."""
    begins, words = [], PIECE_WORDS
    spans = paragraphs(text)
    left = total = count_words(text)
    each = total / max(1, round(total / PIECE_WORDS))
    for start, end in spans:
        if words >= each and (not begins or left > each / 2):
            begins.append(Place(start))
            words = 0
        own = count_words(text[start:end])
        words, left = words + own, left - own
    if not begins and text:
        yield Piece("front", "", "", 0, 0, len(text))
        return
    yield from _at_places(text, begins)


def _first_words(text: str) -> str:
    return " ".join(head_words(" ".join(re.sub(r"[#*_\ufeff]", "", text[:400]).split()), TITLE_WORDS).split())


def _at_headings(text: str, found: Sequence[Heading]) -> Iterator[Piece]:
    """Front matter, then the chapters at the headings of the outermost level that there are two of."""
    levels = sorted({h.level for h in found})
    tops = [level for level in levels if sum(h.level == level for h in found) > 1]
    top = tops[0] if tops else levels[-1]
    cuts = [h for h in found if h.level <= top]
    if len(cuts) > 1 and cuts[0].level < top:  # the work's own title, and what stands under it
        cuts = cuts[1:]
    if not is_blank(text[: cuts[0].start]):
        yield Piece("front", "", _first_words(text[: cuts[0].start]), 0, 0, cuts[0].start)
        begin = cuts[0].start
    else:
        begin = 0
    ends = [h.start for h in cuts[1:]] + [len(text)]
    for heading, end in zip(cuts, ends, strict=True):
        if is_blank(text[heading.end : end]) and end < len(text):
            continue  # a heading over a heading belongs to the piece below
        kind: Kind = "appendix" if dropped(heading.title) else "chapter"
        inner = [h for h in found if heading.end <= h.start < end]
        if inner and count_words(text[heading.end : end]) > LONG_WORDS:
            yield from _sections(text, heading, inner, begin, end)
        else:
            yield Piece(kind, "", heading.title, begin, _after_blanks(text, heading.end, end), end)
        begin = end


def _sections(text: str, heading: Heading, inner: Sequence[Heading], begin: int, end: int) -> Iterator[Piece]:
    top = min(h.level for h in inner)
    cuts = [h for h in inner if h.level == top]
    if not is_blank(text[heading.end : cuts[0].start]):
        cuts = [heading, *cuts]
    ends = [h.start for h in cuts[1:]] + [end]
    for cut, stop in zip(cuts, ends, strict=True):
        if is_blank(text[cut.end : stop]) and stop < end:
            continue
        yield Piece("section", heading.title, cut.title, begin, _after_blanks(text, cut.end, stop), stop)
        begin = stop


def _after_blanks(text: str, start: int, end: int) -> int:
    """Index of the first line from `start` on that is not blank."""
    found = re.compile(r"\S").search(text, start, end)
    if found is None:
        return end
    line = max(text.rfind("\n", start, found.start()), text.rfind("\r", start, found.start())) + 1
    return max(start, line)
