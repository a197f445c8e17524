"""Markdown -> markdown-it's tokens: CommonMark with tables, strikethrough and footnotes, with nothing of it dropped or slow."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.table import escapedSplit
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from longwriter.characters import whole
from longwriter.front_matter import without_attributes

NESTING = 60
"""Levels of quotes and lists (two each) within each other; what stands deeper is plain text, and would be dropped at 100."""
DEEPEST = 20
"""Emphasis within emphasis, of which a line may hold thousands."""
LONGEST = 20_000
"""Characters of one paragraph that are read as Markdown; a longer one is plain text."""
BRACKETS = 2_000
"""Opening brackets of one paragraph whose partners are looked for."""
_REFERRED = re.compile(r"\[\^([^\]\s]+)\]")
_MARKED = re.compile("\x1f\\d+\x1f")  # no text holds U+001F: `whole` takes it out


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text that `whole` has been through; notes last. What they say is to be read by `shown`."""
    return _markdown().parse(text, {})


def shown(text: str) -> str:
    """Letters of a token as they are meant: entities may stand for characters that no file can hold."""
    return whole(_MARKED.sub("", text))


def shallow(tokens: list[Token]) -> Iterator[Token]:
    """The tokens of a line without the emphasis and links that stand too deep in others."""
    depth = 0
    for token in tokens:
        depth += min(token.nesting, 0)
        if not token.nesting or depth < DEEPEST:
            yield token
        depth += max(token.nesting, 0)


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    markdown.enable(["table", "strikethrough"])
    markdown.use(footnote_plugin)
    markdown.validateLink = _any  # type: ignore[method-assign]  # who reads the tokens decides
    markdown.block.ruler.before("code", "too_deep", _too_deep)
    markdown.core.ruler.before("inline", "slow_as_text", _slow_as_text)
    markdown.core.ruler.before("slow_as_text", "notes_side_by_side", _notes_side_by_side)
    markdown.core.ruler.before("slow_as_text", "notes_told_apart", _notes_told_apart)
    markdown.core.ruler.before("slow_as_text", "cells_past_the_head", _cells_past_the_head)
    markdown.core.ruler.before("slow_as_text", "attributes_of_headings", _attributes_of_headings)
    markdown.core.ruler.before("footnote_tail", "unused_notes", _unused_notes)
    return markdown


def _notes_side_by_side(state: StateCore) -> None:
    """A note that is defined within another stands after it: the plugin would drop what stands before it."""
    out = list[Token]()
    within, closed = [out], list[list[Token]]()
    for token in state.tokens:
        if token.type == "footnote_reference_open":
            within.append([])
        within[-1].append(token)
        if token.type == "footnote_reference_close":
            closed.append(within.pop())
            if len(within) == 1:
                out += [token for note in reversed(closed) for token in note]
                closed = []
    state.tokens = out


def _notes_told_apart(state: StateCore) -> None:
    """Each label that is defined several times becomes one for each definition, which the marks before it refer to."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, token in enumerate(state.tokens):
        if token.type == "footnote_reference_open":
            places[token.meta["label"]].append(at)
    doubled = {label: starts for label, starts in places.items() if len(starts) > 1}

    def own(label: str, at: int) -> str:
        starts = doubled.get(label)
        return f"{label}\x1f{min(bisect_left(starts, at), len(starts) - 1)}\x1f" if starts else label

    refs = {
        f":{own(label, at)}": -1 for at, label in sorted((at, name) for name, starts in places.items() for at in starts)
    }
    for at, token in enumerate(state.tokens if doubled else ()):
        if token.type == "footnote_reference_open":
            token.meta["label"] = own(token.meta["label"], at)
        elif token.type == "inline":
            pieces = _REFERRED.split(token.content)
            pieces[1::2] = [f"[^{own(label, at)}]" for label in pieces[1::2]]
            token.content = "".join(pieces)
    if doubled:
        state.env["footnotes"]["refs"] = refs


def _any(url: str) -> bool:  # noqa: ARG001 - its name is markdown-it's
    return True


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Everything below so many quotes and lists as one paragraph."""
    if silent or state.level < NESTING:
        return False
    stop = start + 1
    while stop < end and (state.isEmpty(stop) or not 0 <= state.sCount[stop] < state.blkIndent):
        stop += 1
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children = state.getLines(start, stop, state.blkIndent, False).strip(), []
    state.push("paragraph_close", "p", -1)
    state.line = stop
    return True


def _cells_past_the_head(state: StateCore) -> None:
    """What a row of a table holds beyond the columns of its head goes into its last cell, where it would be dropped."""
    lines, columns, row = list[str](), 0, 0
    for at, token in enumerate(state.tokens):
        if token.type == "tr_close" and state.tokens[at - 1].type == "th_close":
            columns = sum(t.type == "th_close" for t in state.tokens[row:at])
        elif token.type == "tr_close":
            lines = lines or state.src.split("\n")
            cells = escapedSplit(lines[(state.tokens[row].map or [0])[0]].lstrip(" \t>").rstrip())
            cells = cells[cells[:1] == [""] :]
            more = cells[columns : len(cells) - (cells[-1:] == [""])]
            last = state.tokens[at - 2]
            last.content = " | ".join([last.content, *(cell.strip() for cell in more)])
        elif token.type == "tr_open":
            row = at


def _attributes_of_headings(state: StateCore) -> None:
    """`{#id .class}` behind a heading is not its words; the id is kept for links."""
    for token, inner in pairwise(state.tokens):
        if token.type == "heading_open":
            inner.content, token.meta["id"] = without_attributes(inner.content)


def _slow_as_text(state: StateCore) -> None:
    """Paragraphs that would take long are not read as Markdown."""
    for token in state.tokens:
        if token.type == "inline" and (len(token.content) > LONGEST or token.content.count("[") > BRACKETS):
            token.children = [Token("text", "", 0, content=token.content)]
            token.type = "inline_read"


def _unused_notes(state: StateCore) -> None:
    """Notes that nothing refers to are kept, after all others."""
    notes = state.env.get("footnotes", {})
    for label, number in notes.get("refs", {}).items():
        if number < 0:
            listed = notes.setdefault("list", {})
            notes["refs"][label] = len(listed)
            listed[len(listed)] = {"label": label.removeprefix(":"), "count": 0}
