"""A tokenizer that makes ids which the model has no row for: a named error in place of torch's."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import LLAMA, TEMPLATE, conversations, recipe, tokenizer, write_lines
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from longwriter.errors import InputError
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
