"""longwriter train grpo: reinforce length, writing and form by group-relative policy optimisation (Shao et al. 2024).

As LongWriter-Zero does it (arXiv:2506.18841): eps 0.2, no KL penalty, temperature 0.8, and one advantage a reward. TRL
runs the updates; rollouts come from transformers, or from vLLM where there is a GPU.
"""

import json
import re
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from warnings import filterwarnings

import torch
from datasets import Dataset as Table
from trl import GRPOConfig

from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.rewards.scoring import RewardSet
from longwriter.train.grpo.curves import draw
from longwriter.train.grpo.prompts import Prompt, order, read_prompts
from longwriter.train.grpo.sampling import TAG, Sampling
from longwriter.train.grpo.scorer import THEN, RolloutScorer, asking
from longwriter.train.grpo.trainer import GroupTrainer
from longwriter.train.recipe import Recipe
from longwriter.train.run.curves import Tell
from longwriter.train.run.folder import finish, go, start
from longwriter.train.run.setup import arguments, open_model, open_tokenizer, steps_of

filterwarnings("ignore", message=".*rollout_func.*", category=UserWarning)

LONGEST_PAUSE_S = 7 * 24 * 3600
"""How long the other processes wait while the main one waits for a reward."""
CORRECTIONS = {"token": "token_truncate", "sequence": "sequence_mask"}
SHOWN = ("step", "steps", "left", "loss", "cut", "flat", "answer_words", "entropy")


def grpo(recipe: Recipe, out: Path, tell: Tell) -> None:
    """Train to the end of the recipe, going on from the last whole checkpoint in `out`.

    Raises InputError, SetupError of a reward, or RunError for folders, disks, a reward that breaks and a collapse.
    """
    _check(recipe)
    tokenizer = open_tokenizer(recipe.model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    opened = {s.label: read_prompts(s.path, recipe, tokenizer) for s in recipe.data.sources}
    prompts = [p for found, _ in opened.values() for p in found]
    if len({p.id for p in prompts}) < len(prompts):
        raise InputError("data.sources: an id stands in two of them; rollouts could not be told apart")
    if recipe.data.max_samples is not None:
        kept = min(recipe.data.max_samples, len(prompts))
        prompts = [prompts[i] for i in order(len(prompts), kept, recipe.run.seed)]
    steps = steps_of(recipe.run, len(prompts) * recipe.grpo.group, 0)
    if recipe.run.steps is None:
        steps *= recipe.grpo.iterations
    args = GRPOConfig(**_arguments(recipe, out, steps))
    scorer = None
    with ExitStack() as stack:
        if args.process_index == 0:
            ask = stack.enter_context(asking(RewardSet(recipe.grpo.objectives, recipe.grpo.rewards, tell, THEN)))
            scorer = RolloutScorer(recipe.grpo, ask, out)
        start(recipe, out, {label: told for label, (_, told) in opened.items()})
        trainer = GroupTrainer(
            open_model(recipe, tokenizer, lean=False),  # TRL makes it lean itself
            args=args,
            train_dataset=_rows(recipe, prompts, steps),
            processing_class=tokenizer,
            settings=recipe.grpo,
            sampling=Sampling(recipe.grpo, tokenizer, recipe.run.seed),
            scorer=scorer,
        )
        if recipe.grpo.kl_every and recipe.model.lora is None:
            trainer.measure_against(open_model(recipe, tokenizer, lean=False))
        go(trainer, recipe, out, lambda told: tell(told if isinstance(told, str) else _shown(told)))
        finish(trainer, recipe, out)
        if scorer is not None:
            draw(out, out.name)


def _shown(entry: dict[str, float]) -> dict[str, float]:
    """Of a report, what fits on a line."""
    return {k: v for k, v in entry.items() if k in SHOWN or re.fullmatch("rewards/.+/mean", k)}


def _check(recipe: Recipe) -> None:
    """Settings that cannot go together. Raises InputError naming the first."""
    g, r, d = recipe.grpo, recipe.run, recipe.data
    lora = recipe.model.lora
    gpu = torch.cuda.is_available() and not r.cpu
    wrong = {
        'data.sources: reinforcement asks requests: kind = "prompts", with the columns id, prompt, lower, upper': any(
            s.kind != "prompts" for s in d.sources
        ),
        "data.sources.held_out: grpo evaluates nothing on the way; leave it out": any(s.held_out for s in d.sources),
        f"data.too_long = {d.too_long}: a request is not cut; use drop or refuse": d.too_long in ("cut", "split"),
        "optim.name: grpo trains with adamw": recipe.optim.name != "adamw",
        "run.tokens: grpo counts steps or epochs of the requests; give run.steps or run.epochs": r.tokens is not None,
        f"run.batch = {r.batch} rollouts are no whole groups of grpo.group = {g.group}": r.batch % g.group > 0,
        f"run.save_every = {r.save_every}: checkpoints fall between rollouts; make it a multiple of grpo.iterations = "
        f"{g.iterations}": r.save_every % g.iterations > 0,
        f"grpo.completion_tokens = {g.completion_tokens:,} leave no room for a prompt in data.max_tokens = "
        f"{d.max_tokens:,}": g.completion_tokens >= d.max_tokens,
        f"grpo.vllm = {g.vllm}: vLLM needs a GPU here; use off": g.vllm != "off" and not gpu,
        "grpo.vllm = server: give its address with grpo.vllm_url": g.vllm == "server" and g.vllm_url is None,
        "run.fsdp: weights in shards cannot generate; use run.deepspeed, or grpo.vllm": r.fsdp and g.vllm == "off",
        "model.lora.dropout: the policy that is trained must be the one that wrote; make it 0": lora is not None
        and lora.dropout > 0,
        "run.deepspeed: stage 3 would shard a model that one process opens for itself; give the writing reward by "
        "grpo.rewards.reward_url and measure no KL (kl_every = 0)": _shards_weights(r.deepspeed)
        and (g.rewards.reward_model is not None or (g.kl_every > 0 and lora is None)),
        "grpo.beta: the penalty needs weights to go back to: model.init": g.beta > 0 and recipe.model.init is None,
    }
    for message, is_so in wrong.items():
        if is_so:
            raise InputError(message)


def _shards_weights(deepspeed: str | None) -> bool:
    """Whether DeepSpeed's file asks for ZeRO stage 3; of a damaged one, transformers will tell."""
    try:
        settings = json.loads(read_text(Path(deepspeed))) if deepspeed else {}
    except ValueError:
        return False
    return bool(settings.get("zero_optimization", {}).get("stage") == 3)


def _arguments(recipe: Recipe, out: Path, steps: int) -> dict[str, object]:
    """GRPOConfig as keywords."""
    g = recipe.grpo
    settings = arguments(recipe, out, steps)
    for name in ("label_names", "remove_unused_columns", "prediction_loss_only"):  # TRL knows better
        del settings[name]
    settings |= {
        "num_generations": g.group,
        "max_completion_length": g.completion_tokens,
        "temperature": g.temperature,
        "top_p": g.top_p,
        "epsilon": g.epsilon,
        "beta": g.beta,
        "num_iterations": g.iterations,
        "loss_type": g.loss,
        "importance_sampling_level": g.ratio,
        "scale_rewards": "none",
        "shuffle_dataset": False,
        "ddp_timeout": LONGEST_PAUSE_S,
        "generation_kwargs": {"use_cache": True},
    }
    if g.vllm != "off":
        settings |= {"use_vllm": True, "vllm_mode": g.vllm, "vllm_server_base_url": g.vllm_url}
        settings |= {"vllm_gpu_memory_utilization": g.vllm_memory, "vllm_max_model_length": recipe.data.max_tokens}
        settings |= {"vllm_importance_sampling_correction": g.vllm_correction != "off"}
        settings |= {"vllm_importance_sampling_mode": CORRECTIONS.get(g.vllm_correction, "token_truncate")}
        stop = {"stop": [TAG], "include_stop_str_in_output": True} if g.stop_at_answer else None
        settings["generation_kwargs"] = stop
    return settings


def _rows(recipe: Recipe, prompts: list[Prompt], steps: int) -> Table:
    """A row a request and step, in order; one epoch in all, so that going on needs no count of epochs."""
    a_step = recipe.run.batch // recipe.grpo.group
    table = Table.from_list([asdict(p) for p in prompts])
    rows = -(-steps // recipe.grpo.iterations) * a_step
    return table.select(order(len(prompts), rows, recipe.run.seed))
