"""Chunks as a prompt shows them: each line begins with its chunk's id, so that nothing in a source can end what is quoted.

    s12| The mill was built in 1884.

Line breaks of every kind are ends of lines here, and what no reader sees (controls, tags of a model's template, characters
without a width, which hide orders from people) is taken out. A line that a source makes to look like another chunk's is
still one of its own: `s12| s99| ...`. Pure.
"""

import re
from collections.abc import Iterable

from longwriter.characters import whole
from longwriter.checks.citations.records import SourceChunk

_TEMPLATE = re.compile(
    r"<\|[^|<>\n]{0,60}\|>|<｜[^｜<>\n]{0,60}｜>|</?s>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>", re.IGNORECASE
)
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LINE = re.compile(r"^(s[1-9]\d{0,5})\| ?(.*)$", re.MULTILINE)


def harmless(text: str) -> str:
    """A source's text without what people cannot see and what a model would take for its template."""
    text = _UNSEEN.sub("", whole(text))
    while (plain := _TEMPLATE.sub(" ", text)) != text:  # what is left may make another
        text = plain
    return text


def shown(chunks: Iterable[SourceChunk]) -> str:
    """The chunks line by line, the title of each before it."""
    return "\n".join(_lines(chunk) for chunk in chunks)


def _lines(chunk: SourceChunk) -> str:
    title = " ".join(harmless(f"{chunk.title}, {chunk.place}".strip(", ")).split())
    lines = [" ".join(line.split()) for line in harmless(chunk.text).splitlines()]
    return "\n".join(f"{chunk.id}| {line}".rstrip() for line in (*([f"({title})"] if title else []), *lines) if line)


def read_shown(prompt: str) -> list[SourceChunk]:
    """The chunks that a prompt shows, in order; none of a prompt without any."""
    lines: dict[str, list[str]] = {}
    for match in _LINE.finditer(prompt):
        lines.setdefault(match[1], []).append(match[2])
    return [
        SourceChunk(id=name, source=number, text="\n".join(held))
        for number, (name, held) in enumerate(lines.items(), 1)
    ]
