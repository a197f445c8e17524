"""All rewards of a batch of rollouts, asked at once. A dead endpoint is waited for; what can never work stops the run."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import JsonValue

from longwriter.errors import RunError, Unavailable
from longwriter.rewards.base import Reward, RewardSettings, Sample, Verdict, open_reward
from longwriter.rewards.checked import checked
from longwriter.train.grpo.advantage import Floats

THEN = "; the last checkpoint is sound: mend the reward, then run the same command again"
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
Why = dict[str, JsonValue]


class Scores(NamedTuple):
    """Of a batch of samples."""

    values: Floats
    """(samples, rewards), NaN for missing."""
    why: list[dict[str, Why]]
    """Of each sample, by reward."""
    waited: float
    """Seconds for which dead endpoints were waited for."""


class Scoring:
    """The rewards of a run, and the event loop that their connections live in."""

    def __init__(self, names: Sequence[str], settings: RewardSettings, told: Callable[[str], None]) -> None:
        """`told`: called once an outage with a line for a person. Raises what opening a reward raises."""
        self.rewards: dict[str, Reward] = {name: open_reward(name, settings) for name in names}
        self.told = told
        self.waited = 0.0
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Give back connections."""
        for reward in self.rewards.values():
            self._runner.run(reward.aclose())
        self._runner.close()

    def score(self, samples: Sequence[Sample]) -> Scores:
        """Every reward of every sample; a value that is no finite number is missing.

        Raises RunError for a reward that breaks, or has no score for any sample; LongWriterErrors as they come, but
        Unavailable is waited for.
        """
        self.waited = 0.0
        verdicts = self._runner.run(self._ask(samples))
        values = np.full((len(samples), len(self.rewards)), np.nan)
        why: list[dict[str, Why]] = [{} for _ in samples]
        for column, (name, of_reward) in enumerate(verdicts.items()):
            for row, verdict in enumerate(of_reward):
                if verdict.value is not None:
                    values[row, column] = verdict.value
                why[row][name] = dict(verdict.why)
            if np.isnan(values[:, column]).all() and _expected(name, samples):
                raise RunError(
                    f"the reward {name} gave no score for any of {len(samples)} rollouts; the first says "
                    f"{why[0][name]}; the last checkpoint is sound: see to the reward, then run the same command again"
                )
        return Scores(values, why, self.waited)

    async def _ask(self, samples: Sequence[Sample]) -> dict[str, list[Verdict]]:
        tasks = {name: asyncio.ensure_future(self._one(name, reward, samples)) for name, reward in self.rewards.items()}
        await asyncio.wait(tasks.values(), return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks.values():
            error = task.exception() if task.done() else None
            if error is not None:
                for other in tasks.values():
                    other.cancel()
                raise error
        return {name: task.result() for name, task in tasks.items()}

    async def _one(self, name: str, reward: Reward, samples: Sequence[Sample]) -> list[Verdict]:
        """Waits 1, 2, 4 ... 60 seconds between attempts, for as long as it takes."""
        wait = FIRST_WAIT_S
        while True:
            try:
                return await checked(name, reward, samples, THEN)
            except Unavailable as error:
                if wait == FIRST_WAIT_S:
                    self.told(
                        f"waiting for the reward {name}, asked again every {LONGEST_WAIT_S:.0f} s at most: {error}"
                    )
                await asyncio.sleep(wait)
                self.waited += wait
                wait = min(LONGEST_WAIT_S, 2 * wait)


def _expected(name: str, samples: Sequence[Sample]) -> bool:
    """Whether a reward can have a score at all: the length reward has none where no request has a range."""
    return name != "length" or any(s.lower is not None for s in samples)
