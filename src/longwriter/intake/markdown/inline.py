"""The text of one block -> Markdown that shows the same characters: what would be read as a mark is escaped.

Emphasis that Markdown cannot write where it stands shrinks to its letters (a sign between a letter and a bracket is no
mark, as often between Chinese characters), and goes where that does not help: characters first, marks second.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, groupby, pairwise
from typing import Literal, NamedTuple
from urllib.parse import quote

from markdown_it import MarkdownIt

from longwriter.readers.clean import WIDE

Mark = Literal["strong", "em", "strike"]
SIGNS: dict[Mark, str] = {"strong": "**", "em": "*", "strike": "~~"}
LINE_BREAK = "\0"
"""A line break that a page shows; other white space is a blank."""
_NOTE = "\ufffc"


class TextRun(NamedTuple):
    """Characters with the same marks."""

    text: str
    marks: frozenset[Mark] = frozenset()
    code: bool = False
    link: str = ""
    note: str = ""
    """Label of a note that is referred to here."""
    picture: str = ""
    """The mark of a picture that stands here: see `picture`."""


class _Span(NamedTuple):
    """A run, or a part of it, in its block's text."""

    start: int
    end: int
    run: TextRun


_GAP = re.compile(r"[ \t\r\n\f\v\x85\u2028\u2029\0]{2,}|[\t\r\n\f\v\x85\u2028\u2029\0]|\A | \Z")
_ESCAPED = re.compile(
    r"\\(?=[!-/:-@\[-`{-~\n]|\Z)|`|\[(?=\^|\Z)|\](?=[(:\[]|\Z)|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?]|\Z)"
    r"|&(?=#?\w{0,32}(?:;|\Z))|~(?=~|\Z)|(?<=~)~|\A~|[!^]\Z"
)
_ESCAPED_IN_LINK = re.compile(rf"[\[\]]|{_ESCAPED.pattern}")
_IN_PICTURE = re.compile(r"[\\`*_\[\]<>&~!^]")
_LINE_START = re.compile(
    r"(?P<after>\d{1,9}(?=[.)](?:[ \t]|\Z))|\[\^\w+\](?=:))|#{1,6}(?=[ \t]|\Z)|>|[-+*](?=[ \t]|\Z)|[-:|=](?=[-:|= \t]*\Z)"
)
_TICKS = re.compile("`+")
_NO_URL = re.compile(r"[\s()<>\\\"'`\[\]\x00-\x1f\x7f]")


def picture(name: str, said: str) -> TextRun:
    """A picture of this name, with what it shows."""
    return TextRun("", picture=f"![{_IN_PICTURE.sub(_escaped, ' '.join(said.split()))}]({name})")


def _escaped(found: re.Match[str]) -> str:
    return f"\\{found[0]}"


def paragraphs(runs: Iterable[TextRun]) -> list[list[str]]:
    """Lines of each paragraph; two line breaks together begin a new one."""
    out = []
    for own in _paragraphs(_collapsed(runs)):
        lines = _proved(own).split("\n")
        out.append(
            [_LINE_START.sub(_without_mark, line, count=1) if _LINE_START.match(line) else line for line in lines]
        )
    return out


def one_line(runs: Iterable[TextRun]) -> str:
    """The text of a heading or a cell, without marks of either."""
    spaced = [run._replace(text=run.text.replace(LINE_BREAK, " ")) for run in runs]
    own = _collapsed(spaced)
    return _proved(own) if own else ""


def plain(runs: Iterable[TextRun]) -> str:
    """What is shown of a block."""
    return "".join(_standing(run) or run.text for run in _collapsed(runs))


def _without_mark(found: re.Match[str]) -> str:
    return f"{found[0]}\\" if found["after"] else f"\\{found[0]}"


def _collapsed(runs: Iterable[TextRun]) -> list[TextRun]:
    """Runs with blanks as a page shows them, and newlines for its line breaks; none is empty, no neighbours are alike."""
    made = [run._replace(text=_NOTE) if run.note or run.picture else run for run in runs]
    text = "".join(run.text for run in made)
    ends = list(accumulate(len(run.text) for run in made))
    parts, places = list[str](), list[int]()
    at = length = 0
    for gap in _GAP.finditer(text):
        shown = _shown(text, gap)
        places += [length + end - at for end in ends[len(places) : bisect_right(ends, gap.start())]]
        parts += [text[at : gap.start()], shown]
        length, at = length + gap.start() - at + len(shown), gap.end()
        places += [length] * (bisect_right(ends, at) - len(places))  # what is shown belongs to the run where it begins
    places += [length + end - at for end in ends[len(places) :]]
    text = "".join(parts) + text[at:]
    cut = [run._replace(text=text[a:b]) for run, (a, b) in zip(made, pairwise([0, *places]), strict=True)]
    return _joined(cut)


def _joined(runs: Iterable[TextRun]) -> list[TextRun]:
    """Neighbours that are alike as one."""
    out = list[TextRun]()
    for style, group in groupby((run for run in runs if run.text), key=lambda run: run._replace(text="")):
        own = list(group)
        out += own if style.note or style.picture else [style._replace(text="".join(run.text for run in own))]
    return out


def _shown(text: str, gap: re.Match[str]) -> str:
    """What a page shows of a stretch of white space."""
    start, end = gap.span()
    if start == 0 or end == len(text):
        return ""
    if breaks := gap[0].count(LINE_BREAK):
        return "\n" * min(breaks, 2)
    return "" if "\n" in gap[0] and WIDE.match(text[start - 1]) and WIDE.match(text[end]) else " "


def _paragraphs(runs: Sequence[TextRun]) -> Iterator[list[TextRun]]:
    own = list[TextRun]()
    for run in runs:
        first, *others = run.text.split("\n\n")
        own.append(run._replace(text=first))
        for part in others:
            yield from _trimmed(own)
            own = [run._replace(text=part)]
    yield from _trimmed(own)


def _trimmed(runs: Sequence[TextRun]) -> Iterator[list[TextRun]]:
    """The paragraph without white space of any kind around it, if anything is left."""
    kept = [run for run in runs if run.text]
    while kept and not kept[0].text.strip():
        del kept[0]
    while kept and not kept[-1].text.strip():
        del kept[-1]
    if kept:
        kept[0] = kept[0]._replace(text=kept[0].text.lstrip())
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip())
        yield kept


def _proved(runs: Sequence[TextRun]) -> str:
    """The Markdown; without emphasis where it would show anything else."""
    plainly = _joined(run._replace(marks=frozenset()) for run in runs)
    if not any(run.marks for run in runs):
        return _marked(plainly)
    marked = _marked(runs)
    return marked if _visible(marked) == _text(runs) else _marked(plainly)


def _text(runs: Iterable[TextRun]) -> str:
    return "".join(_standing(run) or run.text.replace("\n", " " if run.code else "\n") for run in runs)


def _standing(run: TextRun) -> str:
    """What a parser without notes shows of a run that stands for something; "" for letters."""
    return f"[^{run.note}]" if run.note else run.picture[2 : run.picture.rindex("](")] if run.picture else ""


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("strikethrough")


def _visible(markdown: str) -> str:
    tokens = _parser().parseInline(markdown)[0].children or []
    return "".join("\n" if token.type.endswith("break") else token.content for token in tokens)


def _marked(runs: Sequence[TextRun]) -> str:
    ends = list(accumulate(len(run.text) for run in runs))
    spans = [_Span(end - len(run.text), end, run) for run, end in zip(runs, ends, strict=True)]
    seen = "".join("`" * len(run.text) if run.code else run.text for run in runs)
    widths = {mark: sum(len(run.text) for run in runs if mark in run.marks) for mark in SIGNS}
    marks = sorted((mark for mark in SIGNS if widths[mark]), key=lambda mark: -widths[mark])
    out = []
    for link, group in groupby(spans, key=lambda span: span.run.link):
        own = list(group)
        first, last = own[0].start, own[-1].end
        start, end = first, last
        while link and start < end and seen[start].isspace():
            start += 1
        while link and start < end and seen[end - 1].isspace():
            end -= 1
        inner = _nested(_cut(own, start, end), marks, seen)
        words = f"[{inner}]({_NO_URL.sub(lambda m: quote(m[0], safe=''), link)})" if link and inner else inner
        out += [_nested(_cut(own, first, start), marks, seen), words, _nested(_cut(own, end, last), marks, seen)]
    return "".join(out)


def _nested(spans: Sequence[_Span], marks: Sequence[Mark], seen: str) -> str:
    """Spans with `marks`, the outermost first. `seen`: the block's text, with ticks where code stands."""
    if not marks:
        return "".join(_leaf(span, seen) for span in spans)
    out = []
    for on, group in groupby(spans, key=lambda span: marks[0] in span.run.marks):
        own = list(group)
        start, end = _letters(seen, own[0].start, own[-1].end) if on else (0, 0)
        sign = SIGNS[marks[0]] if start < end else ""
        cuts = [(own[0].start, start, ""), (start, end, sign), (end, own[-1].end, "")] if sign else [(0, len(seen), "")]
        out += [around + _nested(_cut(own, a, b), marks[1:], seen) + around for a, b, around in cuts if a < b]
    return "".join(out)


def _cut(spans: Sequence[_Span], start: int, end: int) -> list[_Span]:
    out = []
    for a, b, run in spans:
        low, high = max(a, start), min(b, end)
        if low < high:
            out.append(_Span(low, high, run._replace(text=run.text[low - a : high - a])))
    return out


def _letters(seen: str, start: int, end: int) -> tuple[int, int]:
    """The part of a stretch that signs of emphasis can stand around (CommonMark 0.31, 6.2)."""
    while start < end and not _holds(seen[start], seen[start - 1 : start] if start else ""):
        start += 1
    while start < end and not _holds(seen[end - 1], seen[end : end + 1]):
        end -= 1
    return start, end


def _holds(inside: str, outside: str) -> bool:
    if inside.isspace():
        return False
    return not _is_sign(inside) or not outside or outside.isspace() or _is_sign(outside)


def _is_sign(char: str) -> bool:
    return char == _NOTE or unicodedata.category(char)[0] in "PS"


def _leaf(span: _Span, seen: str) -> str:
    run = span.run
    if run.note or run.picture:
        return f"[^{run.note}]" if run.note else run.picture
    if not run.code:
        escaped = (_ESCAPED_IN_LINK if run.link else _ESCAPED).sub(r"\\\g<0>", run.text).replace("\n", "\\\n")
        if span.end == len(seen) and escaped.endswith("\\!"):  # nothing follows that it could make a picture of
            escaped = f"{escaped[:-2]}!"
        after_note = escaped[0] == "(" and seen[span.start - 1 : span.start] == _NOTE  # together they would be a link
        return "\\" * after_note + escaped
    code = run.text.replace("\n", " ")
    ticks = "`" * (max((len(found) for found in _TICKS.findall(code)), default=0) + 1)
    edge = " " if code[0] in "` " or code[-1] in "` " else ""
    return f"{ticks}{edge}{code}{edge}{ticks}" if code.strip() else code
