"""Arena-Write: the text beside each recorded one, in both orders, with five verdicts (arXiv:2506.18841).

In the win rate A>>B and A>B are wins alike, and A=B is half of one. A recorded text of which one order could not be read
counts for nothing. For Elo a pair is one battle, whose points are the mean over both orders of 1, 0.75, 0.5, 0.25, 0.
"""

import re
from collections.abc import Sequence

from longwriter.bench.judging.base import (
    JudgedItem,
    JudgeReading,
    Judging,
    Readings,
    ScoredItem,
    Summary,
    agreed,
    mean,
)
from longwriter.bench.records import BenchItem, Metric
from longwriter.bench.stats.bootstrap import metric
from longwriter.bench.stats.ratings import Battle, online, ratings
from longwriter.models.verdicts import find_json

POINTS = {"A>>B": 1.0, "A>B": 0.75, "A=B": 0.5, "B>A": 0.25, "B>>A": 0.0}
"""Points of the text that stands first, by verdict."""
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


class Pairs(Judging):
    """Two questions for each recorded text of an item, one in each order."""

    name = "pairs"
    fields: tuple[str, ...] = ("REQUEST", "A", "B")
    headline = "win"
    metrics: tuple[str, ...] = ("win",)
    schema: dict[str, object] | None = SCHEMA

    def questions(self, item: BenchItem) -> list[str]:
        """BASELINE/ab, BASELINE/ba ..."""
        return [f"{name}/{order}" for name in item.baselines for order in (FIRST, SECOND)]

    def values(self, item: BenchItem, text: str, question: str) -> dict[str, str]:
        """The request and both texts, in the question's order."""
        name, _, order = question.rpartition("/")
        other = item.baselines[name]
        a, b = (text, other) if order == FIRST else (other, text)
        return {"REQUEST": item.prompt, "A": a, "B": b}

    def read(self, reply: str) -> JudgeReading | None:
        """Points of the text that stands first; from JSON, or from the one [[A>B]] of a reply in prose."""
        reply = reply.translate(_NARROW)
        if found := find_json(reply):
            return agreed(map(_reading, found), {"first": POINTS["A=B"]})
        marked = {re.sub(r"\s", "", mark) for mark in _BRACKETS.findall(reply)}
        return JudgeReading({"first": POINTS[marked.pop()]}, reply.strip()) if len(marked) == 1 else None

    def judged(self, item: BenchItem, readings: Readings) -> JudgedItem:
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
        return JudgedItem({"win": average, **scores}, reasons)

    def empty(self, item: BenchItem) -> dict[str, float | None]:
        """All lost."""
        return {"win": 0.0, **{f"win/{name}": 0.0 for name in item.baselines}}

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:
        """Elo of the system and the recorded texts' models in both ways of counting; do both orders agree?"""
        taken = {name for s in scored for name in s.item.baselines}
        name = f"{system} (this run)" if system in taken else system
        battles: list[Battle] = []
        orders = list[float | None]()
        for s in scored:
            if not s.response.failure:
                battles += self.battles(s.item, name, s.readings if s.response.text else None)
            if s.readings:
                orders += [_orders_agree(s.readings, other) for other in s.item.baselines]
        rated = ratings(battles)
        own = next((rating for rating in rated if rating.name == name), None)
        metrics = {}
        if own is not None:
            metrics["elo"] = Metric(value=own.rating, low=own.low, high=own.high, n=own.battles)
            metrics["elo_online"] = Metric(value=round(online(battles)[name], 6), n=own.battles)
        return Summary(metrics, checks={"order_agreement": metric(orders)} if orders else {}, ratings=rated)

    def battles(self, item: BenchItem, system: str, readings: Readings | None) -> list[Battle]:
        """The system's battles with each recorded text, both orders as one; `readings` None: an empty text, which loses."""
        found = []
        for name in item.baselines:
            both = [0.0 if readings is None else points_of(readings, name, order) for order in (FIRST, SECOND)]
            known = [points for points in both if points is not None]
            if len(known) == 2:
                found.append(Battle(system, name, sum(known) / 2))
        return found


def _reading(found: dict[str, object]) -> JudgeReading | None:
    verdict = re.sub(r"\s|\[|\]", "", str(found.get("verdict", "")))
    return JudgeReading({"first": POINTS[verdict]}, str(found.get("reason", ""))) if verdict in POINTS else None


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


def _orders_agree(readings: Readings, name: str) -> float | None:
    """1 where both orders name the same better text, however clearly; None where one could not be read."""
    one, other = readings.get(f"{name}/{FIRST}"), readings.get(f"{name}/{SECOND}")
    if one is None or other is None:
        return None
    return float(won(one.marks["first"]) == 1 - won(other.marks["first"]))
