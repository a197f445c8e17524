"""Texts as books: a run's, or a Markdown file's, in the forms that files' names stand for."""

from collections.abc import Sequence
from pathlib import Path

from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.export.formats import REFERENCES, Content, Original, check_form, form_of, made, pictures_of
from longwriter.export.references import Reference, uncited
from longwriter.export.settings import ExportSettings
from longwriter.runs.exports import all_made, check_files, check_folder, claimed, put_beside
from longwriter.runs.folders import resolved, write_file, write_folder
from longwriter.writer.outcome.exported import content, deliver, note_book, references_of
from longwriter.writer.session import Session
from longwriter.writer.stored import stored

Files = list[tuple[Path, str]]
"""Files and their forms."""


def export_run(
    folder: Path, names: Sequence[str | Path], settings: ExportSettings | None = None, *, force: bool = False
) -> tuple[str, ...]:
    """Put a run's text into files; what a person should know of them comes back. The rest: see `Run.export`."""
    document = written_so_far(folder).document
    asked = [(Path(name), _checked(name)) for name in names]
    wanted, told = _possible(asked, document.text(), references_of(document.sources.chunks))
    with claimed(folder, [file for file, _ in wanted], force=force):
        if settings is not None:
            note_book(folder, settings)
        session = written_so_far(folder)
        told += all_made(wanted, lambda one: deliver(session, folder, *one, force=force))
        return tuple(dict.fromkeys(told))


def _possible(wanted: Files, text: str, references: Sequence[Reference]) -> tuple[Files, list[str]]:
    """Of the files that are wanted those that can be made, and what is said of the others. Raises InputError where none can."""
    why = uncited(text, references)
    empty = [file for file, form in wanted if form in REFERENCES and why]
    if empty and len(empty) == len(wanted):
        raise InputError(f"{empty[0]} is not made: {why}")
    return [(f, form) for f, form in wanted if f not in empty], [f"{file} is not made: {why}" for file in empty]


def run_content(folder: Path, form: str) -> Content:
    """A run's text in a form, a key of `FORMATS`. Raises what `Run.export` raises."""
    check_form(form)
    return content(written_so_far(folder), folder, form)[0]


def written_so_far(folder: Path) -> Session:
    """A run as it is. Raises InputError where it has no outline yet."""
    session = stored(folder)
    if session is None or not session.manuscript.planned:
        raise InputError(f"{folder.name} has no text yet; go on with: longwriter resume {folder}")
    return session


def export_file(
    source: str | Path, *files: str | Path, book: ExportSettings | None = None, force: bool = False
) -> tuple[str, ...]:
    """Put a Markdown file into files, each in the form of its name; what a person should know of them comes back.

    Pictures are those below the file's own folder. Raises InputError, SetupError as `Run.export`; without `force` also
    for a file that is there.
    """
    path = Path(source)
    wanted, told = _possible([(Path(file), _checked(file)) for file in files], "", ())
    for out, _ in wanted:
        if not resolved(out).parent.is_dir():
            raise InputError(f"{out.parent} does not exist; make it first")
        if out.exists() and (not force or resolved(out) == resolved(path)):
            raise InputError(f"{out} exists; choose another name, or add --force")
        if out.is_dir():
            check_folder(out)
            if resolved(path).is_relative_to(resolved(out)):
                raise InputError(f"{path} lies in {out}, which would be replaced; choose another folder")
    original = Original(read_text(path), named=path.stem, folder=resolved(path).parent)

    def put(one: tuple[Path, str]) -> tuple[str, ...]:
        out, form = one
        found, notes = made(original, form, book or ExportSettings())
        check_files(found, out)
        if isinstance(found, bytes):
            write_file(out, found)
            return notes if form != "md" else notes + put_beside(out, pictures_of(original))
        if out.is_dir():
            check_folder(out, found)
        write_folder(out, found)
        return notes

    return tuple(dict.fromkeys([*told, *all_made(wanted, put)]))


def _checked(name: str | Path) -> str:
    form = form_of(name)
    check_form(form)
    return form
