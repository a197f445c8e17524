"""Headings of Markdown with their places, as its parser sees them: none in code, quotes and lists."""

import re
from functools import cache, lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.token import Token

from longwriter.front_matter import front_matter, without_attributes
from longwriter.intake.found import PlacedHeading
from longwriter.intake.paragraphs import paragraphs
from longwriter.readers.headings import STRONG, heading_of

NOTE = re.compile(r"\[\^[^\]\s]+\]")
"""A reference to a note, and the label before its text."""
_NOTE_TEXT = re.compile(rf" {{0,3}}{NOTE.pattern}:")
NOTE_LABEL = re.compile(rf"(?:\A|(?<=[\r\n])) {{0,3}}({NOTE.pattern}):")
"""The label before a note's text."""
_LINE_END = re.compile(r"\r\n?|\n")


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Passes over a table and keeps nothing of it: 60,000 empty cells in 40,000 characters took a second."""
    ignored = Token("table", "", 0)
    vars(state)["push"] = lambda *_: ignored
    try:
        return table(state, start, end, silent)
    finally:
        del vars(state)["push"]


@cache
def _blocks() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable(["inline"])
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    return parser


@cache
def _inline() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough")


@lru_cache(maxsize=1)
def markdown_headings(text: str) -> tuple[PlacedHeading, ...]:
    """Those of the outermost level of blocks, in order; of the last text they are kept, as title and pieces both ask."""
    skipped = body_of(text)
    starts = [skipped, *(found.end() for found in _LINE_END.finditer(text, skipped)), len(text)]
    out = []
    for token, inner in pairwise(_blocks().parse(text[skipped:])):
        if token.type == "heading_open" and token.level == 0 and token.map:
            start, end = (starts[min(n, len(starts) - 1)] for n in token.map)
            title = shown(without_attributes(inner.content)[0])
            found = heading_of(title)
            strong = found is not None and found.kind in STRONG
            kind, number = (found.kind, found.number) if found is not None and strong else ("", None)
            out.append(PlacedHeading(start, end, int(token.tag[1]), title, kind, number))
    return tuple(out)


def body_of(text: str) -> int:
    """Index of the first character after front matter, or after a byte order mark."""
    return front_matter(text)[1] or int(text.startswith("\ufeff"))


def shown(markdown: str) -> str:
    """What one block shows, in one line, without notes."""
    tokens = _inline().parseInline(NOTE.sub("", markdown))[0].children or []
    kept = (
        " " if token.type.endswith("break") else token.content
        for token in tokens
        if token.type not in ("html_inline", "image")
    )
    return " ".join("".join(kept).split())


def notes_at_end(text: str) -> int | None:
    """Index of the texts of notes that the whole text ends with; None if it ends otherwise."""
    at = None
    for start, end in reversed(paragraphs(text)):
        if _NOTE_TEXT.match(text, start, end):
            at = start
        elif text[start] not in " \t":  # an indented paragraph goes on with a note
            break
    return at
