"""Local weights: a tiny random Llama, made here. Skips where transformers is not installed."""

import asyncio

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from longwriter.errors import EmptyReply, SetupError
from longwriter.models.base import ModelConfig, open_model
from longwriter.types import Message, Request

torch = pytest.importorskip("torch", reason="the extra [local] is not installed")
transformers = pytest.importorskip("transformers", reason="the extra [local] is not installed")

TEMPLATE = (
    "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"


def make(folder, template=TEMPLATE, window=128):
    """Bytes as vocabulary, so every text has as many tokens as bytes."""
    marks = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    raw = Tokenizer(models.BPE({c: n for n, c in enumerate(marks + letters)}, []))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    raw.add_special_tokens(marks)
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|end|>", pad_token="<|end|>")
    tokenizer.chat_template = template
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=window, eos_token_id=0, pad_token_id=0, **shape
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return open_model(ModelConfig(model=f"hf:{folder}"))


def ask(text="Write.", **fields):
    return Request(messages=(Message(role="user", content=text),), **fields)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make(tmp_path_factory.mktemp("weights"))


async def test_a_reply_is_counted_and_repeats_with_its_seed(model):
    shown = []
    request = ask(max_tokens=20, temperature=1.0, seed=7)
    reply = await model.reply(request, shown.append)
    assert reply.text == (await model.reply(request)).text
    assert reply.text != (await model.reply(request.model_copy(update={"seed": 8}))).text
    assert "".join(shown) == reply.text
    assert reply.usage.prompt_tokens == len("Write.") + 3
    assert reply.usage.completion_tokens == 20
    assert reply.finish == "length"


async def test_the_reply_ends_with_the_window(model):
    assert await model.window() == 128
    reply = await model.reply(ask(temperature=1.0, seed=1))
    assert (reply.usage.prompt_tokens or 0) + (reply.usage.completion_tokens or 0) <= 128
    with pytest.raises(SetupError, match="does not fit the 128"):
        await model.reply(ask("long " * 40))


async def test_counting_is_exact(model):
    assert model.count_tokens("four") == 4


async def test_a_begun_reply_is_continued(model):
    begun = (Message(role="user", content="Write."), Message(role="assistant", content="Once"))
    reply = await model.reply(Request(messages=begun, max_tokens=4, temperature=0))
    assert reply.usage.prompt_tokens == len("Write.") + 2 + 1 + len("Once")
    assert not reply.text.startswith("Once")


async def test_an_end_at_once_is_an_empty_reply(tmp_path):
    model = make(tmp_path)
    with torch.no_grad():
        model._weights().lm_head.weight.zero_()  # the first of equals is token 0, which ends the reply
    with pytest.raises(EmptyReply):
        await model.reply(ask(max_tokens=3, temperature=0))


async def test_cancelling_stops_the_thread(tmp_path):
    model = make(tmp_path, window=100_000)
    started = asyncio.Event()
    task = asyncio.create_task(model.reply(ask(temperature=1.0, seed=1, max_tokens=90_000), lambda _: started.set()))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert (await model.reply(ask(max_tokens=5, temperature=1.0, seed=1))).usage.completion_tokens == 5


async def test_a_template_without_a_system_role_gets_it_in_the_users_message(tmp_path):
    model = make(tmp_path, template=NO_SYSTEM + TEMPLATE)
    messages = (Message(role="system", content="Be kind."), Message(role="user", content="Write."))
    reply = await model.reply(Request(messages=messages, max_tokens=3, temperature=1.0, seed=1))
    assert reply.usage.prompt_tokens == len("Be kind.\n\nWrite.") + 3


def test_weights_without_a_template_are_refused(tmp_path):
    with pytest.raises(SetupError, match="no chat template"):
        make(tmp_path, template=None)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"hf:.*nowhere"):
        open_model(ModelConfig(model=f"hf:{tmp_path}/nowhere"))


async def test_damaged_weights_are_named(tmp_path):
    model = make(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(SetupError, match="cannot load"):
        await model.reply(ask(max_tokens=3))
