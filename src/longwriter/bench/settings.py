"""Settings of a benchmark run: saved with it, compared on resume, shown beside its scores."""

from typing import Literal

from pydantic import Field

from longwriter.models.base import REACH, ModelConfig
from longwriter.types import Record

Compat = Literal["longwriter", "evalscope"]


class JudgeSettings(Record):
    """Who judges, asked how."""

    model: ModelConfig
    prompt: str | None = None
    """File with the wording; None: our own."""
    prompt_sha256: str
    """SHA-256 of the wording in use."""
    temperature: float = Field(ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    seed: int = 42
    repeat: float = Field(default=0.0, ge=0, le=1)
    """Share of questions that are asked a second time."""


class BenchSettings(Record):
    """What was asked of a run."""

    kind: Literal["bench"] = "bench"
    benchmark: str
    data: str | None = None
    """Data as given; None: what the package ships."""
    data_sha256: str
    system: str
    """System as given: MODEL, agentwrite:MODEL or texts:FILE."""
    model: ModelConfig | None = None
    """None for texts written elsewhere."""
    texts_sha256: str | None = None
    seed: int = 42
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    """Tokens of one reply, thinking included; None: by the length that an item asks for (`models.limits`)."""
    judge: JudgeSettings | None = None
    first: int | None = Field(default=None, ge=1)
    """The first so many items; None: all."""
    ids: tuple[str, ...] = ()
    """These items alone; none: all."""


MAY_CHANGE_ON_RESUME = (
    {"data", "first", "ids", "judge"}
    | {f"model.{key}" for key in REACH}
    | {f"judge.{key}" for key in JudgeSettings.model_fields}
    | {f"judge.model.{key}" for key in ModelConfig.model_fields}
)
"""Keys that may change between two commands on one run. Each judge's replies are kept apart (`judge.step_of`)."""
