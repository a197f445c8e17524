"""What the readers of every form of file give."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

MOST_BYTES = 64 * 2**20
"""Of a file, and of what it unpacks to; a larger one is no draft."""


class DraftFile(NamedTuple):
    """A file's text; fields as in `SourceText`."""

    text: str
    form: Literal["md", "txt"]
    encoding: str
    title: str = ""
    author: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = MappingProxyType({})
