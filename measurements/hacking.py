"""How often the watch for a gamed reward gives a sign where nothing changes: python measurements/hacking.py [--errors 2].

Made-up runs of 100 steps of 4 requests of 8 answers: each request has a difficulty (standard deviation 0.12) and usual words,
the reward rises by 0.1 with an answer e times as long, and none of that moves with the steps. It is looked at after each step.
"""

import argparse
import math
import random

from longwriter.train.rollouts import hacking
from longwriter.train.rollouts.store import Rollout

STEPS, REQUESTS, GROUP = 100, 4, 8
WORDS = (30, 50, 100, 200, 400)
SLOPE = 0.1


def answer(rng: random.Random, step: int, request: int, words: int, difficulty: float) -> Rollout:
    """One rollout, with no more than the watch reads."""
    written = max(1, int(words * math.exp(rng.gauss(0, 0.4))))
    repeated = max(0.0, rng.gauss(0.03, 0.03))
    writing = difficulty + SLOPE * math.log(written / 100) + rng.gauss(0, 0.1)
    rewards = {"length": rng.gauss(0.7, 0.2), "writing": writing, "format": 1 - repeated}
    return Rollout(
        id=str(request), request="r", prompt="r", completion="a b c", mode="plain", lower=1, upper=2, cut=False, step=step,
        group=request, think_words=0, answer_words=written, rewards={k: min(1.0, max(0.0, v)) for k, v in rewards.items()},
        advantages={}, why={"format": {"repeated": repeated}}, advantage=0.0,
    )  # fmt: skip


def signs(seed: int) -> set[str]:
    """The kinds of sign that a run had after any of its steps."""
    rng, watch, found = random.Random(seed), hacking.HackingWatch(), set[str]()
    for step in range(1, STEPS + 1):
        rollouts = []
        for request in range(REQUESTS):
            words, difficulty = rng.choice(WORDS), rng.gauss(0.5, 0.12)
            rollouts += [answer(rng, step, request, words, difficulty) for _ in range(GROUP)]
        watch.take(rollouts)
        found |= {sign.kind for sign in watch.signs()}
    return found


def main() -> None:
    """Count runs with a sign."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=float, default=hacking.ERRORS, help="standard errors that a change must pass")
    parser.add_argument("--runs", type=int, default=48)
    given = parser.parse_args()
    hacking.ERRORS = given.errors
    found = [signs(seed) for seed in range(given.runs)]
    print(f"{sum(map(bool, found))} of {given.runs} runs had a sign: {sorted(set().union(*found))}")


if __name__ == "__main__":
    main()
