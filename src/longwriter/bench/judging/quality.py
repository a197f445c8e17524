"""LongBench-Write's quality: six whole numbers from 1 to 5 in one reply (arXiv:2408.07055, 4.1).

A dimension's score is (mark - 1) * 25, 0 to 100; S_q is the mean of the six.
"""

import re

from longwriter.bench.judging.base import JudgedItem, JudgeReading, Judging, Readings, agreed, mean, whole_number
from longwriter.bench.records import BenchItem
from longwriter.models.verdicts import find_json

DIMENSIONS = ("Relevance", "Accuracy", "Coherence", "Clarity", "Breadth and Depth", "Reading Experience")
METRICS = tuple(f"quality/{name}" for name in DIMENSIONS)
LOW, HIGH = 1, 5
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"Analysis": {"type": "string"}}
    | {name: {"type": "integer", "minimum": LOW, "maximum": HIGH} for name in DIMENSIONS},
    "required": ["Analysis", *DIMENSIONS],
    "additionalProperties": False,
}


class Quality(Judging):
    """One question about six dimensions."""

    name = "quality"
    headline = "S_q"
    metrics: tuple[str, ...] = ("S", "S_l", "S_q", *METRICS)
    schema: dict[str, object] | None = SCHEMA

    def read(self, reply: str) -> JudgeReading | None:
        """All six, or None."""
        return agreed(map(_reading, find_json(reply)), dict.fromkeys(DIMENSIONS, float(LOW)))

    def judged(self, item: BenchItem, readings: Readings) -> JudgedItem:  # noqa: ARG002 - Judging's signature
        """S_q and its dimensions, 0 to 100."""
        reading = readings.get(self.name)
        if reading is None:
            return JudgedItem(dict.fromkeys(("S_q", *METRICS)), {})
        return JudgedItem(scaled(reading.marks), {"S_q": reading.reason} if reading.reason else {})

    def empty(self, item: BenchItem) -> dict[str, float | None]:  # noqa: ARG002 - Judging's signature
        """All 0."""
        return dict.fromkeys(("S_q", *METRICS), 0.0)

    def combined(self, scores: dict[str, float | None]) -> dict[str, float | None]:
        """S = (S_l + S_q) / 2 before them, where the item has a length."""
        if "S_l" not in scores:
            return scores
        s_l, s_q = scores["S_l"], scores["S_q"]
        return {"S": None if s_l is None or s_q is None else (s_l + s_q) / 2, **scores}


def _reading(found: dict[str, object]) -> JudgeReading | None:
    by_name = {_plain(key): value for key, value in found.items()}
    marks = {name: whole_number(by_name.get(_plain(name)), LOW, HIGH) for name in DIMENSIONS}
    if None in marks.values():
        return None
    return JudgeReading({k: float(v) for k, v in marks.items() if v is not None}, str(by_name.get("analysis", "")))


def scaled(marks: dict[str, float]) -> dict[str, float | None]:
    """Marks of 1 to 5 as scores of 0 to 100, with their mean."""
    scores = {f"quality/{name}": (marks[name] - LOW) * 25 for name in DIMENSIONS}
    return {"S_q": mean(list(scores.values())), **scores}


def _plain(name: str) -> str:
    """Lowercase letters alone, "&" as "and"."""
    return re.sub(r"[^a-z]", "", name.lower().replace("&", "and"))
