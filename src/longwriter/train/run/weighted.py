"""The trainer of a recipe whose rows carry weights: pretraining and fine-tuning."""

from collections.abc import Mapping
from pathlib import Path

from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase, TrainingArguments

from longwriter.train.data.rows import Row, collate, flatten
from longwriter.train.recipe import Recipe
from longwriter.train.run.setup import arguments, open_model
from longwriter.train.run.trainer import WeightedTrainer


def weighted_trainer(
    recipe: Recipe,
    out: Path,
    tokenizer: PreTrainedTokenizerBase,
    rows: Dataset[Row],
    held: Mapping[str, Dataset[Row]],
    steps: int,
) -> WeightedTrainer:
    """The trainer.

    Args:
        recipe: the settings.
        out: the run's folder.
        tokenizer: the model's.
        rows: rows of all steps, in order.
        held: held-out rows by the name of their loss; none: nothing is evaluated.
        steps: optimizer steps of the run.
    """
    return WeightedTrainer(
        open_model(recipe, tokenizer),
        TrainingArguments(**arguments(recipe, out, steps, evaluate=bool(held))),
        data_collator=flatten if recipe.model.attention.startswith("flash") else collate,
        train_dataset=rows,
        eval_dataset=dict(held) or None,
        processing_class=tokenizer,
        optim=recipe.optim,
        lean=recipe.run.lean_logits,
    )
