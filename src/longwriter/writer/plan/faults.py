"""What makes an outline unusable although it can be read: placeholders, echoes, lines that say nothing or say it again.

Small models answer a request for an outline with "section 1 is the first section", with the example of the prompt, or with
one character eighty times. Pure.
"""

import re
from collections import Counter

from longwriter.errors import PlanError
from longwriter.text import counted, words_of
from longwriter.types import Plan, Section

_FORM = re.compile(
    r"\b(?:sub)?(?:section|part|chapter|paragraph|point|title|heading|headline|topic|scene|step|item|description|content|summary|text"
    r"|placeholder|sample|example|insert|main idea|document|sentence|abschnitt|kapitel"
    r"|titel|überschrift|hauptpunkt|punkt|inhalt"
    r"|beschreibung|thema|titre|partie|chapitre|contenu|texte|sección|título|capítulo|punto|contenido|descripción|texto|titolo|sezione"
    r"|parte|capitolo|contenuto|descrizione|testo|seção|ponto|conteúdo|descrição|название|заголовок|раздел|глава|часть|описание"
    r"|содержание|пункт|текст)s?(?=\d|_|\b)"
    r"|小?标题|標題|章节|章節|要点|要點|内容|內容|全文|本[节章段]|第[\d一二三四五六七八九十百]{1,4}[节章段部節]|这一?节|填写|描述|说明"
    r"|タイトル|見出し|ポイント|説明|第?\d{1,3}[章節]|제목|내용|요점|섹션|설명",
    re.I,
)
"""Words of the form that a plan is asked for in; a line of them alone says nothing."""
_NUMBER = (
    r"(?:\d{1,4}|[ivxlc]{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth|sixth|seventh|eighth"
    r"|ninth|tenth|last|next|final)"
)
_FILL = re.compile(
    rf"\b(?:{_NUMBER}|[a-z]|the|an|of|to|in|is|are|this|that|it|its|your|my|and|or|for|what|here|covers?|about|goes|will|be|short|main"
    r"|say|says|alone|concretely|enough|write|without|asking|back|name|story|der|die|das|des|dieser|de|la|le|les|du|del|della|do|da|un"
    r"|une|una|ein|eine|ist|est|es|principale?|número)\b|[一二三四五六七八九十百两的用句话只有这才写简短具体到不必再问就能动笔此处请在]",
    re.I,
)
"""Words that may stand between them."""
_EMPTY = re.compile(
    r"<[^<>]*>|\[[^\[\]]*\]|\{[^{}]*\}|\$\w+|string|lorem ipsum.*|n/?a|none|null|todo"
    r"|tbd|tba|untitled(?: section)?|foo|bar|test",
    re.I,
)
_NAMED = re.compile(
    r"title|heading|titel|überschrift|titre|título|titolo|заголовок|название|标题|標題|タイトル|見出し|제목", re.I
)
_COUNTED = re.compile(
    rf"\b(?:{_NUMBER}|is|the|this|a)\b|\d+|第?[一二三四五六七八九十百]{{1,4}}(?=[次回节章段部天日年])", re.I
)
LEAST_KINDS = 0.34
"""Different characters a text of `LONG` and more must have to each ten: 茶茶茶 has one."""
LONG = 8
LEAST_POINT = 3
"""Words of a point that two lines should not share, and that a title such as "Part 4" needs beside it."""


class SamePointError(PlanError):
    """Lines have the same point under titles of their own: odd, but a text can be written from them."""


def check_plan(plan: Plan, count: int | None, instruction: str) -> None:
    """Refuse a plan that no text can be written from. Raises PlanError that names the first fault.

    SamePointError says that the plan is odd and no more. `count`: sections asked for; half to twice as many will do.
    """
    sections = plan.sections
    if count and not count / 2 <= len(sections) <= 2 * count:
        raise PlanError(f"it has {counted(len(sections), 'section')}, not {count}")
    for number, section in enumerate(sections, 1):
        if fault := _empty_fault(section, sections[: number - 1], instruction):
            raise PlanError(f"line {number} {fault}")
    bare = Counter(_numberless(f"{s.title} {s.point}") for s in sections)
    alike, number_of = bare.most_common(1)[0]
    points = {_bare(s.point) for s in sections if _numberless(f"{s.title} {s.point}") == alike}
    numbered = len(points) > 1 or len(words_of(points.pop())) < LEAST_POINT
    if len(sections) > 2 and number_of > len(sections) / 2 and numbered:
        raise PlanError("its sections differ by their numbers alone")
    for number, section in enumerate(sections, 1):
        if fault := _same_point(section, sections[: number - 1]):
            raise SamePointError(f"line {number} {fault}")


def line_fault(section: Section, before: tuple[Section, ...], instruction: str) -> str:
    """What is wrong with one line, given those before it; "" for nothing."""
    return _empty_fault(section, before, instruction) or _same_point(section, before)


def _same_point(section: Section, before: tuple[Section, ...]) -> str:
    point = _bare(section.point)
    if len(words_of(point)) >= LEAST_POINT and any(_bare(s.point) == point for s in before):
        return f"has the point of another: {section.point[:60]!r}"
    return ""


def _empty_fault(section: Section, before: tuple[Section, ...], instruction: str) -> str:
    """What makes a line say nothing."""
    title, point = _bare(section.title), _bare(section.point)
    if not words_of(title) or re.fullmatch(r"\d{1,3}", title):
        return f"has no title but {section.title!r}"
    thin = len(words_of(_numberless(point))) < LEAST_POINT
    if _says_nothing(title) and (thin or _says_nothing(point) or _NAMED.search(title)):
        return f"is a placeholder: {section.title!r}"
    if (section.point.strip() and not words_of(point)) or _says_nothing(point):
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
    return ""


def _bare(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,:;!?\"'*_-–—。，：；！？“”")


def _says_nothing(text: str) -> bool:
    """Whether a text has words of the form alone, or is one of the signs for "to be filled in"."""
    if _EMPTY.fullmatch(text):
        return True
    left, found = _FORM.subn(" ", text)
    return found > 0 and not any(c.isalnum() for c in _FILL.sub(" ", left))


def _numberless(text: str) -> str:
    """The words without numbers and the names of parts."""
    return " ".join(words_of(_FORM.sub(" ", _COUNTED.sub(" ", text.casefold()))))


def _monotone(text: str) -> bool:
    """Whether a text is few characters again and again."""
    letters = [c for c in text if c.isalnum()]
    return len(letters) >= LONG and len(set(letters)) < min(LEAST_KINDS * len(letters), 5)
