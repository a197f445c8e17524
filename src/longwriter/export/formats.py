"""The forms in which a text leaves: one table, which the command, the page and Python follow.

A form that makes a file of a publication is one function, imported when it is first wanted.
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from longwriter.errors import InputError, SetupError
from longwriter.export.document import DivisionKind, Publication
from longwriter.export.labels import labels
from longwriter.export.references import Reference, numbered, reference_file
from longwriter.export.settings import ExportSettings
from longwriter.language import tongue

Content = bytes | Mapping[str, bytes]
"""What a form makes: one file, or the files of a folder by name."""
TELLING = 20_000
"""Characters that tell a text's language."""
UNCOUNTED = (
    "the contents of the .docx have no page numbers, since Word alone knows its pages: open it, press Ctrl+A, then F9"
)
CHAPTERS = "chapters"
"""The form that is a folder."""


class Format(NamedTuple):
    """One form of a text."""

    name: str
    media: str
    made: str = ""
    """`module:function` under `longwriter.export`; "" for the text as it is."""
    needs: str = ""
    """A package that it wants."""
    extra: str = ""
    """The extra that brings it."""


FORMATS: dict[str, Format] = {
    "md": Format("Markdown", "text/markdown; charset=utf-8"),
    "html": Format("HTML", "text/html; charset=utf-8", "html:html"),
    "epub": Format("EPUB", "application/epub+zip", "epub.book:epub"),
    "docx": Format(
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx.book:docx",
        "docx",
        "docx",
    ),
    "pdf": Format("PDF", "application/pdf", "pdf.make:pdf", "typst", "pdf"),
    "txt": Format("plain text", "text/plain; charset=utf-8", "plain:plain"),
    "bib": Format("BibTeX", "application/x-bibtex; charset=utf-8"),
    "json": Format("CSL-JSON", "application/vnd.citationstyles.csl+json"),
}
REFERENCES = ("bib", "json")
"""Forms that hold the sources of a text alone."""
_ALSO = {"markdown": "md", "htm": "html", "xhtml": "html", "text": "txt"}


def form_of(path: Path | str) -> str:
    """The form that a file's name stands for, a key of `FORMATS`; `CHAPTERS` for a folder, or one that would be.

    Raises InputError.
    """
    ending = Path(path).suffix.lower().removeprefix(".")
    if str(path).endswith(("/", "\\")) or Path(path).is_dir() or Path(path).name == CHAPTERS:
        return CHAPTERS
    form = _ALSO.get(ending, ending)
    if form not in FORMATS:
        raise InputError(
            f"{path}: {f'.{ending} is no form' if ending else 'its name has no ending'} that a text can be put into; there are "
            f"{', '.join(f'.{known}' for known in FORMATS)}, and chapters/ (a folder)"
        )
    return form


def follows(path: Path) -> bool:
    """Whether a file that holds a run's text can be kept up to date: its name stands for a form."""
    try:
        form_of(path)
    except InputError:
        return False
    return True


def available(form: str) -> bool:
    """Whether the packages of a form are installed."""
    return not FORMATS[form].needs or find_spec(FORMATS[form].needs) is not None


def check_form(form: str) -> None:
    """Raises SetupError where a form lacks its package, naming what to install."""
    if form in FORMATS and not available(form):
        known = FORMATS[form]
        raise SetupError(f"{known.name} needs {known.needs}: pip install 'longwriter[{known.extra}]'")


@dataclass(frozen=True)
class Original:
    """A text that is to be put into a form."""

    text: str
    """As it is kept."""
    markdown: str | None = None
    """The same with its headings marked as Markdown's, and in Markdown throughout; None: `text` is."""
    named: str = ""
    """Its title where nothing says one."""
    identifier: str = ""
    """See `Metadata`; "": of the text itself."""
    date: str = ""
    folder: Path | None = None
    """Where its pictures are; None: it has none."""
    references: tuple[Reference, ...] = ()
    """The sources that it may cite."""
    plain: bool = False
    """`text` is plain text."""
    divisions: Mapping[int, DivisionKind] = field(default_factory=dict)
    """What the headings in lines of `markdown` open, by the lines' numbers, from 0; {}: as their levels have it."""


def made(original: Original, form: str, settings: ExportSettings) -> tuple[Content, tuple[str, ...]]:
    """A text in a form, and what a person should know of it.

    Raises SetupError for a package that is missing, InputError for a text that the form cannot hold.
    """
    check_form(form)
    if form in REFERENCES:
        return reference_file(original.text, original.references, form), ()
    original = _numbered(original, settings)
    markdown = original.text if original.markdown is None else original.markdown
    if form == "md" or (form == "txt" and original.plain):
        return original.text.encode("utf-8", "replace"), ()
    if form == CHAPTERS:
        from longwriter.export.chapters import chapters  # noqa: PLC0415 - as below
        from longwriter.export.markdown import parts_of  # noqa: PLC0415

        parts = parts_of(markdown, original.divisions)
        files = chapters(markdown if original.plain else original.text, parts)
        return {**pictures_of(original), **files}, ()
    from longwriter.export.markdown import publication  # noqa: PLC0415 - its parser takes time to load

    metadata = settings.metadata(original.identifier, original.date)
    read = publication(markdown, metadata, original.folder, original.named, original.divisions)
    told = (*read.warnings, UNCOUNTED) if form == "docx" and settings.contents and read.is_listed else read.warnings
    return _made(read, form, settings), told


def pictures_of(original: Original) -> dict[str, bytes]:
    """The pictures that a text shows, by the paths at which its Markdown names them."""
    if original.folder is None or "![" not in original.text:
        return {}
    from longwriter.export.markdown import publication  # noqa: PLC0415 - as above

    found = publication(original.text if original.markdown is None else original.markdown, folder=original.folder)
    places = {posixpath.normpath(unquote(picture.source)): picture.data for picture in found.pictures}
    return {place: data for place, data in places.items() if not place.startswith(("/", "../"))}


def _numbered(original: Original, settings: ExportSettings) -> Original:
    """The same with its sources numbered."""
    if not original.references:
        return original
    words = labels(settings.language or tongue(original.text[:TELLING]))
    text, markdown = original.text, original.markdown
    shown = numbered(text, original.references, settings.references, words)
    marked = None if markdown is None else numbered(markdown, original.references, settings.references, words)
    return replace(original, text=shown, markdown=marked)


def _made(read: Publication, form: str, settings: ExportSettings) -> bytes:
    module, _, function = FORMATS[form].made.partition(":")
    content: bytes = getattr(import_module(f"longwriter.export.{module}"), function)(read, settings)
    return content
