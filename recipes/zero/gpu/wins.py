"""How often a reward model prefers one run's texts to another's, of the texts that ask.py wrote.

Run: python recipes/zero/gpu/wins.py FOLDER --set short --set think-short --reward-model RM --against start
Texts of the same subject and number of words are compared, each of one run with each of the other; equal scores count half. A
malformed reply has no text, is left out, and is counted. Intervals are 95 %, by resampling requests.
"""

import argparse
import asyncio
from collections import defaultdict
from pathlib import Path

import numpy as np
from show import DRAWS, Row, lines, read

from longwriter.rewards.base import RewardSettings
from longwriter.rewards.reward_model import LocalModel

Scores = dict[str, list[float]]
"""Of one run: request -> the scores of its texts."""


def rate(ours: Scores, theirs: Scores) -> tuple[float, float, float]:
    """The share of pairs that the first wins, and its interval."""
    each = np.array([
        np.mean([(a > b) + 0.5 * (a == b) for a in ours[key] for b in theirs[key]])
        for key in sorted(ours.keys() & theirs.keys())
    ])  # fmt: skip
    drawn = each[np.random.default_rng(0).integers(0, len(each), (DRAWS, len(each)))].mean(1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(each.mean()), float(low), float(high)


def request_of(row: Row) -> str:
    """The same for a request with thinking and without."""
    return str(row["id"]).lstrip("abcdefghijklmnopqrstuvwxyz")


def main() -> None:
    """Score, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--set", dest="sets", action="append", required=True)
    parser.add_argument("--requests", type=Path, required=True, help="the file that ask.py read, without thinking")
    parser.add_argument("--reward-model", type=Path, required=True)
    parser.add_argument("--against", required=True)
    args = parser.parse_args()
    asked = {request_of(r): r["messages"][-1]["content"] for r in lines(args.requests)}
    rows = [r for name in args.sets for r in read(args.texts, name)]
    for name in dict.fromkeys(r["model"] for r in rows):
        own = [r for r in rows if r["model"] == name]
        print(f"{name}: {sum(not r['words'] for r in own)} of {len(own)} left out")
    rows = [r for r in rows if r["words"]]
    model = LocalModel(RewardSettings(reward_model=str(args.reward_model), device_batch=8))
    found = asyncio.run(model.score([(asked[request_of(r)], r["text"]) for r in rows]))
    runs: dict[str, Scores] = defaultdict(lambda: defaultdict(list))
    for row, verdict in zip(rows, found, strict=True):
        if verdict.value is not None:
            runs[row["model"]][request_of(row)].append(verdict.value)
    for name, scores in runs.items():
        mean = np.mean([v for values in scores.values() for v in values])
        share, low, high = rate(scores, runs[args.against])
        print(f"| {name} | {mean:.3f} | {share:.2f} [{low:.2f}, {high:.2f}] |")


if __name__ == "__main__":
    main()
