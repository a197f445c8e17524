"""Ids which the model has no row for, and shards that hold no ids: a named error in place of torch's."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LLAMA, TEMPLATE, conversations, preferences, recipe, shards, tokenizer, write_lines
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from longwriter.errors import InputError
from longwriter.train.data.rows import Windows
from longwriter.train.grpo.grpo import grpo
from longwriter.train.methods.dpo import dpo
from longwriter.train.methods.pretrain import pretrain
from longwriter.train.methods.reward import reward
from longwriter.train.methods.sft import sft
from longwriter.train.recipe import read_recipe

pytestmark = pytest.mark.recipe


@pytest.mark.parametrize("lora", [None, {"rank": 4}])
def test_an_end_token_of_another_model_is_refused_before_the_first_step(
    tmp_path: Path, lora: dict[str, object] | None
) -> None:
    known = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer(tmp_path)), eos_token="<|end|>", pad_token="<|pad|>")
    config = AutoConfig.for_model(**(LLAMA | {"vocab_size": len(known)}))
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "base")
    known.save_pretrained(tmp_path / "base")
    write_lines(tmp_path / "train.jsonl", conversations(8))
    (tmp_path / "chat.jinja").write_text(TEMPLATE.replace("<|end|>", "<|im_end|>"))
    special = {"eos_token": "<|im_end|>", "pad_token": "<|pad|>"}
    model = {"new": None, "init": str(tmp_path / "base"), "tokenizer": None, "special_tokens": special, "lora": lora}
    settings = read_recipe(recipe(tmp_path / "r.toml", model=model, run={"steps": 1}))
    with pytest.raises(InputError, match=r"makes token 320 of the data, and the model's table ends at 319"):
        sft(settings, tmp_path / "out", lambda _: None)


PADDED = {"pad_token": "<|new|>"}


@pytest.mark.parametrize(
    ("train", "special", "highest"),
    [(pretrain, {}, 319), (dpo, {}, 319), (reward, {}, 319), (grpo, {}, 319), (grpo, PADDED, 320)],
)
def test_every_method_refuses_words_and_marks_that_the_model_lacks(
    tmp_path: Path, train: type(sft), special: dict[str, str], highest: int
) -> None:
    rows = highest  # of the table: one too few
    tokenizer(tmp_path)
    config = AutoConfig.for_model(**(LLAMA | {"vocab_size": rows}))
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path / "base")
    request = {"id": "1", "prompt": "Write.", "lower": 3, "upper": 8}
    sources = {
        pretrain: {"kind": "tokens", "path": str(shards(tmp_path / "shards"))},
        grpo: {"kind": "prompts", "path": str(write_lines(tmp_path / "prompts.jsonl", [request]))},
    }
    pairs = {"kind": "messages", "path": str(write_lines(tmp_path / "pairs.jsonl", preferences(24)))}
    (tmp_path / "template.txt").write_text("{request}")
    settings = recipe(
        tmp_path / "r.toml",
        model={
            "new": None,
            "init": str(tmp_path / "base"),
            "special_tokens": {"eos_token": "<|end|>", "pad_token": "<|pad|>"} | special,
        },
        data={"sources": [sources.get(train, pairs)], "max_tokens": 200},
        run={"steps": 1},
        grpo={
            "objectives": ["length"],
            "group": 2,
            "completion_tokens": 8,
            "prompt": str(tmp_path / "template.txt"),
            "mode": "plain",
        },
    )
    said = rf"makes token {highest} of the data, and the model's table ends at {highest - 1}"
    with pytest.raises(InputError, match=said):
        train(read_recipe(settings), tmp_path / "out", lambda _: None)


ABOUT = {"vocab": 320, "splits": {"train": {"files": ["a.npy"], "sha256": "x"}}}


@pytest.mark.parametrize(
    ("about", "ids"),
    [
        ("[]", [1]),
        ("[" * 100_000, [1]),
        (json.dumps({"splits": ABOUT["splits"]}), [1]),
        (json.dumps(ABOUT | {"splits": []}), [1]),
        (json.dumps(ABOUT | {"splits": {"train": {"files": ["a.npy"]}}}), [1]),
        (json.dumps(ABOUT), [[1, 2], [3, 4]]),
        (json.dumps(ABOUT), [0.5, 1.5]),
    ],
)
def test_shards_that_hold_no_ids_are_named(tmp_path: Path, about: str, ids: list[object]) -> None:
    np.save(tmp_path / "a.npy", np.array(ids))
    (tmp_path / "tokens.json").write_text(about)
    with pytest.raises(InputError, match="no train token shards"):
        Windows(tmp_path, "train", 1)
