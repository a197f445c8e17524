"""longwriter train sft: fine-tuning on conversations, the loss on the model's own turns (LongWriter, section 4.2)."""

from collections.abc import Mapping
from pathlib import Path

from torch.utils.data import Dataset, Subset

from longwriter.train.data.rows import DataReport, Mixture, PackedRows, Row, pack_rows
from longwriter.train.data.tokenised import RowDraw, TokenisedData, tokenised
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import Recipe
from longwriter.train.run.chat_tokens import check_ids
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.setup import check_machine, steps_of
from longwriter.train.run.weighted import weighted_trainer


def sft(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one.

    Raises InputError, or RunError for folders, disks and a loss that is not finite.
    """
    recipe = for_method(recipe, "sft")
    check_machine(recipe)
    tokenizer = open_tokenizer(recipe.model)
    d = recipe.data
    drawn = None if d.max_samples is None else RowDraw(d.max_samples, recipe.run.seed)
    opened = {s.label: tokenised(s.path, tokenizer, drawn=drawn, cache=d.cache) for s in d.sources}
    kept = {
        s.label: tokenised(s.held_out, tokenizer, cache=d.cache) for s in d.sources if s.held_out and d.held_out_rows
    }
    for label, data in (*opened.items(), *kept.items()):
        if data.told:
            report_progress(f"{label}: {data.told}")
    rows, reports = packed(opened, recipe)
    held: dict[str, Dataset[Row]] = {}
    for label, data in kept.items():
        some, _ = packed({f"{label}, held out": data}, recipe)
        held[label] = Subset(some, range(min(d.held_out_rows, len(some))))
    run = open_run(recipe, out, {label: report.provenance() for label, report in reports.items()}, report_progress)
    steps = steps_of(recipe.run, len(rows), d.max_tokens)
    order = Mixture([rows], [1.0], steps * recipe.run.batch, recipe.run.seed)
    trainer = weighted_trainer(run, tokenizer, order, held, steps)
    check_ids(trainer.model, max(int(data.ids.max()) for data in (*opened.values(), *kept.values())))
    run.train(trainer)
    run.close(trainer)


def packed(sources: Mapping[str, TokenisedData], recipe: Recipe) -> tuple[PackedRows, dict[str, DataReport]]:
    """Rows of all sources, packed as the recipe says."""
    d = recipe.data
    by_sequence = d.loss == "sequence"
    return pack_rows(
        sources, d.max_tokens, d.too_long, packing=d.packing, by_sequence=by_sequence, seed=recipe.run.seed
    )
