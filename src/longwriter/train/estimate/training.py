"""Forecast of a training before anything is rented: memory on each GPU, tokens per second, hours, cost.

Floating-point operations per token, with M weights of the layers that multiply it, a head of H V, and attention 4 q s L to a
mean of s tokens before it (q the width of all heads' queries, L layers):

    forward     2 (M + H V) + 4 q s L       s: half a sample; a whole row where a mask keeps samples apart (it skips nothing)
    backward    twice that, attention 2.5 times (its kernel computes scores again); half of the first where weights are frozen
    again       one forward of the layers with checkpointing, one of the head with lean logits
    reference   one forward more (preference optimisation)

For short samples and without `again`, this is the familiar 6 N D. A step takes operations / (GPUs x peak x MFU), or the
time of its messages where that is longer (they run beside it), plus, with offload, the time to and from the host and of
its optimizer.
Memory: see `memory`. Every assumption is named in the result.
"""

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from longwriter.errors import InputError
from longwriter.train.estimate.memory import Job, MemoryEstimate, Strategy, memory
from longwriter.train.estimate.shape import ModelShape
from longwriter.types import Record

GIB = 2**30
TABLE = Path(__file__).with_name("hardware.toml")
BACKWARD, ATTENTION_BACKWARD = 2.0, 2.5
ADAM_BYTES = 28  # a weight read with its gradient and two moments (16), and written (12)
SHORTER = (2, 4, 8)  # parts of a row that are tried where nothing else helps
MOST_GPUS = 1024


class Change(NamedTuple):
    """A change of the job that needs less memory."""

    job: dict[str, object]
    words: str


class Hardware(Record):
    """GPUs that a job runs on; units are in hardware.toml."""

    name: str
    gpus: int = Field(gt=0)
    memory: float = Field(gt=0)
    reserve: float = Field(ge=0)
    tflops: float = Field(gt=0)
    tflops32: float = Field(gt=0)
    mfu: float = Field(gt=0, le=1)
    hbm: float = Field(gt=0)
    link: float = Field(gt=0)
    host_link: float = Field(gt=0)
    host_memory: float = Field(gt=0)

    @property
    def cpu(self) -> bool:
        """Whether these are processes on CPU cores."""
        return self.name == "CPU"

    def peak(self, job: Job) -> float:
        """Operations per second that one of them could do."""
        return 1e12 * (self.tflops if job.compute_bytes == 2 else self.tflops32)


class TrainingEstimate(Record):
    """The forecast of a training."""

    parameters: int
    trained: int
    memory: MemoryEstimate
    """Bytes on each GPU."""
    reserve: float
    available: float
    """Bytes on each GPU, the reserve included."""
    flops_per_token: float
    tokens_per_step: float
    seconds_per_step: float
    tokens_per_second: float
    """Tokens per second of all GPUs together."""
    steps: int | None
    hours: float | None
    """None: the length of the run is not known."""
    cost: float | None
    """Cost in the currency of the price; None: no price, or no length."""
    assumptions: tuple[str, ...]
    remedies: tuple[str, ...]
    """Changes that together make it fit, by the same formula; empty where it fits or nothing helps."""
    enough_gpus: int | None
    """GPUs at which it fits with weights shared out (FSDP or ZeRO-3); None where it fits, or no number is enough."""

    @property
    def needed(self) -> float:
        """Bytes on each GPU, the reserve included."""
        return self.memory.device + self.reserve

    @property
    def missing(self) -> float:
        """Bytes that each GPU lacks; 0 where it fits."""
        return max(0.0, self.needed - self.available)


def hardware(spec: str, *, memory: float | None = None, mfu: float | None = None) -> Hardware:
    """`8xH100-80GB`, `2xA100-80GB`, `H200`, `2xCPU` and the like; `memory` in GiB and `mfu` take the table's place.

    Raises InputError for what is not in the table, naming what is.
    """
    table = tomllib.loads(TABLE.read_text("utf-8"))
    parts = re.fullmatch(r"\s*(?:(\d+)\s*[x×*]\s*)?(\S+)\s*", spec, re.IGNORECASE)
    wanted = _plain(parts[2]) if parts else ""
    found = [name for name in table if wanted and _plain(name).startswith(wanted)]
    if parts is None or len(found) != 1 or parts[1] == "0" * len(parts[1] or "no"):
        which = (
            f"could be {' or '.join(found)}"
            if len(found) > 1
            else f"expected such as 8xH100-80GB, of {', '.join(table)}"
        )
        raise InputError(f"--gpus {spec}: {which}")
    row = table[found[0]] | {k: v for k, v in {"memory": memory, "mfu": mfu}.items() if v is not None}
    return Hardware(name=found[0], gpus=int(parts[1] or 1), **row)


def flops_per_token(shape: ModelShape, job: Job) -> float:
    """Operations per token of a step, recomputation included."""
    sample = min(job.sample or job.sequence, job.sequence)
    context = job.sequence if job.masked else sample / 2
    matrices, head = 2.0 * shape.layers * shape.layer_matrices, 2.0 * shape.embedding
    attention = 4.0 * shape.heads * shape.head_dim * context * shape.layers
    adapters = 2.0 * (shape.adapters(job.lora_rank, job.lora_targets) if job.lora_rank else 0)
    backward = BACKWARD if job.lora_rank is None else BACKWARD - 1
    again = matrices + attention + adapters if job.checkpointing else 0.0
    again += head if job.lean_logits else 0.0
    reference = matrices + head + attention if job.method == "dpo" else 0.0
    computed = (1 + backward) * (matrices + head) + (1 + ATTENTION_BACKWARD) * attention + (1 + BACKWARD) * adapters
    return computed + again + reference


def seconds_per_step(shape: ModelShape, job: Job, hw: Hardware) -> float:
    """Time of one optimizer step."""
    computing = flops_per_token(shape, job) * tokens_per_step(job) / (hw.gpus * hw.peak(job) * hw.mfu)
    c, every, trained = job.compute_bytes, shape.parameters, job.trained(shape)
    rounds = math.ceil(job.batch * job.row_gpus / (job.device_batch * hw.gpus))
    others = (hw.gpus - 1) / hw.gpus
    sent = {
        Strategy.DDP: 2 * job.weight_bytes * trained,
        Strategy.ZERO1: 2 * c * trained,
        Strategy.ZERO2: c * trained * (rounds + 1),
        Strategy.FSDP: rounds * c * (2 * every + trained),
        Strategy.ZERO3: rounds * c * (2 * every + trained),
    }[job.strategy]
    messages = sent * others / (hw.link * 1e9)
    waiting = 0.0
    if job.offload != "none":
        moved = 2 * c * trained + (2 * rounds * c * every if job.offload == "all" else 0)
        waiting = moved / hw.gpus / (hw.host_link * 1e9) + ADAM_BYTES * trained / (hw.host_memory * 1e9)
    return max(computing, messages) + waiting


def tokens_per_step(job: Job) -> float:
    """Tokens that a step computes, for preferences those of both sides."""
    row = job.sequence if job.packed else min(job.sample or job.sequence, job.sequence)
    return job.batch * (2 if job.method == "dpo" else 1) * row


def estimate(shape: ModelShape, job: Job, hw: Hardware, *, price: float | None = None) -> TrainingEstimate:
    """The forecast for a job; `price` of one GPU for one hour. Raises InputError where the batch cannot be split."""
    sharers, rest = divmod(hw.gpus, job.row_gpus)
    if rest:
        raise InputError(f"run.context_parallel = {job.row_gpus}: {hw.gpus} GPUs are no multiple of it")
    if job.batch % (job.device_batch * sharers):
        raise InputError(
            f"run.batch = {job.batch} rows cannot be split over {sharers} GPUs of run.device_batch = {job.device_batch}; "
            f"make it a multiple of {job.device_batch * sharers}"
        )
    seconds, tokens = seconds_per_step(shape, job, hw), tokens_per_step(job)
    steps = job.steps
    if steps is None and job.tokens is not None:
        steps = max(1, math.ceil(job.tokens / tokens))
    hours = None if steps is None else steps * seconds / 3600
    return TrainingEstimate(
        parameters=shape.parameters,
        trained=job.trained(shape),
        memory=memory(shape, job, hw.gpus, cpu=hw.cpu),
        reserve=hw.reserve * GIB,
        available=hw.memory * GIB,
        flops_per_token=flops_per_token(shape, job),
        tokens_per_step=tokens,
        seconds_per_step=seconds,
        tokens_per_second=tokens / seconds,
        steps=steps,
        hours=hours,
        cost=None if hours is None or price is None else hours * hw.gpus * price,
        assumptions=tuple(_assumptions(job, hw)),
        remedies=_remedies(shape, job, hw),
        enough_gpus=None if fits(shape, job, hw) else _enough(shape, job, hw),
    )


def needed(shape: ModelShape, job: Job, hw: Hardware) -> float:
    """Bytes on each GPU, the reserve included."""
    return memory(shape, job, hw.gpus, cpu=hw.cpu).device + hw.reserve * GIB


def fits(shape: ModelShape, job: Job, hw: Hardware) -> bool:
    """Whether the job fits into each GPU."""
    return needed(shape, job, hw) <= hw.memory * GIB


def _remedies(shape: ModelShape, job: Job, hw: Hardware) -> tuple[str, ...]:
    """Changes that together make it fit, the most expensive left out where possible; empty where it fits or nothing helps."""
    chosen: list[Change] = []
    for change in _changes(job, hw):
        now = _changed(job, chosen)
        if fits(shape, now, hw):
            break
        if needed(shape, _changed(now, [change]), hw) < needed(shape, now, hw):
            chosen.append(change)
    if not fits(shape, _changed(job, chosen), hw):
        return ()
    for change in reversed(chosen):
        rest = [c for c in chosen if c is not change]
        if fits(shape, _changed(job, rest), hw):
            chosen = rest
    return tuple(change.words for change in chosen)


def _enough(shape: ModelShape, job: Job, hw: Hardware) -> int | None:
    """The fewest GPUs, doubling, at which it fits with weights shared out; None: not with 1,024 either, or in 4 bits."""
    if job.quantized:
        return None
    if job.strategy not in (Strategy.FSDP, Strategy.ZERO3):
        job = job.model_copy(update={"strategy": Strategy.FSDP, "offload": "none"})
    gpus = hw.gpus
    while gpus <= MOST_GPUS:
        more = hw.model_copy(update={"gpus": gpus})
        if fits(shape, job, more):
            return gpus
        gpus *= 2
    return None


def _changed(job: Job, changes: list[Change]) -> Job:
    for change in changes:
        job = job.model_copy(update=change.job)
    return job


def _changes(job: Job, hw: Hardware) -> Iterator[Change]:
    """What can be changed, cheapest first, and how a recipe says it."""
    if not job.lean_logits:
        yield Change({"lean_logits": True}, "run.lean_logits = true")
    if job.masked or job.attention == "eager":
        yield Change({"attention": "flash"}, 'model.attention = "flash_attention_2"')
    if job.device_batch > 1:
        yield Change({"device_batch": 1}, "run.device_batch = 1")
    if hw.gpus > 1 and job.strategy not in (Strategy.FSDP, Strategy.ZERO3) and not job.quantized:
        yield Change({"strategy": Strategy.FSDP, "offload": "none"}, "run.fsdp = true")
    if not job.checkpointing:
        yield Change({"checkpointing": True}, "run.gradient_checkpointing = true")
    if job.offload != "all" and not job.quantized:
        yield Change({"strategy": Strategy.ZERO3, "offload": "all"}, "run.deepspeed: ZeRO-3 with CPU offload (slower)")
    if job.lora_rank is None:
        yield Change({"lora_rank": 16, "weight_bytes": 2}, 'model.lora with rank 16, model.dtype = "bfloat16"')
    elif job.weight_bytes > 2:
        yield Change({"weight_bytes": 2}, 'model.dtype = "bfloat16"')
    for part in SHORTER:
        yield Change({"sequence": -(-job.sequence // part)}, f"data.max_tokens = {-(-job.sequence // part)}")


def _assumptions(job: Job, hw: Hardware) -> Iterator[str]:
    """The assumptions that the numbers rest on."""
    one = "core" if hw.cpu else "GPU"
    yield f"{hw.mfu:.0%} of {hw.peak(job) / 1e12:g} TFLOPS per {one}, recomputation counted (--mfu for another)"
    if job.compute_bytes > 2 and not hw.cpu:
        yield f"float32 throughout; with run.bf16 = true the peak is {hw.tflops:g} TFLOPS"
    yield f"{hw.reserve:g} GiB of {hw.memory:g} GiB kept for " + (
        "the libraries" if hw.cpu else "CUDA, NCCL and fragments"
    )
    if job.method == "dpo" or not job.packed:
        yield f"rows of {min(job.sample or job.sequence, job.sequence):,.0f} tokens on average, memory for {job.sequence:,}"
    elif job.sample is None:
        yield f"packs are one sample of {job.sequence:,} tokens each: shorter ones cost less attention (--sample-tokens)"
    else:
        yield f"packs are full, of samples of {job.sample:,.0f} tokens on average"
    if job.masked:
        yield 'attention "sdpa" computes packs whole under a mask; flash attention computes each sample alone'
    if hw.gpus > 1:
        yield f"messages run beside computing, at {hw.link:g} GB/s per {one}, all in one machine"
    if job.offload != "none":
        yield f"offload waits: {hw.host_link:g} GB/s to the host, whose memory gives {hw.host_memory:g} GB/s to all GPUs"
    if job.quantized:
        yield "no time for unpacking weights of 4 bits"
    if job.activations_away:
        yield "activations go to the host and back beside computing"
    if job.row_gpus > 1:
        yield f"keys and values pass between the {job.row_gpus} GPUs of a row beside computing"
    if job.method == "dpo" and job.lora_rank is None:
        yield "a frozen copy of the model is held as the reference"
    yield "no time for reading data, evaluation and checkpoints; compiled models are taken as they are uncompiled"


def _plain(name: str) -> str:
    """A GPU's name without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
