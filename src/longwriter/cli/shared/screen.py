"""Lines that fit where they are shown: wrapped between words on a terminal, whole in a file. Widths are columns.

A wide character (Chinese, emoji) takes two columns, a combining mark none; `rich.cells` knows which.
"""

import re
import sys

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from longwriter.characters import printable
from longwriter.text import CJK_CHARACTER

_PIECE = re.compile(
    rf"\s*(?:[^\s/]*/\S*|{CJK_CHARACTER.pattern}|(?:(?!{CJK_CHARACTER.pattern})\S)+)[，。；：！？、）」』》]*"
)
LEAST_TITLE = 8
"""Columns below which a title says nothing."""


def one_line(text: str) -> str:
    """Text from outside, on one line, without tricks of terminals."""
    return " ".join(printable(text).split())


def cut(text: str, columns: int) -> str:
    """The text in at most so many columns, with an ellipsis where it is cut."""
    if cell_len(text) <= columns:
        return text
    shown = Text(text)
    shown.truncate(max(1, columns), overflow="ellipsis")
    return shown.plain.replace(" …", "…")


def tail(text: str, columns: int) -> str:
    """The end of a text in at most so many columns."""
    shown = text[-columns:]
    while cell_len(shown) > columns:
        shown = shown[1:]
    begun, blank, rest = shown.partition(" ") if len(shown) < len(text) else ("", "", "")
    return (rest if blank and len(begun) < columns // 2 else shown).lstrip()  # no half word at the beginning


def fit(parts: list[str], columns: int | None) -> str:
    """As many of the parts as there is room for, the first at any rate, joined by commas. None: there is room for all."""
    shown = parts[0]
    for part in parts[1:]:
        if columns is not None and cell_len(f"{shown}, {part}") > columns:
            break
        shown = f"{shown}, {part}"
    return shown


def around(before: str, title: str, after: str, columns: int | None, most: int = 60) -> str:
    """A line with a title in its middle, which is cut where the line would not fit; left out where hardly any is left."""
    room = most if columns is None else min(most, columns - cell_len(before) - cell_len(after) - 1)
    title = one_line(title)
    return f"{before} {cut(title, room)}{after}" if title and room >= LEAST_TITLE else f"{before}{after}"


def console_on(stderr: bool) -> Console:
    """Where lines for people go."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def wrapped(line: str, columns: int) -> str:
    """The line broken between words, or Chinese characters, to so many columns; a longer word, such as a path, stays whole."""
    out, shown = list[str](), ""
    for piece in _PIECE.findall(line.rstrip()):
        if shown.strip() and cell_len(shown) + cell_len(piece) > columns:
            out.append(shown)
            shown = piece.lstrip()
        else:
            shown += piece
    return "\n".join([*out, shown])


def show(console: Console, text: str) -> None:
    """Print lines: on a terminal broken so that they fit, elsewhere as they are; without tricks of terminals."""
    lines = printable(text).split("\n")
    if console.is_terminal:
        lines = [wrapped(line, console.width) for line in lines]
    console.print(Text("\n".join(lines)), soft_wrap=True)


def say(text: str, *, stderr: bool = True) -> None:
    """Show lines on standard error, or on standard output."""
    sys.stdout.flush()
    show(console_on(stderr), text)
