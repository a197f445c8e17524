"""Local weights: a tiny random Llama, made here. Skips where transformers is not installed."""

import asyncio
import json
import logging
import re
import time

import numpy as np
import pytest
from tests.helpers.tiny_llama import MARKS, TEMPLATE, tiny_llama
from tokenizers import pre_tokenizers

from longwriter.errors import EmptyReply, SetupError, Unavailable
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.local import hf
from longwriter.models.local.ban.way_back import WayBack
from longwriter.models.local.hf_weights import Failures
from longwriter.types import Message, Request

torch = pytest.importorskip("torch", reason="the extra [local] is not installed")
transformers = pytest.importorskip("transformers", reason="the extra [local] is not installed")

SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 1, "maxLength": 6},
        "words": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 99}, "maxItems": 3},
    },
    "required": ["title", "words"],
    "additionalProperties": False,
}


def make(folder, *args, **named):
    return open_model(ModelConfig(model=f"hf:{tiny_llama(folder, *args, **named)}"))


def make_gguf(file, merges):
    """Random weights of the same shape, with the same vocabulary."""
    gguf = pytest.importorskip("gguf", reason="the extra [local] is not installed")
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    size, random = len(MARKS + letters) + 1, np.random.default_rng(0)
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(size)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([*MARKS, *letters, "th"])
    writer.add_token_types([3] * len(MARKS) + [1] * len(letters) + [1])
    writer.add_token_merges(merges)
    writer.add_eos_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_chat_template(TEMPLATE)
    layer = {"attn_q": (32, 32), "attn_k": (32, 32), "attn_v": (32, 32), "attn_output": (32, 32), "attn_norm": (32,)}
    layer |= {"ffn_gate": (64, 32), "ffn_up": (64, 32), "ffn_down": (32, 64), "ffn_norm": (32,)}
    shapes = {f"blk.0.{name}": shape for name, shape in layer.items()}
    shapes |= {"token_embd": (size, 32), "output": (size, 32), "output_norm": (32,)}
    for name, shape in shapes.items():
        kind = gguf.GGMLQuantizationType.F32 if "norm" in name else gguf.GGMLQuantizationType.Q8_0
        numbers = random.normal(size=shape).astype(np.float32) / 8
        writer.add_tensor(f"{name}.weight", gguf.quants.quantize(numbers, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def ask(text="Write.", **fields):
    return Request(messages=(Message(role="user", content=text),), **fields)


class Hears:
    """A listener that has enough after so many characters."""

    def __init__(self, enough=10**9, error=None):
        self.text, self.begun, self.enough, self.error = "", 0, enough, error

    def begin(self):
        self.begun += 1

    def hear(self, piece):
        assert self.begun == 1
        if self.error is not None:
            raise self.error
        self.text += piece
        return len(self.text) >= self.enough


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """Of every token, the end of a reply included, equally fond; it has room."""
    model = make(tmp_path_factory.mktemp("long"), window=100_000)
    with torch.no_grad():
        model._loaded().lm_head.weight.zero_()
    return model


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    """Greedy, it goes round in a circle that the end of a reply is not on."""
    return make(tmp_path_factory.mktemp("endless"), window=100_000)


async def test_a_reply_is_counted_and_repeats_with_its_seed(model):
    listener, request = Hears(), ask(max_tokens=20, temperature=1.0, seed=7)
    reply = await model.reply(request, listener)
    assert reply.text == (await model.reply(request)).text
    assert reply.text != (await model.reply(request.model_copy(update={"seed": 8}))).text
    assert listener.text == reply.text
    assert reply.usage.prompt_tokens == len("Write.") + 3
    assert reply.usage.completion_tokens == 20
    assert reply.finish == "length"


async def test_weights_that_say_nothing_are_sampled_and_temperature_0_is_not(model):
    texts = {(await model.reply(ask(max_tokens=20, seed=seed))).text for seed in (1, 2, 3)}
    assert len(texts) == 3
    assert len({(await model.reply(ask(max_tokens=20, seed=seed, temperature=0))).text for seed in (1, 2)}) == 1


async def test_the_weights_own_way_of_sampling_is_kept(tmp_path):
    model = make(tmp_path, do_sample=True, top_k=1, num_beams=2)
    one, two = [await model.reply(ask(max_tokens=20, seed=seed)) for seed in (1, 2)]
    assert one.text == two.text
    assert model._model.generation_config.use_cache  # not so in config.json


async def test_a_seed_leaves_the_random_numbers_of_others_alone(model):
    torch.manual_seed(5)
    undisturbed = torch.rand(3).tolist()
    torch.manual_seed(5)
    first = torch.rand(1).tolist()
    await model.reply(ask(max_tokens=5, seed=1))
    await model.reply(ask(json_schema=SCHEMA))
    assert first + torch.rand(2).tolist() == undisturbed


async def test_the_reply_ends_with_the_window(model):
    assert await model.window() == 128
    reply = await model.reply(ask(temperature=1.0, seed=1))
    assert (reply.usage.prompt_tokens or 0) + (reply.usage.completion_tokens or 0) <= 128
    with pytest.raises(SetupError, match="does not fit the 128"):
        await model.reply(ask("long " * 40))


async def test_a_reply_without_a_limit_has_one(endless, monkeypatch):
    monkeypatch.setattr(hf, "UNASKED_TOKENS", 200)
    reply = await endless.reply(ask(temperature=0))
    assert reply.usage.completion_tokens == 200
    assert reply.finish == "length"


@pytest.mark.parametrize(
    ("eos", "named", "ends"),
    [
        ("<|end|>", 0, [0]),
        ("<|end|>", None, [0]),
        ("<|end|>", [2, 3], [0, 2, 3]),  # the tokenizer's end counts beside the list
        ("<|system|>", 1, [0, 1]),  # the template's mark after a turn, where config and tokenizer name a document's end
        ("<|system|>", [1], [1]),  # whoever lists ends knows them all
    ],
)
async def test_a_reply_stops_at_every_token_that_ends_one(tmp_path, eos, named, ends):
    model = make(tmp_path, window=100_000, eos=eos)
    model._weights.model = lambda load=model._weights.model: configured(load(), named)
    reply = await model.reply(ask(temperature=1.0, seed=3, max_tokens=4000))
    assert reply.finish == "stop"
    assert model._ends == ends


def configured(weights, eos):
    weights.generation_config.eos_token_id = eos
    with torch.no_grad():
        weights.lm_head.weight.zero_()
    return weights


async def test_the_listener_ends_a_reply(endless):
    listener = Hears(enough=12)
    start = time.monotonic()
    reply = await endless.reply(ask(temperature=0, max_tokens=90_000), listener)
    assert time.monotonic() - start < 10
    assert reply.finish == "cut"
    assert reply.text == listener.text
    assert 12 <= len(reply.text) < 40
    assert (await endless.reply(ask(max_tokens=5, temperature=0))).finish == "length"


async def test_a_listener_that_fails_is_heard_of(endless):
    with pytest.raises(ValueError, match="full disk"):
        await endless.reply(ask(temperature=0, max_tokens=90_000), Hears(error=ValueError("full disk")))


async def test_json_follows_its_schema_or_is_cut(model, long):
    for seed in range(4):
        request = ask(json_schema=SCHEMA, seed=seed, temperature=1.0, repeat_penalty=1.1)
        reply = await long.reply(request)
        value = json.loads(reply.text)
        assert reply.finish == "stop"
        assert list(value) == ["title", "words"]
        assert 1 <= len(value["title"]) <= 6
        assert all(1 <= word <= 99 for word in value["words"])
        cut = await long.reply(request.model_copy(update={"max_tokens": 12}))
        assert cut.finish == "length"
        assert cut.text.startswith('{"title": "')
    assert json.loads((await model.reply(ask(json_schema=SCHEMA, temperature=0, repeat_penalty=1.3))).text)


async def test_begun_json_is_finished(long):
    begun = (Message(role="user", content="Write."), Message(role="assistant", content='{"title": "Sea'))
    request = Request(messages=begun, json_schema=SCHEMA, seed=1)
    assert json.loads(begun[-1].content + (await long.reply(request)).text)["title"].startswith("Sea")
    wrong = (begun[0], Message(role="assistant", content="Of course"))
    with pytest.raises(SetupError, match="Of course"):
        await long.reply(request.model_copy(update={"messages": wrong}))


async def test_a_schema_that_is_none_is_named(long):
    with pytest.raises(SetupError, match="JSON schema"):
        await long.reply(ask(json_schema={"type": "nonsense"}))


async def test_counting_is_exact(model):
    assert model.count_tokens("four") == 4


async def test_a_begun_reply_is_continued(model):
    begun = (Message(role="user", content="Write."), Message(role="assistant", content="Once"))
    reply = await model.reply(Request(messages=begun, max_tokens=4, temperature=0))
    assert reply.usage.prompt_tokens == len("Write.") + 2 + 1 + len("Once")
    assert not reply.text.startswith("Once")


async def test_a_begun_reply_keeps_its_last_blank(tmp_path):
    model = make(tmp_path, template=TEMPLATE.replace("m.content", "m.content | trim"))
    begun = (Message(role="user", content="Write."), Message(role="assistant", content="Once \n"))
    reply = await model.reply(Request(messages=begun, max_tokens=4, temperature=0))
    assert reply.usage.prompt_tokens == len("Write.") + 2 + 1 + len("Once \n")


async def test_an_end_at_once_is_an_empty_reply(long):
    with pytest.raises(EmptyReply):
        await long.reply(ask(max_tokens=3, temperature=0))  # the first of equals is token 0, which ends the reply


async def test_cancelling_stops_the_thread(endless):
    listener = Hears()
    task = asyncio.create_task(endless.reply(ask(temperature=0, max_tokens=90_000), listener))
    while not listener.text:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert (await endless.reply(ask(max_tokens=5, temperature=0))).usage.completion_tokens == 5


@pytest.mark.parametrize(
    "start",
    [
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}",
        "{% set messages = messages | rejectattr('role', 'equalto', 'system') | list %}",
    ],
)
async def test_a_template_without_a_system_role_gets_it_in_the_users_message(tmp_path, start):
    model = make(tmp_path, template=start + TEMPLATE)
    messages = (Message(role="system", content="Be kind."), Message(role="user", content="Write."))
    reply = await model.reply(Request(messages=messages, max_tokens=3, temperature=1.0, seed=1))
    assert reply.usage.prompt_tokens == len("Be kind.\n\nWrite.") + 3


async def test_a_template_that_takes_nothing_is_named(tmp_path):
    model = make(tmp_path, template="{{ raise_exception('tools only') }}")
    with pytest.raises(SetupError, match="refuses the messages: tools only"):
        await model.reply(ask())


def test_characters_of_several_tokens_are_told_whole(model):
    told = []
    streamer = hf._Streamer(model._tokenizer, lambda *piece: told.append(piece), continues=False)
    streamer.put(torch.tensor([[2, 70, 0, 3]]))
    for token in model._tokenizer.encode("né 海", add_special_tokens=False):
        streamer.put(torch.tensor([token]))
    streamer.put(torch.tensor(model._tokenizer.encode("海")[:1]))  # the limit falls into a character
    streamer.end()
    assert told == [("n", 1), ("é", 2), (" ", 1), ("海", 3), ("", 1)]


async def test_a_gguf_file_is_opened(tmp_path, capfd):
    file = tmp_path / "tiny.gguf"
    make_gguf(file, ["t h"])
    transformers.utils.logging.set_verbosity_warning()  # the default; other tests have changed it
    model = open_model(ModelConfig(model=f"hf:{file}"))
    assert await model.window() == 128
    reply = await model.reply(ask(json_schema=SCHEMA, seed=1))
    assert reply.usage.prompt_tokens == len("Write.") + 3
    assert json.loads(reply.text)
    assert model._ends == [0]
    assert capfd.readouterr() == ("", "")
    assert not transformers.utils.logging.get_logger().isEnabledFor(logging.WARNING)  # it holds the first stderr
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(file.read_bytes()[:3000])
    make_gguf(tmp_path / "odd.gguf", ["a a"])
    for file in (broken, tmp_path / "odd.gguf"):
        with pytest.raises(SetupError, match="cannot load"):
            open_model(ModelConfig(model=f"hf:{file}"))


def test_weights_without_a_template_are_refused(tmp_path):
    with pytest.raises(SetupError, match="no chat template"):
        make(tmp_path, template=None)


def test_a_missing_folder_is_named(tmp_path):
    for name in ("nowhere", "nowhere.gguf"):
        with pytest.raises(SetupError, match=rf"hf:.*{name}"):
            open_model(ModelConfig(model=f"hf:{tmp_path}/{name}"))


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "config.json", "tokenizer_config.json"])
@pytest.mark.parametrize("content", [b"not weights", b"[]", b"", b'{"a": 1', b'{"a": 1}'])
async def test_damaged_files_are_named(tmp_path, file, content):
    make(tmp_path)
    if (file, content) == ("tokenizer_config.json", b'{"a": 1}'):
        content = b'{"tokenizer_class": "Nonsense", "added_tokens_decoder": 3}'  # the other says nothing wrong
    (tmp_path / file).write_bytes(content)
    with pytest.raises(SetupError, match=r"cannot load|chat template"):
        await open_model(ModelConfig(model=f"hf:{tmp_path}")).reply(ask(max_tokens=3, seed=1))


async def test_weights_that_do_not_write_are_refused(tmp_path):
    model = make(tmp_path, kind=transformers.LlamaForSequenceClassification)
    with pytest.raises(SetupError, match=r"lacks 1 of its weights, such as lm_head.weight"):
        await model.reply(ask(max_tokens=3))


async def test_weights_that_compute_no_numbers_are_named(tmp_path):
    model = make(tmp_path)
    with torch.no_grad():
        model._loaded().lm_head.weight.fill_(float("nan"))
    for temperature in (0, 1.0):
        with pytest.raises(SetupError, match="NaN"):
            await model.reply(ask(max_tokens=3, temperature=temperature))


async def test_settings_that_cannot_be_are_named(model):
    for wrong in ({"top_p": 1.5}, {"max_tokens": 0}, {"temperature": -1.0}):
        with pytest.raises(SetupError, match="cannot generate"):
            await model.reply(ask(**({"max_tokens": 3} | wrong)))


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), SetupError, "needs more memory"),
        (MemoryError(), SetupError, "needs more memory"),
        (RuntimeError("CUDA error: an illegal memory access"), Unavailable, "run the same command again"),
        (KeyError("cache"), SetupError, "cannot write"),
        (Exception("untagged enum"), SetupError, "cannot write .Exception: untagged enum"),
        (EmptyReply("nothing"), EmptyReply, "nothing"),
        (KeyboardInterrupt("by hand"), KeyboardInterrupt, "by hand"),
    ],
)
def test_failures_have_a_type_and_say_what_to_do(error, kind, said):
    with pytest.raises(kind, match=said), Failures("hf:x", "cannot write"):
        raise error


def test_a_machine_without_memory_is_named():
    with pytest.raises(SetupError, match="needs more memory"), Failures("hf:x", "cannot write"):
        torch.empty(1 << 60, dtype=torch.uint8)


def words_of(text):
    """Words that stand once in a text, apart from its first and last."""
    return [
        w for w in re.findall(r"\w+", text)[1:-1] if len(re.findall(rf"(?<!\w){re.escape(w)}(?!\w)", text, re.I)) == 1
    ]


async def test_a_banned_phrase_is_taken_back_and_what_stands_before_it_stays(long):
    request = ask(max_tokens=200, temperature=1.0, seed=3)
    plain = (await long.reply(request)).text
    phrase = words_of(plain)[3]
    listener, held = Hears(), request.model_copy(update={"ban": (phrase, "no such phrase")})
    reply = await long.reply(held, listener)
    at = re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", plain).start()
    assert reply.text[:at] == plain[:at]
    assert not re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", reply.text, re.I)
    assert (reply.avoided, reply.let_through) == (1, 0)
    assert listener.text == reply.text == (await long.reply(held)).text


async def test_the_way_back_leaves_what_was_read_as_it_was(endless):
    """Greedy, so that what follows is decided by the cache alone: read again without one, it is the same."""
    request = ask(max_tokens=60, temperature=0)
    plain = (await endless.reply(request)).text
    held = request.model_copy(update={"ban": (words_of(plain)[0],)})
    quick = (await endless.reply(held)).text
    forgets = pytest.MonkeyPatch()
    with forgets.context() as patch:
        patch.setattr(WayBack, "_forget", lambda self, tokens: setattr(self, "_cache", None))
        slow = (await endless.reply(held)).text
    assert quick == slow != plain
