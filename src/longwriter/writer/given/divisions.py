"""What the headings of an imported draft open in a book: parts, chapters and their sections, as it was split on its way in."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from longwriter.export.document import DivisionKind
from longwriter.intake.found import PlacedHeading
from longwriter.intake.markdown_headings import markdown_headings
from longwriter.readers.headings import heading_of
from longwriter.writer.document import Document

_LINE_END = re.compile(r"\r\n|\r|\n")
_LEADING = re.compile(r"\A(?:#{1,6} [^\r\n]*\s*){1,2}")


def divisions(document: Document) -> tuple[str, dict[int, DivisionKind]]:
    """The text as Markdown, and what the headings in it open, by the numbers of their lines, from 0.

    No line for a text of which no draft gave a heading: the levels of headings tell it there.
    """
    parts, places = document.marked_parts()
    begins = [0, *accumulate(len(_LINE_END.findall(part)) for part in parts)]
    frames, found = document.frames, dict[int, DivisionKind]()
    given = False
    for index, at in sorted(places.items()):
        text = document.marked_heading(index)
        given |= bool(text.strip("\ufeff \t\r\n"))
        if frames.of(index) is None:
            leading = _LEADING.match(parts[at])
            text = leading[0] if leading else ""
        elif not parts[at].startswith(text):
            text = frames.apart(index, text)
        shown = markdown_headings(text)
        for heading, kind in zip(shown, _kinds(document, index, shown), strict=True):
            if kind is not None:
                found[begins[at] + len(_LINE_END.findall(text[: heading.start]))] = kind
    text = "".join(parts)
    return text.rstrip() + "\n" if frames.plain else text, found if given else {}


def _kinds(document: Document, index: int, shown: Sequence[PlacedHeading]) -> Iterator[DivisionKind | None]:
    """What each heading above a section opens; None: nothing, as the title of the whole."""
    sections, frame = document.manuscript.plan.sections, document.frames.of(index)
    section = sections[index]
    opens = bool(section.chapter) and (index == 0 or sections[index - 1].chapter != section.chapter)
    part = _is_part(section.chapter, [s.title for s in sections if s.chapter == section.chapter])
    own: DivisionKind = "chapter" if part or not section.chapter else "section"
    opening: DivisionKind = "part" if part else "chapter"
    named = [n for n, heading in enumerate(shown) if heading.title == section.chapter] if opens else []
    over = named[-1] if named else len(shown) - 2 if opens and len(shown) > 1 else -1
    if opens and over < 0 and frame is not None and section.title == section.chapter:
        over = len(shown) - 1
    for n, heading in enumerate(shown):
        if n == over:
            yield opening
        elif n == 0 and index == 0 and _is_title(document, shown):
            yield None
        elif n == len(shown) - 1:
            yield own
        else:
            yield "part" if (known := heading_of(heading.title)) is not None and known.kind == "part" else "chapter"


def _is_title(document: Document, shown: Sequence[PlacedHeading]) -> bool:
    """Whether the first heading of all is larger than the next one."""
    below = [heading.level for heading in shown[1:]]
    for i in range(1, len(document.manuscript.ids)):
        if below:
            break
        below = [heading.level for heading in markdown_headings(document.marked_heading(i))]
    return bool(below) and shown[0].level < below[0]


def _is_part(chapter: str, titles: Sequence[str]) -> bool:
    """Whether what sections stand in is a part, which holds chapters."""
    known = heading_of(chapter)
    if known is not None and known.kind in ("part", "chapter"):
        return known.kind == "part"
    return any((found := heading_of(title)) is not None and found.kind == "chapter" for title in titles)
