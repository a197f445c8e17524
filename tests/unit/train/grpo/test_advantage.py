"""Advantages against numbers worked by hand, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.train.grpo.advantage import advantages, flat_groups, normalised

NAN = float("nan")
REWARDS = np.array(
    [
        # length, writing, format; two groups of three
        [0.0, 10.0, 1.0],
        [0.5, 30.0, 1.0],
        [1.0, 20.0, 1.0],
        [1.0, NAN, 0.0],
        [1.0, 5.0, 3.0],
        [1.0, 7.0, 0.0],
    ]
)
# group 1: length mean 0.5, std sqrt((0.25 + 0 + 0.25) / 2) = 0.5; writing mean 20, std sqrt(200 / 2) = 10; format flat
# group 2: length flat; writing mean 6, std sqrt((1 + 1) / 1) = sqrt 2; format mean 1, std sqrt((1 + 4 + 1) / 2) = sqrt 3
S2, S3 = 2**-0.5, 3**-0.5
SCALED = np.array(
    [[-1, -1, 0], [0, 1, 0], [1, 0, 0], [0, NAN, -S3], [0, -S2, 2 * S3], [0, S2, -S3]],
)
MEAN = [-2 / 3, 1 / 3, 1 / 3, -S3 / 2, (2 * S3 - S2) / 3, (S2 - S3) / 3]


def test_each_reward_is_normalised_in_its_group_and_the_mean_is_taken() -> None:
    assert normalised(REWARDS, 3) == pytest.approx(SCALED, nan_ok=True)
    assert advantages(REWARDS, 3) == pytest.approx(MEAN)
    assert flat_groups(REWARDS, 3).tolist() == [[False, False, True], [True, False, False]]


def test_weights_count_among_the_rewards_that_are_there() -> None:
    weighted = advantages(REWARDS, 3, "mean", np.array([2.0, 1.0, 1.0]))
    # row 0: (2 * -1 - 1 + 0) / 4; row 3 has no writing: (2 * 0 - S3) / 3
    assert weighted[[0, 3]] == pytest.approx([-3 / 4, -S3 / 3])


def test_the_sum_is_normalised_after_adding_and_a_missing_reward_is_not_a_zero() -> None:
    # group 1: sums 11, 31.5, 22, mean 21.5, std sqrt((110.25 + 100 + 0.25) / 2) = 10.2591
    # group 2: means of what is there 0.5, 3, 8/3; mean 37/18, std sqrt((2.41975 + 0.89198 + 0.37346) / 2) = 1.357421
    found = advantages(REWARDS, 3, "sum")
    assert found[:3] == pytest.approx([-10.5 / 10.25914, 10 / 10.25914, 0.5 / 10.25914], abs=1e-5)
    assert found[3:] == pytest.approx([-1.145964, 0.695764, 0.450200], abs=1e-5)


def test_batch_normalises_the_means_once_more() -> None:
    mean = np.array(MEAN)
    assert advantages(REWARDS, 3, "batch") == pytest.approx((mean - mean.mean()) / mean.std(ddof=1))


def test_mean_and_sum_differ_where_scales_do() -> None:
    """Two rewards that disagree: on the sum's scale the larger wins, in the mean they cancel."""
    rewards = np.array([[0.0, 100.0], [1.0, 0.0]])
    assert advantages(rewards, 2, "mean") == pytest.approx([0, 0])
    assert advantages(rewards, 2, "sum") == pytest.approx([S2, -S2])


def test_without_any_reward_there_is_no_advantage() -> None:
    rewards = np.array([[NAN, NAN], [1.0, NAN], [0.0, NAN]])
    for how in ("mean", "sum", "batch"):
        found = advantages(rewards, 3, how)
        assert found[0] == 0
        assert found[1] == pytest.approx(-found[2])
        assert found[1] > 0
    assert advantages(np.full((4, 2), NAN), 2).tolist() == [0, 0, 0, 0]


def test_noise_of_floats_is_no_spread() -> None:
    assert advantages(np.array([[0.1 + 0.2], [0.3], [0.3]]), 3).tolist() == [0, 0, 0]
    assert advantages(np.array([[0.3 + 1e-6], [0.3], [0.3]]), 3)[0] == pytest.approx(2 * S3)


@pytest.mark.parametrize(
    ("rewards", "group", "weights"),
    [
        (np.zeros((5, 2)), 2, None),
        (np.array([[np.inf], [0.0]]), 2, None),
        (np.zeros(4), 2, None),
        (np.zeros((4, 2)), 2, np.array([1.0])),
        (np.zeros((4, 1)), 2, np.array([0.0])),
    ],
)
def test_what_makes_no_sense_is_refused(rewards: np.ndarray, group: int, weights: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match=r"groups|infinite|weights"):
        advantages(rewards, group, "mean", weights)


values = st.one_of(st.integers(-50, 50).map(float), st.just(NAN))
tables = st.integers(2, 4).flatmap(
    lambda group: st.tuples(
        st.just(group),
        st.lists(st.tuples(values, values, values), min_size=3 * group, max_size=3 * group).map(np.array),
    )
)


@given(tables, st.floats(1e-3, 1e3), st.floats(-100, 100), st.integers(0, 2))
def test_scale_and_shift_of_a_reward_change_nothing(
    table: tuple[int, np.ndarray], scale: float, shift: float, column: int
) -> None:
    group, rewards = table
    moved = rewards.copy()
    moved[:, column] = moved[:, column] * scale + shift
    for how in ("mean", "batch"):
        assert advantages(moved, group, how) == pytest.approx(advantages(rewards, group, how), abs=1e-6)


@given(tables, st.randoms())
def test_order_in_a_group_changes_nothing(table: tuple[int, np.ndarray], random: object) -> None:
    group, rewards = table
    order = list(range(group))
    random.shuffle(order)
    index = np.concatenate([order, np.arange(group, len(rewards))])
    for how in ("mean", "sum", "batch"):
        assert advantages(rewards[index], group, how) == pytest.approx(advantages(rewards, group, how)[index], abs=1e-9)


@given(tables)
def test_a_rewards_advantages_add_up_to_nothing_in_a_group(table: tuple[int, np.ndarray]) -> None:
    group, rewards = table
    scaled = normalised(rewards, group).reshape(-1, group, 3)
    assert np.nansum(scaled, 1) == pytest.approx(0, abs=1e-9)
    assert np.isnan(scaled).sum() == np.isnan(rewards).sum()
    column = rewards.reshape(-1, group, 3)
    std = np.array([[np.std(c[~np.isnan(c)], ddof=1) if (~np.isnan(c)).sum() > 1 else 0 for c in g.T] for g in scaled])
    assert np.all((np.abs(std - 1) < 1e-9) | (std == 0))
    assert np.isfinite(advantages(rewards, group)).all()
    assert column.shape == scaled.shape
