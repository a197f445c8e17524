"""Blocks -> paragraphs and tables, for the text and for its notes."""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, assert_never

from longwriter.export.document import (
    Align,
    Block,
    CodeBlock,
    Heading,
    Image,
    Inlines,
    Listing,
    Paragraph,
    Quote,
    SceneBreak,
    Table,
    Text,
    bare,
)
from longwriter.export.docx.lists import DEEPEST, STEP, Numbering
from longwriter.export.docx.notes import marked
from longwriter.export.docx.runs import Look, Runs, Speech, run
from longwriter.export.docx.sheet import Sheet
from longwriter.export.docx.styles import INSET
from longwriter.export.plain import SCENE_BREAK
from longwriter.language import Direction

MOST_COLUMNS = 63
"""Word opens no table with more."""
DEEPEST_SHARE = 0.6
"""Of the text's width that lists and quotations within each other take away."""
LONGEST_CELL = 60
"""Letters from which a longer cell does not widen its column."""
LETTER, PADDING = 140, 108
"""Twips: of a letter in a table, and at either side of a cell."""


class Spot(NamedTuple):
    """Where blocks stand."""

    body: str = "BodyText"
    """Style of a paragraph after another."""
    first: str = "FirstParagraph"
    """Style of one after something else."""
    label: str = ""
    """Style of one that begins a list's item."""
    depth: int = 0
    """Lists around them."""
    quoted: int = 0
    """Quotations around them."""

    def inside(self, style: str, label: str = "", *, depth: int = 0, quoted: int = 0) -> "Spot":
        """Where the blocks of a list or quotation stand that stands here; in a note, all look as the note does."""
        body, begun = (self.body, self.body) if self.body == _NOTE else (style, label or style)
        return Spot(body, body, begun, self.depth + depth, self.quoted + quoted)


_NOTE = "FootnoteText"
NOTE = Spot(_NOTE, _NOTE)
_INDENTS = {"Quote": INSET, "ListContinue": STEP}
"""Twips that a style itself gives."""


class Story:
    """The text of a document, or its notes."""

    def __init__(self, runs: Runs, numbering: Numbering, page: Sheet, lowest: int) -> None:
        """`lowest`: the level that Word gives a heading of level 2."""
        self.runs, self.page, self._numbering, self._lowest = runs, page, numbering, lowest
        self._label = ""
        """`w:numPr` of a list's item of which nothing is written yet."""

    def blocks(self, blocks: Iterable[Block], place: Spot) -> str:
        """Each, in order."""
        out, first = list[str](), True
        for block in blocks:
            out.append(self._block(block, place._replace(body=place.first) if first else place))
            first = not isinstance(block, Paragraph)
        return "".join(out)

    def _block(self, block: Block, place: Spot) -> str:
        match block:
            case Heading():
                return self.heading(block, self._lowest + block.level - 2)
            case Paragraph():
                return self.paragraph(block.content, place)
            case Quote():
                return self.blocks(block.blocks, place.inside("Quote", quoted=1))
            case Listing():
                return self._listing(block, place)
            case Table():
                return self._table(block, place)
            case CodeBlock():
                return self._made("SourceCode", run(block.text, Look(), right=False), place)
            case SceneBreak():
                return self._made("SceneBreak", run(SCENE_BREAK, Look(), right=False))
        assert_never(block)

    def heading(self, heading: Heading, level: int) -> str:
        """A heading, at most of level 6, that links and the contents lead to."""
        speech = self.runs.speech(heading.content)
        line = marked(heading.id, self.runs.line(heading.content, Look(speech=speech)), self.runs.notes.fresh())
        return self._made(f"Heading{min(level, 6)}", line, speech=speech)

    def paragraph(self, content: Inlines, place: Spot, before: str = "") -> str:
        """A paragraph of text, with `before` (runs) at its beginning."""
        speech = self.runs.speech(content)
        line = before + self.runs.line(content, Look(speech=speech))
        if len(content) == 1 and isinstance(content[0], Image) and not self._label and not before:
            return self._made("Figure", line)
        style = place.label if self._label and place.label else place.body
        return self._made(style, line, place, speech=speech)

    def _made(
        self, style: str, line: str, place: Spot | None = None, *, speech: Speech | None = None, after: str = ""
    ) -> str:
        """A paragraph, with its properties in the order of the schema: number, direction, indent, and those `after` them."""
        indent = self._indented(style, place) if place else ""
        label, self._label = self._label, ""
        inner = f'<w:pStyle w:val="{style}"/>{label}{self.runs.turned(speech)}{indent}{after}'
        return f"<w:p><w:pPr>{inner}</w:pPr>{line}</w:p>"

    def _indent(self, place: Spot) -> int:
        """Twips that a block stands further in."""
        return min(STEP * place.depth + INSET * place.quoted, int(DEEPEST_SHARE * self.page.text_width))

    def _indented(self, style: str, place: Spot) -> str:
        """`w:ind`, where neither the style nor the level of the list says as much."""
        indent = self._indent(place)
        said = STEP * min(place.depth, DEEPEST + 1) if self._label else _INDENTS.get(style, 0)
        hanging = f' w:hanging="{STEP}"' if self._label else ""
        return f'<w:ind w:left="{indent}"{hanging}/>' if indent != said else ""

    def _listing(self, listing: Listing, place: Spot) -> str:
        out, level = [self._unlabelled(place)], min(place.depth, DEEPEST)
        numbered = listing.start is not None
        id_ = self._numbering.bullets() if listing.start is None else self._numbering.numbers(level, listing.start)
        label = "ListNumber" if numbered else "ListBullet"
        inner = place.inside("ListContinue", label, depth=1)
        for item in listing.items:
            self._label = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{id_}"/></w:numPr>'
            out += [self.blocks(item, inner), self._unlabelled(inner)]
        return "".join(out)

    def _unlabelled(self, place: Spot) -> str:
        """The paragraph of an item that does not begin with one of its own; "" where no item waits for it."""
        return self._made(place.label or place.body, "", place) if self._label else ""

    def _table(self, table: Table, place: Spot) -> str:
        before, rows = self._unlabelled(place), (table.head, *table.rows)
        if len(table.head) > MOST_COLUMNS:
            return before + "".join(self.paragraph(_tabbed(row), place) for row in rows)
        indent = self._indent(place)
        widths = _widths(rows, self.page.text_width - indent)
        own = "<w:bidiVisual/>" * (self.runs.own.direction == "rtl")
        side = f'<w:tblInd w:w="{indent}" w:type="dxa"/>' if indent else '<w:jc w:val="center"/>'
        properties = (
            f'<w:tblPr><w:tblStyle w:val="BookTable"/>{own}<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'{side}<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0"'
            ' w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr>'
        )
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        made = "".join(self._row(row, table.align, widths, head=n == 0) for n, row in enumerate(rows))
        return f"{before}<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{made}</w:tbl>{self._made('AfterTable', '')}"

    def _row(self, cells: tuple[Inlines, ...], align: tuple[Align, ...], widths: list[int], *, head: bool) -> str:
        out = ["<w:tr><w:trPr><w:cantSplit/>", "<w:tblHeader/>" * head, "</w:trPr>"]
        for cell, side, width in zip(cells, align, widths, strict=True):
            speech = self.runs.speech(cell)
            line = self.runs.line(cell, Look(speech=speech))
            after = _aligned(side, (speech or self.runs.own).direction)
            paragraph = self._made("TableHeading" if head else "TableText", line, speech=speech, after=after)
            out.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph}</w:tc>')
        return "".join([*out, "</w:tr>"])


def _aligned(side: Align, direction: Direction) -> str:
    """`w:jc`. Word's left is the side where a paragraph begins."""
    if direction == "rtl":
        side = "left" if side == "right" else "right" if side == "left" else side
    return f'<w:jc w:val="{side}"/>' if side else ""


def _tabbed(cells: tuple[Inlines, ...]) -> Inlines:
    """A row as one line."""
    return tuple(inline for n, cell in enumerate(cells) for inline in (*((Text("\t"),) if n else ()), *cell))


def _widths(rows: Iterable[tuple[Inlines, ...]], room: int) -> list[int]:
    """Of each column, in twips: as its longest cell needs, and less for all where they need more than there is room for."""
    longest = [max(_long(bare(cell)) for cell in column) for column in zip(*rows, strict=True)]
    wanted = [LETTER * min(LONGEST_CELL, max(6, letters)) + 2 * PADDING for letters in longest]
    share = min(1.0, room / sum(wanted))
    return [int(width * share) for width in wanted]


def _long(text: str) -> int:
    """Letters of the longest line; an East Asian one counts twice."""
    lines = (line[:LONGEST_CELL] for line in text.split("\n"))
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines)
