"""From a recipe to what transformers trains: tokenizer, model, arguments. Nothing here runs a step."""

import math
import os
import warnings
from pathlib import Path
from typing import TypeVar

import torch
import torch.distributed as dist
from accelerate.parallelism_config import ParallelismConfig
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    TrainingArguments,
    set_seed,
)
from transformers.utils import is_flash_attn_2_available, is_flash_attn_3_available, is_kernels_available
from trl.trainer.utils import add_fused_lm_head

from longwriter.errors import InputError, SetupError, first_line
from longwriter.models.base import need
from longwriter.models.local.hf import positions
from longwriter.train.data.ends import stop_tokens
from longwriter.train.recipe import Lora, OptimSettings, Recipe, RunSettings, zero_of
from longwriter.train.run.chat_tokens import check_chat_tokens
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.trackers import installed

# TRL still sets the old name, and transformers before 5.20 knows no other.
warnings.filterwarnings("ignore", message=".*gradient_checkpointing.*", category=FutureWarning)

Args = TypeVar("Args", bound=TrainingArguments)
PROJECT = "longwriter"  # of all runs, in a tracker
GATHERED = "stage3_gather_16bit_weights_on_model_save"
KERNELS = {"flash_attention_2": is_flash_attn_2_available, "flash_attention_3": is_flash_attn_3_available}
TRL_SETS = ("label_names", "remove_unused_columns", "prediction_loss_only")


def open_model(recipe: Recipe, tokenizer: PreTrainedTokenizerBase, *, lean: bool = True) -> PreTrainedModel | PeftModel:
    """The model to be trained, with adapters if the recipe asks for them. Raises InputError where weights are missing.

    `lean`: with TRL's fused head, unless the recipe does without.
    """
    m = recipe.model
    set_seed(recipe.run.seed)  # of random weights and adapters
    common = {"attn_implementation": m.attention, "dtype": torch.bfloat16 if m.dtype == "bfloat16" else torch.float32}
    common |= quantization(recipe)
    try:
        if m.new:
            shape = {"vocab_size": len(tokenizer), "max_position_embeddings": recipe.data.max_tokens} | m.new
            shape |= {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
            config = AutoConfig.for_model(**shape, pad_token_id=tokenizer.pad_token_id)
            model = AutoModelForCausalLM.from_config(config, **common)
        else:
            assert m.init is not None
            model = AutoModelForCausalLM.from_pretrained(m.init, trust_remote_code=m.trust_remote_code, **common)
    except (OSError, ValueError, TypeError, KeyError) as error:
        name = f"model.init: {m.init}" if m.init else f"model.new: {m.new.get('model_type')}"
        raise InputError(f"{name}: cannot be created or read: {first_line(error)}") from error
    room = positions(model.config.to_dict())
    if room is not None and recipe.data.max_tokens > room:
        raise InputError(
            f"data.max_tokens = {recipe.data.max_tokens:,}: the model has {room:,} positions; lower it, or stretch them in "
            "the model's config.json (rope_parameters)"
        )
    model.config.use_cache = False
    model.generation_config.eos_token_id = stop_tokens(tokenizer, model.generation_config.eos_token_id)
    if lean and recipe.run.lean_logits:
        add_fused_lm_head(model)
    if m.lora is not None and m.init is not None:
        check_chat_tokens(model, tokenizer, m.lora.modules_to_save or ())
    adapted = with_adapters(model, m.lora, "CAUSAL_LM")
    if m.lora is not None and recipe.run.bf16 and not recipe.run.deepspeed:  # DeepSpeed has float32 masters of its own
        for weight in adapted.parameters():
            if weight.requires_grad:  # peft makes adapters float32, but not what is trained whole
                weight.data = weight.data.float()
    return adapted


def quantization(recipe: Recipe) -> dict[str, object]:
    """What `from_pretrained` is told for `model.quantize`; nothing without it. Raises SetupError without bitsandbytes."""
    if recipe.model.quantize is None:
        return {}
    need("bitsandbytes", "qlora")
    computes = torch.bfloat16 if recipe.run.bf16 or recipe.model.dtype == "bfloat16" else torch.float32
    config = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=recipe.model.quantize,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=computes,
    )
    here = "cpu" if recipe.run.cpu or not torch.cuda.is_available() else torch.cuda.current_device()
    return {"quantization_config": config, "device_map": {"": here}}


def with_adapters(model: PreTrainedModel, lora: Lora | None, task: str) -> PreTrainedModel | PeftModel:
    """The model with the adapters that a recipe asks for; `task`: one of peft's task types.

    Raises InputError for modules that the model has not, and where the weights are an adapter: peft would put the new one on
    its base, and the old one would be lost.
    """
    if model._hf_peft_config_loaded:  # transformers says it nowhere else
        raise InputError(
            "model.init is a LoRA adapter, which would be lost; merge it first: longwriter train export RUN --merge, then "
            'model.init = "RUN/export"'
        )
    if lora is None:
        return model
    targets = lora.targets if isinstance(lora.targets, str) else list(lora.targets)
    names = {part for name, _ in model.named_modules() for part in (name, name.rpartition(".")[2])}
    unknown = sorted(set(lora.modules_to_save or ()) - names)
    if unknown:  # peft leaves it out without a word
        raise InputError(
            f"model.lora.modules_to_save: the model has no {unknown[0]}; embed_tokens and lm_head are usual names"
        )
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=targets,
        modules_to_save=None if lora.modules_to_save is None else list(lora.modules_to_save),
        ensure_weight_tying=lora.modules_to_save is not None and bool(model.config.tie_word_embeddings),
        task_type=task,
    )
    if task == "SEQ_CLS":  # the layers of a score are trained whole; peft leaves out a module of that name alone
        config.exclude_modules = r"(.*\.)?score\..*"
    try:
        return get_peft_model(model, config)
    except ValueError as error:
        raise InputError(f"model.lora.targets: {first_line(error)}") from error


def world_size() -> int:
    """Processes that train together; started by torchrun or accelerate launch."""
    return dist.get_world_size() if dist.is_initialized() else int(os.environ.get("WORLD_SIZE", "1"))


def placed(args: Args, report_progress: ReportProgress) -> Args:
    """The arguments, made before the model is opened; DeepSpeed knows its processes now, so that ZeRO-3 shards as it reads.

    A process takes one GPU, which is said: transformers would put `run.batch` rows on each that it sees.
    """
    if args.deepspeed:
        need("deepspeed", "deepspeed").init_distributed()  # by itself it does so when training begins
    args.trackio_static_space_id = False  # else trackio puts a page with the curves on the hub
    if args.n_gpu > 1:
        report_progress(
            f"one of {args.n_gpu} GPUs is used; all of them: torchrun --nproc-per-node {args.n_gpu} -m longwriter train ..."
        )
        args._n_gpu = 1
    return args


def accumulation(run: RunSettings, processes: int) -> int:
    """Micro-batches per step on each process. Raises InputError where the batch cannot be split evenly."""
    shared = run.context_parallel or 1
    if processes % shared:
        raise InputError(f"run.context_parallel = {shared}: {processes} processes are no multiple of it; start more")
    sharers = processes // shared
    steps, rest = divmod(run.batch, run.device_batch * sharers)
    if rest or not steps:
        raise InputError(
            f"run.batch = {run.batch} rows cannot be split over {sharers} processes of run.device_batch = "
            f"{run.device_batch}; make it a multiple of {run.device_batch * sharers}"
        )
    return steps


def steps_of(run: RunSettings, rows: int, max_tokens: int) -> int:
    """Optimizer steps of the run; `rows`: rows of one epoch."""
    if run.steps is not None:
        return run.steps
    if run.tokens is not None:
        return max(1, math.ceil(run.tokens / (run.batch * max_tokens)))
    assert run.epochs is not None
    return max(1, math.ceil(run.epochs * rows / run.batch))


def arguments(recipe: Recipe, out: Path, steps: int, *, evaluate: bool = False) -> dict[str, object]:
    """TrainingArguments as keywords. Raises InputError for what cannot be run on this machine.

    `evaluate`: there are rows to evaluate on.
    """
    o, r = recipe.optim, recipe.run
    on_cpu = r.cpu or not torch.cuda.is_available()
    check_machine(recipe)
    return {
        **_schedule(o, steps),
        "output_dir": str(out),
        "max_steps": steps,
        "seed": r.seed,
        "per_device_train_batch_size": r.device_batch,
        "per_device_eval_batch_size": r.device_batch,
        "gradient_accumulation_steps": accumulation(r, world_size()),
        "learning_rate": o.lr,
        "adam_beta1": o.betas[0],
        "adam_beta2": o.betas[1],
        "weight_decay": o.weight_decay,
        "max_grad_norm": o.max_grad_norm,
        "train_sampling_strategy": "sequential",
        "bf16": r.bf16,
        "use_cpu": on_cpu,
        "torch_compile": r.compile,
        "gradient_checkpointing": r.gradient_checkpointing and not r.fsdp,  # FSDP has its own
        "deepspeed": r.deepspeed,
        "fsdp": r.fsdp or None,
        "fsdp_config": {"version": 2, "activation_checkpointing": r.gradient_checkpointing} if r.fsdp else None,
        "logging_steps": r.log_every,
        "logging_first_step": True,
        "logging_nan_inf_filter": False,  # a loss that is not a number must be seen
        "save_steps": r.save_every,
        "save_total_limit": 2,
        "eval_strategy": "steps" if evaluate else "no",
        "eval_steps": r.evaluate_every,
        "prediction_loss_only": True,
        "remove_unused_columns": False,
        "label_names": ["labels"],
        "dataloader_pin_memory": torch.cuda.is_available(),
        "dataloader_num_workers": 0,
        "ddp_find_unused_parameters": False,
        "ddp_timeout": r.timeout_s,
        "disable_tqdm": True,
        "report_to": [],  # trackers.py adds them
        "project": PROJECT,
        "run_name": out.name,
        "parallelism_config": _sharing(r),
    }


def check_machine(recipe: Recipe) -> None:
    """Raises InputError for what cannot be run on this machine, or on so many, SetupError for what is not installed.

    Methods ask before they read anything: on a rented machine, the data's tokens take minutes.
    """
    run, attention = recipe.run, recipe.model.attention
    on_cpu = run.cpu or not torch.cuda.is_available()
    if attention in KERNELS and not (KERNELS[attention]() or is_kernels_available()):
        raise SetupError(
            f"model.attention: {attention} needs a GPU and flash-attn: pip install flash-attn --no-build-isolation; or do "
            "without: --set model.attention=sdpa"
        )
    if run.fsdp and on_cpu:
        raise InputError(
            "run.fsdp needs GPUs: on a CPU, accelerate shards nothing and does not say so; use run.deepspeed"
        )
    if run.deepspeed and "RANK" not in os.environ:
        raise InputError(
            "run.deepspeed: torchrun starts its processes, a single one too: torchrun --nproc-per-node 1 -m longwriter ..."
        )
    if run.activation_offload and on_cpu:
        raise InputError("run.activation_offload needs a GPU: on a CPU, activations are in the host's memory anyway")
    for tracker in run.report_to:
        if not installed(tracker):
            raise SetupError(f"run.report_to: {tracker} is not installed: pip install {tracker}")
    _check_gathered(recipe)
    accumulation(run, world_size())


def _check_gathered(recipe: Recipe) -> None:
    """Raises InputError where ZeRO-3 would end a run without a model: transformers then saves DeepSpeed's shards, and warns."""
    file = recipe.run.deepspeed
    stage, zero = (0, {}) if file is None or recipe.model.lora is not None else zero_of(file)
    if stage == 3 and not zero.get(GATHERED):
        raise InputError(
            f"run.deepspeed: with stage 3, weights are saved where {file} has {GATHERED} = true; add it there"
        )


def _sharing(run: RunSettings) -> ParallelismConfig | None:
    """How processes share rows and weights; None: each process takes rows of its own."""
    if run.context_parallel is None:
        return None
    return ParallelismConfig(cp_size=run.context_parallel, dp_shard_size=world_size() // run.context_parallel)


def _schedule(o: OptimSettings, steps: int) -> dict[str, object]:
    """The keywords of the learning rate's course."""
    warmup = int(o.warmup if o.warmup >= 1 else round(o.warmup * steps))
    decay = round(o.decay * steps)
    if o.schedule == "wsd" and warmup + decay > steps + 1:  # two shares of one, rounded, can be a step too many
        raise InputError(
            f"optim.warmup and optim.decay are {warmup + decay} of {steps} steps, so schedule = wsd has none between them; "
            "make their sum at most the whole run"
        )
    decay = min(decay, steps - warmup)
    kinds: dict[str, dict[str, object]] = {
        "constant": {"lr_scheduler_type": "constant_with_warmup"},
        "wsd": {
            "lr_scheduler_type": "warmup_stable_decay",
            "lr_scheduler_kwargs": {
                "num_decay_steps": decay,
                "num_stable_steps": steps - warmup - decay,
                "decay_type": "linear",
                "min_lr_ratio": 0.0,
            },
        },
    }
    return kinds.get(o.schedule, {"lr_scheduler_type": o.schedule}) | {"warmup_steps": warmup}


def trl_arguments(recipe: Recipe, out: Path, steps: int, *, evaluate: bool = False) -> dict[str, object]:
    """The keywords of `arguments` for TRL's configs, which have their own defaults of what their trainers read."""
    settings = arguments(recipe, out, steps, evaluate=evaluate)
    return {k: v for k, v in settings.items() if k not in TRL_SETS}
