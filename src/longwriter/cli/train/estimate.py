"""longwriter train estimate: memory, speed, hours and cost of a recipe, before anything is rented."""

import json
from pathlib import Path
from typing import get_args

import click

from longwriter.cli.shared.options import JSON, Finite, from_flags
from longwriter.cli.shared.pulse import clock
from longwriter.train.estimate.memory import Memory
from longwriter.train.estimate.recipe import Method, job_of, method_of, shape_of
from longwriter.train.estimate.rl import Plan, RlEstimate, estimate_rl
from longwriter.train.estimate.training import GIB, Estimate, Hardware, hardware
from longwriter.train.estimate.training import estimate as forecast
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
"""
PARTS = {
    "weights": "weights",
    "gradients": "gradients",
    "optimizer": "optimizer states",
    "reference": "reference model",
    "activations": "activations",
    "working": "logits, or a layer on its way back",
    "buffers": "buffers, gathered or cast weights",
}


@click.command(epilog=EXAMPLES)
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--gpus", required=True, metavar="NxNAME", help="What it runs on, such as 8xH100-80GB.")
@click.option("--method", type=click.Choice(["pretrain", "sft", "dpo", "grpo"]), help="[default: as the recipe looks]")
@click.option(
    "--config", type=click.Path(path_type=Path), help="config.json of the model, where its weights are not here."
)
@click.option("--epoch-tokens", type=Finite(min=1), help="Tokens of one epoch, for recipes that count epochs.")
@click.option("--sample-tokens", type=Finite(min=1), help="Mean tokens of a sample.  [default: data.max_tokens]")
@click.option("--price", type=Finite(min=0), help="Of one GPU for one hour.")
@click.option("--mfu", type=Finite(0, 1, min_open=True), help="Share of the peak that is reached.")
@click.option("--memory", type=Finite(0, min_open=True), help="GiB of one GPU, in place of the table's.")
@click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change one setting of the recipe.")
@click.option("--engine", type=click.Choice(["trl", "verl"]), default="trl", show_default=True, help="Of a [grpo] run.")
@click.option("--rollout-gpus", type=click.IntRange(min=0), default=0, help='Of all GPUs, those of vllm = "server".')
@click.option("--spread", type=click.IntRange(min=1), help="GPUs that share one engine.  [default: the fastest]")
@click.option("--prompt-tokens", type=Finite(min=1), help="Mean of a [grpo] run's prompts.  [default: 500]")
@click.option("--completion-tokens", type=Finite(min=1), help="Mean of its rollouts.  [default: the longest]")
@click.option("--reward-gpus", type=click.IntRange(min=0), default=0, help="Of a reward model, beside --gpus.")
@click.option("--reward-parameters", type=Finite(min=1), help="Of that model.  [default: 7e9]")
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
    config = flags["config"]
    shape = shape_of(settings.model, config if isinstance(config, Path) else None)
    method = _method(flags["method"]) or method_of(settings)
    epoch, sample = _number(flags["epoch_tokens"]), _number(flags["sample_tokens"])
    job = job_of(settings, method, epoch_tokens=epoch, sample=sample)
    if method == "grpo":
        plan = from_flags(Plan, _plan(flags))
        found = estimate_rl(shape, job, settings.grpo, plan, hw, _number(flags["price"]))
        click.echo(rl_text(found, hw) if not as_json else json.dumps(rl_tree(found, hw)))
        return
    made = forecast(shape, job, hw, price=_number(flags["price"]))
    click.echo(as_text(made, hw) if not as_json else json.dumps(as_tree(made, hw)))


def as_tree(made: Estimate, hw: Hardware) -> dict[str, object]:
    """For scripts."""
    sums = {"needed": made.needed, "missing": made.missing, "fits": made.missing == 0}
    return {"hardware": hw.model_dump()} | sums | made.model_dump()


def as_text(made: Estimate, hw: Hardware) -> str:
    """For people."""
    one = "process" if hw.cpu else "GPU"
    trained = "all trained" if made.trained == made.parameters else f"{made.trained:,} trained"
    lines = [
        f"{made.parameters:,} parameters, {trained}, on {hw.gpus} x {hw.name}",
        f"{made.needed / GIB:.1f} GiB of {made.available / GIB:.1f} GiB on each {one}: {_verdict(made)}",
        *(f"  {words:36} {size / GIB:8.2f} GiB" for words, size in _parts(made.memory, made.reserve)),
    ]
    if made.memory.host:
        lines.append(f"  {'in the host memory, for all':36} {made.memory.host / GIB:8.2f} GiB")
    step = f"{made.seconds_per_step:.3g} s a step of {made.tokens_per_step:,.0f} tokens"
    lines += [f"{made.tokens_per_second:,.0f} tokens/s, {step}: {_length(made, hw)}", "assumed:"]
    return "\n".join([*lines, *(f"  - {a}" for a in made.assumptions)])


def rl_tree(made: RlEstimate, hw: Hardware) -> dict[str, object]:
    """For scripts."""
    sums = {"seconds_per_step": made.seconds_per_step, "missing": made.missing, "fits": made.missing == 0}
    return {"hardware": hw.model_dump()} | sums | made.model_dump()


def rl_text(made: RlEstimate, hw: Hardware) -> str:
    """For people."""
    one = "process" if hw.cpu else "GPU"
    trained = "all trained" if made.trained == made.parameters else f"{made.trained:,} trained"
    verdict = "it fits" if not made.missing else f"does not fit: needs {made.missing / GIB:.1f} GiB more"
    parts = {
        "rollouts": made.seconds_rollouts,
        "rewards": made.seconds_rewards,
        "update": made.seconds_update,
        "weights to the engines": made.seconds_weights,
    }
    lines = [
        f"{made.parameters:,} parameters, {trained}, on {hw.gpus} x {hw.name}",
        f"of {made.available / GIB:.1f} GiB on each {one}: {made.update_needed / GIB:.1f} in the update, "
        f"{made.rollout_needed / GIB:.1f} and more in the rollouts: {verdict}",
        f"{made.engines} engines of {made.spread}, {made.at_once} rollouts at once on each, "
        f"{made.cache / GIB:.1f} GiB of keys and values on each {one}",
        f"{made.rollouts:,} rollouts a step of {made.tokens_per_rollout:,.0f} tokens: "
        f"{made.rollout_tokens_per_second:,.0f} tokens/s",
        *(f"  {words:36} {seconds:8.1f} s" for words, seconds in parts.items()),
        f"{made.seconds_per_step:.3g} s a step: {_rl_length(made, hw)}",
        "assumed:",
    ]
    return "\n".join([*lines, *(f"  - {a}" for a in made.assumptions)])


def _rl_length(made: RlEstimate, hw: Hardware) -> str:
    if made.hours is None or made.gpu_hours is None:
        return "for the run's length give run.steps"
    cost = "" if made.cost is None else f", costing {made.cost:,.2f}"
    busy = f"{made.gpu_hours:,.1f} {'core' if hw.cpu else 'GPU'}-hours"
    return f"{made.steps:,} steps, {clock(made.hours * 3600)} ({busy}{cost})"


def _plan(flags: dict[str, object]) -> dict[str, object]:
    """Flags of a [grpo] run that were given, as `Plan` names them."""
    named = {"prompt_tokens": "prompt", "completion_tokens": "completion"}
    keys = ("engine", "rollout_gpus", "spread", "reward_gpus", "reward_parameters", *named)
    return {named.get(k, k): flags[k] for k in keys if flags[k] is not None}


def _parts(memory: Memory, reserve: float) -> list[tuple[str, float]]:
    sizes = memory.model_dump()
    return [(words, sizes[name]) for name, words in PARTS.items() if sizes[name]] + [("kept for libraries", reserve)]


def _verdict(made: Estimate) -> str:
    if not made.missing:
        return "it fits"
    ways = [", ".join(made.remedies)] if made.remedies else []
    ways += [f"{made.enough_gpus} such GPUs with FSDP or ZeRO-3"] if made.enough_gpus else []
    return f"does not fit: needs {made.missing / GIB:.1f} GiB more; " + (
        f"try {'; or '.join(ways)}" if ways else "nothing in a recipe helps: take larger GPUs or a smaller model"
    )


def _length(made: Estimate, hw: Hardware) -> str:
    if made.hours is None or made.steps is None:
        hours = 1e9 / made.tokens_per_second / 3600
        return f"{hours:,.1f} hours a billion tokens; for the run's length give --epoch-tokens"
    cost = "" if made.cost is None else f", costing {made.cost:,.2f}"
    busy = f"{made.hours * hw.gpus:,.1f} {'core' if hw.cpu else 'GPU'}-hours"
    return f"{made.steps:,} steps, {clock(made.hours * 3600)} ({busy}{cost})"


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _method(value: object) -> Method | None:
    return next((m for m in get_args(Method) if m == value), None)
