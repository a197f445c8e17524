"""Over HTTP too, whoever has heard enough, or goes away, ends the server's work."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.helpers.llama_server import LlamaServer

from longwriter.models.base import Model, ModelConfig, open_model
from longwriter.types import Message, Request

STORY = "Write a long story about a lighthouse keeper who finds a letter in a bottle."
LONG = Request(messages=(Message(role="user", content=STORY),), max_tokens=3000, repeat_penalty=1.1, seed=1)

pytestmark = pytest.mark.real


class Ear:
    """Has enough after so many characters."""

    def __init__(self, enough: int) -> None:
        self.enough, self.heard, self.first = enough, "", asyncio.Event()

    def begin(self) -> None:
        self.heard = ""

    def hear(self, piece: str) -> bool:
        self.heard += piece
        self.first.set()
        return len(self.heard) >= self.enough


@pytest_asyncio.fixture
async def model(server: LlamaServer) -> AsyncIterator[Model]:
    opened = open_model(ModelConfig(model="smollm2", base_url=server.url))
    yield opened
    await opened.aclose()


async def idle_within(server: LlamaServer, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while (busy := await asyncio.to_thread(server.busy)) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    return not busy


async def answers_at_once(model: Model) -> bool:
    started = time.monotonic()
    short = Request(messages=(Message(role="user", content="Say hello."),), max_tokens=5)
    await asyncio.gather(*(model.reply(short) for _ in range(2)))  # one for each slot
    return time.monotonic() - started < 5


async def test_a_listener_that_has_enough_ends_the_servers_work(server: LlamaServer, model: Model) -> None:
    ear = Ear(50)
    reply = await model.reply(LONG, ear)
    assert (reply.finish, reply.text) == ("cut", ear.heard)
    assert 50 <= len(ear.heard) < 80
    assert await idle_within(server, 5), "the server goes on for nobody"
    assert await answers_at_once(model)


async def test_cancelling_ends_the_servers_work(server: LlamaServer, model: Model) -> None:
    ears = [Ear(10**9), Ear(10**9)]
    running = [asyncio.create_task(model.reply(LONG, ear)) for ear in ears]
    await asyncio.gather(*(asyncio.wait_for(ear.first.wait(), 60) for ear in ears))
    for task in running:
        task.cancel()
    ended = await asyncio.gather(*running, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended)
    assert await idle_within(server, 5), "the server goes on for nobody"
    assert await answers_at_once(model)
