"""longwriter train dpo: direct preference optimisation (Rafailov et al. 2023) by TRL, on the pairs of `longwriter data pairs`.

TRL projects to the vocabulary in tiles and only where a label counts, so 32k tokens fit without a whole matrix of logits.
"""

from pathlib import Path

from datasets import Dataset as Table
from datasets import concatenate_datasets
from transformers import PreTrainedTokenizerBase
from trl import DPOConfig, DPOTrainer

from longwriter.errors import InputError
from longwriter.train.data.chat import Segment, encoded, segments
from longwriter.train.data.dropped import Dropped, UnusableRow
from longwriter.train.data.ends import reply_end
from longwriter.train.data.pair_rows import COLUMNS, pair_turns
from longwriter.train.data.tables import read_table
from longwriter.train.data.tokenised import digest_of, joint_digest
from longwriter.train.data.tokenizer import open_tokenizer
from longwriter.train.method_recipes import for_method
from longwriter.train.recipe import Recipe
from longwriter.train.run.chat_tokens import check_tokens
from longwriter.train.run.folder import open_run
from longwriter.train.run.log import ReportProgress
from longwriter.train.run.setup import check_machine, open_model, placed, steps_of, trl_arguments
from longwriter.train.run.trainer import FiniteGradTrainer


class PairTrainer(FiniteGradTrainer, DPOTrainer):
    """TRL's DPO trainer, which stops before a gradient that is not finite."""


def dpo(recipe: Recipe, out: Path, report_progress: ReportProgress) -> None:
    """Train to the end of the recipe, from the last whole checkpoint in `out` if there is one.

    Raises InputError, or RunError for folders, disks and a loss that is not finite.
    """
    recipe = for_method(recipe, "dpo")
    check_machine(recipe)
    tokenizer = open_tokenizer(recipe.model)
    opened = {s.label: read_pairs(s.path, recipe, tokenizer) for s in recipe.data.sources}
    held = {
        s.label: ended(read_pairs(s.held_out, recipe, tokenizer)[0], tokenizer)
        for s in recipe.data.sources
        if s.held_out
    }
    run = open_run(recipe, out, {label: about for label, (_, about) in opened.items()}, report_progress)
    for label, (_, about) in opened.items():
        if "dropped" in about:
            report_progress(f"{label}: rows that cannot be used were left out: {about['dropped']}")
    rows = ended(shuffled([table for table, _ in opened.values()], recipe), tokenizer)
    steps, d = steps_of(recipe.run, len(rows), recipe.data.max_tokens), recipe.dpo
    settings = trl_arguments(recipe, out, steps, evaluate=bool(held))
    settings |= {"activation_offloading": recipe.run.activation_offload}
    settings |= {"max_length": None, "beta": d.beta, "loss_type": list(d.loss)}
    settings |= {"loss_weights": None if d.loss_weights is None else list(d.loss_weights)}
    args = placed(DPOConfig(**settings), run.report_progress)  # before the model, which ZeRO-3 then shards
    model = open_model(recipe, tokenizer, lean=False)  # TRL makes it lean itself
    check_tokens(model, tokenizer)
    trainer = PairTrainer(
        model,
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
    read = read_table(path)
    dropped = Dropped(path, range(len(read)))
    pairs: list[dict[str, list[dict[str, str]]]] = []
    texts: list[list[Segment]] = []  # of both sides of each pair
    numbers: list[int] = []
    for number, row in enumerate(read):
        try:
            pair = pair_turns(row, f"{path} row {number}")
            texts += [segments(pair["prompt"] + pair[side], tokenizer) for side in COLUMNS[1:]]
            pairs.append(pair)
            numbers.append(number)
        except UnusableRow as error:
            dropped.add(number, str(error))
    dropped.check()
    samples = list(encoded(texts, tokenizer))
    lengths = [max(len(a.ids), len(b.ids)) for a, b in zip(samples[::2], samples[1::2], strict=True)]
    fitting = [i for i, n in enumerate(lengths) if n <= longest]
    if recipe.data.too_long == "refuse" and len(fitting) < len(pairs):
        first = next(i for i, n in enumerate(lengths) if n > longest)
        raise InputError(f"{path}: row {numbers[first]} has {lengths[first]:,} tokens, data.max_tokens is {longest:,}")
    if not fitting:
        raise InputError(f"{path}: no pair fits into data.max_tokens = {longest:,}")
    about = {
        "pairs": len(fitting),
        "too_long": len(pairs) - len(fitting),
        "digest": joint_digest([digest_of(s) for s in samples[::2] + samples[1::2]]),
    } | ({"dropped": dict(dropped.reasons)} if dropped.reasons else {})
    return Table.from_list([pairs[i] for i in fitting]), about


def ended(pairs: Table, tokenizer: PreTrainedTokenizerBase) -> Table:
    """The same pairs; where the chat template writes no end after the last reply, both sides end with the tokenizer's."""
    if reply_end(tokenizer).written:
        return pairs

    def closed(turns: list[dict[str, str]]) -> list[dict[str, str]]:
        return [*turns[:-1], turns[-1] | {"content": turns[-1]["content"] + tokenizer.eos_token}]

    return Table.from_list([pair | {side: closed(pair[side]) for side in COLUMNS[1:]} for pair in pairs])


def shuffled(tables: list[Table], recipe: Recipe) -> Table:
    """The pairs of all sources in random order, at most `data.max_samples`."""
    rows = concatenate_datasets(tables).shuffle(seed=recipe.run.seed)
    most = recipe.data.max_samples
    return rows if most is None else rows.select(range(min(most, len(rows))))
