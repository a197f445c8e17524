"""The contents of a book: for people and readers (`nav`), and for readers made before 2012 (`ncx`)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import count
from typing import NamedTuple

from longwriter.export.document import Publication, Text, TocEntry
from longwriter.export.epub.pages import Pages
from longwriter.export.epub.pieces import TextFiles
from longwriter.export.markup import spoken


class NavEntry(NamedTuple):
    """A line of the contents."""

    title: str
    address: str
    children: "tuple[NavEntry, ...]"


def lines(publication: Publication, pieces: TextFiles) -> tuple[NavEntry, ...]:
    """The contents: every division, also one without a title, and the sections that have one."""
    labels = [piece.label for piece in pieces.all if piece.opens]
    named = [replace(d, title=(Text(label),)) for d, label in zip(publication.divisions, labels, strict=True)]
    return tuple(_lines(replace(publication, divisions=tuple(named)).contents(), pieces))


def _lines(entries: Sequence[TocEntry], pieces: TextFiles) -> Iterator[NavEntry]:
    for entry in entries:
        if title := " ".join(entry.title.split()):
            yield NavEntry(title, pieces.address(entry.id), tuple(_lines(entry.children, pieces)))


def nav(pages: Pages, contents: Sequence[NavEntry], landmarks: Sequence[tuple[str, str, str]]) -> bytes:
    """The contents as a page. `landmarks`: EPUB's name of a place, its label, its file."""
    words = pages.words
    marks = "".join(
        f'<li><a epub:type="{kind}" href="{file}">{escape(label, quote=False)}</a></li>\n'
        for kind, label, file in landmarks
    )
    body = (
        '<nav epub:type="toc" role="doc-toc" aria-labelledby="contents">\n'
        f'<h1 id="contents">{words.contents}</h1>\n{_items(contents, pages.language)}</nav>\n'
        f'<nav epub:type="landmarks" hidden="hidden" aria-label="{words.beginning}">\n<ol>\n{marks}</ol>\n</nav>\n'
    )
    return pages.page(words.contents, body, "contents")


def _items(contents: Sequence[NavEntry], language: str) -> str:
    items = "".join(
        f'<li><a href="{line.address}"{spoken(line.title, language)}>{escape(line.title, quote=False)}</a>'
        f"{_items(line.children, language) if line.children else ''}</li>\n"
        for line in contents
    )
    return f"<ol>\n{items}</ol>\n"


def ncx(pages: Pages, contents: Sequence[NavEntry], identifier: str) -> bytes:
    """The contents as DAISY's NCX (https://daisy.org/activities/standards/daisy/daisy-3/z39-86-2005-r2012-specifications/)."""
    order = count(1)

    def points(lines: Sequence[NavEntry]) -> str:
        return "".join(map(point, lines))

    def point(line: NavEntry) -> str:
        number = next(order)
        return (
            f'<navPoint id="p{number}" playOrder="{number}"><navLabel><text>{escape(line.title, quote=False)}</text></navLabel>'
            f'<content src="{line.address}"/>{points(line.children)}</navPoint>\n'
        )

    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1" xml:lang="{escape(pages.language)}">\n'
        f'<head><meta name="dtb:uid" content="{escape(identifier)}"/></head>\n'
        f"<docTitle><text>{escape(pages.title, quote=False)}</text></docTitle>\n"
        f"<navMap>\n{points(contents)}</navMap>\n</ncx>\n"
    ).encode()
