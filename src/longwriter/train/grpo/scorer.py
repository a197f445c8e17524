"""From a step's rollouts to their advantages, on the main process.

1. The rewards are asked (`rewards.scoring`). 2. Cut rollouts lose what `grpo.overlong` says. 3. Each rollout gets one
advantage (`advantage`). 4. The rollouts are kept (`train.rollouts.store`). 5. Numbers for the log are taken (`measures`).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.errors import RunError
from longwriter.rewards.base import Sample, reward_class, traits_of
from longwriter.rewards.scoring import RewardScores, RewardSet
from longwriter.rewards.tags import read_tags
from longwriter.text import count_words
from longwriter.train.grpo.advantage import Floats, advantages, normalised
from longwriter.train.grpo.measures import StepMeasures
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.train.rollouts.store import Rollout, write_step

THEN = "; the last checkpoint is sound: mend the reward, then run the same command again"
"""What the user can do about a reward that breaks."""
SILENT = 10
"""Steps in a row in which a reward may say nothing while others do: requests that it cannot score, one a step."""
Ask = Callable[[Sequence[Sample]], RewardScores]
"""Scores a batch, and returns when all scores are there."""


class Completion(Sample):
    """A rollout that is not scored yet."""

    prompt: str
    """What the model read."""


class ScoredStep(NamedTuple):
    """What every process learns about a step."""

    advantages: list[float]
    """One per rollout, in the order of the processes."""
    measures: dict[str, float]


@contextmanager
def asking(rewards: RewardSet) -> Iterator[Ask]:
    """A set of rewards for a program without an event loop; theirs is kept, since their connections live in it.

    Where a thread still waits in it for a reward, the program ends because of something else: nothing is closed then.
    """
    runner = asyncio.Runner()
    try:
        yield lambda samples: runner.run(rewards.score(samples))
    finally:
        if not runner.get_loop().is_running():
            runner.run(rewards.aclose())
            runner.close()


class RolloutScorer:
    """Makes advantages of a run's rollouts, and keeps both."""

    def __init__(
        self,
        settings: GrpoSettings,
        ask: Ask,
        out: Path,
        tell: Callable[[str], None] = lambda _: None,
        silent: int = SILENT,
    ) -> None:
        """`ask`: gives the scores of `settings.objectives`; `out`: the run's folder; `tell`: hears warnings.

        `silent`: steps in a row in which a reward may say nothing.
        """
        self.most_silent = silent
        self.settings, self.ask, self.out, self.tell = settings, ask, out, tell
        self.silent: Counter[str] = Counter()
        self.names = settings.objectives
        self.traits = [traits_of(reward_class(name)) for name in self.names]
        self.weights = None if settings.weights is None else np.array(settings.weights)
        self.measures = StepMeasures(self.names, settings.group, out, tell)

    def score(self, step: int, completions: Sequence[Completion]) -> ScoredStep:
        """Score all rollouts of a step, those of a group one after another.

        Raises what rewards raise, and RunError where no reward has a score for any rollout, one has none for `SILENT` steps,
        or the disk is full.
        """
        scores = self.ask(completions)
        values = self._values(scores, completions)
        used = self._advantages(values, completions)
        rollouts = self._rollouts(step, completions, scores, values, used)
        write_step(self.out, step, rollouts)
        measures = self.measures.take(step, rollouts)
        return ScoredStep(used.tolist(), measures | ({"waited": scores.waited} if scores.waited else {}))

    def _values(self, scores: RewardScores, completions: Sequence[Completion]) -> Floats:
        """(rollouts, rewards), NaN for missing. With `overlong = "punish"` a cut rollout has 0 where it had a value."""
        rows = [[row[name].value for name in self.names] for row in scores.verdicts]
        values = np.array(rows, np.float64)  # None becomes NaN
        cut = np.array([c.cut for c in completions])
        ranged = any(c.lower is not None for c in completions)
        nothing = bool(np.isnan(values).all())
        for column, (name, traits) in enumerate(zip(self.names, self.traits, strict=True)):
            missing = np.isnan(values[:, column])
            if missing.all() and (ranged or not traits.needs_range):
                self._said_nothing(name, scores, at_once=nothing or traits.needs_range)
            elif not missing.all():
                self.silent[name] = 0
            if self.settings.overlong == "punish" and traits.punishes_cut:
                values[cut & ~missing, column] = 0.0
        return values

    def _said_nothing(self, name: str, scores: RewardScores, *, at_once: bool) -> None:
        """Count such a step, and tell of the first in a row. Raises RunError after too many, or `at_once`."""
        self.silent[name] += 1
        told = (
            f"the reward {name} gave no score for any of {len(scores.verdicts)} rollouts; the first says "
            f"{dict(scores.verdicts[0][name].why)}"
        )
        if at_once or self.silent[name] >= self.most_silent:
            raise RunError(told + THEN)
        if self.silent[name] == 1:
            self.tell(f"{told}; the other rewards go on")

    def _advantages(self, values: Floats, completions: Sequence[Completion]) -> Floats:
        """One per rollout; 0 for a cut one with `overlong = "mask"`: it leaves the loss, so nothing is learnt from it."""
        used = advantages(values, self.settings.group, self.settings.advantage, self.weights)
        if self.settings.overlong == "mask":
            used[np.array([c.cut for c in completions])] = 0.0
        return used

    def _rollouts(
        self, step: int, completions: Sequence[Completion], scores: RewardScores, values: Floats, used: Floats
    ) -> list[Rollout]:
        """The records of a step."""
        scaled = normalised(values, self.settings.group)
        tagged = [read_tags(c.completion, c.mode) for c in completions]
        return [
            Rollout(
                **completion.model_dump(),
                step=step,
                group=i // self.settings.group,
                think_words=count_words(tagged[i].think),
                answer_words=count_words(tagged[i].answer),
                rewards=self._named(values[i]),
                advantages=self._named(scaled[i]),
                why={name: dict(verdict.why) for name, verdict in scores.verdicts[i].items()},
                advantage=float(used[i]),
            )
            for i, completion in enumerate(completions)
        ]

    def _named(self, values: Floats) -> dict[str, float | None]:
        return {n: None if np.isnan(v) else float(v) for n, v in zip(self.names, values, strict=True)}
