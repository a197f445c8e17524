"""Means with 95 % intervals: percentile bootstrap over items, the same numbers for the same values in any order.

`RESAMPLES` times as many items are drawn, with replacement, as there are; the interval holds the middle 95 % of the
means. Its ends are rounded to `DIGITS` decimals, so that machines which add in another order agree; the mean is exact.
An interval always holds its mean. It says how far the mean would move with other items of the same kind, and nothing of
a judge that errs the same way on each of them.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from longwriter.bench.records import Metric

RESAMPLES = 2000
LEVEL = 95
"""Per cent of the resampled means that an interval holds."""
DIGITS = 9
_DRAWS = 1 << 20
"""Drawn at once, so that memory stays flat."""

Floats = npt.NDArray[np.float64]


class Difference(NamedTuple):
    """How much higher a is than b on the same items."""

    mean: float | None
    """Mean of a - b; None without a pair."""
    low: float | None
    high: float | None
    """95 % interval; None for fewer than two pairs."""
    p: float | None
    """Two-sided, 0 to 1: how often a resample's difference has the other sign or is 0, doubled. At least
    2 / (RESAMPLES + 1); None for fewer than two pairs."""
    n: int
    """Pairs."""


def metric(values: Sequence[float | None], seed: int = 0) -> Metric:
    """The mean of the values that are there, None counted as missing; `ValueError` for one that is not finite.

    One value has no interval, no value has no mean either.
    """
    there = _finite(values)
    missing = len(values) - len(there)
    if not there:
        return Metric(value=None, n=0, missing=missing)
    mean = math.fsum(there) / len(there)
    if len(there) == 1:
        return Metric(value=mean, n=1, missing=missing)
    low, high = interval(_means(there, seed), mean)
    return Metric(value=mean, low=low, high=high, n=len(there), missing=missing)


def paired(a: Sequence[float | None], b: Sequence[float | None], seed: int = 0) -> Difference:
    """How a differs from b over the items where both have a value; item i of both is the same item.

    `ValueError` for sequences of different lengths.
    """
    there = _finite([x - y for x, y in zip(a, b, strict=True) if x is not None and y is not None])
    if not there:
        return Difference(None, None, None, None, 0)
    mean = math.fsum(there) / len(there)
    if len(there) == 1:
        return Difference(mean, None, None, None, 1)
    means = _means(there, seed)
    low, high = interval(means, mean)
    rarer = min(np.count_nonzero(means <= 0), np.count_nonzero(means >= 0))
    return Difference(mean, low, high, min(1.0, 2 * (int(rarer) + 1) / (RESAMPLES + 1)), len(there))


def interval(resampled: Floats, value: float) -> tuple[float, float]:
    """Middle `LEVEL` per cent of resampled numbers, widened where it must be to hold `value`. NaNs are left out."""
    tail = (100 - LEVEL) / 2
    low, high = np.nanpercentile(resampled, [tail, 100 - tail]).round(DIGITS).tolist()
    return min(low, value), max(high, value)


def resamples(n: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """How often each of `n` items is drawn: blocks of rows of `n` counts, `RESAMPLES` rows in all."""
    rng = np.random.default_rng(seed)
    rows = max(1, _DRAWS // n)
    for start in range(0, RESAMPLES, rows):
        size = min(rows, RESAMPLES - start)
        drawn = rng.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)


def _finite(values: Sequence[float | None]) -> list[float]:
    """What is there, sorted: the order of items must not move the draws."""
    there = sorted(float(value) for value in values if value is not None)
    if not all(map(math.isfinite, there)):
        raise ValueError("a value is infinite or not a number")
    return there


def _means(values: list[float], seed: int) -> Floats:
    column = np.array(values)
    return np.concatenate([counts @ column for counts in resamples(len(values), seed)]) / len(values)
