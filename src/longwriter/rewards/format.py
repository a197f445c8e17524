"""Form reward of LongWriter-Zero (arXiv:2506.18841, the Format RM): think, then answer, and no passage twice.

A think reply is exactly one <think>...</think> and then exactly one <answer>...</answer>, a direct reply exactly one
<answer>...</answer>; blanks alone may stand around them. Tags are written so and no other way: in capitals, with blanks
or with attributes they are a fault, and so is any tag inside another. A plain reply is all answer. An answer of blanks
is a fault, empty thinking is not. The paper does not say how its two parts combine; here a fault is 0, and else the
repetition factor counts.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from longwriter.rewards.base import Mode, RewardSettings, Sample, Verdict
from longwriter.rewards.repetition import repetition

_TAG = re.compile(r"<\s*+/?\s*+(think|answer)\b[^<>]*>", re.I)
_WANTED = {"think": ["<think>", "</think>", "<answer>", "</answer>"], "direct": ["<answer>", "</answer>"]}
EMPTY = "the answer is empty"
_SHOWN = 40
"""Characters of a stray text or tag that a fault quotes."""


def mode_of(completion: str) -> Mode:
    """The mode that a completion was likely written in, by the tags anywhere in it, however they are written."""
    names = {match[1].lower() for match in _TAG.finditer(completion)}
    return "think" if "think" in names else "direct" if names else "plain"


class Tagged(NamedTuple):
    """A completion taken apart. Both texts without blanks at their ends, and "" on a fault."""

    think: str
    answer: str
    fault: str
    """What is wrong with the form, for a person; "" when it is well-formed."""


def read_tags(completion: str, mode: Mode) -> Tagged:
    """Thinking and answer of a completion, in time linear in its length; in plain mode all is the answer, unchanged."""
    if mode == "plain":
        return Tagged("", completion, "") if completion.strip() else Tagged("", "", EMPTY)
    found = list(_TAG.finditer(completion))
    wanted = _WANTED[mode]
    fault = _wrong_tags([match[0] for match in found], wanted)
    if fault:
        return Tagged("", "", fault)
    ends = [0, *(place for match in found for place in match.span()), len(completion)]
    parts = [completion[start:end].strip() for start, end in zip(ends[::2], ends[1::2], strict=True)]
    outside = next((part for part in parts[::2] if part), "")
    if outside:
        return Tagged("", "", f"text outside the tags: {outside[:_SHOWN]!r}")
    if not parts[-2]:
        return Tagged("", "", EMPTY)
    return Tagged(parts[1] if mode == "think" else "", parts[-2], "")


def _wrong_tags(tags: list[str], wanted: list[str]) -> str:
    """What differs from the wanted tags in their order; "" for nothing."""
    if tags == wanted:
        return ""
    odd = next((tag for tag in tags if tag not in wanted), None)
    if odd is not None:
        return f"{odd[:_SHOWN]!r} is none of the tags {' '.join(wanted)}"
    missing = [tag for tag in wanted if tag not in tags]
    if missing:
        return f"no {missing[0]}"
    repeated = next((tag for tag in wanted if tags.count(tag) > 1), None)
    if repeated:
        return f"{repeated} stands {tags.count(repeated)} times"
    return f"tags in the order {' '.join(tags)}"


class TagsReward:
    """0 for a fault, else 1: the form without the repetition factor, for comparison."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads no setting."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """A number for every sample."""
        faults = [read_tags(sample.completion, sample.mode).fault for sample in samples]
        return [Verdict(0.0 if fault else 1.0, {"fault": fault}) for fault in faults]

    async def aclose(self) -> None:
        """Nothing to give back."""


class FormatReward:
    """0 for a fault; else the repetition factor of the answer."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads no setting."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """A number for every sample."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """Of one sample, with its fault, and the share and the passages that repeat."""
        tagged = read_tags(sample.completion, sample.mode)
        if tagged.fault:
            return Verdict(0.0, {"fault": tagged.fault, "repeated": None, "passages": []})
        found = repetition(tagged.answer)
        passages = [passage.quoted(tagged.answer) for passage in found.passages]
        return Verdict(found.factor, {"fault": "", "repeated": round(found.share, 4), "passages": [*passages]})

    async def aclose(self) -> None:
        """Nothing to give back."""
