"""The records of a benchmark run, from what is asked to what is reported.

A run is a folder (see `runs`): its journal holds every item, response and reply of the judge as they came, and `scores.json`
is computed from the journal alone, so that anyone can compute it again without a model. A response or judgement that
could not be had is a failure with a reason, counted beside the scores and never a number.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import Field

from longwriter.types import Record

BUCKETS = ((500, "[0, 500)"), (2000, "[500, 2k)"), (4000, "[2k, 4k)"), (20_001, "[4k, 20k]"))
"""Classes of required lengths: the first length that is too long for it, and its name."""
LONGEST = "more than 20k"


class Criterion(Record):
    """One thing that a judge looks at; each item has its own."""

    name: str
    description: str = ""
    levels: dict[str, str] = Field(default_factory=dict)
    """Range of the score, such as "9-10", and what earns it."""


class BenchItem(Record):
    """One task of a benchmark."""

    id: str
    prompt: str = Field(min_length=1)
    required: int | None = Field(default=None, gt=0)
    """Words asked for."""
    language: str = "en"
    type: str = ""
    groups: dict[str, str] = Field(default_factory=dict)
    """Other ways to split the scores by, such as domain1 or requirement."""
    facts: dict[str, str] = Field(default_factory=dict)
    """What a judging of your own needs to know, such as a reference answer; the scores are never split by it."""
    criteria: tuple[Criterion, ...] = ()
    baselines: dict[str, str] = Field(default_factory=dict)
    """Recorded texts of other systems, by the system's name."""


class Spending(Record):
    """What a result took; None where nobody knows."""

    seconds: float | None = None
    calls: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None


class Response(Spending):
    """What a system wrote for an item."""

    id: str
    """The item's id."""
    text: str = ""
    """Without thinking; "" for an empty answer, which scores 0 in length and is counted."""
    finish: str = ""
    """Why the reply ended, as `types.Reply` has it, or "" where nobody knows."""
    failure: str = ""
    """Why there is no text; such a response has no scores."""


class RunTexts(NamedTuple):
    """What was asked and written, by the item's id."""

    items: Mapping[str, BenchItem]
    responses: Mapping[str, Response]


class Judgement(Record):
    """What the judge said to one question, in as many tries as it took."""

    id: str
    """The question's id, ITEM/WHAT, such as "12/quality", "12/criterion-3" or "12/gpt-4o/ab"."""
    replies: tuple[str, ...]
    """Raw, the last one last; those before it could not be read."""
    failure: str = ""
    """Why there is none, or no further one: the next try met no model."""


class Metric(Record):
    """One number with its interval."""

    value: float | None
    """None where there is nothing to average."""
    low: float | None = None
    high: float | None = None
    """95 % bootstrap interval over items."""
    n: int
    """Items that have a value."""
    missing: int = 0
    """Items that should have one: response or judgement failed."""


class ItemScore(Record):
    """One item's numbers; what paired comparisons and the report's samples are made from."""

    id: str
    type: str = ""
    language: str = "en"
    groups: dict[str, str] = Field(default_factory=dict)
    required: int | None = None
    words: int | None
    """Written; None for a failed response."""
    scores: dict[str, float | None]
    """By metric, such as S_l, S_q, quality/Coherence, win; None where missing."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """What the judge said, by metric."""
    failures: tuple[str, ...] = ()


class Rating(Record):
    """A system's place in an arena; ratings of one table have the mean 1000."""

    name: str
    rating: float
    low: float | None = None
    high: float | None = None
    battles: int = 0
    wins: float = 0
    """Ties count half."""


class Decay(Record):
    """One measure along the texts."""

    name: str
    """Such as repetition or new_words."""
    values: tuple[float | None, ...]
    """Mean over texts at each tenth of a text, first to last."""
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    n: int
    """Texts."""


class Scores(Record):
    """scores.json: all of a run that a table, a page or a comparison shows."""

    benchmark: str
    system: str
    judge: str | None = None
    compat: str | None = None
    settings: dict[str, object] = Field(default_factory=dict)
    """What made the run: seed, temperatures, judge prompt (own wording or a file, with its sha256), dates, version."""
    metrics: dict[str, Metric]
    """The benchmark's own metrics, headline first."""
    by: dict[str, dict[str, dict[str, Metric]]] = Field(default_factory=dict)
    """"bucket" -> "[500, 2k)" -> metric; so for type, language and groups."""
    counts: dict[str, int] = Field(default_factory=dict)
    """items, responses, failed_responses, empty, judgements, unreadable, failed_judgements ..."""
    checks: dict[str, Metric] = Field(default_factory=dict)
    """Checks of the judge itself: order_agreement, length_bias, repeat_agreement."""
    measures: dict[str, Metric] = Field(default_factory=dict)
    """Measures of the texts, without a judge."""
    decay: tuple[Decay, ...] = ()
    ratings: tuple[Rating, ...] = ()
    curve: tuple[tuple[int, Metric], ...] = ()
    """LongWrite-Ruler: words required, and words written at it."""
    spent: dict[str, float | None] = Field(default_factory=dict)
    """calls, prompt_tokens, completion_tokens, cost, seconds."""
    items: tuple[ItemScore, ...] = ()
