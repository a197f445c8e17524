"""longwriter train grpo: reinforce length, writing and form by group-relative policy optimisation (Shao et al. 2024).

As LongWriter-Zero does it (arXiv:2506.18841): eps 0.2, no KL penalty, temperature 0.8, and one advantage a reward. TRL
runs the updates; rollouts come from transformers, or from vLLM where there is a GPU.
"""

import re
from contextlib import ExitStack
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from warnings import filterwarnings

import torch
from datasets import Dataset as Table
from peft import PeftModel
from torch import nn
from transformers import PreTrainedModel
from trl import GRPOConfig
from trl.import_utils import is_vllm_available

from longwriter.errors import InputError, SetupError
from longwriter.rewards.scoring import RewardSet
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.grpo.curves import draw
from longwriter.train.grpo.held_out import FOLDER, HeldOut, alone
from longwriter.train.grpo.prompts import Prompt, all_prompts, held_out_prompts, order
from longwriter.train.grpo.sampling import TAG, Sampling
from longwriter.train.grpo.scorer import THEN, RolloutScorer, asking
from longwriter.train.grpo.trainer import GroupTrainer
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import Recipe
from longwriter.train.run.chat_tokens import check_tokens
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress, TrainingProgress
from longwriter.train.run.setup import check_machine, open_model, placed, steps_of, trl_arguments, world_size

filterwarnings("ignore", message=".*rollout_func.*", category=UserWarning)

CORRECTIONS = {"off": "token_truncate", "token": "token_truncate", "sequence": "sequence_mask"}
"""Short names of TRL's."""
OF_VLLM = {
    "vllm_tensor_parallel_size": "vllm_tensor_parallel_size",
    "vllm_enable_sleep_mode": "vllm_enable_sleep_mode",
    "vllm_group_port": "vllm_group_port",
    "vllm_server_timeout": "vllm_server_timeout",
    "vllm_clip_max": "vllm_importance_sampling_clip_max",
    "vllm_clip_min": "vllm_importance_sampling_clip_min",
}
"""Settings that are TRL's, by its names; what is None stays TRL's."""
SHOWN = ("loss", "cut", "flat", "answer_words", "entropy")


def grpo(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one.

    Raises InputError, SetupError of a reward, or RunError for folders, disks, a reward that breaks and a collapse.
    """
    recipe = for_method(recipe, "grpo")
    check_machine(recipe)
    if recipe.grpo.vllm != "off":
        _check_vllm(recipe)
    tokenizer = open_tokenizer(recipe.model)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    prompts, data = all_prompts(recipe, tokenizer)
    held_out, of_held_out = held_out_prompts(recipe, tokenizer, prompts)
    steps = steps_of(recipe.run, len(prompts) * recipe.grpo.group, 0)
    if recipe.run.steps is None:
        steps *= recipe.grpo.iterations
    args = placed(GRPOConfig(**_arguments(recipe, out, steps)), report_progress)
    scorer = judge = None
    with ExitStack() as stack:
        if args.process_index == 0:
            rewards = RewardSet(recipe.grpo.objectives, recipe.grpo.rewards, report_progress, THEN)
            ask = stack.enter_context(asking(rewards))
            scorer = RolloutScorer(recipe.grpo, ask, out, report_progress)
            if held_out:
                # the same requests each time: a reward that is silent would stay so
                judge = RolloutScorer(alone(recipe.grpo, rewards.traits), ask, out / FOLDER, silent=1)
        run = open_run(recipe, out, data | of_held_out, lambda report: report_progress(_shown(report)))
        model = open_model(recipe, tokenizer, lean=False)  # TRL makes it lean itself
        check_tokens(model, tokenizer)
        without_dropout(model)
        tell_vllm_ends(args, model)
        trainer = GroupTrainer(
            model,
            args=args,
            train_dataset=_rows(recipe, prompts, steps),
            processing_class=tokenizer,
            settings=recipe.grpo,
            sampling=Sampling(recipe.grpo, tokenizer, recipe.run.seed),
            scorer=scorer,
        )
        if recipe.grpo.kl_every and recipe.model.lora is None:
            trainer.measure_against(open_model(recipe, tokenizer, lean=False))
        if held_out:
            trainer.add_callback(HeldOut(trainer, held_out, recipe.run.evaluate_every, judge))
        run.train(trainer, trainer.release)
        run.close(trainer, draw, trainer.release)


def _check_vllm(recipe: Recipe) -> None:
    """Raises SetupError where vLLM is not installed, and InputError where it cannot run."""
    g, processes, installed = recipe.grpo, world_size(), is_vllm_available()
    if processes % (g.vllm_tensor_parallel_size or 1):
        raise InputError(
            f"grpo.vllm_tensor_parallel_size = {g.vllm_tensor_parallel_size} does not divide {processes} processes"
        )
    if recipe.run.cpu or not torch.cuda.is_available():
        if g.vllm == "server" or not (installed and version("vllm").endswith("+cpu")):
            raise InputError(f"grpo.vllm = {g.vllm}: vLLM needs a GPU here; use off")
    elif not installed:
        raise SetupError(f"grpo.vllm = {g.vllm}: vLLM is not installed: pip install 'trl[vllm]'")


def _shown(report: TrainingProgress | str) -> TrainingProgress | str:
    """A report with no more values than fit on a line."""
    if isinstance(report, str):
        return report
    values = {
        k: v
        for k, v in report.entry.values.items()
        if k.removeprefix("eval_") in SHOWN or re.fullmatch("(eval_)?rewards/.+/mean", k)
    }
    return report.model_copy(update={"entry": report.entry.model_copy(update={"values": values})})


def _arguments(recipe: Recipe, out: Path, steps: int) -> dict[str, object]:
    """GRPOConfig as keywords."""
    g = recipe.grpo
    settings = trl_arguments(recipe, out, steps)
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
        "trust_remote_code": recipe.model.trust_remote_code,  # of the penalty's reference, and of vLLM
        "generation_kwargs": {"use_cache": True},
    }
    return settings | (_vllm(recipe) if g.vllm != "off" else {})


def _vllm(recipe: Recipe) -> dict[str, object]:
    """The keywords of GRPOConfig for rollouts by vLLM."""
    g = recipe.grpo
    given = {theirs: getattr(g, own) for own, theirs in OF_VLLM.items()}
    stop = {"stop": [TAG], "include_stop_str_in_output": True} if g.stop_at_answer else None
    return {
        "use_vllm": True,
        "vllm_mode": g.vllm,
        "vllm_server_base_url": g.vllm_url,
        "vllm_gpu_memory_utilization": g.vllm_memory,
        "vllm_max_model_length": g.vllm_max_model_length or recipe.data.max_tokens,
        "vllm_importance_sampling_correction": g.vllm_correction != "off",
        "vllm_importance_sampling_mode": CORRECTIONS.get(g.vllm_correction, g.vllm_correction),
        "generation_kwargs": stop,
    } | {name: value for name, value in given.items() if value is not None}


def without_dropout(model: nn.Module) -> None:
    """Let the policy that is trained and compared be the one that wrote; TRL's setting leaves attention's own dropout."""
    for module in model.modules():
        for name, value in list(vars(module).items()):
            if isinstance(value, float) and (
                name.endswith("dropout") or (name == "p" and isinstance(module, nn.Dropout))
            ):
                setattr(module, name, 0.0)


def tell_vllm_ends(args: GRPOConfig, model: PreTrainedModel | PeftModel) -> None:
    """Let vLLM stop where the model does: by itself it reads model.init's files, which may not know the recipe's template."""
    if args.use_vllm:
        ends = model.generation_config.eos_token_id
        stop = {"stop_token_ids": ends if isinstance(ends, list) else [ends]}
        args.generation_kwargs = (args.generation_kwargs or {}) | stop


def _rows(recipe: Recipe, prompts: list[Prompt], steps: int) -> Table:
    """A row a request and step, in order; one epoch in all, so that going on needs no count of epochs."""
    a_step = recipe.run.batch // recipe.grpo.group
    table = Table.from_list([asdict(p) for p in prompts])
    rows = -(-steps // recipe.grpo.iterations) * a_step
    return table.select(order(len(prompts), rows, recipe.run.seed))
