"""The generative reward: a language model reasons about two answers to one request, then prefers one, in both orders.

The same as the writing reward by a judge with `judge_reasons`, as a reward of its own name, so that it can stand beside
a writing reward by a reward model. On WritingPreferenceBench (arXiv:2510.14616) reward models that reason agree with people
in 66 % of the pairs on average, those that score with a head in 53 %, models asked for the verdict alone in 54 %.
"""

from longwriter.errors import InputError
from longwriter.rewards.base import RewardSettings, Traits
from longwriter.rewards.writing import WritingReward


class GenerativeReward(WritingReward):
    """value = (wins + ties / 2) / comparisons with other answers to the same request; orders that disagree are a tie."""

    traits = Traits(needs_request=True, compares=True)

    def __init__(self, settings: RewardSettings) -> None:
        """Raises InputError without `judge`, and for one that cannot judge."""
        if settings.judge is None:
            raise InputError("the generative reward needs a model that reasons: judge (--judge, grpo.rewards.judge)")
        super().__init__(settings.model_copy(update={"writing_by": "judge", "judge_reasons": True}))
