"""longwriter train estimate: memory, speed, hours and cost of a recipe, before anything is rented."""

from pathlib import Path
from typing import get_args

import click

from longwriter.cli.shared.options import JSON, Finite, from_flags
from longwriter.cli.shared.printed import json_line
from longwriter.cli.shared.pulse import clock
from longwriter.errors import Flawed
from longwriter.train.estimate.memory import MemoryEstimate
from longwriter.train.estimate.recipe import EstimatedMethod, job_of, method_of, shape_of
from longwriter.train.estimate.rl import RlEstimate, RolloutPlan, estimate_rl
from longwriter.train.estimate.training import GIB, Hardware, TrainingEstimate, hardware
from longwriter.train.estimate.training import estimate as forecast
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import dotted, read_recipe

EXAMPLES = """
\b
Examples:
  longwriter train estimate recipes/longwriter/sft-8b.toml \\
      --gpus 8xH800-80GB --epoch-tokens 175e6 --sample-tokens 940
  longwriter train estimate recipe.toml --gpus H100 --price 2.5 \\
      --set run.gradient_checkpointing=true
  longwriter train estimate recipe.toml --gpus 2xCPU --memory 16 --json
  longwriter train estimate recipes/zero/32b/grpo.toml --gpus 64xH800 \\
      --engine verl --set grpo.vllm_memory=0.6

\b
GPUs: A100-40GB, A100-80GB, H100-80GB, H200-141GB, H800-80GB, L40S-48GB,
RTX4090-24GB, CPU (a process on one core).
Exit code: 0 it fits, 4 it does not, 2 bad input.
"""
PARTS = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimizer states",
    "reference": "reference model",
    "activations": "activations",
    "working": "logits, or a layer's backward pass",
    "buffers": "buffers, gathered or cast weights",
}


@click.command(epilog=EXAMPLES)
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--gpus", required=True, metavar="NxNAME", help="GPUs that it runs on, such as 8xH100-80GB.")
@click.option("--method", type=click.Choice(["pretrain", "sft", "dpo", "grpo"]), help="[default: as the recipe looks]")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="config.json of the model, where its weights are not on this machine.",
)
@click.option("--epoch-tokens", type=Finite(min=1), help="Tokens of one epoch, for recipes that count epochs.")
@click.option("--sample-tokens", type=Finite(min=1), help="Mean tokens of a sample.  [default: data.max_tokens]")
@click.option("--price", type=Finite(min=0), help="Price of one GPU for one hour.")
@click.option("--mfu", type=Finite(0, 1, min_open=True), help="Share of the peak speed that is reached.")
@click.option("--memory", type=Finite(0, min_open=True), help="GiB of one GPU, in place of the table's.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change one setting of the recipe.")
@click.option(
    "--engine", type=click.Choice(["trl", "verl"]), default="trl", show_default=True, help="What runs a [grpo] recipe."
)
@click.option(
    "--rollout-gpus",
    type=click.IntRange(min=0),
    default=0,
    help='GPUs, of all, that serve rollouts with vllm = "server".',
)
@click.option("--spread", type=click.IntRange(min=1), help="GPUs that share one engine.  [default: the fastest]")
@click.option("--prompt-tokens", type=Finite(min=1), help="Mean tokens of a [grpo] run's prompts.  [default: 500]")
@click.option("--completion-tokens", type=Finite(min=1), help="Mean tokens of its rollouts.  [default: the longest]")
@click.option("--reward-gpus", type=click.IntRange(min=0), default=0, help="GPUs of a reward model, beside --gpus.")
@click.option("--reward-parameters", type=Finite(min=1), help="Parameters of the reward model.  [default: 7e9]")
@JSON
def estimate(
    recipe: Path,
    gpus: str,
    assignments: tuple[str, ...],
    as_json: bool,
    **flags: object,
) -> None:
    """Say whether a recipe fits, how fast it runs, how long it takes and what that costs."""
    settings = read_recipe(recipe, dotted(assignments))
    hw = hardware(gpus, memory=_number(flags["memory"]), mfu=_number(flags["mfu"]))
    method = _method(flags["method"]) or method_of(settings)
    if (method, flags["engine"]) != ("grpo", "verl"):  # verl has its own settings in place of most of a recipe's
        settings = for_method(settings, method, str(recipe))
    config = flags["config"]
    shape = shape_of(settings.model, config if isinstance(config, Path) else None)
    epoch, sample = _number(flags["epoch_tokens"]), _number(flags["sample_tokens"])
    job = job_of(settings, method, epoch_tokens=epoch, sample=sample)
    if method == "grpo":
        plan = from_flags(RolloutPlan, _plan(flags))
        rl = estimate_rl(shape, job, settings.grpo, plan, hw, _number(flags["price"]))
        click.echo(rl_text(rl, hw) if not as_json else json_line(rl_tree(rl, hw)))
        _refuse(recipe, hw, rl.missing)
        return
    found = forecast(shape, job, hw, price=_number(flags["price"]))
    click.echo(as_text(found, hw) if not as_json else json_line(as_tree(found, hw)))
    _refuse(recipe, hw, found.missing)


def _refuse(recipe: Path, hw: Hardware, missing: float) -> None:
    """Raises Flawed where bytes are missing, so that a script can tell."""
    if missing:
        raise Flawed(f"{recipe} does not fit on {hw.gpus} x {hw.name}")


def as_tree(found: TrainingEstimate, hw: Hardware) -> dict[str, object]:
    """The estimate as JSON, for scripts."""
    sums = {"needed": found.needed, "missing": found.missing, "fits": found.missing == 0}
    return {"hardware": hw.model_dump()} | sums | found.model_dump()


def as_text(found: TrainingEstimate, hw: Hardware) -> str:
    """The estimate as text, for people."""
    one = "process" if hw.cpu else "GPU"
    lines = [
        _first_line(found, hw),
        f"{found.needed / GIB:.1f} GiB of {found.available / GIB:.1f} GiB on each {one}: {_verdict(found)}",
        *(f"  {words:36} {size / GIB:8.2f} GiB" for words, size in _parts(found.memory, found.reserve)),
    ]
    if found.memory.host:
        lines.append(f"  {'in the host memory, for all':36} {found.memory.host / GIB:8.2f} GiB")
    step = f"{_short(found.seconds_per_step)} s per step of {found.tokens_per_step:,.0f} tokens"
    lines += [f"{found.tokens_per_second:,.0f} tokens/s, {step}: {_length(found, hw)}", "assumed:"]
    return "\n".join([*lines, *(f"  - {a}" for a in found.assumptions)])


def rl_tree(found: RlEstimate, hw: Hardware) -> dict[str, object]:
    """The estimate as JSON, for scripts."""
    sums = {"seconds_per_step": found.seconds_per_step, "missing": found.missing, "fits": found.missing == 0}
    return {"hardware": hw.model_dump()} | sums | found.model_dump()


def rl_text(found: RlEstimate, hw: Hardware) -> str:
    """The estimate as text, for people."""
    one = "process" if hw.cpu else "GPU"
    verdict = "it fits" if not found.missing else f"does not fit: needs {found.missing / GIB:.1f} GiB more"
    parts = {
        "rollouts": found.seconds_rollouts,
        "rewards": found.seconds_rewards,
        "update": found.seconds_update,
        "weights to the engines": found.seconds_weights,
    }
    lines = [
        _first_line(found, hw),
        f"of {found.available / GIB:.1f} GiB on each {one}: {found.update_needed / GIB:.1f} in the update, "
        f"{found.rollout_needed / GIB:.1f} and more in the rollouts: {verdict}",
        f"{found.engines} engines of {found.spread}, {found.at_once} rollouts at once on each, "
        f"{found.cache / GIB:.1f} GiB of keys and values on each {one}",
        f"{found.rollouts:,} rollouts per step of {found.tokens_per_rollout:,.0f} tokens: "
        f"{found.rollout_tokens_per_second:,.0f} tokens/s",
        *(f"  {words:36} {seconds:8.1f} s" for words, seconds in parts.items()),
        f"{_short(found.seconds_per_step)} s per step: {_rl_length(found, hw)}",
        "assumed:",
    ]
    return "\n".join([*lines, *(f"  - {a}" for a in found.assumptions)])


def _first_line(found: TrainingEstimate | RlEstimate, hw: Hardware) -> str:
    trained = "all trained" if found.trained == found.parameters else f"{found.trained:,} trained"
    return f"{found.parameters:,} parameters, {trained}, on {hw.gpus} x {hw.name}"


def _rl_length(found: RlEstimate, hw: Hardware) -> str:
    if found.hours is None or found.gpu_hours is None:
        return "for the run's length give run.steps"
    cost = "" if found.cost is None else f", costing {found.cost:,.2f}"
    busy = f"{found.gpu_hours:,.1f} {'core' if hw.cpu else 'GPU'}-hours"
    return f"{found.steps:,} steps, {clock(found.hours * 3600)} ({busy}{cost})"


def _plan(flags: dict[str, object]) -> dict[str, object]:
    """Flags of a [grpo] run that were given, as `RolloutPlan` names them."""
    named = {"prompt_tokens": "prompt", "completion_tokens": "completion"}
    keys = ("engine", "rollout_gpus", "spread", "reward_gpus", "reward_parameters", *named)
    return {named.get(k, k): flags[k] for k in keys if flags[k] is not None}


def _parts(memory: MemoryEstimate, reserve: float) -> list[tuple[str, float]]:
    sizes = memory.model_dump()
    return [(words, sizes[name]) for name, words in PARTS.items() if sizes[name]] + [("kept for libraries", reserve)]


def _verdict(found: TrainingEstimate) -> str:
    if not found.missing:
        return "it fits"
    ways = [", ".join(found.remedies)] if found.remedies else []
    ways += [f"{found.enough_gpus} such GPUs with FSDP or ZeRO-3"] if found.enough_gpus else []
    return f"does not fit: needs {found.missing / GIB:.1f} GiB more; " + (
        f"try {'; or '.join(ways)}" if ways else "nothing in a recipe helps: take larger GPUs or a smaller model"
    )


def _length(found: TrainingEstimate, hw: Hardware) -> str:
    if found.hours is None or found.steps is None:
        hours = 1e9 / found.tokens_per_second / 3600
        return f"{hours:,.1f} hours per billion tokens; for the run's length give --epoch-tokens"
    cost = "" if found.cost is None else f", costing {found.cost:,.2f}"
    busy = f"{found.hours * hw.gpus:,.1f} {'core' if hw.cpu else 'GPU'}-hours"
    return f"{found.steps:,} steps, {clock(found.hours * 3600)} ({busy}{cost})"


def _short(seconds: float) -> str:
    """Three digits, and no power of ten: 2,140, 10.3."""
    return f"{seconds:,.0f}" if seconds >= 100 else f"{seconds:.3g}"


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _method(value: object) -> EstimatedMethod | None:
    return next((m for m in get_args(EstimatedMethod) if m == value), None)
