"""Plain text as Markdown that shows the same, and a draft's text as prompts and people read it. Pure."""

import re

from longwriter.characters import whole

_PAGES = re.compile("[\x0b\x0c\x85\u2028\u2029]")
_MARKS = re.compile(r"[\\`*_\[\]<>~|&]")
_OPENING = re.compile(r"\A(\d{0,9})((?<!\d)[#+=-]|(?<=\d)[.)](?=\s|\Z))")
"""What makes a line a heading, an item of a list or the underlining of a title."""
_BREAK = re.compile(r"[ \t]*([*\-_=#~])(?:[ \t]*\1){2,}[ \t]*")
BREAK = "* * *"


def readable(text: str) -> str:
    """A draft's text with ordinary line ends and without control characters; pages become lines. No blanks at its ends."""
    return whole(_PAGES.sub("\n", text)).strip()


def as_markdown(text: str) -> str:
    """Plain text as Markdown: wrapped lines stay, nothing in it is a mark, and a line of signs alone is a scene's end."""
    return "\n".join(_line(line) for line in readable(text).split("\n"))


def _line(line: str) -> str:
    if _BREAK.fullmatch(line):
        return BREAK
    marked = _MARKS.sub(r"\\\g<0>", line.strip(" \t"))
    return _OPENING.sub(r"\1\\\2", marked, count=1)
