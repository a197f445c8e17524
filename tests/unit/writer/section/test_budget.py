"""The length contract, by hand and in simulation."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.length.score import length_score
from longwriter.writer.section.budget import LEAST_ASK, MOST_PIECES, Pace, missing, scaled, share


def test_share_pays_back_overshoot_and_makes_up_shortfall() -> None:
    assert share(3000, 0, [500] * 6) == 500
    assert share(3000, 900, [500] * 5) == 420  # 400 too many, paid back by five sections of 80 each
    assert share(3000, 200, [500] * 5) == 560
    assert share(3000, 3200, [500]) == 0


def test_pace_learns_the_ratio_from_the_last_replies() -> None:
    pace = Pace()
    assert (pace.ratio, pace.ask(500)) == (1, 500)
    pace.saw(500, 200)
    assert (pace.ratio, pace.ask(500)) == (0.4, 1250)
    pace.saw(500, 300)
    assert pace.ratio == 0.5
    assert pace.ask(300, careful=True) == 500  # by the highest ratio seen, 0.6
    for _ in range(4):
        pace.saw(100, 1000)
    assert pace.ratio == 4  # bounded
    assert pace.ask(4) == LEAST_ASK


def test_missing_is_strict_only_at_the_end() -> None:
    assert missing(400, 310, last=False, slack=60) == 0
    assert missing(400, 290, last=False, slack=60) == 110
    assert missing(400, 350, last=True, slack=60) == 0
    assert missing(400, 330, last=True, slack=60) == 70


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=50), st.integers(50, 200_000))
def test_scaled_sums_exactly(words: list[int], total: int) -> None:
    out = scaled(words, total)
    assert sum(out) == total
    assert min(out) >= 1


def simulate(ratio: float, noise: float, target: int, seed: int) -> int:
    """What a model writes under the contract that writes `ratio` of what it is asked, give or take `noise`."""
    rng, pace, written = random.Random(seed), Pace(), 0
    plan = scaled([500] * (target // 500), target)
    for i in range(len(plan)):
        want, last, got = share(target, written, plan[i:]), i == len(plan) - 1, 0
        gap = want
        for piece in range(MOST_PIECES):
            ask = pace.ask(gap, careful=last or piece > 0)
            came = int(ask * ratio * rng.uniform(1 - noise, 1 + noise))
            pace.saw(ask, came)
            got += came
            gap = missing(want, got, last=last, slack=0.02 * target)
            if not gap:
                break
        written += got
    return written


@pytest.mark.parametrize("ratio", [0.4, 1.0, 1.8])
@pytest.mark.parametrize("target", [3000, 10_000, 50_000])
def test_three_models_stay_within_five_percent(ratio: float, target: int) -> None:
    for seed in range(20):
        written = simulate(ratio, 0.2, target, seed)
        assert abs(written / target - 1) <= 0.05
        assert length_score(target, written) >= 97
