"""Length reward of LongWriter-Zero (arXiv:2506.18841, the Length RM): how near a text is to a range of lengths.

1 inside [lower, upper]; below it words / lower; above it (longest - words) / (longest - upper), never below 0. The paper
does not give L_max, here `longest` times upper. Only the answer counts, by `text.count_words`.
"""

from collections.abc import Sequence

from longwriter.rewards.base import RewardSettings, Sample, Traits, Verdict
from longwriter.rewards.tags import reader
from longwriter.text import count_words


def length_reward(words: int, lower: int, upper: int, longest: float = 2.0) -> float:
    """The reward, 0 to 1, of `words` words where `lower` to `upper` are wanted; 0 from `longest` * `upper` words on.

    No words are worth 0, even where `lower` is 0: what words / lower says for every other lower.
    `ValueError` unless 0 <= lower <= upper, upper > 0, words >= 0 and longest > 1.
    """
    if words < 0 or not 0 <= lower <= upper or upper == 0 or not longest > 1:
        raise ValueError(f"no length reward for {words} words in {lower} to {upper}, longest {longest}")
    if words == 0:
        return 0.0
    if words < lower:
        return words / lower
    if words <= upper:
        return 1.0
    most = longest * upper
    return max(0.0, (most - words) / (most - upper))


class LengthReward:
    """`length_reward` of each sample's answer; where its tags are malformed, of none, or of what `malformed` says."""

    traits = Traits(needs_range=True, punishes_cut=True)

    def __init__(self, settings: RewardSettings) -> None:
        """Reads `longest` and `malformed`."""
        self.longest, self._read = settings.longest, reader(settings.malformed)

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """None for a sample without a range."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """The verdict on one sample, with its words, its range and the fault of its tags ("" for none)."""
        tagged = self._read(sample.completion, sample.mode)
        words = count_words(tagged.answer)
        why = {"words": words, "lower": sample.lower, "upper": sample.upper, "fault": tagged.fault}
        if sample.lower is None or sample.upper is None:
            return Verdict(None, why)
        return Verdict(length_reward(words, sample.lower, sample.upper, self.longest), why)

    async def aclose(self) -> None:
        """Nothing to release."""
