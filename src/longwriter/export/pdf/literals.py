"""Letters as typst's string literals: nothing that a text says can be read as code.

Source of the escapes: https://typst.app/docs/reference/foundations/str/.
"""

import re
import unicodedata
from collections.abc import Iterator

from longwriter.characters import whole

_BLANKS = re.compile("[ \t\n\u2028\u2029\x0b\x0c]+")
_BREAKING = (
    " \t\n\u1680\u2000-\u2006\u2008-\u200b\u2028\u2029\u205f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u3000\u3003-\u3007"
    "\u3012\u3013\u3020-\uabff\uac00-\ud7ff\uf900-\ufaff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uff9d"
)
"""Where a line may end: at blanks, and in scripts that break between letters or by a dictionary."""
_FIRST, _LAST = re.compile(f"[^{_BREAKING}]*"), re.compile(f"[^{_BREAKING}]*\\Z")
CUT = "cut"
"""A place where a run may be broken, in `book.typ`."""
HARD_CUT = "hard-cut"
"""The same between signs that Unicode keeps together even across a blank (UAX 14, LB13 and LB14); it leaves a U+200B."""
WIDE = 1.05
"""Width of the widest letters, in ems."""
LEAST = 4
"""Ems below which no word is cut."""
_JOINER = "\u200d"


def literal(text: str) -> str:
    """A string of typst."""
    return '"' + whole(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def one_blank(text: str) -> str:
    """Blanks as a browser shows them: many as one. Those that do not break a line stay."""
    return _BLANKS.sub(" ", text)


def cut_literals(text: str, room: float, form: str = "{}") -> str:
    """The text as arguments of a function, with places where runs may be broken that are wider than `room` ems.

    `form`: the code of a piece.
    """
    out, start = list[str](), 0
    for at in _places(text, max(room, LEAST)):
        out += [form.format(literal(text[start:at])), HARD_CUT if _sign(text[at - 1]) or _sign(text[at]) else CUT]
        start = at
    return ", ".join([*out, form.format(literal(text[start:]))])


def _places(text: str, room: float) -> Iterator[int]:
    """Where to cut: between characters that do not cling to each other, in runs where no line may end."""
    for run in re.finditer(f"[^{_BREAKING}]{{{int(room / WIDE)},}}", text):
        width = 0.0
        for at in range(run.start(), run.end()):
            width += _width(text[at])
            if width > room and at > run.start() and not _clings(text, at):
                yield at
                width = _width(text[at])


def runs(text: str) -> tuple[float, float, bool]:
    """Widths of the runs with which a text begins and ends, in ems, and whether it is one run."""
    first = _FIRST.findall(text, 0, 200)[0]
    last = _LAST.findall(text, max(0, len(text) - 200))[0]
    return sum(map(_width, first)), sum(map(_width, last)), len(first) == len(text)


def _width(char: str) -> float:
    """About what a letter of a serif takes, in ems; rather too much."""
    if char in "mwMW%@" or char > "\u2000":
        return WIDE
    return 0.78 if char.isupper() else 0.6


def _sign(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _clings(text: str, at: int) -> bool:
    """Whether the character here is one with that before it."""
    char = text[at]
    return (
        unicodedata.category(char)[0] == "M"
        or char == _JOINER
        or text[at - 1] == _JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )
