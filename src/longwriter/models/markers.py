"""The marks of `markers.toml`, ready to be searched for.

`kind_of` names what a match of `MARK` is; `begins` says whether the end of a piece may be the beginning of one.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

Kind = Literal[
    "think",
    "think_close",
    "first",
    "drop",
    "wrap",
    "wrap_close",
    "turn",
    "channel",
    "message",
    "own",
    "strike",
    "mark",
    "end",
]

_DATA: dict[str, Any] = tomllib.loads((Path(__file__).parent / "markers.toml").read_text("utf-8"))
_THINKING, _HEADER, _DROPPED, _WRAPPER, _END = (_DATA[n] for n in ("thinking", "header", "dropped", "wrapper", "end"))

FLAGS = re.IGNORECASE | re.ASCII
"""ASCII: else "ſ" would be an s, and "İ" longer in lower case."""
NEVER = "\x00"
"""The closing mark of what nothing closes; no text holds it."""
FIRST: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (
        f["open"].lower(),
        re.compile(re.escape(f["open"]) + (f"(?={f['then']})" if "then" in f else "")),
        f["close"].lower(),
    )
    for f in _THINKING["first"]
)
"""Opening words, pattern, closing words."""
HEADER_CLOSES: tuple[str, ...] = tuple(_HEADER["closes"])
HEADER_ENDS: tuple[str, ...] = (*_HEADER["ends"], *_HEADER["turns"], *_HEADER["channels"])
"""What ends the thinking that a header opened: the first two of `ends` go with it, the others are read again."""
THINKING_WORDS, TEXT_WORDS = frozenset(_HEADER["thinking"]), frozenset(_HEADER["text"])
LONGEST = 280
"""Characters of the longest mark, attributes included."""

_TYPED = {name: attribute for name, attribute in _THINKING["typed"]}
_TAGS: dict[str, tuple[Kind, Kind]] = (
    {name: ("think", "think_close") for name in _THINKING["tags"]}
    | {name: ("drop", "mark") for name in _DROPPED["tags"]}
    | {name: ("wrap", "wrap_close") for name in _WRAPPER["tags"]}
)
_LITERALS: dict[str, Kind] = {}
CLOSES: dict[str, str] = {}
"""Opening mark, in lower case -> the mark that closes its block."""


def _note(kind: Kind, marks: list[str]) -> None:
    _LITERALS.update({mark.lower(): kind for mark in marks if mark.lower() not in _LITERALS})


for _name in _THINKING["tags"] + _DROPPED["tags"] + list(_TYPED):
    CLOSES[f"<{_name}>"] = f"</{_name}>"
_note("turn", _HEADER["turns"])
_note("channel", _HEADER["channels"])
_note("message", ["<|message|>"])
_note("think", [opening for opening, _ in _THINKING["pairs"]])
_note("drop", [opening for opening, _ in _DROPPED["pairs"]] + _DROPPED["rest"])
_note("own", _END["own"])
_note("end", ["<|end|>", *_END["marks"]])
_note("think_close", [closing for _, closing in _THINKING["pairs"]] + ["<channel|>"])
_note("mark", _WRAPPER["marks"] + [closing for _, closing in _DROPPED["pairs"]])
_note("strike", ["<s>", "</s>"])
for _opening, _closing in _THINKING["pairs"] + _DROPPED["pairs"]:
    CLOSES[_opening.lower()] = _closing.lower()
for _opening in _DROPPED["rest"]:
    CLOSES[_opening.lower()] = NEVER

_NAMES = "|".join(sorted(map(re.escape, _TAGS), key=len, reverse=True))
_ATTRIBUTES = r"(?:\s+[\w:-]{1,30}=[^<>]{0,200})?\s?"
_TYPED_FORM = "|".join(
    rf"<(?P<typed>{name})\s[^<>]{{0,80}}?{attribute}[^<>]{{0,80}}>" for name, attribute in _TYPED.items()
)
MARK = re.compile(
    rf"<(?P<slash>/?)(?P<tag>{_NAMES}){_ATTRIBUTES}>|{_TYPED_FORM}|"
    + "|".join(sorted(map(re.escape, _LITERALS), key=len, reverse=True))
    + r"|<[|｜](?P<name>[^\s<>|｜]{1,40})[|｜]>",
    FLAGS,
)
"""Everything that may be a mark."""
OPENERS = re.compile(r"[<\[◁\]]")
"""One of these begins every mark."""
_ENDS = re.compile(_END["names"], FLAGS)
_UNFINISHED = re.compile(
    rf"</?(?:{_NAMES}|{'|'.join(_TYPED)})(?:\s[^<>]{{0,240}})?\Z|<[|｜][^\s<>|｜]{{0,40}}[|｜]?\Z", FLAGS
)
_BEGINNINGS = {
    mark[:n]
    for mark in [*_LITERALS, *(f"<{s}{t}" for s in ("", "/") for t in (*_TAGS, *_TYPED))]
    for n in range(1, len(mark))
}


def kind_of(match: re.Match[str]) -> tuple[Kind, str]:
    """(kind, opening or closing mark as `CLOSES` has it) of a match of `MARK`."""
    if match["tag"]:
        name = match["tag"].lower()
        return _TAGS[name][bool(match["slash"])], f"<{match['slash']}{name}>"
    if match["typed"]:
        return "think", f"<{match['typed'].lower()}>"
    mark = match[0].lower()
    if mark in _LITERALS:
        return _LITERALS[mark], mark
    return ("end" if _ENDS.search(match["name"]) else "mark"), mark


def begins(piece: str) -> int:
    """Where the unfinished mark begins that a piece ends with; its length if there is none."""
    least = len(piece)
    for sign in "<[◁]":
        at = piece.rfind(sign, -LONGEST)
        if 0 <= at < least and (piece[at:].lower() in _BEGINNINGS or _UNFINISHED.match(piece, at)):
            least = at
    return least


@cache
def closing(marks: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of these marks, and of their beginnings at the end of a piece."""
    cut = []
    for mark in marks:
        form = ""
        for sign in reversed(mark[1:-1]):
            form = f"(?:{re.escape(sign)}{form})?"
        cut.append(re.escape(mark[0]) + form)
    return re.compile("|".join(map(re.escape, marks)), FLAGS), re.compile(f"(?:{'|'.join(cut)})\\Z", FLAGS)
