"""An EPUB's package: metadata, the pages in reading order, and the table of contents (EPUB 2 and 3)."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

from longwriter.errors import InputError
from longwriter.readers.chapters import LANGUAGES, Book, is_fiction, name_of
from longwriter.readers.html import parse, types_of

MOST_BYTES = 64 * 2**20
"""Unpacked size of the pages of one book; a larger one is no book, or a zip made to fill memories."""

_DC = "{http://purl.org/dc/elements/1.1/}"
_OPF = "{http://www.idpf.org/2007/opf}"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


class ContentsEntry(NamedTuple):
    """A line of the table of contents."""

    file: str
    fragment: str
    title: str
    depth: int
    """From 1."""


@dataclass(frozen=True)
class Page:
    """A page in reading order."""

    file: str
    """Its path in the archive."""
    types: frozenset[str]
    """What the package says it is: nav, cover, toc..."""
    content: bytes


@dataclass(frozen=True)
class Package:
    """What an EPUB holds."""

    book: Book
    pages: tuple[Page, ...]
    toc: tuple[ContentsEntry, ...]


def read_package(path: Path) -> Package:
    """Raises InputError naming the file and what is wrong with it."""
    with _readable(path), zipfile.ZipFile(path) as archive:
        container = ElementTree.fromstring(_read(archive, "META-INF/container.xml"))
        rootfile = container.find(".//{*}rootfile")
        opf = rootfile.get("full-path", "") if rootfile is not None else ""
        root = ElementTree.fromstring(_read(archive, opf))
        items = {item.get("id", ""): item for item in root.iterfind("{*}manifest/{*}item")}
        folder = posixpath.dirname(opf)
        guide = {
            _place(folder, r.get("href", ""))[0]: r.get("type", "").lower()
            for r in root.iterfind("{*}guide/{*}reference")
        }
        locked, size = _locked(archive), 0
        pages = []
        for ref in root.iterfind("{*}spine/{*}itemref"):
            item = items[ref.get("idref", "")]
            file = _place(folder, item.get("href", ""))[0]
            if item.get("media-type") not in _PAGES:
                continue
            if file in locked:
                raise InputError(f"{path}: {file} is encrypted (DRM); only open EPUBs can be read")
            size += archive.getinfo(file).file_size
            if size > MOST_BYTES:
                raise InputError(f"{path}: its pages unpack to more than {MOST_BYTES >> 20} MB; that is no book")
            said = {*item.get("properties", "").split(), guide.get(file, ""), "aside" * (ref.get("linear") == "no")}
            pages.append(Page(file, frozenset(said - {""}), _read(archive, file)))
        if not pages:
            raise InputError(f"{path}: no pages in its reading order (spine)")
        return Package(_book(root, path.stem), tuple(pages), tuple(_toc(archive, root, folder)))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except KeyError as error:
        raise InputError(f"{path}: malformed EPUB: {str(error.args[0])[:120]!r} is missing in it") from error
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        zlib.error,
        EOFError,
        RuntimeError,
        ValueError,
        LookupError,
    ) as error:
        raise InputError(f"{path}: malformed EPUB: {error or type(error).__name__}") from error


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(f"{name} unpacks to more than {MOST_BYTES >> 20} MB")
    return archive.read(name)


def _place(folder: str, href: str) -> tuple[str, str]:
    """Path in the archive, and fragment."""
    file, _, fragment = href.partition("#")
    return posixpath.normpath(posixpath.join(folder, unquote(file))), unquote(fragment)


def _locked(archive: zipfile.ZipFile) -> set[str]:
    """Files that are encrypted; fonts usually, and every page of a protected book."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return set()
    root = ElementTree.fromstring(_read(archive, "META-INF/encryption.xml"))
    return {_place("", r.get("URI", ""))[0] for r in root.iter("{http://www.w3.org/2001/04/xmlenc#}CipherReference")}


def _book(root: ElementTree.Element, file: str) -> Book:
    metas = root.findall("{*}metadata//{*}meta")
    roles = {
        m.get("refines", "").removeprefix("#"): (m.text or "").strip() for m in metas if m.get("property") == "role"
    }

    def said(name: str) -> list[ElementTree.Element]:
        return [e for e in root.iterfind(f"{{*}}metadata//{_DC}{name}") if (e.text or "").strip()]

    def words(name: str) -> list[str]:
        return [" ".join((e.text or "").split()) for e in said(name)]

    creators = [
        (" ".join((e.text or "").split()), e.get(f"{_OPF}role") or roles.get(e.get("id", ""), "aut"))
        for e in said("creator")
    ]
    author = tuple(name for name, role in creators if role == "aut") or tuple(name for name, _ in creators)
    own = [(m.text or "").strip() for m in metas if m.get("property") == "se:subject"]
    title, language = next(iter(words("title")), ""), next(iter(words("language")), "")
    return Book(
        name=name_of(title, author, file),
        title=title or file,
        author=author,
        rights=" ".join(words("rights")),
        language=LANGUAGES.get(language.lower(), language) or None,
        fiction=is_fiction([*own, *words("subject")]),
        subjects=tuple(s for s in own or words("subject") if s not in ("Fiction", "Nonfiction")),
        description=" ".join(parse(" ".join(words("description"))).get_text(" ").split()),
    )


def _toc(archive: zipfile.ZipFile, root: ElementTree.Element, folder: str) -> Iterator[ContentsEntry]:
    """The navigation page's contents, else those of the NCX."""
    for item in root.iterfind("{*}manifest/{*}item"):
        if "nav" in item.get("properties", "").split():
            file = _place(folder, item.get("href", ""))[0]
            yield from _nav(_read(archive, file), posixpath.dirname(file))
            return
    for item in root.iterfind("{*}manifest/{*}item"):
        if item.get("media-type") == "application/x-dtbncx+xml":
            file = _place(folder, item.get("href", ""))[0]
            ncx = ElementTree.fromstring(_read(archive, file))
            for point in ncx.iterfind("{*}navMap/{*}navPoint"):
                yield from _points(point, posixpath.dirname(file), 1)
            return


def _nav(page: bytes, folder: str) -> Iterator[ContentsEntry]:
    for nav in parse(page).find_all("nav"):
        if "toc" in types_of(nav):
            for link in nav.find_all("a", href=True):
                depth = len(link.find_parents(["ol", "ul"]))
                yield ContentsEntry(*_place(folder, str(link["href"])), " ".join(link.get_text().split()), depth)


def _points(point: ElementTree.Element, folder: str, depth: int) -> Iterator[ContentsEntry]:
    label, content = point.find("{*}navLabel/{*}text"), point.find("{*}content")
    if content is not None:
        title = " ".join((label.text or "").split()) if label is not None else ""
        yield ContentsEntry(*_place(folder, content.get("src", "")), title, depth)
    for inner in point.iterfind("{*}navPoint"):
        yield from _points(inner, folder, depth + 1)
