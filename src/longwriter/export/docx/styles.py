"""The styles of a document: everything that a person may want to look different is one of them.

Names that Word knows are Word's own, so that it shows them in the language of its user.
"""

from typing import Literal, NamedTuple

from longwriter.export.document import Publication
from longwriter.export.docx.lists import STEP
from longwriter.export.docx.package import ROOT
from longwriter.export.docx.sheet import Sheet
from longwriter.export.docx.tongues import CODE, SERIF, Tongue, tongue

Kind = Literal["paragraph", "character", "table"]
INSET = 567
"""Twips that a quotation stands in at either side."""
_GREY, _LINK, _SHADE = "595959", "1F4E79", "F2F2F2"
_MIDDLE = '<w:jc w:val="center"/>'
_HEADINGS = ((36, 480, 240), (30, 360, 180), (26, 280, 120), (24, 240, 120), (24, 200, 80), (24, 200, 80))
"""Of each level: half points, twips before and after."""


class WordStyle(NamedTuple):
    """One style."""

    id: str
    name: str
    paragraph: str = ""
    """Its `w:pPr`, in the order of the schema."""
    run: str = ""
    """Its `w:rPr`."""
    kind: Kind = "paragraph"
    based: str = "Normal"
    next: str = ""
    """The style of a paragraph that is written after one of this; "": the same."""
    more: str = ""
    """Of a table."""

    def xml(self) -> str:
        """A `w:style`."""
        default = ' w:default="1"' if self.id in ("Normal", "TableNormal", "DefaultParagraphFont") else ""
        based = f'<w:basedOn w:val="{self.based}"/>' if self.based and not default else ""
        following = f'<w:next w:val="{self.next}"/>' if self.next else ""
        custom = "" if self.name not in _OWN else ' w:customStyle="1"'
        shown = "<w:qFormat/>" if self.kind == "paragraph" else ""
        inner = f"<w:pPr>{self.paragraph}</w:pPr>" if self.paragraph else ""
        inner += f"<w:rPr>{self.run}</w:rPr>" if self.run else ""
        return (
            f'<w:style w:type="{self.kind}"{default}{custom} w:styleId="{self.id}"><w:name w:val="{self.name}"/>'
            f"{based}{following}{shown}{inner}{self.more}</w:style>"
        )


_OWN = (
    "First Paragraph", "Table Text", "Table Heading", "After Table", "Figure", "Scene Break", "Source Code", "Verbatim Char",
    "Book Table", "Rights", "Author",
)  # fmt: skip
"""Names that Word does not know; of those that pandoc writes, as pandoc has them."""


def styles(publication: Publication, page: Sheet, lowest: int) -> str:
    """`styles.xml`. `lowest`: the level of a chapter's sections."""
    own = tongue(publication.metadata.language)
    rtl = publication.direction == "rtl"
    made = [
        *_text(publication.paged, own, page),
        *_headings(publication.paged, lowest, own, page),
        *_front(publication.paged, own, page),
        *_small(page),
        *_characters(),
    ]
    normal = WordStyle("Normal", "Normal", "<w:bidi/>" * rtl)
    return f"<w:styles {ROOT}>{_defaults(own, page)}{''.join(s.xml() for s in (normal, *made, *_tables()))}</w:styles>"


def _defaults(own: Tongue, page: Sheet) -> str:
    east, complex_ = (own if own.kind == "east" else tongue("zh")), (own if own.kind == "complex" else tongue("ar"))
    latin = own.tag if own.kind == "latin" and own.tag else "en-US"
    line = 400 if own.kind == "east" else 300
    return (
        f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{SERIF}" w:hAnsi="{SERIF}" w:eastAsia="{east.body}"'
        f' w:cs="{complex_.body}"/><w:sz w:val="{page.size}"/><w:szCs w:val="{page.size}"/>'
        f'<w:lang w:val="{latin}" w:eastAsia="{east.tag}" w:bidi="{complex_.tag}"/></w:rPr></w:rPrDefault>'
        f'<w:pPrDefault><w:pPr><w:spacing w:line="{line}" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )


def _text(paged: bool, own: Tongue, page: Sheet) -> list[WordStyle]:
    """Running text: a book's paragraphs begin further in, a report's stand apart."""
    characters = {"zh": 200, "ja": 100}.get(own.tag[:2], 0)
    wide = (
        f'<w:ind w:firstLineChars="{characters}" w:firstLine="{characters * page.size // 10}"/>' if characters else ""
    )
    inset = wide or ('<w:ind w:firstLine="340"/>' if paged else "")
    apart = "" if paged else '<w:spacing w:after="160"/>'
    even = '<w:jc w:val="both"/>' if paged or own.kind == "east" else ""
    inset_both = f'<w:ind w:left="{INSET}" w:right="{INSET}"/>'
    code = f'<w:keepLines/><w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/><w:bidi w:val="0"/>'
    code += '<w:spacing w:before="160" w:after="160" w:line="252" w:lineRule="auto"/><w:jc w:val="left"/>'
    items = f'<w:spacing w:after="120"/><w:ind w:left="{STEP}" w:hanging="{STEP}"/><w:contextualSpacing/>{even}'
    return [
        WordStyle("BodyText", "Body Text", apart + inset + even),
        WordStyle("FirstParagraph", "First Paragraph", "" if characters else '<w:ind w:firstLine="0"/>', based="BodyText",
              next="BodyText"),
        WordStyle("Quote", "Quote", f'<w:spacing w:before="160" w:after="160"/>{inset_both}{even}', next="BodyText"),
        WordStyle("ListBullet", "List Bullet", items),
        WordStyle("ListNumber", "List Number", items),
        WordStyle("ListContinue", "List Continue", f'<w:spacing w:after="120"/><w:ind w:left="{STEP}"/>{even}'),
        WordStyle("SourceCode", "Source Code", code, _mono(page.size - 4), next="BodyText"),
        WordStyle("SceneBreak", "Scene Break", f'<w:keepNext/><w:spacing w:before="240" w:after="240"/>{_MIDDLE}',
              next="FirstParagraph"),
        WordStyle("Figure", "Figure", f'<w:spacing w:before="200" w:after="200" w:line="240" w:lineRule="auto"/>{_MIDDLE}',
              next="BodyText"),
    ]  # fmt: skip


def _headings(paged: bool, lowest: int, own: Tongue, page: Sheet) -> list[WordStyle]:
    """In a book, parts and chapters begin on new pages; a part stands on its own."""
    out = list[WordStyle]()
    for level, (size, before, after) in enumerate(_HEADINGS, 1):
        alone = paged and level == lowest - 2
        place = f"<w:keepNext/><w:keepLines/>{'<w:pageBreakBefore/>' * (paged and level < lowest)}"
        place += f'<w:spacing w:before="{page.text_height // 4 if alone else before}" w:after="{after}"/>'
        place += f'{_MIDDLE * alone}<w:outlineLvl w:val="{level - 1}"/>'
        slanted = "<w:i/><w:iCs/>" if level == 5 else ""
        look = f"{_head(own)}<w:b/><w:bCs/>{slanted}{_sized(max(page.size, size - (24 - page.size)))}"
        out.append(WordStyle(f"Heading{level}", f"heading {level}", place, look, next="FirstParagraph"))
    return out


def _front(paged: bool, own: Tongue, page: Sheet) -> list[WordStyle]:
    top, broken = (page.text_height // 4, "<w:keepNext/><w:pageBreakBefore/>") if paged else (240, "<w:keepNext/>")
    entries = [
        WordStyle(f"TOC{level}", f"toc {level}",
              f'<w:tabs><w:tab w:val="right" w:pos="{page.text_width}"/></w:tabs>'
              f'<w:spacing w:before="{80 if level == 1 else 0}" w:after="40"/>'
              f'<w:ind w:left="{(level - 1) * 280}" w:right="567"/>')
        for level in (1, 2, 3)
    ]  # fmt: skip
    return [
        WordStyle("Title", "Title", f'<w:keepNext/><w:spacing w:before="{top}" w:after="480"/>{_MIDDLE}',
              f"{_head(own)}<w:b/><w:bCs/>{_sized(page.size * 2 + 4)}", next="Author"),
        WordStyle("Author", "Author", f'<w:spacing w:before="120" w:after="120"/>{_MIDDLE}', _sized(page.size + 4)),
        WordStyle("Date", "Date", f'<w:spacing w:before="120" w:after="240"/>{_MIDDLE}'),
        WordStyle("Rights", "Rights", f'<w:spacing w:before="480" w:after="240"/>{_MIDDLE}', _sized(page.size - 4)),
        WordStyle("TOCHeading", "TOC Heading", broken + '<w:spacing w:before="240" w:after="200"/>',
              f"{_head(own)}<w:b/><w:bCs/>{_sized(page.size + 6)}"),
        *entries,
    ]  # fmt: skip


def _small(page: Sheet) -> list[WordStyle]:
    """What stands at the edges of a page, and in tables."""
    one = 'w:line="252" w:lineRule="auto"'
    return [
        WordStyle("FootnoteText", "footnote text", f'<w:spacing w:after="40" {one}/>', _sized(page.size - 5)),
        WordStyle("Header", "header", f'<w:spacing {one}/><w:jc w:val="center"/>', _grey(page)),
        WordStyle("Footer", "footer", f'<w:spacing {one}/><w:jc w:val="center"/>', _grey(page)),
        WordStyle("TableText", "Table Text", f'<w:spacing w:before="40" w:after="40" {one}/>', _sized(page.size - 2)),
        WordStyle("TableHeading", "Table Heading", "<w:keepNext/>", "<w:b/><w:bCs/>", based="TableText"),
        WordStyle("AfterTable", "After Table", '<w:spacing w:line="200" w:lineRule="exact"/>', next="BodyText"),
    ]


def _characters() -> list[WordStyle]:
    shaded = f'{_mono(0)}<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/>'
    looks = [
        ("FootnoteReference", "footnote reference", '<w:vertAlign w:val="superscript"/>'),
        ("Hyperlink", "Hyperlink", f'<w:color w:val="{_LINK}"/>'),
        ("VerbatimChar", "Verbatim Char", shaded),
        ("Emphasis", "Emphasis", "<w:b/><w:bCs/>"),
    ]
    plain = WordStyle("DefaultParagraphFont", "Default Paragraph Font", kind="character")
    return [plain, *(WordStyle(id_, name, "", look, "character", plain.id) for id_, name, look in looks)]


def _tables() -> list[WordStyle]:
    def edge(side: str, width: int) -> str:
        return f'<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="auto"/>'

    cells = (
        '<w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    )
    cells = f'<w:tblInd w:w="0" w:type="dxa"/>{cells}<w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
    borders = f"<w:tblBorders>{edge('top', 8)}{edge('bottom', 8)}{edge('insideH', 2)}</w:tblBorders>"
    head = f"<w:tcPr><w:tcBorders>{edge('bottom', 8)}</w:tcBorders></w:tcPr>"
    head = f'<w:tblStylePr w:type="firstRow">{head}</w:tblStylePr>'
    return [
        WordStyle("TableNormal", "Normal Table", kind="table", more=f"<w:tblPr>{cells}</w:tblPr>"),
        WordStyle(
            "BookTable", "Book Table", kind="table", based="TableNormal", more=f"<w:tblPr>{borders}</w:tblPr>{head}"
        ),
    ]


def _head(own: Tongue) -> str:
    """The fonts of headings."""
    slot = {"latin": "", "east": "eastAsia", "complex": "cs"}[own.kind]
    return f'<w:rFonts w:{slot}="{own.head}"/>' if slot else ""


def _mono(size: int) -> str:
    return f'<w:rFonts w:ascii="{CODE}" w:hAnsi="{CODE}" w:cs="{CODE}"/><w:noProof/>{_sized(size) if size else ""}'


def _sized(size: int) -> str:
    return f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


def _grey(page: Sheet) -> str:
    return f'<w:color w:val="{_GREY}"/>{_sized(page.size - 6)}'
