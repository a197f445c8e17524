"""longwriter train sft: fine-tuning on conversations, the loss on the model's own turns (LongWriter, section 4.2)."""

from pathlib import Path

import numpy as np
from torch.utils.data import ConcatDataset, Dataset, Subset
from transformers import PreTrainedTokenizerBase

from longwriter.train.data.chat import encode, read_turns
from longwriter.train.data.rows import DataReport, Mixture, Row, pack_rows
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import Recipe
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.setup import open_tokenizer, steps_of
from longwriter.train.run.weighted import weighted_trainer


def sft(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one.

    Raises InputError, or RunError for folders, disks and a loss that is not finite.
    """
    recipe = for_method(recipe, "sft")
    tokenizer = open_tokenizer(recipe.model)
    sources, count = recipe.data.sources, recipe.data.held_out_rows
    opened = {s.label: open_rows(s.path, recipe, tokenizer, recipe.data.max_samples) for s in sources}
    held: dict[str, Dataset[Row]] = {}
    for s in sources:
        if s.held_out and count:
            rows, _ = open_rows(s.held_out, recipe, tokenizer, None)
            held[s.label] = Subset(rows, range(min(count, len(rows))))
    data = {label: report.provenance() for label, (_, report) in opened.items()}
    run = open_run(recipe, out, data, report_progress)
    everything: Dataset[Row] = ConcatDataset([rows for rows, _ in opened.values()])
    steps = steps_of(recipe.run, len(everything), recipe.data.max_tokens)
    order = Mixture([everything], [1.0], steps * recipe.run.batch, recipe.run.seed)
    trainer = weighted_trainer(run, tokenizer, order, held, steps)
    run.train(trainer)
    run.close(trainer)


def open_rows(
    path: str, recipe: Recipe, tokenizer: PreTrainedTokenizerBase, limit: int | None
) -> tuple[Dataset[Row], DataReport]:
    """A data set's rows; `limit`: most samples, drawn by the seed."""
    d = recipe.data
    turns = read_turns(path)
    if limit is not None and limit < len(turns):
        chosen = np.random.default_rng(recipe.run.seed).permutation(len(turns))[:limit]
        turns = [turns[i] for i in sorted(chosen)]
    samples = encode(turns, tokenizer)
    by_sequence = d.loss == "sequence"
    return pack_rows(
        samples, d.max_tokens, d.too_long, packing=d.packing, by_sequence=by_sequence, seed=recipe.run.seed
    )
