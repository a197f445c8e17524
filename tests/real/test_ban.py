"""A ban of phrases in the engine in this process."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from longwriter.checks.phrases import Phrases
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.local.gguf import Gguf
from longwriter.types import Message, Request

STORY = "Write a story about a lighthouse keeper who finds a letter in a bottle."
pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> AsyncIterator[Gguf]:
    opened = open_model(ModelConfig(model="gguf:smollm2"))
    assert isinstance(opened, Gguf)
    yield opened
    await opened.aclose()


def ask(text: str = STORY, begun: str = "", **fields: object) -> Request:
    messages = [Message(role="user", content=text)] + [Message(role="assistant", content=begun)] * bool(begun)
    return Request(messages=tuple(messages), **({"max_tokens": 60, "seed": 1, "temperature": 0.8} | fields))


async def test_what_is_banned_is_not_written_and_what_stands_before_it_stays(model: Gguf) -> None:
    plain, heard = await model.reply(ask()), list[str]()
    ban = tuple(dict.fromkeys(word for word in plain.text.lower().split() if word.isalpha()))[8:]
    reply = await model.reply(ask(ban=ban), heard.append)
    assert reply.text == "".join(heard) == (await model.reply(ask(ban=ban))).text
    first = Phrases(ban).find(plain.text)[0].start
    assert reply.text[: first - 1] == plain.text[: first - 1]
    assert not Phrases(ban).find(reply.text)
    assert reply.avoided > 0 == reply.let_through
    assert (reply.finish, plain.finish) == ("length", "length")
    assert abs((model.count_tokens(reply.text) or 0) - 60) <= 3
    assert reply.usage.prompt_tokens == plain.usage.prompt_tokens
    assert (reply.usage.completion_tokens or 0) > 60  # what was taken back is counted


async def test_the_token_that_ends_a_reply_may_come_where_a_phrase_was(model: Gguf) -> None:
    asked = "Say only: yes"
    plain = await model.reply(ask(asked, max_tokens=100, temperature=0))
    word = plain.text.split()[0].strip(".,!")
    reply = await model.reply(ask(asked, max_tokens=100, temperature=0, ban=(word,)))
    assert not Phrases([word]).find(reply.text)
    assert reply.avoided >= 1


async def test_a_phrase_may_begin_in_the_reply_that_is_continued(model: Gguf) -> None:
    begun, fields = "The keeper of the light", {"temperature": 0, "max_tokens": 12}
    plain = await model.reply(ask(begun=begun, **fields))
    phrase = (begun + plain.text)[len("The keeper of ") :].split(" ")
    reply = await model.reply(ask(begun=begun, ban=(" ".join(phrase[:2]).strip(".,"),), **fields))
    assert plain.text[:3] != reply.text[:3]
    assert reply.avoided == 1


async def test_characters_of_several_tokens_are_avoided_too(model: Gguf) -> None:
    begun, fields = "天地玄黄，宇宙洪荒。天地玄黄，宇宙洪荒。天地玄黄，宇宙", {"temperature": 0, "max_tokens": 30}
    plain = await model.reply(ask("Repeat it.", begun, **fields))
    phrase = plain.text[2:4]
    reply = await model.reply(ask("Repeat it.", begun, ban=(phrase,), **fields))
    assert reply.text[:2] == plain.text[:2]
    assert len(Phrases([phrase]).find(reply.text)) <= reply.let_through
    assert reply.avoided >= 1
