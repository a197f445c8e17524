"""A source's text -> chunks that a prompt can show and a text can cite. Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from longwriter.characters import whole
from longwriter.checks.citations.records import SourceChunk
from longwriter.front_matter import front_matter
from longwriter.text import count_words, sentence_ends, word_spans

CHUNK_WORDS = 160
"""A chunk is closed when it has so many words; paragraphs stay whole."""
LONGEST = 240
"""Words of a paragraph that is cut at its sentences."""
WORD_CHARACTERS = 12
"""Characters that no word of prose has on average."""
LONGEST_TITLE = 200
"""Characters."""
BEGINNING = 30
"""Characters of a chunk by which it is found in its text; the blanks between its sentences may be others."""
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t#]*$")


class ReadSource(NamedTuple):
    """A source as it was read."""

    text: str
    title: str
    author: tuple[str, ...]
    address: str
    """Of the web, or the name of a file."""
    accessed: str
    """YYYY-MM-DD."""
    pages: tuple[int, ...] = ()
    """For each page, the index of its first character in the text; () for what has none."""


def chunks_of(source: ReadSource, number: int, first: int) -> list[SourceChunk]:
    """The chunks of a source: all of its words, in order. `first`: number of the first chunk's id."""
    begins = 0 if source.pages else front_matter(source.text)[1]
    text = whole(source.text[begins:])
    parts = list(_parts(text))
    if source.pages:
        parts = list(_paged(parts, text, source.pages))
    title = whole(source.title or _title(text) or source.address)[:LONGEST_TITLE]
    return [
        SourceChunk(
            id=f"s{first + at}", source=number, title=" ".join(title.split()), address=whole(source.address),
            place=heading or (f"part {at + 1} of {len(parts)}" if len(parts) > 1 else ""),
            accessed=source.accessed, author=tuple(map(whole, source.author)), text=part,
        )
        for at, (heading, part) in enumerate(parts)
    ]  # fmt: skip


def _paged(parts: Iterable[tuple[str, str]], text: str, pages: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Chunks, each with the page that it begins on."""
    at = 0
    for _, part in parts:
        at = max(at, text.find(part[:BEGINNING], at))
        yield f"p. {bisect_right(pages, at)}", part
        at += 1


def _title(text: str) -> str:
    heading = _HEADING.match(text.lstrip().partition("\n")[0])
    return heading[1] if heading else ""


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Chunks, each with the heading above it."""
    heading, held, size = "", list[str](), 0
    for paragraph in _paragraphs(text):
        found = _HEADING.match(paragraph)
        words = _size(paragraph)
        if held and (size + words > LONGEST or (found and size >= CHUNK_WORDS // 2)):
            yield heading, "\n\n".join(held)
            held, size = [], 0
        if found and (not held or not heading):
            heading = found[1].strip()[:LONGEST_TITLE]
        held.append(paragraph)
        size += words
        if size >= CHUNK_WORDS:
            yield heading, "\n\n".join(held)
            held, size = [], 0
    if held:
        yield heading, "\n\n".join(held)


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n[ \t]*\n", text):
        body = paragraph.strip("\n").rstrip()
        if not body.strip():
            continue
        yield from _cut(body) if len(body) > LONGEST and _size(body) > LONGEST else (body,)


def _cut(paragraph: str) -> Iterator[str]:
    """A long paragraph at ends of its sentences; a sentence that is too long at its words."""
    held, size, start = list[str](), 0, 0
    for end in (*sentence_ends(paragraph), len(paragraph)):
        sentence = paragraph[start:end].strip()
        start = end
        for piece in _pieces(sentence):
            words = _size(piece)
            if held and size + words > CHUNK_WORDS:
                yield " ".join(held)
                held, size = [], 0
            held.append(piece)
            size += words
    if held:
        yield " ".join(held)


def _pieces(sentence: str) -> Iterator[str]:
    """A sentence in stretches of `CHUNK_WORDS` words, and of as many characters as those have."""
    if len(sentence) <= CHUNK_WORDS:  # no more words than characters
        yield from filter(None, [sentence])
        return
    starts, most = word_spans(sentence)[0].tolist()[::CHUNK_WORDS], CHUNK_WORDS * WORD_CHARACTERS
    cuts = [0, *starts[1:], len(sentence)]
    for start, end in pairwise(cuts):
        for at in range(start, end, most):
            if (piece := sentence[at : min(end, at + most)]).strip():
                yield piece


def _size(text: str) -> int:
    """Its words; of what is no prose, its characters as so many."""
    return max(count_words(text), len(text) // WORD_CHARACTERS)
