"""A text on a page that needs no library: its headings and emphasis in Markdown are shown as such, and all else as it is."""

import re

from longwriter.report.svg import safe

_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]+)$", re.MULTILINE)
_STRONG = re.compile(r"\*\*(?![\s*])([^*\n]+)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?![\s*])([^*\n]+)\*(?![\w*])")


def shown(text: str) -> str:
    """HTML of a text, for an element that keeps its line breaks; nothing of it can act."""
    marked = _HEADING.sub(lambda found: f"<b class=heading>{found[1].rstrip(' #') or '-'}</b>", safe(text))
    return _EMPHASIS.sub(r"<i>\1</i>", _STRONG.sub(r"<b>\1</b>", marked))
