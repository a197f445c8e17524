"""longwriter train dpo: direct preference optimisation (Rafailov et al. 2023) by TRL, on the pairs of `longwriter data pairs`.

TRL projects to the vocabulary in tiles and only where a label counts, so 32k tokens fit without a whole matrix of logits.
"""

from pathlib import Path

from datasets import Dataset as Table
from datasets import concatenate_datasets
from transformers import PreTrainedTokenizerBase
from trl import DPOConfig, DPOTrainer

from longwriter.errors import InputError
from longwriter.train.data.chat import encode
from longwriter.train.data.rows import digest_of
from longwriter.train.data.tables import read_table
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import Recipe
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.setup import open_model, open_tokenizer, placed, steps_of, trl_arguments
from longwriter.train.run.trainer import FiniteGradTrainer

COLUMNS = ("prompt", "chosen", "rejected")


class PairTrainer(FiniteGradTrainer, DPOTrainer):
    """TRL's DPO trainer, which stops before a gradient that is not finite."""


def dpo(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one.

    Raises InputError, or RunError for folders, disks and a loss that is not finite.
    """
    recipe = for_method(recipe, "dpo")
    tokenizer = open_tokenizer(recipe.model)
    opened = {s.label: read_pairs(s.path, recipe, tokenizer) for s in recipe.data.sources}
    held = {s.label: read_pairs(s.held_out, recipe, tokenizer)[0] for s in recipe.data.sources if s.held_out}
    run = open_run(recipe, out, {label: about for label, (_, about) in opened.items()}, report_progress)
    rows = shuffled([table for table, _ in opened.values()], recipe)
    steps, d = steps_of(recipe.run, len(rows), recipe.data.max_tokens), recipe.dpo
    settings = trl_arguments(recipe, out, steps, evaluate=bool(held))
    settings |= {"activation_offloading": recipe.run.activation_offload}
    settings |= {"max_length": None, "beta": d.beta, "loss_type": list(d.loss)}
    settings |= {"loss_weights": None if d.loss_weights is None else list(d.loss_weights)}
    args = placed(DPOConfig(**settings), run.report_progress)  # before the model, which ZeRO-3 then shards
    trainer = PairTrainer(
        open_model(recipe, tokenizer, lean=False),  # TRL makes it lean itself
        args=args,
        train_dataset=rows,
        eval_dataset=held or None,
        processing_class=tokenizer,
    )
    run.train(trainer)
    run.close(trainer)


def read_pairs(path: str, recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> tuple[Table, dict[str, object]]:
    """Pairs whose both sides fit into `data.max_tokens`, and the source's entry of data.json. Raises InputError."""
    longest = recipe.data.max_tokens
    read = read_table(path, COLUMNS)
    table = Table.from_dict({column: [_plain(turns) for turns in read[column]] for column in COLUMNS})
    sides = [encode([r["prompt"] + r[side] for r in table], tokenizer) for side in COLUMNS[1:]]
    lengths = [max(len(a.ids), len(b.ids)) for a, b in zip(*sides, strict=True)]
    fitting = [i for i, n in enumerate(lengths) if n <= longest]
    if recipe.data.too_long == "refuse" and len(fitting) < len(table):
        first = next(i for i, n in enumerate(lengths) if n > longest)
        raise InputError(f"{path}: pair {first} has {lengths[first]:,} tokens, data.max_tokens is {longest:,}")
    if not fitting:
        raise InputError(f"{path}: no pair fits into data.max_tokens = {longest:,}")
    digest = digest_of(sample for side in sides for sample in side)
    return table.select(fitting), {"pairs": len(fitting), "too_long": len(table) - len(fitting), "digest": digest}


def _plain(turns: list[dict[str, str]]) -> list[dict[str, str]]:
    """Role and content alone: what else one source's turns have, another's lack, and they are put together."""
    return [{"role": turn["role"], "content": turn["content"]} for turn in turns]


def shuffled(tables: list[Table], recipe: Recipe) -> Table:
    """The pairs of all sources in random order, at most `data.max_samples`."""
    rows = concatenate_datasets(tables).shuffle(seed=recipe.run.seed)
    most = recipe.data.max_samples
    return rows if most is None else rows.select(range(min(most, len(rows))))
