"""The trainer of a recipe whose rows carry weights: pretraining and fine-tuning."""

from collections.abc import Mapping

from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase, TrainingArguments

from longwriter.train.data.rows import Row, collate, flatten
from longwriter.train.run.folder import TrainingRun
from longwriter.train.run.setup import arguments, open_model, placed
from longwriter.train.run.trainer import WeightedTrainer


def weighted_trainer(
    run: TrainingRun,
    tokenizer: PreTrainedTokenizerBase,
    rows: Dataset[Row],
    held: Mapping[str, Dataset[Row]],
    steps: int,
) -> WeightedTrainer:
    """The trainer.

    Args:
        run: the run, whose folder is open.
        tokenizer: the model's.
        rows: rows of all steps, in order.
        held: held-out rows by the name of their loss; none: nothing is evaluated.
        steps: optimizer steps of the run.
    """
    recipe = run.recipe
    # Before the model: ZeRO-3 shards weights as they are read, but only once arguments have told transformers of it.
    args = placed(TrainingArguments(**arguments(recipe, run.out, steps, evaluate=bool(held))), run.report_progress)
    return WeightedTrainer(
        open_model(recipe, tokenizer),
        args,
        data_collator=flatten if recipe.model.attention.startswith("flash") else collate,
        train_dataset=rows,
        eval_dataset=dict(held) or None,
        processing_class=tokenizer,
        optim=recipe.optim,
        lean=recipe.run.lean_logits,
        offload=recipe.run.activation_offload,
    )
