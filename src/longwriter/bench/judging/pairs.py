"""Arena-Write: the text beside each recorded one, in both orders, with five verdicts (arXiv:2506.18841).

In the win rate A>>B and A>B are wins alike, and A=B is half of one. A recorded text of which one order could not be read
counts for nothing. For Elo a pair is one battle, whose points are the mean over both orders of 1, 0.75, 0.5, 0.25, 0.
"""

import re

from longwriter.bench.judging.base import Judged, Reading, Readings, agreed, find_json, mean
from longwriter.bench.records import Item
from longwriter.bench.stats.ratings import Battle

POINTS = {"A>>B": 1.0, "A>B": 0.75, "A=B": 0.5, "B>A": 0.25, "B>>A": 0.0}
"""Of the text that stands first."""
FIRST, SECOND = "ab", "ba"
"""Where the system's text stands."""
_BRACKETS = re.compile(r"\[\[\s*(A\s*>>\s*B|A\s*>\s*B|A\s*=\s*B|B\s*>\s*A|B\s*>>\s*A)\s*\]\]")
_NARROW = str.maketrans("＞＝", ">=")
"""Chinese judges write the signs as wide as their characters."""
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"reason": {"type": "string"}, "verdict": {"type": "string", "enum": list(POINTS)}},
    "required": ["reason", "verdict"],
    "additionalProperties": False,
}


class Pairs:
    """See above."""

    name = "pairs"
    fields: tuple[str, ...] = ("REQUEST", "A", "B")
    headline = "win"
    metrics: tuple[str, ...] = ("win",)
    schema = SCHEMA

    def whats(self, item: Item) -> list[str]:
        """BASELINE/ab, BASELINE/ba ..."""
        return [f"{name}/{order}" for name in item.baselines for order in (FIRST, SECOND)]

    def values(self, item: Item, text: str, what: str) -> dict[str, str]:
        """See `Judging`."""
        name, _, order = what.rpartition("/")
        other = item.baselines[name]
        a, b = (text, other) if order == FIRST else (other, text)
        return {"REQUEST": item.prompt, "A": a, "B": b}

    def read(self, reply: str) -> Reading | None:
        """Points of the text that stands first; from JSON, or from the one [[A>B]] of a reply in prose."""
        reply = reply.translate(_NARROW)
        if found := find_json(reply):
            return agreed(map(_reading, found), {"first": POINTS["A=B"]})
        marked = {re.sub(r"\s", "", mark) for mark in _BRACKETS.findall(reply)}
        return Reading({"first": POINTS[marked.pop()]}, reply.strip()) if len(marked) == 1 else None

    def judged(self, item: Item, readings: Readings) -> Judged:
        """`win`, 0 to 100, and win/BASELINE."""
        scores: dict[str, float | None] = {}
        reasons = {}
        for name in item.baselines:
            both = [points_of(readings, name, order) for order in (FIRST, SECOND)]
            known = [won(points) for points in both if points is not None]
            scores[f"win/{name}"] = 100 * sum(known) / 2 if len(known) == 2 else None
            for order in (FIRST, SECOND):
                reading = readings.get(f"{name}/{order}")
                if reading is not None and reading.reason:
                    reasons[f"win/{name} {order}"] = reading.reason
        average = mean([score for score in scores.values() if score is not None])
        return Judged({"win": average, **scores}, reasons)

    def empty(self, item: Item) -> dict[str, float | None]:
        """All lost."""
        return {"win": 0.0, **{f"win/{name}": 0.0 for name in item.baselines}}

    def battles(self, item: Item, system: str, readings: Readings | None) -> list[Battle]:
        """Of the system with each recorded text, both orders as one; `readings` None: an empty text, which loses."""
        found = []
        for name in item.baselines:
            both = [0.0 if readings is None else points_of(readings, name, order) for order in (FIRST, SECOND)]
            known = [points for points in both if points is not None]
            if len(known) == 2:
                found.append(Battle(system, name, sum(known) / 2))
        return found


def _reading(found: dict[str, object]) -> Reading | None:
    verdict = re.sub(r"\s|\[|\]", "", str(found.get("verdict", "")))
    return Reading({"first": POINTS[verdict]}, str(found.get("reason", ""))) if verdict in POINTS else None


def points_of(readings: Readings, name: str, order: str) -> float | None:
    """The system's points in one order; None where no reply could be read."""
    reading = readings.get(f"{name}/{order}")
    if reading is None:
        return None
    first = reading.marks["first"]
    return first if order == FIRST else 1 - first


def won(points: float) -> float:
    """1 for a win of either kind, 0.5 for a tie, 0 for a loss."""
    return 0.5 if points == 0.5 else float(points > 0.5)
