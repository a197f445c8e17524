"""Clients that connect and ask for nothing."""

import json
import resource
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from tests.helpers.serving import Serving, ask

from longwriter.serve import connections
from longwriter.serve.connections import MOST, ImpatientProtocol, allow_files


def test_a_connection_that_sends_no_head_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_S", 0.3)
    monkeypatch.setattr(connections, "MOST", 5)
    server = uvicorn.Server(uvicorn.Config(Starlette(), port=0, log_level="error", http=ImpatientProtocol))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with (
            socket.create_connection(("127.0.0.1", port)) as slow,
            socket.create_connection(("127.0.0.1", port)) as told,
        ):
            told.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"Not Found"):
                answer += told.recv(1000)
            slow.sendall(b"GET / HTTP/1.1\r\nHost: local")
            slow.settimeout(5)
            with suppress(ConnectionResetError):
                assert slow.recv(100) == b""
            told.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")  # one that has asked stays open
            assert told.recv(1000).startswith(b"HTTP/1.1 404")
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.slow
def test_many_idle_connections_leave_a_run_its_files(tmp_path: Path) -> None:
    server = Serving(tmp_path, "--model", "fake")
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(MOST + 200)]
    try:
        time.sleep(1)
        for line in idle[MOST - 100 :]:
            line.close()
        time.sleep(0.5)
        asked = {"x-longwriter": "1", "content-type": "application/json"}
        body = json.dumps({"prompt": "Write 60 words about tea"}).encode()
        assert ask(server.port, "POST", "/api/runs", asked, body).status == 201
        for _ in range(100):
            rows = ask(server.port, "GET", "/api/runs").json["runs"]
            if rows[0]["state"] == "finished":
                break
            time.sleep(0.1)
        assert rows[0]["state"] == "finished", rows
    finally:
        for line in idle:
            line.close()
        server.end()


def test_enough_files_may_be_open() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < connections.FILES:
        pytest.skip("this system allows fewer")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
        allow_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (connections.FILES, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
