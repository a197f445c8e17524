"""EPUB -> Markdown: the pages in reading order as one text, its headings at the levels of the table of contents."""

import posixpath
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import Tag

from longwriter.intake.forms.draft_file import DraftFile
from longwriter.intake.markdown.page import markdown
from longwriter.intake.pictures import Album, of_archive
from longwriter.readers.epub_archive import place
from longwriter.readers.epub_package import ContentsEntry, Package, Page, read_package
from longwriter.readers.html import HEADINGS, outer_types, parse
from longwriter.text import counted

_TEXTS = ["p", "div", "span", "td"]
_WRAPPING = frozenset(["cover", "titlepage", "title-page", "halftitlepage", "halftitle", "landmarks"])
_LOOKED_AT = 6
"""Blocks from a page's beginning among which its title is looked for."""
MOST_TITLES = 20
"""Lines of the contents that lead to one place and are looked at."""
_FULL_PAGE = 400
"""Letters from which on a page is no title page, and takes a title that it does not show from the table of contents."""


def read_epub_draft(path: Path, *, pictures: bool = False) -> DraftFile:
    """Raises InputError, for encrypted books too."""
    package = read_package(path)
    with of_archive(path) as read:
        return _draft(package, Album(read), pictures=pictures)


def _draft(package: Package, album: Album, *, pictures: bool) -> DraftFile:
    whole = BeautifulSoup("<body></body>", "html.parser")
    assert whole.body is not None
    depth, left_out, levels = 0, False, dict[str, int]()
    toc: dict[str, list[ContentsEntry]] = {}
    for entry in package.toc:
        toc.setdefault(entry.file, []).append(entry)
    for page in package.pages:
        soup = parse(page.content)
        if _is_wrapping(page, soup) or (not whole.body.contents and not soup.get_text(strip=True)):
            left_out = True
            continue
        depth = _level(soup, toc.get(page.file, []), depth, levels)
        _bind(soup, page)
        if pictures:
            album.mark(soup, partial(_in_archive, posixpath.dirname(page.file)))
        body = soup.body or soup
        section = whole.new_tag("section")
        for node in list(body.contents):
            section.append(node.extract())
        whole.body.append(section)
    text, warnings = markdown(whole, album.pictures)
    if left_out:
        warnings = ("cover, title page and contents left out; title and author are kept", *warnings)
    if package.missing:
        lost = counted(len(package.missing), "page")
        warnings = (f"{lost} of its reading order cannot be read: {package.missing[0].file}", *warnings)
    return DraftFile(text, "md", "utf-8", package.book.title, package.book.author, warnings, album.pictures)


def _in_archive(folder: str, address: str) -> str:
    return "" if ":" in address else place(folder, address)[0]


def _is_wrapping(page: Page, soup: BeautifulSoup) -> bool:
    """Whether the book itself says that a page is its cover, title page or contents, and not its text."""
    types = page.types | outer_types(soup)
    if {"nav", "toc"} & types:
        return True
    return bool(_WRAPPING & types) and len(_squeezed(soup.get_text())) <= _FULL_PAGE


def _bind(soup: BeautifulSoup, page: Page) -> None:
    """Names and links of a page as they are unique in the book."""
    for tag in soup.find_all(True):
        for key in ("id", "name"):
            if tag.get(key):
                tag[key] = f"{page.file}#{tag[key]}"
        href = str(tag.get("href", ""))
        if tag.name == "a" and href and ":" not in href.partition("#")[0]:
            file, fragment = place(posixpath.dirname(page.file), href)
            tag["href"] = f"#{page.file if href.startswith('#') else file}#{fragment}"


def _level(soup: BeautifulSoup, own: Sequence[ContentsEntry], depth: int, levels: dict[str, int]) -> int:
    """Give headings the depth of their entries, and others a greater one; returns that of the last entry.

    A title that a page writes as a plain paragraph becomes a heading, and so does one that it shows as a picture.
    `levels`: depths of the book's headings so far by their tags, for pages that the contents forget.
    """
    body = soup.body or soup
    chosen: dict[int, int] = {}
    places, asked = _places(body) if own else {}, Counter[str]()
    for entry in own:
        at = places.get(entry.fragment) if entry.fragment else body
        asked[entry.fragment] += 1
        heading = _heading(soup, at, entry) if at and asked[entry.fragment] <= MOST_TITLES else None
        if heading is not None:
            chosen.setdefault(id(heading), entry.depth)
    every = body.find_all(HEADINGS)
    known = {} if own else levels
    others = sorted({heading.name for heading in every if id(heading) not in chosen and heading.name not in known})
    for heading in every:
        if id(heading) in chosen:
            depth = levels[heading.name] = chosen[id(heading)]
            heading.name = f"h{min(6, depth)}"
        elif depth or own:
            level = known[heading.name] if heading.name in known else depth + 1 + others.index(heading.name)
            heading.name = f"h{min(6, level)}"
    return max(depth, *(entry.depth for entry in own)) if own and not chosen else depth


def _places(body: Tag) -> dict[str, Tag]:
    """The first element of each id, else the first anchor of that name."""
    ids, names = dict[str, Tag](), dict[str, Tag]()
    for tag in body.find_all(True):
        ids.setdefault(str(tag.get("id", "")), tag)
        if tag.name == "a":
            names.setdefault(str(tag.get("name", "")), tag)
    return names | ids


def _heading(soup: BeautifulSoup, at: Tag, entry: ContentsEntry) -> Tag | None:
    """The heading that an entry points to, made where the page has none."""
    if at.name in HEADINGS:
        return at
    outer = at.find_parent(HEADINGS)
    if isinstance(outer, Tag):
        return outer
    whole_page = not entry.fragment
    first = at.find(HEADINGS) if whole_page else _heading_after(at)
    if isinstance(first, Tag):
        return first
    wanted = _squeezed(entry.title)
    for block in at.find_all(_TEXTS, limit=_LOOKED_AT) if whole_page else [at, *at.find_all(_TEXTS, limit=_LOOKED_AT)]:
        if block.name in _TEXTS and wanted and _squeezed(block.get_text()) == wanted:
            block.name = "h1"
            return block
    if whole_page and first is None and len(_squeezed(at.get_text())) >= _FULL_PAGE and entry.title:
        made = soup.new_tag("h1")
        made.string = entry.title
        at.insert(0, made)
        return made
    return None


def _heading_after(at: Tag) -> Tag | None:
    """The heading with which the text behind the beginning of an element begins."""
    for node in at.next_elements:
        if isinstance(node, Tag):
            if node.name in HEADINGS:
                return node
        elif str(node).strip():
            return None
    return None


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()
