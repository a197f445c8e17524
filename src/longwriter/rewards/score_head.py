"""The head of a reward model: what makes one score of a hidden state, linear or an MLP that begins at the edge of chaos.

    u = x / rms(x);   u <- phi(W u), once a hidden layer;   score = w u        phi(s) = a s + b |s|, no biases

Weights behind phi are drawn with variance 1/(a^2 + b^2) a fan-in, the first with 1 a fan-in: signals and gradients neither
grow nor fade with depth, and a score has variance 1 (the edge of chaos, arXiv:2501.14724; docs/ntk.md). A model's folder
says its MLP in head.json; without that file the head is linear, as transformers makes it. Needs the extra `train`.
"""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from longwriter.config import build
from longwriter.errors import InputError, RunError
from longwriter.models.base import need
from longwriter.types import Record

FILE = "head.json"
EXTRA = "train"
NAME = "score"  # of the head in the classifiers of transformers, and in peft's list of what is trained whole


class ScoreHead(Record):
    """A head's kind and sizes."""

    head: Literal["linear", "mlp"] = "linear"
    widths: tuple[Annotated[int, Field(gt=0)], ...] = Field(default=(256,), min_length=1)
    """Of the hidden layers of an MLP."""
    activation: tuple[float, float] = (0.0, 1.0)
    """a and b of phi(s) = a s + b |s|: 0 and 1 for the absolute value, 0.5 and 0.5 for ReLU."""

    @model_validator(mode="after")
    def _activates(self) -> "ScoreHead":
        a, b = self.activation
        if not (a >= 0 and b >= 0 and 0 < a + b < math.inf):
            raise ValueError(
                "activation: a and b of a s + b |s|, neither below 0, not both 0; other signs give the same networks"
            )
        return self


def read_head(folder: Path) -> ScoreHead:
    """What head.json in a model's folder says. Raises RunError where it cannot be used."""
    path = folder / FILE
    if not path.is_file():
        return ScoreHead()
    try:
        return build(ScoreHead, json.loads(path.read_text("utf-8")), str(path))
    except (OSError, ValueError, RecursionError, InputError) as error:
        raise RunError(f"{path}: damaged: {error}") from error


def make_head(head: ScoreHead, width: int) -> Any:  # noqa: ANN401
    """A module from (..., width) to (..., 1), with weights newly drawn from torch's own random numbers."""
    torch = need("torch", EXTRA)
    a, b = head.activation
    slope = (a - b) / (a + b)  # phi(s) = (a + b) leaky(s); the factor goes into the next layer's weights
    parts = [torch.nn.RMSNorm(width, elementwise_affine=False)]
    gain = 1.0
    for inputs, outputs in pairwise((width, *head.widths)):
        parts += [_linear(torch, inputs, outputs, gain), torch.nn.LeakyReLU(slope)]
        gain = (a + b) / math.hypot(a, b)
    return torch.nn.Sequential(*parts, _linear(torch, head.widths[-1], 1, gain))


def _linear(torch: Any, inputs: int, outputs: int, gain: float) -> Any:  # noqa: ANN401
    made = torch.nn.Linear(inputs, outputs, bias=False)
    torch.nn.init.normal_(made.weight, std=gain / math.sqrt(inputs))
    return made


def give_head(model: Any, head: ScoreHead) -> None:  # noqa: ANN401
    """Put a new MLP in the place of a classifier's score, in the same type and place. A linear head stays as it is."""
    if head.head == "mlp":
        old = getattr(model, NAME).weight  # of ZeRO-3 a shard, whose shape says nothing
        made = make_head(head, model.config.get_text_config().hidden_size)
        setattr(model, NAME, made.to(old.device, old.dtype))


def open_classifier(folder: str | Path, head: ScoreHead, **how: Any) -> Any:  # noqa: ANN401
    """Transformers' model with one score, whose head may be an MLP that the folder's weights fill.

    how: as of from_pretrained. Raises what transformers raises.
    """
    transformers = need("transformers", EXTRA)
    auto = transformers.AutoModelForSequenceClassification
    if head.head == "linear":
        return auto.from_pretrained(folder, num_labels=1, **how)
    config = transformers.AutoConfig.from_pretrained(folder, trust_remote_code=how.get("trust_remote_code", False))
    with need("torch", EXTRA).device("meta"):
        plain: Any = type(auto.from_config(config))

    def begin(self: Any, config: Any, *rest: Any, **more: Any) -> None:  # noqa: ANN401
        plain.__init__(self, config, *rest, **more)
        give_head(self, head)

    headed: Any = type(plain.__name__, (plain,), {"__init__": begin})
    return headed.from_pretrained(folder, num_labels=1, **how)
