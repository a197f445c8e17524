"""EPUB -> chapters, in reading order.

A chapter begins where the table of contents points to; in a book without one, at each page with a heading and at its
largest headings. A page that nobody points to and that has no heading goes on with the chapter before it. Covers, title
pages, contents, licences, notes and indexes are known by what the package, the page or its heading calls them, and by what
is written on them; a file's name decides only for short pages of which nothing else is known.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from longwriter.errors import InputError
from longwriter.readers.chapters import Book, Chapter, is_numeral
from longwriter.readers.clean import tidy
from longwriter.readers.epub_package import ContentsEntry, Page, read_package
from longwriter.readers.headings import SMALL_WORDS, dropped
from longwriter.readers.html import Block, blocks, outer_types, parse
from longwriter.text import count_words

_KINDS = {
    "cover": "cover cover-image",
    "title page": "titlepage title-page halftitlepage halftitle half-title fulltitlepage title",
    "licence page": "copyright-page copyright copyrightpage imprint colophon uncopyright license licence pg-footer pg-header",
    "contents": "nav toc contents loi lot landmarks tableofcontents table-of-contents list-of-illustrations",
    "notes": "endnotes footnotes rearnotes notes errata",
    "index": "index bibliography glossary",
    "dedication": "dedication epigraph",
    "advertisement": "ad advertisement other-books also-by",
    "aside": "aside",
}
_REASONS = {word: reason for reason, words in _KINDS.items() for word in words.split()}
_FRONT = frozenset(["foreword", "preface", "introduction", "acknowledgments", "acknowledgements", "afterword"])
_LEGAL = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"all rights reserved", r"\bisbn\b", r"library of congress", r"copyright (?:©|\(c\)|\d{4})|©\s*\d{4}",
        r"no part of this (?:book|publication)", r"first published|first edition", r"creative commons|public domain",
        r"project gutenberg(?:™|-tm)? (?:license|literary archive)",
    )
]  # fmt: skip
MOST_TAGS = 1_000_000
"""Of all pages of a book: as trees, made one by one, they take a minute or two."""
_SHORT = frozenset(["cover", "title page", "dedication"])
"""What no page of more words is, whatever it is called."""


@dataclass
class _Draft:
    """A chapter that is being gathered."""

    title: str
    kind: str = "chapter"
    parts: list[str] = field(default_factory=list)
    drop: str = ""


def read_epub(path: Path) -> tuple[Book, list[Chapter]]:
    """The book and its chapters; pages that are no text come with the reason why they go. Raises InputError."""
    package = read_package(path)
    drafts: list[_Draft] = []
    fiction = package.book.fiction
    toc: dict[str, list[ContentsEntry]] = {}
    for entry in package.toc:
        toc.setdefault(entry.file, []).append(entry)
    if sum(page.content.count(b"<") for page in package.pages) > MOST_TAGS:
        raise InputError(f"{path}: its pages have over {MOST_TAGS:,} tags; that is no book")
    for page in package.pages:
        try:
            soup = parse(page.content)
        except InputError as error:
            raise InputError(f"{path}: {page.file}: {error}") from error
        types = page.types | outer_types(soup)
        if fiction is None and {"fiction", "non-fiction"} & types:
            fiction = "fiction" in types
        own, found = toc.get(page.file, []), blocks(soup)
        reason = _reason(page, types, found, linked=_mostly_links(soup), named=bool(own))
        _add(drafts, found, own, reason, _Kind(types, bool(package.toc)))
    chapters = []
    for draft in drafts:
        text = tidy("\n\n".join(draft.parts))
        reason = draft.drop or dropped(draft.title, text.count(" ")) or _small(draft.title, text)
        if text:
            chapters.append(Chapter(text, draft.title, kind=draft.kind, drop=reason))
    chapters += [Chapter("", file, drop=reason) for file, reason in package.missing]
    return replace(package.book, fiction=fiction), chapters


def _reason(page: Page, types: frozenset[str], found: Sequence[Block], *, linked: bool, named: bool) -> str:
    """Why a whole page goes; "" otherwise. `named`: whether the contents lead to it.

    Its file's name counts for a short page without a heading that nothing leads to; but the first or only page of many
    books is index.html.
    """
    said = next((_REASONS[t] for t in sorted(types) if t in _REASONS), "")
    words = sum(count_words(b.text) for b in found)
    if said in _SHORT and words >= SMALL_WORDS:
        said = ""
    stem = re.sub(r"\.x?html?$|[\d_ ]+$|^\d+[_-]?", "", page.file.rpartition("/")[2].lower())
    hinted = _REASONS.get(stem, "") if words < SMALL_WORDS and not named and stem != "index" else ""
    if any(b.level for b in found) and hinted not in _SHORT:
        hinted = ""
    return said or hinted or "contents" * linked


def _mostly_links(soup: BeautifulSoup) -> bool:
    """Whether a page is a list of links to other places: at least five, with over half of its letters."""
    links = letters = linked = 0
    below: list[tuple[PageElement, bool]] = [(soup.body or soup, False)]
    while below:
        node, within = below.pop()
        if isinstance(node, Tag):
            is_link = node.name == "a" and node.get("href") is not None
            links += is_link
            below += [(inner, within or is_link) for inner in node.contents]
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            size = len(str(node).strip())
            letters, linked = letters + size, linked + size * within
    return links >= 5 and 2 * linked > letters


def _small(title: str, text: str) -> str:
    """Why a short text goes, by its title and by what is written in it; "" otherwise."""
    if text.count(" ") >= SMALL_WORDS:
        return ""
    legal = sum(bool(p.search(text)) for p in _LEGAL) >= 2
    return _REASONS.get(re.sub(r"\W+", "-", title.lower()).strip("-"), "") or "licence page" * legal


def _cuts(own: Sequence[ContentsEntry]) -> tuple[str | None, dict[str, str]]:
    """The title of a whole page, None if nobody points to it, and titles by fragment where its chapters begin.

    A page that holds several chapters is cut at the entries of the shallowest depth where there are two with names; an
    entry that is a bare number is a section of a chapter. `own`: the lines of the contents that lead to the page.
    """
    whole = next((e.title for e in own if not e.fragment), None)
    named = Counter(e.depth for e in own if not is_numeral(e.title))
    deepest = min((d for d, n in named.items() if n >= 2), default=min((e.depth for e in own), default=0))
    return whole, {e.fragment: e.title for e in reversed(own) if e.fragment and e.depth <= deepest}


class _Kind(NamedTuple):
    """What a page is, and whether its book has contents."""

    types: frozenset[str]
    has_toc: bool


def _add(drafts: list[_Draft], page: Sequence[Block], own: Sequence[ContentsEntry], reason: str, said: _Kind) -> None:
    """Put a page's blocks into drafts: all into one that goes, or each into the chapter it belongs to."""
    whole, cuts = _cuts(own)
    if reason:
        drafts.append(_Draft(whole or "", parts=[b.text for b in page], drop=reason))
        return
    kind = "front" if _FRONT & said.types else "story" if "short-story" in said.types else "chapter"
    top = min((b.level for b in page if b.level), default=0)
    for n, block in enumerate(page):
        title = next((cuts[a] for a in block.anchors if a in cuts), None)
        if title is None and n == 0:
            goes_on = said.has_toc and whole is None and not block.level and drafts and not drafts[-1].drop
            title = None if goes_on else whole or ""
        elif title is None and not said.has_toc and block.level and block.level == top and drafts[-1].parts:
            title = ""
        if title is not None:
            drafts.append(_Draft(title, kind))
        if block.level and not drafts[-1].parts:
            drafts[-1].title = _titled(drafts[-1].title, block.text.replace("\n", " "))
        else:
            drafts[-1].parts.append(block.text)


def _titled(title: str, heading: str) -> str:
    """A title from the contents and a heading over the text: a bare number takes the heading's words."""
    if not title or heading.startswith(title):
        return heading if is_numeral(title) else title
    return f"{title}: {heading}" if is_numeral(title) and not is_numeral(heading) else title
