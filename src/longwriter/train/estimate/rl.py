"""Forecast of reinforcement before anything is rented: rollouts per second, memory in both phases, hours.

A step of N rollouts of at most T tokens, c on average with a prompt of p, goes through four parts, one after another:

    rollouts   S (W / B + o) + R c k (p + c / 2) / B    an engine of t GPUs with R of the rollouts, b of them at once:
               S = max(T, R c / b) steps, W bytes of weights, k bytes of keys and values per token, B bytes per second
               off: S = T ceil(R / b), rows go on to T; or 2 M R c operations, where these take longer (M weights)
    rewards    of a text of 10,000 words 0.1 s of a core to judge its form and 0.015 s of the main process to count it, and
               2 M' operations per token of a reward model of M' weights
    update     `estimate.seconds_per_step` of N rows, and one forward pass for the policy's old probabilities; verl's with
               whole logits, which its fused kernels alone would spare (model.use_fused_kernels, off in verl.yaml)
    weights    to the engines: 2 M bytes over t links

Decoding is bound by memory: every step reads all weights and every sequence's keys and values (Pope et al. 2022, arXiv
2211.05102, section 2). B is t x the memory's speed x a share that is reached. Nothing here was measured on GPUs.
"""

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

from longwriter.errors import InputError
from longwriter.train.estimate.memory import Job, MemoryEstimate, memory
from longwriter.train.estimate.shape import ModelShape
from longwriter.train.estimate.training import GIB, Hardware, seconds_per_step
from longwriter.train.grpo.settings import GrpoSettings
from longwriter.types import Record

HBM_SHARE = 0.6
"""Share of the memory's speed that decoding reaches."""
OVERHEAD_S = 0.004
"""Seconds of a decoding step beside reading memory: kernels, sampling, messages between an engine's GPUs."""
ENGINE_GIB = 4.0
"""GiB of each GPU for an engine's activations, graphs and messages."""
SERVED_SHARE = 0.9
"""Share of the memory that vLLM takes where it has the GPU to itself."""
MACHINE, NETWORK = 8, 50.0
"""GPUs in a machine; GB/s between machines for each of them (400 Gb/s)."""
FORM_S, COUNT_S, FORM_TOKENS = 0.1, 0.015, 13_000
"""Seconds of a core for 10,000 words: the format reward, and what `grpo.judge` counts besides; and their tokens."""
CORES = {"trl": 1, "verl": 64}
"""Cores that judge the form: with TRL the main process alone, with verl its workers (reward.num_workers in verl.yaml)."""
KV_BYTES = 2
RolloutEngine = Literal["trl", "verl"]


class RolloutPlan(Record):
    """Layout of a step of reinforcement over GPUs."""

    engine: RolloutEngine = "trl"
    rollout_gpus: int = 0
    """GPUs that do nothing but rollouts; 0: all GPUs take turns."""
    spread: int | None = None
    """GPUs that hold one copy of the model for rollouts; None: of 1, 2, 4 and 8 what is fastest."""
    prompt: float = 500
    """Mean tokens of a prompt."""
    completion: float | None = None
    """Mean tokens of a rollout; None: as long as they may be."""
    reward_parameters: float = 7e9
    reward_gpus: int = 0
    """GPUs of a reward model, beside those of the training; 0: its time is not counted."""


class GpuRoom(NamedTuple):
    """Bytes on each rollout GPU."""

    training: float
    """What the training keeps there."""
    weights: float
    working: float
    cache: float
    """Room for keys and values; below 0 where the rest is too much already."""


class Layout(NamedTuple):
    """Engines of so many GPUs each."""

    spread: int
    room: GpuRoom
    each: float
    """Bytes on each GPU of one rollout's keys and values at its longest; `off`: of all that are written at once."""
    short: float
    at_once: int
    seconds: float


class RlEstimate(Record):
    """The forecast of a reinforcement."""

    parameters: int
    trained: int
    update: MemoryEstimate
    """Bytes on each training GPU in the update."""
    update_needed: float
    """The sum, with what is kept for libraries, and for an engine that does not sleep."""
    rollout_needed: float
    """Bytes on each rollout GPU with the keys and values of one rollout on each engine."""
    rollout_short: float
    """Bytes that each of them lacks for that, of all its memory or of vLLM's share; 0 where there is room."""
    cache: float
    """Bytes on each rollout GPU for keys and values."""
    available: float
    engines: int
    spread: int
    at_once: int
    """Rollouts of an engine at the same time."""
    rollouts: int
    """Rollouts per step."""
    tokens_per_rollout: float
    rollout_tokens_per_second: float
    """Tokens per second of all engines together, while they write."""
    seconds_rollouts: float
    seconds_rewards: float
    seconds_update: float
    seconds_weights: float
    steps: int | None
    hours: float | None
    gpu_hours: float | None
    """Hours of all GPUs together, those of the reward model included."""
    cost: float | None
    assumptions: tuple[str, ...]

    @property
    def seconds_per_step(self) -> float:
        """Seconds of all parts of a step."""
        return self.seconds_rollouts + self.seconds_rewards + self.seconds_update + self.seconds_weights

    @property
    def missing(self) -> float:
        """Bytes that a GPU lacks in the worse phase; 0 where both fit."""
        return max(0.0, self.update_needed - self.available, self.rollout_short)


def estimate_rl(
    shape: ModelShape, job: Job, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware, price: float | None = None
) -> RlEstimate:
    """The forecast. Raises InputError for GPUs that cannot be laid out so.

    Args:
        shape: the model's sizes.
        job: the update on a step's rollouts, one rollout per row (`job_of` with `grpo`).
        settings: [grpo] of the recipe.
        plan: what the recipe does not say.
        hw: all GPUs but those of the reward model.
        price: price of one GPU for one hour.
    """
    training, rolling = _split(settings, plan, hw)
    completion = min(plan.completion or settings.completion_tokens, settings.completion_tokens)
    lean = plan.engine == "trl"  # whatever run.lean_logits says: TRL's trainer has no other head
    job = job.model_copy(update={"sample": plan.prompt + completion, "packed": False, "lean_logits": lean})
    _check_batch(job, training)
    update = _update(shape, job, settings, training)
    resident = 0.0 if plan.rollout_gpus else update.weights + update.optimizer + update.reference
    layouts = [
        _layout(shape, settings, plan, rolling, resident, n, job.batch)
        for n in _spreads(shape, settings, plan, rolling)
    ]
    best = min(layouts, key=lambda found: (found.short, found.seconds))
    rewards = _seconds_rewards(job, plan, hw, completion)
    updating = _seconds_update(shape, job, settings, plan, training)
    weights = _seconds_weights(shape, settings, plan, hw, best.spread)
    seconds = best.seconds + rewards + updating + weights
    hours = None if job.steps is None else job.steps * seconds / 3600
    gpu_hours = None if hours is None else hours * (hw.gpus + plan.reward_gpus)
    reserve = hw.reserve * GIB
    awake = settings.vllm_memory * hw.memory * GIB if _colocated(settings, plan) == "awake" else 0.0
    return RlEstimate(
        parameters=shape.parameters,
        trained=job.trained(shape),
        update=update,
        update_needed=update.device + reserve + awake,
        rollout_needed=best.room.training + best.room.weights + best.room.working + reserve + best.each,
        rollout_short=best.short,
        cache=max(0.0, best.room.cache),
        available=hw.memory * GIB,
        engines=rolling.gpus // best.spread,
        spread=best.spread,
        at_once=best.at_once,
        rollouts=job.batch,
        tokens_per_rollout=completion,
        rollout_tokens_per_second=job.batch * completion / best.seconds,
        seconds_rollouts=best.seconds,
        seconds_rewards=rewards,
        seconds_update=updating,
        seconds_weights=weights,
        steps=job.steps,
        hours=hours,
        gpu_hours=gpu_hours,
        cost=None if gpu_hours is None or price is None else gpu_hours * price,
        assumptions=tuple(_assumptions(job, settings, plan, hw, completion)),
    )


def _check_batch(job: Job, training: Hardware) -> None:
    if job.batch % (job.device_batch * training.gpus):
        raise InputError(
            f"run.batch = {job.batch} rollouts cannot be split over {training.gpus} training GPUs of "
            f"run.device_batch = {job.device_batch}"
        )


def kv_bytes(shape: ModelShape) -> float:
    """Bytes of one token's keys and values in all layers."""
    return 2.0 * KV_BYTES * shape.layers * shape.kv_heads * shape.head_dim


def _colocated(settings: GrpoSettings, plan: RolloutPlan) -> Literal["awake", "asleep"] | None:
    """Whether an engine lives on the training GPUs, and gives its memory back for the update."""
    if plan.engine == "verl":
        return "asleep"
    if settings.vllm != "colocate":
        return None
    return "asleep" if settings.vllm_enable_sleep_mode else "awake"


def _split(settings: GrpoSettings, plan: RolloutPlan, hw: Hardware) -> tuple[Hardware, Hardware]:
    """GPUs of the update and GPUs of the rollouts."""
    served = plan.engine == "trl" and settings.vllm == "server"
    if served != (plan.rollout_gpus > 0):
        raise InputError(
            'grpo.vllm = "server" has GPUs of its own: say how many of all with --rollout-gpus'
            if served
            else "--rollout-gpus: only grpo.vllm = server has rollout GPUs of its own"
        )
    if plan.rollout_gpus >= hw.gpus:
        raise InputError(f"--rollout-gpus {plan.rollout_gpus} leave none of {hw.gpus} to train on")
    if not served:
        return hw, hw
    of = [hw.gpus - plan.rollout_gpus, plan.rollout_gpus]
    training, rolling = (hw.model_copy(update={"gpus": n}) for n in of)
    return training, rolling


def _update(shape: ModelShape, job: Job, settings: GrpoSettings, hw: Hardware) -> MemoryEstimate:
    """Memory of the update, with the start model where the KL to it is wanted."""
    found = memory(shape, job, hw.gpus, cpu=hw.cpu)
    held = (settings.beta > 0 or settings.kl_every > 0) and job.lora_rank is None
    return found.model_copy(update={"reference": found.weights}) if held else found


def _room(
    shape: ModelShape, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware, resident: float, spread: int
) -> GpuRoom:
    """Memory of a rollout GPU whose engine is spread over so many."""
    if settings.vllm == "off" and plan.engine == "trl":  # the training's own weights, whole while it writes
        whole = max(0.0, 2.0 * shape.parameters - resident)
        return GpuRoom(resident, whole, 0.0, hw.memory * GIB - resident - whole - hw.reserve * GIB)
    share = settings.vllm_memory if _colocated(settings, plan) else SERVED_SHARE
    weights, working = 2.0 * shape.parameters / spread, ENGINE_GIB * GIB
    free = min(share * hw.memory * GIB, (hw.memory - hw.reserve) * GIB - resident)
    return GpuRoom(resident, weights, working, free - weights - working)


def _spreads(shape: ModelShape, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware) -> list[int]:
    """GPUs of an engine that are worth trying, within a machine; one where TRL leaves no choice."""
    if plan.spread is not None:
        return [plan.spread]
    if plan.engine == "trl" and settings.vllm != "server":
        return [settings.vllm_tensor_parallel_size or 1]
    most = min(hw.gpus, MACHINE, shape.kv_heads)
    return [n for n in (1, 2, 4, 8) if n <= most and hw.gpus % n == 0]


def _layout(
    shape: ModelShape,
    settings: GrpoSettings,
    plan: RolloutPlan,
    hw: Hardware,
    resident: float,
    spread: int,
    rollouts: int,
) -> Layout:
    """How engines of so many GPUs would do. Raises InputError where the GPUs are no whole engines."""
    if hw.gpus % spread:
        raise InputError(f"{hw.gpus} rollout GPUs are no whole engines of {spread}")
    room = _room(shape, settings, plan, hw, resident, spread)
    each = kv_bytes(shape) * (plan.prompt + settings.completion_tokens) / spread
    share = math.ceil(rollouts * spread / hw.gpus)
    at_once = max(1, min(share, int(room.cache // each)))
    if settings.vllm == "off" and plan.engine == "trl":
        at_once = min(share, settings.rollout_batch)
        each *= at_once
    seconds = _seconds_rollouts(shape, settings, plan, hw, spread, share, at_once)
    return Layout(spread, room, each, max(0.0, each - room.cache), at_once, seconds)


def _seconds_rollouts(
    shape: ModelShape, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware, spread: int, share: int, at_once: int
) -> float:
    """Time in which an engine writes its share of a step."""
    longest = settings.completion_tokens
    mean = min(plan.completion or longest, longest)
    speed = spread * hw.hbm * 1e9 * HBM_SHARE
    matrices = shape.layers * shape.layer_matrices + shape.embedding
    steps = max(float(longest), share * mean / at_once)
    if settings.vllm == "off" and plan.engine == "trl":
        steps, mean = float(longest * math.ceil(share / at_once)), float(longest)
    cache = share * mean * kv_bytes(shape) * (plan.prompt + mean / 2)
    reading = steps * (2 * matrices / speed + OVERHEAD_S) + cache / speed
    computing = 2 * matrices * share * mean / (spread * hw.tflops * 1e12 * hw.mfu)
    return max(reading, computing)


def _seconds_rewards(job: Job, plan: RolloutPlan, hw: Hardware, completion: float) -> float:
    """Form on cores and counts on one, then writing on the reward model's GPUs."""
    form = job.batch * completion / FORM_TOKENS * (FORM_S / CORES[plan.engine] + COUNT_S)
    if not plan.reward_gpus:
        return form
    tokens = job.batch * (plan.prompt + completion)
    return form + 2 * plan.reward_parameters * tokens / (plan.reward_gpus * hw.tflops * 1e12 * hw.mfu)


def _seconds_update(shape: ModelShape, job: Job, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware) -> float:
    """Optimizer steps on a step's rollouts, and the forward passes that they need."""
    if hw.gpus > MACHINE:
        hw = hw.model_copy(update={"link": min(hw.link, NETWORK)})
    passes = int(plan.engine == "verl" or settings.vllm != "off" or settings.iterations > 1)
    passes += settings.beta > 0
    forward = 2.0 * (shape.layers * shape.layer_matrices + shape.embedding)
    sample = job.sample or job.sequence
    forward += 4.0 * shape.heads * shape.head_dim * sample / 2 * shape.layers
    computing = passes * forward * job.batch * sample / (hw.gpus * hw.peak(job) * hw.mfu)
    return settings.iterations * seconds_per_step(shape, job, hw) + computing


def _seconds_weights(shape: ModelShape, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware, spread: int) -> float:
    """Time in which an engine gets new weights; none where the training's own are used."""
    if settings.vllm == "off" and plan.engine == "trl":
        return 0.0
    link = min(hw.link, NETWORK) if hw.gpus > MACHINE else hw.link
    return 2 * shape.parameters / (spread * link * 1e9)


def _assumptions(job: Job, settings: GrpoSettings, plan: RolloutPlan, hw: Hardware, completion: float) -> Iterator[str]:
    """The assumptions that the numbers rest on."""
    one = "core" if hw.cpu else "GPU"
    longest = settings.completion_tokens
    yield f"rollouts of {completion:,.0f} tokens on average, the longest {longest:,} (--completion-tokens)"
    yield f"prompts of {plan.prompt:,.0f} tokens on average, read in no time (--prompt-tokens)"
    yield f"decoding at {HBM_SHARE:.0%} of {hw.hbm:g} GB/s per {one}, and {OVERHEAD_S * 1e3:g} ms per step"
    yield f"updates at {hw.mfu:.0%} of {hw.peak(job) / 1e12:g} TFLOPS per {one} (--mfu for another)"
    where = {
        "awake": f"vLLM keeps {settings.vllm_memory:.0%} of each GPU in the update too (TRL without sleep)",
        "asleep": f"vLLM has {settings.vllm_memory:.0%} of each GPU, and gives it back for the update (verl)",
        None: f"{plan.rollout_gpus} GPUs serve rollouts; they wait in the update, the others in the rollouts"
        if plan.rollout_gpus
        else f"transformers writes {settings.rollout_batch} rollouts at once, to the end of the longest",
    }
    yield where[_colocated(settings, plan)]
    if settings.vllm != "off" or plan.engine == "verl":
        yield f"{ENGINE_GIB:g} GiB of each rollout GPU for graphs and messages; keys and values in bfloat16"
    cores = "the main process alone" if plan.engine == "trl" else f"{CORES['verl']} reward workers, a core for each"
    yield f"format reward: {FORM_S:g} s of a core for 10,000 words, on {cores}; {COUNT_S:g} s more of the main process"
    if plan.engine == "verl":
        yield "the update holds whole logits, 10 bytes each: model.use_fused_kernels is off"
    yield (
        f"reward model of {plan.reward_parameters / 1e9:g}B parameters on {plan.reward_gpus} GPUs more, after the rollouts"
        if plan.reward_gpus
        else "a reward model has its own GPUs and takes no time (--reward-gpus)"
    )
    if hw.gpus > MACHINE:
        yield f"machines of {MACHINE} GPUs, {NETWORK:g} GB/s for each of them between machines"
    yield "parts follow each other; no time for checkpoints, validation, failures and starts"
