"""From a recipe to what is estimated: the model's sizes from its config, the job from the settings."""

import tomllib
from pathlib import Path
from typing import Literal

from longwriter.config import Tree, build
from longwriter.errors import InputError
from longwriter.models.base import need
from longwriter.train.estimate.memory import Job, Strategy
from longwriter.train.estimate.shape import ModelShape
from longwriter.train.recipe import ModelSettings, Recipe, read_json, zero_of

SHAPES = Path(__file__).with_name("shapes.toml")
ATTENTION = {"flash_attention_2": "flash", "flash_attention_3": "flash", "sdpa": "sdpa", "eager": "eager"}
STAGES = {0: Strategy.DDP, 1: Strategy.ZERO1, 2: Strategy.ZERO2, 3: Strategy.ZERO3}
EMBEDDINGS = {"embed_tokens", "lm_head", "wte", "word_embeddings", "output_layer"}
EstimatedMethod = Literal["pretrain", "sft", "dpo", "grpo"]


def shape_of(model: ModelSettings, config: Path | None = None) -> ModelShape:
    """The sizes of a recipe's model, or those of a config.json given for it.

    A new model's sizes are in the recipe, those of `init` in its folder, in shapes.toml or in the hub's cache; nothing is
    downloaded. Raises InputError where they are in none of these.
    """
    if config is not None:
        return ModelShape.of(read_json(config))
    if model.new:
        return ModelShape.of(_vocabulary(model) | model.new)
    assert model.init is not None
    if (Path(model.init) / "config.json").is_file():
        return ModelShape.of(read_json(Path(model.init) / "config.json"))
    known = tomllib.loads(SHAPES.read_text("utf-8"))
    name = model.init.rpartition("/")[2].lower()
    if name in known:
        return ModelShape.of(known[name])
    try:
        cached = need("huggingface_hub", "train").try_to_load_from_cache(model.init, "config.json")
    except ValueError:  # a path, not a hub id
        cached = None
    if not isinstance(cached, str):
        raise InputError(
            f"model.init: {model.init} is no folder with a config.json, nor in the hub's cache, nor one of {', '.join(known)}; "
            "give its config.json with --config"
        )
    return ModelShape.of(read_json(Path(cached)))


def method_of(recipe: Recipe) -> EstimatedMethod:
    """The method a recipe is for: dpo if it has [dpo], grpo if it has requests, sft if messages, else pretrain."""
    kinds = {s.kind for s in recipe.data.sources}
    if "dpo" in recipe.model_fields_set:
        return "dpo"
    return "grpo" if kinds == {"prompts"} else "sft" if kinds == {"messages"} else "pretrain"


def job_of(
    recipe: Recipe,
    method: EstimatedMethod | None = None,
    *,
    epoch_tokens: float | None = None,
    sample: float | None = None,
) -> Job:
    """The job that a recipe describes. Raises InputError for settings that cannot go together.

    Args:
        recipe: the settings.
        method: what is done with it; None: what `method_of` says. For `grpo`, the job is the update on one step's rollouts.
        epoch_tokens: tokens of one epoch, for recipes whose length is in epochs.
        sample: mean tokens of a sample; None: as long as they may be.
    """
    m, r, o = recipe.model, recipe.run, recipe.optim
    method = method or method_of(recipe)
    strategy, offload = _shared(recipe)
    tokens = r.tokens
    if r.epochs is not None and epoch_tokens is not None:
        tokens = r.epochs * epoch_tokens
    settings: Tree = {
        "method": "sft" if method == "grpo" else method,
        "sequence": recipe.data.max_tokens,
        "batch": r.batch,
        "device_batch": r.device_batch,
        "steps": r.steps,
        "tokens": tokens,
        "packed": method == "sft" and recipe.data.packing,
        "sample": sample,
        "weight_bytes": 2 if m.dtype == "bfloat16" else 4,
        "compute_bytes": 2 if r.bf16 or m.dtype == "bfloat16" else 4,
        "optimizer": o.name,
        "strategy": strategy,
        "offload": offload,
        "checkpointing": r.gradient_checkpointing,
        "lean_logits": r.lean_logits,
        "attention": ATTENTION[m.attention],
        "lora_rank": None if m.lora is None else m.lora.rank,
        "lora_targets": "all-linear" if m.lora is None else m.lora.targets,
        "whole": 0 if m.lora is None else len(set(m.lora.modules_to_save or ()) & EMBEDDINGS),
        "row_gpus": r.context_parallel or 1,
        "quantized": m.quantize is not None,
        "activations_away": r.activation_offload,
    }
    return build(Job, settings, "recipe")


def _shared(recipe: Recipe) -> tuple[Strategy, str]:
    """How GPUs share the work, and what waits on the host, by `run.fsdp` or the DeepSpeed file."""
    if recipe.run.deepspeed is None:
        return Strategy.FSDP if recipe.run.fsdp else Strategy.DDP, "none"
    stage, zero = zero_of(recipe.run.deepspeed)
    places = {part: zero.get(f"offload_{part}") for part in ("param", "optimizer")}
    away = {part for part, to in places.items() if isinstance(to, dict) and to.get("device", "cpu") != "none"}
    return STAGES[stage], "all" if "param" in away else "optimizer" if away else "none"


def _vocabulary(model: ModelSettings) -> Tree:
    """The vocabulary's size from a tokenizer.json that is there."""
    path = Path(model.tokenizer or "")
    path = path / "tokenizer.json" if path.is_dir() else path
    if not path.is_file():
        return {}
    return {"vocab_size": need("tokenizers", "train").Tokenizer.from_file(str(path)).get_vocab_size()}
