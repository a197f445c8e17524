"""Places in a text: its lines and paragraphs, as offsets."""

import re
from collections.abc import Iterator
from typing import NamedTuple

LINE_END = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
_GAP = re.compile(r"(?:\r\n?|[\n\x0b\x0c\x85\u2028\u2029])(?:[^\S\r\n]*(?:\r\n?|[\n\x0b\x0c\x85\u2028\u2029]))+")


class Span(NamedTuple):
    """`text[start:end]`."""

    start: int
    end: int


def lines(text: str) -> list[Span]:
    """Every line with its end; together they are the text."""
    out, start = [], 0
    for found in LINE_END.finditer(text):
        out.append(Span(start, found.end()))
        start = found.end()
    if start < len(text):
        out.append(Span(start, len(text)))
    return out


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not text.strip("\ufeff") or text.replace("\ufeff", "").isspace()


def paragraphs(text: str) -> list[Span]:
    """The paragraphs, without the blank lines around them; each line is one where hardly a line is blank."""
    every = [Span(a, b) for a, b in lines(text)]
    blank = [is_blank(text[a:b]) for a, b in every]
    full = len(every) - sum(blank)
    blocks = list(_blocks(every, blank))
    if len(blocks) * 20 < full:
        blocks = [span for span, gone in zip(every, blank, strict=True) if not gone]
    return blocks


def _blocks(every: list[Span], blank: list[bool]) -> Iterator[Span]:
    start: int | None = None
    end = 0
    for span, gone in zip(every, blank, strict=True):
        if gone:
            if start is not None:
                yield Span(start, end)
            start = None
        else:
            start, end = span.start if start is None else start, span.end
    if start is not None:
        yield Span(start, end)
