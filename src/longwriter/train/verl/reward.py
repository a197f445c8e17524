"""verl's custom reward function: the rewards of a recipe's [grpo], of one completion at a time.

    reward.custom_reward_function: {path: pkg://longwriter.train.verl.reward, name: compute_score,
                                    reward_kwargs: {recipe: recipes/zero/32b/grpo.toml}}

verl calls it in its reward workers while other completions are still written. A reward without a value is NaN, never a
number; what cannot work is handed on in `error`, since verl leaves out a request whose reward raised, and the run would
go on without a word: the trainer in `plugin` stops on it.
"""

import asyncio
import json
import logging
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from longwriter.errors import InputError, LongWriterError, Unavailable
from longwriter.rewards.base import Reward, Sample, Verdict, open_reward
from longwriter.rewards.checked import checked
from longwriter.train.grpo.scoring import FIRST_WAIT_S, LONGEST_WAIT_S
from longwriter.train.recipe import read_recipe

SCORE, WHY, ERROR = "score", "why", "error"
"""Keys of a result that are no reward."""
NO_VALUE = float("nan")
logger = logging.getLogger(__name__)


class Asked(NamedTuple):
    """One reward of one completion."""

    verdict: Verdict | None
    error: str


async def compute_score(
    data_source: str,  # noqa: ARG001 - verl's signature
    solution_str: str,
    ground_truth: str,  # noqa: ARG001
    extra_info: Mapping[str, object],
    *,
    recipe: str,
    **_: object,
) -> dict[str, float | str]:
    """Every reward by name, `score`, `why` and `error`.

    Args:
        data_source: not used.
        solution_str: the completion, without the end token.
        ground_truth: not used; the range stands in `extra_info`.
        extra_info: id, request, mode, lower and upper, as `prompts` wrote them.
        recipe: file with [grpo].

    Returns:
        Names of rewards -> 0 to 1, NaN for missing. score: mean of those that are there, for verl's own curves alone.
        why: what each reward found, as JSON. error: "" or why the run has to stop.
    """
    try:
        rewards = opened(recipe)
        sample = _sample(solution_str, extra_info)
    except LongWriterError as error:
        return {SCORE: NO_VALUE, WHY: "{}", ERROR: f"{type(error).__name__}: {error}"}
    asked = await asyncio.gather(*(_ask(name, reward, sample) for name, reward in rewards.items()))
    found = dict(zip(rewards, asked, strict=True))
    given = {name: None if a.verdict is None else a.verdict.value for name, a in found.items()}
    values = {name: NO_VALUE if value is None else value for name, value in given.items()}
    there = [v for v in values.values() if not math.isnan(v)]
    why = {name: dict(a.verdict.why) for name, a in found.items() if a.verdict is not None}
    return {
        **values,
        SCORE: sum(there) / len(there) if there else NO_VALUE,
        WHY: json.dumps(why, ensure_ascii=False),
        ERROR: "; ".join(a.error for a in asked if a.error),
    }


@lru_cache(maxsize=4)
def opened(recipe: str) -> dict[str, Reward]:
    """The rewards of a recipe, once a process. Raises InputError for what cannot be had here."""
    settings = read_recipe(Path(recipe)).grpo
    if "writing" in settings.objectives and settings.rewards.judge is not None:
        raise InputError(
            f"{recipe}: grpo.rewards.judge compares a group's answers, and verl rewards each alone; "
            "give reward_url or reward_model"
        )
    return {name: open_reward(name, settings.rewards) for name in settings.objectives}


def _sample(completion: str, info: Mapping[str, object]) -> Sample:
    """Raises InputError where `info` is not what `prompts` writes."""
    keys = ("id", "request", "mode", "lower", "upper")
    missing = [k for k in keys if k not in info]
    if missing:
        raise InputError(f"extra_info has no {', '.join(missing)}; make the data with recipes/zero/32b/verl_data.py")
    try:
        return Sample.model_validate({k: info[k] for k in keys} | {"completion": completion})
    except ValueError as error:
        raise InputError(f"extra_info of {info['id']}: {error}") from error


async def _ask(name: str, reward: Reward, sample: Sample) -> Asked:
    """Waits 1, 2, 4 ... 60 seconds between attempts on a dead endpoint, for as long as it takes; never raises."""
    wait = FIRST_WAIT_S
    while True:
        try:
            (verdict,) = await checked(name, reward, [sample])
        except Unavailable as error:
            if wait == FIRST_WAIT_S:
                logger.warning("waiting for the reward %s: %s", name, error)
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT_S, 2 * wait)
        except LongWriterError as error:
            return Asked(None, f"{name}: {error}")
        else:
            return Asked(verdict, "")
