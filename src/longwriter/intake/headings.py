"""Where a draft's headings stand, by rules: those of Markdown, and those that books in plain text write."""

import re
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt

from longwriter.intake.paragraphs import Span, is_blank, lines
from longwriter.intake.source import SourceText
from longwriter.readers.plain import _HEADING as HEADING
from longwriter.readers.plain import dropped

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*(?:\r\n?|\n)(?s:.*?)(?:\r\n?|\n)(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)")
_MARKDOWN_LINE = re.compile(r"\r\n?|\n")
_PART = re.compile(r"(?i:part|book|volume|vol\.|livre|partie|buch|teil|libro|parte)\b|第\s*\S{1,7}\s*[部卷篇]")
_SENTENCE_END = re.compile(r"[.!?…。！？”’\"'」』）)»*_:：]\s*\Z")


@dataclass(frozen=True)
class Heading:
    """A heading: `text[start:end]` is its lines, the last one's end included."""

    start: int
    end: int
    level: int
    """From 1, the outermost."""
    title: str
    """Its words without marks, in one line."""


def headings(source: SourceText) -> list[Heading]:
    """In order; none where no rule finds any."""
    plain = source.form == "txt"
    first, second = (_of_plain, _of_markdown) if plain else (_of_markdown, _of_plain)
    found = first(source.text)
    if len(found) < 2 and len(other := second(source.text)) >= 2:
        return other
    return found


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable(["inline"])


def _of_markdown(text: str) -> list[Heading]:
    matter = _FRONT_MATTER.match(text)
    skipped = matter.end() if matter else int(text.startswith("\ufeff"))
    starts = [skipped, *(m.end() for m in _MARKDOWN_LINE.finditer(text, skipped)), len(text)]
    tokens = _parser().parse(text[skipped:])
    out = []
    for token, inline in zip(tokens, tokens[1:], strict=False):
        if token.type == "heading_open" and token.level == 0 and token.map:
            start, end = (starts[min(n, len(starts) - 1)] for n in token.map)
            out.append(Heading(start, end, int(token.tag[1]), _words(inline.content)))
    return out


def _words(markdown: str) -> str:
    """What a heading shows, in one line."""
    inline = MarkdownIt("commonmark").parseInline(markdown)[0].children or []
    shown = "".join(
        t.content if t.type in ("text", "code_inline", "text_special") else " " * t.type.endswith("break")
        for t in inline
    )
    return " ".join(shown.split())


def _of_plain(text: str) -> list[Heading]:
    every = lines(text)
    out = []
    for n, span in enumerate(every):
        line = text[span.start : span.end].strip("\ufeff \t\r\n\x0b\x0c\x85\u2028\u2029\u3000\u00a0")
        if not line or len(line) > 160 or not (HEADING.fullmatch(line.strip("*_ ")) or dropped(line)):
            continue
        before = text[every[n - 1].start : every[n - 1].end] if n else ""
        if is_blank(before) or (_SENTENCE_END.search(before) and not _goes_on(text, every, n)):
            out.append(
                Heading(span.start, span.end, 1 if _PART.match(line) else 2, " ".join(line.strip("*_ ").split()))
            )
    return out


def _goes_on(text: str, every: list[Span], n: int) -> bool:
    """Whether the line after this one continues its sentence."""
    after = text[every[n + 1].start : every[n + 1].end].lstrip() if n + 1 < len(every) else ""
    return after[:1].islower()
