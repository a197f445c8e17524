"""A publication -> the source that typst compiles: calls of `book.typ`'s functions, with all text as strings."""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from longwriter.export.document import (
    Block,
    Blocks,
    CodeBlock,
    Division,
    Heading,
    Image,
    Inlines,
    Listing,
    NoteMark,
    Paragraph,
    Publication,
    Quote,
    SceneBreak,
    Table,
    TocEntry,
    bare,
    headings_of,
    inlines_of,
    marks_of,
)
from longwriter.export.languages import foreign
from longwriter.export.pdf.letters import IGNORED, Letterform, Letters
from longwriter.export.pdf.lines import Lines, Surroundings, atoms, shown_width
from longwriter.export.pdf.literals import cut_literals, literal, one_blank
from longwriter.export.plain import SCENE_BREAK

DEEPEST = 6
"""Quotes and lists within each other that are set in from their neighbours; those within stand like the last."""
QUIET = 20
"""Notes to which only a note refers that stand at the foot of its page; those beyond stand at the end."""
WIDEST = 12
"""Columns of a table; one with more is set row by row."""
HEAD_WIDTH = 64
"""Columns of a terminal that a running head may take."""
TAB = 4
"""Columns of a tabulator in code."""
SCALES = (1.7, 1.3, 1.12, 1, 1, 1)
"""How much larger than the text the headings of each level are."""


class Paper(NamedTuple):
    """A size of paper, in points."""

    name: str
    """As typst calls it."""
    width: float
    height: float
    side: float
    """Margin to the left and right."""
    top: float
    """Margin above and below."""
    size: float
    """Of letters."""


PAPERS = {
    "a4": Paper("a4", 595.28, 841.89, 90, 85, 11),
    "a5": Paper("a5", 419.53, 595.28, 54, 57, 10),
    "letter": Paper("us-letter", 612, 792, 96, 80, 11),
}


class TypstSource:
    """The code of a publication's body, and the letters in it."""

    def __init__(self, publication: Publication, paper: Paper) -> None:
        self._publication = publication
        self._paper = paper
        self.letters = Letters()
        """What stands in the file."""
        self._pictures = {picture.name: picture for picture in publication.pictures}
        self._entries = {entry.id: (level, entry.title) for level, entry in _entries(publication.contents(), 1)}
        self._parts = any(division.kind == "part" for division in publication.divisions)
        tops = [d.id for d in publication.divisions if d.title]
        inner = [h.id for d in publication.divisions for h in headings_of(d.blocks)]
        self._lines = Lines(self.letters, self._pictures, {*tops, *inner})
        self._set: set[int] = set()
        """Notes that the code holds."""
        self.turned: dict[int, str] = {}
        """The language of notes in another than the text's."""
        lines = ((d.title, *inlines_of(d.blocks)) for d in publication.divisions)
        self._marked = {mark.number for line in lines for mark in marks_of(line)}
        """Notes to which the text itself refers."""
        self._inner: list[int] = []
        """Notes to which the notes at hand refer, and no text."""
        self._level = 0
        """Of the last heading."""
        language = publication.metadata.language
        self.place = Surroundings(language, paper.width - 2 * paper.side, paper.size)

    def body(self) -> Iterator[str]:
        """Lines of code."""
        for division in self._publication.divisions:
            yield from self._division(division)
        for note in self._publication.notes:
            if note.number not in self._set:
                yield f"#last-note({literal(str(note.number))}, {self._note_body(note.number)})"

    def toc(self) -> list[TocEntry]:
        """The lines of the contents, each before its children."""
        return [entry for _, entry in _entries(self._publication.contents(), 1)]

    def line(self, text: str, scale: float = 1, style: Letterform | None = None) -> str:
        """A line of ours or of the metadata, `scale` times as large as the text; "none" for none."""
        self.letters.add(text, self.place.language, style or Letterform())
        place = self.place._replace(size=scale * self.place.size)
        return f"together(({cut_literals(one_blank(text), place.ems)},))" if text else "none"

    def _division(self, division: Division) -> Iterator[str]:
        paged = self._publication.paged
        if paged:
            yield "#new-page"
        title = self._head(Heading(1, division.id, division.title), self.place) if division.title else ""
        if division.title:
            yield f"#division({self.line(shortened(bare(division.title)))})"
        blocks = [code for block in division.blocks for code in self._block(block, self.place)]
        if division.kind == "part" and paged and not blocks:
            title = f"part-page({title})"
        if title:
            yield f"#{title}"
        yield "#opened"
        for code in blocks:
            yield f"#{code}"

    def _head(self, heading: Heading, place: Surroundings) -> str:
        size = SCALES[heading.level - 1] * place.size
        place = place._replace(bold=True, size=size)
        arguments = self._arguments(heading.content, place)
        if _blank(heading.content):
            return f"anchor({literal(heading.id)})"
        if place.depth or place.in_note:
            return self._in_language(f"inner-head({literal(heading.id)}, {arguments})", heading.content)
        level = heading.level + self._parts if heading.level > 1 else self._entries.get(heading.id, (1, ""))[0]
        self._level = min(level, self._level + 1)
        plain = literal(one_blank(bare(heading.content)))
        listed = "true" if heading.id in self._entries else "false"
        code = (
            f"head({heading.level}, {size:.2f}pt, {self._level}, {literal(heading.id)}, {listed}, {plain}, {arguments})"
        )
        return self._in_language(code, heading.content)

    def _arguments(self, content: Inlines, place: Surroundings) -> str:
        """A line, as arguments of a function; one in another language in its own letters."""
        other = foreign(bare(content), self.place.language)
        if not other:
            return self._lines.arguments(content, place, self._mark)
        inner = self._lines.arguments(content, place._replace(language=other.language), self._mark)
        return f"words({literal(other.language)}, {inner})"

    def _in_language(self, code: str, content: Inlines) -> str:
        other = foreign(bare(content), self.place.language)
        return f"foreign({literal(other.language)}, {code})" if other else code

    def _block(self, block: Block, place: Surroundings) -> Iterator[str]:
        match block:
            case Heading():
                yield self._head(block, place)
            case Paragraph():
                yield self._paragraph(block, place)
            case Quote():
                yield from self._quote(block, place)
            case Listing():
                yield from self._listing(block, place)
            case Table():
                yield from self._table(block, place)
            case CodeBlock():
                yield self._code(block, place)
            case SceneBreak():
                self.letters.add(SCENE_BREAK, place.language, Letterform())
                yield "scene"

    def _blocks(self, blocks: Blocks, place: Surroundings) -> str:
        return ", ".join(code for block in blocks for code in self._block(block, place))

    def _blocks_in_line(self, blocks: Blocks, place: Surroundings) -> str:
        """Blocks of which the first stands beside a mark."""
        first, *rest = blocks
        beside = isinstance(first, Paragraph) and (
            place.in_note or not foreign(bare(first.content), self.place.language)
        )
        if not isinstance(first, Paragraph) or not beside:
            return self._blocks(blocks, place)
        return ", ".join(
            [
                f"cell({self._arguments(first.content, place)})",
                *(["parbreak()", self._blocks(tuple(rest), place)] if rest else []),
            ]
        )

    def _paragraph(self, block: Paragraph, place: Surroundings) -> str:
        if len(block.content) == 1 and isinstance(picture := block.content[0], Image):
            width = shown_width(self._pictures[picture.picture], place.room, 0.6 * self._paper.height)
            return f"figure-of({literal('/' + picture.picture)}, {literal(picture.alt)}, {width})"
        name = "flush" if place.depth or place.in_note else "p"
        return self._in_language(f"{name}({self._arguments(block.content, place)})", block.content)

    def _quote(self, block: Quote, place: Surroundings) -> Iterator[str]:
        if place.depth >= DEEPEST:
            for inner in block.blocks:
                yield from self._block(inner, place)
        else:
            yield self._turned(f"quotation({self._blocks(block.blocks, self._within(place, 3.2))})", block)

    def _within(self, place: Surroundings, indent: float) -> Surroundings:
        return place._replace(depth=place.depth + 1, room=place.room - indent * place.size)

    def _listing(self, block: Listing, place: Surroundings) -> Iterator[str]:
        marks = [f"{n}." if block.start is not None else "•" for n, _ in enumerate(block.items, block.start or 0)]
        for mark in marks:
            self.letters.add(mark, place.language, Letterform())
        if place.depth >= DEEPEST:
            for mark, item in zip(marks, block.items, strict=True):
                yield f"p({literal(mark)})"
                for inner in item:
                    yield from self._block(inner, place)
            return
        within = self._within(place, 1 + 0.5 * len(marks[-1]))
        items = ", ".join(f"cell({self._blocks_in_line(item, within) if item else ''})" for item in block.items)
        tight = "true" if block.tight else "false"
        manner = f"{tight}, {'true' if place.depth else 'false'}"
        code = f"bullets({manner}, {items})" if block.start is None else f"numbered({manner}, {block.start}, {items})"
        yield self._turned(code, block)

    def _turned(self, code: str, block: Block) -> str:
        """A block of lines that are read the other way than the text."""
        others = {foreign(bare(line), self.place.language) for line in inlines_of((block,)) if bare(line).strip()}
        other = others.pop() if len(others) == 1 else None
        turned = other and other.direction != self._publication.direction
        return f"foreign({literal(other.language)}, {code})" if other and turned else code

    def _table(self, block: Table, place: Surroundings) -> Iterator[str]:
        columns = len(block.align)
        if columns > WIDEST:
            yield from self._records(block, place)
            return
        size = place.size * min(1, max(0.7, 5 / columns))
        inner = place._replace(room=place.room / columns - 0.8 * size, size=size, depth=place.depth or 1)
        head = self._cells(block.head, inner._replace(bold=True))
        rows = "".join(f", {self._cells(row, inner)}" for row in block.rows)
        sides = "".join(f"{side or 'start'}, " for side in block.align)
        repeated = (
            "false"
            if any(a.address or isinstance(a.inline, NoteMark) for cell in block.head for a in atoms(cell))
            else "true"
        )
        yield self._turned(f"grid-of({size:.2f}pt, ({sides}), {repeated}, ({head},){rows})", block)

    def _cells(self, cells: Sequence[Inlines], place: Surroundings) -> str:
        return ", ".join(self._in_language(f"cell({self._arguments(cell, place)})", cell) for cell in cells)

    def _records(self, block: Table, place: Surroundings) -> Iterator[str]:
        """A wide table row by row: the name of each column, and what stands in it."""
        for row in block.rows or (block.head,):
            for name, cell in zip(block.head, row, strict=True):
                named = self._arguments(name, place._replace(bold=True))
                yield f'flush(st({named}), ": ", {self._arguments(cell, place)})'
            yield "gap"

    def _code(self, block: CodeBlock, place: Surroundings) -> str:
        text = block.text.expandtabs(TAB)
        self.letters.add(text, place.language, Letterform(mono=True))
        lines = ", ".join(f"({cut_literals(line, place.ems, 'code({})')},)" for line in text.split("\n"))
        return f"lines({lines})"

    def _mark(self, mark: NoteMark, place: Surroundings) -> str:
        number = literal(str(mark.number))
        self.letters.add(str(mark.number), place.language, Letterform())
        if place.in_note:  # typst loses notes within notes where there are many
            if mark.number not in self._marked:
                self._inner.append(mark.number)
            return f"far-mark({number})"
        if mark.number in self._set:
            return f"again({number})"
        self._inner = []
        out = [f"note({number}, {self._note_body(mark.number)})"]
        for inner in self._inner:  # which grows
            if inner not in self._set and len(out) <= QUIET:
                out.append(f"quiet({literal(str(inner))}, {self._note_body(inner)})")
        return ", ".join(out)

    def _note_body(self, number: int) -> str:
        self._set.add(number)
        blocks = self._publication.note(number).blocks
        other = foreign(bare(next(inlines_of(blocks), ())), self.place.language)
        if other:
            self.turned[number] = other.language
        return self._blocks_in_line(blocks, self.place._replace(in_note=True, size=0.85 * self.place.size))


def _entries(entries: Sequence[TocEntry], level: int) -> Iterator[tuple[int, TocEntry]]:
    for entry in entries:
        yield level, entry
        yield from _entries(entry.children, level + 1)


def _blank(content: Inlines) -> bool:
    """Whether nothing of a line can be seen."""
    return not any(isinstance(a.inline, Image) for a in atoms(content)) and not IGNORED.sub("", bare(content))


def shortened(title: str) -> str:
    """A title as a running head."""
    title = one_blank(title).strip()
    widths = accumulate(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in title)
    fitting = sum(width <= HEAD_WIDTH for width in widths)
    return title if fitting == len(title) else title[: fitting - 1].rstrip() + "…"
