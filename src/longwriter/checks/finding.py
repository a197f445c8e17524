"""What a check finds in a text: where, the words that show it, and what a person should know."""

from pydantic import Field

from longwriter.types import Record


class TextPlace(Record):
    """A stretch of the text that was checked."""

    start: int = Field(ge=0)
    """Index of its first character, of the whole text."""
    end: int
    """Index behind its last."""
    section: int | None = None
    """Number of the section, from 1, where the text is a run's."""


class TextFinding(Record):
    """One thing that a person may want to change. Every quote is found, as it stands, at its place."""

    kind: str
    """contradiction, slop, repetition, citation, style: what sort of thing it is."""
    check: str
    """Which rule found it: "age", "spelling" ..."""
    places: tuple[TextPlace, ...]
    """In the order of the text."""
    quotes: tuple[str, ...]
    """`text[place.start : place.end]` of each place."""
    message: str
    """For a person, in one sentence; says what differs, not what is right."""
    source: str = "rule"
    """rule, or model: a model said so, and its quotes stand in the text."""
