"""What tools answer; the schemas that clients are given are made of these. Sections and paragraphs count from 1."""

from pydantic import ConfigDict

from longwriter.types import Record
from longwriter.writer.outcome.verdict import Finding


class ToolAnswer(Record):
    """What a tool says; the notes below its fields are told to clients."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ReadingPlace(ToolAnswer):
    """Where to go on reading."""

    section: int
    paragraph: int


class ContentsLine(ToolAnswer):
    """A section of the plan."""

    number: int
    title: str
    chapter: str = ""
    planned: int
    """Words."""
    written: int | None = None
    """Words; null: not written yet."""
    stale: bool = False
    """Earlier text has changed since it was written."""


class StartedRun(ToolAnswer):
    """A run that is written in the background."""

    run: str
    """Its id, for the other tools."""
    state: str
    say: str
    """What to do next."""


class OutlineAnswer(ToolAnswer):
    """The outline of a run, which waits for `write` with its id."""

    run: str
    state: str
    outline: str = ""
    """Markdown, to be edited and given to edit_outline; "" while it is being made: ask status, then read."""
    words: int = 0
    say: str


class OutlineEffects(ToolAnswer):
    """What an edited outline does to the text."""

    saved: bool
    unchanged: tuple[int, ...]
    moved: tuple[int, ...]
    """Sections whose line is as it was, at another place."""
    new: tuple[int, ...]
    """Sections that have no text and will be written."""
    dropped: tuple[int, ...]
    """Sections, as they were numbered before, whose text leaves the document; it stays in the run."""
    stale: tuple[int, ...]
    """Sections whose earlier text changes."""
    words: int


class Underway(ToolAnswer):
    """The section that is being written."""

    number: int
    title: str


class RunStatus(ToolAnswer):
    """How far a run is."""

    run: str
    state: str
    why: str = ""
    """What it waits for, or what went wrong."""
    title: str = ""
    position: int
    """Give it as `since` to the next call: what happened in between is told at once."""
    asked: int | None
    """Words asked for; null: there is no outline yet."""
    written: int
    """Words so far."""
    sections: int
    done: int
    section: Underway | None = None
    cost: float | None
    """US dollars spent; null: a price is unknown."""
    rest_cost: float | None
    """US dollars that the rest will probably take."""
    max_cost: float | None
    minutes_left: float | None
    verdict: tuple[Finding, ...] = ()
    """Of a finished text: what a person should know of it, the worst first."""
    say: str
    """All of it in a sentence, and what to do next."""


class TextPassage(ToolAnswer):
    """A piece of the text, or the contents where no section was named."""

    run: str
    title: str
    contents: tuple[ContentsLine, ...] = ()
    text: str = ""
    """Markdown."""
    words: int = 0
    rest: ReadingPlace | None = None
    """Where to go on; null: this is all that was asked for."""


class RunCheck(ToolAnswer):
    """Whether a text is as it was asked for."""

    run: str
    finished: bool
    asked: int
    low: int
    """Fewest words that count as asked."""
    high: int | None
    written: int
    length_score: float
    """S_l, 0 to 100: how near the length is to the one asked for."""
    verdict: tuple[Finding, ...]
    """What a person should know of a finished text, the worst first."""
    notes: tuple[str, ...]
    repeated_share: float
    """Share of the text that says again what stood earlier."""
    stale: tuple[int, ...]
    """Sections whose earlier text has changed since they were written."""
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None
    cost: float | None
    sections: tuple[ContentsLine, ...]


class ExportedText(ToolAnswer):
    """A file with the text so far."""

    run: str
    file: str
    words: int
    finished: bool


class RunLine(ToolAnswer):
    """A run in the list."""

    run: str
    title: str
    state: str
    asked: int | None
    """Words."""
    written: int
    done: int
    """Sections that have a text."""
    sections: int
    cost: float | None


class RunList(ToolAnswer):
    """The runs, the one that was active last first."""

    runs: tuple[RunLine, ...]
    more: int
    """Runs that are not listed."""
