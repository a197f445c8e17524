"""A language model that says which of two texts is better, asked in both orders.

There are two ways to ask: for the verdict alone, or for reasons first and the verdict after them (a generative reward
model). With reasons, two orders that do not name the same text are a tie: a preference that hangs on the order is none.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple, cast

from longwriter.errors import PromptTooLong
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.cards import card_of
from longwriter.models.limits import token_limit
from longwriter.models.verdicts import Question, Unreadable, ask, check_judge, the_json
from longwriter.prompts import prompt_set
from longwriter.text import count_words, language
from longwriter.types import Message

PROMPTS = Path(__file__).parents[1] / "prompts"
Better = Literal["A", "B", "tie"]
POINTS = {"A": 1.0, "tie": 0.5, "B": 0.0}  # of the text that is shown first
VERDICT_WORDS = 60
"""Words of a verdict as JSON, with a sentence before it from a judge that does not keep to a schema."""
REASON_WORDS = 400
"""Words of reasons with their verdict: the prompt asks for 150 at most."""
LEAST_REASON_WORDS = 8
"""Fewer are no reasoning: SmolLM2-135M gives "A" as its reason."""
SAID_CHARS = 200
_BETTER: dict[str, object] = {"type": "string", "enum": [*POINTS]}


class OrderVerdict(NamedTuple):
    """The judge's verdict on two texts in one order."""

    better: Better | None
    """None: there is no verdict."""
    fault: str = ""
    """Why there is none."""
    too_long: bool = False
    """The judge cannot read so much, in either order."""
    reasons: str = ""
    """What it said before the verdict, where it was asked to."""


class WayToAsk(NamedTuple):
    """How the question is put, and how a reply is read."""

    prompt: str
    schema: dict[str, object]
    words: float
    read: Callable[[str], OrderVerdict]


class ComparedTexts(NamedTuple):
    """Two texts, a and b, compared in both orders."""

    first: OrderVerdict
    """With a shown first."""
    second: OrderVerdict
    """With b shown first."""
    strict: bool = False
    """Orders that do not say the same are a tie; else what their mean is."""

    @property
    def points(self) -> tuple[float, float] | None:
        """Points of a in each order, 1 for a win and 0.5 for a tie; None where one order has no verdict."""
        if self.first.better is None or self.second.better is None:
            return None
        return POINTS[self.first.better], 1 - POINTS[self.second.better]

    @property
    def value(self) -> float | None:
        """Points of a over both orders."""
        if self.points is None:
            return None
        one, other = self.points
        return 0.5 if self.strict and one != other else (one + other) / 2

    @property
    def fault(self) -> str:
        """Why there is no value."""
        return self.first.fault or self.second.fault

    @property
    def too_long(self) -> bool:
        """The judge cannot read both."""
        return self.first.too_long or self.second.too_long


class Comparer:
    """Asks one model. One instance serves one event loop."""

    def __init__(self, config: ModelConfig, *, reasons: bool) -> None:
        """`reasons`: ask for them before the verdict.

        Raises InputError for a model that cannot judge, and what `open_model` raises.
        """
        check_judge(config, "name another model as judge")
        self.reasons, self._way = reasons, REASONED if reasons else PLAIN
        self._limit = token_limit(self._way.words, card_of(config.model, config.card))
        self._asked: dict[tuple[str, str, str], OrderVerdict] = {}
        self._model = open_model(config)

    async def compare(self, request: str, a: str, b: str) -> ComparedTexts:
        """Two texts for one request. Raises SetupError or Unavailable; what was answered before is not asked again."""
        if a == b:
            same = OrderVerdict("tie", reasons="the same text")
            return ComparedTexts(same, same, self.reasons)
        first = await self._once(request, a, b)
        second = first if first.too_long else await self._once(request, b, a)
        return ComparedTexts(first, second, self.reasons)

    def forget(self) -> None:
        """Ask everything anew from here on."""
        self._asked.clear()

    async def aclose(self) -> None:
        """Close connections."""
        await self._model.aclose()

    async def _once(self, request: str, a: str, b: str) -> OrderVerdict:
        """What `_ask` gives, or gave before a failure of others."""
        key = (request, a, b)
        if key not in self._asked:
            self._asked[key] = await self._ask(request, a, b)
        return self._asked[key]

    async def _ask(self, request: str, a: str, b: str) -> OrderVerdict:
        """The verdict; or none, with the beginning of the last reply that could not be read."""
        text = prompt_set(PROMPTS / language(request)).render(self._way.prompt, request=request, a=a, b=b)
        question = Question((Message(role="user", content=text),), self._limit, self._way.schema)
        try:
            answer = await ask(self._model, question, self._way.read)
        except PromptTooLong as error:
            return OrderVerdict(None, f"too long for the judge: {error.said or error}", too_long=True)
        if answer.value is None:
            said = answer.said[:SAID_CHARS]
            return OrderVerdict(None, f"no reply of the judge could be read; the last began {said!r}")
        return answer.value


def read_better(reply: str) -> OrderVerdict:
    """The verdict in a reply with {"better": "A"} and no other key. Raises Unreadable."""
    return OrderVerdict(_better(the_json(reply), {"better"}))


def read_reasoned(reply: str) -> OrderVerdict:
    """Reasons and verdict: {"reasons": "...", "better": "A"}, or reasons in prose before {"better": "A"}. Raises Unreadable."""
    value = the_json(reply)
    better = _better(value, {"reasons", "better"})
    said = value.get("reasons", reply.partition("{")[0].strip().removesuffix("```json").strip("` \n"))
    if not isinstance(said, str) or count_words(said) < LEAST_REASON_WORDS:
        raise Unreadable(f"the reply gives no reasons of {LEAST_REASON_WORDS} words or more before its verdict")
    return OrderVerdict(better, reasons=said.strip())


def _better(value: dict[str, object], keys: set[str]) -> Better:
    better = value.get("better")
    if not value.keys() <= keys or not isinstance(better, str) or better not in POINTS:
        raise Unreadable(f'the reply does not say {{"better": ...}} with one of {", ".join(POINTS)}')
    return cast(Better, better)


PLAIN = WayToAsk(
    "pairwise",
    {"type": "object", "properties": {"better": _BETTER}, "required": ["better"], "additionalProperties": False},
    VERDICT_WORDS,
    read_better,
)
REASONED = WayToAsk(
    "reasoned",
    {
        "type": "object",
        "properties": {"reasons": {"type": "string"}, "better": _BETTER},  # in this order, so that reasons come first
        "required": ["reasons", "better"],
        "additionalProperties": False,
    },
    REASON_WORDS,
    read_reasoned,
)
