"""Adapters on a base model: tokens that it never saw, modules trained whole, weights of 4 bits."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from safetensors.torch import load_file  # noqa: E402
from tests.helpers.tiny import LLAMA, LONG, conversations, losses, recipe, tokenizer, train, trained, write_lines  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase  # noqa: E402

from longwriter.errors import InputError  # noqa: E402
from longwriter.train.data.tokenizer import open_tokenizer  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.train.run.chat_tokens import check_chat_tokens  # noqa: E402
from longwriter.train.run.setup import open_model  # noqa: E402

pytestmark = pytest.mark.recipe

FROM_INIT = {"new": None, "tokenizer": None, "special_tokens": None, "chat_template": None}
USER, WRITE, END = 1, 2, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokenizer(tmp_path)
    write_lines(tmp_path / "train.jsonl", conversations(40))
    return tmp_path


def base(folder: Path, *, tied: bool) -> Path:
    """A base model, of random weights, whose chat tokens nothing ever moved."""
    recipe(folder / "base.toml", model={"new": LLAMA | {"tie_word_embeddings": tied}})
    settings = read_recipe(folder / "base.toml")
    words = open_tokenizer(settings.model)
    model = open_model(settings, words, lean=False)
    with torch.no_grad():
        for matrix in {model.get_input_embeddings(), model.get_output_embeddings()}:
            matrix.weight[[USER, WRITE, END]] = 0
    model.save_pretrained(folder / "base")
    words.save_pretrained(folder / "base")
    return folder / "base"


def on_base(folder: Path, lora: dict[str, object], **run: object) -> Path:
    model = FROM_INIT | {
        "init": str(folder / "base"),
        "lora": lora,
        "dtype": "bfloat16" if run.get("bf16") else "float32",
    }
    return recipe(folder / "r.toml", model=model, run=run)


def test_adapters_alone_are_refused_where_the_chat_tokens_were_never_trained(folder: Path) -> None:
    base(folder, tied=False)
    done = train("sft", on_base(folder, {"rank": 4}), folder / "out")
    assert done.returncode == 2, done.stderr
    said = done.stderr.splitlines()[-1]
    assert "model.lora leaves embed_tokens as it is, where <|user|>, <|write|>, <|end|> of the chat template" in said
    assert "lora.modules_to_save = ['embed_tokens', 'lm_head']" in said


def opened(folder: Path) -> tuple[torch.nn.Module, PreTrainedTokenizerBase]:
    return AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)


def test_which_tokens_count_as_never_trained(folder: Path) -> None:
    model, words = opened(base(folder, tied=False))
    check_chat_tokens(model, words, ("embed_tokens", "lm_head"))
    with pytest.raises(InputError, match="leaves lm_head as it is"):
        check_chat_tokens(model, words, ("embed_tokens",))
    embedding, head = model.get_input_embeddings().weight, model.get_output_embeddings().weight
    with torch.no_grad():
        head.normal_(std=0.02)
        embedding[USER] = embedding[10]
        embedding[WRITE] = embedding[END] = embedding[11]  # two that nothing told apart
    with pytest.raises(InputError, match=r"where <\|write\|>, <\|end\|> of"):
        check_chat_tokens(model, words, ())
    with torch.no_grad():
        embedding[END] = embedding[12]
    check_chat_tokens(model, words, ())


@pytest.mark.parametrize(
    ("lora", "said"),
    [
        ({"targets": ["query"]}, "model.lora.targets: Target modules .*query.* not found"),
        ({"modules_to_save": ["embed_token"]}, "model.lora.modules_to_save: the model has no embed_token;"),
    ],
)
def test_modules_that_the_model_has_not_are_named(folder: Path, lora: dict[str, object], said: str) -> None:
    settings = read_recipe(recipe(folder / "r.toml", model={"lora": lora}))
    with pytest.raises(InputError, match=said):
        open_model(settings, open_tokenizer(settings.model))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tied", "lean"),
    [(False, False), (True, True), pytest.param(True, False, marks=LONG), pytest.param(False, True, marks=LONG)],
)
def test_modules_to_save_move_and_are_saved(folder: Path, tied: bool, lean: bool) -> None:
    base(folder, tied=tied)
    saved = ["embed_tokens"] if tied else ["embed_tokens", "lm_head"]
    file = on_base(folder, {"rank": 4, "modules_to_save": saved}, steps=8, lean_logits=lean, bf16=lean)
    trained("sft", file, folder / "out")
    found = losses(folder / "out")
    assert found[8] < found[1] - 0.2
    kept = load_file(folder / "out" / "adapter_model.safetensors")
    rows = next(values for name, values in kept.items() if "embed_tokens" in name)
    assert rows[WRITE].norm() > 0.01  # what comes after it is learnt; after <|end|>, nothing is
    whole = AutoModelForCausalLM.from_pretrained(folder / "out")  # the base with its adapter
    head, embedding = whole.get_output_embeddings().weight, whole.get_input_embeddings().weight
    assert head[END].norm() > 0.01
    assert torch.equal(head, embedding) == tied
    assert rows.dtype == torch.float32  # small steps are lost in bfloat16
    assert torch.equal(embedding.float(), rows)


@pytest.mark.slow
def test_weights_of_4_bits_stay_and_their_adapters_learn(folder: Path) -> None:
    pytest.importorskip("bitsandbytes", reason="needs bitsandbytes: pip install bitsandbytes")
    file = recipe(folder / "s.toml", model={"new": LLAMA}, run={"steps": 2})
    trained("sft", file, folder / "start")
    model = FROM_INIT | {"init": str(folder / "start"), "lora": {"rank": 8}, "quantize": "nf4"}
    trained("sft", recipe(folder / "q.toml", model=model, run={"steps": 10}), folder / "out")
    found = losses(folder / "out")
    assert found[10] < found[1] - 0.05
    assert (folder / "out" / "adapter_model.safetensors").exists()
    assert json.loads((folder / "out" / "recipe.json").read_text())["model"]["quantize"] == "nf4"
    settings = read_recipe(folder / "q.toml")
    held = open_model(settings, open_tokenizer(settings.model), lean=False)
    matrix = next(p for name, p in held.named_parameters() if "q_proj.base_layer" in name)
    assert matrix.dtype == torch.uint8
    assert matrix.numel() == 32 * 32 // 2  # two weights a byte
