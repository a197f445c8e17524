"""Marks of sources in what a model wrote: those of sources that there are become `[s12]`, all others go.

A model that is told to cite invents ids, numbers, notes, addresses, authors with years, and lists of references; none of
them may stay, however it is bracketed. Code is left as it is. Pure, and linear in the text.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from longwriter.checks.citations import foreign
from longwriter.export.references import CODE, MARK

MOST_PASSES = 12
"""What is left where a mark goes may be another; a text that is made of marks within marks loses its brackets."""

_BLANK = r"(?<![ \t])[ \t]*+"  # from the run's first on, so that a run of blanks is looked at once
_OPEN, _CLOSE = r"[\[【［〔⟦(（{｛]", r"[\]】］〕⟧)）}｝]"
_S = "[sSｓＳѕЅ]"
_ID = rf"(?:(?:sources?|refs?|来源|來源|资料|資料)[ .:：#]{{0,3}})?\^?{_S}[ \-_.#]?0{{0,9}}\d{{1,9}}"
_MORE = r"(?:[ \t]{0,4}(?:[,;，；、&/+|–—-]|and|和|及|to|[ \t])[ \t]{0,4})"
_IDS = rf"{_ID}(?:{_MORE}(?:{_ID}|0{{0,9}}\d{{1,9}}(?![\w.]))){{0,60}}"
_LEAD = r"(?:(?:see|cf\.?|from|according to|in|per|参见|见|引自)[ :：]{0,2})?"
_TAIL = r"(?:[ ,:，：]{1,3}(?:pp?\.|page|para\.?|第|lines?)[^\[\]【】(){}\n]{0,20})?"
_HELD = re.compile("\x00\\d+\x01")
"""A mark that is as it should be, while others are looked for."""
_GROUP = re.compile(rf"({_BLANK}){_OPEN}{{1,6}}\s{{0,9}}{_LEAD}({_IDS}){_TAIL}\s{{0,9}}{_CLOSE}{{1,6}}", re.IGNORECASE)
_BROKEN = tuple(
    re.compile(rf"({_BLANK}){half}", re.IGNORECASE if "sources" in half else 0)
    for half in (
        rf"{_OPEN}{{1,6}}[ \t]{{0,9}}({_ID})(?!\d)",
        rf"(?<![\w/.-])({_ID})[ \t]{{0,9}}[\]】］〕⟧}}]{{1,6}}",
        r"(?<![\w/.-])((?:source[ #:]{0,2})?s\d{1,9})(?![\w-])",  # a capital S with a number has a name: S3, S7
    )
)
_AROUND = re.compile(
    rf"({_BLANK}){_OPEN}{{1,6}}[ \t]{{0,9}}{_LEAD}{_HELD.pattern}(?:{_MORE}?{_HELD.pattern}){{0,60}}"
    rf"[ \t]{{0,9}}{_CLOSE}{{1,6}}",
    re.IGNORECASE,
)
_BESIDE = re.compile(rf"[\[【［〔⟦]{{0,9}}({_HELD.pattern})[\]】］〕⟧]{{0,9}}")
_DIGITS = re.compile(r"\d{1,9}")
_HALF_LAST = tuple(
    re.compile(rf"{_BLANK}{half}\Z", flags)
    for half, flags in (
        (
            rf"(?:\b(?:https?:/{{0,2}}|www\.?|doi:?|arxiv:?|isbn:?)|{_OPEN}{{1,6}}[ \t]{{0,9}}{_S}?\d{{0,9}})",
            re.IGNORECASE,
        ),
        *((half, 0) for half in foreign.HALVES),
    )
)
_HALF_FIRST = re.compile(rf"[ \t]{{0,9}}{_S}?\d{{0,9}}[ \t]{{0,9}}[\]】］〕⟧}}]{{1,6}}")
"""The beginning of a mark or an address at the end of a reply, and the end of one at its beginning: replies are joined."""
HALF = 300
"""Characters of the longest of them."""
_GAP = re.compile(r"\n{3,}")
"""What a note leaves behind."""
_BRACKETS = re.compile(r"[\[\]【】［］〔〕⟦⟧]")


class CleanText(NamedTuple):
    """A text without marks of sources that there are not."""

    text: str
    invented: tuple[str, ...]
    """What went, as it stood, in order."""


class Citable(Protocol):
    """What there is to cite."""

    def has(self, name: str) -> bool:
        """Whether there is a chunk of that id."""
        ...

    def holds(self, words: str) -> bool:
        """Whether sources, their addresses or the request hold an address or a name."""
        ...


def cleaned(text: str, known: Citable) -> CleanText:
    """The text with `[s12]` for each chunk that it cites in whatever brackets, and nothing else that refers to a source."""
    invented = list[str]()
    at = foreign.references_at(text)
    if at is not None and text[at:].strip():
        invented.append(text[at:])
        text = text[:at].rstrip()
    text = _joinable(text, invented)
    out, at = list[str](), 0
    for code in CODE.finditer(text):
        out += [_prose(text[at : code.start()], known, invented), code[0]]
        at = code.end()
    out.append(_prose(text[at:], known, invented))
    left = "".join(out)
    if invented:
        left = _GAP.sub("\n\n", left)
    return CleanText(left, tuple(short for said in invented if (short := " ".join(said.split())[:80])))


def _joinable(text: str, invented: list[str]) -> str:
    """The text without halves of marks at its ends."""
    start, end = 0, len(text)
    while last := next(filter(None, (half.search(text, max(0, end - HALF), end) for half in _HALF_LAST)), None):
        invented.append(last[0])
        end = last.start()
    while (first := _HALF_FIRST.match(text, start, end)) is not None:
        invented.append(first[0])
        start = first.end()
    return text[start:end]


def _prose(text: str, known: Citable, invented: list[str]) -> str:
    text = text.replace("\x00", "").replace("\x01", "")
    for _ in range(MOST_PASSES):
        before = text = MARK.sub(lambda mark: _held(mark[1]) if known.has(mark[1]) else mark[0], text)
        for step in _STEPS:
            text = step(text, known, invented)
        if text == before:
            return _HELD.sub(lambda mark: f"[s{mark[0][1:-1]}]", text)
    return _BRACKETS.sub("", _HELD.sub("", text))


def _held(name: str) -> str:
    return f"\x00{name[1:]}\x01"


def _gone(match: re.Match[str], invented: list[str]) -> str:
    invented.append(match[0])
    return ""


def _ids(text: str, known: Citable, invented: list[str]) -> str:
    def named(match: re.Match[str]) -> str:
        names = dict.fromkeys(f"s{int(digits)}" for digits in _DIGITS.findall(match[2]))
        invented.extend(f"[{name}]" for name in names if not known.has(name))
        marks = "".join(_held(name) for name in names if known.has(name))
        return match[1] + marks if marks else ""

    for pattern in (_GROUP, *_BROKEN):
        text = pattern.sub(named, text)
    text = _AROUND.sub(lambda group: group[1] + "".join(_HELD.findall(group[0])), text)
    return "\n".join(map(_balanced, text.split("\n")))


def _balanced(line: str) -> str:
    """The line without brackets beside its marks, where some of them are missing."""
    return _BESIDE.sub(r"\1", line) if line.count("[") != line.count("]") else line


def _foreign(text: str, known: Citable, invented: list[str]) -> str:
    kept = _kept_if(known.holds, invented)
    text = foreign.DEFINED.sub(kept, text)
    for pattern in (foreign.NOTE, *foreign.MARKS):
        text = pattern.sub(lambda match: _gone(match, invented), text)
    for pattern in (foreign.YEARED, foreign.BETWEEN, foreign.OTHERS):
        text = pattern.sub(kept, text)
    return text


def _kept_if(holds: Callable[[str], bool], invented: list[str]) -> Callable[[re.Match[str]], str]:
    """What is left of a match whose first group is a name or an address: all of it where it is known."""
    return lambda match: match[0] if holds(match[1]) else _gone(match, invented)


def _links(text: str, known: Citable, invented: list[str]) -> str:
    def linked(match: re.Match[str]) -> str:
        address = (match[2] or "").strip()
        if address and (address.startswith("#") or known.holds(address)):
            return match[0]
        invented.append(address or match[0])
        return match[1]

    def bare(match: re.Match[str]) -> str:
        address = match[0].strip(foreign.BESIDE_ADDRESS)
        if known.holds(address):
            return match[0]
        invented.append(match[0])
        return match[0][-1] if match[0][-1] in ".!?。！？" else ""

    for pattern in foreign.LINKS:
        text = pattern.sub(linked, text)
    return foreign.ADDRESS.sub(bare, text)


_STEPS: Iterable[Callable[[str, Citable, list[str]], str]] = (_ids, _foreign, _links)
