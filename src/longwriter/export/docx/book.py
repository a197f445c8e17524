"""A publication -> a Word document. Source of its markup: ISO/IEC 29500-1 and -4 (transitional), clause 17."""

from longwriter.export.document import Division, Heading, Note, Paragraph, Publication, headings_of
from longwriter.export.docx import front
from longwriter.export.docx.lists import Numbering
from longwriter.export.docx.notes import RAISED, SEPARATORS, Notes, marked
from longwriter.export.docx.package import ROOT, Relations, WordFile
from longwriter.export.docx.runs import TITLE, Frame, Look, Runs, Speech, run
from longwriter.export.docx.sheet import MOST_SHARE, page_of
from longwriter.export.docx.story import NOTE, Spot, Story
from longwriter.export.docx.styles import styles
from longwriter.export.docx.tongues import tongue
from longwriter.export.settings import ExportSettings

UNTITLED = ("front", "text")
"""Ids of divisions that no heading opens."""
_COMPATIBLE = "http://schemas.microsoft.com/office/word"


def docx(publication: Publication, settings: ExportSettings) -> bytes:
    """The document."""
    page, notes, numbering = page_of(settings), Notes(), Numbering()
    speech = Speech(publication.metadata.language, publication.direction)
    frame = Frame(page.text_width, int(MOST_SHARE * page.text_height))
    pictures = {picture.name: picture for picture in publication.pictures}
    lowest = 3 if any(division.kind == "part" for division in publication.divisions) else 2
    places = _places(publication)
    text, foot = (
        Story(Runs(speech, pictures, frame, notes, Relations(), places), numbering, page, lowest)
        for _ in ("text", "notes")
    )
    body = "".join(_division(division, text, lowest) for division in publication.divisions)
    feet, rest = _noted(publication, notes, foot, text)
    before = front.title(publication, text.runs)
    before += front.contents(publication, text.runs, lowest) if settings.contents else ""
    apart = bool(before) and publication.paged
    if apart:
        own = front.section(page, publication, front=True, first=1, bare_first=front.shown(publication))
        before += f'<w:p><w:pPr><w:pStyle w:val="AfterTable"/>{own}</w:pPr></w:p>'
    last = front.section(page, publication, front=False, first=int(apart), bare_first=bool(before) and not apart)

    package = WordFile(publication.pictures)
    content = before + body + rest or "<w:p/>"
    package.main(f"<w:document {ROOT}><w:body>{content}{last}</w:body></w:document>", text.runs.relations)
    package.add("styles", styles(publication, page, lowest))
    package.add("settings", _settings(publication))
    package.add("numbering", numbering.part())
    package.add("footnotes", feet, foot.runs.relations)
    package.add("footer", front.footer())
    if front.shown(publication):
        package.add("header", front.header(publication, text.runs))
    return package.file(publication.metadata)


def _places(publication: Publication) -> set[str]:
    """What links within the text may lead to."""
    divisions = publication.divisions
    headings = {heading.id for division in divisions for heading in headings_of(division.blocks)}
    return headings | {division.id for division in divisions} | ({TITLE} if front.shown(publication) else set())


def _division(division: Division, story: Story, lowest: int) -> str:
    """A part, a chapter, or what stands before the first."""
    level = 1 if division.kind == "part" else lowest - 1
    headed = division.title or division.id not in UNTITLED
    opening = story.heading(Heading(level, division.id, division.title), level) if headed else ""
    return opening + story.blocks(division.blocks, Spot())


def _noted(publication: Publication, notes: Notes, foot: Story, text: Story) -> tuple[str, str]:
    """`footnotes.xml`, and the notes that stand after the text."""
    notes.closed = True
    by_number = dict(zip(notes.numbers.values(), notes.numbers, strict=True))
    feet = [
        f'<w:footnote w:type="{kind}" w:id="{id_}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
        f"<w:r><w:{kind}/></w:r></w:p></w:footnote>"
        for id_, kind in zip(SEPARATORS, ("separator", "continuationSeparator"), strict=True)
    ]
    for number, note in by_number.items():
        mark = f"<w:r>{RAISED}<w:footnoteRef/></w:r>"
        feet.append(f'<w:footnote w:id="{number}">{_note(publication.note(note), foot, mark)}</w:footnote>')
    for written in publication.notes:
        notes.number(written.number)
    after = ""
    for note, number in notes.numbers.items():
        if number > notes.at_foot:
            mark = marked(f"note{number}", f"<w:r>{RAISED}<w:t>{number}</w:t></w:r>", notes.fresh())
            after += _note(publication.note(note), text, mark)
    return f"<w:footnotes {ROOT}>{''.join(feet)}</w:footnotes>", after


def _note(note: Note, story: Story, mark: str) -> str:
    """What a note says, after its mark."""
    before = mark + run(" ", Look(), right=False)
    first, *rest = note.blocks
    if isinstance(first, Paragraph):
        return story.paragraph(first.content, NOTE, before) + story.blocks(rest, NOTE)
    return story.paragraph((), NOTE, before) + story.blocks(note.blocks, NOTE)


def _settings(publication: Publication) -> str:
    """`settings.xml`."""
    own = tongue(publication.metadata.language)
    hyphens = "<w:autoHyphenation/>" * (publication.paged and own.kind == "latin" and bool(own.tag))
    east = '<w:characterSpacingControl w:val="compressPunctuation"/>' * (own.kind == "east")
    mode = f'<w:compatSetting w:name="compatibilityMode" w:uri="{_COMPATIBLE}" w:val="15"/>'
    noted = "".join(f'<w:footnote w:id="{id_}"/>' for id_ in SEPARATORS)
    return (
        f'<w:settings {ROOT}><w:defaultTabStop w:val="720"/>{hyphens}{east}<w:footnotePr>{noted}</w:footnotePr>'
        f"<w:compat><w:doNotExpandShiftReturn/>{mode}</w:compat></w:settings>"
    )
