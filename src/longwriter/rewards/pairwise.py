"""A language model as judge: answers to one request are compared in pairs, each pair in both orders.

value = (wins + ties / 2) / comparisons, over all comparisons of an answer that could be read. A pair whose two orders
contradict each other counts as a tie, which is what their mean is; a pair of which one order could not be read, or that
is too long for the judge, is missing. Judges should be other models than the writer: models favour their own texts.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal, NamedTuple, cast

from pydantic import JsonValue

from longwriter.errors import PromptTooLong
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.cards import card_of
from longwriter.models.concurrency import together
from longwriter.models.limits import token_limit
from longwriter.models.servers.providers import OPENAI_KEY
from longwriter.models.verdicts import Question, Unreadable, ask, check_judge, the_json
from longwriter.prompts import prompt_set
from longwriter.rewards.base import FAILURE, RewardSettings, Verdict
from longwriter.text import language
from longwriter.types import Message

PROMPTS = Path(__file__).parent / "prompts"
Better = Literal["A", "B", "tie"]
POINTS = {"A": 1.0, "tie": 0.5, "B": 0.0}  # of the text that is shown first
VERDICT_WORDS = 60
"""Words of a verdict as JSON, with a sentence before it from a judge that does not keep to a schema."""
SAID_CHARS = 200
SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"better": {"type": "string", "enum": [*POINTS]}},
    "required": ["better"],
    "additionalProperties": False,
}


class OrderVerdict(NamedTuple):
    """The judge's verdict on two texts in one order."""

    better: Better | None
    """None: there is no verdict."""
    fault: str = ""
    """Why there is none."""
    too_long: bool = False
    """The judge cannot read so much, in either order."""


class ComparedPair(NamedTuple):
    """Two answers compared in both orders."""

    first: int
    second: int
    points: tuple[float | None, float | None]
    """Points of `first`: when it was shown first, and when it was shown second; None where there is no verdict."""
    fault: str = ""
    too_long: bool = False


class PairwiseJudge:
    """Judges with the model `settings.judge`. One instance serves one event loop."""

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError for a model that cannot judge, and what `open_model` raises."""
        assert settings.judge is not None
        self._settings = settings
        self._asked: dict[tuple[str, str, str], OrderVerdict] = {}
        config = ModelConfig(
            model=settings.judge,
            base_url=settings.judge_url,
            # the provider's own variable where none is given
            key_env=None if settings.judge_key_env == OPENAI_KEY else settings.judge_key_env,
            headers=settings.judge_headers,
            extra_body=settings.judge_extra_body,
            timeout_s=settings.timeout_s,
            retry_s=settings.retry_s,
        )
        check_judge(config, "name another model as judge")
        self._limit = token_limit(VERDICT_WORDS, card_of(config.model))
        self._model = open_model(config)

    async def score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict per answer; those to one request that follow each other are compared. Raises SetupError or Unavailable.

        What was answered before a failure is kept until a call succeeds, and is not asked again.
        """
        pairs = list(_all_pairs(texts, self._settings.judge_others))
        found = await together((self._compare(texts, *pair) for pair in pairs), self._settings.calls)
        self._asked.clear()
        return [_verdict(place, [c for c in found if place in (c.first, c.second)]) for place in range(len(texts))]

    async def aclose(self) -> None:
        """Close connections."""
        await self._model.aclose()

    async def _compare(self, texts: Sequence[tuple[str, str]], first: int, second: int) -> ComparedPair:
        request, a, b = texts[first][0], texts[first][1], texts[second][1]
        if a == b:
            return ComparedPair(first, second, (0.5, 0.5))
        one = await self._once(request, a, b)
        other = one if one.too_long else await self._once(request, b, a)
        points = (
            None if one.better is None else POINTS[one.better],
            None if other.better is None else 1 - POINTS[other.better],
        )
        return ComparedPair(first, second, points, one.fault or other.fault, one.too_long or other.too_long)

    async def _once(self, request: str, a: str, b: str) -> OrderVerdict:
        """What `_ask` gives, or gave before a failure of others."""
        key = (request, a, b)
        if key not in self._asked:
            self._asked[key] = await self._ask(request, a, b)
        return self._asked[key]

    async def _ask(self, request: str, a: str, b: str) -> OrderVerdict:
        """The better text; or none, with the beginning of the last reply that could not be read."""
        text = prompt_set(PROMPTS / language(request)).render("pairwise", request=request, a=a, b=b)
        question = Question((Message(role="user", content=text),), self._limit, SCHEMA)
        try:
            answer = await ask(self._model, question, read_better)
        except PromptTooLong as error:
            return OrderVerdict(None, f"too long for the judge: {error.said or error}", too_long=True)
        if answer.value is None:
            said = answer.said[:SAID_CHARS]
            return OrderVerdict(None, f"no reply of the judge could be read; the last began {said!r}")
        return OrderVerdict(answer.value)


def read_better(reply: str) -> Better:
    """The verdict in a reply with {"better": "A"} and no other key. Raises Unreadable."""
    value = the_json(reply)
    better = value.get("better")
    if len(value) != 1 or not isinstance(better, str) or better not in POINTS:
        raise Unreadable(f'the reply does not say {{"better": ...}} with one of {", ".join(POINTS)}')
    return cast(Better, better)


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
    points, agreed = [], 0
    for pair in compared:
        one, other = pair.points
        if one is not None and other is not None:
            points.append((one + other) / 2 if pair.first == place else 1 - (one + other) / 2)
            agreed += one == other
    too_long = sum(c.too_long for c in compared)
    why: dict[str, JsonValue] = {
        "compared": len(points),
        "wins": sum(p > 0.5 for p in points),
        "ties": sum(p == 0.5 for p in points),
        "unreadable": len(compared) - len(points) - too_long,
        "too_long": too_long,
        "agreement": agreed / len(points) if points else None,
    }
    if points:
        return Verdict(sum(points) / len(points), why)
    reason = next((c.fault for c in compared if c.fault), "no other answer to it")
    return Verdict(None, {**why, FAILURE: reason})
