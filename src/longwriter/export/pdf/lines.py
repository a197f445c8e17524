"""Inlines -> arguments of a typst function: strings and calls of `book.typ`'s functions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from longwriter.export.document import (
    CodeSpan,
    Emphasis,
    Image,
    Inlines,
    LineBreak,
    Link,
    NoteMark,
    Picture,
    Strong,
    Struck,
    Text,
)
from longwriter.export.languages import UPRIGHT
from longwriter.export.pdf.letters import Letterform, Letters
from longwriter.export.pdf.literals import HARD_CUT, cut_literals, literal, one_blank, runs

MARK = 0.4
"""Width of a digit of a note's mark, in ems."""


class Surroundings(NamedTuple):
    """What a line stands in."""

    language: str
    room: float
    """Its width in points."""
    size: float
    """Of its letters, in points."""
    bold: bool = False
    depth: int = 0
    """Of quotes and lists."""
    in_note: bool = False

    @property
    def ems(self) -> float:
        """Its width in ems."""
        return self.room / self.size


class Atom(NamedTuple):
    """A piece of a line, without others in it."""

    inline: Text | CodeSpan | Image | NoteMark | LineBreak
    address: str = ""
    italic: bool = False
    bold: bool = False
    struck: bool = False


def atoms(content: Inlines, around: Atom | None = None) -> Iterator[Atom]:
    """A line flat: each piece with all that goes for it."""
    around = around or Atom(LineBreak())
    for inline in content:
        match inline:
            case Emphasis():
                yield from atoms(inline.content, around._replace(italic=True))
            case Strong():
                yield from atoms(inline.content, around._replace(bold=True))
            case Struck():
                yield from atoms(inline.content, around._replace(struck=True))
            case Link():
                yield from atoms(inline.content, around._replace(address=inline.address))
            case _:
                yield around._replace(inline=inline)


def trimmed(line: Iterable[Atom]) -> list[Atom]:
    """A line without blanks at either end and around its breaks, and without empty text."""
    out: list[Atom] = []
    for atom in line:
        if isinstance(atom.inline, LineBreak):
            _trim_end(out)
        if isinstance(atom.inline, Text):
            text = one_blank(atom.inline.text)
            if not out or isinstance(out[-1].inline, LineBreak):
                text = text.lstrip(" ")
            if not text:
                continue
            atom = atom._replace(inline=Text(text))
        out.append(atom)
    _trim_end(out)
    return out


def _trim_end(out: list[Atom]) -> None:
    while out and isinstance(last := out[-1].inline, Text):
        text = last.text.rstrip(" ")
        if text:
            out[-1] = out[-1]._replace(inline=Text(text))
            return
        out.pop()


Mark = Callable[[NoteMark, Surroundings], str]
"""The code of a mark of a note."""


def _cuts(line: Sequence[Atom], room: float) -> Iterator[int]:
    """The atoms before which a run has to be broken that would be wider than `room` ems."""
    width = 0.0
    for at, atom in enumerate(line):
        match atom.inline:
            case Text(text) | CodeSpan(text):
                first, last, whole = runs(text)
            case NoteMark(number):
                first, last, whole = MARK * len(str(number)), 0.0, True
            case _:
                first, last, whole = 0.0, 0.0, False
        if width and width + first > room:
            yield at
            width = 0.0
        width = width + first if whole else last


class Lines:
    """Lines as code; what they are made of is noted in `letters`."""

    def __init__(self, letters: Letters, pictures: Mapping[str, Picture], ids: set[str]) -> None:
        """`ids`: those that a link may lead to."""
        self._letters, self._pictures, self._ids = letters, pictures, ids

    def arguments(self, content: Inlines, place: Surroundings, mark: Mark) -> str:
        """A line, as arguments; "" for an empty one. `mark`: the code of a note's mark."""
        line = trimmed(atoms(content))
        cuts = set(_cuts(line, place.ems))
        out: list[str] = []
        for address, group in groupby(enumerate(line), key=lambda pair: self._address(pair[1])):
            for marks, run in groupby(group, key=lambda pair: isinstance(pair[1].inline, NoteMark)):
                codes = list[str]()
                for at, atom in run:
                    codes += [HARD_CUT] * (at in cuts) + list(self._codes(atom, place, mark))
                out += codes if marks or not address else [f"to({self._target(address)}, {', '.join(codes)})"]
        return ", ".join(out)

    def _address(self, atom: Atom) -> str:
        inside = atom.address[:1] == "#"
        return "" if inside and atom.address[1:] not in self._ids else atom.address

    def _target(self, address: str) -> str:
        return f"label({literal(address[1:])})" if address[0] == "#" else literal(address)

    def _codes(self, atom: Atom, place: Surroundings, mark: Mark) -> Iterator[str]:
        match atom.inline:
            case Text(text):
                yield from self._text(text, atom, place)
            case CodeSpan(text):
                text = one_blank(text)
                self._letters.add(
                    text, place.language, Letterform(bold=atom.bold or place.bold, italic=atom.italic, mono=True)
                )
                yield self._styled(cut_literals(text, place.ems, "code({})"), atom, "em")
            case Image(name, alt):
                picture = self._pictures[name]
                yield f"inline-picture({literal('/' + name)}, {literal(alt)}, {shown_width(picture, place.room, place.room)})"
            case NoteMark():
                yield mark(atom.inline, place)
            case LineBreak():
                yield "br"

    def _text(self, text: str, atom: Atom, place: Surroundings) -> Iterator[str]:
        upright = atom.italic and bool(UPRIGHT.search(text))
        style = Letterform(italic=atom.italic and not upright, bold=atom.bold or place.bold or upright)
        self._letters.add(text, place.language, style)
        yield self._styled(cut_literals(text, place.ems), atom, "upright" if upright else "em")

    @staticmethod
    def _styled(code: str, atom: Atom, emphasis: str) -> str:
        for wanted, name in ((atom.bold, "st"), (atom.italic, emphasis), (atom.struck, "del")):
            if wanted:
                code = f"{name}({code})"
        return code


def shown_width(picture: Picture, room: float, height: float) -> str:
    """The width at which a picture is shown: its own at 96 pixels an inch, or what fits into this room, in points."""
    own = 0.75 * picture.width
    return f"{min(own, room, height * picture.width / picture.height):.2f}pt"
