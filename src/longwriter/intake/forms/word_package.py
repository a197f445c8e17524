"""A Word file's package: whether it is sound to read, the styles that are headings, and what no reader takes from it."""

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from longwriter.errors import InputError
from longwriter.intake.forms.draft_file import MOST_BYTES
from longwriter.intake.forms.word_markup import readable
from longwriter.readers.epub_archive import PACKED
from longwriter.text import counted

MOST_ELEMENTS = 2_000_000
"""Elements of all parts; a document of a million words has about one million, and each takes a kilobyte in a tree."""
LONGEST_CHAIN, MOST_STYLES = 20, 200
"""Styles that are based on each other (Word takes eleven), and that are headings; every paragraph is compared with each."""
DEEPEST = 200
"""Levels of elements; real documents have about 30."""
PARTS = (".xml", ".rels")
"""How the names of what is inspected end: nothing else is read."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DAMAGED: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, ElementTree.ParseError, EOFError, NotImplementedError, RuntimeError,
    ValueError, LookupError,
)  # fmt: skip
_NOBODY = frozenset(["", "python-docx", "microsoft office user", "user", "unknown", "author", "admin", "administrator"])


@dataclass(frozen=True)
class WordPackage:
    """What is known of a Word file before it is converted."""

    headings: dict[str, int]
    """Level of a heading, from 1, by the name of each paragraph style that is one."""
    title: str
    author: tuple[str, ...]
    warnings: tuple[str, ...]


def inspected(path: Path) -> WordPackage:
    """Raises InputError for what is no Word file, is encrypted, or unpacks to more than a document is."""
    with reading_word(path):
        _refuse_old(path)
        with zipfile.ZipFile(path) as archive:
            parts = [info for info in archive.infolist() if info.filename.endswith(PARTS)]
            if any(info.compress_type not in PACKED for info in parts):
                raise ValueError("its parts are packed as no Word file is")
            if sum(info.file_size for info in parts) > MOST_BYTES:
                raise InputError(f"{path}: unpacks to more than {MOST_BYTES >> 20} MB of text; that is no draft")
            if not any(info.filename.startswith("word/") for info in parts):
                raise InputError(f"{path}: is no Word file, though it is named as one")
            counts = {info.filename: _counts(archive.read(info)) for info in parts}
            if sum(sum(own.values()) for own in counts.values()) > MOST_ELEMENTS:
                raise InputError(f"{path}: has more than {MOST_ELEMENTS:,} elements; that is no draft")
            names = set(archive.namelist())
            styles = archive.read("word/styles.xml") if "word/styles.xml" in names else b"<styles/>"
            core = archive.read("docProps/core.xml") if "docProps/core.xml" in names else b"<core/>"
        title, author = _properties(core)
        return WordPackage(_headings(styles), title, author, tuple(_left_out(counts, names)))


def parts_alone(path: Path) -> BytesIO:
    """The file with the parts that `inspected` has looked at, each once, and no other, as mammoth reads all of their text.

    In the place of any other file stands its name.
    """
    out = BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(out, "w") as made:
        for name in dict.fromkeys(archive.namelist()):
            made.writestr(
                name, readable(archive.read(name)) if name.endswith(PARTS) else name.encode("utf-8", "replace")
            )
    out.seek(0)
    return out


@contextmanager
def reading_word(path: Path, *more: type[Exception]) -> Iterator[None]:
    """What reading a Word file raises as InputError; `more`: what else means that it is damaged."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (*_DAMAGED, *more) as error:
        raise InputError(
            f"{path}: damaged Word file: {error or type(error).__name__}; open it in Word and save it anew"
        ) from error


def _refuse_old(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(8) != _OLD:
            return
        file.seek(0)
        locked = _ENCRYPTED in file.read(MOST_BYTES)
    if locked:
        raise InputError(f"{path}: is protected by a password; take it off in Word and save the file again")
    raise InputError(f"{path}: is in Word's old format; open it in Word or LibreOffice and save it as .docx")


def _counts(part: bytes) -> Counter[str]:
    """Local names of elements of a part. Raises ValueError for a declared entity and for a tree that is too deep."""
    counts: Counter[str] = Counter()
    depth = 0

    def begin(name: str, _: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"elements stand in each other more than {DEEPEST} deep")
        counts[name] += 1

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type, which Word never does")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = begin, end, refuse
    parser.Parse(part, True)
    return counts


def _headings(styles: bytes) -> dict[str, int]:
    """By name, "Heading 1" to 9 of every language, styles with an outline level, and styles that are based on these."""
    known: dict[str, tuple[str, int | None, str]] = {}
    for style in ElementTree.fromstring(styles).iterfind("{*}style"):
        w = _STRICT if style.tag.startswith(_STRICT) else _W
        if style.get(f"{w}type") != "paragraph":
            continue

        def value(path: str, style: ElementTree.Element = style, w: str = w) -> str:
            found = style.find(path)
            return found.get(f"{w}val", "") if found is not None else ""

        name, outline = value("{*}name"), value("{*}pPr/{*}outlineLvl")
        named = _HEADING.fullmatch(name)
        level = int(outline) + 1 if outline.isdigit() else int(named[1]) if named else None
        known[style.get(f"{w}styleId", "")] = name, level, value("{*}basedOn")
    out = dict[str, int]()
    for first in known:
        identifier, seen = first, set[str]()
        while identifier in known and len(seen) < LONGEST_CHAIN and known[identifier][1] is None:
            seen.add(identifier)
            identifier = known[identifier][2]
        level = known[identifier][1] if identifier in known else None
        if level is not None and 1 <= level <= 9 and known[first][0] and len(out) < MOST_STYLES:
            out[known[first][0]] = min(level, 6)
    return out


def _properties(core: bytes) -> tuple[str, tuple[str, ...]]:
    root = ElementTree.fromstring(core)
    title, creator = (" ".join((root.findtext(f"{{*}}{name}") or "").split()) for name in ("title", "creator"))
    title = "" if re.match(r"Microsoft Word - |Word Document$", title) else title
    authors = [name.strip() for name in creator.split(";")]
    return title, tuple(name for name in authors if name.casefold() not in _NOBODY)


def _left_out(counts: dict[str, Counter[str]], names: set[str]) -> Iterator[str]:
    body = sum((own for name, own in counts.items() if name.startswith("word/")), Counter[str]())

    def several(name: str) -> int:
        return sum(n for key, n in body.items() if key.rpartition(":")[2] == name)

    if several("oMath"):
        yield f"{counted(several('oMath'), 'equation')} left out"
    if several("comment"):
        yield f"{counted(several('comment'), 'comment')} left out"
    if several("ins") + several("del") + several("moveFrom"):
        yield "tracked changes are read as if they were accepted"
    if inserted := several("altChunk") + several("subDoc"):
        what = "1 inserted file is" if inserted == 1 else f"{inserted} inserted files are"
        yield f"{what} not read; paste {'its' if inserted == 1 else 'their'} text into the document"
    if any(re.fullmatch(r"word/(?:header|footer)\d*\.xml", n) and counts[n]["w:t"] for n in names & counts.keys()):
        yield "headers and footers left out"
    if "word/vbaProject.bin" in names:
        yield "macros left out"
