"""A section's Markdown as HTML that can do nothing: CommonMark and tables, without raw HTML, pictures and references.

A model's text is hostile until shown otherwise. What is no Markdown here is shown as it was written, never dropped: HTML,
pictures (a page that loads one tells its server who reads), links to anything but the web and mail, footnotes. Texts made
to be slow are shown as plain paragraphs.

Each block at the top (paragraph, heading, list, table ...) has the id `s{section}-p{n}`, so that findings can link to it.
"""

import re
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from longwriter.characters import whole
from longwriter.diff.paragraphs import paragraphs
from longwriter.language import Direction, direction

NESTING = 100
"""Levels of quotes and lists within each other; what stands deeper would be dropped."""
LONGEST = 20_000
"""Characters of one paragraph that are read as Markdown; a longer one is plain text."""
BRACKETS = 2_000
"""Opening brackets of a section whose partners are looked for, one by one: 200 in a paragraph take 8 ms."""
MOST_KEPT = 16_000_000
"""Characters of HTML that are kept, about 25 runs of 100,000 words."""
_LINK = re.compile(r"(?:https?://|mailto:)[^\s\\]", re.IGNORECASE)
_MARKS = r"(?:>|[-+*]|\d{1,9}[.)])"
_DEEP = re.compile(rf"^(?:[ \t]*+{_MARKS}(?=[ \t]|>)){{{NESTING // 4}}}|^[ \t]{{{NESTING}}}", re.MULTILINE)


class RenderedSection(NamedTuple):
    """A section as HTML."""

    html: str
    lines: tuple[int, ...]
    """First line of each block at the top, from 0."""
    direction: Direction

    def paragraph(self, text: str, at: int) -> int:
        """Number of the block, from 0, in which the character `at` of the section's text stands."""
        return max(0, bisect_right(self.lines, text.count("\n", 0, at)) - 1)


def render(text: str, section: int) -> RenderedSection:
    """A section's text as HTML; `section`: its index, for the ids. The same text gives the same HTML."""
    text = whole(text)
    if _DEEP.search(text):
        return _plain(text, section)
    markdown = _markdown()
    tokens = markdown.parse(text)
    lines = list[int]()
    for token in tokens:
        if token.level == 0 and token.nesting >= 0 and token.map:
            token.attrSet("id", f"s{section}-p{len(lines)}")
            token.attrSet("dir", "auto")
            lines.append(token.map[0])
        elif token.type in ("list_item_open", "th_open", "td_open"):
            _align(token)
            token.attrSet("dir", "auto")
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    return RenderedSection(html, tuple(lines), direction(text))


def _plain(text: str, section: int) -> RenderedSection:
    """Paragraphs as they were written."""
    found, lines, at = paragraphs(text), list[int](), 0
    for paragraph in found:
        start = text.index(paragraph, at)
        lines.append(text.count("\n", 0, start))
        at = start + len(paragraph)
    html = "".join(f'<p id="s{section}-p{n}" dir="auto" class="plain">{escape(p)}</p>\n' for n, p in enumerate(found))
    return RenderedSection(html, tuple(lines), direction(text))


def _align(token: Token) -> None:
    """A column's alignment as a class: the page allows no inline style."""
    style = token.attrs.pop("style", None)
    if style:
        token.attrSet("class", str(style).removeprefix("text-align:"))


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": NESTING})
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["image", "reference"])
    markdown.validateLink = lambda url: _LINK.match(url) is not None  # type: ignore[method-assign]
    markdown.core.ruler.before("inline", "slow_as_text", _slow_as_text)
    markdown.add_render_rule("link_open", _link)
    markdown.add_render_rule("table_open", _table_open)
    markdown.add_render_rule("table_close", _table_close)
    return markdown


def _slow_as_text(state: StateCore) -> None:
    """Paragraphs that would take long are not read as Markdown."""
    brackets = 0
    for token in state.tokens:
        if token.type == "inline":
            own = token.content.count("[")
            brackets += own
            if len(token.content) > LONGEST or (own and brackets > BRACKETS):
                token.type = "text"


def _link(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, _: EnvType) -> str:
    tokens[at].attrSet("rel", "noopener noreferrer")
    if not tokens[at].attrs["href"]:  # `[text]()` is never asked about, and would lead to the page itself
        del tokens[at].attrs["href"]
    return renderer.renderToken(tokens, at, options, _)


def _table_open(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, _: EnvType) -> str:
    """A wide table scrolls by itself, by keyboard too."""
    return '<div class="wide" tabindex="0">' + renderer.renderToken(tokens, at, options, _)


def _table_close(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, _: EnvType) -> str:
    return renderer.renderToken(tokens, at, options, _).rstrip() + "</div>\n"


class RenderedSections:
    """The sections that were rendered last, each once. Used in any thread."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """`most`: characters of HTML that are kept."""
        self.most, self._size = most, 0
        self._kept: OrderedDict[tuple[str, int], RenderedSection] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, text: str, section: int) -> RenderedSection:
        """A text as the HTML of the section with this index."""
        key = text, section
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = render(text, section)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._size += len(made.html)
            while self._size > self.most:
                _, left = self._kept.popitem(last=False)
                self._size -= len(left.html)
        return made


RENDERED = RenderedSections()
"""Of this process: kept by the text, so that no version is ever shown as another."""
