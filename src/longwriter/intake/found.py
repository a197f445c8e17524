"""A heading with its place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PlacedHeading:
    """A heading: `text[start:end]` is its lines, the last one's end included."""

    start: int
    end: int
    level: int
    """From 1, the outermost."""
    title: str
    """Its words without marks, in one line."""
    kind: str = ""
    """As in `readers.headings`: chapter, part, named, matter, number, item, capitals; "" for none of these."""
    number: int | None = None
    """Of a chapter or a part."""
