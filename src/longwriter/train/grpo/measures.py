"""Numbers of a step's rollouts for the log: what each reward gave, what was cut or malformed, and how the texts drift."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from longwriter.rewards.tags import read_tags
from longwriter.train.grpo.advantage import flat_groups
from longwriter.train.grpo.drift import drift, word_counts
from longwriter.train.rollouts.hacking import HackingWatch
from longwriter.train.rollouts.stats import repeated
from longwriter.train.rollouts.store import Rollout, read_steps

REFERENCE_WORDS = 500
"""Least words of a step's answers for a reference of overused words; malformed completions have no answer."""


class StepMeasures:
    """Measures the steps of a run."""

    def __init__(self, names: Sequence[str], group: int, out: Path, tell: Callable[[str], None]) -> None:
        """`names`: of the rewards; `group`: rollouts of one request; `out`: the run's folder; `tell`: hears warnings."""
        self.names, self.group, self.out = names, group, out
        self.reference: Counter[str] = Counter()
        """How often each word occurred in the first answers of the run."""
        self.watch, self.tell = HackingWatch(), tell
        self.told: set[tuple[str, str]] = set()
        """Signs of a gamed reward that were said, by kind and reward."""
        self.begun = False

    def take(self, step: int, rollouts: Sequence[Rollout]) -> dict[str, float]:
        """The numbers of a step; its answers become the reference of later ones where there is none yet."""
        tagged = [read_tags(r.completion, r.mode) for r in rollouts]
        answers = [t.answer for t in tagged]
        self._restore(step)
        numbers = self._rewards(rollouts) | {
            "cut": float(np.mean([r.cut for r in rollouts])),
            "malformed": float(np.mean([bool(t.fault) for t in tagged])),
        }
        numbers |= drift(answers, [t.think for t in tagged], self.reference, [repeated(r) for r in rollouts])
        self._learn(answers)
        return numbers | self._watched(rollouts)

    def _watched(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        """Scores at the first steps' length, and the number of signs that the rewards are gamed; new ones are said."""
        self.watch.take(rollouts)
        signs = self.watch.signs()
        for sign in signs:
            if (sign.kind, sign.reward) not in self.told:
                self.told.add((sign.kind, sign.reward))
                self.tell(f"is the reward gamed? {sign.told}; look at the rollouts")
        numbers = {f"rewards/{name}/same_length": value for name, value in self.watch.corrected().items()}
        numbers |= {f"rewards/{name}/length_slope": value for name, value in self.watch.length_slopes().items()}
        return numbers | {"hacking_signs": float(len(signs))}

    def _rewards(self, rollouts: Sequence[Rollout]) -> dict[str, float]:
        """Each reward's mean, std, share of groups without spread and share of missing values."""
        values = np.array([[r.rewards[name] for name in self.names] for r in rollouts], np.float64)
        flat, numbers = flat_groups(values, self.group), {}
        for column, name in enumerate(self.names):
            found = values[:, column][~np.isnan(values[:, column])]
            if len(found):
                numbers[f"rewards/{name}/mean"] = float(found.mean())
                numbers[f"rewards/{name}/std"] = float(found.std())
            numbers[f"rewards/{name}/flat"] = float(flat[:, column].mean())
            numbers[f"rewards/{name}/missing"] = float(1 - len(found) / len(values))
        advantages = np.array([r.advantage for r in rollouts])
        numbers["flat"] = float((advantages.reshape(-1, self.group) == 0).all(1).mean())
        return numbers

    def _restore(self, step: int) -> None:
        """After a restart: take the reference from the first answers that were kept, and watch all earlier steps."""
        if not self.begun:
            for _, rollouts in read_steps(self.out, below=step):
                self._learn([read_tags(r.completion, r.mode).answer for r in rollouts])
                self.watch.take(rollouts)
            self.told = {(sign.kind, sign.reward) for sign in self.watch.signs()}
        self.begun = True

    def _learn(self, answers: Sequence[str]) -> None:
        if not self.reference:
            counts = word_counts(answers)
            self.reference = counts if counts.total() >= REFERENCE_WORDS else self.reference
