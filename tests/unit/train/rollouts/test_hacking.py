"""A reward that goes up while rules say worse: each sign on runs made for it, and no sign on honest ones."""

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from longwriter.train.grpo.measures import StepMeasures
from longwriter.train.rollouts.hacking import WINDOW, HackingWatch
from longwriter.train.rollouts.page import make_page
from longwriter.train.rollouts.store import Rollout, write_step

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "lmnrst"]
STEPS = 3 * WINDOW


def rollout(text: str, reward: float, group: int, **more: Any) -> Rollout:
    row = {
        "step": 1, "group": group, "id": str(group), "request": "Write.", "prompt": "Write.", "completion": text,
        "mode": "plain", "lower": None, "upper": None, "cut": False, "think_words": 0, "why": {},
        "answer_words": len(text.split()), "rewards": {"writing": reward, "length": 0.5}, "advantages": {}, "advantage": 0.0,
    }  # fmt: skip
    return Rollout.model_validate(row | more)


def run(make: Callable[[int, random.Random], list[Rollout]]) -> list[list[Rollout]]:
    rng = random.Random(1)
    return [make(step, rng) for step in range(STEPS)]


def prose(words: int, rng: random.Random, favoured: str = "") -> str:
    text = rng.choices(WORDS, k=words)
    if favoured:
        text[::20] = [favoured] * len(text[::20])
    return " ".join(text)


def kinds(steps: list[list[Rollout]]) -> list[str]:
    watch = HackingWatch()
    for rollouts in steps:
        watch.take(rollouts)
    return [sign.kind for sign in watch.signs()]


def honest(step: int, rng: random.Random) -> list[Rollout]:
    """The score rises; answers stay as long as they were, and the score of one has nothing to do with its length."""
    return [
        rollout(prose(rng.randint(80, 120), rng), 0.3 + 0.4 * step / STEPS + rng.gauss(0, 0.05), g)
        for g in range(2)
        for _ in range(4)
    ]


def longer(step: int, rng: random.Random) -> list[Rollout]:
    """The score is 0.2 ln(words) - 0.5 and noise, and answers grow from 100 to 400 words."""
    made = []
    for group in range(2):
        for _ in range(4):
            words = round(100 * 4 ** (step / (STEPS - 1)) * rng.uniform(0.8, 1.25))
            made.append(rollout(prose(words, rng), 0.2 * math.log(words) - 0.5 + rng.gauss(0, 0.01), group))
    return made


def test_an_honest_rise_has_no_sign() -> None:
    assert kinds(run(honest)) == []


def test_a_score_that_comes_with_length() -> None:
    steps = run(longer)
    assert kinds(steps) == ["length"]
    watch = HackingWatch()
    corrected = []
    for rollouts in steps:
        watch.take(rollouts)
        corrected.append(watch.corrected()["writing"])
    assert watch.length_slopes()["writing"] == pytest.approx(0.2, abs=0.02)
    assert corrected[-1] == pytest.approx(corrected[0], abs=0.1), "at one length the score has not moved by 0.28"
    assert "answers went from about 1" in watch.signs()[0].told


@pytest.mark.parametrize(
    ("more", "sign"),
    [
        (lambda step: {"why": {"format": {"repeated": 0.05 + 0.3 * step / STEPS}}}, ["repetition"]),
        (
            lambda step: {"rewards": {"writing": 0.3 + 0.4 * step / STEPS, "length": 0.9 - 0.5 * step / STEPS}},
            ["rules"],
        ),
        (lambda step: {"completion": prose(100, random.Random(step), "tapestry" if step > 15 else "")}, ["words"]),
    ],
)
def test_what_rules_say_beside_a_rising_score(more: Callable[[int], dict[str, Any]], sign: list[str]) -> None:
    steps = [[r.model_copy(update=more(step)) for r in rollouts] for step, rollouts in enumerate(run(honest))]
    assert kinds(steps) == sign
    falling = [
        [r.model_copy(update={"rewards": r.rewards | {"writing": 1 - (r.rewards["writing"] or 0)}}) for r in rollouts]
        for rollouts in steps
    ]
    assert kinds(falling) == [], "who does not gain by it does not game it"


def test_a_short_run_and_missing_scores_say_nothing() -> None:
    assert kinds(run(longer)[: 2 * WINDOW - 1]) == []
    assert kinds([[]] * STEPS) == []
    nothing = [[r.model_copy(update={"rewards": {"writing": None}}) for r in rs] for rs in run(longer)]
    assert kinds(nothing) == []


def test_a_request_that_is_longer_and_better_is_no_slope() -> None:
    """Across requests long goes with good, within one it does not; both grow, and the score rises by itself."""

    def make(step: int, rng: random.Random) -> list[Rollout]:
        grown = 3 ** (step / (STEPS - 1))
        return [
            rollout(prose(round(words * grown * rng.uniform(0.9, 1.1)), rng), level + 0.3 * step / STEPS, group)
            for group, (words, level) in enumerate([(50, 0.1), (200, 0.6)])
            for _ in range(4)
        ]

    assert kinds(run(make)) == []


def test_learning_the_form_is_no_rise_of_the_score() -> None:
    """Fewer and fewer rollouts are malformed, which are worth 0; those that are not are as good as ever, and longer."""
    steps = [
        [
            r.model_copy(update={"rewards": {"writing": 0.0}, "answer_words": 0, "completion": ""}) if i > step // 4 else
            r.model_copy(update={"rewards": {"writing": 0.5}})
            for i, r in enumerate(rollouts)
        ]
        for step, rollouts in enumerate(run(longer))
    ]  # fmt: skip
    assert kinds(steps) == []


def test_noise_is_no_rise() -> None:
    """Repetition does rise; scores do not, but their means differ by more than 0.02 in most of the runs."""

    def noise(step: int, rng: random.Random) -> list[Rollout]:
        why = {"format": {"repeated": step / STEPS}}
        return [rollout(prose(100, rng), rng.random(), 0, why=why) for _ in range(4)]

    found = [kinds([noise(step, rng) for step in range(STEPS)]) for rng in map(random.Random, range(20))]
    assert found.count([]) >= 18, "one in forty is beyond two standard errors on the one side"


def test_a_sign_is_said_once_and_a_restart_goes_on(tmp_path: Any) -> None:
    told: list[str] = []
    steps = run(longer)
    measures = StepMeasures(["writing", "length"], 4, tmp_path, told.append)
    for step, rollouts in enumerate(steps, 1):
        write_step(tmp_path, step, rollouts)
        numbers = measures.take(step, rollouts)
    assert len(told) == 1
    assert told[0].startswith("is the reward gamed? writing went from")
    assert numbers["hacking_signs"] == 1
    again = StepMeasures(["writing", "length"], 4, tmp_path, told.append)
    assert again.take(STEPS, steps[-1]) == numbers
    assert len(told) == 1, "what was said before a restart is not said again"


def test_the_page_says_so(tmp_path: Any) -> None:
    for step, rollouts in enumerate(run(longer), 1):
        write_step(tmp_path, step, [r.model_copy(update={"step": step}) for r in rollouts])
    page = make_page(tmp_path, samples=1)
    assert "of that comes with length: answers went from about" in page
    assert "well-formed, at the first steps" in page
