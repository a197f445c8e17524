"""[grpo] of a training recipe."""

from typing import Literal

from pydantic import Field, model_validator

from longwriter.rewards.base import Mode, RewardSettings
from longwriter.types import Address, Record


class GrpoSettings(Record):
    """Group-relative policy optimisation; defaults as in LongWriter-Zero (arXiv:2506.18841) where it gives them."""

    objectives: tuple[str, ...] = ("length", "writing", "format")
    """Names of rewards, or a reward of your own as `package.module:Class`."""
    weights: tuple[float, ...] | None = None
    """Weights of the objectives, in their order; None: equal ones."""
    rewards: RewardSettings = RewardSettings()
    advantage: Literal["mean", "sum", "batch"] = "mean"
    """`mean`: of each reward's advantage in its group (the paper). `sum`: of the rewards, then normalised. `batch`: as
    mean, then normalised over all rollouts of the step."""
    group: int = Field(default=8, gt=1)
    """Rollouts of one request; a step has `run.batch` rollouts, so `run.batch` / `group` requests."""
    completion_tokens: int = Field(default=1024, gt=0)
    """Longest rollout, of `data.max_tokens` for prompt and rollout together."""
    temperature: float = Field(default=0.8, gt=0)
    top_p: float = Field(default=1.0, gt=0, le=1)
    epsilon: float = Field(default=0.2, gt=0)
    beta: float = Field(default=0.0, ge=0)
    """Weight of the KL penalty; above 0 the start model is held in memory too."""
    iterations: int = Field(default=1, gt=0)
    """Optimizer steps on the same rollouts."""
    loss: Literal["grpo", "dr_grpo", "dapo", "bnpo"] = "grpo"
    """`grpo`: mean over rollouts of each one's mean over tokens. The others as TRL defines them."""
    ratio: Literal["token", "sequence"] = "token"
    overlong: Literal["mask", "punish", "keep"] = "mask"
    """A rollout cut at its limit: leaves the loss, has 0 for length and format, or counts as it is."""
    prompt: str = "think"
    """`think`, `direct`, or a template file with {request}."""
    mode: Mode | None = None
    """What the rewards expect; needed for a template file."""
    chat: bool = False
    """Put the prompt into the tokenizer's chat template; else it is continued as plain text."""
    stop_at_answer: bool = True
    """End a rollout at </answer>, not only at the end token."""
    rollout_batch: int = Field(default=64, gt=0)
    """Rollouts at once on one device; another value draws other rollouts."""
    kl_every: int = Field(default=0, ge=0)
    """Steps between measurements of the KL to the start model; 0: never. Holds that model in memory."""
    entropy_floor: float = Field(default=0.0, ge=0)
    """Nats per token; below it a step counts as collapsed, as does one in which no group's rewards differ."""
    collapse_after: int = Field(default=20, gt=0)
    """Collapsed steps in a row after which the run stops."""
    vllm: Literal["off", "server", "colocate"] = "off"
    vllm_url: Address | None = None
    vllm_correction: Literal[
        "off", "token", "sequence", "token_truncate", "token_mask", "sequence_truncate", "sequence_mask"
    ] = "off"
    """Weights of vLLM's rollouts by how probable the trainer's own numbers make them: none, as in the paper's loss; of each
    token or each sequence, `truncate`: at most `vllm_clip_max`, `mask`: 0 above it. Over 14,000 tokens rounding alone takes a
    sequence's to 0. `token` is token_truncate, `sequence` sequence_mask."""
    vllm_clip_max: float | None = Field(default=None, gt=0)
    """The largest weight of `vllm_correction`; None: TRL's, 3."""
    vllm_clip_min: float | None = Field(default=None, ge=0)
    """The smallest weight; below it as above the largest. None: there is none."""
    vllm_memory: float = Field(default=0.3, gt=0, le=1)
    """Share of a GPU's memory, for `colocate`."""
    vllm_tensor_parallel_size: int | None = Field(default=None, gt=0)
    """GPUs that share one vLLM, for `colocate`; it divides the number of processes. A server is told when it is started."""
    vllm_enable_sleep_mode: bool | None = None
    """Give up vLLM's memory while weights are updated, for `colocate`."""
    vllm_max_model_length: int | None = Field(default=None, gt=0)
    """vLLM's window, for `colocate`; None: `data.max_tokens`."""
    vllm_group_port: int | None = Field(default=None, gt=0, lt=2**16)
    """Port over which weights reach the `server`; None: TRL's, 51216. Two runs on one machine need two."""
    vllm_server_timeout: float | None = Field(default=None, gt=0)
    """Seconds that the `server` may take to come up; None: TRL's, 240."""

    @model_validator(mode="after")
    def _agree(self) -> "GrpoSettings":
        if not self.objectives or len(set(self.objectives)) < len(self.objectives):
            raise ValueError("objectives: name at least one reward, and none twice")
        if self.weights is not None and (len(self.weights) != len(self.objectives) or min(self.weights) <= 0):
            raise ValueError(f"weights: {len(self.objectives)} objectives need as many weights above 0")
        if self.prompt not in ("think", "direct") and self.mode is None:
            raise ValueError("mode: a template of your own needs one of think, direct and plain")
        return self
