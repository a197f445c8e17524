"""verl's custom reward function: the rewards of a recipe's [grpo], of one completion at a time.

    reward.custom_reward_function: {path: pkg://longwriter.train.verl.reward, name: compute_score,
                                    reward_kwargs: {recipe: recipes/zero/32b/grpo.toml}}

verl calls it in its reward workers while other completions are still written. A reward without a value is NaN, never a
number. A dead endpoint is waited for. What cannot work is handed on in `error`, since verl leaves out a request whose
reward raised, and the run would go on without a word: the trainer in `plugin` stops on it.
"""

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from statistics import fmean

from longwriter.errors import InputError, LongWriterError
from longwriter.rewards.base import Sample
from longwriter.rewards.scoring import RewardSet
from longwriter.train.recipe import read_recipe

SCORE, WHY, ERROR = "score", "why", "error"
"""Keys of a result that are no reward."""
NO_VALUE = float("nan")
logger = logging.getLogger(__name__)


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
        extra_info: id, request, mode, lower, upper and opened, as `prompts` wrote them.
        recipe: file with [grpo].

    Returns:
        Names of rewards -> 0 to 1, NaN for missing. score: mean of those that are there, for verl's own curves alone.
        why: what each reward found, as JSON. error: "" or why the run has to stop.
    """
    values = dict[str, float]()
    try:
        rewards = opened(recipe)
        values |= dict.fromkeys(rewards.traits, NO_VALUE)
        (verdicts,), _waited = await rewards.score([_sample(solution_str, extra_info)])
    except LongWriterError as error:
        return {**values, SCORE: NO_VALUE, WHY: "{}", ERROR: f"{type(error).__name__}: {error}"}
    given = {name: verdict.value for name, verdict in verdicts.items() if verdict.value is not None}
    why = {name: dict(verdict.why) for name, verdict in verdicts.items()}
    mean = fmean(given.values()) if given else NO_VALUE
    return {**values, **given, SCORE: mean, WHY: json.dumps(why, ensure_ascii=False), ERROR: ""}


@lru_cache(maxsize=4)
def opened(recipe: str) -> RewardSet:
    """The rewards of a recipe, opened once per process. Raises InputError for those that cannot be used here."""
    settings = read_recipe(Path(recipe)).grpo
    rewards = RewardSet(settings.objectives, settings.rewards, logger.warning)
    comparing = [name for name, traits in rewards.traits.items() if traits.compares]
    if comparing:
        raise InputError(
            f"{recipe}: the reward {comparing[0]} compares a group's answers, and verl rewards each alone; "
            "for writing give grpo.rewards.reward_url or reward_model"
        )
    return rewards


def _sample(completion: str, info: Mapping[str, object]) -> Sample:
    """Raises InputError where `info` is not what `prompts` writes."""
    keys = ("id", "request", "mode", "lower", "upper")
    completion = f"{info.get('opened') or ''}{completion}"
    missing = [k for k in keys if k not in info]
    if missing:
        raise InputError(f"extra_info has no {', '.join(missing)}; make the data with recipes/zero/32b/verl_data.py")
    try:
        return Sample.model_validate({k: info[k] for k in keys} | {"completion": completion})
    except ValueError as error:
        raise InputError(f"extra_info of {info['id']}: {error}") from error
