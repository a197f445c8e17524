"""LongBench-Write's quality: six whole numbers from 1 to 5 in one reply (arXiv:2408.07055, 4.1).

A dimension's score is (mark - 1) * 25, 0 to 100; S_q is the mean of the six.
"""

import re

from longwriter.bench.judging.base import Judged, Reading, Readings, agreed, find_json, mean, whole_number
from longwriter.bench.records import Item

DIMENSIONS = ("Relevance", "Accuracy", "Coherence", "Clarity", "Breadth and Depth", "Reading Experience")
METRICS = tuple(f"quality/{name}" for name in DIMENSIONS)
LOW, HIGH = 1, 5
WHAT = "quality"
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"Analysis": {"type": "string"}}
    | {name: {"type": "integer", "minimum": LOW, "maximum": HIGH} for name in DIMENSIONS},
    "required": ["Analysis", *DIMENSIONS],
    "additionalProperties": False,
}


class Quality:
    """See above."""

    name = "quality"
    fields: tuple[str, ...] = ("REQUEST", "RESPONSE")
    headline = "S_q"
    metrics = ("S_q", *METRICS)
    schema = SCHEMA

    def whats(self, item: Item) -> list[str]:  # noqa: ARG002 - Judging's signature
        """One."""
        return [WHAT]

    def values(self, item: Item, text: str, what: str) -> dict[str, str]:  # noqa: ARG002 - Judging's signature
        """See `Judging`."""
        return {"REQUEST": item.prompt, "RESPONSE": text}

    def read(self, reply: str) -> Reading | None:
        """All six, or None."""
        return agreed(map(_reading, find_json(reply)), dict.fromkeys(DIMENSIONS, float(LOW)))

    def judged(self, item: Item, readings: Readings) -> Judged:  # noqa: ARG002 - Judging's signature
        """S_q and its dimensions, 0 to 100."""
        reading = readings.get(WHAT)
        if reading is None:
            return Judged(dict.fromkeys(self.metrics), {})
        return Judged(scaled(reading.marks), {"S_q": reading.reason} if reading.reason else {})

    def empty(self, item: Item) -> dict[str, float | None]:  # noqa: ARG002 - Judging's signature
        """All 0."""
        return dict.fromkeys(self.metrics, 0.0)


def _reading(found: dict[str, object]) -> Reading | None:
    by_name = {_plain(key): value for key, value in found.items()}
    marks = {name: whole_number(by_name.get(_plain(name)), LOW, HIGH) for name in DIMENSIONS}
    if None in marks.values():
        return None
    return Reading({k: float(v) for k, v in marks.items() if v is not None}, str(by_name.get("analysis", "")))


def scaled(marks: dict[str, float]) -> dict[str, float | None]:
    """Marks of 1 to 5 as scores of 0 to 100, with their mean."""
    scores = {f"quality/{name}": (marks[name] - LOW) * 25 for name in DIMENSIONS}
    return {"S_q": mean(list(scores.values())), **scores}


def _plain(name: str) -> str:
    """Small letters alone, "&" as "and"."""
    return re.sub(r"[^a-z]", "", name.lower().replace("&", "and"))
