"""What a manuscript tells whoever watches it: plain records, no printing."""

from collections.abc import Callable
from dataclasses import dataclass

from longwriter.length.target import Target
from longwriter.models.base import Pause
from longwriter.types import Plan


@dataclass(frozen=True)
class Planned:
    """The outline is settled."""

    plan: Plan
    target: Target


@dataclass(frozen=True)
class SectionStarted:
    """A section's first call is about to be made. `index` counts from 0 in plan order."""

    index: int
    steps: str = ""
    """What the names of its calls' steps begin with."""


@dataclass(frozen=True)
class SectionDone:
    """A section is on disk."""

    index: int
    written: int
    """Words."""
    reused: bool
    """True: it was in the run already."""
    cost: float | None
    """What the run has cost so far, in US dollars; None: a price is unknown."""
    hit_rate: float | None = None
    """Share of the prompts so far that servers read from their caches; None: nobody counted."""
    saved: float | None = None
    """What that saved, in US dollars; None: not known."""
    text: str = ""
    """The section as it is in the document, its heading and that of a chapter which it opens included."""


@dataclass(frozen=True)
class Streamed:
    """Visible text as it arrives, for display alone."""

    index: int
    text: str


@dataclass(frozen=True)
class Warned:
    """Something a person should know; the run goes on."""

    message: str


@dataclass(frozen=True)
class CallStarted:
    """A model is asked; told again where a call begins anew, which makes void what was heard of it."""

    call: int
    """Numbers the calls of one command from 1."""
    step: str
    """What it is for: see `calls`. Candidates side by side are calls of one step."""


@dataclass(frozen=True)
class CallHeard:
    """The next piece of a call's visible text."""

    call: int
    text: str


@dataclass(frozen=True)
class CallPaused:
    """A call waits; what is heard next ends it."""

    call: int
    pause: Pause


@dataclass(frozen=True)
class CallEnded:
    """A call has its reply, or failed."""

    call: int
    tokens: int | None = None
    """Of its text, as the server counted them; None where it did not, or where thinking is among them."""


Event = Planned | SectionStarted | SectionDone | Streamed | Warned | CallStarted | CallHeard | CallPaused | CallEnded
OnEvent = Callable[[Event], None]


def unwatched(event: Event) -> None:
    """Nobody watches."""
