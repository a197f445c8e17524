"""A section as far as it could be read, and the cleaning of what was read. Pure."""

import re
from dataclasses import dataclass

_PAIR = re.compile(r"(?<![\w*])\*\*(?=\S)(.{1,300}?)(?<=\S)\*\*(?![\w*])|(?<!\w)__(?=\S)([^_]* [^_]*)(?<=\S)__(?!\w)")
_CLOSING = re.compile(r"(?<=[^\s*])\*\*(?=[\s:：.,;)）]|$)|^(?:\*\*|__)(?=[^\w\s]|\s)")
_AROUND = re.compile(r"(\*\*|__|`|\*)(?!\s)((?:(?!\1).)+)(?<!\s)\1")


def one_line(text: str) -> str:
    """One line with single spaces."""
    return " ".join(text.split())


def clean(text: str) -> str:
    """A title or point without the separators and emphasis around it; signs in it that are no emphasis stay."""
    text = _CLOSING.sub("", _PAIR.sub(lambda pair: pair[1] or pair[2], one_line(text)))
    text = text.strip(" \t-–—:：|;；,，*•").strip()
    around = _AROUND.fullmatch(text)
    return one_line(around[2]) if around else text


@dataclass
class Draft:
    """A section as far as it could be read."""

    title: str = ""
    point: str = ""
    words: int | None = None
    path: tuple[str, ...] = ()
    """Titles of the parts it stands in, the outermost first."""
    label: str = ""
    """"Paragraph 3", in a line that says nothing else."""

    def merge(self, more: "Draft") -> None:
        """Take over what another line says of the same section."""
        self.title = more.title or self.title
        self.point = one_line(f"{self.point} {more.point}").strip()
        self.words = more.words or self.words


def joined(pieces: list[str]) -> str:
    """Pieces in one line, with a semicolon after each that ends without a mark."""
    written = [piece for piece in pieces if piece]
    ended = [piece if piece[-1] in ".!?;:。！？；：" else f"{piece};" for piece in written[:-1]]
    return " ".join(ended + written[-1:])
