"""Lines -> runs: letters of one look, in the language and direction that Word has to be told."""

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from html import escape
from typing import NamedTuple, assert_never

from longwriter.export.document import (
    CodeSpan,
    Emphasis,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    NoteMark,
    Picture,
    Strong,
    Struck,
    Text,
    bare,
)
from longwriter.export.docx.notes import Notes
from longwriter.export.docx.package import Relations
from longwriter.export.docx.tongues import tongue
from longwriter.export.languages import UPRIGHT, foreign
from longwriter.language import Direction
from longwriter.length.scripts import is_traditional

EMU_PER_TWIP, EMU_PER_PIXEL = 635, 9525
"""English Metric Units; 96 pixels an inch."""
TITLE = "title"
"""Where links to the heading lead that became the title."""
_RIGHT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff"
_LEFT = "A-Za-z\u00aa-\u02b8\u0370-\u0589\u0900-\u1fff\u2c00-\ud7ff\uf900-\ufaff"
_HAS_RIGHT = re.compile(f"[{_RIGHT}]")
_RIGHT_STRETCH = re.compile(f"[{_RIGHT}](?:[^{_LEFT}]*[{_RIGHT}])?")
_LEFT_STRETCH = re.compile(f"[{_LEFT}](?:[^{_RIGHT}]*[{_LEFT}])?")
_EITHER_WIDTH = re.compile("[\u00b7\u00d7\u2014\u2018\u2019\u201c\u201d\u2026]")
"""Signs that Word takes from the Latin font unless it is told that they are East Asian."""


class Speech(NamedTuple):
    """What a line is in."""

    language: str
    direction: Direction


class Look(NamedTuple):
    """How letters of a line differ from the paragraph's own."""

    bold: bool = False
    italic: bool = False
    struck: bool = False
    style: str = ""
    """Id of a character style."""
    speech: Speech | None = None
    """Where it is not the document's."""


class Frame(NamedTuple):
    """The room for a picture, in twips."""

    width: int
    height: int


class Runs:
    """The lines of one part of a document."""

    def __init__(
        self,
        own: Speech,
        pictures: dict[str, Picture],
        frame: Frame,
        notes: Notes,
        relations: Relations,
        places: Container[str],
    ) -> None:
        """`own`: what most of the document is in. `places`: what links within the text lead to."""
        self.own, self.notes, self.relations = own, notes, relations
        self._pictures, self._frame, self._places = pictures, frame, places

    def speech(self, content: Inlines) -> Speech | None:
        """What a line is in, where that is not the document's own."""
        words = bare(content)
        other = foreign(words, self.own.language)
        if not other:
            return None
        traditional = other.language == "zh" and is_traditional(words)
        return Speech("zh-Hant" if traditional else other.language, other.direction)

    def turned(self, speech: Speech | None) -> str:
        """`w:bidi` of a paragraph that is read the other way than the document."""
        if speech is None or speech.direction == self.own.direction:
            return ""
        return "<w:bidi/>" if speech.direction == "rtl" else '<w:bidi w:val="0"/>'

    def line(self, content: Inlines, look: Look = Look()) -> str:  # noqa: B008 - a tuple
        """All of a line's runs."""
        return "".join(self._inline(inline, look) for inline in content)

    def _inline(self, inline: Inline, look: Look) -> str:
        match inline:
            case Text():
                return self.text(inline.text, look)
            case Emphasis():
                return self.line(inline.content, look._replace(italic=True))
            case Strong():
                return self.line(inline.content, look._replace(bold=True))
            case Struck():
                return self.line(inline.content, look._replace(struck=True))
            case CodeSpan():
                return run(inline.text, look._replace(style="VerbatimChar"), right=False)
            case Link():
                return self._link(inline, look)
            case Image():
                return self._image(inline)
            case NoteMark():
                return self.notes.mark(inline.number)
            case LineBreak():
                return "<w:r><w:br/></w:r>"
        assert_never(inline)

    def text(self, text: str, look: Look) -> str:
        """Letters, as one run for each direction."""
        speech = look.speech or self.own
        if look.italic and UPRIGHT.search(text):
            look = look._replace(italic=False, style=look.style or "Emphasis")
        signs = speech.language[:2] in ("zh", "ja") and bool(_EITHER_WIDTH.search(text))
        return "".join(
            run(piece, look, right=right, signs=signs) for piece, right in _stretches(text, speech.direction)
        )

    def _link(self, link: Link, look: Look) -> str:
        inner = self.line(link.content, look._replace(style="Hyperlink"))
        if link.address[:1] == "#":
            place = next((name for name in (link.address[1:], TITLE) if name in self._places), "")
            return f'<w:hyperlink w:anchor="{place}" w:history="1">{inner}</w:hyperlink>' if place else inner
        known = self.relations.link(link.address)
        return f'<w:hyperlink r:id="{known}" w:history="1">{inner}</w:hyperlink>' if known else inner

    def _image(self, image: Image) -> str:
        picture = self._pictures[image.picture]
        width, height = picture.width * EMU_PER_PIXEL, picture.height * EMU_PER_PIXEL
        room = self._frame.width * EMU_PER_TWIP / width, self._frame.height * EMU_PER_TWIP / height
        scale = min(1.0, *room)
        number, id_ = self.notes.fresh(), self.relations.picture(image.picture)
        size = f'cx="{max(1, int(width * scale))}" cy="{max(1, int(height * scale))}"'
        names = f'id="{number}" name="{picture.name}" descr="{escape(image.alt)}"'
        main = "http://schemas.openxmlformats.org/drawingml/2006"
        return (
            f'<w:r><w:drawing><wp:inline xmlns:wp="{main}/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
            f"<wp:extent {size}/><wp:docPr {names}/>"
            f'<wp:cNvGraphicFramePr><a:graphicFrameLocks xmlns:a="{main}/main" noChangeAspect="1"/></wp:cNvGraphicFramePr>'
            f'<a:graphic xmlns:a="{main}/main"><a:graphicData uri="{main}/picture">'
            f'<pic:pic xmlns:pic="{main}/picture"><pic:nvPicPr><pic:cNvPr {names}/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{id_}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
            "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )


def _stretches(text: str, direction: Direction) -> Iterable[tuple[str, bool]]:
    """Pieces of a line and whether each is read from right to left; what has no direction goes with the line's."""
    rtl = direction == "rtl"
    if not rtl and not _HAS_RIGHT.search(text):
        return ((text, False),)
    out, at = list[tuple[str, bool]](), 0
    for found in (_LEFT_STRETCH if rtl else _RIGHT_STRETCH).finditer(text):
        out += [(text[at : found.start()], rtl), (found[0], not rtl)]
        at = found.end()
    return [(piece, right) for piece, right in [*out, (text[at:], rtl)] if piece]


def run(text: str, look: Look, *, right: bool, signs: bool = False) -> str:
    """Letters of one look and direction. `signs`: some are East Asian that could be Latin."""
    return f"<w:r>{_properties(look, right, signs)}{letters(text)}</w:r>"


def letters(text: str) -> str:
    """What stands in a run: tabs and line ends are elements of their own."""
    plain = escape(text, quote=False)
    if "\t" in plain or "\n" in plain:
        marked = plain.replace("\t", "</w:t><w:tab/>\t").replace("\n", "</w:t><w:br/>\t")
        return f'<w:t xml:space="preserve">{marked}</w:t>'.replace("\t", '<w:t xml:space="preserve">')
    return f'<w:t xml:space="preserve">{plain}</w:t>'


@lru_cache(maxsize=4096)
def _properties(look: Look, right: bool, signs: bool) -> str:
    """In the order of the schema."""
    known = tongue(look.speech.language) if look.speech else None
    out = [f'<w:rStyle w:val="{look.style}"/>' if look.style else ""]
    hint = ' w:hint="eastAsia"' if signs else ""
    font = f' w:{_SLOT[known.kind]}="{known.body}"' if known and known.kind != "latin" else ""
    out += [f"<w:rFonts{hint}{font}/>" if hint or font else ""]
    out += ["<w:b/><w:bCs/>" * look.bold, "<w:i/><w:iCs/>" * look.italic, "<w:strike/>" * look.struck]
    out += ["<w:noProof/>" if known and not known.tag else "", "<w:rtl/>" * right]
    if known and known.tag:
        out.append(f'<w:lang w:{_LANG[known.kind]}="{known.tag}"/>')
    inner = "".join(out)
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


_SLOT = {"east": "eastAsia", "complex": "cs"}
_LANG = {"latin": "val", "east": "eastAsia", "complex": "bidi"}
