"""What requests take that go straight to the model: counted whoever hangs up, and never without a price under a budget."""

import asyncio
import json
import re
import socket
import time

import pytest
from tests.helpers.raw_server import SSE, Raw, chunk, sse
from tests.helpers.serving import Serving, ask

from longwriter.errors import InputError
from longwriter.models.base import ModelConfig
from longwriter.serve.desk import Desk
from longwriter.serve.settings import ServeSettings
from longwriter.serve.v1.metrics import ServedCounts
from longwriter.serve.v1.request.body import read_request
from longwriter.serve.v1.short import ShortAnswers
from longwriter.serve.v1.upstream import Upstream

pytestmark = pytest.mark.slow
JSON = {"content-type": "application/json"}


def body(**more):
    said = [{"role": "user", "content": "Say something about tea, please. " * 10}]  # 330 characters
    return json.dumps({"model": "local", "messages": said, **more}).encode()


def counted(port):
    told = ask(port, "GET", "/metrics").body.decode()
    return [
        int(re.search(rf'tokens_total{{way="upstream",kind="{kind}"}} (\d+)', told)[1])
        for kind in ("prompt", "completion")
    ]


async def endless():
    for _ in range(2000):
        yield f"data: {chunk('tea ')}\n\n".encode()
        await asyncio.sleep(0.01)


def test_a_stream_that_says_no_usage_is_counted(tmp_path):
    with Raw(lambda _: sse(*[chunk("tea ")] * 20, chunk(finish="stop")), told={"/v1/models": {"data": []}}) as upstream:
        server = Serving(tmp_path, "--model", "local", "--base-url", upstream.url)
        try:
            assert ask(server.port, "POST", "/v1/chat/completions", JSON, body(stream=True)).status == 200
            prompt, completion = counted(server.port)
            assert (prompt, 20 <= completion <= 23) == (82, True)
        finally:
            server.end()


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_a_client_that_hangs_up_is_counted(tmp_path, path):
    with Raw(lambda _: (200, SSE, endless()), told={"/v1/models": {"data": []}}) as upstream:
        server = Serving(tmp_path, "--model", "local", "--base-url", upstream.url)
        try:
            sent = body(stream=True)
            if path == "/v1/responses":
                sent = json.dumps({"model": "local", "input": "Say something of tea.", "stream": True}).encode()
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n"
            with socket.create_connection(("127.0.0.1", server.port)) as line:
                line.sendall(head.encode() + f"content-length: {len(sent)}\r\n\r\n".encode() + sent)
                got = b""
                while got.count(b"tea ") < 10:
                    got += line.recv(10_000)
            deadline = time.monotonic() + 10
            while counted(server.port)[1] < 10:
                assert time.monotonic() < deadline, counted(server.port)
                time.sleep(0.05)
        finally:
            server.end()


async def test_a_budget_of_a_day_needs_a_price(tmp_path):
    desk = Desk(tmp_path, ServeSettings(max_cost_per_day=1.0, write={"model": "fake"}))
    short = ShortAnswers(desk, Upstream(desk.settings.write), ServedCounts())
    unpriced = ModelConfig(model="nobodys-model", base_url="http://llm.example.invalid/v1")
    with pytest.raises(InputError, match="no price is known for nobodys-model"):
        short.answer(read_request("chat", json.loads(body())), unpriced)
