"""A training recipe: one TOML file, every setting in it, unknown keys refused. No PyTorch here, so that it loads fast.

[model]  what is trained            [data]   on what, and how long texts may be
[optim]  how weights move           [run]    how long, how often saved, on what hardware
[dpo]    preferences                [grpo]   reinforcement
[reward] the head of a reward model

What a single method cannot combine is refused by `for_method` (method_recipes.py).
"""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from longwriter.config import Tree, build, merge, read_text, read_toml
from longwriter.errors import InputError
from longwriter.rewards.score_head import ScoreHead
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.types import Record

Decay = Annotated[float, Field(ge=0, lt=1)]
Preference = Literal[
    "sigmoid", "hinge", "ipo", "exo_pair", "nca_pair", "robust", "bco_pair", "sppo_hard", "aot", "aot_unpaired",
    "apo_zero", "apo_down", "discopop", "sft", "sigmoid_norm",
]  # fmt: skip
"""Losses of TRL's DPO trainer."""
LENGTHS = {"tokens", "epochs", "steps"}  # keys of [run], of which one is given


class Lora(Record):
    """Low-rank adapters in place of full training."""

    rank: int = Field(default=16, gt=0)
    alpha: int = Field(default=32, gt=0)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    targets: str | tuple[str, ...] = "all-linear"
    modules_to_save: tuple[str, ...] | None = None
    """Modules that are trained whole beside the adapters, such as embed_tokens and lm_head: for a base model whose chat
    tokens were never trained."""


class ModelSettings(Record):
    """What is trained: existing weights (`init`), or a model of random weights (`new`)."""

    init: str | None = None
    """Folder or hub id of a causal language model."""
    new: dict[str, object] = Field(default_factory=dict)
    """Sizes of a model of random weights: `model_type` and fields of that type's transformers config."""
    tokenizer: str | None = None
    """Folder, hub id or tokenizer.json; None: that of `init`."""
    special_tokens: dict[str, str] = Field(default_factory=dict)
    """Such as eos_token, pad_token: a tokenizer.json does not say, and a base model's ends documents, not turns."""
    chat_template: str | None = None
    """Jinja file for tokenizers without a chat template."""
    attention: Literal["sdpa", "eager", "flash_attention_2", "flash_attention_3"] = "sdpa"
    dtype: Literal["float32", "bfloat16"] = "float32"
    """Type of the master weights; `run.bf16` computes in bfloat16 either way."""
    quantize: Literal["nf4"] | None = None
    """Frozen weights in 4 bits under `lora` (QLoRA, Dettmers et al. 2023), by bitsandbytes."""
    lora: Lora | None = None
    trust_remote_code: bool = False
    """Runs code that comes with the weights."""

    @model_validator(mode="after")
    def _one_of(self) -> "ModelSettings":
        if (self.init is None) == (not self.new):
            raise ValueError("give one of init (existing weights) and new (sizes of a model of random weights)")
        if self.new and self.tokenizer is None:
            raise ValueError("tokenizer: a new model needs one")
        if self.quantize is not None and (self.lora is None or self.init is None):
            raise ValueError("quantize: weights of 4 bits cannot move; give init and lora, whose adapters are trained")
        return self


class MixtureSource(Record):
    """One part of the data."""

    path: str
    """Folder of token shards, or a data set with messages or prompts (folder, file, `hub:owner/name`)."""
    kind: Literal["tokens", "messages", "prompts"]
    """`prompts`: requests for reinforcement, of `longwriter data ranges`."""
    share: float = Field(default=1.0, ge=0)
    """Share of the rows, relative to the other sources' (pretraining). Fine-tuning takes every row once per epoch."""
    held_out: str = ""
    """Where the held-out rows are: a data set's path; token shards bring their own."""
    name: str = ""
    """Name in the curves; empty: the last part of the path."""

    @property
    def label(self) -> str:
        """Name in curves and reports."""
        return self.name or Path(self.path).stem or self.kind


class DataSettings(Record):
    """What is trained on."""

    sources: tuple[MixtureSource, ...] = Field(min_length=1)
    max_tokens: int = Field(gt=1)
    """Longest sample, and capacity of a pack: prompt and reply together."""
    too_long: Literal["drop", "cut", "split", "refuse"] = "drop"
    """A sample over `max_tokens`: left out, its end cut off, cut in pieces, or an error; each is counted and reported."""
    packing: bool = True
    """Several samples in one row, blind to each other; False: one per row, padded."""
    loss: Literal["token", "sequence"] = "token"
    """Mean over the target tokens of the global batch (LongWriter), or of each sequence's mean (LongAlign)."""
    held_out_rows: int = Field(default=32, ge=0)
    """Rows of each source's held-out part in an evaluation."""
    max_samples: int | None = Field(default=None, gt=0)
    """Most samples that are read, drawn by the seed; None: all."""
    cache: str | None = None
    """Folder of tokenised data sets (`train sft`); None: beside the models that `longwriter pull` fetched."""

    @model_validator(mode="after")
    def _labels_differ(self) -> "DataSettings":
        labels = [s.label for s in self.sources]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise ValueError(f"sources: two are called {twice!r} in reports; give each a name of its own (name = ...)")
        return self


class OptimSettings(Record):
    """How weights move."""

    name: Literal["adamw", "muon"] = "adamw"
    """`muon`: Muon for the matrices of the layers, AdamW for the rest."""
    lr: float = Field(default=1e-5, gt=0)
    muon_lr: float = Field(default=0.02, gt=0)
    betas: tuple[Decay, Decay] = (0.9, 0.95)
    weight_decay: float = Field(default=0.1, ge=0)
    warmup: float = Field(default=0.03, ge=0)
    """Steps, or a share of all steps if below 1."""
    schedule: Literal["cosine", "linear", "constant", "wsd"] = "cosine"
    """`wsd`: warm up, stay, and fall linearly to zero over the last `decay` of the steps."""
    decay: float = Field(default=0.5, gt=0, le=1)
    max_grad_norm: float = Field(default=1.0, gt=0)


class DpoSettings(Record):
    """Preference optimisation (Rafailov et al. 2023)."""

    beta: float = Field(default=0.1, gt=0)
    loss: tuple[Preference, ...] = Field(default=("sigmoid",), min_length=1)
    """TRL's loss types, such as sigmoid, ipo, or ("sigmoid", "sft") with weights."""
    loss_weights: tuple[float, ...] | None = None

    @model_validator(mode="after")
    def _as_many(self) -> "DpoSettings":
        if self.loss_weights is not None and len(self.loss_weights) != len(self.loss):
            raise ValueError(
                f"loss_weights: {len(self.loss_weights)} given for {len(self.loss)} losses; give one for each"
            )
        return self


class RunSettings(Record):
    """How long, how often saved, and on what."""

    seed: int = Field(default=0, ge=0, lt=2**32)
    batch: int = Field(gt=0)
    """Rows per step over all processes; in reinforcement, rollouts."""
    device_batch: int = Field(default=1, gt=0)
    """Rows at once on one device; the rest by accumulation. Neither it nor the number of processes changes a loss."""
    tokens: float | None = Field(default=None, gt=0)
    """Length of the run in tokens (pretraining)."""
    epochs: float | None = Field(default=None, gt=0)
    steps: int | None = Field(default=None, gt=0)
    save_every: int = Field(default=500, gt=0)
    evaluate_every: int = Field(default=500, gt=0)
    log_every: int = Field(default=10, gt=0)
    bf16: bool = False
    cpu: bool = False
    """Stay on the CPU where there is a GPU."""
    compile: bool = False
    gradient_checkpointing: bool = False
    lean_logits: bool = True
    """Never hold a whole (tokens, vocabulary) matrix: for vocabularies over some 10,000."""
    deepspeed: str | None = None
    """A DeepSpeed JSON file, such as ZeRO-3 with offload."""
    fsdp: bool = False
    """Fully sharded data parallel (FSDP2), layers wrapped one by one."""
    context_parallel: int | None = Field(default=None, gt=1)
    """GPUs that share each row, for rows that do not fit into one; with `fsdp`, unpacked."""
    activation_offload: bool = False
    """Activations wait in the host's memory until the backward pass (TRL)."""
    timeout_s: int = Field(default=1800, gt=0)
    """How long a process waits for the others before the run ends: a dead machine costs no more than this."""
    report_to: tuple[Literal["tensorboard", "wandb", "trackio", "mlflow"], ...] = ("tensorboard",)
    """Where reports go beside log.jsonl; each finds its address and key in its own environment variables."""
    push: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    """OWNER/NAME on the hub, made private where there is none: the model goes there at the end."""

    @model_validator(mode="after")
    def _one_length(self) -> "RunSettings":
        if sum(length is not None for length in (self.tokens, self.epochs, self.steps)) != 1:
            raise ValueError("give one of tokens, epochs and steps")
        return self


class Recipe(Record):
    """One training."""

    model: ModelSettings
    data: DataSettings
    optim: OptimSettings = OptimSettings()
    dpo: DpoSettings = DpoSettings()
    reward: ScoreHead | None = None
    """The head of a reward model; None: linear, or that of `model.init`."""
    grpo: GrpoSettings = GrpoSettings()
    run: RunSettings

    @model_validator(mode="after")
    def _shared_out(self) -> "Recipe":
        if self.optim.name == "muon" and (self.run.deepspeed or self.run.fsdp):
            raise ValueError(
                "optim.name = muon: it needs whole matrices, which run.deepspeed and run.fsdp share out; use adamw, or "
                "plain data parallel"
            )
        return self

    @model_validator(mode="after")
    def _quantized(self) -> "Recipe":
        r = self.run
        if self.model.quantize is None:
            return self
        if r.fsdp or (r.deepspeed is not None and zero_of(r.deepspeed)[0] == 3):
            raise ValueError("model.quantize: weights of 4 bits are not shared out; use ZeRO-2 or plain data parallel")
        if self.grpo.vllm != "off":
            raise ValueError("model.quantize: vLLM cannot be given adapters merged into 4 bits; use grpo.vllm = off")
        return self

    @model_validator(mode="after")
    def _rows_shared(self) -> "Recipe":
        r = self.run
        if r.context_parallel is None:
            return self
        if r.cpu:
            raise ValueError("run.context_parallel: GPUs share the rows, and run.cpu = true leaves them out")
        if not r.fsdp:
            raise ValueError("run.context_parallel: needs run.fsdp = true")
        if self.model.attention != "sdpa":
            raise ValueError(
                f"run.context_parallel: its attention is sdpa, not model.attention = {self.model.attention}"
            )
        return self


def read_recipe(path: Path, over: dict[str, object] | None = None) -> Recipe:
    """A recipe file, with settings of the command line laid on it. Paths in it are relative to the working folder.

    A length in `over` (run.tokens, run.epochs, run.steps) takes the place of the file's. Raises InputError naming the
    key that is unknown or wrong.
    """
    tree, over = read_toml(path), over or {}
    run, given = tree.get("run"), over.get("run")
    if isinstance(run, dict) and isinstance(given, dict) and LENGTHS & given.keys():
        tree["run"] = {k: v for k, v in run.items() if k not in LENGTHS}
    return build(Recipe, merge(tree, over), str(path))


def dotted(assignments: tuple[str, ...]) -> dict[str, object]:
    """`run.seed=3` and the like as nested tables; the value is TOML, or else a plain string. Raises InputError."""
    out: dict[str, object] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key.strip():
            raise InputError(f"--set {assignment}: expected key=value, such as run.seed=3")
        try:
            parsed: object = tomllib.loads(f"v = {value}")["v"]
        except (tomllib.TOMLDecodeError, RecursionError):
            parsed = value
        for part in reversed(key.strip().split(".")):
            parsed = {part: parsed}
        assert isinstance(parsed, dict)
        out = merge(out, parsed)
    return out


def zero_of(deepspeed: str) -> tuple[int, Tree]:
    """The stage of ZeRO that a DeepSpeed file asks for, 0 where it says none, and all of its table. Raises InputError."""
    zero = read_json(Path(deepspeed)).get("zero_optimization", {})
    stage = zero.get("stage", 0) if isinstance(zero, dict) else None
    if not isinstance(zero, dict) or not isinstance(stage, int) or not 0 <= stage <= 3:
        raise InputError(f"{deepspeed}: zero_optimization.stage is {stage!r}; 0, 1, 2 or 3 is expected")
    return stage, zero


def read_json(path: Path) -> Tree:
    """The object in a JSON file. Raises InputError."""
    try:
        tree = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not valid JSON: {error}") from error
    if not isinstance(tree, dict):
        raise InputError(f"{path}: a JSON object is expected")
    return tree
