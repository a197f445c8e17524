import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.bench.records import Metric
from longwriter.bench.stats.bootstrap import RESAMPLES, Difference, metric, paired, resamples

SCORES = st.lists(st.none() | st.floats(-100, 100), max_size=30)


def test_two_values_resample_to_either_or_their_middle() -> None:
    """Of two items a quarter of the resamples is all the lower one, a quarter all the higher one."""
    assert metric([0.0, 1.0]) == Metric(value=0.5, low=0.0, high=1.0, n=2)


def test_none_is_missing_not_zero() -> None:
    assert metric([80.0, None, 80.0, None]) == Metric(value=80.0, low=80.0, high=80.0, n=2, missing=2)
    assert metric([None, 7.0]) == Metric(value=7.0, n=1, missing=1)
    assert metric([None]) == Metric(value=None, n=0, missing=1)
    assert metric([]) == Metric(value=None, n=0)


def test_the_interval_has_the_width_that_the_normal_law_says() -> None:
    values = [float(v) for v in np.random.default_rng(7).normal(50, 10, 400)]
    found = metric(values)
    spread = float(np.std(values)) / math.sqrt(400)
    assert found.low == pytest.approx(found.value - 1.96 * spread, abs=0.15 * spread)
    assert found.high == pytest.approx(found.value + 1.96 * spread, abs=0.15 * spread)


@given(SCORES, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_interval_holds_the_mean_whatever_the_order(values: list[float | None], rng: random.Random) -> None:
    found = metric(values)
    there = [v for v in values if v is not None]
    assert (found.n, found.missing) == (len(there), len(values) - len(there))
    if found.low is not None:
        assert min(there) - 1e-9 <= found.low <= found.value <= found.high <= max(there) + 1e-9
    assert metric(rng.sample(values, len(values))) == found


def test_seeds_differ_a_little_and_each_repeats() -> None:
    values = [float(i * i % 37) for i in range(60)]
    assert metric(values, seed=1) == metric(values, seed=1)
    assert metric(values, seed=1) != metric(values, seed=2)
    assert metric(values, seed=1).low == pytest.approx(metric(values, seed=2).low, abs=0.5)


def test_each_resample_draws_as_many_as_there_are_in_blocks_of_any_size() -> None:
    blocks = list(resamples(3000, 0))
    assert len(blocks) > 1
    assert sum(len(block) for block in blocks) == RESAMPLES
    assert all((block.sum(1) == 3000).all() for block in blocks)


def test_a_constant_lead_is_certain_and_no_lead_is_none() -> None:
    b = [float(i) for i in range(20)]
    lead = paired([v + 2 for v in b], b)
    assert lead == Difference(2.0, 2.0, 2.0, 2 / (RESAMPLES + 1), 20)
    assert paired(b, b) == Difference(0.0, 0.0, 0.0, 1.0, 20)


def test_pairing_sees_what_means_apart_hide() -> None:
    """Items differ by tens, the systems by one: the interval of the difference is narrow."""
    rng = np.random.default_rng(3)
    b = [float(v) for v in rng.uniform(0, 100, 100)]
    a = [v + 1 + float(e) for v, e in zip(b, rng.normal(0, 1, 100), strict=True)]
    found = paired(a, b)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.1, rel=0.15)
    assert found.low < 1 < found.high
    assert found.p < 0.002
    assert metric(a).low < metric(b).high


def test_only_whole_pairs_count_and_sides_mirror() -> None:
    a, b = [1.0, None, 5.0, 2.0], [0.0, 9.0, None, 4.0]
    found, mirrored = paired(a, b), paired(b, a)
    assert (found.mean, found.n) == (-0.5, 2)
    assert (found.low, found.high) == (-2.0, 1.0)
    assert (mirrored.mean, mirrored.low, mirrored.high) == (0.5, -1.0, 2.0)
    assert found.p == pytest.approx(0.5, abs=0.05)
    assert mirrored.p == pytest.approx(0.5, abs=0.05)
    assert paired([1.0], [0.5]) == Difference(0.5, None, None, None, 1)
    assert paired([1.0], [None]) == Difference(None, None, None, None, 0)


def test_what_no_mean_can_be_taken_of() -> None:
    with pytest.raises(ValueError, match="not a number"):
        metric([1.0, math.nan])
    with pytest.raises(ValueError, match="zip"):
        paired([1.0, 2.0], [1.0])
