"""longwriter train sft: fine-tuning on conversations, the loss on the model's own turns (LongWriter, section 4.2)."""

from pathlib import Path

import numpy as np
from torch.utils.data import ConcatDataset, Dataset, Subset
from transformers import PreTrainedTokenizerBase, TrainingArguments

from longwriter.errors import InputError
from longwriter.train.data.chat import Told, encode, packed, read_turns
from longwriter.train.data.rows import Mixture, Row, collate
from longwriter.train.recipe import Recipe
from longwriter.train.run.curves import Tell
from longwriter.train.run.folder import finish, go, start
from longwriter.train.run.setup import arguments, open_model, open_tokenizer, steps_of
from longwriter.train.run.trainer import WeightedTrainer


def open_rows(
    path: str, recipe: Recipe, tokenizer: PreTrainedTokenizerBase, limit: int | None
) -> tuple[Dataset[Row], Told]:
    """A data set's rows; `limit`: only so many samples, drawn by the seed."""
    d = recipe.data
    turns = read_turns(path)
    if limit is not None and limit < len(turns):
        chosen = np.random.default_rng(recipe.run.seed).permutation(len(turns))[:limit]
        turns = [turns[i] for i in sorted(chosen)]
    return packed(
        encode(turns, tokenizer),
        d.max_tokens,
        d.too_long,
        packing=d.packing,
        by_sequence=d.loss == "sequence",
        seed=recipe.run.seed,
    )


def sft(recipe: Recipe, out: Path, tell: Tell) -> None:
    """Train to the end of the recipe, going on from the last whole checkpoint in `out`.

    Raises InputError, or RunError for folders, disks and a loss that is no number.
    """
    if any(s.kind != "messages" for s in recipe.data.sources):
        raise InputError("data.sources: fine-tuning takes messages; token shards are for pretrain and cpt")
    tokenizer = open_tokenizer(recipe.model)
    opened = {s.label: open_rows(s.path, recipe, tokenizer, recipe.data.max_samples) for s in recipe.data.sources}
    held: dict[str, Dataset[Row]] = {}
    for s in recipe.data.sources:
        if s.held_out and recipe.data.held_out_rows:
            rows, _ = open_rows(s.held_out, recipe, tokenizer, None)
            held[s.label] = Subset(rows, range(min(recipe.data.held_out_rows, len(rows))))
    start(recipe, out, {label: told_as(told) for label, (_, told) in opened.items()})
    everything: Dataset[Row] = ConcatDataset([rows for rows, _ in opened.values()])
    steps = steps_of(recipe.run, len(everything), recipe.data.max_tokens)
    settings = arguments(recipe, out, steps) | ({"eval_strategy": "steps"} if held else {})
    trainer = WeightedTrainer(
        open_model(recipe, tokenizer),
        TrainingArguments(**settings),
        data_collator=collate,
        train_dataset=Mixture([everything], [1.0], steps * recipe.run.batch, recipe.run.seed),
        eval_dataset=held or None,
        processing_class=tokenizer,
        optim=recipe.optim,
        lean=recipe.run.lean_logits,
    )
    go(trainer, recipe, out, tell)
    finish(trainer, recipe, out)


def told_as(told: Told) -> dict[str, object]:
    """For data.json and the card."""
    return {
        "samples": told.samples,
        "rows": told.rows,
        "tokens": told.tokens,
        "target_tokens": told.targets,
        "too_long": told.pieces.too_long,
        "policy": str(told.pieces.policy),
        "lost_samples": told.pieces.lost_samples,
        "lost_tokens": told.pieces.lost_tokens,
        "digest": told.sha256,
    }
