"""The requests of a recipe as the Parquet files that verl reads: DIR/train.parquet and DIR/val.parquet.

A prompt is written as the model is to read it, so verl must not lay a chat template over it: `custom_chat_template` in
the launch configuration says the message's content and nothing else.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from transformers import PreTrainedTokenizerBase

from longwriter.errors import InputError, RunError
from longwriter.train.grpo.prompts import Prompt, all_prompts, held_out_prompts, order
from longwriter.train.recipe import Recipe

SOURCE = "longwriter"
"""`data_source` of every row."""
INFO = [("index", pa.int64()), ("id", pa.string()), ("request", pa.string()), ("mode", pa.string())]
INFO += [("lower", pa.int64()), ("upper", pa.int64()), ("opened", pa.string())]
SCHEMA = pa.schema(
    [
        ("data_source", pa.string()),
        ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("reward_model", pa.struct([("style", pa.string()), ("ground_truth", pa.string())])),
        ("extra_info", pa.struct(INFO)),
    ]
)


def write_prompts(recipe: Recipe, tokenizer: PreTrainedTokenizerBase, out: Path, held_out: int = 64) -> tuple[int, int]:
    """Write both files; rows of each.

    Args:
        recipe: with [grpo] and sources of requests.
        tokenizer: the model's; prompts that leave no room for `grpo.completion_tokens` are left out.
        out: folder, made if need be.
        held_out: requests for verl's validation, drawn by run.seed, where no source of the recipe has held-out ones.

    Raises InputError for data that cannot be read and RunError where the files cannot be written.
    """
    found, _ = all_prompts(recipe, tokenizer)
    own, _ = held_out_prompts(recipe, tokenizer, found)
    if not own and not 0 < held_out < len(found):
        raise InputError(f"{held_out} held-out requests of {len(found)}: verl needs some, and some to learn from")
    held_out = len(own) or held_out
    drawn = own + [found[i] for i in order(len(found), len(found), recipe.run.seed)]
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write(drawn[held_out:], out / "train.parquet")
        _write(drawn[:held_out], out / "val.parquet")
    except OSError as error:
        raise RunError(f"cannot write to {out}: {error.strerror or error}") from error
    return len(drawn) - held_out, held_out


def _write(prompts: list[Prompt], path: Path) -> None:
    beside = path.with_suffix(".part")
    pq.write_table(pa.Table.from_pylist([_row(i, p) for i, p in enumerate(prompts)], SCHEMA), beside)
    beside.replace(path)


def _row(index: int, prompt: Prompt) -> dict[str, object]:
    known = {"id": prompt.id, "request": prompt.request, "mode": prompt.mode, "opened": prompt.opened}
    return {
        "data_source": SOURCE,
        "prompt": [{"role": "user", "content": prompt.prompt}],
        "reward_model": {"style": "rule", "ground_truth": ""},
        "extra_info": {"index": index} | known | {"lower": prompt.lower, "upper": prompt.upper},
    }
