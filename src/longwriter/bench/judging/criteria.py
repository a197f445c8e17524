"""WritingBench's criteria: one question for each of a request's own, a whole number from 1 to 10 with its reason.

An item's score is the mean over its criteria that could be read; `v1` has it on the judge's scale of 1 to 10, `v2` times
ten, as the benchmark's later leaderboard. Of a run, v1 is the mean over all criterion scores, v2 the mean of the items' own
means. They are the same where every criterion of every item was read; the interval of both is over items.
"""

import json
import math
from collections.abc import Sequence

from longwriter.bench.judging.base import (
    JudgedItem,
    JudgeReading,
    Judging,
    Readings,
    agreed,
    mean,
    mean_of,
    whole_number,
)
from longwriter.bench.records import BenchItem, ItemScore, Metric
from longwriter.models.verdicts import find_json

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


class Criteria(Judging):
    """One question for each criterion of an item."""

    name = "criteria"
    fields: tuple[str, ...] = ("REQUEST", "RESPONSE", "CRITERION")
    headline = "v1"
    metrics: tuple[str, ...] = ("v1", "v2")
    schema: dict[str, object] | None = SCHEMA

    def questions(self, item: BenchItem) -> list[str]:
        """criterion-0, criterion-1 ..."""
        return [f"criterion-{number}" for number in range(len(item.criteria))]

    def values(self, item: BenchItem, text: str, question: str) -> dict[str, str]:
        """The criterion is JSON with the benchmark's own keys."""
        criterion = item.criteria[int(question.rpartition("-")[2])]
        told = {"name": criterion.name, "criteria_description": criterion.description, **criterion.levels}
        shown = json.dumps(told, ensure_ascii=False, indent=1)
        return {"REQUEST": item.prompt, "RESPONSE": text, "CRITERION": shown}

    def read(self, reply: str) -> JudgeReading | None:
        """A score from 1 to 10, or None."""
        return agreed(map(_reading, find_json(reply)), {"score": LOW})

    def judged(self, item: BenchItem, readings: Readings) -> JudgedItem:
        """v1, v2 and each criterion's own mark, with what the judge said of it."""
        scores: dict[str, float | None] = {}
        reasons = {}
        for question, criterion in zip(self.questions(item), item.criteria, strict=True):
            reading = readings.get(question)
            scores[f"{question} {criterion.name}"] = None if reading is None else reading.marks["score"]
            if reading is not None and reading.reason:
                reasons[f"{question} {criterion.name}"] = reading.reason
        return JudgedItem(_with_mean(scores), reasons)

    def empty(self, item: BenchItem) -> dict[str, float | None]:
        """All 1."""
        pairs = zip(self.questions(item), item.criteria, strict=True)
        return _with_mean({f"{question} {criterion.name}": float(LOW) for question, criterion in pairs})

    def average(self, name: str, scores: Sequence[ItemScore]) -> Metric:
        """The mean over items; v1 over all criterion scores, in an interval that holds it as it held the items' mean."""
        found = mean_of(name, scores)
        marks = [mark for score in scores for mark in marks_of(score) if mark is not None]
        if name != "v1" or not marks:
            return found
        value = math.fsum(marks) / len(marks)
        if found.low is None or found.high is None:
            return found.model_copy(update={"value": value})
        return found.model_copy(update={"value": value, "low": min(found.low, value), "high": max(found.high, value)})


def _reading(found: dict[str, object]) -> JudgeReading | None:
    score = whole_number(found.get("score"), LOW, HIGH)
    return None if score is None else JudgeReading({"score": score}, str(found.get("reason", "")))


def _with_mean(scores: dict[str, float | None]) -> dict[str, float | None]:
    average = mean([score for score in scores.values() if score is not None])
    return {"v1": average, "v2": None if average is None else average * 10, **scores}


def marks_of(score: ItemScore) -> list[float | None]:
    """An item's mark for each criterion, in their order."""
    return [mark for name, mark in score.scores.items() if name.startswith("criterion-")]
