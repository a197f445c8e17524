"""What stands before the text and at the edges of its pages: the title, the contents, header, footer, paper."""

from collections.abc import Iterable, Iterator

from longwriter.export.document import Publication, Text, TocEntry
from longwriter.export.docx.notes import ends_of_field, field, marked
from longwriter.export.docx.package import ROOT
from longwriter.export.docx.runs import TITLE, Look, Runs, run
from longwriter.export.docx.sheet import Sheet
from longwriter.export.labels import labels

LONGEST_HEADER = 80
"""Characters of the title that a header shows."""
_MARGIN = 709
"""Twips from the paper's edge to header and footer."""


def shown(publication: Publication) -> bool:
    """Whether there is a title for people: a file's name is none."""
    return publication.titled and bool(publication.metadata.title)


def title(publication: Publication, runs: Runs) -> str:
    """The title, its author, date and rights; in a book on a page of their own."""
    meta = publication.metadata
    authors = [("Author", name) for name in meta.author]
    lines = [("Title", meta.title), *authors, ("Date", meta.date), ("Rights", meta.rights)]
    if not shown(publication):
        return ""
    mark = marked(TITLE, "", runs.notes.fresh())
    return "".join(line(runs, style, text, mark * (style == "Title")) for style, text in lines if text)


def line(runs: Runs, style: str, text: str, before: str = "", after: str = "") -> str:
    """A line that is not of the text: its style, its letters, and what stands around them."""
    speech = runs.speech((Text(text),))
    inner = runs.text(text, Look(speech=speech))
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{runs.turned(speech)}</w:pPr>{before}{inner}{after}</w:p>'


def contents(publication: Publication, runs: Runs, lowest: int) -> str:
    """The table of contents as a field that Word can renew, filled; "" where there is nothing to choose from.

    `lowest`: the level of a chapter's sections. Page numbers are fields that Word fills when it prints: nobody knows them
    before the pages are made, and a file that asks to be renewed when it is opened makes Word ask its user.
    """
    entries = list(_levels(publication.contents(), publication, lowest))
    if not publication.is_listed:
        return ""
    opening, closing = ends_of_field(f' TOC \\o "1-{lowest}" \\h \\z \\u ')
    out = [line(runs, "TOCHeading", labels(publication.metadata.language).contents)]
    for entry, level in entries:
        page = f"<w:r><w:tab/></w:r>{field(f' PAGEREF {entry.id} ', '')}</w:hyperlink>"
        link = f'<w:hyperlink w:anchor="{entry.id}" w:history="1">'
        out.append(line(runs, f"TOC{level}", entry.title.replace("\n", " "), opening * (len(out) == 1) + link, page))
    out.append(f'<w:p><w:pPr><w:pStyle w:val="AfterTable"/></w:pPr>{closing}</w:p>')
    part = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
    return f"<w:sdt><w:sdtPr>{part}</w:sdtPr><w:sdtContent>{''.join(out)}</w:sdtContent></w:sdt>"


def _levels(entries: Iterable[TocEntry], publication: Publication, lowest: int) -> Iterator[tuple[TocEntry, int]]:
    """Every entry with the level of its heading."""
    for entry in entries:
        division = publication.divisions[entry.division]
        own = 1 if division.kind == "part" else lowest - 1 if division.id == entry.id else lowest
        yield entry, own
        yield from _levels(entry.children, publication, lowest)


def section(page: Sheet, publication: Publication, *, front: bool, first: int = 0, bare_first: bool = False) -> str:
    """The properties of a run of pages.

    `front`: those before the text. `first`: the number of its first page; 0: it goes on. `bare_first`: nothing stands at the
    edges of the first.
    """
    form = ' w:fmt="lowerRoman"' if front else ""
    start = f' w:start="{first}"' if first else ""
    header = "" if front or not shown(publication) else '<w:headerReference w:type="default" r:id="header"/>'
    return (
        f'<w:sectPr>{header}<w:footerReference w:type="default" r:id="footer"/><w:type w:val="nextPage"/>'
        f'<w:pgSz w:w="{page.width}" w:h="{page.height}"/>'
        f'<w:pgMar w:top="{page.top}" w:right="{page.side}" w:bottom="{page.top}" w:left="{page.side}"'
        f' w:header="{_MARGIN}" w:footer="{_MARGIN}" w:gutter="0"/><w:pgNumType{form}{start}/>'
        f"{'<w:titlePg/>' * bare_first}{'<w:bidi/>' * (publication.direction == 'rtl')}</w:sectPr>"
    )


def header(publication: Publication, runs: Runs) -> str:
    """`header.xml`: the title."""
    words = publication.metadata.title
    shown = words if len(words) <= LONGEST_HEADER else words[: LONGEST_HEADER - 1] + "\u2026"
    return f"<w:hdr {ROOT}>{line(runs, 'Header', shown)}</w:hdr>"


def footer() -> str:
    """`footer.xml`: the page's number."""
    number = field(" PAGE ", run("1", Look(), right=False))
    return f'<w:ftr {ROOT}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>{number}</w:p></w:ftr>'
