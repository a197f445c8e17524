"""The fake model: lengths, repeatability, JSON, continuation, scripts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.errors import EmptyReply, SetupError, Unavailable
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.fake import FakeModel, count
from longwriter.types import Message, Reply, Request


def ask(text: str, begun: str | None = None, **options) -> Request:
    messages = [Message(role="system", content="You write 9 words."), Message(role="user", content=text)]
    messages += [Message(role="assistant", content=begun)] if begun is not None else []
    return Request(messages=tuple(messages), **options)


@pytest.mark.parametrize(
    ("model", "text", "words"),
    [
        ("fake", "Write 120 words.", 120),
        ("fake:0.4", "The text has 2000 words.\nWrite a 1,500-word part.", 600),
        ("fake:1.8", "Length: about 10 words", 18),
        ("fake", "Write a poem.", 200),
        ("fake", "写一个关于灯塔的故事，全文三节，约 300 字。", 300),
        ("fake:.5", "写一个关于海的故事，80个字", 40),
    ],
)
async def test_length_is_the_ratio_of_what_is_asked_last(model, text, words):
    reply = await open_model(ModelConfig(model=model)).reply(ask(text))
    assert count(reply.text) == reply.usage.completion_tokens == words
    assert reply.finish == "stop"


def test_words_are_counted_as_a_reader_would():
    assert count("It's a well-known fact — 10 km, “yes”.") == 7
    assert count("我有3本书, OK?") == 6


@given(st.integers(1, 3000))
async def test_plain_english_has_as_many_words_as_split_finds(words):
    reply = await FakeModel(ModelConfig(), "").reply(ask(f"{words} words"))
    assert len(reply.text.split()) == words


async def test_the_text_depends_on_the_request_alone():
    texts = {(await FakeModel(ModelConfig(), "").reply(ask("50 words"))).text for _ in range(2)}
    assert len(texts) == 1
    texts.add((await FakeModel(ModelConfig(), "").reply(ask("50 words", seed=1))).text)
    texts.add((await FakeModel(ModelConfig(), "").reply(ask("Now 50 words"))).text)
    assert len(texts) == 3


async def test_a_cut_reply_can_be_continued_to_the_same_text():
    model, request = FakeModel(ModelConfig(), ""), "Write 60 words."
    whole = await model.reply(ask(request))
    begun = await model.reply(ask(request, max_tokens=25))
    assert (begun.finish, count(begun.text), begun.usage.completion_tokens) == ("length", 25, 25)
    rest = await model.reply(ask(request, begun.text))
    assert begun.text + rest.text == whole.text
    assert (await model.reply(ask(request, whole.text))).text.strip()


async def test_a_plan_fits_its_schema_and_its_length():
    item = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 40},
            "point": {"type": "string", "maxLength": 20},
            "words": {"type": "integer", "minimum": 100, "maximum": 350},
        },
    }
    schema = {
        "type": "object",
        "$defs": {"Item": item},
        "properties": {
            "sections": {"type": "array", "minItems": 14, "maxItems": 20, "items": {"$ref": "#/$defs/Item"}},
            "score": {"type": "integer", "minimum": 1, "maximum": 10},
            "tone": {"anyOf": [{"enum": ["dry", "warm"]}, {"type": "null"}]},
            "done": {"type": "boolean"},
        },
    }
    reply = await FakeModel(ModelConfig(), "0.5").reply(ask("A text of 4200 words.", json_schema=schema))
    plan = json.loads(reply.text)
    assert [s["words"] for s in plan["sections"]] == [300] * 14
    assert len({s["title"] for s in plan["sections"]}) == 14
    assert all(1 <= len(s["point"]) <= 20 for s in plan["sections"])
    assert (plan["score"], plan["tone"], plan["done"]) == (5, "dry", True)
    much = await FakeModel(ModelConfig(), "").reply(ask("A text of 90000 words.", json_schema=schema))
    assert {s["words"] for s in json.loads(much.text)["sections"]} == {350}


async def test_a_script_is_followed_and_ends():
    model = FakeModel.scripted(["one two", Reply(text="cut", finish="length"), Unavailable("busy"), " \n"])
    request = ask("go")
    first = await model.reply(request)
    assert (first.text, first.usage.prompt_tokens, first.usage.completion_tokens) == ("one two", 5, 2)
    assert (await model.reply(request)).finish == "length"
    with pytest.raises(Unavailable):
        await model.reply(request)
    with pytest.raises(EmptyReply):
        await model.reply(request)
    with pytest.raises(SetupError, match="script of 4"):
        await model.reply(request)
    assert model.requests == [request] * 5


async def test_a_function_can_answer():
    model = FakeModel.scripted(lambda r: r.messages[-1].content.upper())
    heard = Heard()
    assert (await model.reply(ask("say it  again"), heard)).text == "SAY IT  AGAIN"
    assert heard.pieces == ["SAY ", "IT ", " ", "AGAIN"]
    heard = Heard(enough=2)
    reply = await model.reply(ask("say it  again"), heard)
    assert (reply.text, reply.finish) == ("SAY IT ", "cut")


class Heard:
    """A listener that has enough after so many pieces."""

    def __init__(self, enough: int = 99) -> None:
        self.enough, self.pieces = enough, []

    def begin(self) -> None:
        self.pieces.clear()

    def hear(self, piece: str) -> bool:
        self.pieces.append(piece)
        return len(self.pieces) >= self.enough


@pytest.mark.parametrize("rest", ["x", "0", "-1", "1e3", "0.5 "])
def test_a_ratio_that_is_none_is_refused(rest):
    with pytest.raises(SetupError, match="ratio"):
        FakeModel(ModelConfig(), rest)


async def test_facts_about_the_fake_model():
    model = FakeModel(ModelConfig(), "")
    assert (await model.window(), model.count_tokens("a b"), model.prefill) == (None, 2, True)
    await model.aclose()
