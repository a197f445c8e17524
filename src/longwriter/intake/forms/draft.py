"""What the readers of every form of file give."""

from typing import Literal, NamedTuple


class Draft(NamedTuple):
    """A file's text; fields as in `SourceText`."""

    text: str
    form: Literal["md", "txt"]
    encoding: str
    title: str = ""
    author: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
