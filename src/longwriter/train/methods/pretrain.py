"""longwriter train pretrain, cpt: rows of a mixture, every token a target.

Continual pretraining is the same with `model.init`; LongWriter-Zero's mix is one of sources with shares (books, and one
in a hundred documents that think before they answer).
"""

from pathlib import Path

from torch.utils.data import Dataset, Subset
from transformers import TrainingArguments

from longwriter.errors import InputError
from longwriter.train.data.rows import Copies, Mixture, Row, Twice, Windows, collate
from longwriter.train.recipe import Recipe, Source
from longwriter.train.run.curves import Tell
from longwriter.train.run.folder import finish, go, start
from longwriter.train.run.setup import arguments, open_model, open_tokenizer, steps_of
from longwriter.train.run.trainer import WeightedTrainer


def open_source(source: Source, recipe: Recipe, vocab: int) -> tuple[Dataset[Row], dict[str, Dataset[Row]]]:
    """A source's rows, and its held-out rows by name."""
    width, count = recipe.data.max_tokens, recipe.data.held_out_rows
    if source.kind == "copies":
        return Copies(vocab, width, recipe.run.seed), {}
    if source.kind == "messages":
        raise InputError("data.sources: pretraining takes tokens and copies")
    windows = Windows(Path(source.path), "train", width)
    if windows.vocab > vocab:
        raise InputError(
            f"{source.path} was made with {windows.vocab} token ids, the tokenizer has {vocab}: not the same one"
        )
    held = Windows(Path(source.path), "held", width)
    rows = range(0, len(held), max(1, len(held) // max(1, count)))[:count]
    twice = {f"{label}_copy": Twice(held, min(8, count), second=label == "second") for label in ("first", "second")}
    return windows, {source.label: Subset(held, list(rows))} | (twice if count else {})


def pretrain(recipe: Recipe, out: Path, tell: Tell) -> None:
    """Train to the end of the recipe, going on from the last whole checkpoint in `out`.

    Raises InputError, or RunError for folders, disks and a loss that is no number.
    """
    tokenizer = open_tokenizer(recipe.model)
    steps = steps_of(recipe.run, None, recipe.data.max_tokens)
    opened = [open_source(s, recipe, len(tokenizer)) for s in recipe.data.sources]
    start(recipe, out, {s.label: about(rows) for s, (rows, _) in zip(recipe.data.sources, opened, strict=True)})
    rows = Mixture(
        [source for source, _ in opened],
        [s.share for s in recipe.data.sources],
        steps * recipe.run.batch,
        recipe.run.seed,
    )
    held: dict[str, Dataset[Row]] = {}
    for _, some in opened:
        held |= some
    settings = arguments(recipe, out, steps) | ({"eval_strategy": "steps"} if held else {})
    trainer = WeightedTrainer(
        open_model(recipe, tokenizer),
        TrainingArguments(**settings),
        data_collator=collate,
        train_dataset=rows,
        eval_dataset=held or None,
        processing_class=tokenizer,
        optim=recipe.optim,
        lean=recipe.run.lean_logits,
    )
    go(trainer, recipe, out, tell)
    finish(trainer, recipe, out)


def about(rows: Dataset[Row]) -> dict[str, object]:
    """For data.json and the card."""
    return {"windows": len(rows), "sha256": rows.sha256} if isinstance(rows, Windows) else {"drawn": True}
