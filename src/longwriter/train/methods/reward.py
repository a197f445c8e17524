"""longwriter train reward: a Bradley-Terry reward model by TRL, on the pairs of `longwriter data pairs`.

    L = -log sigmoid(r(x, y_w) - r(x, y_l))        LongWriter-Zero's writing reward (arXiv:2506.18841)

The model is a language model with one score in place of words, read at the last token of the conversation. At the end it
is judged on pairs that it has not seen: reward.json and reward.png, beside the weights and in the card. Sources without
`held_out` give up the pairs of some requests, drawn by the seed: `data.held_out_rows`, at most a fifth of the pairs.
Where that leaves none, nothing is judged, which is reported and written into the card.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from datasets import Dataset as Table
from datasets import concatenate_datasets
from peft import PeftModel
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    set_seed,
)
from trl import RewardConfig, RewardTrainer
from trl.trainer.reward_trainer import suppress_seqcls_warning

from longwriter.errors import InputError, RunError, first_line
from longwriter.models.local.hf import positions
from longwriter.rewards.reward_model import REPORT, encode, scores
from longwriter.rewards.score_head import FILE, ScoreHead, give_head, open_classifier, read_head
from longwriter.runs.folders import write_file
from longwriter.text import count_words
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.method_recipes import for_method
from longwriter.train.methods.dpo import read_pairs, shuffled
from longwriter.train.methods.reward_report import ScoredPair, draw, report, table
from longwriter.train.recipe import Recipe
from longwriter.train.run.chat_tokens import check_tokens
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.setup import check_machine, placed, quantization, steps_of, trl_arguments, with_adapters
from longwriter.train.run.trainer import FiniteGradTrainer

PICTURE = "reward.png"
UNJUDGED = (
    f"No pair is held out, so the model is not judged: there is no {REPORT}, and its scores count as they are "
    "(centre 0, scale 1). A fifth of the pairs is held out at most, and the pairs of a request stay together; "
    "give more pairs, a larger data.held_out_rows, or a source its held_out."
)
Provenance = dict[str, object]


class ScoreTrainer(FiniteGradTrainer, RewardTrainer):
    """TRL's reward trainer, which stops before a gradient that is not finite."""


def reward(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one, and judge the result.

    Raises InputError, or RunError for folders, disks and a loss that is not finite.
    """
    recipe = for_method(recipe, "reward")
    check_machine(recipe)
    tokenizer = open_tokenizer(recipe.model)
    if tokenizer.pad_token in (None, tokenizer.eos_token):
        raise InputError(
            "the score is read at the last token that is not padding, so padding needs a token of its own; "
            "name one in model.special_tokens.pad_token"
        )
    rows, held, data = _read(recipe, tokenizer)
    run = open_run(recipe, out, data, report_progress)
    if not len(held):
        report_progress(UNJUDGED)
    seen = held.select(range(min(recipe.data.held_out_rows, len(held))))
    steps = steps_of(recipe.run, len(rows), recipe.data.max_tokens)
    settings = trl_arguments(recipe, out, steps, evaluate=len(seen) > 0)
    # Before the model, which ZeRO-3 then shards as it is read.
    settings |= {"max_length": None, "activation_offloading": recipe.run.activation_offload}
    args = placed(RewardConfig(**settings), report_progress)
    trainer = ScoreTrainer(
        open_model(recipe, tokenizer),
        args=args,
        train_dataset=rows,
        eval_dataset=seen if len(seen) else None,
        processing_class=tokenizer,
    )
    run.train(trainer)
    judged = judge(trainer, held, recipe) if len(held) else []
    if head_of(recipe).head == "mlp" and trainer.args.process_index == 0:
        write_file(out / FILE, head_of(recipe).model_dump_json(indent=1) + "\n")
    run.close(trainer)
    if trainer.args.process_index != 0:
        return
    if judged:
        conclude(out, judged, recipe, rows, held)
    else:
        _append(out, UNJUDGED)


def _read(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> tuple[Table, Table, Provenance]:
    """Pairs to learn from, pairs held out, and data.json."""
    learnt, held = [], []
    data: Provenance = {}
    for source in recipe.data.sources:
        rows, about = read_pairs(source.path, recipe, tokenizer)
        if source.held_out:
            kept, about_held = read_pairs(source.held_out, recipe, tokenizer)
        else:
            rows, kept = part(rows, recipe.data.held_out_rows, recipe.run.seed)
            about_held = {"pairs": len(kept)}
        learnt.append(rows)
        held.append(kept)
        data[source.label] = about | {"held_out": about_held}
    return shuffled(learnt, recipe), concatenate_datasets(held), data


def part(pairs: Table, count: int, seed: int) -> tuple[Table, Table]:
    """Pairs to learn from and at most `count` held out, never more than a fifth. A request is on one side alone."""
    requests = [json.dumps(prompt) for prompt in pairs["prompt"]]
    names = sorted(set(requests))
    random.Random(seed).shuffle(names)
    sizes = Counter(requests)
    left, held = min(count, len(requests) // 5), set()
    for name in names:
        if sizes[name] <= left:
            held.add(name)
            left -= sizes[name]
    places = range(len(requests))
    return (
        pairs.select([i for i in places if requests[i] not in held]),
        pairs.select([i for i in places if requests[i] in held]),
    )


def head_of(recipe: Recipe) -> ScoreHead:
    """The recipe's, or that of the reward model it begins from."""
    return recipe.reward or read_head(Path(str(recipe.model.init)))


def open_model(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel | PeftModel:
    """The model with one score, of random weights on a language model. Raises InputError for other classifiers."""
    m = recipe.model
    common = {"trust_remote_code": m.trust_remote_code, "attn_implementation": m.attention} | quantization(recipe)
    set_seed(recipe.run.seed)  # of a score and adapters with random weights
    try:
        config = AutoConfig.from_pretrained(m.init, trust_remote_code=m.trust_remote_code)
        classifies = any("ForSequenceClassification" in name for name in config.architectures or [])
        if classifies and config.num_labels != 1:
            raise InputError(f"model.init: {m.init} has {config.num_labels} labels; a reward model has one")
        begun, head = read_head(Path(str(m.init))), head_of(recipe)
        if classifies and head != begun:
            raise InputError(f"reward: {m.init} is a reward model, whose head stays {begun.head}; leave [reward] out")
        room = positions(config.to_dict())
        if room is not None and recipe.data.max_tokens > room:
            raise InputError(f"data.max_tokens = {recipe.data.max_tokens:,}: {m.init} reads {room:,} tokens")
        with suppress_seqcls_warning():
            kind = torch.bfloat16 if m.dtype == "bfloat16" else torch.float32
            model = open_classifier(str(m.init), begun, dtype=kind, **common)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise InputError(f"model.init: {m.init}: cannot be read as a reward model: {first_line(error)}") from error
    check_tokens(model, tokenizer)
    if head != begun:
        give_head(model, head)
    model.config.use_cache = False
    model.config.pad_token_id = tokenizer.pad_token_id
    return with_adapters(model, m.lora, "SEQ_CLS")  # the score is trained whole, and saved with the adapter


def judge(trainer: RewardTrainer, held: Table, recipe: Recipe) -> list[ScoredPair]:
    """Scores of the held-out pairs. Every process scores all of them, which any way of sharding allows.

    Raises RunError for a score that is NaN.
    """
    sides = ("chosen", "rejected")
    ids = encode([pair["prompt"] + pair[side] for pair in held for side in sides], trainer.processing_class)
    model = trainer.model_wrapped
    model.eval()  # DeepSpeed's returns nothing
    with trainer.compute_loss_context_manager():
        found = scores(model, ids, trainer.processing_class.pad_token_id, recipe.run.device_batch)
    words = [count_words("\n\n".join(turn["content"] for turn in pair[side])) for pair in held for side in sides]
    flat = list(zip(found[::2], found[1::2], words[::2], words[1::2], strict=True))
    if any(value != value for value in found):
        raise RunError(
            "the trained model scores a held-out text as NaN; lower optim.lr, and start again with another --out"
        )
    return [ScoredPair(*values) for values in flat]


def conclude(out: Path, pairs: Sequence[ScoredPair], recipe: Recipe, rows: Table, held: Table) -> None:
    """Write reward.json and reward.png, and the report into the card."""
    found = report(pairs)
    learnt = {json.dumps(prompt) for prompt in rows["prompt"]}
    shared = sum(json.dumps(prompt) in learnt for prompt in held["prompt"])
    tree = found.model_dump() | {"max_tokens": recipe.data.max_tokens, "held_out_pairs_of_learnt_requests": shared}
    write_file(out / REPORT, json.dumps(tree, indent=1) + "\n")
    draw(out / PICTURE, pairs, found)
    _append(out, f"{table(found)}\n\n![reliability, and score against words]({PICTURE})")


def _append(out: Path, text: str) -> None:
    """Add a text to the model card."""
    card = (out / "README.md").read_text("utf-8")
    write_file(out / "README.md", f"{card}\n{text}\n")
