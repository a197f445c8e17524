"""Pieces of a run's text: sections, paragraphs of them, and no more at once than a reader can take."""

from collections.abc import Iterator
from pathlib import Path

from longwriter.errors import InputError
from longwriter.serve.mcp.answers import ContentsLine, ReadingPlace, TextPassage
from longwriter.text import count_words
from longwriter.writer.outcome.report import SectionReport
from longwriter.writer.session import Session
from longwriter.writer.stored import stored

MOST_WORDS = 3000
"""Words that one call gives, but always one whole paragraph."""


def session_of(folder: Path) -> Session:
    """A run as it stands on the disk. Raises InputError while it has no plan."""
    session = stored(folder)
    if session is None or not session.manuscript.planned:
        raise InputError(f"{folder.name} has no plan yet; ask status until it has")
    return session


def contents(session: Session) -> tuple[ContentsLine, ...]:
    """The sections of the plan and what became of each."""
    written = {part.index: part for part in session.document.parts()}
    return tuple(
        ContentsLine(
            number=i + 1,
            title=section.title,
            chapter=section.chapter,
            planned=section.words,
            written=written[i].words if i in written else None,
            stale=i in written and written[i].stale,
        )
        for i, section in enumerate(session.manuscript.plan.sections)
    )


def contents_line(row: SectionReport) -> ContentsLine:
    """A line of a report."""
    return ContentsLine.model_validate(row.model_dump(exclude={"asked"}))


def paragraphs(session: Session, index: int) -> list[str]:
    """The paragraphs of a finished section, headings among them. Raises InputError for one that is none or has no text."""
    sections = session.manuscript.plan.sections
    if not 0 <= index < len(sections):
        raise InputError(f"there is no section {index + 1}: the plan has {len(sections)}")
    if index not in session.document.texts:
        raise InputError(f"section {index + 1} is not written yet")
    return session.document.piece(index).split("\n\n")


def passage(folder: Path, first: ReadingPlace, last: ReadingPlace) -> TextPassage:
    """The text from one paragraph to another, as far as one call gives it. A paragraph 0 at the end is a section's last.

    Raises InputError for places that are none.
    """
    session = session_of(folder)
    if (last.section, last.paragraph or first.paragraph) < (first.section, first.paragraph):
        raise InputError("the passage ends before it begins")
    taken, words, rest = list[str](), 0, None
    for place, text in _between(session, first, last):
        length = count_words(text)
        if taken and words + length > MOST_WORDS:
            rest = place
            break
        taken.append(text)
        words += length
    title = session.manuscript.plan.title
    return TextPassage(run=folder.name, title=title, text="\n\n".join(taken), words=words, rest=rest)


def _between(session: Session, first: ReadingPlace, last: ReadingPlace) -> Iterator[tuple[ReadingPlace, str]]:
    for number in range(first.section, last.section + 1):
        found = paragraphs(session, number - 1)
        start = first.paragraph if number == first.section else 1
        end = last.paragraph if number == last.section and last.paragraph else len(found)
        if max(start, end) > len(found):
            raise InputError(f"section {number} has {len(found)} paragraphs")
        for k in range(start, end + 1):
            yield ReadingPlace(section=number, paragraph=k), found[k - 1]
