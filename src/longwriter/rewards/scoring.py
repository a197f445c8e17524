"""A set of rewards: opened by name, asked about a batch all at once, waited for, their answers checked, and closed.

Rewards may be anybody's code, so whoever asks must not have to trust it: a value that is not finite, verdicts that are
none, too few of them, and errors of the reward's own are found here, for training and `longwriter score` alike.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic_core import to_jsonable_python

from longwriter.errors import LongWriterError, RunError, Unavailable
from longwriter.models.concurrency import together
from longwriter.rewards.base import FAILURE, Reward, RewardSettings, Sample, Verdict, finite, open_reward, traits_of

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
T = TypeVar("T")
Verdicts = dict[str, Verdict]
"""What each reward says of one sample, by the reward's name."""


class RewardScores(NamedTuple):
    """What a set of rewards says of a batch."""

    verdicts: list[Verdicts]
    """One per sample, in order."""
    waited: float = 0.0
    """Seconds for which dead endpoints were waited for, summed over the rewards."""


class RewardSet:
    """The rewards of some names, in their order."""

    def __init__(
        self,
        names: Sequence[str],
        settings: RewardSettings,
        report: Callable[[str], None] | None = None,
        then: str = "",
    ) -> None:
        """Open the rewards. Raises what `open_reward` raises.

        Args:
            names: of `REWARDS`, or `package.module:Class`.
            settings: of all of them.
            report: hears once per outage why it lasts; a dead endpoint is then waited for. None: it raises Unavailable.
            then: the end of the message on a reward that broke, which says what the user can do.
        """
        self._rewards = {name: open_reward(name, settings) for name in names}
        self.traits = {name: traits_of(reward) for name, reward in self._rewards.items()}
        self._report, self._then = report, then

    async def score(self, samples: Sequence[Sample]) -> RewardScores:
        """Every reward's verdict on every sample. Raises LongWriterErrors, the first that a reward raises.

        A reward that breaks, or whose answer is not one Verdict per sample, is a RunError. A value that is not finite is
        None, as `base.finite` says; reasons are made what JSON can hold.
        """
        columns = await together((self._ask(name, samples) for name in self._rewards), max(1, len(self._rewards)))
        rows = zip(*(verdicts for verdicts, _ in columns), strict=True)
        return RewardScores(
            [dict(zip(self._rewards, row, strict=True)) for row in rows], sum(waited for _, waited in columns)
        )

    async def aclose(self) -> None:
        """Release what the rewards hold: all of them, then raise what the first raises that cannot, as `score` does."""
        broken = None
        for name, reward in self._rewards.items():
            try:
                await _guarded(name, partial(_close, reward), self._then)
            except LongWriterError as error:
                broken = broken or error
        if broken is not None:
            raise broken

    async def _ask(self, name: str, samples: Sequence[Sample]) -> tuple[list[Verdict], float]:
        """One reward's verdicts, and the seconds of waiting 1, 2, 4 ... 60 s between attempts, for as long as it takes."""
        waited, wait = 0.0, FIRST_WAIT_S
        while True:
            try:
                return await checked(name, self._rewards[name], samples, self._then), waited
            except Unavailable as error:
                if self._report is None:
                    raise
                if not waited:
                    self._report(
                        f"waiting for the reward {name}, asked again every {LONGEST_WAIT_S:.0f} s at most: {error}"
                    )
            await asyncio.sleep(wait)
            waited += wait
            wait = min(LONGEST_WAIT_S, 2 * wait)


async def checked(name: str, reward: Reward, samples: Sequence[Sample], then: str = "") -> list[Verdict]:
    """One reward's verdicts, as `RewardSet.score` promises them; a dead endpoint raises Unavailable."""

    async def asked() -> list[Verdict]:
        return [_verdict(found) for found in await reward.score(samples)]

    found = await _guarded(name, asked, then)
    if len(found) != len(samples):
        raise RunError(f"the reward {name} gave {len(found)} verdicts on {len(samples)} samples{then}")
    return found


async def _close(reward: Reward) -> None:
    await reward.aclose()


async def _guarded(name: str, work: Callable[[], Awaitable[T]], then: str) -> T:
    """What a reward's code gives. Raises its LongWriterErrors, and RunError naming the reward for all else that it raises."""

    async def begun() -> T:
        return await work()

    (found,) = await asyncio.gather(begun(), return_exceptions=True)
    if isinstance(found, LongWriterError):
        raise found
    if isinstance(found, BaseException):
        what = f"{type(found).__name__}: {' '.join(str(found).split())}{_place(found)}"
        raise RunError(f"the reward {name} broke: {what}{then}") from found
    return found


def _verdict(found: object) -> Verdict:
    """A verdict with a float, or without a value, and reasons for JSON. Raises TypeError, and what float() raises."""
    if not isinstance(found, Verdict) or isinstance(found.value, str | bytes):
        raise TypeError(f"{str(found)[:60]!r} is no Verdict of a number or None, and reasons")
    value = None if found.value is None else float(found.value)
    return finite(Verdict(value, to_jsonable_python(dict(found.why), inf_nan_mode="null", fallback=str)))


def _place(error: BaseException) -> str:
    """Where a bug of a reward is: file and line of the innermost frame; "" where it is not in the reward's code."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = frames and frames[-1].filename != __file__
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if inside else ""


def reason_of(verdict: Verdict) -> str:
    """Why a verdict has no value; "" where it does not say."""
    return str(verdict.why.get(FAILURE, ""))
