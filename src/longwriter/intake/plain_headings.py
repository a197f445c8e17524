"""Headings of plain text with their places: lines that stand apart, in the forms that books of many languages have."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from longwriter.intake.found import Heading
from longwriter.intake.matter import is_back, is_front
from longwriter.intake.paragraphs import Span, is_blank, line_paragraphs, lines
from longwriter.readers.headings import STRONG, FoundHeading, counted, heading_of
from longwriter.text import CJK_CHARACTER, count_words

LONGEST = 200
"""Characters of a line that may be a heading, blanks included."""
SUBTITLE_CHARACTERS, SUBTITLE_WORDS, SUBTITLE_CJK = 80, 12, 20
APART = 3
"""Blank lines that set capitals apart."""
_SENTENCE_END = re.compile(r"[.!?…。！？”’\"'」』）)»*_:：\]]\s*\Z")
_NO_SUBTITLE = re.compile(r"[.!?…。！？,，;；:：]\Z|^[-–—\"“”'‘«„「『(（\[]")
_SMALL_PRINT = re.compile(r"\s*\*\*\* ?END OF TH(?:E|IS) PROJECT GUTENBERG", re.IGNORECASE)


class _Line(NamedTuple):
    at: int
    """Its number."""
    found: FoundHeading
    apart: bool
    """Whether blank lines, or the ends of paragraphs, stand on both sides."""


def plain_headings(text: str) -> list[Heading]:
    """In order. Numbers, numbered titles and capitals count only where no chapter is called one."""
    every = lines(text)
    each_line = line_paragraphs(text, every)
    candidates = _candidates(text, every, each_line)
    strong = [line for line in candidates if line.found.kind in STRONG]
    chosen = list(strong)
    if not any(line.found.kind == "chapter" for line in strong):
        weak = [line for line in candidates if line.apart]
        chosen += (
            _numbered(weak, "number")
            or _numbered(weak, "item")
            or ([] if _named(strong) else _capitals(text, every, weak))
        )
    out = [_heading(text, every, line) for line in sorted(chosen)]
    out += [
        Heading(start, end, 1, text[start:end].strip("* \t\r\n"), "matter")
        for start, end in every
        if end - start < LONGEST and _SMALL_PRINT.match(text, start, end)
    ]
    return _levelled(sorted(out, key=lambda heading: heading.start))


def _candidates(text: str, every: Sequence[Span], each_line: bool) -> list[_Line]:
    out = []
    for n, (start, end) in enumerate(every):
        if end - start > LONGEST or is_blank(text[start:end]):
            continue
        before = text[slice(*every[n - 1])] if n else ""
        after = text[slice(*every[n + 1])] if n + 1 < len(every) else ""
        free = is_blank(before) or bool(_SENTENCE_END.search(before[-40:]) and not after.lstrip()[:1].islower())
        found = heading_of(text[start:end].strip("\ufeff\x0b\x0c\x85\u2028\u2029\r\n")) if free else None
        if found is not None:
            apart = (is_blank(before) or each_line) and (is_blank(after) or each_line)
            out.append(_Line(n, found, apart))
    return out


def _named(strong: Sequence[_Line]) -> bool:
    return any(line.found.kind != "matter" for line in strong)


def _numbered(weak: Sequence[_Line], kind: str) -> list[_Line]:
    own = [line for line in weak if line.found.kind == kind]
    return [own[i] for i in counted([line.found.number for line in own])]


def _capitals(text: str, every: Sequence[Span], weak: Sequence[_Line]) -> list[_Line]:
    """Lines in capitals with `APART` blank lines before them, if there are two of them."""
    own = []
    for line in weak:
        before = every[max(0, line.at - APART) : line.at]
        if line.found.kind == "capitals" and len(before) == APART and all(is_blank(text[a:b]) for a, b in before):
            own.append(line)
    return own if len(own) > 1 else []


def _heading(text: str, every: Sequence[Span], line: _Line) -> Heading:
    start, end = every[line.at]
    title, number = line.found.title, line.found.number
    if not line.found.rest and line.found.kind in ("chapter", "part", "number"):
        below = _subtitle(text, every, line.at + 1)
        if below is not None:
            end = below.end
            words = " ".join(text[below.start : below.end].strip(" \t\r\n*_\u3000").split())
            title = f"{title} {words}" if CJK_CHARACTER.search(title) else f"{title.rstrip(' .:')}: {words}"
    return Heading(start, end, 1 if line.found.kind in ("part", "matter") else 2, title, line.found.kind, number)


def _subtitle(text: str, every: Sequence[Span], at: int) -> Span | None:
    """The title that stands in a line of its own below a number."""
    blanks = 0
    while at < len(every) and is_blank(text[slice(*every[at])]) and blanks < APART:
        at, blanks = at + 1, blanks + 1
    if at >= len(every) or (at + 1 < len(every) and not is_blank(text[slice(*every[at + 1])])):
        return None
    words = text[slice(*every[at])].strip(" \t\r\n*_\u3000\x0c")
    cjk = CJK_CHARACTER.search(words) is not None
    if not words or len(words) > SUBTITLE_CHARACTERS or count_words(words) > (SUBTITLE_CJK if cjk else SUBTITLE_WORDS):
        return None
    if _NO_SUBTITLE.search(words) or ((other := heading_of(words)) is not None and other.kind in STRONG):
        return None
    long_words = re.findall(r"[^\W\d_]{4,}", words)
    cased = [word for word in long_words if word[0].isupper() or word[0].islower()]
    fits = 3 * sum(word[0].isupper() for word in cased) >= 2 * len(cased) if cased else cjk or words.isupper()
    return every[at] if fits else None


def _levelled(found: Sequence[Heading]) -> list[Heading]:
    """Chapters before the first part stand at its level, and so does what follows the last chapter without being one."""
    parts = [i for i, heading in enumerate(found) if heading.kind == "part"]
    if not parts:
        return [replace(heading, level=1) for heading in found]
    chapters = [i for i, heading in enumerate(found) if heading.kind in ("chapter", "number", "item")]
    last = max([*parts, *chapters])
    return [
        replace(heading, level=1)
        if i < parts[0] or i > last or (heading.kind == "named" and (is_front(heading.title) or is_back(heading.title)))
        else heading
        for i, heading in enumerate(found)
    ]
