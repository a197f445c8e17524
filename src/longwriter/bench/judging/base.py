"""What kinds of judging share."""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from longwriter.bench.base import Item

AGAIN = "/again"
"""Ends the id of a question that is asked a second time."""
_FENCE = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.S)


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


def find_json(reply: str) -> dict[str, object] | None:
    """The reply's JSON object: the reply itself, what stands in a code fence, or from the first brace to the last."""
    fenced = _FENCE.search(reply)
    start, end = reply.find("{"), reply.rfind("}")
    for piece in (reply, fenced[1] if fenced else "", reply[start : end + 1] if 0 <= start < end else ""):
        try:
            value = json.loads(piece, strict=False)  # line breaks inside strings are common
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return None


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
