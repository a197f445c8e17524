"""What every reward takes and gives. A reward is one file in this folder and one line in `REWARDS`.

Training, benchmarks, data filters and `longwriter score` call rewards the same way: a batch of samples in, one verdict a
sample out. A score that could not be had is None, never a number; what broke for all raises.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Literal, NamedTuple, Protocol, Self, cast

from pydantic import Field, JsonValue, model_validator

from longwriter.errors import InputError
from longwriter.models.headers import Headers
from longwriter.types import Address, Record

Mode = Literal["think", "direct", "plain"]
"""think: <think>...</think><answer>...</answer>; direct: <answer>...</answer>; plain: the completion is the answer."""

REWARDS = {  # name -> module and class, imported when opened
    "length": "longwriter.rewards.length_reward:LengthReward",
    "format": "longwriter.rewards.format:FormatReward",
    "writing": "longwriter.rewards.writing:WritingReward",
}


class Sample(Record):
    """One completion to be scored."""

    id: str
    request: str
    """What the user asked for, without a prompt template."""
    completion: str
    """All that the model wrote, tags included."""
    mode: Mode = "plain"
    lower: int | None = Field(default=None, ge=0)
    """Words; with `upper` the range that the answer's length should be in, None where no length is wanted."""
    upper: int | None = Field(default=None, gt=0)
    cut: bool = False
    """The model was stopped at its token limit."""

    @model_validator(mode="after")
    def _whole_range(self) -> Self:
        if (self.lower is None) != (self.upper is None):
            raise ValueError("lower and upper stand together")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"lower = {self.lower} is above upper = {self.upper}")
        return self


class Verdict(NamedTuple):
    """What one reward says of one sample."""

    value: float | None
    """0 to 1; None where there is no score."""
    why: Mapping[str, JsonValue]
    """What a person needs to understand it: counts, the passages that repeat, a judge's failure."""


class RewardSettings(Record):
    """Settings of all rewards; each reads its own."""

    longest: float = Field(default=2.0, gt=1, allow_inf_nan=False)
    """L_max over L_upper: where the length reward has fallen to 0. The paper does not give it."""
    reward_model: str | None = None
    """Folder of a reward model (`longwriter train reward`)."""
    reward_url: Address | None = None
    """Or the address of a server that scores, such as vLLM's: its /classify, /pooling or /score, or its root."""
    reward_name: str | None = None
    """The model's name at `reward_url`; vLLM needs none."""
    reward_key_env: str = "REWARD_API_KEY"
    """Environment variable with the key of `reward_url`, if it wants one."""
    reward_centre: float = Field(default=0.0, allow_inf_nan=False)
    """Of the scores at `reward_url`: a score there is worth 0.5. `longwriter train reward` measures both."""
    reward_scale: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    judge: str | None = None
    """Or a model that judges pairwise, as `--model` names it."""
    judge_url: Address | None = None
    judge_key_env: str = "OPENAI_API_KEY"
    judge_headers: Headers = Field(default={}, repr=False)
    judge_extra_body: dict[str, JsonValue] = Field(default={})
    judge_others: int = Field(default=4, gt=0)
    """Answers to the same request that each answer is compared with, at least, where there are so many."""
    device_batch: int = Field(default=8, gt=0)
    """Texts at once in a local reward model."""
    calls: int = Field(default=8, gt=0)
    """Calls at once to a server or judge."""
    timeout_s: float = Field(default=600, gt=0)
    """Longest silence of a server or judge."""
    retry_s: float = Field(default=300, ge=0)
    """Seconds that one call may spend on retries in all, waiting included."""


class Reward(Protocol):
    """A reward. Its class takes RewardSettings and may raise SetupError, InputError or RunError."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """One verdict a sample, in order. A group's completions of one request stand together.

        Raises Unavailable where an endpoint is dead: the caller pauses and asks again; nothing is scored as 0.
        """
        ...

    async def aclose(self) -> None:
        """Give back connections and memory."""
        ...


def open_reward(name: str, settings: RewardSettings) -> Reward:
    """The reward of that name, or of `package.module:Class`. Raises InputError for one that is not there."""
    if name not in REWARDS and ":" not in name:
        raise InputError(
            f"no reward is called {name!r}; there are {', '.join(REWARDS)}, and your own by package.module:Class"
        )
    module, _, attribute = REWARDS.get(name, name).partition(":")
    try:
        made = getattr(import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError, ValueError) as error:
        if name in REWARDS:
            raise
        raise InputError(f"reward {name}: {error}; it is imported as any Python module is (PYTHONPATH)") from error
    return cast(Reward, made(settings))
