"""Published sets of preference pairs as sources of a training: LitBench, WritingPreferenceBench, texts in place of messages."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

import pyarrow as pa
import pyarrow.parquet as pq
from tests.helpers.tiny import TEMPLATE, recipe, tokenizer
from transformers import PreTrainedTokenizerFast

from longwriter.errors import InputError
from longwriter.train.methods.dpo import read_pairs
from longwriter.train.recipe import read_recipe

pytestmark = pytest.mark.recipe
EXPECTED = {
    "prompt": [{"role": "user", "content": "a lamp"}],
    "chosen": [{"role": "assistant", "content": "it burned"}],
    "rejected": [{"role": "assistant", "content": "a lamp"}],
}
SIDES = {"chosen": {"response": "it burned", "score": 3}, "rejected": {"response": "a lamp", "score": 1}}


def read(path: Path, tmp_path: Path, **data: object) -> tuple[Any, dict[str, Any]]:
    tok = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer(tmp_path)), eos_token="<|end|>", pad_token="<|pad|>")
    tok.chat_template = TEMPLATE
    return read_pairs(str(path), read_recipe(recipe(tmp_path / "r.toml", data=data)), tok)


def test_litbench_with_rows_that_are_gone(tmp_path: Path) -> None:
    row = {"prompt": "a lamp", "chosen_story": "it burned", "rejected_story": "a lamp", "chosen_upvotes": 9}
    rows = [row, row | {"rejected_story": "[deleted]"}, row, row | {"chosen_story": None}, row]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "train.parquet")
    found, about = read(tmp_path / "train.parquet", tmp_path)
    assert found.to_list() == [EXPECTED] * 3
    assert about["dropped"] == {"a text was deleted at its source": 1, "a text is missing": 1}


def test_writing_preference_bench(tmp_path: Path) -> None:
    (tmp_path / "WP_bench_english.json").write_text(json.dumps([{"prompt": "a lamp", "tag": "Poem", **SIDES}] * 2))
    assert read(tmp_path / "WP_bench_english.json", tmp_path)[0].to_list() == [EXPECTED] * 2


def test_sides_that_hold_the_prompt_do_not_ask_twice(tmp_path: Path) -> None:
    """UltraFeedback's form: the request as a text, and both conversations whole."""
    asked = EXPECTED["prompt"]
    row = {"prompt": "a lamp", "chosen": asked + EXPECTED["chosen"], "rejected": asked + EXPECTED["rejected"]}
    other = row | {"rejected": [{"role": "user", "content": "a tower"}, *EXPECTED["rejected"]]}
    lines = [json.dumps(r) for r in (row, other, row, row | {"chosen": asked}, row)]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    found, about = read(tmp_path / "rows.jsonl", tmp_path)
    assert found.to_list() == [EXPECTED] * 3
    assert about["dropped"] == {"a side that is no reply to the prompt": 2}


def test_a_pair_that_is_too_long_is_named_by_its_row(tmp_path: Path) -> None:
    row = {"prompt": "a lamp", "chosen": "it burned", "rejected": "a lamp"}
    rows = [row | {"chosen": ""}, row, row | {"chosen": "storm " * 200}]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    with pytest.raises(InputError, match=r"rows\.jsonl: row 2 has \d+ tokens, data\.max_tokens is 128"):
        read(tmp_path / "rows.jsonl", tmp_path, too_long="refuse")


def test_a_set_without_pairs_is_refused_by_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({"prompt": "a lamp", "text": "it burned"}))
    with pytest.raises(InputError, match=r"rows.jsonl row 0: no columns chosen and rejected.*there are prompt, text"):
        read(tmp_path / "rows.jsonl", tmp_path)
