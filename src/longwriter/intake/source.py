"""A draft's file -> its text, and what is known of it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from longwriter.errors import InputError
from longwriter.intake.encodings import decoded

READABLE = ".docx, .md, .txt, .epub, .html"


@dataclass(frozen=True)
class SourceText:
    """The text of a draft, as Markdown or as plain text."""

    text: str
    """Of .md and .txt the file's own characters: with its byte order mark, line ends, form feeds and blanks."""
    form: Literal["md", "txt"]
    origin: str
    """The file's name."""
    encoding: str
    """Of the bytes that were read; `text` in it gives them again where the file is .md or .txt."""
    title: str = ""
    """As the file itself tells it; "" where it does not."""
    author: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What a person should know of what could not be taken over, one line each."""


def read_source(path: Path) -> SourceText:
    """Raises InputError where the file cannot be read, or holds no text."""
    ending = path.suffix.lower()
    if ending not in (".md", ".markdown", ".txt", ".text"):
        raise InputError(f"{path}: cannot read {ending or 'a file without an ending'}; a draft is one of {READABLE}")
    text, encoding, warnings = decoded(_bytes(path), path)
    form: Literal["md", "txt"] = "md" if ending in (".md", ".markdown") else "txt"
    if not text.strip("\ufeff \t\r\n\x0b\x0c"):
        raise InputError(f"{path}: there is no text in it")
    title, author = _named(text) if form == "md" else ("", ())
    return SourceText(text, form, path.name, encoding, title, author, warnings)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _named(text: str) -> tuple[str, tuple[str, ...]]:
    return "", ()
