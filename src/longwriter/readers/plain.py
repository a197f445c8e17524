"""Plain text -> chapters: headings as books of many languages write them.

A heading is a short paragraph of its own, as `headings` knows them: a numbered division, a named part of a book, a number
or a numbered title in a row of them, or capitals where the file leaves three blank lines before them, as Project
Gutenberg's do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from longwriter.readers.chapters import Chapter
from longwriter.readers.clean import one_break, tidy, unmark, unwrap, without_page_numbers
from longwriter.readers.headings import STRONG, FoundHeading, closes, counted, dropped, heading_of
from longwriter.text import count_words

_SENTENCE = re.compile(r"[.!?…。！？؟।]")
PROSE_WORDS = 15
"""Words of the shortest paragraph that counts as running text where front matter is judged."""
FRONT_WORDS = 200
"""Words of running text from which on what stands before the first heading is kept."""


@dataclass(frozen=True)
class _Block:
    text: str
    before: int
    """Blank lines before it."""

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def is_short(self) -> bool:
        return len(self.lines) <= 3 and len(self.text) <= 160 and count_words(self.text) <= 24


def read_plain(text: str, title: str, marked: frozenset[str] = frozenset()) -> list[Chapter]:
    """The chapters of a text from which what its publisher wrote around it is gone. `title`: for one without headings.

    Front matter, contents, notes and indexes come with the reason why they go; a heading without text says nothing.
    `marked`: lines that the file itself calls headings; then no others are, but those of what goes.
    """
    text = one_break(unmark(text))
    text = without_page_numbers(unwrap(text, _alone(text.split("\n"))))
    blocks = _blocks(text)
    starts = _headings(blocks, marked)
    if not starts:
        return [Chapter(tidy("\n\n".join(b.text for b in _without_closing(blocks))), title, kind="text")]
    least = FRONT_WORDS if any(not dropped(heading) for _, _, heading in starts) else 1
    out = [_front(blocks[: starts[0][0]], "front matter", FRONT_WORDS)]
    ends = [start for start, _, _ in starts[1:]] + [len(blocks)]
    for (_, begin, heading), end in zip(starts, ends, strict=True):
        part = _without_closing(blocks[begin:end])
        reason = dropped(heading, sum(count_words(b.text) for b in part))
        if reason == "contents":
            out.append(_front(part, reason, least))
        else:
            out.append(Chapter(tidy("\n\n".join(b.text for b in part)), heading, drop=reason))
    return [replace(c, title=c.title or title) for c in out if c.text]


def _alone(lines: Sequence[str]) -> set[int]:
    """Numbers of the lines that are numbered headings directly over their text, or in a text without blank lines."""
    solid = 20 * sum(not line.strip() for line in lines) < len(lines)
    out = set[int]()
    for i, line in enumerate(lines):
        below = [part.strip() for part in lines[i + 1 : i + 4]]
        over = bool(below and below[0]) and (
            solid or ((not i or not lines[i - 1].strip()) and len(below) == 3 and all(below))
        )
        if over and _is_numbered(line) and not _is_numbered(below[0]):
            out.add(i)
    return out


def _is_numbered(line: str) -> bool:
    found = heading_of(line)
    return found is not None and found.kind in ("chapter", "part")


def _blocks(text: str) -> list[_Block]:
    out, before = [], 0
    for part in re.split(r"((?:\n[ \t]*){2,})", text):
        if part.strip():
            out.append(_Block("\n".join(line.strip() for line in part.strip().split("\n")), before))
        else:
            before = part.count("\n") - 1
    return out


def _headings(blocks: Sequence[_Block], marked: frozenset[str]) -> list[tuple[int, int, str]]:
    """Index of each heading, of the first block under it, and its words."""
    lines = {i: heading_of(b.lines[0]) for i, b in enumerate(blocks) if b.is_short}
    matter = [i for i in lines if dropped(blocks[i].text)]
    if marked:
        found = [i for i, b in enumerate(blocks) if b.text in marked]
    else:
        found = [i for i, h in lines.items() if h is not None and h.kind in STRONG - {"matter"}]
        if not any(h is not None and h.kind in ("chapter", "part") for h in lines.values()):
            found += _numbered(blocks, lines) or ([] if found else _capitals(blocks))
    starts = {*found, *matter}
    out = []
    for i in sorted(starts):
        words, heading = " ".join(blocks[i].text.split()), heading_of(blocks[i].text)
        follows = i + 1
        if len(blocks[i].lines) == 1 and follows < len(blocks) and follows not in starts and not dropped(words):
            bare = heading is None or (not heading.rest and heading.kind != "named") or heading.kind == "capitals"
            if bare and _is_subtitle(blocks[follows]):
                words = f"{words.rstrip(' .:')}: {blocks[follows].text}"
                follows += 1
        out.append((i, follows, words.strip(" *_#=~")))
    return out


def _numbered(blocks: Sequence[_Block], lines: Mapping[int, FoundHeading | None]) -> list[int]:
    """Blocks that are numbers, or else numbered titles, which count up; with running text under each of the titles."""
    kinds = {kind: [(i, h.number) for i, h in lines.items() if h and h.kind == kind] for kind in ("number", "item")}
    for kind, found in kinds.items():
        own = [i for i, _ in found if len(blocks[i].lines) == 1]
        rows = [own[n] for n in counted([number for i, number in found if len(blocks[i].lines) == 1])]
        ends = [*rows[1:], len(blocks)][: len(rows)]
        texts = [_prose(blocks[i + 1 : end]) for i, end in zip(rows, ends, strict=True)]
        if rows and (kind == "number" or all(texts)):
            return rows
    return []


def _prose(blocks: Sequence[_Block]) -> list[int]:
    """Which blocks are running text."""
    return [i for i, b in enumerate(blocks) if count_words(b.text) >= PROSE_WORDS and _SENTENCE.search(b.text[-3:])]


def _capitals(blocks: Sequence[_Block]) -> list[int]:
    """Short blocks in capitals after three blank lines, if they are at least two: one may be the book's own title."""
    found = [i for i, b in enumerate(blocks[:-1]) if b.before >= 3 and b.is_short and b.text.isupper()]
    return found if len(found) >= 2 else []


def _is_subtitle(block: _Block) -> bool:
    """A short line in capitals or title case, before the text begins."""
    if len(block.lines) > 2 or not block.is_short or block.before > 3 or _SENTENCE.search(block.text.rstrip(".?!")):
        return False
    words = re.findall(r"[^\W\d_]{4,}", block.text)
    capitals = sum(w[0].isupper() for w in words)
    return (
        bool(words)
        and 3 * capitals >= 2 * len(words)
        and (block.text.isupper() or not block.text.endswith((".", "”", '"', ",")))
    )


def _front(blocks: Sequence[_Block], reason: str, least: int) -> Chapter:
    """What stands before a first chapter: kept from its first running text on if there are `least` words of that."""
    prose = _prose(blocks)
    enough = sum(count_words(blocks[i].text) for i in prose) >= least
    kept = blocks[prose[0] :] if enough else blocks
    return Chapter(tidy("\n\n".join(b.text for b in kept)), kind="front", drop="" if enough else reason)


def _without_closing(blocks: Sequence[_Block]) -> Sequence[_Block]:
    """Without "THE END" and the like at the end."""
    end = len(blocks)
    while end and closes(blocks[end - 1].text):
        end -= 1
    return blocks[:end]
