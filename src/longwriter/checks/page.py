"""One HTML file that shows a text with what its checks found, each finding linked to its places. Opens offline; no script.

All of the text stands in it escaped. The same report gives the same page, byte for byte.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise, repeat
from pathlib import Path
from string import Template
from typing import NamedTuple

from longwriter.characters import whole_characters
from longwriter.checks.check import CheckReport
from longwriter.checks.finding import TextFinding
from longwriter.language import direction
from longwriter.report.look import shared_style
from longwriter.report.svg import safe

TEMPLATE = Path(__file__).parent / "page.html"
QUOTED = 300
"""Characters of a quote in the list; the text below has it whole."""
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_HEADING = re.compile(r"#{1,6}[ \t]")


class Paragraphs:
    """The paragraphs of a text, by which people find places: stretches between blank lines, numbered from 1."""

    def __init__(self, text: str) -> None:
        """`text`: the one that was checked."""
        self.spans = [match.span() for match in _PARAGRAPH.finditer(text)]
        self._starts = [start for start, _ in self.spans]

    def number(self, place: int) -> int:
        """The paragraph in which a character stands."""
        return max(1, bisect_right(self._starts, place))


class _Mark(NamedTuple):
    """A place of a finding."""

    start: int
    end: int
    finding: int
    """From 1."""
    place: int
    """From 1."""

    @property
    def name(self) -> str:
        """Id of the element in the text."""
        return f"f{self.finding}-{self.place}"


def findings_page(text: str, report: CheckReport, title: str, numbers: Sequence[int] = ()) -> str:
    """The page of a text and its report. `numbers`: of its findings; none: from 1 on."""
    paragraphs, numbers = Paragraphs(text), numbers or range(1, len(report.findings) + 1)
    marks = sorted(
        _Mark(place.start, place.end, n, k)
        for n, finding in zip(numbers, report.findings, strict=True)
        for k, place in enumerate(finding.places, 1)
    )
    count = len(report.findings)
    page = Template(TEMPLATE.read_text("utf-8")).substitute(
        style=shared_style(),
        title=safe(title),
        told=f"{count:,} finding{'' if count == 1 else 's'}, by rules: look at each, and judge for yourself."
        if count
        else "The rules find nothing.",
        findings="".join(map(_listed, numbers, report.findings, repeat(paragraphs))),
        figures="".join(_row(name, value) for name, value in report.figures.items()),
        direction=direction(text),
        text="".join(_body(text, paragraphs, marks)),
    )
    return whole_characters(page)


def shown_figure(value: float | None) -> str:
    """A figure as people read it."""
    if value is None:
        return "-"
    return f"{int(value):,}" if value == int(value) else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def _row(name: str, value: float | None) -> str:
    return f"<tr><th scope=row>{safe(name.replace('_', ' '))}</th><td>{shown_figure(value)}</td></tr>"


def _listed(number: int, finding: TextFinding, paragraphs: Paragraphs) -> str:
    quotes = []
    for k, (place, quote) in enumerate(zip(finding.places, finding.quotes, strict=True), 1):
        short = quote if len(quote) <= QUOTED else quote[:QUOTED].rstrip() + "…"
        section = f"section {place.section}, " if place.section else ""
        where = f"<a href=#f{number}-{k}>{section}paragraph {paragraphs.number(place.start)}</a>"
        quotes.append(f"<li>{where}<blockquote dir=auto>{safe(short)}</blockquote></li>")
    kind = f"{number}. {finding.kind}: {finding.check}" + (", by a model" if finding.source == "model" else "")
    return (
        f"<li id=f{number}><article><p class=note>{safe(kind)}</p><p>{safe(finding.message)}</p>"
        f"<ul>{''.join(quotes)}</ul></article></li>"
    )


def _body(text: str, paragraphs: Paragraphs, marks: Sequence[_Mark]) -> list[str]:
    """The paragraphs with their marks; where marks overlap, the one that begins last names the stretch."""
    out, following = list[str](), 0
    open_marks: list[_Mark] = []
    for number, (start, end) in enumerate(paragraphs.spans, 1):
        while following < len(marks) and marks[following].start < end:
            open_marks.append(marks[following])
            following += 1
        open_marks = [mark for mark in open_marks if mark.end > start]
        inner = _marked(text, start, end, open_marks) if open_marks else safe(text[start:end])
        bold = ' class="text heading"' if _HEADING.match(text, start) else " class=text"
        out.append(f"<p id=p{number}{bold}>{inner}</p>\n")
    return out


def _marked(text: str, start: int, end: int, marks: Sequence[_Mark]) -> str:
    edges = {start, end} | {min(max(at, start), end) for mark in marks for at in (mark.start, mark.end)}
    named, out = set[str](), list[str]()
    for left, right in pairwise(sorted(edges)):
        over = [mark for mark in marks if mark.start <= left and right <= mark.end]
        if not over:
            out.append(safe(text[left:right]))
            continue
        first = [mark for mark in over if mark.start == left and mark.name not in named]
        named |= {mark.name for mark in first}
        anchors = "".join(f"<a id={mark.name} href=#f{mark.finding}>{mark.finding}</a>" for mark in first)
        out.append(f"<mark>{anchors}{safe(text[left:right])}</mark>")
    return "".join(out)
