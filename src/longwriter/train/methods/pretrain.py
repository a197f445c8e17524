"""longwriter train pretrain, cpt: rows of a mixture, every token a target.

Continual pretraining is the same with `model.init`; LongWriter-Zero's mix is one of sources with shares (books, and one
in a hundred documents that think before they answer).
"""

from pathlib import Path

from torch.utils.data import Dataset, Subset

from longwriter.errors import InputError
from longwriter.train.data.rows import Mixture, Row, Windows
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import MixtureSource, Recipe
from longwriter.train.run.chat_tokens import check_ids
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.setup import check_machine, steps_of
from longwriter.train.run.weighted import weighted_trainer


def pretrain(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one.

    Raises InputError, or RunError for folders, disks and a loss that is not finite.
    """
    recipe = for_method(recipe, "pretrain")
    check_machine(recipe)
    tokenizer = open_tokenizer(recipe.model)
    steps = steps_of(recipe.run, 0, recipe.data.max_tokens)
    sources = recipe.data.sources
    opened = [open_source(s, recipe, len(tokenizer)) for s in sources]
    data = {
        s.label: {"windows": len(rows), "sha256": rows.sha256} for s, (rows, _) in zip(sources, opened, strict=True)
    }
    run = open_run(recipe, out, data, report_progress)
    rows = [rows for rows, _ in opened]
    mixture = Mixture(rows, [s.share for s in sources], steps * recipe.run.batch, recipe.run.seed)
    held = {s.label: some for s, (_, some) in zip(sources, opened, strict=True) if some is not None}
    trainer = weighted_trainer(run, tokenizer, mixture, held, steps)
    check_ids(trainer.model, tokenizer.vocab_size - 1)
    run.train(trainer)
    run.close(trainer)


def open_source(source: MixtureSource, recipe: Recipe, vocab: int) -> tuple[Windows, Dataset[Row] | None]:
    """A source's rows, and the held-out rows of an evaluation. Raises InputError for shards of another tokenizer."""
    width, count = recipe.data.max_tokens, recipe.data.held_out_rows
    windows = Windows(Path(source.path), "train", width)
    if windows.vocab > vocab:
        raise InputError(
            f"{source.path} was made with {windows.vocab} token ids, the tokenizer has {vocab}: not the same one"
        )
    if not count:
        return windows, None
    held = Windows(Path(source.path), "held", width)
    return windows, Subset(held, range(0, len(held), max(1, len(held) // count))[:count])
