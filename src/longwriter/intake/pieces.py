"""A draft's text -> the pieces that it is made of, with the proof that they are it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from longwriter.errors import IntakeError
from longwriter.export.labels import labels
from longwriter.intake.found import PlacedHeading
from longwriter.intake.headings import headings
from longwriter.intake.markdown_headings import NOTE, NOTE_LABEL, body_of, notes_at_end, shown
from longwriter.intake.matter import is_back, is_front
from longwriter.intake.paragraphs import is_blank, paragraphs
from longwriter.intake.source import SourceText
from longwriter.language import tongue
from longwriter.text import count_words, head_words

Kind = Literal["front", "chapter", "section", "appendix"]
LONG_WORDS = 4_000
"""A chapter of more words is cut at the headings in it."""
ENDLESS_WORDS = 12_000
"""A piece of more words, without a heading in it, is cut at paragraphs."""
PIECE_WORDS = 2_000
"""Words of a piece that is cut at paragraphs, about."""
TITLE_WORDS = 8
"""Words of a title that is made of a piece's first ones."""
_VISIBLE = re.compile(r"[^\s\ufeff]")


class DraftPlace(NamedTuple):
    """Where a piece begins, as a person or a model names it."""

    at: int
    """Index of its first character."""
    title: str = ""
    """Its first words where this is empty."""


@dataclass(frozen=True)
class DraftPiece:
    """`text[start:body]` is its heading with what surrounds it, `text[body:end]` its text and all blanks after it."""

    kind: Kind
    chapter: str
    """Title of the chapter that a section belongs to; "" for every other kind."""
    title: str
    start: int
    body: int
    end: int


def split(source: SourceText, starts: Sequence[DraftPlace] | None = None) -> tuple[DraftPiece, ...]:
    """The pieces, proved: at headings, else of about `PIECE_WORDS`; or at the places given.

    None for an empty text. Raises IntakeError for places that do not rise, or lie outside.
    """
    text = source.text
    if starts is not None:
        pieces = list(_at_places(source, starts))
    else:
        found = headings(text, source.form)
        pieces = (
            [part for piece in _at_headings(source, found) for part in _shorter(source, piece)]
            if found
            else list(_by_length(source))
        )
        pieces = _with_notes_apart(source, pieces) if source.form == "md" else pieces
    proved(text, pieces)
    return tuple(pieces)


def proved(text: str, pieces: Sequence[DraftPiece]) -> None:
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


def _at_places(source: SourceText, starts: Sequence[DraftPlace]) -> Iterator[DraftPiece]:
    text, ordered = source.text, [at for at, _ in starts]
    if not ordered or any(a >= b for a, b in pairwise([-1, *ordered, len(text)])):
        raise IntakeError(f"pieces can begin at rising places below {len(text)}, not at {ordered[:10]}")
    first = 0 if is_blank(text[: ordered[0]]) else ordered[0]
    if first:
        yield DraftPiece("front", "", _title_of(source, 0, first), 0, 0, first)
    for place, after in pairwise([*starts, DraftPlace(len(text))]):
        title = " ".join(place.title.split()) or _title_of(source, place.at, after.at)
        yield DraftPiece("chapter", "", title, min(first, place.at), place.at, after.at)
        first = after.at


def _by_length(source: SourceText) -> Iterator[DraftPiece]:
    """Chapters of about `PIECE_WORDS`, at the beginnings of paragraphs."""
    text = source.text
    begins = _even(text, body_of(text), len(text))
    if begins:
        yield from _at_places(source, [DraftPlace(at) for at in begins])
    elif text:
        yield DraftPiece("front", "", source.title, 0, 0, len(text))


def _even(text: str, start: int, end: int) -> list[int]:
    """Indices of the paragraphs that parts of about `PIECE_WORDS` words of a stretch begin with."""
    counts = [(max(a, start), count_words(text[max(a, start) : b])) for a, b in paragraphs(text[:end]) if b > start]
    total = sum(words for _, words in counts)
    each = max(1.0, total / max(1, round(total / PIECE_WORDS)))  # a text without a word is one part
    out, held, left = list[int](), 0, total
    for at, words in counts:
        if not out or (held >= each and left >= each / 2):
            out.append(at)
            held = 0
        held, left = held + words, left - words
    return out


def _shorter(source: SourceText, piece: DraftPiece) -> Iterator[DraftPiece]:
    """The piece, or sections of it where it is a chapter without end."""
    if piece.kind == "appendix" or count_words(source.text[piece.body : piece.end]) <= ENDLESS_WORDS:
        yield piece
        return
    begins = _even(source.text, piece.body, piece.end)
    chapter = piece.title if piece.kind == "chapter" else piece.chapter
    for at, after in pairwise([*begins, piece.end]):
        first = at == begins[0]
        title = piece.title if first else _title_of(source, at, after)
        kind: Kind = "section" if chapter else "chapter"
        yield DraftPiece(kind, chapter, title, piece.start if first else at, piece.body if first else at, after)


def _title_of(source: SourceText, start: int, end: int) -> str:
    """The first words of a stretch; of what stands before the text, the work's own title."""
    if start == 0 and source.title:
        return source.title
    words = source.text[max(start, body_of(source.text)) : end][:600].replace("\ufeff", "")
    line = shown(words) if source.form == "md" else " ".join(words.split())
    return head_words(re.sub(r"^#+ ", "", line), TITLE_WORDS).strip()


def _at_headings(source: SourceText, found: Sequence[PlacedHeading]) -> list[DraftPiece]:
    """What stands before the first heading, and chapters at those of the outermost level that has several, or a part."""
    text, levels = source.text, sorted({h.level for h in found})
    top = next((n for n in levels if sum(h.level == n for h in found) > 1 or _has_part(found, n)), levels[-1])
    cuts = [h for h in found if h.level <= top]
    if len(cuts) > 1 and cuts[0].level < top:  # the work's own title: what stands under it is front matter
        cuts = cuts[1:]
    front = _front(source, [h for h in found if h.end <= cuts[0].start], cuts[0].start)
    out, begin = [front] if front else list[DraftPiece](), front.end if front else 0
    ends = [h.start for h in cuts[1:]] + [len(text)]
    for heading, end in zip(cuts, ends, strict=True):
        if is_blank(text[heading.end : end]) and end < len(text):
            continue  # a heading right above another belongs to the piece below
        inner = [h for h in found if heading.end <= h.start < end]
        out += _chapter(text, heading, inner, begin, end)
        begin = end
    return _named(out, source.title)


def _front(source: SourceText, above: Sequence[PlacedHeading], end: int) -> DraftPiece | None:
    """What stands before the first chapter, if it is more than the work's title. `above`: headings there."""
    text, start = source.text, body_of(source.text)
    if not above:
        return None if is_blank(text[start:end]) else DraftPiece("front", "", _title_of(source, 0, end), 0, start, end)
    title = above[0]
    if not is_blank(text[start : title.start]):
        return DraftPiece("front", "", title.title, 0, start, end)
    return (
        None
        if is_blank(text[title.end : end])
        else DraftPiece("front", "", title.title, 0, _text_from(text, title.end, end), end)
    )


def _named(pieces: Sequence[DraftPiece], title: str) -> list[DraftPiece]:
    """Chapters at the beginning that are front matter by their headings, and those at the end that are appendices."""
    out = list(pieces)
    first, last = 0, len(out) - 1
    while first < last and (out[first].kind == "front" or is_front(out[first].title) or out[first].title == title):
        if out[first].kind == "chapter":
            out[first] = replace(out[first], kind="front")
        first += 1
    while last > first and out[last].kind == "chapter" and is_back(out[last].title):
        out[last] = replace(out[last], kind="appendix")
        last -= 1
    return out


def _has_part(found: Sequence[PlacedHeading], level: int) -> bool:
    return any(h.level == level and h.kind == "part" for h in found)


def _chapter(
    text: str, heading: PlacedHeading, inner: Sequence[PlacedHeading], begin: int, end: int
) -> list[DraftPiece]:
    """One piece, or sections where it is long, or a part that holds chapters."""
    whole = DraftPiece("chapter", "", heading.title, begin, _text_from(text, heading.end, end), end)
    if not inner or is_back(heading.title) or is_front(heading.title):
        return [whole]
    parted = heading.kind == "part" or (heading.kind != "chapter" and any(h.kind == "chapter" for h in inner))
    if not parted and count_words(text[heading.end : end]) <= LONG_WORDS:
        return [whole]
    level = min(h.level for h in inner)
    cuts = [h for h in inner if h.level == level]
    if not is_blank(text[heading.end : cuts[0].start]):
        cuts = [heading, *cuts]
    out = []
    for cut, stop in zip(cuts, [h.start for h in cuts[1:]] + [end], strict=True):
        if is_blank(text[cut.end : stop]) and stop < end:
            continue
        out.append(DraftPiece("section", heading.title, cut.title, begin, _text_from(text, cut.end, stop), stop))
        begin = stop
    return out


def _text_from(text: str, start: int, end: int) -> int:
    """Index of the first line from `start` on that shows anything; `end` if none does."""
    seen = _VISIBLE.search(text, start, end)
    if seen is None:
        return end
    return max(start, *(text.rfind(sign, start, seen.start()) + 1 for sign in "\r\n\x0b\x0c\x85\u2028\u2029"))


def _with_notes_apart(source: SourceText, pieces: Sequence[DraftPiece]) -> list[DraftPiece]:
    """Notes of the whole text that stand at its end are an appendix of their own; those of the last piece are its."""
    text, last = source.text, pieces[-1] if pieces else None
    at = notes_at_end(text)
    if last is None or at is None or last.kind == "appendix" or at < last.body or is_blank(text[last.body : at]):
        return list(pieces)
    before = text[: last.start]
    if not ({*NOTE.findall(before)} - {*NOTE_LABEL.findall(before)}) & {*NOTE_LABEL.findall(text[at:])}:
        return list(pieces)
    notes = DraftPiece("appendix", "", labels(tongue(text)).notes, at, at, last.end)
    return [*pieces[:-1], replace(last, end=at), notes]
