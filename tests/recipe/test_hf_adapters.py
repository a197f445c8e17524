"""A LoRA adapter that `longwriter train sft` saved writes, over the base model that it names."""

import json
import shutil
import warnings
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from peft import PeftModel  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from tests.helpers.tiny import QWEN, conversations, recipe, tokenizer, write_lines  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast, Qwen3Config  # noqa: E402

from longwriter.errors import EmptyReply, SetupError  # noqa: E402
from longwriter.models.base import ModelConfig, open_model  # noqa: E402
from longwriter.train.methods.sft import sft  # noqa: E402
from longwriter.train.recipe import read_recipe  # noqa: E402
from longwriter.types import Message, Reply, Request  # noqa: E402

pytestmark = pytest.mark.recipe
ASKED = Request(messages=(Message(role="user", content="Write 8 words."),), max_tokens=30, temperature=0)


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`folder/sft`, over `folder/base`."""
    folder = tmp_path_factory.mktemp("adapter")
    tokenizer(folder)
    base = PreTrainedTokenizerFast(
        tokenizer_file=str(folder / "tokenizer.json"), eos_token="<|end|>", pad_token="<|pad|>"
    )
    base.chat_template = (folder / "chat.jinja").read_text()
    base.save_pretrained(folder / "base")
    torch.manual_seed(1)
    shape = {k: v for k, v in QWEN.items() if k != "model_type"}
    config = Qwen3Config(vocab_size=len(base), max_position_embeddings=128, eos_token_id=3, **shape)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder / "base")
    write_lines(folder / "train.jsonl", conversations(16))
    model = {"init": str(folder / "base"), "new": None, "tokenizer": None, "lora": {"rank": 4}}
    file = recipe(folder / "sft.toml", model=model, run={"steps": 4}, optim={"lr": 0.05})
    sft(read_recipe(file), folder / "sft", lambda _: None)
    return folder / "sft"


def name_base(adapter: Path, base: str | None, **more: object) -> None:
    file = adapter / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"base_model_name_or_path": base} | more))


@pytest.fixture
def moved(adapter: Path, tmp_path: Path) -> Path:
    """A copy of the adapter; the base is beside it, and the adapter names the first place."""
    shutil.copytree(adapter.parent / "base", tmp_path / "base")
    shutil.copytree(adapter, tmp_path / "sft")
    return tmp_path / "sft"


async def reply(folder: Path | str) -> Reply:
    return await open_model(ModelConfig(model=f"hf:{folder}")).reply(ASKED)


def by_hand(adapter: Path) -> str:
    """What peft itself writes."""
    base = AutoModelForCausalLM.from_pretrained(adapter.parent / "base")
    words = AutoTokenizer.from_pretrained(adapter.parent / "base")
    prompt = words("<|user|>Write 8 words.<|write|>", return_tensors="pt", add_special_tokens=False)["input_ids"]
    ids = PeftModel.from_pretrained(base, adapter).generate(input_ids=prompt, max_new_tokens=30, do_sample=False)
    return str(words.decode(ids[0, prompt.shape[1] :], skip_special_tokens=True))


async def test_an_adapter_writes_as_peft_does_and_not_as_its_base(
    adapter: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    model = open_model(ModelConfig(model=f"hf:{adapter}"))
    assert await model.window() == 128
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # would be lines on the screen of whoever writes
        written = await model.reply(ASKED)
    assert capfd.readouterr().err == ""
    assert written.text == by_hand(adapter)
    with pytest.raises(EmptyReply):  # untrained, it repeats the last mark of the prompt
        await reply(adapter.parent / "base")


async def test_a_base_is_found_beside_the_adapter_then_here(moved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = by_hand(moved)
    name_base(moved, "../base")
    assert (await reply(moved)).text == expected
    name_base(moved, "base")
    monkeypatch.chdir(moved.parent)
    assert (await reply("sft")).text == expected
    for file in moved.glob("token*"):
        file.unlink()
    (moved / "chat_template.jinja").unlink()
    assert (await reply(moved)).text == expected  # with the base's tokenizer


@pytest.mark.parametrize(
    ("base", "more", "said"),
    [
        ("/no/such/base", {}, r"cannot load hf:/no/such/base \(the base that .*/sft/adapter_config.json names"),
        (None, {}, "names no base model"),
        (".", {}, "is an adapter itself"),
        ("../base", {"task_type": "SEQ_CLS"}, "an adapter for SEQ_CLS"),
        ("../base", {"r": 8}, "does not fit its base"),
        ("../base", {"peft_type": "NONSENSE"}, "does not fit its base"),
    ],
)
async def test_what_is_wrong_with_an_adapter_is_said(
    moved: Path, base: str | None, more: dict[str, object], said: str
) -> None:
    name_base(moved, base, **more)
    with pytest.raises(SetupError, match=said):
        await reply(moved)


async def test_an_adapter_without_all_of_its_weights_is_refused(moved: Path) -> None:
    file = moved / "adapter_model.safetensors"
    weights = load_file(file)
    del weights[min(weights)]
    save_file(weights, file)
    with pytest.raises(SetupError, match="missing adapter keys"):
        await reply(moved)
    file.unlink()
    with pytest.raises(SetupError, match="does not fit its base"):
        await reply(moved)


async def test_an_adapter_on_an_adapter_is_refused(moved: Path) -> None:
    shutil.copytree(moved, moved.parent / "second")
    name_base(moved.parent / "second", "../sft")
    with pytest.raises(SetupError, match="is an adapter itself: merge"):
        await reply(moved.parent / "second")


@pytest.mark.parametrize("content", ["", "[]", "{}"])
async def test_an_adapter_without_a_readable_config_is_refused(moved: Path, content: str) -> None:
    (moved / "adapter_config.json").write_text(content)
    with pytest.raises(SetupError, match=r"adapter_config.json cannot be read"):
        await reply(moved)
