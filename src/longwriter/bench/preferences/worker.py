"""What a reward model or a judge says of pairs, as a worker of `steps`.

A reward model scores both texts, each by itself; a judge reads both at once, in both orders. An item is some pairs, since a
local model scores texts in batches.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from longwriter.config import imported
from longwriter.models.concurrency import together
from longwriter.rewards.base import RewardSettings, Verdict
from longwriter.rewards.pairwise import judge_config
from longwriter.rewards.preference.comparer import ComparedTexts, Comparer
from longwriter.rewards.preference.pair import PreferencePair
from longwriter.rewards.scoring import reason_of
from longwriter.rewards.writing import JUDGES, WritingJudge, chosen_judge
from longwriter.steps.step import Item, Result
from longwriter.types import Record

SCORED_AT_ONCE = 32
"""Pairs of one item for a reward model."""


class PairOutcome(Record):
    """What became of one pair."""

    id: str
    points: float | None = None
    """1 where the text that people chose is preferred, 0.5 for a tie, 0 where the other is; None: no verdict."""
    chosen: float | None = None
    """Its score by a reward model."""
    rejected: float | None = None
    orders: tuple[float, float] | None = None
    """By a judge: points when the chosen text was shown first, and when it was shown second."""
    reasons: tuple[str, ...] = ()
    """By a judge that reasons: in each of these orders."""
    fault: str = ""
    """Why there is no verdict."""


class PairOutcomes(Record):
    """The result of an item."""

    pairs: tuple[PairOutcome, ...]


def items_of(pairs: Sequence[PreferencePair], kind: str) -> list[Item]:
    """What `PreferenceWorker` works on; `kind`: a key of `JUDGES`."""
    size = 1 if kind == "judge" else SCORED_AT_ONCE
    starts = range(0, len(pairs), size)
    return [{"id": pairs[start].id, "places": list(range(start, min(start + size, len(pairs))))} for start in starts]


class PreferenceWorker:
    """Asks the one reward model or judge that the settings name. See `steps.step.Worker`."""

    def __init__(self, settings: RewardSettings, pairs: Sequence[PreferencePair]) -> None:
        """Raises InputError unless exactly one is named."""
        self.settings, self.pairs, self.kind = settings, pairs, chosen_judge(settings)

    async def __aenter__(self) -> Self:
        self._comparer: Comparer | None = None
        self._scorer: WritingJudge | None = None
        if self.kind == "judge":
            self._comparer = Comparer(judge_config(self.settings), reasons=bool(self.settings.judge_reasons))
        else:
            self._scorer = imported(self.kind, JUDGES, "judge")(self.settings)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        opened = self._comparer or self._scorer
        if opened is not None:
            await opened.aclose()

    async def __call__(self, item: Item) -> Result:
        """`PairOutcomes`. The item: `places` of its pairs. Raises SetupError or Unavailable."""
        places = item["places"]
        assert isinstance(places, list)
        pairs = [self.pairs[place] for place in places]
        if self._comparer is not None:
            compare = self._comparer.compare
            found = await together((compare(p.request, p.chosen, p.rejected) for p in pairs), self.settings.calls)
            outcomes = [_compared(pair, texts) for pair, texts in zip(pairs, found, strict=True)]
        else:
            assert self._scorer is not None
            texts = [(pair.request, text) for pair in pairs for text in (pair.chosen, pair.rejected)]
            verdicts = await self._scorer.score(texts)
            outcomes = [_scored(*both) for both in zip(pairs, verdicts[::2], verdicts[1::2], strict=True)]
        return PairOutcomes(pairs=tuple(outcomes)).model_dump()


def _compared(pair: PreferencePair, texts: ComparedTexts) -> PairOutcome:
    reasons = tuple(order.reasons for order in (texts.first, texts.second) if order.reasons)
    return PairOutcome(id=pair.id, points=texts.value, orders=texts.points, reasons=reasons, fault=texts.fault)


def _scored(pair: PreferencePair, chosen: Verdict, rejected: Verdict) -> PairOutcome:
    if chosen.value is None or rejected.value is None:
        return PairOutcome(id=pair.id, fault=reason_of(chosen) or reason_of(rejected) or "no score")
    # the scores as they are: their sigmoids may be the same number
    scores = float(str(chosen.why["score"])), float(str(rejected.why["score"]))
    points = 0.5 if scores[0] == scores[1] else float(scores[0] > scores[1])
    return PairOutcome(id=pair.id, points=points, chosen=scores[0], rejected=scores[1])
