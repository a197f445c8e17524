"""A language model as judge: answers to one request are compared in pairs, each pair in both orders.

value = (wins + ties / 2) / comparisons, over all comparisons of an answer that could be read. A pair whose two orders
contradict each other counts as a tie, which is what their mean is; a pair of which one order could not be read, or that
is too long for the judge, is missing. Judges should be other models than the writer: models favour their own texts.
With `judge_reasons` the judge reasons before it prefers (`preference.comparer`).
"""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from pydantic import JsonValue

from longwriter.models.base import ModelConfig
from longwriter.models.concurrency import together
from longwriter.models.servers.providers import OPENAI_KEY
from longwriter.rewards.base import FAILURE, RewardSettings, Verdict
from longwriter.rewards.preference.comparer import ComparedTexts, Comparer

REASONS_SHOWN = 3
"""Comparisons of an answer whose reasons are kept in its verdict."""


class ComparedPair(NamedTuple):
    """Two answers, by their places."""

    first: int
    second: int
    texts: ComparedTexts

    def value(self, place: int) -> float | None:
        """Points of the answer at that place, one of the two."""
        value = self.texts.value
        return value if value is None or place == self.first else 1 - value


def judge_config(settings: RewardSettings) -> ModelConfig:
    """The model `settings.judge` and how it is reached."""
    assert settings.judge is not None
    return ModelConfig(
        model=settings.judge,
        base_url=settings.judge_url,
        # the provider's own variable where none is given
        key_env=None if settings.judge_key_env == OPENAI_KEY else settings.judge_key_env,
        headers=settings.judge_headers,
        extra_body=settings.judge_extra_body,
        timeout_s=settings.timeout_s,
        retry_s=settings.retry_s,
    )


class PairwiseJudge:
    """Judges with the model `settings.judge`. One instance serves one event loop."""

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError for a model that cannot judge, and what `open_model` raises."""
        self._settings = settings
        self._comparer = Comparer(judge_config(settings), reasons=bool(settings.judge_reasons))

    async def score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict per answer; those to one request that follow each other are compared. Raises SetupError or Unavailable.

        What was answered before a failure is kept until a call succeeds, and is not asked again.
        """
        pairs = list(_all_pairs(texts, self._settings.judge_others))
        found = await together((self._compare(texts, *pair) for pair in pairs), self._settings.calls)
        self._comparer.forget()
        return [_verdict(place, [c for c in found if place in (c.first, c.second)]) for place in range(len(texts))]

    async def aclose(self) -> None:
        """Close connections."""
        await self._comparer.aclose()

    async def _compare(self, texts: Sequence[tuple[str, str]], first: int, second: int) -> ComparedPair:
        request, a, b = texts[first][0], texts[first][1], texts[second][1]
        return ComparedPair(first, second, await self._comparer.compare(request, a, b))


def pairs_of(count: int, others: int) -> list[tuple[int, int]]:
    """Pairs of 0 to count - 1 in which each meets at least `others` others, or all: its next neighbours on a circle.

    Where not all meet, each meets the same number: `others`, rounded up to an even one.
    """
    if others >= count - 1:
        return [(i, j) for i in range(count) for j in range(i + 1, count)]
    reach = math.ceil(others / 2)
    return [(i, (i + step) % count) for step in range(1, reach + 1) for i in range(count)]


def _all_pairs(texts: Sequence[tuple[str, str]], others: int) -> Iterator[tuple[int, int]]:
    start = 0
    for _, group in groupby(texts, key=lambda text: text[0]):
        count = len(list(group))
        yield from ((start + i, start + j) for i, j in pairs_of(count, others))
        start += count


def _verdict(place: int, compared: Sequence[ComparedPair]) -> Verdict:
    """The verdict on one answer, from all its comparisons."""
    known = [pair for pair in compared if pair.texts.points is not None]
    values = [value for pair in known if (value := pair.value(place)) is not None]
    agreed = sum(one == other for pair in known for one, other in [pair.texts.points or (0.0, 1.0)])
    too_long = sum(c.texts.too_long for c in compared)
    why: dict[str, JsonValue] = {
        "compared": len(values),
        "wins": sum(v > 0.5 for v in values),
        "ties": sum(v == 0.5 for v in values),
        "unreadable": len(compared) - len(values) - too_long,
        "too_long": too_long,
        "agreement": agreed / len(values) if values else None,
    }
    if reasons := [told for pair in known[:REASONS_SHOWN] if (told := _reasons(place, pair))]:
        why["reasons"] = list[JsonValue](reasons)
    if values:
        return Verdict(sum(values) / len(values), why)
    reason = next((c.texts.fault for c in compared if c.texts.fault), "no other answer to it")
    return Verdict(None, {**why, FAILURE: reason})


def _reasons(place: int, pair: ComparedPair) -> dict[str, JsonValue] | None:
    """What the judge said of an answer, which is text A of it; None for a judge that gives no reasons."""
    own = pair.texts.first if place == pair.first else pair.texts.second
    return {"value": pair.value(place), "text_a_is_this": own.reasons} if own.reasons else None
