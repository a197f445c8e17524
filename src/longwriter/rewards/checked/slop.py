"""Stock phrases as a reward: 1 for a text with no more of them than people's, less with each one more, 0 from four times on.

r = phrases per 1,000 words of the answer, those of a shorter one than `LEAST_WORDS` words over so many. p = the 90th
percentile of people's texts, of the kind that has more of them. 1 up to r = p, then (Z p - r) / (Z p - p), 0 from Z p on.
One limit for fiction and other prose, as whatever told them apart would be noise in the reward, or a way to gain it.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from longwriter.checks.slop.score import LEAST_WORDS, slop
from longwriter.checks.slop.stock import StockList, read_list, shipped
from longwriter.errors import InputError
from longwriter.language import NAMES, tongue
from longwriter.rewards.base import FAILURE, RewardSettings, Sample, Verdict
from longwriter.rewards.tags import reader

FREE = 18
"""Place of the 90th percentile in a list's 21."""
ZERO = 4.0
"""Times the free rate where nothing is left."""
SHOWN = 10
"""Phrases that the reasons name, the most used first."""


class SlopReward:
    """How few stock phrases each sample's answer has; an answer without words has 0, one without a list for it no value."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads `slop_list` and `malformed`. Raises InputError for a list that cannot be read or has no percentiles."""
        self._read = reader(settings.malformed)
        self._given = read_list(Path(settings.slop_list)) if settings.slop_list else None
        if self._given and not self._given.human:
            raise InputError(
                f"{settings.slop_list}: has no percentiles of human texts; make it with longwriter slop learn"
            )

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """None for a sample in a language without a list."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """The verdict on one sample, with the rate, the rate that is free, and the phrases used most."""
        tagged = self._read(sample.completion, sample.mode)
        if not tagged.answer.strip():
            return Verdict(0.0, {"fault": tagged.fault})
        language = tongue(tagged.answer)
        stock = self._given or shipped(language)
        if stock is None:
            name = NAMES[language][0] if language in NAMES else "this language"
            return Verdict(None, {FAILURE: f"no list of stock phrases for {name}; make one with longwriter slop learn"})
        found = slop(tagged.answer, stock=stock)
        rate = 1000 * len(found.hits) / max(LEAST_WORDS, found.words)
        phrases: dict[str, JsonValue] = dict(Counter(hit.phrase for hit in found.hits).most_common(SHOWN))
        free = free_rate(stock)
        why: dict[str, JsonValue] = {"per_1000": round(rate, 2), "free": free, "words": found.words, "phrases": phrases}
        return Verdict(slop_reward(rate, free), why)

    async def aclose(self) -> None:
        """Nothing to release."""


def free_rate(stock: StockList) -> float:
    """The rate that 90 % of people's texts stay within; never so low that a single phrase decides."""
    return max(1.0, *(steps[FREE] for steps in stock.human.values()))


def slop_reward(rate: float, free: float) -> float:
    """The reward, 0 to 1, of `rate` phrases per 1,000 words where `free` of them cost nothing."""
    return min(1.0, max(0.0, (ZERO * free - rate) / (ZERO * free - free)))
