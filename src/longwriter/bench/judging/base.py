"""What kinds of judging share."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from longwriter.bench.records import Item

AGAIN = "/again"
"""Ends the id of a question that is asked a second time."""
_FENCE = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.S)
_DOTS = re.compile(r"\s*(\.{3}|…+|<[^<>]*>)\s*")


class Reading(NamedTuple):
    """What one reply says."""

    marks: dict[str, float]
    """On the judge's own scale; points of the system for a pair."""
    reason: str = ""


class Judged(NamedTuple):
    """What the readings make of an item."""

    scores: dict[str, float | None]
    """By metric; None where replies are missing."""
    reasons: dict[str, str]


Readings = Mapping[str, Reading | None]
"""By what was asked; None where no reply could be had or read."""


class Judging(Protocol):
    """One kind of judging. Pure: asks nobody."""

    name: str
    """Of its prompts, too."""
    fields: tuple[str, ...]
    """What a wording must hold."""
    headline: str
    """Metric that stands for the whole."""
    metrics: tuple[str, ...]
    """To be averaged over items, headline first; what else an item's scores hold is the item's own."""
    schema: dict[str, object]

    def whats(self, item: Item) -> list[str]:
        """Each question's name, unique in the item."""
        ...

    def values(self, item: Item, text: str, what: str) -> dict[str, str]:
        """What fills the wording's fields."""
        ...

    def read(self, reply: str) -> Reading | None:
        """None for a reply that does not say what was asked; nothing is guessed."""
        ...

    def judged(self, item: Item, readings: Readings) -> Judged:
        """The item's scores."""
        ...

    def empty(self, item: Item) -> dict[str, float | None]:
        """The scores of an empty text: the lowest."""
        ...


def find_json(reply: str) -> list[dict[str, object]]:
    """The reply's JSON objects: the reply itself; else what code fences hold, and what stands outside of them.

    Outside, it is all from the first brace to the last: objects inside a broken one are never taken for the answer.
    """
    if (whole := _object(reply)) is not None:
        return [whole]
    outside = _FENCE.sub(" ", reply)
    pieces = [*_FENCE.findall(reply), outside[outside.find("{") : outside.rfind("}") + 1]]
    return [found for piece in pieces if piece and (found := _object(piece)) is not None]


def _object(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text, strict=False)  # line breaks inside strings are common
    except (ValueError, RecursionError):  # a judge caught in a loop opens brackets by the thousand
        return None
    return value if isinstance(value, dict) else None


def agreed(readings: Iterable[Reading | None], example: dict[str, float]) -> Reading | None:
    """The last of readings that say the same; None where there is none, or where they contradict each other.

    `example`: marks that wordings show, with dots or angle brackets for a reason; who only says that back has not answered.
    """
    found = [r for r in readings if r is not None and not (r.marks == example and _DOTS.fullmatch(r.reason))]
    return found[-1] if found and all(r.marks == found[0].marks for r in found) else None


def whole_number(value: object, low: int, high: int) -> int | None:
    """The value as a number in the scale: 4, 4.0 or "4"; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,2}(\.0)?\s*", value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or not low <= value <= high:
        return None
    return int(value) if value == int(value) else None


def mean(values: list[float]) -> float | None:
    """None of nothing."""
    return sum(values) / len(values) if values else None
