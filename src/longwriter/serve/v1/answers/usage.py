"""What an answer took: tokens as `usage` counts them, and an object `longwriter` that says what became of the text.

Every call of the run since the answer was asked for is counted, wasted ones too. Plan, notes and thinking are reasoning.
"""

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from longwriter.api.runs import Run
from longwriter.errors import LongWriterError
from longwriter.models.tokens import estimate_tokens
from longwriter.runs.folders import JOURNAL
from longwriter.types import Usage
from longwriter.writer.records.calls import CallRecord, WastedRecord
from longwriter.writer.session import Session

MOST_REPORTS = 256


class Took(NamedTuple):
    """Tokens and money."""

    calls: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0
    """Of `completion`: plan, notes, thinking."""
    cost: float | None = 0.0
    """In US dollars; None: a price is unknown."""

    def plus(self, other: "Took") -> "Took":
        """Both together."""
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        calls, prompt, completion, cached, reasoning = (a + b for a, b in zip(self[:5], other[:5], strict=True))
        return Took(calls, prompt, completion, cached, reasoning, cost)

    def usage(self, kind: str) -> dict[str, object]:
        """OpenAI's object, of chat and completions or of responses."""
        total = self.prompt + self.completion
        if kind == "response":
            return {
                "input_tokens": self.prompt, "input_tokens_details": {"cached_tokens": self.cached},
                "output_tokens": self.completion, "output_tokens_details": {"reasoning_tokens": self.reasoning},
                "total_tokens": total,
            }  # fmt: skip
        return {
            "prompt_tokens": self.prompt, "completion_tokens": self.completion, "total_tokens": total,
            "prompt_tokens_details": {"cached_tokens": self.cached},
            "completion_tokens_details": {"reasoning_tokens": self.reasoning},
        }  # fmt: skip


def took(session: Session, entry: int) -> Took:
    """What the calls took whose records came after the first `entry` of the journal."""
    total = Took()
    for found in session.journal:
        if found.n >= entry and found.kind in ("call", "wasted"):
            kind = CallRecord if found.kind == "call" else WastedRecord
            total = total.plus(_of(session, session.journal.parsed(found, kind)))
    return total


def _of(session: Session, call: CallRecord) -> Took:
    told, reply = call.reply.usage, call.reply
    text, thinking = estimate_tokens(call.raw or reply.text), estimate_tokens(reply.thinking)
    prompt = call.prompt_tokens if told.prompt_tokens is None else told.prompt_tokens
    completion = text + thinking if told.completion_tokens is None else told.completion_tokens
    thought = completion if not call.step.startswith("section:") else 0
    if not thought and thinking:
        thought = round(completion * thinking / (text + thinking))
    usage = Usage(
        prompt_tokens=prompt, completion_tokens=completion,
        cached_tokens=told.cached_tokens, cache_write_tokens=told.cache_write_tokens,
    )  # fmt: skip
    cost = session.calls.roles[call.role].cost(usage, peak=call.peak)
    return Took(1, prompt, completion, min(told.cached_tokens or 0, prompt), thought, cost)


class RunReports:
    """The reports of runs for the object `longwriter`, each made once for all who read a run that does not change."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[str, int], asyncio.Task[dict[str, object]]] = OrderedDict()

    async def about(self, folder: Path, took: Took) -> dict[str, object]:
        """The object; what the report says is left out for a run that cannot be read any more."""
        try:
            key = folder.name, (folder / JOURNAL).stat().st_size
        except OSError:
            key = folder.name, -1
        if key not in self._made:
            self._made[key] = asyncio.create_task(asyncio.to_thread(_reported, folder))
            if len(self._made) > MOST_REPORTS:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return {"run": folder.name, "cost": took.cost, "calls": took.calls} | await asyncio.shield(self._made[key])


def _reported(folder: Path) -> dict[str, object]:
    """In a thread: to find repetition in a long text takes a second."""
    try:
        report = Run(folder).report
    except LongWriterError:
        return {}
    return {
        "asked": report.target.aim, "written": report.written, "s_l": report.length_score,
        "verdict": [f.model_dump() for f in report.verdict if f.text], "finished": report.finished,
    }  # fmt: skip
