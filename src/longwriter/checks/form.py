"""What is broken in the form of a text in Markdown: sentences that stop inside, and marks that are left open.

| check | what is found |
|---|---|
| cut | a sentence of prose that stops inside, at a word or a comma, where its paragraph or the text ends |
| fence | a block of code that is opened and never closed |
| emphasis | a paragraph with ** that opens and does not close |
| heading | a heading with nothing under it |
| marker | a mark of a model's template: <think>, <|im_end|> |

Verse, letters' openings, lists, titles without # and paragraphs that go on after a quotation are no cuts. "The End" may stand
over nothing.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from typing import NamedTuple

from longwriter.checks.checked import Checked, CheckedText
from longwriter.checks.finding import TextFinding
from longwriter.readers.headings import STRONG, heading_of
from longwriter.text import is_cjk, sentence_ends, words_of

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_STRUCTURED = re.compile(r"[#|>*+\-•]|\d{1,3}[.)]\s|\[|<|!\[|\s")
_OPEN = re.compile(r"[\w,，、]\Z")
_GOES_ON = re.compile(r"""["“„«‹「『‘'—–(\[|>*_-]|[^\W\d_]""")
_MARKER = re.compile(r"<\|[A-Za-z_]{2,20}\|>|</?(?:think|thinking|answer|reasoning)>|\[/?INST\]")
_CODE = re.compile(r"`[^`\n]*`")
_THE_END = re.compile(r"#+\s+\W*(?:(?:the\s+)?end|finis?|全文完|完|终|終|剧终)\W*\Z", re.IGNORECASE)
LINE = 60
"""Characters of a paragraph's last line from which on it is prose: shorter lines are verse, addresses, signatures."""
LONG = 5
"""Letters of a word from which on titles write it with a capital: "that" and "from" they may not."""
MOST = 20
"""Findings of one kind that are reported."""
SHOWN = 80
"""Characters that are quoted of where emphasis opens."""


class _Part(NamedTuple):
    """A paragraph, or a heading."""

    start: int
    end: int
    text: str
    level: int
    """Of a heading; 0 for a paragraph."""


def check_form(asked: CheckedText) -> Checked:
    """What is broken in a text's form."""
    fences, code = _fences(asked)
    parts = [part for part in _parts(asked.text) if not _within(part.start, code)]
    found = fences + _cuts(asked, parts) + _emphasis(asked, parts) + _headings(asked, parts) + _markers(asked, code)
    return Checked(found)


def _parts(text: str) -> Iterator[_Part]:
    for match in _PARAGRAPH.finditer(text):
        start = match.start()
        lines = match[0]
        while (heading := _HEADING.match(lines)) is not None:
            line, _, rest = lines.partition("\n")
            yield _Part(start, start + len(line), line, len(heading[1]))
            start, lines = start + len(line) + 1, rest
        if lines.strip():
            yield _Part(start, start + len(lines), lines, 0)


def _fences(asked: CheckedText) -> tuple[list[TextFinding], list[tuple[int, int]]]:
    """What is open, and where code stands."""
    code, opened = list[tuple[int, int]](), None
    for match in _FENCE.finditer(asked.text):
        if opened is None:
            opened = match
        elif match[1].startswith(opened[1]) and not match[2].strip():
            code.append((opened.start(), match.end()))
            opened = None
    if opened is None:
        return [], code
    said = "a block of code is opened here and never closed: all that follows is shown as code"
    return [asked.finding("form", "fence", [opened.span()], said)], code


def _within(place: int, stretches: list[tuple[int, int]]) -> bool:
    """Whether a place is in one of some stretches, which are in order."""
    number = bisect(stretches, (place + 1,)) - 1
    return number >= 0 and place < stretches[number][1]


def _cuts(asked: CheckedText, parts: list[_Part]) -> list[TextFinding]:
    found = []
    for number, part in enumerate(parts):
        last = part.text.rpartition("\n")[2].rstrip()
        if part.level or _STRUCTURED.match(part.text) or _STRUCTURED.match(last):
            continue
        wide = sum(map(is_cjk, last[-LINE:]))
        if len(last) + wide < LINE or not _OPEN.search(last.rstrip("*_")):
            continue
        if _titled(part.text):
            continue
        behind = parts[number + 1] if number + 1 < len(parts) else None
        if behind is not None and not behind.level and _goes_on(behind.text, last):
            continue
        body = part.text.rstrip()
        begun = max((at for at in sentence_ends(body) if at < len(body) and body[at - 1] != "\n"), default=0)
        begun += len(body[begun:]) - len(body[begun:].lstrip())
        start, end = part.start + begun, part.start + len(body)
        said = "the text stops inside a sentence" if behind is None else "a paragraph stops inside a sentence"
        found.append(asked.finding("form", "cut", [(start, end)], said))
    return found[:MOST]


def _titled(paragraph: str) -> bool:
    """Whether a line alone is a title: of a chapter, or with every longer word in capitals."""
    if "\n" in paragraph.strip():
        return False
    heading, long = heading_of(paragraph), [word for word in words_of(paragraph) if len(word) >= LONG]
    return (heading is not None and heading.kind in STRONG) or (
        len(long) > 2 and all(word[0].isupper() for word in long)
    )


def _goes_on(behind: str, last: str) -> bool:
    """Whether the next paragraph takes the sentence up: a quotation, verse, a list, or a lowercase letter."""
    first = behind.lstrip("*_ ")[:1]
    short = len(behind.partition("\n")[0]) < LINE
    return short or not first.isalpha() or first.islower() or (last[-1] in ",，、" and not first.isupper())


def _emphasis(asked: CheckedText, parts: list[_Part]) -> list[TextFinding]:
    found = []
    for part in parts:
        plain = _CODE.sub(lambda code: " " * len(code[0]), part.text).replace("\\*", "  ")
        if plain.count("**") % 2 and "***" not in plain and re.search(r"\*\*\S|\S\*\*", plain):
            at = part.start + plain.rfind("**")
            end = min(part.end, at + SHOWN)
            found.append(asked.finding("form", "emphasis", [(at, end)], "** opens and does not close"))
    return found[:MOST]


def _headings(asked: CheckedText, parts: list[_Part]) -> list[TextFinding]:
    found = []
    for number, part in enumerate(parts):
        if not part.level:
            continue
        behind = parts[number + 1] if number + 1 < len(parts) else None
        if (behind is None or 0 < behind.level <= part.level) and not _THE_END.match(part.text):
            found.append(
                asked.finding("form", "heading", [(part.start, part.end)], "nothing stands under this heading")
            )
    return found[:MOST]


def _markers(asked: CheckedText, code: list[tuple[int, int]]) -> list[TextFinding]:
    found = []
    for match in _MARKER.finditer(asked.text):
        if not _within(match.start(), code):
            found.append(asked.finding("form", "marker", [match.span()], f"{match[0]} is a mark of a model, not text"))
    return found[:MOST]
