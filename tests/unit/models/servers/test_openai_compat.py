"""The OpenAI backend against a real local server that misbehaves (tests/helpers/server.py)."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
import traceback
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from tests.helpers.asking import Heard
from tests.helpers.server import REFUSALS, Server
from tests.helpers.server import __file__ as server_file

from longwriter.errors import EmptyReply, InputError, PromptTooLong, SetupError, Unavailable
from longwriter.models.base import ModelConfig, open_model
from longwriter.models.servers.retry import Backoff, asked_wait
from longwriter.types import Message, Request

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@asynccontextmanager
async def at(server, model="local", **config):
    url = config.pop("base_url", None) or server.url
    backend = open_model(ModelConfig(model=model, base_url=url, **{"retry_s": 5} | config))
    try:
        yield backend
    finally:
        await backend.aclose()


def ask(text="Write about 40 words.", **fields):
    return Request(messages=(Message(role="user", content=text),), **fields)


async def both(model, request):
    """The same request with and without a listener; returns the reply after checking that they agree."""
    heard = Heard()
    alone = await model.reply(request)
    listened = await model.reply(request, heard)
    assert (listened.text, listened.finish, listened.thinking) == (alone.text, alone.finish, alone.thinking)
    assert heard.text == alone.text
    return alone


async def test_a_reply_whole_and_streamed():
    with Server() as server:
        async with at(server) as model:
            reply = await both(model, ask(max_tokens=500, temperature=0.5, top_p=0.9, seed=3))
    assert len(reply.text.split()) == 40
    assert reply.finish == "stop"
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.cached_tokens) == (4, 40, 0)
    sent = {"model": "local", "max_tokens": 500, "temperature": 0.5, "top_p": 0.9, "seed": 3, "stream": True}
    assert all(sent.items() <= request.items() for request in server.requests)
    assert server.requests[0]["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("script", [{}, {"think": "tags"}, {"think": "field"}, {"cut_tokens": 35}, {"usage": False}])
async def test_a_server_that_does_not_stream_is_asked_for_whole_replies(script):
    with Server(refuse=("stream",), **script) as server, Server(**script) as other:
        async with at(server) as model, at(other) as streaming:
            heard = Heard()
            reply = await model.reply(ask(), heard)
            assert reply == await model.reply(ask()) == await streaming.reply(ask())
    assert heard.text == reply.text
    assert ["stream" in r for r in server.requests] == [True, False, False]


async def test_the_servers_answers_depend_on_the_request_alone(tmp_path):
    log = tmp_path / "completed.jsonl"
    with Server(chunk_tokens=3) as server:
        async with at(server) as model:
            here = await both(model, ask("写300字的短文。", seed=1))
            other = await model.reply(ask("写300字的短文。", seed=2))
    command = [sys.executable, server_file, "--port", "0", "--log", str(log), "--faults", "429"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        async with at(None, base_url=f"http://127.0.0.1:{process.stdout.readline().strip()}/v1") as model:
            there = await model.reply(ask("写300字的短文。", seed=1))
            await model.window()  # an answer that comes after the log was written
    finally:
        process.kill()
        process.communicate()
    assert here == there
    assert here.text != other.text
    assert [json.loads(line)["seed"] for line in log.read_text().splitlines()] == [1]


async def test_what_was_not_asked_for_is_not_sent():
    with Server() as server:
        async with at(server) as model:
            await model.reply(ask())
    assert set(server.requests[0]) == {"model", "messages", "stream", "stream_options"}


@pytest.mark.parametrize("think", ["tags", "field"])
async def test_thinking_is_kept_out_of_the_text(think):
    with Server(think=think) as server:
        async with at(server) as model:
            reply = await both(model, ask())
    assert len(reply.text.split()) == 40
    assert len(reply.thinking.split()) == 30
    assert "think" not in reply.text


async def test_an_orphan_closing_tag_never_reaches_the_text():
    with Server(think="orphan") as server:
        async with at(server) as model:
            heard = Heard()
            reply = await model.reply(ask(), heard)
            assert reply == await model.reply(ask())
    assert len(reply.text.split()) == 40
    assert heard.text.endswith(reply.text)


async def test_a_cut_reply_says_so():
    with Server(cut_tokens=10) as server:
        async with at(server) as model:
            reply = await both(model, ask())
    assert reply.finish == "length"
    assert len(reply.text.split()) == 10
    assert reply.text.endswith(" ")  # a continuation needs the blank


FAULTS = ["429", "503", "500", "cut", "bad_chunk", "empty"]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_passing_fault_is_retried(fault, streamed):
    with Server(faults=[fault]) as server:
        async with at(server) as model:
            reply = await model.reply(ask(), Heard() if streamed else None)
    assert len(reply.text.split()) == 40
    assert len(server.requests) == 2


async def test_slow_bytes_are_waited_for():
    with Server(faults=["slow", "slow"]) as server:
        async with at(server, timeout_s=2) as model:
            await both(model, ask())


async def test_silence_is_a_timeout():
    with Server(faults=["hang"]) as server:
        async with at(server, timeout_s=0.3) as model:
            assert (await model.reply(ask())).text
    assert len(server.requests) == 2


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["429", "500", "cut", "hang"])
async def test_the_budget_ends_retries(fault):
    with Server(fault_rate=1, fault_kinds=(fault,)) as server:
        async with at(server, retry_s=0.8, timeout_s=0.2) as model:
            started = time.monotonic()
            with pytest.raises(Unavailable, match=r"gave up after \d+ tr.*the same command goes on from here"):
                await model.reply(ask())
    assert time.monotonic() - started < 2
    assert len(server.requests) >= 2


async def test_no_budget_no_retry():
    with Server(faults=["500"]) as server:
        async with at(server, retry_s=0) as model:
            with pytest.raises(Unavailable, match="after 1 try"):
                await model.reply(ask())


async def test_retry_after_is_kept_to():
    with Server(faults=["429"], retry_after="1") as server:
        async with at(server) as model:
            started = time.monotonic()
            await model.reply(ask())
    assert time.monotonic() - started >= 1


async def test_a_wait_beyond_the_budget_is_not_begun():
    with Server(faults=["429"], retry_after="3600") as server:
        async with at(server) as model:
            started = time.monotonic()
            with pytest.raises(Unavailable, match="429 Rate limit"):
                await model.reply(ask())
    assert time.monotonic() - started < 1


def test_retry_after_forms():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 28 < (asked_wait({"retry-after": later}) or 0) <= 30
    assert asked_wait({"retry-after": "1.5"}) == 1.5
    assert asked_wait({"retry-after": "Mon, 01 Jan 2024 00:00:00 GMT"}) == 0
    assert asked_wait({"retry-after": "soon"}) is None
    assert asked_wait({}) is None
    for absurd in ("nan", "inf", "1e999", "-7", "Fri, 31 Dec 9999 23:59:59 -2300", "x" * 5000):
        assert asked_wait({"retry-after": absurd}) is None


def test_waits_grow_within_bounds():
    backoff = Backoff(1000)
    waits = [backoff.next_wait() for _ in range(9)]
    for n, wait in enumerate(waits):
        assert min(0.5 * 2**n, 20) / 2 <= wait <= min(0.5 * 2**n, 20)


@pytest.mark.slow
async def test_empty_replies_end_after_three():
    with Server(faults=["empty"] * 5) as server:
        async with at(server) as model:
            with pytest.raises(EmptyReply, match="3 times"):
                await model.reply(ask())
    assert len(server.requests) == 3


async def test_a_budget_spent_on_thinking_is_not_retried():
    with Server(think="tags") as server:
        async with at(server) as model:
            with pytest.raises(EmptyReply, match=r"spent all 20 tokens on thinking; raise --max-section-tokens"):
                await model.reply(ask(max_tokens=20))
    assert len(server.requests) == 1


async def test_a_content_filter_is_not_retried():
    with Server(faults=["filter"], ratio=0) as server:
        async with at(server) as model:
            with pytest.raises(EmptyReply, match="content filter"):
                await model.reply(ask())


async def test_a_missing_finish_at_a_proper_end_is_a_stop():
    with Server(faults=["no_finish", "no_finish"]) as server:
        async with at(server) as model:
            assert (await model.reply(ask())).finish == "stop"
    assert len(server.requests) == 1


async def test_a_listener_that_has_enough_ends_the_stream():
    with Server(per_token_s=0.01, chunk_tokens=1) as server:
        async with at(server) as model:
            heard = Heard(most=30)
            started = time.monotonic()
            reply = await model.reply(ask("Write 900 words."), heard)
            await asyncio.sleep(0.3)
    assert time.monotonic() - started < 3
    assert (reply.finish, reply.text) == ("cut", heard.text)
    assert 30 <= len(reply.text) < 60
    assert server.completed == []


async def test_every_try_begins_anew_for_the_listener():
    with Server(faults=["cut", "cut"]) as server:
        async with at(server) as model:
            heard = Heard()
            reply = await model.reply(ask(), heard)
    assert heard.begun == 3
    assert heard.text == reply.text


SETUP = {
    "400": "for reasons of its own",
    "context": "--window N",
    "401": "OPENAI_API_KEY is not accepted",
    "402": "no credit",
    "403": "no access",
    "404": "no model 'local' here; use --model with one of: local",
    "422": "refuses the request",
    "quota": "no credit",
}


@pytest.mark.parametrize("fault", SETUP)
@pytest.mark.parametrize("streamed", [False, True])
async def test_what_no_retry_mends_fails_at_once(fault, streamed):
    with Server(faults=[fault]) as server:
        async with at(server) as model:
            with pytest.raises(SetupError) as caught:
                await model.reply(ask(), Heard() if streamed else None)
    assert SETUP[fault] in str(caught.value)
    assert isinstance(caught.value, PromptTooLong) == (fault == "context")
    assert len(server.requests) == 1


VLLM = (
    "The decoder prompt (length 5000) is longer than the maximum model length of 4096. Make sure that it is no longer."
)


async def test_a_prompt_that_is_too_long_has_a_type_and_the_servers_words(monkeypatch):
    monkeypatch.setitem(REFUSALS, "context", (400, "BadRequestError", VLLM))
    with Server(faults=["context"]) as server:
        async with at(server) as model:
            with pytest.raises(PromptTooLong, match="--window N") as caught:
                await model.reply(ask(json_schema={"type": "object"}))
    assert caught.value.said == VLLM
    assert len(server.requests) == 1, "the schema is not to blame"


async def test_an_unknown_model_lists_those_offered():
    names = tuple(f"m{n}" for n in range(12))
    with Server(models=names) as server:
        async with at(server, model="wrong") as model:
            with pytest.raises(SetupError, match=r"one of: m0, m1, m2, m3, m4, m5, m6, m7, \.\.\.:"):
                await model.reply(ask())


async def test_a_base_url_without_v1_is_hinted_at():
    with Server() as server:
        async with at(server, base_url=server.url.removesuffix("/v1") + "/chat") as model:
            with pytest.raises(SetupError, match="most base URLs end in /v1"):
                await model.reply(ask())


async def test_a_web_page_is_no_model():
    with Server(fault_rate=1, fault_kinds=("html",)) as server:
        async with at(server, retry_s=1) as model:
            with pytest.raises(Unavailable, match="cannot reach a model"):
                await model.reply(ask())


SCHEMA = {
    "type": "object",
    "properties": {"sections": {"type": "array", "items": {"type": "object", "properties": {"words": {}}}}},
}


async def test_a_schema_is_sent_and_answered():
    with Server() as server:
        async with at(server) as model:
            reply = await model.reply(ask("Plan 1000 words in 4 sections.", json_schema=SCHEMA))
    assert len(json.loads(reply.text)["sections"]) == 4
    assert server.requests[0]["response_format"]["json_schema"]["strict"] is False


@pytest.mark.parametrize("faults", [["no_schema"], ["400"], ["422"]])
async def test_a_refused_schema_is_left_out_from_then_on(faults):
    with Server(faults=faults) as server:
        async with at(server) as model:
            for _ in range(2):
                assert (await model.reply(ask(json_schema=SCHEMA))).text
    assert ["response_format" in r for r in server.requests] == [True, False, False]


async def test_fields_that_a_server_refuses_are_left_out_from_then_on(caplog):
    refused = ("temperature", "top_p", "seed", "stream_options", "max_tokens", "min_p", "dry_multiplier")
    with Server(refuse=refused) as server:
        async with at(server) as model:
            request = ask(temperature=0.5, top_p=0.9, seed=1, max_tokens=15, min_p=0.05, dry=0.8)
            with caplog.at_level(logging.WARNING):
                first = await model.reply(request, Heard())
            asked = len(server.requests)
            second = await model.reply(request, Heard())
    assert first == second
    assert first.finish == "length"
    assert len(server.requests) == asked + 1
    assert server.requests[-1]["max_completion_tokens"] == 15
    assert not {*refused} & {*server.requests[-1]}
    assert "does not accept temperature" in caplog.text


class Strict(Server):
    """Refuses a temperature for its value."""

    def _error(self, status, code, message):
        return super()._error(400, "invalid_value", "temperature must be below 2")


async def test_a_value_out_of_range_is_not_taken_for_an_unsupported_field():
    with Strict(refuse=("temperature",)) as server:
        async with at(server) as model:
            with pytest.raises(SetupError, match="below 2"):
                await model.reply(ask(temperature=3))
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("name", "window"), [("max_model_len", 8192), ("context_length", 8192), ("n_ctx", 8192), ("n_ctx_train", 8192)]
)
async def test_window_is_read_from_the_listing(name, window):
    with Server(window=window, window_field=name, models=("local", "other")) as server:
        async with at(server) as model:
            assert await model.window() == window
            assert model.count_tokens("text") is None
    assert await model.window() == window  # asked once


async def test_window_is_unknown_where_nobody_tells():
    with Server() as server:
        async with at(server) as model:
            assert await model.window() is None
    async with at(server) as model:  # the server is gone
        assert await model.window() is None


def closed_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


async def test_a_server_that_never_answered_is_given_up_soon(monkeypatch):
    monkeypatch.setattr("longwriter.models.servers.openai_compat.FIRST_CONTACT_S", 0.7)
    async with at(None, base_url=f"http://127.0.0.1:{closed_port()}/v1", retry_s=300) as model:
        started = time.monotonic()
        with pytest.raises(Unavailable, match="is the server running"):
            await model.reply(ask())
    assert time.monotonic() - started < 3


async def test_a_server_that_went_away_is_waited_for():
    port = closed_port()
    async with at(None, base_url=f"http://127.0.0.1:{port}/v1", retry_s=30) as model:
        with Server(port=port):
            await model.reply(ask())
        pending = asyncio.create_task(model.reply(ask()))
        await asyncio.sleep(0.3)
        with Server(port=port) as again:
            assert (await pending).text
    assert len(again.completed) == 1


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://host/v1", "http://", "http://a b/v1", "http://host:99999/v1"])
def test_a_bad_url_is_refused(url):
    with pytest.raises(SetupError, match="base URL"):
        open_model(ModelConfig(model="m", base_url=url))


def test_a_hosted_model_needs_a_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(SetupError, match="set OPENAI_API_KEY, or pass --base-url"):
        open_model(ModelConfig(model="gpt-4o"))
    monkeypatch.setenv("MY_KEY", "sk-ключ")
    with pytest.raises(SetupError, match="MY_KEY holds characters"):
        open_model(ModelConfig(model="gpt-4o", key_env="MY_KEY"))


def test_a_name_is_needed():
    with pytest.raises(InputError, match="--model NAME"):
        open_model(ModelConfig(model="openai:"))


async def test_a_local_server_needs_no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with Server() as server:
        async with at(server) as model:
            assert (await model.reply(ask())).text
    with Server(key="wanted") as server:
        async with at(server) as model:
            with pytest.raises(SetupError, match="the server wants a key; set OPENAI_API_KEY"):
                await model.reply(ask())


class Chatty(Server):
    """Repeats the key in every error, as some proxies do."""

    def _error(self, status, code, message):
        return super()._error(status, code, f"{message} (you sent: Bearer {KEY})")


@pytest.mark.parametrize("fault", ["400", "401", "403", "404", "context", "quota", "500", "429", "cut", "bad_chunk"])
async def test_the_key_stands_in_no_error(fault, caplog):
    caplog.set_level(logging.DEBUG)
    with Chatty(fault_rate=1, fault_kinds=(fault,)) as server:
        async with at(server, retry_s=0) as model:
            with pytest.raises((SetupError, Unavailable)) as caught:
                await model.reply(ask())
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + caplog.text
    assert KEY not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert any(h["authorization"] == f"Bearer {KEY}" for h in server.headers)


async def test_many_calls_at_once():
    with Server(ttft_s=0.3) as server:
        async with at(server) as model:
            started = time.monotonic()
            replies = await asyncio.gather(*(model.reply(ask(f"Nr {n}: write 50 words.")) for n in range(64)))
    assert time.monotonic() - started < 5  # one after the other: 19 s
    assert len({r.text for r in replies}) == 64


async def test_a_cancelled_stream_frees_its_connection():
    with Server(per_token_s=0.05) as server:
        async with at(server) as model:
            shown = asyncio.Event()
            heard = Heard()
            heard.hear = lambda _: shown.set()
            task = asyncio.create_task(model.reply(ask(), heard))
            await shown.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.5)
    assert server.completed == []
