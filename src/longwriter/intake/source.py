"""A draft's file -> its text, and what is known of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from longwriter.errors import InputError
from longwriter.intake.forms.encodings import decoded
from longwriter.intake.forms.draft import Draft
from longwriter.readers.epub_package import MOST_BYTES

READABLE = ".docx, .md, .txt, .epub and .html"
_WAYS_OUT = {
    ".doc": "open it in Word or LibreOffice and save it as .docx",
    ".odt": "save it as .docx in LibreOffice",
    ".rtf": "save it as .docx in Word or LibreOffice",
    ".pages": "export it as .docx in Pages",
    ".pdf": "a PDF does not tell where paragraphs begin; take the file that it was made from",
    ".mobi": "make it an .epub with Calibre",
    ".azw3": "make it an .epub with Calibre",
    ".fb2": "make it an .epub with Calibre",
    ".tex": "make it .docx or .md with Pandoc",
}


@dataclass(frozen=True)
class SourceText:
    """The text of a draft, as Markdown or as plain text."""

    text: str
    """Of .md and .txt the file's own characters: with its byte order mark, line ends, form feeds and blanks."""
    form: Literal["md", "txt"]
    origin: str
    """The file's name."""
    encoding: str
    """Of the bytes that were read; of .md and .txt, `text` in it gives them again."""
    title: str = ""
    """As the file itself tells it; "" where it does not."""
    author: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What a person should know of what could not be taken over, one line each."""


def read_source(path: Path) -> SourceText:
    """Raises InputError for a file that cannot be read or holds no text, SetupError where a package is missing."""
    ending = path.suffix.lower()
    reader = _READERS.get(ending)
    if reader is None:
        way = f"; {_WAYS_OUT[ending]}" if ending in _WAYS_OUT else ""
        raise InputError(f"{path}: cannot read {ending or 'a file without an ending'}{way}; {READABLE} can be read")
    draft = reader(path)
    if not draft.text.strip("\ufeff \t\r\n\x0b\x0c"):
        raise InputError(f"{path}: there is no text in it")
    return SourceText(draft.text, draft.form, path.name, draft.encoding, draft.title, draft.author, draft.warnings)


def _markdown(path: Path) -> Draft:
    text, encoding, warnings = decoded(_bytes(path), path)
    return Draft(text, "md", encoding, warnings=warnings)


def _plain(path: Path) -> Draft:
    text, encoding, warnings = decoded(_bytes(path), path)
    return Draft(text, "txt", encoding, warnings=warnings)


def _html(path: Path) -> Draft:
    from longwriter.intake.forms.html import read_html  # noqa: PLC0415 - Beautiful Soup is read for the forms that need it

    return read_html(_bytes(path), path)


def _epub(path: Path) -> Draft:
    from longwriter.intake.forms.epub import read_epub_draft  # noqa: PLC0415 - as above

    return read_epub_draft(path)


def _word(path: Path) -> Draft:
    from longwriter.intake.forms.word import read_word  # noqa: PLC0415 - as above

    return read_word(path)


_READERS = {
    ".md": _markdown, ".markdown": _markdown, ".txt": _plain, ".text": _plain, ".htm": _html, ".html": _html,
    ".xhtml": _html, ".epub": _epub, ".docx": _word, ".docm": _word,
}  # fmt: skip


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path}: is larger than {MOST_BYTES >> 20} MB; that is no draft")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
