"""What a ledger holds: who is in a text, what is said of them, and what is promised."""

from typing import Literal

from pydantic import Field

from longwriter.types import Record

FactSource = Literal["rule", "model", "user"]


class LedgerFact(Record):
    """One thing that a text says of somebody or something, with the words that say it."""

    subject: str
    """Its name, as written where the fact is."""
    relation: str
    """eyes, hair, age, born, died, dead, kin:brother, number:rooms ...: what is said of the subject."""
    value: str
    """What it is: "blue", "26", "1890-05-03", the brother's name."""
    section: int = Field(ge=0)
    """Number of the section that says it, from 1; 0 for what a person gave beforehand."""
    quote: str = ""
    """The words of that section's text that say it, verbatim; "" for what a person gave."""
    start: int = 0
    """Index of the quote's first character, in that section's text."""
    end: int = 0
    """Index behind its last."""
    source: FactSource = "rule"
    until: int | None = None
    """Number of the section from which on it no longer holds."""


class LedgerEntity(Record):
    """Somebody or something with a name."""

    name: str
    """The fullest form that the text has."""
    aliases: tuple[str, ...] = ()
    """Its other forms, without the name itself."""
    mentions: int = 0
    first: int = 0
    """Number of the section with the first mention."""
    last: int = 0


class LedgerPromise(Record):
    """Something that a text says will be done."""

    text: str
    """Who promised what, in the text's words."""
    opened: int
    """Number of the section that promises it."""
    quote: str
    due: int | None = None
    """Number of the section by which it should be kept, where somebody said."""
    closed: int | None = None
    """Number of the section that keeps, breaks or withdraws it."""
