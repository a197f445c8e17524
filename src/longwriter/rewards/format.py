"""Format reward of LongWriter-Zero (arXiv:2506.18841, the Format RM): think, then answer, and no passage twice.

What is well-formed, `tags` says. The paper does not say how its two parts combine; here a fault is 0, and else the
repetition factor counts.
"""

from collections.abc import Sequence

from longwriter.checks.repetition.repetition import repetition
from longwriter.rewards.base import RewardSettings, Sample, Traits, Verdict
from longwriter.rewards.tags import read_tags


class TagsReward:
    """0 for a fault of the tags, else 1: the format reward without the repetition factor, for comparison."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads no setting."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """A number for every sample."""
        faults = [read_tags(sample.completion, sample.mode).fault for sample in samples]
        return [Verdict(0.0 if fault else 1.0, {"fault": fault}) for fault in faults]

    async def aclose(self) -> None:
        """Nothing to release."""


class FormatReward:
    """0 for a fault of the tags; else the repetition factor of the answer."""

    traits = Traits(punishes_cut=True)

    def __init__(self, settings: RewardSettings) -> None:
        """Reads no setting."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """A number for every sample."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """The verdict on one sample, with its fault, the share that repeats and the passages that do."""
        tagged = read_tags(sample.completion, sample.mode)
        if tagged.fault:
            return Verdict(0.0, {"fault": tagged.fault, "repeated": None, "passages": []})
        found = repetition(tagged.answer)
        passages = [passage.quoted(tagged.answer) for passage in found.passages]
        return Verdict(found.factor, {"fault": "", "repeated": round(found.share, 4), "passages": [*passages]})

    async def aclose(self) -> None:
        """Nothing to release."""
