"""Places in a text, as offsets: its lines and its paragraphs."""

import re
from typing import NamedTuple

_LINE_END = re.compile("\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
SPARSE = 0.05
"""Share of blank lines among the others up to which each line is a paragraph."""


class Span(NamedTuple):
    """`text[start:end]`."""

    start: int
    end: int


def lines(text: str) -> list[Span]:
    """Every line with its end; together they are the text."""
    ends = [found.end() for found in _LINE_END.finditer(text)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return [Span(start, end) for start, end in zip([0, *ends], ends, strict=False)] if text else []


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return not text or not text.strip("\ufeff") or text.isspace() or text.replace("\ufeff", "").isspace()


def line_paragraphs(text: str, every: list[Span]) -> bool:
    """Whether each line is a paragraph: hardly a blank one stands between them, and most are not of one width."""
    gaps = full = 0
    blank_before = True
    for start, end in every:
        blank = is_blank(text[start:end])
        full += not blank
        gaps += blank and not blank_before
        blank_before = blank
    return gaps <= SPARSE * full


def paragraphs(text: str) -> list[Span]:
    """The paragraphs with their last line's end, in order; what stands between them is blank."""
    every = lines(text)
    each_line = line_paragraphs(text, every)
    out: list[Span] = []
    joined = False
    for start, end in every:
        if is_blank(text[start:end]):
            joined = False
        elif joined and not each_line:
            out[-1] = Span(out[-1].start, end)
        else:
            out.append(Span(start, end))
            joined = True
    return out
