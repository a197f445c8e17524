"""A draft's file -> its text, and what is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Literal

from longwriter.errors import InputError
from longwriter.intake.forms.draft_file import DraftFile
from longwriter.jsonl import check_file

READABLE = ".docx, .md, .txt, .epub and .html"
_READERS = {
    ".docx": "word:read_word_draft",
    ".docm": "word:read_word_draft",
    ".md": "text:read_markdown_draft",
    ".markdown": "text:read_markdown_draft",
    ".txt": "text:read_plain_draft",
    ".text": "text:read_plain_draft",
    ".epub": "epub:read_epub_draft",
    ".html": "html:read_html_draft",
    ".htm": "html:read_html_draft",
    ".xhtml": "html:read_html_draft",
}
"""`module:function` of `longwriter.intake.forms`, imported when it is first wanted: its parsers take time to load."""
_PLAIN = (".md", ".markdown", ".txt", ".text")
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
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    """Those that the text shows, by the names that it has them under: paths below the folder that the text is to lie in."""


def is_document(path: Path) -> bool:
    """Whether a file is by its ending no plain text, so that `read_source` alone reads it, or says what to do with it."""
    return path.suffix.lower() in {*_READERS, *_WAYS_OUT} - {*_PLAIN}


def read_source(path: Path, *, pictures: bool = False) -> SourceText:
    """`pictures`: those that lie in the file, or below its folder, come along; else their descriptions stay as words.

    Raises InputError for a file that cannot be read or holds no text, SetupError where a package is missing.
    """
    ending = path.suffix.lower()
    reader = _READERS.get(ending)
    if reader is None:
        way = f"; {_WAYS_OUT[ending]}" if ending in _WAYS_OUT else ""
        raise InputError(f"{path}: cannot read {ending or 'a file without an ending'}{way}; {READABLE} can be read")
    check_file(path)
    module, _, function = reader.partition(":")
    draft: DraftFile = getattr(import_module(f"longwriter.intake.forms.{module}"), function)(path, pictures=pictures)
    if not draft.text.strip("\ufeff \t\r\n\x0b\x0c"):
        raise InputError(f"{path}: there is no text in it")
    return SourceText(
        draft.text, draft.form, path.name, draft.encoding, draft.title, draft.author, draft.warnings, draft.pictures
    )  # fmt: skip
