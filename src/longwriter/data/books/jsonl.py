"""JSON lines -> chapters, one a line, from any line on: `.jsonl` or `.jsonl.xz`."""

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from pydantic import BaseModel, ConfigDict

from longwriter.config import build
from longwriter.errors import InputError
from longwriter.jsonl import decoded, parsed
from longwriter.readers.chapters import LANGUAGES, Book, Chapter, name_of
from longwriter.readers.clean import tidy, without_markdown

MOST_BYTES = 64 * 2**20
"""Longest line; a file without line breaks must not fill the memory."""


class ReadChapter(NamedTuple):
    """A chapter and where it stands in its file."""

    number: int
    """From 1."""
    book: Book
    chapter: Chapter
    read: int
    """Bytes of the file, compressed as it is, that have been read so far."""


class _Columns(BaseModel):
    """What a line may hold; other columns are not looked at. `title` is the book's, `chapter` the chapter's own."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    text: str
    book: str | None = None
    title: str | None = None
    chapter: str | None = None
    author: str | list[str] | None = None
    licence: str | None = None
    license: str | None = None
    rights: str | None = None
    language: str | None = None
    kind: str | None = None
    fiction: bool | None = None
    subjects: list[str] | None = None
    description: str | None = None
    order: int | None = None


def read_chapters(path: Path, after: int = 0) -> Iterator[ReadChapter]:
    """The chapters that stand after line `after`. Raises InputError naming file, line and column."""
    number = 0
    with _opened(path) as (file, raw):
        while True:
            try:
                line = file.readline(MOST_BYTES)
            except (OSError, EOFError, lzma.LZMAError) as error:
                raise InputError(f"{path}:{number + 1}: damaged or cut file: {error}") from error
            if not line:
                return
            number += 1
            if len(line) == MOST_BYTES:
                raise InputError(f"{path}:{number}: a line of over {MOST_BYTES >> 20} MB; give each chapter its own")
            if number > after and line.strip():
                yield _chapter(line, path, number, raw.tell())


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The file's lines, and the file itself."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    with raw:
        if path.suffix == ".xz":
            with lzma.open(raw, "rb") as file:
                yield file, raw
        else:
            yield raw, raw


def _chapter(line: bytes, path: Path, number: int, read: int) -> ReadChapter:
    where = f"{path}:{number}"
    data = parsed(decoded(line, where, first=number == 1), where, '{"text": "...", "title": "..."}')
    row = build(_Columns, data, where)
    author = (row.author,) if isinstance(row.author, str) else tuple(row.author or ())
    title, stem = row.title or "", path.name.split(".")[0]
    language = row.language or ""
    book = Book(
        name=row.book or name_of(title, author, stem),
        title=title or row.book or stem,
        author=author,
        licence=row.licence or row.license or "",
        rights=row.rights or "",
        language=LANGUAGES.get(language.lower(), language) or None,
        fiction=row.fiction,
        subjects=tuple(row.subjects or ()),
        description=row.description or "",
    )
    text = tidy(without_markdown(tidy(row.text)))
    order = number if row.order is None else row.order
    chapter = Chapter(text, row.chapter or title, order, row.kind or "chapter")
    return ReadChapter(number, book, chapter, read)
