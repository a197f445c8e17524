"""From rewards to advantages, as LongWriter-Zero combines them (arXiv:2506.18841): each reward is normalised by itself.

    A_ik = (r_ik - mean_j r_jk) / std_j r_jk          j: the rollouts of one request, its group of G
    A_i  = sum_k w_k A_ik / sum_k w_k                 over the rewards k that rollout i has

std is the sample's, over G - 1. The paper prints std(r_1..r_G) and does not say which; TRL and verl both take the
sample's, so numbers compare. Both also add an epsilon below the line; here there is none, and a group whose values are
all the same has A_ik = 0, which counts in the mean. A reward that is missing does not.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

How = Literal["mean", "sum", "batch"]
Floats = NDArray[np.float64]

SAME = 1e-9
"""Values whose std is below this share of the largest of them are the same but for rounding."""


def normalised(rewards: Floats, group: int, scale: float = 0.0) -> Floats:
    """A_ik of the formula, (N, K) as `rewards`; NaN stays NaN, and a value alone in its group gives 0.

    A group is `group` consecutive rows. `scale`: of the numbers that the values were added up from, whose rounding is no
    spread. `ValueError` where N is no multiple of `group`, or a value is infinite.
    """
    if rewards.ndim != 2 or group < 1 or len(rewards) % group:
        raise ValueError(f"rewards of shape {rewards.shape} are no groups of {group} rows")
    if np.isinf(rewards).any():
        raise ValueError("an infinite reward has no advantage")
    x = rewards.reshape(-1, group, rewards.shape[1]).astype(np.float64)
    here = ~np.isnan(x)
    count = here.sum(1, keepdims=True)
    values = np.where(here, x, 0.0)
    centred = np.where(here, values - values.sum(1, keepdims=True) / np.maximum(count, 1), 0.0)
    std = np.sqrt((centred**2).sum(1, keepdims=True) / np.maximum(count - 1, 1))
    flat = (count < 2) | (std <= SAME * np.maximum(scale, np.abs(values).max(1, keepdims=True)))
    scaled = np.where(flat, 0.0, centred / np.where(flat, 1.0, std))
    return np.where(here, scaled, np.nan).reshape(rewards.shape)


def advantages(rewards: Floats, group: int, how: How = "mean", weights: Floats | None = None) -> Floats:
    """One advantage per rollout, (N,), of `rewards` (N, K) with NaN for missing; 0 for a rollout without any reward.

    mean   the formula above
    sum    the weighted mean of the rewards first, normalised in the group then: what most trainers do. A missing reward
           leaves that mean too, so it is not taken for a 0
    batch  as mean, then normalised once more over all rollouts (GDPO)

    `weights` (K,): positive, their scale is of no account; None: all the same. `ValueError` as `normalised`.
    """
    w = np.ones(rewards.shape[-1]) if weights is None else np.asarray(weights, np.float64)
    if w.shape != rewards.shape[-1:] or not (w > 0).all():
        raise ValueError(f"{rewards.shape[-1]} rewards need as many positive weights, got {w.tolist()}")
    if how == "sum":
        scale = float(np.abs(np.nan_to_num(rewards, nan=0.0)).max(initial=0.0))
        out = normalised(_mean(rewards, w)[:, None], group, scale)[:, 0]
    else:
        out = _mean(normalised(rewards, group), w)
        if how == "batch":
            out = normalised(out[:, None], len(out), scale=1.0)[:, 0]
    out = np.nan_to_num(out, nan=0.0)
    return np.where(np.abs(out) <= SAME, 0.0, out)  # rewards that cancel leave rounding behind


def _mean(values: Floats, weights: Floats) -> Floats:
    """Weighted mean over the columns that are there, (N,); NaN where none is."""
    here = ~np.isnan(values)
    total = (here * weights).sum(1)
    return np.where(total > 0, np.where(here, values, 0.0) @ weights / np.where(total > 0, total, 1.0), np.nan)


def flat_groups(rewards: Floats, group: int) -> NDArray[np.bool_]:
    """(groups, K): whether all of a group's values of a reward are the same or missing, so that nothing is learnt of it."""
    scaled = np.nan_to_num(normalised(rewards, group), nan=0.0)
    flat: NDArray[np.bool_] = (scaled == 0).reshape(-1, group, rewards.shape[1]).all(1)
    return flat
