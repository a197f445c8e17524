"""What a request says: its JSON, checked, and the run and the section that its path names."""

import json
from typing import Annotated, TypeVar

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from longwriter.config import build
from longwriter.errors import InputError, LongWriterError
from longwriter.serve.desk import Desk
from longwriter.types import Line, Plan, Record, Whole
from longwriter.writer.manuscript import Manuscript
from longwriter.writer.plan.outline import from_markdown
from longwriter.writer.session import Session

R = TypeVar("R", bound=Record)
Key = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
LONGEST_OUTLINE = 1_000_000
"""Characters of an outline that is pasted: 5,000 lines of 200."""
MOST_SECTIONS = 5_000
"""Lines of an outline: 100,000 words have 200."""


def spoken(request: Request) -> str:
    """The language of the page that asks, for sentences about a text: "zh", else "en"."""
    return "zh" if request.query_params.get("language") == "zh" else "en"


class Nothing(Record):
    """A request that says nothing but what its path does."""


class ModelAsked(Record):
    """A model by its name, and where it is."""

    model: str | None = Field(default=None, max_length=500)
    base_url: str | None = Field(default=None, max_length=2_000)


class GoAsked(Record):
    """That a run should go on."""

    max_cost: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """What it may cost from now on, in US dollars; None: as before."""


class TextAsked(ModelAsked):
    """A text that is wanted, or its estimate."""

    prompt: Whole
    words: int | None = None
    context: str | None = None
    max_cost: float | None = None
    plan: Whole | None = Field(default=None, max_length=LONGEST_OUTLINE)
    """An outline in Markdown."""
    approve: bool = False
    review: bool = False
    start: bool = True


class DraftAsked(ModelAsked):
    """A draft that is to be gone on with: what the address says of the file that is the request's body."""

    name: Whole = Field(min_length=1, max_length=500)
    """Of the file."""
    words: int | None = None
    """Of the whole text."""
    context: str | None = None
    max_cost: float | None = None
    continue_from: Whole | None = Field(default=None, max_length=2_000)
    instruction: Whole | None = Field(default=None, max_length=20_000)
    approve: bool = False
    review: bool = False
    start: bool = True


class OutlineLine(Record):
    """A section of an outline on the page."""

    id: str | None = None
    """Of the section that it was, None for a new one."""
    title: Line
    chapter: Line = ""
    point: Line = ""
    words: int = Field(ge=0, le=1_000_000)


class OutlineAsked(Record):
    """An outline as it stands on the page."""

    title: Line = ""
    sections: tuple[OutlineLine, ...] = Field(min_length=1, max_length=MOST_SECTIONS)
    locks: tuple[int, ...] = ()
    """Places, from 0, of the sections whose budget stays."""
    keep: dict[int, str] = Field(default={})
    """Places of sections that take over the text of another line: the name of that line's section."""
    total: int | None = Field(default=None, gt=0, le=10_000_000)
    """Words of the whole; None: as the plan has it that is followed."""
    changed: int | None = None
    """Place of the section whose budget was just set."""
    base: int | None = None
    """Number of the plan that was edited."""


class OutlineText(Record):
    """An outline that was pasted."""

    text: Whole = Field(max_length=LONGEST_OUTLINE)


class RedoAsked(Record):
    """A section that should be written again."""

    instruction: Whole = ""
    words: int | None = None


class DraftsAsked(ModelAsked):
    """Drafts of a section."""

    count: int = 1
    instruction: Whole = ""
    words: int | None = None
    factor: float | None = Field(default=None, gt=0, le=10)
    """Words, as a multiple of those that the section has."""


class EditAsked(Record):
    """A section's text by hand."""

    text: Whole
    base: int | None = None
    """The version that was edited."""


class AcceptAsked(Record):
    """A version that should be the section's text, or some of its paragraphs."""

    version: int
    paragraphs: tuple[int, ...] | None = Field(default=None, max_length=100_000)
    """Places in the comparison of the final version with this one; None: all."""
    base: int | None = None
    """The final version that it was compared with; None: whatever is final."""


class SnapshotAsked(Record):
    """A name for the run as it stands."""

    name: Whole


class FindingsAsked(Record):
    """Findings of the report, by their keys."""

    findings: tuple[Key, ...] = Field(default=(), max_length=1_000)
    again: tuple[Key, ...] = Field(default=(), max_length=1_000)
    """Dismissed ones that count again."""


class MendAsked(ModelAsked):
    """Findings of the report that should be mended, and by which model; none: the run's own."""

    findings: tuple[Key, ...] = Field(default=(), max_length=1_000)
    """By their keys."""
    on: bool = False
    """All of the revision that came to no end, by the same model."""


class TakeBackAsked(Record):
    """An edit of a revision, by the number of its record."""

    entry: int


class ReviewAsked(Record):
    """Whether each section waits for a permit."""

    on: bool


class UndoAsked(Record):
    """What a deletion gave."""

    undo: str = Field(max_length=300)


def outline_of(text: str) -> Plan:
    """A pasted outline; takes a fifth of a second for 5,000 sections. Raises InputError."""
    if text.count("\n") > 4 * MOST_SECTIONS or len(text) > LONGEST_OUTLINE:
        raise InputError(f"the outline is too long: {MOST_SECTIONS:,} sections at most")
    return from_markdown(text, "outline")[0]


async def asked(request: Request, shape: type[R]) -> R:
    """The request's JSON in the shape wanted. Raises InputError, SettingError naming the field."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send JSON, with content-type: application/json")
    body = await request.body()
    try:
        told = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise InputError("the request is no JSON") from None
    if not isinstance(told, dict):
        raise InputError("the request is no JSON object")
    return build(shape, told, "request")


def run_named(request: Request, desk: Desk) -> str:
    """The run that the path names. Raises HTTPException 404."""
    name: str = request.path_params["run"]
    try:
        desk.folder(name)
    except LongWriterError as error:
        raise HTTPException(404, str(error)) from None
    return name


def section_asked(request: Request, manuscript: Manuscript) -> int:
    """The section that the path names, from 0. Raises HTTPException 404 where the plan has none."""
    index: int = request.path_params["section"]
    if not 0 <= index < len(manuscript.ids):
        raise HTTPException(404, f"there is no section {index + 1}: the plan has {len(manuscript.ids)}")
    return index


def number_asked(request: Request, key: str, default: int | None = None) -> int:
    """A whole number of the query. Raises InputError."""
    given = request.query_params.get(key, "")
    if not given and default is not None:
        return default
    if not given.isdecimal() or len(given) > 15:
        raise InputError(f"{key}: a whole number is wanted")
    return int(given)


def planned(session: Session | None) -> Session:
    """The session of a run that has an outline. Raises HTTPException 404."""
    if session is None or not session.manuscript.planned:
        raise HTTPException(404, "this run has no outline yet")
    return session
