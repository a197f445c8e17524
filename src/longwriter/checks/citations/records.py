"""What a text may cite, and the figures of what it does."""

from pydantic import Field

from longwriter.types import Record


class SourceChunk(Record):
    """A stretch of a source, cited by its id. The chunks of a source, joined by blank lines, are its text."""

    id: str = Field(pattern=r"^s[1-9]\d{0,5}$")
    """`s1`, `s2` ..., over all sources of a run."""
    source: int = Field(ge=1)
    """Number of its source, from 1."""
    title: str = ""
    """Of the source."""
    place: str = ""
    """Where in the source it stands, for people: the heading above it, else "part 2 of 5"."""
    address: str = ""
    """The source's address, or its file's name."""
    accessed: str = ""
    """YYYY-MM-DD: when it was read."""
    author: tuple[str, ...] = ()
    text: str


class CitationFigures(Record):
    """Counts over a whole text."""

    citations: int
    """Marks of sources that there are."""
    cited: int
    """Different sources that they name."""
    sources: int
    """Sources that there are."""
    statements: int
    """Sentences that cite."""
    supported: int
    """Those of them whose numbers, quotes and words the cited chunks have."""
    unknown: int
    """Marks of sources that there are not."""
    quotes: int
    """Quotations of three words or more in sentences that cite."""
    quotes_found: int
    numbers: int
    """Numbers in digits in sentences that cite."""
    numbers_found: int
    sections: int
    """Sections of 40 words or more."""
    uncited: tuple[str, ...] = ()
    """Headings of those that cite nothing; "" for one without a heading."""
