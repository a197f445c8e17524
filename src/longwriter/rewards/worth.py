"""From a reward model's score to a reward between 0 and 1."""

import math

from pydantic import JsonValue

from longwriter.rewards.base import Verdict


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow; NaN for NaN."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def worth(score: float, centre: float, scale: float, **why: JsonValue) -> Verdict:
    """sigmoid((score - centre) / scale): 0.5 for the score `centre`; None for a score that is no number.

    `scale` > 0. Keeps order, and with it every preference of a Bradley-Terry model.
    """
    if not math.isfinite(score):
        return Verdict(None, {**why, "failure": f"the reward model's score is {score}"})
    return Verdict(sigmoid((score - centre) / scale), {"score": score, **why})
