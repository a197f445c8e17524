"""HTML pages -> blocks of text: what EPUB and Markdown have in common."""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import Comment, NavigableString, PageElement, PreformattedString, Tag

from longwriter.readers.clean import SCENE_BREAK, WIDE


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HEADINGS = _set("h1 h2 h3 h4 h5 h6")
_BLOCKS = _HEADINGS | _set(
    "address article aside blockquote body caption center dd div dl dt figure footer header hgroup li main ol p pre section "
    "table tbody thead tr ul"
)
_GONE = _set("script style head nav svg math img object audio video iframe template form figcaption rt rp")
_GONE_TYPES = _set("noteref pagebreak footnote footnotes endnotes rearnotes toc landmarks loi lot")
_GONE_CLASSES = _set("pagenum pageno pagenumber page-number footnote footnotes fnanchor noteref pg-boilerplate")
_GONE_IDS = _set("pg-header pg-footer pg-machine-header pg-start-separator pg-end-separator")
_MARK = re.compile(r"[\[(]?(?:\d{1,4}|[a-z*†‡§¶])[\])]?")
_WIDE_BREAK = re.compile(rf"(?<={WIDE.pattern})\s*\n\s*(?={WIDE.pattern})")


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, or a scene break."""

    text: str
    """Verse keeps its line breaks."""
    level: int
    """1 to 6 for a heading, 0 for text."""
    anchors: tuple[str, ...]
    """Identifiers that stand before it, or in it."""


def parse(page: bytes | str) -> BeautifulSoup:
    """A page as a tree, however badly it is written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # XHTML is what EPUB holds
        return BeautifulSoup(page, "html.parser")


def types_of(tag: Tag) -> frozenset[str]:
    """The words of `epub:type` and `role`, without prefixes."""
    said = f"{tag.get('epub:type', '')} {tag.get('role', '')}".lower()
    return frozenset(word.removeprefix("doc-").rpartition(":")[2] for word in said.split())


def blocks(soup: BeautifulSoup) -> list[Block]:
    """The blocks of a page in order. Changes the tree.

    Goes: markup, pictures, navigation, page numbers, notes and references to them, Project Gutenberg's notices.
    """
    root = soup.body or soup
    for tag in [t for t in root.find_all(True) if _is_gone(t)]:
        tag.extract()
    for tag in root.find_all(["td", "th"]):
        tag.append(" ")
    return list(_walk(root))


def _is_gone(tag: Tag) -> bool:
    if tag.name in _GONE or tag.get("id") in _GONE_IDS:
        return True
    if not _GONE_CLASSES.isdisjoint(c.lower() for c in tag.get_attribute_list("class") if c):
        return True
    if not _GONE_TYPES.isdisjoint(types_of(tag)):
        return True
    return tag.name == "a" and "#" in str(tag.get("href", "")) and _MARK.fullmatch(tag.get_text().strip()) is not None


def _walk(root: Tag) -> Iterator[Block]:
    """Text gathered until the block that it belongs to changes."""
    home: Tag | None = None
    pieces: list[str] = []
    anchors: list[str] = []
    for node in root.descendants:
        if isinstance(node, Tag):
            if node.name in _BLOCKS or node.name == "hr":
                if text := _text(pieces):
                    yield Block(text, _level(home), tuple(anchors))
                    anchors = []
                home, pieces = None, []
                if node.name == "hr":
                    yield Block(SCENE_BREAK, 0, tuple(anchors))
                    anchors = []
            elif node.name == "br":
                pieces.append("\0")
            anchors += [str(node[key]) for key in ("id", "name") if node.get(key)]
        elif isinstance(node, NavigableString) and not isinstance(node, Comment | PreformattedString):
            own = _home(node)
            if own is not home:
                if text := _text(pieces):
                    yield Block(text, _level(home), tuple(anchors))
                    anchors = []
                home, pieces = own, []
            pieces.append(str(node).replace("\n", "\0") if own.name == "pre" else str(node))
    if text := _text(pieces):
        yield Block(text, _level(home), tuple(anchors))


def _home(node: PageElement) -> Tag:
    """The block that a string stands in."""
    tag = node.parent
    while tag is not None and tag.name not in _BLOCKS and tag.parent is not None:
        tag = tag.parent
    assert tag is not None
    return tag


def _level(home: Tag | None) -> int:
    """The heading's level; 0 outside of headings, and their headers and groups."""
    if home is None:
        return 0
    tags = [home, *home.parents]
    direct = next((t for t in tags if t.name in _HEADINGS), None)
    if direct is not None:
        return int(direct.name[1])
    group = next((t for t in tags if t.name in ("hgroup", "header")), None)
    first = group.find(list(_HEADINGS)) if group is not None else None
    return int(first.name[1]) if isinstance(first, Tag) else 0


def _text(pieces: list[str]) -> str:
    """Blanks as a page shows them: runs are one, none at the edges of lines, none where CJK lines were wrapped."""
    joined = _WIDE_BREAK.sub("", "".join(pieces))
    lines = (" ".join(line.split()) for line in joined.split("\0"))
    return "\n".join(line for line in lines if line)
