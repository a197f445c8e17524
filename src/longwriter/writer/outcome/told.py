"""The verdict of a text, notes on it, and why an edit was not taken, in the language of whoever reads them."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from longwriter.checks.messages import ROOM as CHECKS
from longwriter.checks.messages import Messages
from longwriter.writer.outcome.verdict import Finding

ROOM = Path(__file__).parent


@cache
def messages() -> Messages:
    """The sentences of verdicts, revisions and notes, and of findings."""
    return Messages(CHECKS, ROOM)


def reason(why: str, language: str) -> str:
    """Why an edit was not taken, or no passage can be changed. What a model's server said of a call stays as it is."""
    return messages().told(why, "revision") if language == "zh" else why


def verdict_in(verdict: Sequence[Finding], language: str) -> tuple[Finding, ...]:
    """A verdict in a language: "zh"; in any other it stays English."""
    if language != "zh":
        return tuple(verdict)

    def told(one: Finding) -> str:
        faults = one.text.split("; ") if one.kind == "sections" else [one.text]
        return "；".join(messages().told(said, f"verdict.{one.kind}", "slop.rate") for said in faults)

    return tuple(one.model_copy(update={"text": told(one)}) for one in verdict)


def notes_in(notes: Sequence[str], verdict: Mapping[str, str], language: str) -> list[str]:
    """Notes on a text; `verdict`: its sentences, which stand among them, and what they are in the language."""
    return [verdict.get(note) or (messages().told(note, "note") if language == "zh" else note) for note in notes]
