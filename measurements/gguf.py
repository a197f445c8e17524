"""The model in this process against llama.cpp's own HTTP server: the same file, settings and prompts, in turn.

Run: python measurements/gguf.py [NAME-or-PATH]; needs the extra gguf and, without an argument, `longwriter pull smollm2`.
Prints JSON: tokens a second of both and the median of the rounds' ratios; the share of prompt tokens that came out of the
prefix cache over a text whose every prompt holds all that was written before, asked again for each part, and continued.
Aims: ratio >= 0.95, shares >= 0.90.
"""

import argparse
import asyncio
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import xllamacpp

from longwriter.models.base import ModelConfig
from longwriter.models.local.gguf import Gguf
from longwriter.models.local.gguf_file import read_header
from longwriter.models.local.library import locate
from longwriter.models.local.llama import Lane, LlamaEngine, Room, idle_cores, room
from longwriter.types import Message, Request

ROUNDS, TOKENS = 8, 150
PARTS, PART_TOKENS = 28, 100
ASK = "Write a story about a lighthouse keeper who finds a letter in a bottle."
SAMPLING: dict[str, Any] = {"temperature": 0.8, "min_p": 0.05, "repeat_penalty": 1.1, "repeat_last_n": 256}


class Ear:
    """Hears all of it."""

    def begin(self) -> None:
        """Nothing to forget."""

    def hear(self, piece: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Goes on."""
        return False


def serve(model: str, threads: int, size: Room) -> None:
    """llama.cpp's server at a free port of this machine, with the settings that are used in a process."""
    path = locate(model)
    settings = Lane(path, read_header(path), size, threads).settings()
    settings.hostnames, settings.api_keys = ["127.0.0.1"], []
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    sys.stdin.read()


def over_http(address: str, seed: int) -> float:
    """Tokens a second of one streamed reply."""
    body = {"messages": [{"role": "user", "content": ASK}], "max_tokens": TOKENS, "seed": seed, "stream": True}
    body |= SAMPLING | {"stream_options": {"include_usage": True}}
    line, started, tokens = http.client.HTTPConnection(urlsplit(address).netloc), time.perf_counter(), 0
    line.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
    for event in line.getresponse():
        if event.startswith(b"data: {"):
            tokens = json.loads(event[6:]).get("usage", {}).get("completion_tokens", tokens)
    line.close()
    return tokens / (time.perf_counter() - started)


async def in_process(model: Gguf, seed: int) -> float:
    """Tokens a second of one reply that is listened to."""
    request = Request(messages=(Message(role="user", content=ASK),), max_tokens=TOKENS, seed=seed, **SAMPLING)
    started = time.perf_counter()
    reply = await model.reply(request, Ear())
    return (reply.usage.completion_tokens or 0) / (time.perf_counter() - started)


async def cached_share(model: Gguf, *, continued: bool) -> float:
    """Of all prompt tokens of a text written part by part."""
    text, read, cached = "", 0, 0
    for part in range(PARTS):
        if continued:
            messages = [Message(role="user", content=ASK)] + [Message(role="assistant", content=text)] * bool(text)
        else:
            messages = [Message(role="user", content=f"{ASK}\n\n{text}\n\nNow write part {part + 1}.")]
        # A part that ended by itself would leave nothing to continue.
        reply = await model.reply(
            Request(messages=tuple(messages), max_tokens=PART_TOKENS, seed=part, temperature=1.0), Ear()
        )
        text += reply.text
        read += reply.usage.prompt_tokens or 0
        cached += reply.usage.cached_tokens or 0
        if continued and reply.finish == "stop":
            text += "\n\nThen"
    return cached / read


async def measure(name: str, threads: int) -> dict[str, object]:
    """Both in turn, then the cache."""
    path = locate(name)
    size = room(read_header(path), 4096)
    model = Gguf(ModelConfig(model=f"gguf:{name}"), name)
    model._engine = LlamaEngine(path, read_header(path), size, threads)
    command = [sys.executable, __file__, name, "--serve", "--threads", str(threads), "--room", *map(str, size)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        pairs = []
        for seed in range(-1, ROUNDS):  # the first warms both
            pairs.append((over_http(address, seed % 1000), await in_process(model, seed % 1000)))
        server.communicate("")
    pairs = pairs[1:]
    asked = await cached_share(model, continued=False)
    continued = await cached_share(model, continued=True)
    await model.aclose()
    return {
        "file": path.name,
        "threads": threads,
        "load": os.getloadavg()[0],
        "http_tokens_s": round(statistics.median(h for h, _ in pairs), 1),
        "in_process_tokens_s": round(statistics.median(p for _, p in pairs), 1),
        "ratio": round(statistics.median(p / h for h, p in pairs), 3),
        "cached_share_asked": round(asked, 3),
        "cached_share_continued": round(continued, 3),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("model", nargs="?", default="smollm2")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--threads", type=int, default=idle_cores())
    parser.add_argument("--room", type=int, nargs=3)
    given = parser.parse_args()
    if given.serve:
        serve(given.model, given.threads, Room(*given.room))
    else:
        print(json.dumps(asyncio.run(measure(given.model, given.threads)), indent=1))
