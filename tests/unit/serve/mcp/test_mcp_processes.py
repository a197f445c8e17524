"""`longwriter mcp` as a process: over standard input and output, and over HTTP."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from tests.helpers.assistant import Assistant, command
from tests.helpers.command import longwriter, longwriter_here
from tests.helpers.server import Server
from tests.helpers.serving import Serving, ask

from longwriter.api.runs import Run
from longwriter.serve.keys import ClientKeys

pytestmark = pytest.mark.slow
TOKEN = "a-token-that-nobody-guesses"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_assistant_writes_over_standard_input_and_output(tmp_path: Path, mode: str) -> None:
    async with Client(command(tmp_path / "runs", "--model", "fake"), mode=mode) as client:
        one = Assistant(client)
        run = (await one.call("write", request="Write a 500-word story about tea"))["run"]
        assert (await one.until_over(run))["state"] == "finished"
        assert await one.text(f"{run}/draft") == Run(tmp_path / "runs" / run).text


def test_nothing_but_the_protocol_goes_to_standard_output(tmp_path: Path) -> None:
    lines = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call",
         "params": {"name": "write", "arguments": {"request": "Write a 300-word story about tea"}}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "status", "arguments": {"run": "nix"}}},
    ]  # fmt: skip
    process = started(tmp_path, "--model", "fake:0.2")  # which warns, since it writes far too little
    assert process.stdin is not None
    assert process.stdout is not None
    answers = []
    for line in lines:
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        if "id" in line:
            answers.append(json.loads(process.stdout.readline()))
    time.sleep(1)
    began = time.monotonic()
    out, err = process.communicate()  # the assistant ends: its end of the pipe is closed
    assert time.monotonic() - began < 6
    assert out == ""
    assert process.returncode == 0, err
    assert [answer["id"] for answer in answers] == [1, 2, 3]
    assert answers[2]["result"]["isError"]


def started(tmp_path: Path, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "longwriter", "mcp", "--runs", str(tmp_path / "runs"), *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("how", ["close", "kill"])
async def test_what_was_being_written_goes_on_at_the_next_start(tmp_path: Path, how: str) -> None:
    with Server(per_token_s=0.002, chunk_tokens=4) as model:
        start = command(tmp_path / "runs", "--model", "any", "--base-url", model.url)
        async with Client(start) as client:
            one = Assistant(client)
            run = (await one.call("write", request="Write a 1500-word story about a lighthouse"))["run"]
            status = await one.call("status", run=run, wait_s=0)
            while not status["done"]:
                status = await one.call("status", run=run, since=status["position"])
            first = await one.text(f"{run}/section/1")
            if how == "kill":
                killed = [pid for pid in children() if "mcp" in pid[1]]
                for pid, _ in killed:
                    os.kill(pid, signal.SIGKILL)
                assert len(killed) == 1
        assert Run(tmp_path / "runs" / run).state == "unfinished"
        async with Client(start) as client:
            one = Assistant(client)
            assert (await one.until_over(run))["state"] == "finished"
        kept = Run(tmp_path / "runs" / run)
        if how == "close":  # what came of the section under way is kept, too, and gone on from there
            assert first in kept.text
            return
        whole = longwriter(
            "write", "Write a 1500-word story about a lighthouse", "--model", "any", "--base-url", model.url,
            "--runs", tmp_path / "whole", "--run", run, cwd=tmp_path,
        )  # fmt: skip
        assert whole.returncode == 0, whole.stderr
    assert kept.text == Run(tmp_path / "whole" / run).text


def children() -> list[tuple[int, str]]:
    """Process ids and commands of what this process has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        text = status.read_text("utf-8") if status.exists() else ""
        if f"PPid:\t{os.getpid()}\n" in text:
            found.append((int(status.parent.name), (status.parent / "cmdline").read_text("utf-8")))
    return found


def test_a_signal_ends_it_at_once_while_the_assistant_is_there(tmp_path: Path) -> None:
    process = started(tmp_path, "--model", "fake")
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    process.stdin.flush()
    process.stdout.readline()
    began = time.monotonic()
    process.terminate()
    assert process.wait(timeout=10) == 143
    assert time.monotonic() - began < 4
    assert "goes on at the next start" in process.stderr.read()
    process.communicate()


@contextmanager
def serving(tmp_path: Path, *arguments: str) -> Iterator[str]:
    """The address of `longwriter mcp --http`."""
    process = started(tmp_path, "--http", "--port", "0", "--model", "fake", *arguments)
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("MCP: "), said + process.stderr.read()
    try:
        yield said.removeprefix("MCP: ").strip()
    finally:
        process.terminate()
        process.communicate()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_assistant_writes_over_http(tmp_path: Path, mode: str) -> None:
    with serving(tmp_path) as url:
        async with Client(url, mode=mode) as client:
            one = Assistant(client)
            run = (await one.call("write", request="Write a 500-word story about tea"))["run"]
            assert (await one.until_over(run))["state"] == "finished"
            assert (await one.call("read", run=run, section=1))["words"] > 50


async def test_over_http_a_token_is_needed_where_one_is_set_and_other_sites_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", TOKEN)
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with serving(tmp_path, "--token-env", "MINE") as url:
        allowed = headers | {"authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(headers=allowed) as web:
            async with Client(streamable_http_client(url, http_client=web)) as client:
                assert len((await client.list_tools()).tools) == 11
            for wrong, status in (({"origin": "https://evil.example"}, 403), ({"host": "evil.example"}, 421)):
                assert (await web.post(url, json=ping, headers=wrong)).status_code == status
        async with httpx2.AsyncClient(headers=headers) as web:
            assert (await web.post(url, json=ping)).status_code == 401
            elsewhere = url.removesuffix("/mcp") + "/api/runs"
            assert (await web.get(elsewhere, headers=allowed)).status_code == 404  # the page is not there
    refused = longwriter_here("mcp", "--http", "--host", "0.0.0.0", "--model", "fake", cwd=tmp_path)
    assert refused.returncode == 2
    assert "a token is needed" in refused.stderr


async def test_the_server_of_the_page_serves_assistants_too(tmp_path: Path) -> None:
    server = Serving(tmp_path, "--model", "fake")
    try:
        async with Client(f"http://127.0.0.1:{server.port}/mcp") as client:
            one = Assistant(client)
            run = (await one.call("write", request="Write a 500-word story about tea"))["run"]
            await one.until_over(run)
        assert [row["name"] for row in ask(server.port, "GET", "/api/runs").json["runs"]] == [run]
    finally:
        server.end()


async def test_a_client_with_a_key_of_its_own_finds_its_own_runs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", TOKEN)
    keys = ClientKeys(tmp_path / "keys.json")
    held = {name: keys.new(name) for name in ("alice", "bob")} | {"all": TOKEN}
    server = Serving(tmp_path, "--model", "fake", "--keys", tmp_path / "keys.json", "--token-env", "MINE", MINE=TOKEN)
    begun = dict.fromkeys(held, "")
    try:
        for mode in ("auto", "legacy"):
            async with AsyncExitStack() as stack:
                who = {}
                for name, key in held.items():
                    web = httpx2.AsyncClient(headers={"authorization": f"Bearer {key}"}, timeout=60)
                    place = streamable_http_client(
                        f"http://127.0.0.1:{server.port}/mcp", http_client=await stack.enter_async_context(web)
                    )
                    who[name] = Assistant(await stack.enter_async_context(Client(place, mode=mode)))
                for name, one in who.items():
                    begun[name] = (await one.call("write", request=f"Write a 300-word story about {name}"))["run"]
                    await one.until_over(begun[name])
                assert {r["run"] for r in (await who["all"].call("runs"))["runs"]} >= set(begun.values())
                assert begun["bob"] in {r["run"] for r in (await who["bob"].call("runs"))["runs"]}
                assert begun["alice"] not in {r["run"] for r in (await who["bob"].call("runs"))["runs"]}
                for other in (begun["alice"], begun["all"]):
                    listed = (await who["bob"].client.list_resources()).resources
                    assert f"longwriter://runs/{other}/draft" not in {resource.uri for resource in listed}
                    for tool, more in (
                        ("read", {}),
                        ("status", {}),
                        ("check", {}),
                        ("export", {}),
                        ("stop", {}),
                        ("redo", {"sections": [1]}),
                    ):
                        assert "no run" in await who["bob"].refused(tool, run=other, **more)
                    with pytest.raises(MCPError, match="no run"):
                        await who["bob"].text(f"{other}/draft")
    finally:
        server.end()
