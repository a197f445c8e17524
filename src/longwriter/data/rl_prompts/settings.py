"""What decides a data set of requests with ranges."""

from typing import Literal

from pydantic import Field

from longwriter.models.base import REACH, ModelConfig
from longwriter.types import Record


class RangeSettings(Record):
    """Which requests, and what may come of them."""

    kind: Literal["ranges"] = "ranges"
    instructions: str
    instructions_sha256: str | None = None
    """None for a chat log, which is read once and then kept in the folder."""
    model: ModelConfig | None = None
    """Asked about requests that name no length."""
    allow_upper: int = Field(default=12_000, ge=100, multiple_of=100)
    """Greatest upper bound in words; requests that name more are left out. The paper's, for 14,000 tokens."""
    width: int = Field(default=3_000, ge=100, multiple_of=100)
    """Greatest width of a model's range in words, as in the paper. Ranges that a request names stay as they are."""
    select: bool = False
    shortest: int = Field(default=5, ge=1)
    """Least words of a request of a chat log."""
    longest: int = Field(default=1000, ge=1)
    near: float = Field(default=0.8, gt=0, le=1)
    """Jaccard similarity from which two requests of a chat log count as one."""
    overlap: float = Field(default=0.5, gt=0, le=1)
    """Share of a benchmark prompt from which a request counts as it."""
    benchmarks: tuple[str, ...] = ()
    first: int | None = Field(default=None, ge=1)
    """Stop reading at so many usable requests; None: read all."""
    seed: int = 1
    skip_failed: bool = False
    """Go on without the requests on which the model failed, instead of stopping before the data set is written."""


MAY_CHANGE_ON_RESUME = {"skip_failed", *(f"model.{key}" for key in REACH)}
"""Keys that may change between two commands on one folder."""
