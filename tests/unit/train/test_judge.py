"""What the scorer of rollouts takes over from the rewards."""

from pathlib import Path

import pytest

from longwriter.rewards.base import Verdict
from longwriter.rewards.scoring import RewardScores
from longwriter.train.grpo.scorer import Completion, RolloutScorer
from longwriter.train.grpo.settings import GrpoSettings

TEXT = "<answer>The keeper lit the lamp.</answer>"


@pytest.mark.parametrize(("shares", "mean"), [([0.25, 0.75], 0.5), ([0.25, None], 0.125)])
def test_repetition_is_as_the_format_reward_found_it(tmp_path: Path, shares: list[float | None], mean: float) -> None:
    """The texts repeat nothing: a share of another number is the reward's, and one that it left out is computed."""
    settings = GrpoSettings.model_validate({"objectives": ["format"], "group": 2, "completion_tokens": 100})
    known = {"request": "Write.", "mode": "direct", "lower": None, "upper": None, "prompt": "", "cut": False}
    rollouts = [Completion(id="r", completion=TEXT, **known) for _ in shares]  # type: ignore[arg-type]
    rows = [{"format": Verdict(i / 2, {"fault": "", "repeated": share})} for i, share in enumerate(shares)]
    found = RolloutScorer(settings, lambda _: RewardScores(rows), tmp_path).score(1, rollouts)
    assert found.measures["repetition"] == mean
