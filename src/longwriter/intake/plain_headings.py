"""Headings of plain text with their places: lines that stand apart, in the forms that books of many languages have."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from longwriter.intake.found import PlacedHeading
from longwriter.intake.matter import is_back, is_front
from longwriter.intake.paragraphs import Span, is_blank, line_paragraphs, lines
from longwriter.readers.headings import STRONG, FoundHeading, counted, heading_of
from longwriter.text import CJK_CHARACTER, count_words

LONGEST = 200
"""Characters of a line that may be a heading, blanks included."""
TITLE_CHARACTERS, TITLE_WORDS, TITLE_CJK = 80, 12, 20
"""Most of a title in a line of its own."""
SUBTITLE_BELOW = 3
"""Most blank lines between a number and its title."""
APART = 2
"""Blank lines that set a title apart."""
CLOSE = 200
"""Characters up to which titles that are set apart belong together."""
LEAST_BETWEEN = 1_000
"""Characters between titles that are set apart, by the median."""
OPENING = 2_000
"""Most characters between a part's heading and that of its first chapter."""
NUMBERED = ("chapter", "part")
"""Kinds that are headings right below each other, too: "PART ONE" over "CHAPTER ONE", and the lines of contents."""
OFTEN = 0.2
"""Share of gaps of `APART` blank lines from which on they mean nothing."""
_SENTENCE_END = re.compile(r"[.!?…。！？”’\"'」』）)»*_:：\]]\s*\Z")
_NO_TITLE = re.compile(r"[.!?…。！？,，;；:：]\Z|^[-–—\"“”'‘«„「『(（\[]")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_SMALL_PRINT = re.compile(
    r"\s*(?:\*{3} ?END OF TH(?:E|IS) PROJECT GUTENBERG|\*{3}START\*\*THE SMALL PRINT|END OF (?:TH\w+ )?PROJECT GUTENBERG)",
    re.I,
)


class _Line(NamedTuple):
    at: int
    """Its number."""
    found: FoundHeading
    apart: bool
    """Whether blank lines, or the ends of paragraphs, stand on both sides."""


def plain_headings(text: str) -> list[PlacedHeading]:
    """In order. Numbers, numbered titles, and titles that are set apart, count only where no chapter is called one."""
    every = lines(text)
    each_line = line_paragraphs(text, every)
    candidates = _candidates(text, every, each_line)
    strong = [line for line in candidates if line.found.kind in STRONG]
    chosen = list(strong)
    if not any(line.found.kind == "chapter" for line in strong):
        weak = [line for line in candidates if line.apart]
        chosen += _numbered(weak, "number") or _numbered(weak, "item") or _set_apart(text, every)
    out = [_heading(text, every, line) for _, line in sorted({line.at: line for line in chosen}.items())]
    out += [
        PlacedHeading(start, end, 1, text[start:end].strip("* \t\r\n"), "matter")
        for start, end in every
        if end - start < LONGEST and _SMALL_PRINT.match(text, start, end)
    ]
    return _levelled(sorted(out, key=lambda heading: heading.start))


def _candidates(text: str, every: Sequence[Span], each_line: bool) -> list[_Line]:
    out = list[_Line]()
    for n, (start, end) in enumerate(every):
        if end - start > LONGEST or is_blank(text[start:end]):
            continue
        before = text[slice(*every[n - 1])] if n else ""
        after = text[slice(*every[n + 1])] if n + 1 < len(every) else ""
        free = is_blank(before) or _SENTENCE_END.search(before[-40:]) is not None
        below = bool(out) and out[-1].at == n - 1 and out[-1].found.kind in STRONG
        looked = not after.lstrip()[:1].islower() and (free or below)
        found = heading_of(text[start:end].strip("\ufeff\x0b\x0c\x85\u2028\u2029\r\n")) if looked else None
        if found is not None and (free or found.kind in NUMBERED):
            apart = (is_blank(before) or each_line) and (is_blank(after) or each_line)
            out.append(_Line(n, found, apart))
    return out


def _numbered(weak: Sequence[_Line], kind: str) -> list[_Line]:
    own = [line for line in weak if line.found.kind == kind]
    return [own[i] for i in counted([line.found.number for line in own])]


def _set_apart(text: str, every: Sequence[Span]) -> list[_Line]:
    """Titles with more blank lines above than paragraphs have, if texts stand between them.

    Of several close to each other, as on a title page or in a table of contents, the last.
    """
    out, blanks, gaps = list[_Line](), 0, Counter[bool]()
    for n, (start, end) in enumerate(every):
        if is_blank(text[start:end]):
            blanks += 1
            continue
        gaps.update([blanks >= APART] if blanks else [])
        if (
            blanks >= APART
            and n + 1 < len(every)
            and is_blank(text[slice(*every[n + 1])])
            and _is_title(text[start:end])
        ):
            out.append(_Line(n, FoundHeading(" ".join(text[start:end].split()), "capitals"), True))
        blanks = 0
    if len(out) < 2:
        return []
    below = [every[b.at].start - every[a.at].end for a, b in pairwise(out)] + [len(text)]
    out = [line for line, size in zip(out, below, strict=True) if size > CLOSE]
    between = [size for size in below if size > CLOSE]
    seldom = gaps[True] <= OFTEN * gaps.total()
    return out if len(out) > 1 and seldom and bool(statistics.median(between) >= LEAST_BETWEEN) else []


def _heading(text: str, every: Sequence[Span], line: _Line) -> PlacedHeading:
    start, end = every[line.at]
    title, number = line.found.title, line.found.number
    if not line.found.rest and line.found.kind in ("chapter", "part", "number"):
        below = _subtitle(text, every, line.at + 1)
        if below is not None:
            end = below.end
            words = " ".join(text[below.start : below.end].strip(" \t\r\n*_\u3000").split())
            title = f"{title} {words}" if CJK_CHARACTER.search(title) else f"{title.rstrip(' .:')}: {words}"
    return PlacedHeading(start, end, 1 if line.found.kind in ("part", "matter") else 2, title, line.found.kind, number)


def _subtitle(text: str, every: Sequence[Span], at: int) -> Span | None:
    """The title that stands in a line of its own below a number."""
    blanks = 0
    while at < len(every) and is_blank(text[slice(*every[at])]) and blanks < SUBTITLE_BELOW:
        at, blanks = at + 1, blanks + 1
    if at >= len(every) or (at + 1 < len(every) and not is_blank(text[slice(*every[at + 1])])):
        return None
    return every[at] if _is_title(text[slice(*every[at])]) else None


def _is_title(line: str) -> bool:
    """Whether a line reads as a title: short, no sentence, its long words capitalised or without capitals at all."""
    words = line.strip(" \t\r\n*_\u3000\x0c") if len(line) <= LONGEST else ""
    cjk = CJK_CHARACTER.search(words) is not None
    if not words or len(words) > TITLE_CHARACTERS or count_words(words) > (TITLE_CJK if cjk else TITLE_WORDS):
        return False
    if _NO_TITLE.search(words) or ((other := heading_of(words)) is not None and other.kind in STRONG):
        return False
    long_words: list[str] = _LONG_WORD.findall(words)
    cased = [word for word in long_words if word[0].isupper() or word[0].islower()]
    if cased:
        return 3 * sum(word[0].isupper() for word in cased) >= 2 * len(cased)
    return cjk or words.isupper()


def _levelled(found: Sequence[PlacedHeading]) -> list[PlacedHeading]:
    """Parts above chapters, where chapters follow them at once, and else below; other headings by where they stand.

    What comes before the first part, or after the last chapter without being one, is at the level of parts.
    """
    parts = [i for i, heading in enumerate(found) if heading.kind == "part"]
    chapters = [i for i, heading in enumerate(found) if heading.kind in ("chapter", "number", "item", "capitals")]
    if not parts or not chapters:
        return [replace(heading, level=1) for heading in found]
    opening = [i for i in parts if i + 1 in chapters and found[i + 1].start - found[i].end <= OPENING]
    if 2 * len(opening) < len(parts):
        return [replace(heading, level=2 if heading.kind == "part" else 1) for heading in found]
    last = max([*parts, *chapters])
    return [
        replace(heading, level=1)
        if i < parts[0] or i > last or (heading.kind == "named" and (is_front(heading.title) or is_back(heading.title)))
        else heading
        for i, heading in enumerate(found)
    ]
