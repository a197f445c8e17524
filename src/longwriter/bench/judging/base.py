"""What kinds of judging share: how one is described, what a reply and all replies about an item come to."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from longwriter.bench.records import BenchItem, ItemScore, Metric, Rating, Response
from longwriter.bench.stats.bootstrap import metric
from longwriter.prompts import prompt_set

PROMPTS = Path(__file__).parents[1] / "prompts"
AGAIN = "/again"
"""Ends the id of a question that is asked a second time."""
_DOTS = re.compile(r"\s*(\.{3}|…+|<[^<>]*>)\s*")


class QuotedError(NamedTuple):
    """An error that a judge names, with words of the two passages that prove it."""

    kind: str
    earlier: str
    later: str
    why: str


class JudgeReading(NamedTuple):
    """What one reply says."""

    marks: dict[str, float]
    """On the judge's own scale; points of the system for a pair."""
    reason: str = ""
    errors: tuple[QuotedError, ...] = ()
    """Those that it names, of a judging that looks for errors."""


Readings = Mapping[str, JudgeReading | None]
"""By question; None where no reply could be had or read."""


class JudgedItem(NamedTuple):
    """What the readings make of an item."""

    scores: dict[str, float | None]
    """By metric; None where replies are missing."""
    reasons: dict[str, str]
    """What the judge said, by metric."""


class ScoredItem(NamedTuple):
    """An item with all that is known of it."""

    item: BenchItem
    response: Response
    score: ItemScore
    readings: dict[str, JudgeReading | None]
    """By question, repeats with `AGAIN`; empty for a text that was not put to the judge."""


@dataclass(frozen=True)
class Summary:
    """What a benchmark or a judging says of a whole run, beside the means of its metrics."""

    metrics: dict[str, Metric] = field(default_factory=dict)
    by: dict[str, dict[str, dict[str, Metric]]] = field(default_factory=dict)
    """Name of a split -> part -> metric."""
    checks: dict[str, Metric] = field(default_factory=dict)
    """Checks of the judge itself."""
    ratings: tuple[Rating, ...] = ()
    curve: tuple[tuple[int, Metric], ...] = ()
    """Words asked for, and words written at it."""


class Judging(Protocol):
    """One kind of judging. Pure: asks nobody. A subclass says what is not as here."""

    name: str
    fields: tuple[str, ...] = ("REQUEST", "RESPONSE")
    """What a wording must hold, as $REQUEST$."""
    headline: str
    """Metric that stands for what the judge says."""
    metrics: tuple[str, ...]
    """Metrics to be averaged over items, headline of the benchmark first; other scores of an item are its own."""
    schema: dict[str, object] | None = None
    """JSON schema of a reply to our own wording."""

    def wordings(self) -> dict[str, str]:
        """The wording of a question in each language, English among them; here from the package's prompts."""
        return {language: prompt_set(PROMPTS / language).text(self.name) for language in ("en", "zh")}

    def questions(self, item: BenchItem) -> list[str]:  # noqa: ARG002 - for those that ask by item
        """Each question's name, unique in the item."""
        return [self.name]

    def values(self, item: BenchItem, text: str, question: str) -> dict[str, str]:  # noqa: ARG002 - as above
        """What fills the wording's fields."""
        return {"REQUEST": item.prompt, "RESPONSE": text}

    @abstractmethod
    def read(self, reply: str) -> JudgeReading | None:
        """None for a reply that does not say what was asked; nothing is guessed."""
        ...

    @abstractmethod
    def judged(self, item: BenchItem, readings: Readings) -> JudgedItem:
        """The item's scores."""
        ...

    def judged_in(self, item: BenchItem, text: str, readings: Readings) -> JudgedItem:  # noqa: ARG002 - for quotes
        """The item's scores where its text is needed, as quotes of it are looked up; here it is not."""
        return self.judged(item, readings)

    @abstractmethod
    def empty(self, item: BenchItem) -> dict[str, float | None]:
        """The scores of an empty text: the lowest."""
        ...

    def combined(self, scores: dict[str, float | None]) -> dict[str, float | None]:
        """An item's scores, S_l among them where it has a length, with what is made of several of them."""
        return scores

    def average(self, name: str, scores: Sequence[ItemScore]) -> Metric:
        """A metric over items that have it."""
        return mean_of(name, scores)

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:  # noqa: ARG002 - as above
        """What the verdicts say of the whole run. `system`: the name under which it is compared."""
        return Summary()


def mean_of(name: str, scores: Sequence[ItemScore]) -> Metric:
    """Mean of a metric with its interval over items."""
    return metric([score.scores[name] for score in scores])


def agreed(readings: Iterable[JudgeReading | None], example: dict[str, float]) -> JudgeReading | None:
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


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    return sum(values) / len(values) if values else None
