"""What a manuscript tells whoever watches it: plain records, no printing."""

from collections.abc import Callable
from dataclasses import dataclass

from longwriter.types import Plan
from longwriter.writer.target import Target


@dataclass(frozen=True)
class Planned:
    """The outline is settled."""

    plan: Plan
    target: Target


@dataclass(frozen=True)
class SectionStarted:
    """A section's first call is about to be made. `index` counts from 0 in plan order."""

    index: int


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


@dataclass(frozen=True)
class Streamed:
    """Visible text as it arrives, for display alone."""

    index: int
    text: str


@dataclass(frozen=True)
class Warned:
    """Something a person should know; the run goes on."""

    message: str


Event = Planned | SectionStarted | SectionDone | Streamed | Warned
OnEvent = Callable[[Event], None]


def unwatched(event: Event) -> None:
    """Nobody watches."""
