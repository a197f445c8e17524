"""What a judge takes over from the rewards."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from longwriter.rewards.base import Sample
from longwriter.train.grpo.scorer import Judge
from longwriter.train.grpo.scoring import Scores, Scoring
from longwriter.train.grpo.settings import GrpoSettings

TEXT = "<answer>The keeper lit the lamp.</answer>"


class Told(Scoring):
    """A format reward that says of each rollout what share of it repeats."""

    def __init__(self, shares: list[float | None]) -> None:
        self.shares = shares

    def score(self, samples: Sequence[Sample]) -> Scores:
        values = np.array([[i / len(samples)] for i in range(len(samples))])
        return Scores(values, [{"format": {"fault": "", "repeated": share}} for share in self.shares], 0.0)


@pytest.mark.parametrize(("shares", "mean"), [([0.25, 0.75], 0.5), ([0.25, None], 0.125)])
def test_repetition_is_as_the_format_reward_found_it(tmp_path: Path, shares: list[float | None], mean: float) -> None:
    """The texts repeat nothing: a share of another number is the reward's, and one that it left out is computed."""
    settings = GrpoSettings.model_validate({"objectives": ["format"], "group": 2, "completion_tokens": 100})
    known = {"request": "Write.", "mode": "direct", "lower": None, "upper": None, "prompt": "", "cut": False}
    rows = [{"id": "r", "completion": TEXT} | known for _ in shares]
    assert Judge(settings, Told(shares), tmp_path).judge(1, rows).measures["repetition"] == mean
