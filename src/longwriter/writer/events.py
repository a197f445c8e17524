"""What a run reports to whoever watches it: plain records, no printing."""

from collections.abc import Callable
from dataclasses import dataclass

from longwriter.length.target import Target
from longwriter.models.base import Listener, Pause, tell_pause
from longwriter.types import Plan, Reply


@dataclass(frozen=True)
class Planned:
    """The outline is settled."""

    plan: Plan
    target: Target
    titled: bool = True
    """Its title is the heading of the document, if it has one."""


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
    joint: str = "\n\n"
    """What stands between it and the section before it; "" where nothing does, as in a draft that was imported."""
    end: str = "\n"
    """What stands behind its last character that can be seen, where it is the document's last."""


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
class RevisionStep:
    """A finding of a revision is dealt with."""

    turn: int
    """Number of the pass, from 1."""
    done: int
    total: int
    """Findings of the pass."""
    mended: int
    """Findings that are no more, of all passes."""
    cost: float | None
    """What the run has cost so far, in US dollars; None: a price is unknown."""
    said: str
    """What became of it, for a person."""


@dataclass(frozen=True)
class CallStarted:
    """A model is asked; reported again where a call begins again, which makes void what was heard of it."""

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
    """Tokens of its text, as the server counted them; None where it did not, or where thinking is among them."""


Event = (
    Planned
    | SectionStarted
    | SectionDone
    | Streamed
    | Warned
    | RevisionStep
    | CallStarted
    | CallHeard
    | CallPaused
    | CallEnded
)
OnEvent = Callable[[Event], None]


def unwatched(event: Event) -> None:
    """Nobody watches."""


class ReportedCall:
    """A listener for one call that reports what it hears to the run's watcher, and passes it on."""

    def __init__(self, call: int, step: str, listener: Listener | None, on_event: OnEvent) -> None:
        """`listener` None: nobody else listens."""
        self._call, self._step, self._listener, self._on_event = call, step, listener, on_event
        on_event(CallStarted(call, step))

    def begin(self) -> None:
        """A try begins."""
        self._on_event(CallStarted(self._call, self._step))
        if self._listener is not None:
            self._listener.begin()

    def hear(self, piece: str) -> bool:
        """The next piece."""
        self._on_event(CallHeard(self._call, piece))
        return self._listener is not None and self._listener.hear(piece)

    def wait(self, pause: Pause) -> None:
        """No text for now."""
        self._on_event(CallPaused(self._call, pause))
        tell_pause(self._listener, pause)

    def end(self, reply: Reply | None) -> None:
        """The call has its reply, or failed."""
        counted = None if reply is None or reply.thinking else reply.usage.completion_tokens
        self._on_event(CallEnded(self._call, counted))
