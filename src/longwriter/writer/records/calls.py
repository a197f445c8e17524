"""What models replied, and what of it is void."""

from typing import Literal

from longwriter.types import Reply
from longwriter.writer.records.base import JournalRecord

RoleName = Literal["writer", "planner"]


class CallRecord(JournalRecord):
    """The reply of a step, as the text uses it."""

    kind = "call"
    left_out = frozenset({"began", "peak", "raw"})
    step: str
    role: RoleName
    estimate: int
    """Tokens of the prompt by `estimate_tokens`."""
    prompt_tokens: int
    """The best guess of them before the call."""
    seconds: float
    began: float | None = None
    """Seconds since 1970; None: nothing was asked, or the run is older than this field."""
    peak: bool = False
    """Asked in expensive hours."""
    raw: str | None = None
    """The model's own text, where `reply` holds another."""
    reply: Reply


class WastedRecord(CallRecord):
    """A reply that nothing is made of: what it took, without its text."""

    kind = "wasted"


class PartialRecord(JournalRecord):
    """The whole sentences that a reply had so far."""

    kind = "partial"
    left_out = frozenset({"stopped"})
    step: str
    role: RoleName
    text: str
    stopped: bool = False
    """Its call was stopped here; else it may have gone on until the process was killed."""


class ForgetRecord(JournalRecord):
    """Replies of the steps that begin with these are void."""

    kind = "forget"
    steps: tuple[str, ...]
    why: str
