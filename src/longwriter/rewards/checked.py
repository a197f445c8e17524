"""A reward asked and its answer checked, so that whoever asks need not trust it: rewards may be the user's own code."""

import asyncio
import math
import traceback
from collections.abc import Sequence
from pathlib import Path

from longwriter.errors import LongWriterError, RunError
from longwriter.rewards.base import Reward, Sample, Verdict

MISSING = "missing"
"""Key of a verdict's reasons: why a value that was given does not count."""


async def checked(name: str, reward: Reward, samples: Sequence[Sample], then: str = "") -> list[Verdict]:
    """One verdict a sample, in order; a value that is no finite number is None, with its reason under `MISSING`.

    Raises LongWriterErrors as they come. RunError for a reward that breaks, with the place, or that gives another number
    of verdicts; it ends in `then`: what the user can do.
    """

    async def asked() -> list[Verdict]:
        return [_finite(verdict) for verdict in await reward.score(samples)]

    (found,) = await asyncio.gather(asked(), return_exceptions=True)
    if isinstance(found, LongWriterError):
        raise found
    if isinstance(found, BaseException):
        said = f"{type(found).__name__}: {' '.join(str(found).split())}{_place(found)}"
        raise RunError(f"the reward {name} broke: {said}{then}") from found
    if len(found) != len(samples):
        raise RunError(f"the reward {name} gave {len(found)} verdicts on {len(samples)} samples{then}")
    return found


def _finite(verdict: Verdict) -> Verdict:
    value = None if verdict.value is None else float(verdict.value)
    if value is None or math.isfinite(value):
        return Verdict(value, verdict.why)
    return Verdict(None, {**verdict.why, MISSING: f"the reward gave {value}"})


def reason_of(verdict: Verdict) -> str:
    """Why a verdict has no value; "" where it does not say."""
    return str(verdict.why.get("failure") or verdict.why.get(MISSING) or "")


def _place(error: BaseException) -> str:
    """Where a bug is: file and line of the innermost frame."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
