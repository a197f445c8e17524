"""Writing reward of LongWriter-Zero (arXiv:2506.18841): how good an answer is as writing, from one of three judges.

    reward_model   a local folder made by `longwriter train reward`       rewards/reward_model.py
    reward_url     a reward model behind a server, such as vLLM           rewards/reward_server.py
    judge          a language model that compares answers in pairs        rewards/pairwise.py

What is judged is the answer alone, without its thinking. A completion without an answer is worth 0: that is the policy's
fault. A judge's fault is None, or an error: never a score.
"""

import math
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from longwriter.errors import InputError
from longwriter.rewards.base import RewardSettings, Sample, Verdict
from longwriter.rewards.format import read_tags

JUDGES = {  # setting -> module and class, imported when chosen
    "reward_model": "longwriter.rewards.reward_model:LocalModel",
    "reward_url": "longwriter.rewards.reward_server:RewardServer",
    "judge": "longwriter.rewards.pairwise:PairwiseJudge",
}


class Judge(Protocol):
    """Scores answers. Its class takes RewardSettings."""

    async def score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict a (request, answer), in order; answers to one request stand together. Raises ModelError."""
        ...

    async def aclose(self) -> None:
        """Give back connections and memory."""
        ...


class WritingReward:
    """See above."""

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError unless exactly one judge is set, and what that judge raises for what cannot work."""
        given = settings.model_dump(include=set(JUDGES), exclude_none=True)
        if len(given) != 1:
            told = " and ".join(given) or "none"
            raise InputError(f"the writing reward needs one of {', '.join(JUDGES)}; given: {told}")
        module, _, name = JUDGES[next(iter(given))].partition(":")
        self._judge = cast(Judge, getattr(import_module(module), name)(settings))

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """One verdict a sample, in order. Raises SetupError or Unavailable for what concerns them all."""
        verdicts: dict[int, Verdict] = {}
        texts: dict[int, tuple[str, str]] = {}
        for place, sample in enumerate(samples):
            tagged = read_tags(sample.completion, sample.mode)
            if tagged.fault:
                verdicts[place] = Verdict(0.0, {"fault": tagged.fault})
            else:
                texts[place] = (sample.request, tagged.answer)
        found = await self._judge.score(list(texts.values()))
        verdicts |= {place: _numbered(verdict) for place, verdict in zip(texts, found, strict=True)}
        return [verdicts[place] for place in range(len(samples))]

    async def aclose(self) -> None:
        """Give back the judge's connections and memory."""
        await self._judge.aclose()


def _numbered(verdict: Verdict) -> Verdict:
    """The verdict, without a value that is no number."""
    if verdict.value is None or math.isfinite(verdict.value):
        return verdict
    return Verdict(None, {**verdict.why, "failure": f"the reward is {verdict.value}"})
