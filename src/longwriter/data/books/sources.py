"""Files of books: where they are, what they are, and their chapters.

A source is one file. Its name is its path below what the user named; its identity is that name with the digest of its
bytes, so a changed file is another source.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from longwriter.config import read_text
from longwriter.data.books.jsonl import ReadChapter, read_chapters
from longwriter.errors import InputError
from longwriter.readers import gutenberg, libraries
from longwriter.readers.chapters import EMPTY, Book, Chapter, name_of, numbered
from longwriter.readers.epub import read_epub
from longwriter.readers.markdown import read_markdown
from longwriter.readers.plain import read_plain

BOOKS = (".epub", ".md", ".markdown", ".txt")
LINES = (".jsonl", ".jsonl.xz")
ABOUT = ("readme", "license", "licence", "copying", "notice", "changelog", "contributing")
"""Files about a folder, which are no books unless they are named."""
_ENCODING = re.compile(rb"^Character set encoding: *([\w-]+)", re.MULTILINE)
UNREADABLE = "cannot be read"
"""Why a book goes that is damaged, encrypted or no text; what is wrong with it follows after a colon."""
_AOZORA = "底本：".encode("shift_jis")
MOST_BYTES = 32 * 2**20
"""Largest text file; a book is read whole, and the Bible has 4 MB."""


class Source(NamedTuple):
    """A file of books."""

    name: str
    path: Path
    size: int
    """Bytes."""
    sha256: str

    @property
    def id(self) -> str:
        """Name and content."""
        return f"{self.name}@{self.sha256[:16]}"


def find(paths: Sequence[Path], tell: Callable[[int, int], None]) -> list[Source]:
    """The files of books in files and folders, in the order given; those of a folder sorted by their path below it.

    Hidden files, files about a folder (`ABOUT`) and other kinds of files in it are passed over. `tell` hears how many
    bytes have been hashed, and of how many. Raises InputError for a path that is not there, a file of another kind, a
    folder without books, and a name twice.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise InputError(f"cannot read {path}: no such file or folder")
        named = _below(path) if path.is_dir() else {path.name: path}
        if not named or not all(_is_source(name) for name in named):
            raise InputError(f"{path}: no books in it; there are {', '.join((*BOOKS, *LINES))}")
        for name, file in named.items():
            if name in found and not found[name].samefile(file):
                raise InputError(
                    f"{found[name]} and {file} are both called {name}; rename one, or give the folder above"
                )
            found[name] = file
    sizes = {name: file.stat().st_size for name, file in found.items()}
    done, out = 0, []
    for name, file in found.items():
        out.append(Source(name, file, sizes[name], _digest(file)))
        done += sizes[name]
        tell(done, sum(sizes.values()))
    return out


def _below(folder: Path) -> dict[str, Path]:
    files = [f for f in folder.rglob("*") if f.is_file() and _is_source(f.name) and f.stem.lower() not in ABOUT]
    named = {f.relative_to(folder).as_posix(): f for f in files}
    return {n: named[n] for n in sorted(named) if not any(part.startswith(".") for part in n.split("/"))}


def _is_source(name: str) -> bool:
    return name.lower().endswith((*BOOKS, *LINES))


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error


def read(path: Path, after: int = 0) -> Iterator[ReadChapter]:
    """The chapters of a file that come after number `after`; of a book that cannot be read, one without text that says why.

    Raises InputError naming file and line of JSON lines that cannot be read.
    """
    kind = path.name.lower()
    if kind.endswith(LINES):
        yield from read_chapters(path, after)
        return
    size = path.stat().st_size
    try:
        book, chapters = _book(path, kind, size)
    except InputError as error:
        reason = f"{UNREADABLE}: {str(error).replace(str(path), path.name)}"
        book, chapters = Book(name_of(path.stem, (), path.stem), path.stem), [Chapter("", path.stem, drop=reason)]
    for number, chapter in enumerate(numbered(chapters or [Chapter("", book.title, drop=EMPTY)]), 1):
        if number > after:
            yield ReadChapter(number, book, chapter, size)


def _book(path: Path, kind: str, size: int) -> tuple[Book, list[Chapter]]:
    """Raises InputError."""
    if kind.endswith(".epub"):
        return read_epub(path)
    if size > MOST_BYTES:
        raise InputError(f"{path}: over {MOST_BYTES >> 20} MB, which is no book; give a large corpus as JSON lines")
    return _plain(path) if kind.endswith(".txt") else read_markdown(read_text(path), path.stem)


def _text(path: Path) -> str:
    """UTF-8, or what an old Project Gutenberg file says of itself, or Aozora Bunko's Shift JIS."""
    content = path.read_bytes()
    said = _ENCODING.search(content[:20_000])
    if said is None and _AOZORA in content:
        return content.decode("shift_jis_2004", "replace")
    if said is None or said[1].lower() in (b"utf-8", b"ascii", b"us-ascii"):
        return read_text(path)
    name = said[1].decode().lower()
    try:
        return content.decode("cp1252" if name == "iso-8859-1" else name, "replace")
    except LookupError as error:
        raise InputError(f"{path}: encoded as {name}, which is not known here; save the file as UTF-8") from error


def _plain(path: Path) -> tuple[Book, list[Chapter]]:
    stripped, marked = gutenberg.strip(_text(path), path.stem), frozenset[str]()
    if stripped.book is None:
        stripped, marked = libraries.strip(stripped.body, path.stem)
    book = stripped.book or Book(name_of(path.stem, (), path.stem), path.stem)
    return book, read_plain(stripped.body, book.title, marked)
