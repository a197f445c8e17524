"""How near an answer is to a writer's style, by rules (`checks/style`): a reward for training in a voice.

Between what is usual of the writer's own passages of its length (t = 0) and of other writers' (t = 1), the value falls as
1 / (1 + exp(4 (t - 0.5))): 0.88 to 0.12, and never flat. Without other writers, t = 1 stands at half again as far as is
usual of the sample's own.
"""

from collections.abc import Sequence
from pathlib import Path

from longwriter.checks.style.distance import LEAST_WORDS, distance_of, usual, usual_of_others
from longwriter.checks.style.features import count_style
from longwriter.checks.style.profile import read_profile
from longwriter.errors import SetupError
from longwriter.rewards.base import RewardSettings, Sample, Verdict, sigmoid
from longwriter.rewards.tags import read_tags

STEEPNESS = 4.0
ALONE = 1.5
"""How many times as far as usual is strange, where there are no other writers."""


class StyleReward:
    """Near to the style of `RewardSettings.style`: 1; as far as other writers are: 0.12; too short to tell: 0."""

    def __init__(self, settings: RewardSettings) -> None:
        """Reads the profile. Raises SetupError where none is named, InputError for one that cannot be read."""
        if settings.style is None:
            raise SetupError("the style reward needs a profile: --style FILE, as `longwriter style learn` makes it")
        self.profile = read_profile(Path(settings.style))

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """A number for every sample."""
        return [self.verdict(sample) for sample in samples]

    def verdict(self, sample: Sample) -> Verdict:
        """The verdict on one sample, with its distance and the two figures that are furthest off."""
        tagged = read_tags(sample.completion, sample.mode)
        counts = count_style(tagged.answer, self.profile.language)
        if counts.words < LEAST_WORDS:
            return Verdict(0.0, {"fault": tagged.fault or f"{counts.words} words are too few for a style"})
        found = distance_of(self.profile, counts)
        near = usual(self.profile, counts.words)
        far = usual_of_others(self.profile, counts.words) or ALONE * near
        t = (found.value - near) / max(far - near, 0.05 * near, 1e-6)
        why = {off.name: round(off.value, 3) for off in found.furthest[:2]}
        return Verdict(sigmoid(STEEPNESS * (0.5 - t)), {"distance": round(found.value, 4), "furthest": {**why}})

    async def aclose(self) -> None:
        """Nothing to release."""
