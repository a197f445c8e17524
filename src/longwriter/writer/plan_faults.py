"""What makes an outline unusable although it can be read: placeholders, echoes, lines that say nothing or say it again.

Small models answer a request for an outline with "section 1 is the first section", with the example of the prompt, or with
one character eighty times. Pure.
"""

import re
from collections import Counter

from longwriter.errors import PlanError
from longwriter.text import words_of
from longwriter.types import Plan, Section

_NUMBER = (
    r"(?:\d{1,4}|[ivxlc]{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third"
    r"|[一二三四五六七八九十百]{1,4})"
)
_KIND = r"(?:section|part|chapter|paragraph|point|title|heading|topic|scene|step|item|subsection|main\s+point)"
_PLACEHOLDER = re.compile(
    rf"(?:(?:the\s+)?(?:{_NUMBER}\s+)?{_KIND}s?[\s_#:.-]*{_NUMBER}?(?:\s+(?:title|name|heading|point|here|of\s+(?:the\s+)?(?:text|document|section)))?"
    rf"|{_KIND}\s*{_NUMBER}\s+is\s+(?:the\s+)?(?:{_NUMBER}\w*|last|next)?\s*{_KIND}|(?:the\s+)?title\s+of\s+(?:the\s+)?(?:text|document|section|story)"
    r"|<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|string|text|lorem\s+ipsum.*|n/?a|none|todo|tbd|placeholder|example|untitled"
    r"|(?:全文|本节|小节|章节|文章)?标题\s*\d*|(?:第\s*)?[\d一二三四五六七八九十]{1,3}\s*[节章段部]|要点\s*\d*|内容\s*\d*)",
    re.I,
)
LEAST_KINDS = 0.34
"""Different characters a text of `LONG` and more must have to each ten: 茶茶茶 has one."""
LONG = 8
LEAST_POINT = 3
"""Words of a point that two lines may not share, and that a title such as "Part 4" needs beside it."""


def check_plan(plan: Plan, count: int | None, instruction: str) -> None:
    """Refuse a plan that no text can be written from. Raises PlanError that names the first fault.

    `count`: sections asked for; half to twice as many will do.
    """
    sections = plan.sections
    if count and not count / 2 <= len(sections) <= 2 * count:
        raise PlanError(f"it has {len(sections)} sections, not {count}")
    for number, section in enumerate(sections, 1):
        if fault := line_fault(section, sections[: number - 1], instruction):
            raise PlanError(f"line {number} {fault}")
    bare = Counter(_numberless(f"{s.title} {s.point}") for s in sections)
    if len(sections) > 2 and max(bare.values()) > len(sections) / 2:
        raise PlanError("its sections differ by their numbers alone")


def line_fault(section: Section, before: tuple[Section, ...], instruction: str) -> str:
    """What is wrong with one line, given those before it; "" for nothing."""
    title, point = _bare(section.title), _bare(section.point)
    if not words_of(title):
        return f"has no title but {section.title!r}"
    thin = len(words_of(_numberless(point))) < LEAST_POINT
    if _PLACEHOLDER.fullmatch(title) and (thin or _PLACEHOLDER.fullmatch(point)):
        return f"is a placeholder: {section.title!r}"
    if _PLACEHOLDER.fullmatch(point) or (point and not words_of(point)):
        return f"has a placeholder for its point: {section.point[:60]!r}"
    if _monotone(title) or _monotone(point):
        return f"repeats one sign: {section.title[:20]!r}"
    if point and point == title and len(words_of(title)) < 6:
        return f"says nothing beyond its title: {section.title!r}"
    if point and len(words_of(point)) > 3 and point == _bare(instruction):
        return "says the request back"
    same = [s for s in before if s.chapter == section.chapter and _bare(s.title) == title]
    if same:
        return f"has the title of another: {section.title!r}"
    if len(words_of(point)) >= LEAST_POINT and any(_bare(s.point) == point for s in before):
        return f"has the point of another: {section.point[:60]!r}"
    return ""


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,:;!?\"'*_-–—。，：；！？“”")


def _numberless(text: str) -> str:
    """The words without numbers and the names of parts."""
    kept = re.sub(rf"\b(?:{_KIND}|{_NUMBER}|is|the|this|a)\b|\d+", " ", text.casefold())
    return " ".join(words_of(kept))


def _monotone(text: str) -> bool:
    """Whether a text is few characters again and again."""
    letters = [c for c in text if c.isalnum()]
    return len(letters) >= LONG and len(set(letters)) < min(LEAST_KINDS * len(letters), 5)
