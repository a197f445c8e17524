"""Writing reward of LongWriter-Zero (arXiv:2506.18841): how good an answer is as writing, from one of three judges.

    reward_model   a local folder made by `longwriter train reward`       rewards/reward_model.py
    reward_url     a reward model behind a server, such as vLLM           rewards/reward_server.py
    judge          a language model that compares answers in pairs        rewards/pairwise.py

Where several are set, `writing_by` names one of them: a reward model beside the judge of the generative reward.

What is judged is the answer alone, without its thinking. A completion without an answer is worth 0 (so is a malformed one,
unless `malformed` says otherwise): that is the policy's fault. A judge's fault is None, or an error: never a score.
"""

from collections.abc import Sequence
from typing import Protocol

from longwriter.config import imported
from longwriter.errors import InputError
from longwriter.rewards.base import RewardSettings, Sample, Traits, Verdict
from longwriter.rewards.tags import reader

JUDGES = {  # setting -> module and class, imported when chosen
    "reward_model": "longwriter.rewards.reward_model:LocalModel",
    "reward_url": "longwriter.rewards.reward_server:RewardServer",
    "judge": "longwriter.rewards.pairwise:PairwiseJudge",
}


class WritingJudge(Protocol):
    """What scores answers. Its class takes RewardSettings."""

    async def score(self, texts: Sequence[tuple[str, str]]) -> list[Verdict]:
        """One verdict per (request, answer), in order; answers to one request follow each other. Raises ModelError."""
        ...

    async def aclose(self) -> None:
        """Release connections and memory."""
        ...


def chosen_judge(settings: RewardSettings) -> str:
    """The key of `JUDGES` that the settings give, or of several the one that `writing_by` names. Raises InputError."""
    given = [kind for kind in JUDGES if getattr(settings, kind) is not None]
    chosen = [settings.writing_by] if settings.writing_by in given else given
    if len(chosen) != 1 or settings.writing_by not in (None, *given):
        told = f"writing_by = {settings.writing_by}; " if settings.writing_by else ""
        raise InputError(
            f"the writing reward needs one of {', '.join(JUDGES)}; {told}given: {' and '.join(given) or 'none'}"
            f"{'; say which with writing_by' if len(given) > 1 else ''}"
        )
    return chosen[0]


class WritingReward:
    """The writing reward, by the one judge that the settings name."""

    traits = Traits(needs_request=True)

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError unless exactly one judge is set, and what that judge raises for what cannot work."""
        kind = chosen_judge(settings)
        self._judge: WritingJudge = imported(kind, JUDGES, "judge")(settings)
        self.traits = self.traits._replace(compares=kind == "judge")
        self._read = reader(settings.malformed)

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """One verdict per sample, in order. Raises SetupError or Unavailable for what concerns them all.

        The same answer to the same request is scored once: a model's scores differ in their last digits by the batch that a
        text is in, and the normalisation of a group would make a whole advantage of that. A judge that compares sees them all.
        """
        verdicts: dict[int, Verdict] = {}
        texts: dict[int, tuple[str, str]] = {}
        for place, sample in enumerate(samples):
            tagged = self._read(sample.completion, sample.mode)
            if not tagged.answer.strip():
                verdicts[place] = Verdict(0.0, {"fault": tagged.fault})
            else:
                texts[place] = (sample.request, tagged.answer)
        asked = list(texts.values()) if self.traits.compares else list(dict.fromkeys(texts.values()))
        found = await self._judge.score(asked)
        scored = (
            found if self.traits.compares else map(dict(zip(asked, found, strict=True)).__getitem__, texts.values())
        )
        verdicts |= zip(texts, scored, strict=True)
        return [verdicts[place] for place in range(len(samples))]

    async def aclose(self) -> None:
        """Release the judge's connections and memory."""
        await self._judge.aclose()
