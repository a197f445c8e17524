"""The texts of sections, from replies or from a draft, and which of them are to be written."""

from typing import ClassVar, Literal

from longwriter.models.base import ModelConfig
from longwriter.writer.records.base import JournalRecord


class SectionRecord(JournalRecord):
    """A text of a section: its final one, or a draft beside it."""

    kind = "section"
    left_out = frozenset({"draft"})
    hand: ClassVar[bool] = False
    id: str
    redone: int
    """How often it had been asked to be redone."""
    asked: tuple[int, ...]
    """Words asked for, reply by reply: its replies are the first so many of its steps."""
    prefill: bool
    """How the replies join: see `section.assemble`."""
    seen: str
    """Digest of the earlier text that it was written over."""
    faults: tuple[str, ...] = ()
    draft: int = 0
    """Number of the draft; 0: the section's text from here on."""


class GivenRecord(JournalRecord):
    """The text of a section as an imported draft has it: `heading + text + tail` are the draft's own characters."""

    kind = "given"
    left_out = frozenset({"open"})
    hand: ClassVar[bool] = True
    asked: ClassVar[tuple[int, ...]] = ()
    faults: ClassVar[tuple[str, ...]] = ()
    id: str
    place: int
    """Among the pieces of the draft, from 0."""
    piece: Literal["front", "chapter", "section", "appendix"]
    """What it is there."""
    heading: str
    """All before the first character of the text that can be seen."""
    text: str
    tail: str
    """Whitespace after it."""
    form: Literal["md", "txt"]
    open: bool = False
    """The draft was cut here: the section after it goes on in the middle of this one."""
    seen: str
    """Digest of the earlier text that it stands under in the draft."""
    at: float
    """Seconds since 1970."""


class RedoRecord(JournalRecord):
    """Sections that are due again."""

    kind = "redo"
    left_out = frozenset({"instruction", "words"})
    sections: tuple[str, ...]
    instruction: str = ""
    """How they should be written this time."""
    words: int | None = None
    """Words for each of them; None: as the plan and the rest of the text have it."""


class DraftsRecord(JournalRecord):
    """Texts that are wanted beside a section's own, for a person to choose from."""

    kind = "drafts"
    id: str
    numbers: tuple[int, ...]
    """Of the drafts of this section, from 1."""
    parent: int | None
    """Number of the record whose text they start from."""
    instruction: str = ""
    words: int | None = None
    """None: as many as the text has that they stand beside."""
    model: ModelConfig | None = None
    """None: the run's own."""


class WithdrawnRecord(JournalRecord):
    """Drafts that are not wanted any more, or that nothing comes of."""

    kind = "withdrawn"
    id: str
    numbers: tuple[int, ...]
    why: str
    """For people; "" where a person decided without them."""
