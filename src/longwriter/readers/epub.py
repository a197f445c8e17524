"""EPUB -> chapters, in reading order.

A chapter begins where the table of contents points to; in a book without one, at each page with a heading and at its
largest headings. A page that nobody points to and that has no heading goes on with the chapter before it. Covers, title
pages, contents, licences, notes and indexes are known by what the package, the page or its heading calls them, by their
file's name, and by what is written on them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bs4 import BeautifulSoup

from longwriter.readers.chapters import Book, Chapter, is_numeral
from longwriter.readers.clean import tidy
from longwriter.readers.epub_package import ContentsEntry, Package, Page, read_package
from longwriter.readers.html import Block, blocks, parse, types_of
from longwriter.readers.headings import dropped

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
SMALL_WORDS = 800
"""Most words of a text that is taken for a licence page and the like by its title or by what is written in it."""


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
    for page in package.pages:
        soup = parse(page.content)
        types = _types(page, soup)
        if fiction is None and {"fiction", "non-fiction"} & types:
            fiction = "fiction" in types
        linked = _mostly_links(soup)
        _add(drafts, blocks(soup), package, page.file, _reason(page, types, linked=linked), types)
    chapters = []
    for draft in drafts:
        text = tidy("\n\n".join(draft.parts))
        reason = draft.drop or dropped(draft.title) or _small(draft.title, text)
        if text:
            chapters.append(Chapter(text, draft.title, kind=draft.kind, drop=reason))
    return replace(package.book, fiction=fiction), chapters


def _types(page: Page, soup: BeautifulSoup) -> frozenset[str]:
    """What the package says, and the page's body and its outermost sections."""
    out = set(page.types)
    tag = soup.body
    while tag is not None:
        out |= types_of(tag)
        inner = tag.find_all(True, recursive=False)
        tag = inner[0] if len(inner) == 1 else None
    return frozenset(out)


def _reason(page: Page, types: frozenset[str], *, linked: bool) -> str:
    """Why a whole page goes; "" otherwise."""
    stem = re.sub(r"\.x?html?$|[\d_ ]+$|^\d+[_-]?", "", page.file.rpartition("/")[2].lower())
    return (
        next((_REASONS[t] for t in sorted(types) if t in _REASONS), "") or _REASONS.get(stem, "") or "contents" * linked
    )


def _mostly_links(soup: BeautifulSoup) -> bool:
    """Whether a page is a list of links to other places: at least five, with over half of its letters."""
    links = soup.find_all("a", href=True)
    return len(links) >= 5 and 2 * sum(len(a.get_text()) for a in links) > len((soup.body or soup).get_text(strip=True))


def _small(title: str, text: str) -> str:
    """Why a short text goes, by its title and by what is written in it; "" otherwise."""
    if text.count(" ") >= SMALL_WORDS:
        return ""
    legal = sum(bool(p.search(text)) for p in _LEGAL) >= 2
    return _REASONS.get(re.sub(r"\W+", "-", title.lower()).strip("-"), "") or "licence page" * legal


def _cuts(toc: Sequence[ContentsEntry], file: str) -> tuple[str | None, dict[str, str]]:
    """The title of a whole page, None if nobody points to it, and titles by fragment where its chapters begin.

    A page that holds several chapters is cut at the entries of the shallowest depth where there are two with names; an
    entry that is a bare number is a section of a chapter.
    """
    own = [e for e in toc if e.file == file]
    whole = next((e.title for e in own if not e.fragment), None)
    depths = sorted({e.depth for e in own})
    several = (d for d in depths if sum(e.depth == d and not is_numeral(e.title) for e in own) >= 2)
    deepest = next(several, depths[0] if depths else 0)
    return whole, {e.fragment: e.title for e in reversed(own) if e.fragment and e.depth <= deepest}


def _add(
    drafts: list[_Draft], page: Sequence[Block], package: Package, file: str, reason: str, types: frozenset[str]
) -> None:
    """Put a page's blocks into drafts: all into one that goes, or each into the chapter it belongs to."""
    whole, cuts = _cuts(package.toc, file)
    if reason:
        drafts.append(_Draft(whole or "", parts=[b.text for b in page], drop=reason))
        return
    kind = "front" if _FRONT & types else "story" if "short-story" in types else "chapter"
    top = min((b.level for b in page if b.level), default=0)
    for n, block in enumerate(page):
        title = next((cuts[a] for a in block.anchors if a in cuts), None)
        if title is None and n == 0:
            goes_on = package.toc and whole is None and not block.level and drafts and not drafts[-1].drop
            title = None if goes_on else whole or ""
        elif title is None and not package.toc and block.level and block.level == top and drafts[-1].parts:
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
