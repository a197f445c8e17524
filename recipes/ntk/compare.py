"""Tables of the heads, from what heads.py scored.

Run: python recipes/ntk/compare.py build/ntk/heads.json
Intervals are 95 %: seeds are resampled, then the held-out pairs, the same for both heads of a difference.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from pairs import EASY, KINDS

RESAMPLES = 2000


def resampled(values: np.ndarray) -> np.ndarray:
    """Means, (RESAMPLES,). values: (seeds, pairs)."""
    rng = np.random.default_rng(0)
    seeds, pairs = values.shape
    rows, columns = rng.integers(0, seeds, (RESAMPLES, seeds)), rng.integers(0, pairs, (RESAMPLES, pairs))
    return np.array([values[np.ix_(r, c)].mean() for r, c in zip(rows, columns, strict=True)])


def interval(values: np.ndarray, digits: int) -> str:
    """Mean and interval. values: (seeds, pairs)."""
    low, high = np.percentile(resampled(values), [2.5, 97.5])
    return f"{values.mean():.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def main() -> None:
    """Accuracy and loss of every head, beside the linear one's, and accuracy by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    state = json.loads(parser.parse_args().file.read_text())
    kinds = np.array(state["kinds"])
    hard = ~np.isin(kinds, EASY)
    margins: dict[tuple[int, str], np.ndarray] = {}
    for run in state["runs"]:
        key = (run["pairs"], run["head"])
        margins[key] = np.array([r["margins"] for r in state["runs"] if (r["pairs"], r["head"]) == key])
    head = ("pairs", "head", "accuracy, %", "over linear", "hard ones, %", "over linear", "log-loss", "over linear")
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for (count, name), found in margins.items():
        plain = margins[(count, "linear")]
        told = []
        for of, digits in ((accuracy, 1), (lambda m: accuracy(m)[:, hard], 1), (loss, 3)):
            told += [interval(of(found), digits), "-" if name == "linear" else interval(of(found) - of(plain), digits)]
        print(f"| {count:,} | {name} | {' | '.join(told)} |")
    print(f"\n| head | {' | '.join(KINDS)} |\n|{'---|' * (len(KINDS) + 1)}")
    most = max(count for count, _ in margins)
    for (count, name), found in margins.items():
        if count == most:
            shares = (accuracy(found)[:, kinds == kind].mean() for kind in KINDS)
            print(f"| {name} | {' | '.join(f'{v:.0f}' for v in shares)} |")


def accuracy(margins: np.ndarray) -> np.ndarray:
    """100 for a pair told right, 50 for a tie."""
    return np.asarray(50 * (np.sign(margins) + 1))


def loss(margins: np.ndarray) -> np.ndarray:
    """Nats a pair."""
    return np.asarray(np.logaddexp(0, -margins))


if __name__ == "__main__":
    main()
