"""Takes out of a finished text what belongs to its making: step markers, repeated plan lines, word counts.

AgentWrite's own texts have lost the markers at their sections' beginnings already (`writer.seam`); texts that others made
have them anywhere. Fenced code is left alone.
"""

import re
from collections.abc import Sequence

from longwriter.text import words_of
from longwriter.types import Section
from longwriter.writer.reply.continuation import strip_markers

_STEP = re.compile(
    r"\s*(?:#{1,6}\s*)?(?:\*\*|__)?(?:paragraph\s*#?\s*\d{1,3}\b|第\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:自然段|段落|段))",
    re.I,
)
_COUNT = re.compile(
    r"\W*(?:(?:total\s+)?word\s+count|字数(?:统计)?)\W*(?:about|approximately|约)?\s*[\d,]+\s*(?:words|字)?\W*", re.I
)
_LABEL = re.compile(r"(?:\*\*)?(?:main\s+points?|要点|主要内容)(?:\*\*)?\s*[:：]", re.I)
_HEADING = re.compile(r"#{1,6}[ \t]+(?P<title>[^\n]+)\n*")


def tidy(text: str, plan: Sequence[Section] = ()) -> str:
    """The text without them, ending in no blank line."""
    lines = {
        _key(line) for s in plan for line in (s.point, f"{s.title} {s.point}", f"{s.title} {s.words} words") if line
    }
    blocks, fenced = [], False
    for block in re.split(r"\n{2,}", text.strip("\n")):
        inside, fenced = fenced, fenced ^ (block.count("```") % 2 == 1)
        if not inside and "```" not in block:
            block = _tidied(block, lines)
        if block.strip():
            blocks.append(block)
    return "\n\n".join(blocks)


def _tidied(block: str, plan_lines: set[str]) -> str:
    if _STEP.match(block):
        block = strip_markers(block)
    heading = _HEADING.match(block)
    if heading and (_LABEL.match(heading["title"]) or _key(heading["title"]) in plan_lines):
        block = block[heading.end() :]
    return "\n".join(line for line in block.split("\n") if not line.strip() or not _COUNT.fullmatch(line))


def _key(line: str) -> str:
    return " ".join(words_of(line)).casefold()
