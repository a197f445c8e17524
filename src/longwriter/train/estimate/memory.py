"""Memory of a training step on each GPU, part by part, from sizes alone.

Bytes, with P parameters of which T are trained (all, or the adapters), G GPUs, w bytes per stored weight, c bytes per
number that is computed with (of activations, w is c but under autocast alone), n tokens at once on a GPU, H hidden size, F
feed-forward width, q and k widths of queries and keys, L layers, V vocabulary:

    alone, ddp    w P weights, w T gradients, 2 w T AdamW; w T buckets with several GPUs, c P casts where c < w
    fsdp          (w P + 3 w T) / G; two layers and the embeddings whole
    zero1         c P weights, c T gradients, 12 T / G masters and AdamW; a bucket
    zero2         c P weights, (c + 12) T / G gradients, masters and AdamW; a bucket
    zero3         (c P + (c + 12) T) / G; up to a billion weights whole
    a layer       l = 2 (4 + w + c) H norms + c (3 q + 2 k) attention + 4 c F feed-forward: kept for gradients, per token
    activations   n (L l + (4 + w + c) H); with checkpointing n (L w H + (4 + w + c) H), and one layer's n l when it is its turn
    logits        (c + 8) n V: as computed, as floats, log-probabilities; lean: a tile of 4,096 tokens by 32,768 entries
    gradients     come while activations go, so they add what is more than these, unless they are accumulated

After Rajbhandari et al. 2020 (arXiv 1910.02054, section 3) for states and Korthikanti et al. 2022 (arXiv 2205.05198, section 4)
for activations, counted for transformers' Llama code; tests/recipe/test_estimate_measured.py compares with measured runs.
"""

from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from longwriter.train.estimate.shape import ModelShape
from longwriter.types import Record

TILE_TOKENS, TILE_VOCAB = 4096, 32_768
"""Tokens and entries of a tile of TRL's fused head."""
CPU_TILES = 8
"""Float tiles that the fused head makes where it has no kernel of its own."""
BUCKET, LIVE = 500_000_000, 1_000_000_000
"""DeepSpeed's defaults: elements of a bucket of gradients, and of weights gathered at once."""
FLOAT = 4
NF4 = (4 + 8 / 64 + 32 / (64 * 256)) / 8
"""Bytes of a weight in 4 bits, with a byte of scale for 64 of them, 4 bytes for 256 scales (arXiv 2305.14314, section 3)."""
STASHED = 5
"""Layers' inputs that TRL keeps on the GPU while others go to the host."""


class Strategy(StrEnum):
    """Ways in which GPUs share the work. All split the rows; what else is split differs."""

    DDP = "ddp"
    """Nothing else; also a single GPU."""
    FSDP = "fsdp"
    """Weights, gradients and optimizer states, layer by layer (PyTorch)."""
    ZERO1 = "zero1"
    """Optimizer states (DeepSpeed)."""
    ZERO2 = "zero2"
    """Gradients and optimizer states (DeepSpeed)."""
    ZERO3 = "zero3"
    """Weights too (DeepSpeed)."""


class Job(Record):
    """What decides memory and time, in plain numbers."""

    method: Literal["pretrain", "sft", "dpo"] = "sft"
    """`dpo` computes two rows for each of the batch and holds a reference model, unless adapters can be switched off."""
    sequence: int = Field(gt=0)
    """Tokens of a row."""
    batch: int = Field(gt=0)
    """Rows per step over all GPUs."""
    device_batch: int = Field(default=1, gt=0)
    """Rows at once on one GPU."""
    steps: int | None = Field(default=None, gt=0)
    """Length of the run."""
    tokens: float | None = Field(default=None, gt=0)
    """Length of the run where `steps` is None; if this is None too, only speed is known."""
    packed: bool = False
    """Several samples in a row, blind to each other."""
    sample: float | None = Field(default=None, gt=0)
    """Mean tokens of a sample; None: `sequence`."""
    weight_bytes: Literal[2, 4] = 4
    """Bytes of a stored weight, of its gradient and of each of its optimizer states."""
    compute_bytes: Literal[2, 4] = 2
    """Bytes of the numbers computed with: 2 in bfloat16."""
    optimizer: Literal["adamw", "muon"] = "adamw"
    strategy: Strategy = Strategy.DDP
    offload: Literal["none", "optimizer", "all"] = "none"
    """What waits in the host's memory: gradients and optimizer states, or weights too."""
    checkpointing: bool = False
    lean_logits: bool = True
    attention: Literal["flash", "sdpa", "eager"] = "sdpa"
    """`sdpa` keeps packed samples apart by a mask of (row, row); `flash` needs none; `eager` holds all scores."""
    row_gpus: int = Field(default=1, gt=0)
    """GPUs that share each row (context parallel)."""
    quantized: bool = False
    """The layers' frozen weights in 4 bits (QLoRA)."""
    activations_away: bool = False
    """What layers keep for their gradients waits in the host's memory."""
    lora_rank: int | None = Field(default=None, gt=0)
    lora_targets: str | tuple[str, ...] = "all-linear"
    whole: int = Field(default=0, ge=0)
    """Embeddings and heads that are trained whole beside adapters."""

    @model_validator(mode="after")
    def _offload_fits(self) -> "Job":
        if self.offload != "none" and self.strategy is Strategy.DDP:
            raise ValueError("offload: needs fsdp or DeepSpeed")
        if self.offload == "optimizer" and self.strategy is Strategy.FSDP:
            raise ValueError("offload: fsdp offloads weights too; give all")
        if self.offload == "all" and self.strategy in (Strategy.ZERO1, Strategy.ZERO2):
            raise ValueError(f"offload: {self.strategy} keeps whole weights on each GPU; give optimizer, or zero3")
        return self

    @property
    def rows(self) -> int:
        """Rows that a device computes at once."""
        return self.device_batch * (2 if self.method == "dpo" else 1)

    @property
    def stream_bytes(self) -> int:
        """Bytes of a number between layers: autocast leaves it as wide as weights, FSDP and DeepSpeed cast these too."""
        return self.weight_bytes if self.strategy is Strategy.DDP else min(self.weight_bytes, self.compute_bytes)

    @property
    def masked(self) -> bool:
        """Whether attention reads a mask, which costs memory and skips nothing."""
        return self.attention == "sdpa" and self.packed

    def trained(self, shape: ModelShape) -> int:
        """Parameters that move."""
        if self.lora_rank is None:
            return shape.parameters
        return shape.adapters(self.lora_rank, self.lora_targets) + self.whole * shape.embedding


class MemoryEstimate(Record):
    """Bytes at the peak on each GPU, by what they are for."""

    weights: float
    gradients: float
    optimizer: float
    reference: float
    """The frozen model that preference optimisation compares with."""
    activations: float
    working: float
    """Logits, or one layer on its way back: what is more, since they come after each other."""
    buffers: float
    """Weights gathered or cast, and buckets of gradients."""
    host: float = 0.0
    """Bytes in the host's memory, for all GPUs together."""

    @property
    def device(self) -> float:
        """The sum on each GPU."""
        states = self.weights + self.gradients + self.optimizer + self.reference
        return states + self.activations + self.working + self.buffers


def memory(shape: ModelShape, job: Job, gpus: int, *, cpu: bool = False) -> MemoryEstimate:
    """Memory of a step of the job on each of `gpus` GPUs, or processes on CPUs."""
    states = _states(shape, job, gpus)
    tokens = job.rows * -(-job.sequence // job.row_gpus)
    w, c = job.stream_bytes, job.compute_bytes
    kept = layer_bytes(shape, job)
    layers = w * shape.hidden if job.checkpointing else kept
    here = min(shape.layers, STASHED) if job.activations_away else shape.layers
    mask = (1 + c) * job.rows * job.sequence**2 if job.masked else 0
    activations = tokens * (here * layers + (FLOAT + w + c) * shape.hidden) + mask
    turn = tokens * (c * (2 * shape.ffn + 4 * shape.hidden) + (kept if job.checkpointing else 0))
    gradients = states.pop("gradients")
    states["host"] += gpus * tokens * (shape.layers - here) * layers
    if job.batch * job.row_gpus <= job.device_batch * gpus:
        gradients = max(0.0, gradients - activations)
    return MemoryEstimate(
        **states,
        gradients=gradients,
        activations=activations,
        working=max(turn, _logits(shape, job, tokens, cpu=cpu)),
    )


def layer_bytes(shape: ModelShape, job: Job) -> float:
    """Bytes per token that one layer keeps for its gradients."""
    w, c = job.stream_bytes, job.compute_bytes
    q, kv = shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    frozen = job.lora_rank is not None  # a norm that does not move keeps its input alone
    norms = shape.build.norms * (FLOAT + c + (0 if frozen else w)) * shape.hidden
    if shape.build.head_norms:
        norms += (FLOAT + (0 if frozen else w)) * (q + kv)
    attention = c * (3 * q + 2 * (q if job.masked else kv)) + FLOAT * shape.heads  # a mask: keys repeated for each head
    if job.attention == "eager":
        attention += shape.heads * job.sequence * (FLOAT + (c if c < FLOAT else 0))
    inputs = 5 * shape.hidden + q + shape.ffn if frozen and c < FLOAT else 0  # cast for each adapter
    return norms + attention + c * (4 * shape.ffn + inputs)


def _states(shape: ModelShape, job: Job, gpus: int) -> dict[str, float]:
    """The parts of MemoryEstimate that do not depend on the rows; gradients whole."""
    every, trained = shape.parameters, job.trained(shape)
    c, deepspeed = job.compute_bytes, job.strategy in (Strategy.ZERO1, Strategy.ZERO2, Strategy.ZERO3)
    w = min(job.weight_bytes, c) if deepspeed else job.weight_bytes
    t = w if job.lora_rank is None else FLOAT  # peft keeps adapters in float32
    moments = 2.0 if job.optimizer == "adamw" else 2 - shape.layers * shape.layer_matrices / every  # Muon has one
    split = 1 if job.strategy is Strategy.DDP else gpus
    whole = job.strategy in (Strategy.DDP, Strategy.ZERO1, Strategy.ZERO2)
    held = float(w * every)
    if job.lora_rank is not None:
        held += FLOAT * job.whole * shape.embedding  # peft keeps a copy of what it trains
    if job.quantized:
        held -= (w - NF4) * shape.layers * shape.layer_matrices
    weights = held / (1 if whole else gpus)
    gradients = t * trained / (1 if job.strategy is Strategy.ZERO1 else split)
    optimizer = (FLOAT * (1 + moments) if deepspeed else moments * t) * trained / split  # DeepSpeed has float32 masters
    reference = weights if job.method == "dpo" and job.lora_rank is None else 0.0
    cast = every - job.quantized * shape.layers * shape.layer_matrices
    buffers = {
        Strategy.DDP: t * trained * (gpus > 1) + (c * cast if c < w else 0),
        Strategy.FSDP: 2 * c * (shape.layer + shape.embedding * (1 if shape.tied else 2)),
        Strategy.ZERO1: c * min(trained, BUCKET),
        Strategy.ZERO2: c * min(trained, BUCKET),
        Strategy.ZERO3: c * (min(every, LIVE) + min(trained, BUCKET)),
    }[job.strategy]
    host = 0.0
    if job.offload != "none":
        host += gpus * (gradients + optimizer)
        gradients = optimizer = 0.0
    if job.offload == "all":
        host += gpus * (weights + reference)
        weights = reference = 0.0
    return {
        "weights": weights,
        "gradients": gradients,
        "optimizer": optimizer,
        "reference": reference,
        "buffers": buffers,
        "host": host,
    }


def _logits(shape: ModelShape, job: Job, tokens: int, *, cpu: bool) -> float:
    """The head's output; or a tile of it, and its gradients in float32."""
    if not job.lean_logits and job.method != "dpo":
        return (job.compute_bytes + 2 * FLOAT) * tokens * shape.vocab
    tile = job.compute_bytes * TILE_VOCAB
    if cpu:
        tile = CPU_TILES * FLOAT * min(shape.vocab, TILE_VOCAB)
    return tile * min(tokens, TILE_TOKENS) + FLOAT * shape.hidden * (tokens + shape.vocab)
