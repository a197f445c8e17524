"""Blocks -> the title, and divisions that begin on a page of their own: front matter, parts, chapters.

A heading of the first level that opens the text is its title where no other has that level, where the next of that level
stands right below it, or where front matter calls the text so. The largest headings of the rest begin chapters; or parts,
where most of them are called that and smaller ones stand below them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from longwriter.export.document import Block, Division, DivisionKind, Heading, Inlines, bare, inlines_of
from longwriter.text import count_words

LONG = 700
"""Words of a mean division from which on each begins on a new page."""
_PART = re.compile(
    r"(?:(?:the )?\w+ part|part|book|volume|teil|buch|band|partie|livre|tome|parte|libro|livro|часть|книга|том|deel|del|część|"
    r"الجزء|الكتاب|חלק|ספר)\b|第\s*[\d〇零一二三四五六七八九十百]+\s*[部卷編编集]|[上中下]\s*[部卷篇冊册]|제\s*\d+\s*부",
    re.IGNORECASE,
)


def divided(
    blocks: Sequence[Block], called: str = "", opened: Mapping[str, DivisionKind] = {}
) -> tuple[Inlines, tuple[Division, ...], bool]:
    """The title (() for none), the divisions, at least one, and whether they begin on new pages.

    `called`: the title as front matter has it.

    `opened`: what headings open, by their ids; then no others open anything, and one before them is the title.
    """
    if opened:
        return _as_opened(blocks, opened)
    title: Inlines = ()
    firsts = [i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.level == 1]
    if firsts and isinstance(blocks[0], Heading) and blocks[0].level == 1 and _is_title(blocks[0], firsts, called):
        title, blocks = blocks[0].content, blocks[1:]
    levels = sorted({b.level for b in blocks if isinstance(b, Heading)})
    if not levels:
        return title, (Division("chapter", "text", (), tuple(blocks)),), False
    part = levels[0] if _parts(blocks, levels) else 0
    top = levels[1] if part else levels[0]
    ranks = {level: min(6, 2 + n) for n, level in enumerate(level for level in levels if level > top)}
    out: list[Division] = []
    gathered: list[Block] = []
    opening = Division("front", "front", (), ())
    for block in blocks:
        if isinstance(block, Heading) and block.level <= top:
            _close(out, opening, gathered)
            opening, gathered = Division("part" if block.level == part else "chapter", block.id, block.content, ()), []
        else:
            gathered.append(replace(block, level=ranks[block.level]) if isinstance(block, Heading) else block)
    _close(out, opening, gathered)
    return title, tuple(out), _long(out)


def _is_title(opening: Heading, firsts: Sequence[int], called: str) -> bool:
    words = bare(opening.content).split()
    alone = len(firsts) == 1 or (firsts[1] == 1 and not _PART.match(" ".join(words)))
    return alone or (bool(words) and [w.casefold() for w in words] == called.casefold().split())


def _as_opened(
    blocks: Sequence[Block], opened: Mapping[str, DivisionKind]
) -> tuple[Inlines, tuple[Division, ...], bool]:
    first = next((block for block in blocks if isinstance(block, Heading)), None)
    title = first if first is not None and first.id not in opened else None
    blocks = [block for block in blocks if block is not title]
    inner = sorted({b.level for b in blocks if isinstance(b, Heading) and b.id not in opened})
    lowest = 3 if "section" in opened.values() else 2
    out, gathered = list[Division](), list[Block]()
    opening = Division("front", "front", (), ())
    for block in blocks:
        kind = opened.get(block.id) if isinstance(block, Heading) else None
        if not isinstance(block, Heading):
            gathered.append(block)
        elif kind in ("part", "chapter"):
            _close(out, opening, gathered)
            opening, gathered = Division(kind, block.id, block.content, ()), []
        else:
            gathered.append(replace(block, level=2 if kind else min(6, lowest + inner.index(block.level))))
    _close(out, opening, gathered)
    return title.content if title else (), tuple(out), _long(out)


def _close(out: list[Division], opening: Division, gathered: list[Block]) -> None:
    if opening.kind != "front" or gathered:
        out.append(replace(opening, blocks=tuple(gathered)))


def _parts(blocks: Sequence[Block], levels: Sequence[int]) -> bool:
    largest = [bare(b.content) for b in blocks if isinstance(b, Heading) and b.level == levels[0]]
    return len(levels) > 1 and 2 * sum(bool(_PART.match(title.strip())) for title in largest) > len(largest)


def _long(divisions: Sequence[Division]) -> bool:
    chapters = [d for d in divisions if d.kind == "chapter"]
    words = sum(count_words(" ".join(map(bare, inlines_of(d.blocks)))) for d in chapters)
    return len(chapters) > 1 and words >= LONG * len(chapters)
