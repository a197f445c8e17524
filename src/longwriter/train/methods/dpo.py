"""longwriter train dpo: direct preference optimisation (Rafailov et al. 2023) by TRL, on the pairs of `longwriter data pairs`.

TRL projects to the vocabulary in tiles and only where a label counts, so 32k tokens fit without a whole matrix of logits.
"""

from pathlib import Path

from datasets import concatenate_datasets
from transformers import PreTrainedTokenizerBase
from trl import DPOConfig, DPOTrainer

from longwriter.errors import InputError
from longwriter.journal import digest
from longwriter.train.data.chat import encode, read_table
from longwriter.train.recipe import Recipe
from longwriter.train.run.curves import Tell
from longwriter.train.run.folder import finish, go, start
from longwriter.train.run.setup import arguments, open_model, open_tokenizer, steps_of
from longwriter.train.run.trainer import SoundTrainer

COLUMNS = ("prompt", "chosen", "rejected")


def read_pairs(path: str, recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> tuple[object, dict[str, object]]:
    """Pairs whose both sides fit into `data.max_tokens`, and what became of the others. Raises InputError."""
    if recipe.data.too_long in ("cut", "split"):
        raise InputError(
            f"data.too_long = {recipe.data.too_long}: a preference between pieces means nothing; use drop or refuse"
        )
    table = read_table(path, COLUMNS).select_columns(list(COLUMNS))
    sides = [encode([r["prompt"] + r[side] for r in table], tokenizer) for side in COLUMNS[1:]]
    lengths = [max(len(a.ids), len(b.ids)) for a, b in zip(*sides, strict=True)]
    fitting = [i for i, n in enumerate(lengths) if n <= recipe.data.max_tokens]
    if recipe.data.too_long == "refuse" and len(fitting) < len(table):
        first = next(i for i, n in enumerate(lengths) if n > recipe.data.max_tokens)
        raise InputError(
            f"{path}: pair {first} has {lengths[first]:,} tokens, data.max_tokens is {recipe.data.max_tokens:,}"
        )
    if not fitting:
        raise InputError(f"{path}: no pair fits into data.max_tokens = {recipe.data.max_tokens:,}")
    told: dict[str, object] = {
        "pairs": len(fitting),
        "too_long": len(table) - len(fitting),
        "digest": digest("".join(digest(s.ids.tobytes().hex()) for side in sides for s in side)),
    }
    return table.select(fitting), told


class PairTrainer(SoundTrainer, DPOTrainer):
    """TRL's."""


def dpo(recipe: Recipe, out: Path, tell: Tell) -> None:
    """Train to the end of the recipe, going on from the last whole checkpoint in `out`.

    Raises InputError, or RunError for folders, disks and a loss that is no number.
    """
    if any(s.kind != "messages" for s in recipe.data.sources):
        raise InputError('data.sources: preferences are of kind "messages", with the columns prompt, chosen, rejected')
    if recipe.optim.name != "adamw":
        raise InputError("optim.name: dpo trains with adamw")
    tokenizer = open_tokenizer(recipe.model)
    opened = {s.label: read_pairs(s.path, recipe, tokenizer) for s in recipe.data.sources}
    held = {s.label: read_pairs(s.held_out, recipe, tokenizer)[0] for s in recipe.data.sources if s.held_out}
    start(recipe, out, {label: told for label, (_, told) in opened.items()})
    rows = concatenate_datasets([table for table, _ in opened.values()]).shuffle(seed=recipe.run.seed)
    if recipe.data.max_samples is not None:
        rows = rows.select(range(min(recipe.data.max_samples, len(rows))))
    settings = arguments(recipe, out, steps_of(recipe.run, len(rows), recipe.data.max_tokens))
    settings |= {"max_length": None, "beta": recipe.dpo.beta, "loss_type": list(recipe.dpo.loss)}
    settings |= {"loss_weights": None if recipe.dpo.loss_weights is None else list(recipe.dpo.loss_weights)}
    for name in ("label_names", "remove_unused_columns", "prediction_loss_only"):  # TRL knows better
        del settings[name]
    trainer = PairTrainer(
        open_model(recipe, tokenizer, lean=False),  # TRL makes it lean itself
        args=DPOConfig(**settings | ({"eval_strategy": "steps"} if held else {})),
        train_dataset=rows,
        eval_dataset=held or None,
        processing_class=tokenizer,
    )
    go(trainer, recipe, out, tell)
    finish(trainer, recipe, out)
