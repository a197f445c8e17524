"""WritingBench's criteria: one question for each of a request's own, a whole number from 1 to 10 with its reason.

An item's score is the mean over its criteria that could be read; `v1` has it on the judge's scale of 1 to 10, `v2` times
ten, as the benchmark's later leaderboard. How items are averaged is `aggregate`'s business.
"""

import json

from longwriter.bench.judging.base import Judged, Reading, Readings, agreed, find_json, mean, whole_number
from longwriter.bench.records import Item

LOW, HIGH = 1, 10
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string"},
        "score": {"type": "integer", "minimum": LOW, "maximum": HIGH},
    },
    "required": ["reason", "score"],
    "additionalProperties": False,
}


class Criteria:
    """See above."""

    name = "criteria"
    fields: tuple[str, ...] = ("REQUEST", "RESPONSE", "CRITERION")
    headline = "v1"
    metrics: tuple[str, ...] = ("v1", "v2")
    schema = SCHEMA

    def whats(self, item: Item) -> list[str]:
        """criterion-0, criterion-1 ..."""
        return [f"criterion-{number}" for number in range(len(item.criteria))]

    def values(self, item: Item, text: str, what: str) -> dict[str, str]:
        """The criterion is JSON with the benchmark's own keys."""
        criterion = item.criteria[int(what.rpartition("-")[2])]
        told = {"name": criterion.name, "criteria_description": criterion.description, **criterion.levels}
        shown = json.dumps(told, ensure_ascii=False, indent=1)
        return {"REQUEST": item.prompt, "RESPONSE": text, "CRITERION": shown}

    def read(self, reply: str) -> Reading | None:
        """A score from 1 to 10, or None."""
        return agreed(map(_reading, find_json(reply)), {"score": LOW})

    def judged(self, item: Item, readings: Readings) -> Judged:
        """v1, v2 and each criterion's own mark, with what the judge said of it."""
        scores: dict[str, float | None] = {}
        reasons = {}
        for what, criterion in zip(self.whats(item), item.criteria, strict=True):
            reading = readings.get(what)
            scores[f"{what} {criterion.name}"] = None if reading is None else reading.marks["score"]
            if reading is not None and reading.reason:
                reasons[f"{what} {criterion.name}"] = reading.reason
        return Judged(_with_mean(scores), reasons)

    def empty(self, item: Item) -> dict[str, float | None]:
        """All 1."""
        pairs = zip(self.whats(item), item.criteria, strict=True)
        return _with_mean({f"{what} {criterion.name}": float(LOW) for what, criterion in pairs})


def _reading(found: dict[str, object]) -> Reading | None:
    score = whole_number(found.get("score"), LOW, HIGH)
    return None if score is None else Reading({"score": score}, str(found.get("reason", "")))


def _with_mean(scores: dict[str, float | None]) -> dict[str, float | None]:
    average = mean([score for score in scores.values() if score is not None])
    return {"v1": average, "v2": None if average is None else average * 10, **scores}


def marks_of(scores: dict[str, float | None]) -> list[float | None]:
    """Each criterion's mark, in their order, of an item's scores."""
    return [score for name, score in scores.items() if name.startswith("criterion-")]
