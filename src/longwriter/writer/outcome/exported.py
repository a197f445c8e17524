"""A run's text in the forms that files' names stand for, and the files outside the run that follow it."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from pydantic import ValidationError

from longwriter.characters import whole_characters
from longwriter.checks.citations.records import SourceChunk
from longwriter.errors import RunError
from longwriter.export.formats import REFERENCES, Content, Original, form_of, made, pictures_of
from longwriter.export.references import Reference, uncited
from longwriter.export.settings import ExportSettings
from longwriter.runs.exports import export, put_beside
from longwriter.runs.folders import write_file
from longwriter.writer.given.divisions import divisions
from longwriter.writer.records.calls import CallRecord
from longwriter.writer.records.kinds import read
from longwriter.writer.records.written import GivenRecord
from longwriter.writer.session import Session

BEGINNING = 2_000
"""Characters of a draft in which its title is looked for."""
BOOK = "book.json"
"""In a run's folder: what a person says of the book."""


def book_of(folder: Path) -> ExportSettings:
    """What a person said of a run's book. Raises RunError for a damaged file."""
    path = folder / BOOK
    try:
        return ExportSettings.model_validate_json(path.read_bytes()) if path.exists() else ExportSettings()
    except (OSError, ValidationError) as error:
        raise RunError(f"{path}: cannot be read: {str(error).splitlines()[0]}; remove it to go on without") from error


def note_book(folder: Path, settings: ExportSettings) -> None:
    """Keep what a person says of a run's book for all exports after this one. Raises RunError on a full disk."""
    if settings != book_of(folder):
        write_file(folder / BOOK, settings.model_dump_json(indent=1, exclude_defaults=True) + "\n", private=True)


def content(session: Session, folder: Path, form: str) -> tuple[Content, tuple[str, ...]]:
    """A run's text in a form, and what a person should know of it. `session`: of that folder. Raises what `made` raises."""
    book = book_of(folder)
    settings = book if book.title else book.model_copy(update={"title": _title(session)})
    return made(_original(session, folder, form), form, settings)


def _original(session: Session, folder: Path, form: str) -> Original:
    began = next(_moments(session), None)
    date = datetime.fromtimestamp(began, UTC).date().isoformat() if began else ""
    name = uuid5(NAMESPACE_OID, whole_characters(f"{folder.name} {began} {session.settings.instruction}"))
    document = session.document
    markdown, opened = divisions(document) if document.manuscript.imported and form != "md" else (None, {})
    return Original(
        document.text(), markdown, folder.name, f"urn:uuid:{name}", date, folder,
        references=references_of(document.sources.chunks), plain=document.frames.plain, divisions=opened,
    )  # fmt: skip


def references_of(chunks: Sequence[SourceChunk]) -> tuple[Reference, ...]:
    """The sources that chunks are of, in order."""
    ids: dict[int, list[str]] = {}
    first: dict[int, SourceChunk] = {}
    for chunk in chunks:
        ids.setdefault(chunk.source, []).append(chunk.id)
        first.setdefault(chunk.source, chunk)
    return tuple(
        Reference(tuple(ids[number]), chunk.title, chunk.address, chunk.accessed, chunk.author)
        for number, chunk in first.items()
    )


def _title(session: Session) -> str:
    """The title of a draft that told it apart from its text, as an EPUB does; "" for any other."""
    title, document = session.manuscript.plan.title, session.document
    stands = document.title or _letters(title) in _letters(document.text()[:BEGINNING])
    return "" if stands else title


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _moments(session: Session) -> Iterator[float]:
    """When texts of a run were asked for or given, in seconds since 1970."""
    for record in read(session.journal, CallRecord, GivenRecord):
        if isinstance(record, GivenRecord):
            yield record.at
        elif isinstance(record, CallRecord) and record.began:
            yield record.began


def deliver(
    session: Session, folder: Path, file: Path, form: str | None = None, *, force: bool = False
) -> tuple[str, ...]:
    """Put a run's text into a file outside it; what a person should know of it.

    `form`: None: that of the file's name, which says nothing of a folder that is not there. Where the text cites nothing, a
    file of references stays as it is. Raises what `made` and `export` raise.
    """
    form, document = form or form_of(file), session.document
    if form in REFERENCES and (why := uncited(document.text(), references_of(document.sources.chunks))):
        return (f"{file} is not made: {why}",)
    found, told = content(session, folder, form)
    export(folder, file, found, force=force)
    return told if form != "md" else told + put_beside(file, pictures_of(_original(session, folder, form)))
