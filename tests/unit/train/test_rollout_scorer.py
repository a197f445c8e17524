"""From rollouts to advantages: what is cut, what is missing, and what a reward of the user's own says of itself."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from longwriter.errors import RunError
from longwriter.rewards.base import RewardSettings, Sample, Traits, Verdict
from longwriter.rewards.scoring import RewardScores, RewardSet
from longwriter.train.grpo.scorer import SILENT, Completion, RolloutScorer, ScoredStep, asking
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.rollouts.store import read_steps

HALF = 1 / math.sqrt(2)
"""Distance of two values from their mean, over their standard deviation (G - 1 = 1)."""


class Whole:
    """A reward of the user's own, about the whole text."""

    traits = Traits(punishes_cut=True)

    def __init__(self, settings: RewardSettings) -> None:
        self.closed = False

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        return [Verdict(len(sample.completion), {}) for sample in samples]

    async def aclose(self) -> None:
        self.closed = True


class Partial(Whole):
    traits = Traits()


sys.modules["own_of_scorer"] = sys.modules[__name__]
WHOLE, PARTIAL = "own_of_scorer:Whole", "own_of_scorer:Partial"


def completion(text: str, *, cut: bool = False, lower: int | None = None) -> Completion:
    upper = None if lower is None else 2 * lower
    return Completion(
        id="r", request="Write.", prompt="P: Write.", completion=text, mode="plain", lower=lower, upper=upper, cut=cut
    )


def scored(tmp_path: Path, overlong: str, *names: str) -> ScoredStep:
    """Two rollouts of one group, of 4 and of 2 characters; the longer one was cut."""
    settings = GrpoSettings.model_validate({"objectives": names, "group": 2, "overlong": overlong})
    with asking(RewardSet(names, RewardSettings())) as ask:
        return RolloutScorer(settings, ask, tmp_path).score(3, [completion("four", cut=True), completion("ab")])


@pytest.mark.parametrize(
    ("overlong", "name", "advantages"),
    [
        ("keep", WHOLE, [HALF, -HALF]),
        ("punish", WHOLE, [-HALF, HALF]),  # 0 and 2
        ("punish", PARTIAL, [HALF, -HALF]),
        ("mask", WHOLE, [0.0, -HALF]),
    ],
)
def test_a_reward_says_itself_whether_a_cut_takes_it(
    tmp_path: Path, overlong: str, name: str, advantages: list[float]
) -> None:
    step = scored(tmp_path, overlong, name)
    assert step.advantages == pytest.approx(advantages)
    assert step.measures["cut"] == 0.5
    [(number, rollouts)] = read_steps(tmp_path)
    assert number == 3
    assert [r.advantage for r in rollouts] == pytest.approx(advantages)
    assert [r.rewards[name] for r in rollouts] == [0.0 if (overlong, name) == ("punish", WHOLE) else 4.0, 2.0]
    assert {(r.group, r.prompt, r.think_words, r.answer_words) for r in rollouts} == {(0, "P: Write.", 0, 1)}


def test_the_length_reward_may_be_missing_where_no_request_has_a_range(tmp_path: Path) -> None:
    step = scored(tmp_path, "keep", "length", PARTIAL)
    assert step.measures["rewards/length/missing"] == 1
    assert step.advantages == pytest.approx([HALF, -HALF])


def test_a_reward_without_any_score_stops_the_run(tmp_path: Path) -> None:
    settings = GrpoSettings.model_validate({"objectives": ["length", PARTIAL], "group": 2})
    missing = {"length": Verdict(None, {}), PARTIAL: Verdict(1.0, {})}
    scorer = RolloutScorer(settings, lambda _: RewardScores([missing] * 2), tmp_path)
    assert scorer.score(1, [completion("a")] * 2).advantages == [0, 0]
    with pytest.raises(
        RunError, match=r"^the reward length gave no score for any of 2 rollouts; the first says \{\}; "
    ):
        scorer.score(2, [completion("a", lower=1)] * 2)
    gone = missing | {PARTIAL: Verdict(None, {"failure": "the server sleeps"})}
    with pytest.raises(RunError, match=r"gave no score for any of 2 rollouts; the first says .*the server sleeps"):
        RolloutScorer(settings, lambda _: RewardScores([gone] * 2), tmp_path).score(1, [completion("a")] * 2)


def test_a_reward_that_cannot_score_a_steps_requests_is_told_of_and_ends_the_run_only_where_that_stays(
    tmp_path: Path,
) -> None:
    settings = GrpoSettings.model_validate({"objectives": [WHOLE, PARTIAL], "group": 2})
    silent = [{WHOLE: Verdict(None, {"failure": "no rules for German"}), PARTIAL: Verdict(v, {})} for v in (0.0, 1.0)]
    both = [row | {WHOLE: Verdict(1.0, {})} for row in silent]
    said: list[str] = []
    steps = [silent, *[silent] * (SILENT - 2), both, *[silent] * SILENT]
    scorer = RolloutScorer(settings, lambda _: RewardScores(steps.pop(0)), tmp_path, said.append)
    rows = [completion("a"), completion("b")]
    for step in range(1, SILENT):
        found = scorer.score(step, rows)
        assert found.advantages == pytest.approx([-HALF, HALF]), "of the other reward"
        assert found.measures[f"rewards/{WHOLE}/missing"] == 1
    scorer.score(SILENT, rows)
    for step in range(1, SILENT):
        scorer.score(SILENT + step, rows)
    with pytest.raises(RunError, match=r"gave no score for any of 2 rollouts; the first says .*no rules for German"):
        scorer.score(2 * SILENT, rows)
    assert len([line for line in said if "no rules for German" in line]) == 2, "once in a row"


def test_seconds_of_waiting_are_measured(tmp_path: Path) -> None:
    settings = GrpoSettings.model_validate({"objectives": [PARTIAL], "group": 2})
    scores = RewardScores([{PARTIAL: Verdict(1.0, {})}] * 2, waited=3.0)
    assert RolloutScorer(settings, lambda _: scores, tmp_path).score(1, [completion("a")] * 2).measures["waited"] == 3


def test_rewards_are_closed_whatever_happens() -> None:
    rewards = RewardSet([WHOLE], RewardSettings())
    with pytest.raises(KeyError), asking(rewards):
        raise KeyError
    assert rewards._rewards[WHOLE].closed  # type: ignore[attr-defined]


class Shorter(Whole):
    """The shorter, the better: never of one mind with `Whole`."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        return [Verdict(-len(sample.completion), {}) for sample in samples]


def test_weights_weigh_the_advantages(tmp_path: Path) -> None:
    """Of 3 and 1: (3 - 1) / 4 of what the first alone would give."""
    names = [WHOLE, "own_of_scorer:Shorter"]
    settings = GrpoSettings.model_validate({"objectives": names, "group": 2, "overlong": "keep", "weights": [3, 1]})
    with asking(RewardSet(names, RewardSettings())) as ask:
        step = RolloutScorer(settings, ask, tmp_path).score(1, [completion("four"), completion("ab")])
    assert step.advantages == pytest.approx([HALF / 2, -HALF / 2], rel=1e-4)


def test_what_words_are_usual_is_known_after_a_restart(tmp_path: Path) -> None:
    settings = GrpoSettings.model_validate({"objectives": [PARTIAL], "group": 2, "overlong": "keep"})
    usual, gamed = "tea harbour snow boat keeper sea " * 100, "tea harbour tea boat tea sea tea " * 100
    for step, text in enumerate((usual, gamed), 1):  # a scorer of its own each: the second has the folder alone
        with asking(RewardSet([PARTIAL], RewardSettings())) as ask:
            rollouts = [completion(text), completion(text + "snow")]
            measured = RolloutScorer(settings, ask, tmp_path).score(step, rollouts).measures
    assert measured["overuse"] == pytest.approx(4 / 7 * 6, rel=0.1)  # of one word in six, four in seven
