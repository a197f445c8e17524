"""How good a reward model is on pairs that it has not seen: accuracy, calibration, length bias. No PyTorch here.

margin = score of the chosen text - score of the rejected one; the model's probability that the chosen one is better is
sigmoid(margin) (Bradley-Terry). A margin of 0 counts as half right.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.train.run.curves import save_png
from longwriter.types import Record

BINS = 10
"""Number of bins of confidence, from 0.5 to 1."""


class ScoredPair(NamedTuple):
    """One held-out pair: scores, and words as `text.count_words` counts them."""

    chosen: float
    rejected: float
    words_chosen: int
    words_rejected: int


class ConfidenceBin(Record):
    """Pairs of similar confidence."""

    pairs: int
    confidence: float
    """Mean of max(p, 1 - p), where p is the probability that the chosen text is better."""
    accuracy: float


class RewardReport(Record):
    """Measures of a reward model; None where the pairs cannot show it."""

    pairs: int
    accuracy: float
    log_loss: float
    """Mean of -log sigmoid(margin), in nats; 0.693 for a coin."""
    calibration_error: float
    """sum(pairs of a bin / pairs x |its accuracy - its confidence|) (Naeini et al. 2015)."""
    bins: tuple[ConfidenceBin, ...]
    """Bins that hold pairs, by rising confidence."""
    centre: float
    """Mean of all scores, chosen and rejected."""
    scale: float
    """Standard deviation of all scores, with n in the denominator."""
    score_words_correlation: float | None
    """Pearson's correlation over all texts. None where all scores or all lengths are the same."""
    longer_chosen: float | None
    """Share of the pairs of unequal length in which the longer text is the chosen one: the data's bias."""
    longer_preferred: float | None
    """Share of the same pairs in which the model scores the longer text higher: the model's bias."""
    accuracy_chosen_longer: float | None
    accuracy_chosen_shorter: float | None


def report(pairs: Sequence[ScoredPair]) -> RewardReport:
    """The report on held-out pairs. `ValueError` without pairs, or with a score that is not finite."""
    if not pairs or not all(math.isfinite(p.chosen) and math.isfinite(p.rejected) for p in pairs):
        raise ValueError("a report needs pairs, and a number for every text")
    scores = np.array([(p.chosen, p.rejected) for p in pairs])
    words = np.array([(p.words_chosen, p.words_rejected) for p in pairs])
    margin, longer = scores[:, 0] - scores[:, 1], words[:, 0] - words[:, 1]
    right = (np.sign(margin) + 1) / 2
    bins = reliability(margin)
    unequal = longer != 0
    return RewardReport(
        pairs=len(pairs),
        accuracy=float(right.mean()),
        log_loss=float(np.logaddexp(0, -margin).mean()),
        calibration_error=sum(b.pairs / len(pairs) * abs(b.accuracy - b.confidence) for b in bins),
        bins=bins,
        centre=float(scores.mean()),
        scale=float(scores.std()),
        score_words_correlation=correlation(scores.ravel(), words.ravel()),
        longer_chosen=_mean((longer > 0)[unequal]),
        longer_preferred=_mean(np.where(longer > 0, right, 1 - right)[unequal]),
        accuracy_chosen_longer=_mean(right[longer > 0]),
        accuracy_chosen_shorter=_mean(right[longer < 0]),
    )


def reliability(margin: np.ndarray) -> tuple[ConfidenceBin, ...]:
    """The pairs in `BINS` bins of confidence. margin: (pairs,)."""
    confidence = 1 / (1 + np.exp(-np.abs(margin)))
    right = (np.sign(margin) + 1) / 2
    place = np.minimum(((confidence - 0.5) * 2 * BINS).astype(int), BINS - 1)
    return tuple(
        ConfidenceBin(
            pairs=int((place == b).sum()),
            confidence=float(confidence[place == b].mean()),
            accuracy=float(right[place == b].mean()),
        )
        for b in np.unique(place)
    )


def correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Pearson's correlation; None where either does not vary."""
    a, b = x - x.mean(), y - y.mean()
    size = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / size if size > 0 else None


def _mean(values: np.ndarray) -> float | None:
    return float(values.mean()) if values.size else None


def table(found: RewardReport) -> str:
    """The report in Markdown, for a model card."""
    rows = [
        ("pairs", found.pairs),
        ("accuracy", found.accuracy),
        ("log-loss, nats (a coin: 0.693)", found.log_loss),
        ("expected calibration error", found.calibration_error),
        ("mean score", found.centre),
        ("standard deviation of scores", found.scale),
        ("correlation of score with words", found.score_words_correlation),
        ("the longer text is the chosen one", found.longer_chosen),
        ("the longer text is scored higher", found.longer_preferred),
        ("accuracy where the chosen text is longer", found.accuracy_chosen_longer),
        ("accuracy where the chosen text is shorter", found.accuracy_chosen_shorter),
    ]
    lines = [f"| {name} | {'-' if value is None else f'{value:.4g}'} |" for name, value in rows]
    return "\n".join(["| held-out pairs | |", "|---|---|", *lines])


def draw(path: Path, pairs: Sequence[ScoredPair], found: RewardReport) -> None:
    """Reliability beside score against words, as a PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and only now wanted

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([0.5, 1], [0.5, 1], color="grey", linestyle=":", label="perfectly calibrated")
    sizes = [20 + 400 * b.pairs / found.pairs for b in found.bins]
    left.scatter(
        [b.confidence for b in found.bins], [b.accuracy for b in found.bins], s=sizes, label="pairs, by number"
    )
    left.set(xlabel="confidence", ylabel="share that is right", ylim=(-0.03, 1.03))
    left.set_title(
        f"accuracy {found.accuracy:.3f}, calibration error {found.calibration_error:.3f}, {found.pairs} pairs"
    )
    for side, colour in (("chosen", "tab:blue"), ("rejected", "tab:orange")):
        words = [p.words_chosen if side == "chosen" else p.words_rejected for p in pairs]
        values = [p.chosen if side == "chosen" else p.rejected for p in pairs]
        right.scatter(words, values, s=10, alpha=0.6, color=colour, label=side)
    shown = "-" if found.score_words_correlation is None else f"{found.score_words_correlation:.2f}"
    right.set(xlabel="words", ylabel="score", title=f"correlation of score with words: {shown}")
    for axes, corner in ((left, "lower right"), (right, "best")):
        axes.grid(alpha=0.3)
        axes.legend(loc=corner)
    save_png(figure, path)
