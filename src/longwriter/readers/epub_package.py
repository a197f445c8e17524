"""An EPUB's package: metadata, the pages in reading order, and the table of contents (EPUB 2 and 3).

What is wrong in a package costs no more than it must: a page that is not there is named (`Package.missing`), contents
that cannot be read are none.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from bs4.element import Tag

from longwriter.errors import InputError
from longwriter.readers.chapters import LANGUAGES, Book, is_fiction, name_of
from longwriter.readers.epub_archive import DAMAGED, MOST_BYTES, EpubArchive, place
from longwriter.readers.html import parse, types_of

MOST_ENTRIES = 20_000
"""Lines of a table of contents; a longer one is made to fill time."""
MOST_DESCRIPTION = 20_000
"""Characters of a description that are looked at."""
MOST_TAGS = 1_000_000
"""Of all pages of a book: as trees, made one by one, they take a minute or two."""
MISSING, DAMAGE = "missing page", "damaged page"

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_PERHAPS = ("", "text/xml", "application/xml", "application/octet-stream", "text/plain", "application/xhtml")
_ENDINGS = (".xhtml", ".html", ".htm")
_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"


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


class MissingPage(NamedTuple):
    """A page of the reading order that cannot be read."""

    file: str
    reason: str
    """`MISSING` or `DAMAGE`."""


@dataclass(frozen=True)
class Package:
    """What an EPUB holds."""

    book: Book
    pages: tuple[Page, ...]
    toc: tuple[ContentsEntry, ...]
    """Of pages that are there; empty where nothing leads to one."""
    missing: tuple[MissingPage, ...] = ()


def read_package(path: Path) -> Package:
    """Raises InputError naming the file and what is wrong with it."""
    with _readable(path), zipfile.ZipFile(path) as file:
        archive = EpubArchive(file)
        opf = _package_document(archive)
        root, folder = archive.tree(opf), posixpath.dirname(opf)
        pages, missing = _pages(archive, root, folder, path)
        if not pages:
            raise InputError(
                f"{path}: no pages in its reading order (spine)" + f"; {len(missing)} missing" * bool(missing)
            )
        if sum(page.content.count(b"<") for page in pages) > MOST_TAGS:
            raise InputError(f"{path}: its pages have over {MOST_TAGS:,} tags; that is no book")
        there = {page.file for page in pages}
        toc = [entry for entry in _toc(archive, root, folder) if entry.file in there]
        return Package(_book(root, path.stem), tuple(pages), tuple(toc), tuple(missing))


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except DAMAGED as error:
        if isinstance(error, OSError) and error.strerror:
            raise InputError(f"cannot read {path}: {error.strerror}") from error
        raise InputError(f"{path}: malformed EPUB: {error or type(error).__name__}") from error


def _package_document(archive: EpubArchive) -> str:
    """Name of the package document: as the container says, or the one that is there. Raises ValueError."""
    container = archive.find(_CONTAINER)
    try:
        named = [e.get("full-path", "") for e in archive.tree(container).iter("rootfile")] if container else []
    except DAMAGED:
        named = []
    found = [own for name in named if (own := archive.find(name.strip()))]
    found += sorted((n for n in archive.names if n.lower().endswith(".opf")), key=len)
    if not found:
        raise ValueError(f"there is no package document (.opf) in it, and none that {_CONTAINER} names")
    return found[0]


def _pages(
    archive: EpubArchive, root: ElementTree.Element, folder: str, path: Path
) -> tuple[list[Page], list[MissingPage]]:
    """The pages of the spine, or where it leads to none, of the manifest. Raises InputError for a book under a lock."""
    items = {item.get("id", ""): item for item in root.iterfind(".//manifest/item")}
    guide = {
        place(folder, r.get("href", ""))[0]: r.get("type", "").lower() for r in root.iterfind(".//guide/reference")
    }
    refs = [(ref.get("idref", ""), ref.get("linear", "")) for ref in root.iterfind(".//spine/itemref")]
    if not any(name in items for name, _ in refs):
        refs = [(name, "") for name in items]
    locked, size = _locked(archive), 0
    pages: dict[str, Page] = {}
    missing: list[MissingPage] = []
    for name, linear in refs:
        item = items.get(name)
        href = place(folder, item.get("href", ""))[0] if item is not None else name
        file = archive.find(href) if item is not None else None
        if file is None or item is None:
            if item is None or _may_be_page(item, href):
                missing.append(MissingPage(href, MISSING))
            continue
        if not _may_be_page(item, file) or file in pages:
            continue
        if file in locked or archive.is_locked(file):
            raise InputError(f"{path}: {file} is encrypted (DRM); only open EPUBs can be read")
        size += archive.size(file)
        if size > MOST_BYTES:
            raise InputError(f"{path}: its pages unpack to more than {MOST_BYTES >> 20} MB; that is no book")
        said = {*item.get("properties", "").split(), guide.get(href, ""), "aside" * (linear.lower() == "no")}
        try:
            content = archive.read(file)
        except DAMAGED:
            missing.append(MissingPage(file, DAMAGE))
            continue
        if item.get("media-type") in _PAGES or _looks_like_page(content):
            pages[file] = Page(file, frozenset(said - {""}), content)
    return list(pages.values()), missing


def _may_be_page(item: ElementTree.Element, file: str) -> bool:
    """Whether an item is a page by its type or, where that says little, by its name."""
    kind = item.get("media-type", "").strip().lower()
    return kind in _PAGES or kind in _PERHAPS or file.lower().endswith(_ENDINGS)


def _looks_like_page(content: bytes) -> bool:
    head = content[:4000].lower()
    return any(tag in head for tag in (b"<html", b"<body", b"<p>", b"<p ", b"<div", b"<h1", b"<h2"))


def _locked(archive: EpubArchive) -> set[str]:
    """Files that are encrypted; fonts usually, and every page of a protected book."""
    encryption = archive.find(_ENCRYPTION)
    if encryption is None:
        return set()
    names = (place("", r.get("uri", ""))[0] for r in archive.tree(encryption).iter("cipherreference"))
    return {own for name in names if (own := archive.find(name))}


def _book(root: ElementTree.Element, file: str) -> Book:
    metas = root.findall(".//metadata//meta")
    roles = {
        m.get("refines", "").removeprefix("#"): (m.text or "").strip() for m in metas if m.get("property") == "role"
    }

    def said(name: str) -> list[ElementTree.Element]:
        return [e for e in root.iterfind(f".//metadata//{name}") if (e.text or "").strip()]

    def words(name: str) -> list[str]:
        return [" ".join((e.text or "").split()) for e in said(name)]

    creators = [
        (" ".join((e.text or "").split()), e.get("role") or roles.get(e.get("id", ""), "aut")) for e in said("creator")
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
        description=" ".join(parse(" ".join(words("description"))[:MOST_DESCRIPTION]).get_text(" ").split()),
    )


def _toc(archive: EpubArchive, root: ElementTree.Element, folder: str) -> list[ContentsEntry]:
    """The navigation page's contents, else those of the NCX. Raises ValueError for a table longer than any book's."""
    items = list(root.iterfind(".//manifest/item"))
    navs = [item for item in items if "nav" in item.get("properties", "").split()]
    spine = root.find(".//spine")
    own = spine.get("toc") if spine is not None else None
    kinds = ("application/x-dtbncx+xml", "text/xml", "application/xml")
    tables = [i for i in items if i.get("media-type") == kinds[0] or (i.get("id") == own and own)]
    tables += [i for i in items if i.get("href", "").lower().endswith(".ncx")]
    for item in (*navs, *tables):
        file = archive.find(place(folder, item.get("href", ""))[0])
        if file is None:
            continue
        try:
            entries = _nav(archive.read(file)) if item in navs else _points(archive.tree(file))
        except (InputError, *DAMAGED):
            continue
        beside = posixpath.dirname(file)
        found = [ContentsEntry(*place(beside, href), title, depth) for href, title, depth in entries]
        if len(found) > MOST_ENTRIES:
            raise ValueError(f"its contents have over {MOST_ENTRIES:,} lines; that is no book")
        if found:
            return [entry._replace(file=archive.find(entry.file) or entry.file) for entry in found]
    return []


_Line = tuple[str, str, int]
"""Where a line of the contents leads, its title, and its depth from 1."""


def _nav(page: bytes) -> list[_Line]:
    navs = parse(page).find_all("nav")
    out: list[_Line] = []
    for nav in [nav for nav in navs if "toc" in types_of(nav)] or navs[:1]:
        below: list[tuple[Tag, int]] = [(nav, 0)]
        while below:
            tag, depth = below.pop()
            if tag.name == "a" and tag.get("href"):
                out.append((str(tag["href"]), " ".join(tag.get_text().split()), depth))
                continue
            depth += tag.name in ("ol", "ul")
            below += [
                (inner, depth) for inner in reversed(tag.find_all(True, recursive=False)) if isinstance(inner, Tag)
            ]
    return out


def _points(ncx: ElementTree.Element) -> list[_Line]:
    out: list[_Line] = []
    navmap = ncx.find(".//navmap")
    below = [(navmap, 0)] if navmap is not None else []
    while below:
        point, depth = below.pop()
        label, content = point.find("navlabel/text"), point.find("content")
        if depth and content is not None:
            out.append(
                (content.get("src", ""), " ".join((label.text or "").split()) if label is not None else "", depth)
            )
        below += [(inner, depth + 1) for inner in reversed(point.findall("navpoint"))]
    return out
