"""Rows that are not what they seem: turns with keys that another source lacks, requests for verl as for TRL."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

import pyarrow.parquet as pq  # noqa: E402
from tests.helpers.tiny_grpo import made, prompts, recipe_of  # noqa: E402, F401

from longwriter.train.data.tokenizer import open_tokenizer  # noqa: E402
from longwriter.train.methods.dpo import read_pairs, shuffled  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.train.verl.prompts import write_prompts  # noqa: E402

pytestmark = pytest.mark.recipe


def test_pairs_whose_turns_have_other_keys_are_put_together(folder: Path) -> None:
    recipe = read_recipe(recipe_of(folder), {})
    tokenizer = open_tokenizer(recipe.model)
    tables = []
    for name, more in (("plain", {}), ("named", {"name": "ann"})):
        turns = {side: [{"role": role, "content": "a b", **more}]
                 for side, role in (("prompt", "user"), ("chosen", "assistant"), ("rejected", "assistant"))}  # fmt: skip
        (folder / f"{name}.jsonl").write_text(json.dumps(turns) + "\n")
        tables.append(read_pairs(str(folder / f"{name}.jsonl"), recipe, tokenizer)[0])
    assert len(shuffled(tables, recipe)) == 2


def test_verl_reads_the_requests_that_trl_would(folder: Path) -> None:
    few = read_recipe(recipe_of(folder, data={"max_samples": 6}), {})
    assert write_prompts(few, open_tokenizer(few.model), folder / "verl", 2) == (4, 2)
    assert pq.read_table(folder / "verl" / "train.parquet").num_rows == 4
