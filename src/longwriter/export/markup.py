"""Blocks -> XHTML, which HTML parsers read alike: what the page and the EPUB have in common.

Everything that is not ours is escaped; no style, script or address but those of links to the web stands in it.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import assert_never

from longwriter.export.document import (
    Block,
    CodeBlock,
    CodeSpan,
    Emphasis,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    Listing,
    Note,
    NoteMark,
    Paragraph,
    Picture,
    Quote,
    SceneBreak,
    Strong,
    Struck,
    Table,
    Text,
    bare,
    each_inline,
)
from longwriter.export.languages import foreign


class Markup:
    """Blocks as XHTML."""

    def __init__(
        self, language: str, *, lowest: int, picture: Callable[[str], Picture], place: Callable[[str], str],
        source: Callable[[Picture], str], epub: bool = False,
    ) -> None:  # fmt: skip
        """`language`: of the whole. `lowest`: the element of a heading of level 2 is `h{lowest}`.

        `picture`: by its name; `source`: what its `src` is. `place`: the address of an id: of a heading, of the note
        `note-N`, of its first mark `mark-N`. `epub`: say what is what in EPUB's words, too.
        """
        self.language, self.lowest = language, lowest
        self._picture, self._source, self._place, self._epub = picture, source, place, epub

    def blocks(self, blocks: Iterable[Block]) -> str:
        """Each on lines of its own."""
        return "".join(map(self._block, blocks))

    def _block(self, block: Block) -> str:
        match block:
            case Heading():
                return self.heading(block, self.lowest + block.level - 2)
            case Paragraph():
                return self._paragraph(block)
            case Quote():
                return f"<blockquote>\n{self.blocks(block.blocks)}</blockquote>\n"
            case Listing():
                return self._listing(block)
            case Table():
                return self._table(block)
            case CodeBlock():
                return f'<pre dir="ltr"><code>{escape(block.text)}\n</code></pre>\n'
            case SceneBreak():
                return '<hr class="scene" />\n'
        assert_never(block)

    def heading(self, heading: Heading, level: int) -> str:
        """A heading as the element `h{level}`, at most h6; one that says nothing is a place that links can lead to."""
        if not bare(heading.content).strip() and not any(isinstance(i, Image) for i in each_inline((heading.content,))):
            return f'<div id="{heading.id}">{self.inlines(heading.content)}</div>\n'
        tag = f"h{min(level, 6)}"
        return f'<{tag} id="{heading.id}"{self.spoken(heading.content)}>{self.inlines(heading.content)}</{tag}>\n'

    def spoken(self, content: tuple[Inline, ...]) -> str:
        """The attributes of a line in another language than the whole; "" for any other."""
        return spoken(bare(content), self.language)

    def _paragraph(self, block: Paragraph) -> str:
        if len(block.content) == 1 and isinstance(block.content[0], Image):
            return f"<figure>{self.inlines(block.content)}</figure>\n"
        return f"<p{self.spoken(block.content)}>{self.inlines(block.content)}</p>\n"

    def _listing(self, block: Listing) -> str:
        tag = "ul" if block.start is None else "ol"
        start = f' start="{block.start}"' if block.start not in (None, 1) else ""
        items = "".join(f"<li>{self._item(item, tight=block.tight)}</li>\n" for item in block.items)
        return f"<{tag}{start}>\n{items}</{tag}>\n"

    def _item(self, blocks: tuple[Block, ...], *, tight: bool) -> str:
        if tight and blocks and isinstance(blocks[0], Paragraph) and not self.spoken(blocks[0].content):
            return self.inlines(blocks[0].content) + ("\n" + self.blocks(blocks[1:]) if blocks[1:] else "")
        return "\n" + self.blocks(blocks)

    def _table(self, block: Table) -> str:
        def row(cells: tuple[tuple[Inline, ...], ...], tag: str) -> str:
            sides = [f' class="{side}"' if side in ("right", "center") else "" for side in block.align]
            scope = ' scope="col"' if tag == "th" else ""
            attributes = [f"{scope}{side}{self.spoken(cell)}" for cell, side in zip(cells, sides, strict=True)]
            inner = [f"<{tag}{a}>{self.inlines(cell)}</{tag}>" for cell, a in zip(cells, attributes, strict=True)]
            return f"<tr>{''.join(inner)}</tr>\n"

        body = "".join(row(cells, "td") for cells in block.rows)
        body = f"<tbody>\n{body}</tbody>\n" if body else ""
        return f'<div class="wide">\n<table>\n<thead>\n{row(block.head, "th")}</thead>\n{body}</table>\n</div>\n'

    def inlines(self, content: Iterable[Inline]) -> str:
        """A line."""
        return "".join(map(self._inline, content))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                return escape(inline.text, quote=False)
            case Emphasis():
                return f"<em>{self.inlines(inline.content)}</em>"
            case Strong():
                return f"<strong>{self.inlines(inline.content)}</strong>"
            case Struck():
                return f"<del>{self.inlines(inline.content)}</del>"
            case CodeSpan():
                return f'<code dir="ltr">{escape(inline.text, quote=False)}</code>'
            case Link():
                address = self._place(inline.address[1:]) if inline.address[:1] == "#" else inline.address
                away = "" if inline.address[:1] == "#" or self._epub else ' rel="noopener noreferrer"'
                return f'<a href="{escape(address)}"{away}>{self.inlines(inline.content)}</a>'
            case Image():
                picture = self._picture(inline.picture)
                size = f'width="{picture.width}" height="{picture.height}"'
                return f'<img src="{escape(self._source(picture))}" alt="{escape(inline.alt)}" {size} />'
            case NoteMark():
                return self._mark(inline)
            case LineBreak():
                return "<br />\n"
        assert_never(inline)

    def _mark(self, mark: NoteMark) -> str:
        kind = ' epub:type="noteref"' if self._epub else ""
        name = f' id="mark-{mark.number}"' if not mark.again else ""
        place = escape(self._place(f"note-{mark.number}"))
        return f'<sup><a{name}{kind} role="doc-noteref" href="{place}">{mark.number}</a></sup>'

    def note(self, note: Note) -> str:
        """What a note says, with its number, which leads back to the first place that refers to it."""
        back = escape(self._place(f"mark-{note.number}"))
        number = f'<a role="doc-backlink" href="{back}">{note.number}.</a> ' if note.marks else f"{note.number}. "
        head, *rest = note.blocks
        if not isinstance(head, Paragraph):
            return f"<p>{number}</p>\n{self.blocks(note.blocks)}"
        return f"<p{self.spoken(head.content)}>{number}{self.inlines(head.content)}</p>\n{self.blocks(rest)}"


def spoken(text: str, language: str) -> str:
    """The attributes of an element with this text, where it is in another language than the whole; else ""."""
    other = foreign(text, language)
    return f' lang="{other.language}" xml:lang="{other.language}" dir="{other.direction}"' if other else ""
