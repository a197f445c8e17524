"""Letters as typst's string literals: nothing that a text says can be read as code.

Source of the escapes: https://typst.app/docs/reference/foundations/str/.
"""

import re
import unicodedata
from collections.abc import Iterator

from longwriter.characters import whole

_BLANKS = re.compile("[ \t\n\u2028\u2029\x0b\x0c]+")
_UNBROKEN = "[^\\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uabff\uac00-\ud7ff\uf900-\ufaff\ufe30-\uff60]"
"""What may not end a line: all but blanks, and scripts that break between letters or by a dictionary."""
_JOINER = "\u200d"


def literal(text: str) -> str:
    """A string of typst."""
    return '"' + whole(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def one_blank(text: str) -> str:
    """Blanks as a browser shows them: many as one. Those that do not break a line stay."""
    return _BLANKS.sub(" ", text)


def pieces(text: str, longest: int) -> Iterator[str]:
    """The text, cut within runs of over `longest` characters where no line may end."""
    start = 0
    for run in re.finditer(f"{_UNBROKEN}{{{longest + 1},}}", text):
        at = run.start() + longest
        while at < run.end():
            while at < run.end() and _clings(text, at):
                at += 1
            yield text[start:at]
            start, at = at, at + longest
    yield text[start:]


def _clings(text: str, at: int) -> bool:
    """Whether the character here is one with that before it."""
    char = text[at]
    return (
        unicodedata.category(char)[0] == "M"
        or char == _JOINER
        or text[at - 1] == _JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )
