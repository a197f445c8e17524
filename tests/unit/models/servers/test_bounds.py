"""Replies without end: a ceiling on bytes, on time, on time without progress, and on text beyond what was asked for."""

import asyncio
import gzip
import resource
import time

import pytest
from tests.helpers.asking import Heard, asked, served
from tests.helpers.raw_server import JSON, SSE, chunk

from longwriter.errors import EmptyReply, Unavailable
from longwriter.models.servers import exchange

BLOB = b"word " * 200_000
WORDS = b"data: " + chunk("word " * 40).encode() + b"\n\n"
THOUGHTS = b"data: " + chunk(reasoning_content="hm " * 60).encode() + b"\n\n"
BLANKS = b"data: " + chunk(" \n" * 60).encode() + b"\n\n"
BOMB = gzip.compress(b'{"choices": [{"message": {"content": "' + BLOB * 100)
"""100 MB in 100 KB."""


async def forever(piece, first=b"", wait_s=0.0):
    yield first
    while True:
        yield piece
        await asyncio.sleep(wait_s)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MiB


FLOODS = {
    "a body": (JSON, lambda: forever(BLOB, b'{"choices": [{"message": {"content": "'), "32 MiB"),
    "a line": (SSE, lambda: forever(BLOB, b'data: {"choices": [{"delta": {"content": "'), "line is longer than 8 MiB"),
    "an event": (SSE, lambda: forever(b"data: x" + b"y" * 100_000 + b"\n"), "8 MiB"),
    "no protocol": (SSE, lambda: forever(BLOB), "32 MiB"),
    "blanks": (JSON, lambda: forever(b" \n" * 500_000), "longer than 8 MiB"),
    "comments": (SSE, lambda: forever(b": hm\n" * 200_000), "longer than 8 MiB"),
    "empty events": (SSE, lambda: forever(b"data:\n\n" * 100_000), "longer than 8 MiB"),
    "a gzip bomb": (JSON | {"Content-Encoding": "gzip"}, lambda: _once(BOMB), "32 MiB"),
    "headers": (JSON | {f"X-{n}": "v" * 100 for n in range(3000)}, lambda: _once(b"{}"), "RemoteProtocolError"),
}


async def _once(piece):
    yield piece


@pytest.mark.slow
@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_ends_by_name_and_memory_stays_flat(flood, monkeypatch):
    headers, body, named = FLOODS[flood]
    if named == "longer than 8 MiB":  # bytes in all: fewer than by default, to be soon over
        monkeypatch.setattr(exchange, "MOST_BYTES", 2**23)
    before = peak()
    async with served(lambda _: (200, headers, body()), retry_s=0, timeout_s=30) as (model, _):
        with pytest.raises(Unavailable, match=named):
            await model.reply(asked(max_tokens=100))
    assert peak() - before < 120  # a body of 32 MiB, joined once


@pytest.mark.parametrize("depth", [100, 200_000])
async def test_json_too_deep_is_no_traceback(depth):
    deep = b'{"choices": ' + b"[" * depth + b"]" * depth + b"}"
    for headers, body in ((JSON, deep), (SSE, b"data: " + deep + b"\n\n")):
        async with served((200, headers, body), retry_s=0) as (model, _):
            with pytest.raises(Unavailable):
                await model.reply(asked())


async def test_text_far_beyond_the_limit_is_cut():
    async with served(lambda _: (200, SSE, forever(WORDS))) as (model, server):
        heard = Heard()
        reply = await model.reply(asked(max_tokens=100), heard)
        await asyncio.sleep(0.2)
        assert server.closed == 1
    assert reply.finish == "cut"
    assert reply.text == heard.text
    assert 100 * 32 < len(reply.text) < 100 * 32 + 9000


@pytest.mark.parametrize("piece", [THOUGHTS, BLANKS, b"data: " + chunk("<think>" * 40).encode() + b"\n\n"])
async def test_thinking_without_end_is_an_empty_reply_that_says_so(piece):
    async with served(lambda _: (200, SSE, forever(piece))) as (model, server):
        with pytest.raises(EmptyReply, match=r"went on for \d+ characters of thinking or whitespace"):
            await model.reply(asked(max_tokens=100))
    assert len(server.requests) == 1


async def test_a_base_model_that_goes_on_is_left():
    piece = b"data: " + chunk("made up ").encode() + b"\n\n"
    first = b"data: " + chunk("Text.<|im_end|>").encode() + b"\n\n"
    async with served(lambda _: (200, SSE, forever(piece, first))) as (model, _):
        reply = await model.reply(asked())
    assert (reply.text, reply.finish) == ("Text.", "stop")


TRICKLES = {
    "comments": (SSE, lambda: forever(b": \n", wait_s=0.05)),
    "blanks before JSON": (JSON, lambda: forever(b" ", wait_s=0.05)),
    "empty deltas": (SSE, lambda: forever(b"data: " + chunk("").encode() + b"\n\n", wait_s=0.05)),
    "nothing behind text": (SSE, lambda: forever(b": \n", WORDS, wait_s=0.05)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TRICKLES)
async def test_bytes_without_progress_are_silence(kind):
    headers, body = TRICKLES[kind]
    async with served(lambda _: (200, headers, body()), retry_s=0, timeout_s=0.5) as (model, server):
        started = time.monotonic()
        with pytest.raises(Unavailable, match=r"no text came for 0\.5 s"):
            await model.reply(asked())
        assert 0.4 < time.monotonic() - started < 3
        await asyncio.sleep(0.3)
        assert server.closed == 1


@pytest.mark.slow
async def test_a_slow_answer_that_goes_on_is_waited_for():
    async def slow():
        for _ in range(8):
            yield WORDS
            await asyncio.sleep(0.2)
        yield b"data: " + chunk(finish="stop").encode() + b"\n\n"

    async with served(lambda _: (200, SSE, slow()), retry_s=0, timeout_s=0.6) as (model, _):
        assert len((await model.reply(asked())).text.split()) == 320


async def test_an_answer_has_an_end_in_time(monkeypatch):
    monkeypatch.setattr(exchange, "TOKEN_S", 0.005)
    one = b"data: " + chunk("a ").encode() + b"\n\n"
    async with served(lambda _: (200, SSE, forever(one, wait_s=0.05)), retry_s=0, timeout_s=0.5) as (model, _):
        with pytest.raises(Unavailable, match="took too long"):
            await model.reply(asked(max_tokens=100))  # 0.5 s and 5 ms a token


async def test_a_head_that_trickles_is_silence():
    async def trickle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        try:
            while not reader.at_eof():
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        writer.close()

    listener = await asyncio.start_server(trickle, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    async with served(None, base_url=url, retry_s=0, timeout_s=0.5) as (model, _):
        with pytest.raises(Unavailable, match=r"no text came for 0\.5 s"):
            await model.reply(asked())
    listener.close()
