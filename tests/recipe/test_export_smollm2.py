"""The small model: an adapter on it writes the same through transformers and, as a GGUF adapter, through llama.cpp."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: make test-recipe")
peft = pytest.importorskip("peft", reason="training needs the [train] extra: make test-recipe")
pytest.importorskip("gguf", reason="training needs the [train] extra: make test-recipe")
pytest.importorskip("xllamacpp", reason="needs the extra gguf: make test-real")

from tests.helpers.tiny import LONG  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

from longwriter.errors import SetupError  # noqa: E402
from longwriter.models.base import ModelConfig, open_model  # noqa: E402
from longwriter.models.local.library import locate  # noqa: E402
from longwriter.train.export.export import ExportRequest, export  # noqa: E402
from longwriter.types import Message, Request  # noqa: E402

pytestmark = [pytest.mark.recipe, pytest.mark.slow, LONG]
ASKED = (Message(role="user", content="Write a story about a lighthouse keeper in 1847."),)


@pytest.fixture(scope="module")
def small() -> Path:
    try:
        return locate("smollm2")
    except SetupError:
        pytest.skip("the small model is not here: longwriter pull smollm2")


async def written(model: str) -> str:
    """The likeliest 40 tokens."""
    opened = open_model(ModelConfig(model=model))
    text = (await opened.reply(Request(messages=ASKED, max_tokens=40, temperature=0))).text
    await opened.aclose()
    return text


def adapter_on(base: Path, folder: Path) -> Path:
    """As peft begins one, but with values in B too: large enough that another text comes."""
    torch.manual_seed(1)
    model = peft.get_peft_model(
        AutoModelForCausalLM.from_pretrained(base),
        peft.LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.01)
    model.save_pretrained(folder)
    return folder


def test_both_read_the_same_tokens(small: Path) -> None:
    by_torch = open_model(ModelConfig(model=f"hf:{small}"))
    by_llama = open_model(ModelConfig(model="gguf:smollm2"))
    for text in ("\n\n1. In 1847,\n\n2.", "a  12  b", "The keeper's lamp\n", "灯塔 😀"):
        assert by_torch.count_tokens(text) == by_llama.count_tokens(text), text


async def test_an_adapter_writes_the_same(small: Path, tmp_path: Path) -> None:
    (base,) = export(small, tmp_path / "base", ExportRequest(merge=True, dtype="f32"))
    (below,) = export(base.path, tmp_path / "gguf", ExportRequest(gguf="f32"))
    adapter = adapter_on(base.path, tmp_path / "adapter")
    (made,) = export(adapter, tmp_path / "gguf", ExportRequest(adapter=True))
    assert made.path.stat().st_size < 6_000_000
    by_torch = await written(f"hf:{adapter}")
    assert await written(f"gguf:{below.path}+{made.path}") == by_torch
    assert await written(f"gguf:{below.path}") != by_torch
    assert (await written(f"gguf:smollm2+{made.path}"))[:20] == by_torch[:20]  # whose four bits round otherwise
