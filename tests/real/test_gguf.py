"""The small model in this process: fetched by `longwriter pull smollm2` (93 MB, once), run by llama.cpp."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from longwriter.errors import PromptTooLong, SetupError
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.local.gguf import Gguf
from longwriter.models.local.library import locate
from longwriter.models.tokens import TokenCounter
from longwriter.types import Message, Request

STORY = "Write a story about a lighthouse keeper who finds a letter in a bottle."


def ask(text: str = STORY, begun: str = "", **fields: object) -> Request:
    messages = [Message(role="user", content=text)] + [Message(role="assistant", content=begun)] * bool(begun)
    return Request(messages=tuple(messages), **({"max_tokens": 40, "seed": 1, "temperature": 0.8} | fields))


class Ear:
    """Hears until so many characters have come."""

    def __init__(self, enough: int = 10**9) -> None:
        self.enough, self.heard, self.begun = enough, "", 0

    def begin(self) -> None:
        self.begun += 1
        self.heard = ""

    def hear(self, piece: str) -> bool:
        self.heard += piece
        return len(self.heard) >= self.enough


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> AsyncIterator[Gguf]:
    opened = open_model(ModelConfig(model="gguf:smollm2"))
    assert isinstance(opened, Gguf)
    yield opened
    await opened.aclose()


pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


async def test_one_seed_is_one_text_and_a_listener_hears_it(model: Gguf) -> None:
    ear = Ear()
    one, two = await model.reply(ask()), await model.reply(ask(), ear)
    assert one.text == two.text == ear.heard
    assert (one.finish, ear.begun) == ("length", 1)
    assert one.usage.completion_tokens == 40
    assert (await model.reply(ask(seed=2))).text != one.text


async def test_a_reply_that_ends_by_itself_says_so(model: Gguf) -> None:
    reply = await model.reply(ask("Say only: yes", max_tokens=300, temperature=0))
    assert reply.finish == "stop"
    assert reply.usage.completion_tokens < 300


async def test_a_listener_that_has_enough_ends_the_reply(model: Gguf) -> None:
    ear, started = Ear(enough=30), time.monotonic()
    reply = await model.reply(ask(max_tokens=3000), ear)
    assert (reply.finish, reply.text) == ("cut", ear.heard)
    assert 30 <= len(reply.text) < 60
    assert reply.usage.completion_tokens < 20
    assert time.monotonic() - started < 10


async def test_the_beginning_of_a_reply_is_continued_and_not_repeated(model: Gguf) -> None:
    begun = "The lamp had been dark for three nights when Agnes climbed the"
    for ear in (None, Ear()):
        assert not (await model.reply(ask(begun=begun, max_tokens=12), ear)).text.startswith("The lamp")


async def test_json_follows_its_schema(model: Gguf) -> None:
    parts = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": 3, "maximum": 7}}
    schema = {"type": "object", "properties": {"n": parts}, "required": ["n"], "additionalProperties": False}
    numbers = json.loads((await model.reply(ask(json_schema=schema, max_tokens=60))).text)["n"]
    assert len(numbers) == 2
    assert all(3 <= n <= 7 for n in numbers)
    assert (await model.reply(ask(json_schema={"type": "nonsense"}))).text  # what cannot be a grammar is left out


async def test_what_was_read_before_is_not_read_again(model: Gguf) -> None:
    text = "It was a long day at the tower, and the sea was grey. " * 40
    await model.reply(ask(text, max_tokens=1))
    usage = (await model.reply(ask(text + "Then night came.", max_tokens=1))).usage
    assert usage.cached_tokens > 0.9 * usage.prompt_tokens


async def test_counts_are_the_engines_own(model: Gguf) -> None:
    around = (await model.reply(ask("x", max_tokens=1))).usage.prompt_tokens - model.count_tokens("x")
    for text in (
        "The keeper's lamp, 1907.",
        "def f(x):\n\treturn x ** 2  # naïve",
        "灯塔看守人找到一封信。",
        "😀 👩‍🚀 é",
    ):
        prompt = (await model.reply(ask(text, max_tokens=12))).usage.prompt_tokens
        assert model.count_tokens(text) == prompt - around, text
    assert model.count_tokens("") == 0
    assert TokenCounter(model).truncated(1000, 300) is None


async def test_several_run_at_once_each_with_the_whole_window(model: Gguf) -> None:
    assert await model.window() == 4096  # the card's; the file says 8192
    long = "The sea was grey. " * 300  # 1,500 tokens: more than a quarter of the window
    replies = await asyncio.gather(*(model.reply(ask(f"{n} {long}", max_tokens=4)) for n in range(2)))
    assert all(r.usage.prompt_tokens > 1400 for r in replies)
    started, alone = time.monotonic(), Ear()
    many = [asyncio.create_task(model.reply(ask(seed=n, max_tokens=60), Ear())) for n in range(6)]
    await model.reply(ask(max_tokens=10), alone)
    assert len(await asyncio.gather(*many)) == 6
    assert time.monotonic() - started < 60


async def test_too_long_a_prompt_is_named_and_the_next_call_works(model: Gguf) -> None:
    with pytest.raises(PromptTooLong, match="4096 tokens of gguf:smollm2"):
        await model.reply(ask("word " * 9000))
    assert (await model.reply(ask())).text


async def test_cancelling_frees_the_slot(model: Gguf) -> None:
    for text in (STORY, "The sea was grey. " * 600):  # while it writes; while it reads
        running = [asyncio.create_task(model.reply(ask(f"{n} {text}", max_tokens=3000))) for n in range(6)]
        await asyncio.sleep(0.5)
        for task in running:
            task.cancel()
        started = time.monotonic()
        assert all(
            isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*running, return_exceptions=True)
        )
        assert time.monotonic() - started < 60  # 18,000 tokens take minutes
        assert (await model.reply(ask())).finish == "length"


async def test_an_engine_that_cannot_load_says_so(tmp_path: Path) -> None:
    whole = locate("smollm2").read_bytes()
    (tmp_path / "other.gguf").write_bytes(whole.replace(b"llama", b"lmama"))
    model = open_model(ModelConfig(model=f"gguf:{tmp_path / 'other.gguf'}"))
    with pytest.raises(SetupError, match="lmama"):
        await model.reply(ask())
    await model.aclose()


ONE = """
import asyncio, os, sys
from longwriter.models.base import ModelConfig, open_model
from longwriter.types import Message, Request
model = open_model(ModelConfig(model="gguf:smollm2"))
request = Request(messages=(Message(role="user", content="Say hello."),), max_tokens=3)
asyncio.run(model.reply(request))
own = {os.stat(n).st_ino for n in range(3, 100) if os.path.exists(f"/proc/self/fd/{n}")}
print(sum(int(line.split()[9]) in own for line in open("/proc/net/tcp").readlines()[1:]))
asyncio.run(model.aclose())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_no_port_is_opened_nothing_is_printed_and_no_folder_stays(model: Gguf, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ONE],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
    assert not list(tmp_path.iterdir())
