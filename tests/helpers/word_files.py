"""What stands in a Word document, and in the publication that it was made of, to be compared."""

from collections.abc import Iterator
from io import BytesIO

from docx import Document
from lxml import etree

from longwriter.export.document import (
    Blocks,
    CodeBlock,
    Heading,
    Listing,
    Paragraph,
    Publication,
    Quote,
    SceneBreak,
    Table,
    bare,
)
from longwriter.export.plain import SCENE_BREAK
from tests.helpers.docx_check import W, parts_of


def lines_of(blocks: Blocks) -> Iterator[str]:
    """What blocks say, a line for each paragraph of a Word document."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield bare(block.content)
            case Quote():
                yield from lines_of(block.blocks)
            case Listing():
                for item in block.items:
                    yield from lines_of(item)
            case Table():
                yield from (bare(cell) for row in (block.head, *block.rows) for cell in row)
            case CodeBlock():
                yield block.text
            case SceneBreak():
                yield SCENE_BREAK


def said(publication: Publication) -> list[str]:
    """Every line of a text's divisions."""
    return [
        text
        for division in publication.divisions
        for text in (bare(division.title), *lines_of(division.blocks))
        if text.strip()
    ]


def noted(publication: Publication) -> list[str]:
    """What each note says."""
    return ["\n".join(lines_of(note.blocks)) for note in publication.notes]


def shown(paragraph: etree._Element) -> str:
    """What a paragraph shows, without numbers of notes."""
    out = []
    for run in paragraph.iter(f"{W}r"):
        style = run.find(f"{W}rPr/{W}rStyle")
        if style is not None and style.get(f"{W}val") == "FootnoteReference":
            continue
        marks = {f"{W}t": None, f"{W}tab": "\t", f"{W}br": "\n"}
        out += [marks[e.tag] or e.text or "" for e in run if e.tag in marks]
    return "".join(out)


def paragraphs(data: bytes, part: str = "document") -> list[etree._Element]:
    """Paragraphs of a part; those of the text, without title and contents."""
    front = ("Title", "Author", "Date", "Rights")
    return [
        p
        for p in parts_of(data).trees[f"word/{part}.xml"].iter(f"{W}p")
        if style_of(p) not in front and next(p.iterancestors(f"{W}sdt"), None) is None
    ]


def style_of(paragraph: etree._Element) -> str:
    """Id of a paragraph's style."""
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if found is None else found.get(f"{W}val")


def read(data: bytes) -> list[str]:
    """Every line of a document's text."""
    return [text for text in map(shown, paragraphs(data)) if text.strip()]


def opened(data: bytes) -> object:
    """The document, by python-docx."""
    return Document(BytesIO(data))
