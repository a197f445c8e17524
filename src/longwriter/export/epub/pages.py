"""The pages of a book as XHTML: cover, title page, and the divisions with their notes."""

from html import escape
from pathlib import Path

from longwriter.export.document import Heading
from longwriter.export.epub.pieces import TextFile, TextFiles
from longwriter.export.labels import labels
from longwriter.export.markup import Markup, spoken
from longwriter.language import Direction

STYLE = Path(__file__).parent / "style.css"
COVER, TITLE, CONTENTS, STYLE_NAME = "cover.xhtml", "title.xhtml", "contents.xhtml", "style.css"
PICTURES = "images"
_KINDS = {
    "front": ' epub:type="preamble" role="region"',
    "part": ' epub:type="part" role="doc-part"',
    "chapter": ' epub:type="chapter" role="doc-chapter"',
}


class Pages:
    """Writes the pages of one book."""

    def __init__(self, pieces: TextFiles, language: str, title: str) -> None:
        """`language`: a tag that is well formed."""
        self.pieces, self.language, self.title = pieces, language, title
        self.words = labels(language)
        self.direction: Direction = pieces.publication.direction
        self._pictures = {picture.name: picture for picture in pieces.publication.pictures}

    def page(self, title: str, body: str, kind: str = "") -> bytes:
        """A whole page; `kind`: the class of its body."""
        language = escape(self.language)
        told = f' class="{kind}"' if kind else ""
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
            '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
            f'lang="{language}" xml:lang="{language}" dir="{self.direction}">\n<head>\n'
            f"<title>{escape(title, quote=False)}</title>\n"
            f'<link rel="stylesheet" type="text/css" href="{STYLE_NAME}" />\n'
            f"</head>\n<body{told}>\n{body}</body>\n</html>\n"
        ).encode()

    def cover(self, picture: str) -> bytes:
        """The page with the picture of the cover."""
        alt = escape(f"{self.words.cover}: {self.title}")
        body = f'<div epub:type="cover" role="doc-cover"><img src="{picture}" alt="{alt}" /></div>\n'
        return self.page(self.words.cover, body, "cover")

    def title_page(self) -> bytes:
        """Title, authors, rights."""
        metadata = self.pieces.publication.metadata
        lines = [("h1", "title", self.title), *(("p", "author", name) for name in metadata.author)]
        lines += [("p", "rights", metadata.rights)] if metadata.rights else []
        body = "".join(
            f'<{tag} class="{kind}"{spoken(line, self.language)}>{escape(line, quote=False)}</{tag}>\n'
            for tag, kind, line in lines
        )
        return self.page(self.title, f'<section epub:type="titlepage">\n{body}</section>\n', "titlepage")

    def text(self, piece: TextFile) -> bytes:
        """A file of the text, with the notes that it is the first to refer to at its end."""
        markup = Markup(
            self.language, lowest=2, picture=self._pictures.__getitem__, source=lambda picture: f"{PICTURES}/{picture.name}",
            place=lambda id_: self.pieces.address(id_, piece.name), epub=True,
        )  # fmt: skip
        notes = "".join(
            f'<aside id="note-{note.number}" epub:type="footnote" role="doc-footnote">\n{markup.note(note)}</aside>\n'
            for note in self.pieces.publication.notes_of(piece.division)
        )
        if notes:
            notes = (
                f'<section class="notes" epub:type="footnotes" aria-label="{self.words.notes}">\n{notes}</section>\n'
            )
        body = f"{_opened(piece, markup)}{markup.blocks(piece.division.blocks)}</section>\n{notes}"
        return self.page(piece.label, body, "book" if self.pieces.publication.paged else "")


def _opened(piece: TextFile, markup: Markup) -> str:
    """The tag that opens a division, or goes on with it, and its heading."""
    division = piece.division
    if not piece.opens:
        return "<section>\n"
    if division.title:
        heading = markup.heading(Heading(2, division.id, division.title), 1)
        return f'<section{_KINDS[division.kind]} aria-labelledby="{division.id}">\n{heading}'
    return f'<section id="{division.id}"{_KINDS[division.kind]} aria-label="{escape(piece.label)}">\n'
