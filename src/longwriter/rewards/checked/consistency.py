"""Consistency reward: how few contradictions rules can prove in a text.

1 for none, 0.5 for two in 10,000 words, a third for four. A text that says little contradicts nothing: this reward is one of
several. Texts that have no rules for their language have no value.
"""

from collections import Counter
from collections.abc import Sequence

from pydantic import JsonValue

from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.ledger.ledger import RULED
from longwriter.language import NAMES, tongue
from longwriter.rewards.base import FAILURE, RewardSettings, Sample, Verdict
from longwriter.rewards.tags import reader
from longwriter.text import count_words

LEAST_WORDS = 5000
"""A text of fewer words counts as one of so many: one slip is worth 0.5 there."""
HALF = 2.0
"""Contradictions in 10,000 words that are worth 0.5."""
_QUOTED = 10
"""Contradictions that a verdict quotes."""


def consistency(findings: int, words: int) -> float:
    """The reward, 0 to 1, of so many contradictions in so many words."""
    return 1 / (1 + 10_000 * findings / max(words, LEAST_WORDS) / HALF)


class ConsistencyReward:
    """`consistency` of each sample's answer, with the contradictions' quotes."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads `malformed`."""
        self._read = reader(settings.malformed)

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """None for a language without rules, 0 for an empty answer."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """The verdict on one sample."""
        tagged = self._read(sample.completion, sample.mode)
        words = count_words(tagged.answer)
        if not words:
            return Verdict(0.0, {"words": 0, "fault": tagged.fault})
        language = tongue(tagged.answer[:20_000])
        if language not in RULED:
            name = NAMES[language][0] if language in NAMES else "this language"
            said = f"no rules for {name}; there are some for English and Chinese"
            return Verdict(None, {FAILURE: said, "words": words, "fault": tagged.fault, "language": language})
        found = contradictions(tagged.answer, language)
        quoted: list[JsonValue] = [
            {"check": one.check, "message": one.message, "quotes": [*one.quotes]} for one in found[:_QUOTED]
        ]
        checks: dict[str, JsonValue] = dict(Counter(one.check for one in found))
        why: dict[str, JsonValue] = {
            "words": words,
            "fault": tagged.fault,
            "contradictions": len(found),
            "checks": checks,
            "first": quoted,
        }
        return Verdict(consistency(len(found), words), why)

    async def aclose(self) -> None:
        """Nothing to release."""
