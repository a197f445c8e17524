"""HTML pages -> blocks of text: what EPUB and Markdown have in common."""

import codecs
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, XMLParsedAsHTMLWarning
from bs4.element import Comment, NavigableString, PreformattedString, Tag
from bs4.exceptions import ParserRejectedMarkup

from longwriter.errors import InputError
from longwriter.readers.clean import SCENE_BREAK, WIDE


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


MOST_MARKS = 250_000
"""Tags, comments and entities of one page, the ends of tags among them: as a tree they take 300 MB, and a whole novel with
a tag around each of its words has no more."""
HEADINGS = _set("h1 h2 h3 h4 h5 h6")
_BLOCKS = HEADINGS | _set(
    "address article aside blockquote body caption center dd div dl dt figure footer header hgroup li main ol p pre section "
    "table tbody thead tr ul"
)
_GROUPS = _set("hgroup header")
_GONE = _set("script style head nav svg math object audio video iframe template form figcaption rt rp rtc")
_GONE_TYPES = _set("noteref pagebreak footnote footnotes endnotes rearnotes toc landmarks loi lot")
_GONE_CLASSES = _set("pagenum pageno pagenumber page-number footnote footnotes fnanchor noteref pg-boilerplate")
_GONE_IDS = _set("pg-header pg-footer pg-machine-header pg-start-separator pg-end-separator")
OUTERMOST = 20
"""Sections within each other that are asked what they are."""
MOST_IN_MARK = 20
"""Tags and strings of a link that may be a note's number."""
_MARK = re.compile(r"[\[(]?(?:\d{1,4}|[a-z*†‡§¶])[\])]?")
_LETTER = re.compile(
    r"([\"“„«'‘]?[^\W\d_])|(?:drop|decorat\w+|ornament\w+|illuminated|initial)(?:[ -]?(?:cap|letter|capital|initial))?"
    r"[:, ]*([A-Z])\.?",
    re.IGNORECASE,
)
"""What the picture of a letter is called."""
_PICTURED = re.compile("(\\w)\x01(\\s*)(?=[^\\W\\d_])")
_WIDE_BLANKS = re.compile(rf"(?<={WIDE.pattern})\s++(?={WIDE.pattern})")
_MARKED = re.compile(r"<!\[(?!CDATA\[|(?:if|else|endif)\b)", re.IGNORECASE)
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.I)


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, or a scene break."""

    text: str
    """Verse keeps its line breaks."""
    level: int
    """1 to 6 for a heading, 0 for text."""
    anchors: tuple[str, ...]
    """Identifiers that stand before it, or in it."""


def characters(page: bytes) -> str:
    """A page's text: by byte order mark, as UTF-8, as it declares, or as browsers read what declares nothing."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if page.startswith(mark):
            return page[len(mark) :].decode(encoding, "replace")
    said = declared(page)
    for encoding in (said, "utf-8") if said.startswith("iso-2022") else ("utf-8", said):
        try:
            return page.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return page.decode("cp1252", "replace")


def declared(page: bytes) -> str:
    """The encoding that a page says it has, in lowercase; "" where it says none, or one that no text is in."""
    said = _DECLARED.search(page[:2048])
    return of_texts(said[1].decode("ascii").lower()) if said else ""


_NO_TEXTS = _set("punycode idna undefined unicode-escape raw-unicode-escape utf-7")
"""Encodings that no browser reads: of names of hosts, which take hours for a page of megabytes, and of halves of characters."""


def of_texts(encoding: str) -> str:
    """The encoding, if a page may be in it, else ""."""
    try:
        return "" if codecs.lookup(encoding).name.replace("_", "-") in _NO_TEXTS else encoding
    except (LookupError, ValueError):
        return ""


def plain_marks(text: str) -> str:
    """The text with "<" as text where Python's parser cannot take it for a tag.

    It would stop at "<![" that begins no section, and read all that follows each "<" of a tag that is never closed.
    """
    text = _MARKED.sub("&lt;![", text)
    end = text.rfind(">") + 1
    return text[:end] + text[end:].replace("<", "&lt;")


def parse(page: bytes | str) -> BeautifulSoup:
    """A page as a tree, however badly it is written. Raises InputError for one of more tags than a book has."""
    text = plain_marks(characters(page) if isinstance(page, bytes) else page)
    if text.count("<") + text.count("&") > MOST_MARKS:
        raise InputError(f"a page of over {MOST_MARKS:,} tags and entities; that is no book")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)  # XHTML is what EPUB holds
        try:
            return BeautifulSoup(
                text if "<" in text else f"{text}<!---->", "html.parser"
            )  # else it might be a file's name
        except ParserRejectedMarkup as error:
            raise InputError("a page that no parser reads") from error


def types_of(tag: Tag) -> frozenset[str]:
    """The words of `epub:type` and `role`, without prefixes."""
    said = f"{tag.get('epub:type', '')} {tag.get('role', '')}".lower()
    return frozenset(word.removeprefix("doc-").rpartition(":")[2] for word in said.split())


def outer_types(soup: BeautifulSoup) -> frozenset[str]:
    """Those of a page's body and of its outermost sections."""
    out, tag, depth = set[str](), soup.body, 0
    while tag is not None and depth < OUTERMOST:
        out |= types_of(tag)
        inner = tag.find_all(True, recursive=False)
        tag, depth = inner[0] if len(inner) == 1 else None, depth + 1
    return frozenset(out)


def blocks(soup: BeautifulSoup) -> list[Block]:
    """The blocks of a page in order.

    Goes: markup, pictures, navigation, page numbers, notes and references to them, Project Gutenberg's notices. The
    picture of a letter is that letter.
    """
    gathering = _Gathering()
    for node, inside, ends in _walk(soup.body or soup):
        if isinstance(node, Tag) and ends:
            gathering.leave(node, inside)
        elif isinstance(node, Tag):
            gathering.enter(node, inside)
        else:
            gathering.pieces.append(str(node).replace("\n", "\0") if inside.pre else str(node))
    gathering.flush()
    return gathering.made


@dataclass(frozen=True)
class _Inside:
    """What holds for everything within a tag."""

    level: int = 0
    """Of the heading that it is in, or of the first of its header's or group's."""
    grouped: bool = False
    pre: bool = False

    def of(self, tag: Tag) -> "_Inside":
        """What holds within `tag`."""
        if tag.name in HEADINGS:
            return _Inside(int(tag.name[1]), True, self.pre)
        if tag.name in _GROUPS and not self.grouped:
            first = tag.find(lambda inner: inner.name in HEADINGS and not _is_gone(inner))
            return _Inside(int(first.name[1]) if isinstance(first, Tag) else 0, True, self.pre)
        return _Inside(self.level, self.grouped, True) if tag.name == "pre" and not self.pre else self


def _walk(root: Tag) -> Iterator[tuple[Tag | NavigableString, _Inside, bool]]:
    """Tags and strings that stay, in order, with what holds around each; a tag comes again at its end.

    Without recursion, and with nothing looked up among ancestors: pages nest as deeply as they like.
    """
    yield root, _Inside(), False
    below = [(root, _Inside(), _Inside().of(root), iter(root.contents))]
    while below:
        tag, around, inside, inner = below[-1]
        node = next(inner, None)
        if node is None:
            yield tag, around, True
            below.pop()
        elif isinstance(node, Tag):
            if not _is_gone(node):
                yield node, inside, False
                below.append((node, inside, inside.of(node), iter(node.contents)))
        elif isinstance(node, NavigableString) and not isinstance(node, Comment | PreformattedString):
            yield node, inside, False


@dataclass
class _Gathering:
    """Text gathered until the block that it belongs to changes."""

    made: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    anchors: list[str] = field(default_factory=list)
    level: int = 0

    def flush(self) -> None:
        """End the block."""
        if text := _text(self.pieces):
            self.made.append(Block(text, self.level, tuple(self.anchors)))
            self.anchors = []
        self.pieces = []

    def enter(self, tag: Tag, inside: _Inside) -> None:
        """`inside`: what holds around it."""
        if tag.name in _BLOCKS or tag.name == "hr":
            self.flush()
            self.level = inside.of(tag).level
            if tag.name == "hr":
                self.made.append(Block(SCENE_BREAK, 0, tuple(self.anchors)))
                self.anchors = []
        elif tag.name == "br":
            self.pieces.append("\0")
        elif tag.name == "img" and (letter := _LETTER.fullmatch(str(tag.get("alt", "")).strip())):
            self.pieces.append(f"{letter[1] or letter[2]}\x01")
        self.anchors += [str(tag[key]) for key in ("id", "name") if tag.get(key)]

    def leave(self, tag: Tag, inside: _Inside) -> None:
        """At a tag's end."""
        if tag.name in _BLOCKS:
            self.flush()
            self.level = inside.level
        elif tag.name in ("td", "th"):
            self.pieces.append(" ")


def _is_gone(tag: Tag) -> bool:
    if tag.name in _GONE or tag.get("id") in _GONE_IDS:
        return True
    if not _GONE_CLASSES.isdisjoint(c.lower() for c in tag.get_attribute_list("class") if c):
        return True
    if not _GONE_TYPES.isdisjoint(types_of(tag)):
        return True
    if tag.name != "a" or "#" not in str(tag.get("href", "")):
        return False
    shown, below, seen = "", list(reversed(tag.contents[:MOST_IN_MARK])), 0
    while below and seen < MOST_IN_MARK:
        node, seen = below.pop(), seen + 1
        if isinstance(node, Tag):
            below += reversed(node.contents[:MOST_IN_MARK])
        elif isinstance(node, NavigableString):
            shown += node
    return not below and _MARK.fullmatch(shown.strip()) is not None


def _text(pieces: list[str]) -> str:
    """Blanks as a page shows them: runs are one, none at the edges of lines, none where CJK lines were wrapped."""
    lettered = _PICTURED.sub(_begun, "".join(pieces)).replace("\x01", "")
    joined = _WIDE_BLANKS.sub(lambda run: "" if "\n" in run[0] else run[0], lettered)
    lines = (" ".join(line.split()) for line in joined.split("\0"))
    return "\n".join(line for line in lines if line)


def _begun(letter: re.Match[str]) -> str:
    """A pictured letter with what follows it: part of a word, or a word by itself (A, I, O) before a blank."""
    return letter[1] + (letter[2] if letter[1] in "AIOÀÉYУЯВИОКС" else "")
