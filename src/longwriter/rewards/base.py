"""What every reward takes and gives. A reward is one file in this folder and one line in `REWARDS`.

All rewards are called the same way: a batch of samples in, one verdict per sample out. A score that could not be had is
None, never a number; what broke for all raises. Whoever wants several rewards asks a `scoring.RewardSet`.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, Self, runtime_checkable

from pydantic import Field, JsonValue, model_validator

from longwriter.config import BROKEN, imported
from longwriter.errors import InputError
from longwriter.models.headers import Headers
from longwriter.types import Address, Record

Mode = Literal["think", "direct", "plain"]
"""think: <think>...</think><answer>...</answer>; direct: <answer>...</answer>; plain: the completion is the answer."""

REWARDS = {  # name -> module and class, imported when opened
    "length": "longwriter.rewards.length_reward:LengthReward",
    "format": "longwriter.rewards.format:FormatReward",
    "writing": "longwriter.rewards.writing:WritingReward",
    "style": "longwriter.rewards.checked.style:StyleReward",
    "consistency": "longwriter.rewards.checked.consistency:ConsistencyReward",
    "generative": "longwriter.rewards.preference.generative:GenerativeReward",
    "citations": "longwriter.rewards.checked.citations:CitationsReward",
    "slop": "longwriter.rewards.checked.slop:SlopReward",
}
MOVED = {"longwriter.rewards.form:": "longwriter.rewards.format:"}
"""Module of rewards as older recipes name it -> where it is now."""
FAILURE = "failure"
"""Key of a verdict's reasons: why there is no value."""


class Sample(Record):
    """One completion to be scored."""

    id: str
    request: str
    """What the user asked for, without a prompt template."""
    completion: str
    """All that the model wrote, with its tags."""
    mode: Mode = "plain"
    lower: int | None = Field(default=None, ge=0)
    """Fewest words that are wanted, `upper` the most; None, both, where no length is wanted."""
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
    """What a person needs to understand the value: counts, the passages that repeat; or, under `FAILURE`, why there is none."""


def finite(verdict: Verdict) -> Verdict:
    """The verdict; one whose value is not a finite number has none, and says so under `FAILURE`."""
    if verdict.value is None or math.isfinite(verdict.value):
        return verdict
    return Verdict(None, {**verdict.why, FAILURE: f"the reward gave {verdict.value}"})


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def calibrated(score: float, centre: float, scale: float, **why: JsonValue) -> Verdict:
    """A reward model's score as a reward, sigmoid((score - centre) / scale): 0.5 for the score `centre`.

    `scale` > 0. Keeps order, and with it every preference of a Bradley-Terry model. No value for a score that is not finite.
    """
    if not math.isfinite(score):
        return finite(Verdict(score, why))
    return Verdict(sigmoid((score - centre) / scale), {"score": score, **why})


class Traits(NamedTuple):
    """What is to be known of a reward beside its verdicts. A reward says it as its class attribute `traits`."""

    needs_range: bool = False
    """It has values for samples with a wanted range of lengths alone."""
    needs_request: bool = False
    """It cannot score a text without its request."""
    punishes_cut: bool = False
    """It is about the whole text: a rollout that was cut has 0 of it where `grpo.overlong` is "punish"."""
    compares: bool = False
    """It compares the answers to one request, so that one alone has no value."""


@runtime_checkable
class HasTraits(Protocol):
    """A reward, or a reward's class, that says what it is like."""

    traits: Traits


def traits_of(reward: object) -> Traits:
    """The traits of a reward or of its class; the defaults where it says none. Raises InputError for other than Traits."""
    traits = reward.traits if isinstance(reward, HasTraits) else Traits()
    if not isinstance(traits, Traits):
        raise InputError(f"{reward!r:.60}: its traits must be longwriter.rewards.base.Traits, got {traits!r:.60}")
    return traits


class RewardSettings(Record):
    """Settings of all rewards; each reads its own."""

    longest: float = Field(default=2.0, gt=1, allow_inf_nan=False)
    """L_max over L_upper, where the length reward reaches 0. The paper does not give it."""
    malformed: Literal["all", "format"] = "all"
    """What a malformed completion loses: every reward, as it has no answer; or that of its form alone, the others being of the
    answer that a reader finds in it. The paper does not say."""
    sources: str | None = None
    """What the citations reward compares with: a run's folder `sources`, or its chunks.jsonl; None: what requests show."""
    slop_list: str | None = None
    """File of `longwriter slop learn` with the stock phrases that count; None: the shipped list of the text's language."""
    reward_model: str | None = None
    """Folder of a reward model (`longwriter train reward`)."""
    reward_url: Address | None = None
    """Or the address of a server that scores, such as vLLM's: its /classify, /pooling or /score, or its root."""
    reward_name: str | None = None
    """The model's name at `reward_url`; vLLM needs none."""
    reward_key_env: str = "REWARD_API_KEY"
    """Environment variable with the key of `reward_url`, if it wants one."""
    reward_centre: float = Field(default=0.0, allow_inf_nan=False)
    """The score at `reward_url` that is worth 0.5; `longwriter train reward` measures it, and the scale."""
    reward_scale: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    """The difference from `reward_centre` that is worth 0.73 or 0.27."""
    judge: str | None = None
    """Or a model that judges pairwise, as `--model` names it; the generative reward asks it too."""
    judge_url: Address | None = None
    judge_key_env: str = "OPENAI_API_KEY"
    judge_headers: Headers = Field(default={}, repr=False)
    judge_extra_body: dict[str, JsonValue] = Field(default={})
    judge_reasons: bool | None = None
    """True: the judge of the writing reward reasons before it prefers, as that of the generative reward always does."""
    style: str | None = None
    """File of a writer's style (`longwriter style learn`), for the style reward."""
    writing_by: Literal["reward_model", "reward_url", "judge"] | None = None
    """Which of the three the writing reward asks, where several are given."""
    judge_others: int = Field(default=4, gt=0)
    """Least number of other answers to the same request that each answer is compared with, where there are as many."""
    device_batch: int = Field(default=8, gt=0)
    """Texts in one batch of a local reward model."""
    calls: int = Field(default=8, gt=0)
    """Most concurrent calls to a server or judge."""
    timeout_s: float = Field(default=600, gt=0)
    """Longest silence of a server or judge."""
    retry_s: float = Field(default=300, ge=0)
    """Seconds that one call may spend on retries in all, waiting included."""


class Reward(Protocol):
    """A reward. Its class takes RewardSettings and may raise SetupError, InputError or RunError."""

    async def score(self, samples: Sequence[Sample]) -> list[Verdict]:
        """One verdict per sample, in order. Completions of one request follow each other.

        Raises Unavailable where an endpoint is dead: the caller pauses and asks again; nothing is scored as 0.
        """
        ...

    async def aclose(self) -> None:
        """Release connections and memory."""
        ...


def reward_class(name: str) -> Callable[..., Reward]:
    """The class of the reward of that name, or of `package.module:Class`. Raises InputError for one that is not there."""
    module, colon, attribute = name.rpartition(":")
    return imported(MOVED.get(module + colon, module + colon) + attribute, REWARDS, "reward")


def open_reward(name: str, settings: RewardSettings) -> Reward:
    """The reward of that name. Raises InputError as `reward_class`, and what the reward raises for its settings."""
    opened = reward_class(name)
    try:
        return opened(settings)
    except BROKEN as error:
        if name in REWARDS:
            raise
        raise InputError(f"reward {name}: {type(error).__name__}: {error}; it is opened with RewardSettings") from error
