"""The real server over a real folder of runs, and a client that asks as the page does."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from longwriter import write
from longwriter.serve.app import application
from longwriter.serve.desk import Desk
from longwriter.serve.settings import ServeSettings

CHANGES = {"x-longwriter": "1", "content-type": "application/json"}


class DeskClient:
    """Asks as the page does; an answer that is not expected is an AssertionError with what it says."""

    def __init__(self, address: str) -> None:
        self.http = httpx2.Client(base_url=address, timeout=30)

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        if method == "GET":
            return self.http.get(path, headers=headers)
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return self.http.request(method, path, content=content, headers=CHANGES | headers)

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.raw(method, path, body)
        assert answer.status_code == status, (answer.status_code, answer.text[:500])
        return answer.json()

    def get(self, path: str, status: int = 200) -> Any:
        return self.ask("GET", path, None, status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.ask("POST", path, body, status)

    def put(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self.ask("PUT", path, body, status)

    def until(self, path: str, reached: Any, seconds: float = 30) -> Any:
        """Ask until the answer is as wanted."""
        end = time.monotonic() + seconds
        while not reached(found := self.get(path)):
            assert time.monotonic() < end, found
            time.sleep(0.05)
        return found

    def exact(self, path: str) -> tuple[int, str]:
        """Status and text of a path that no client has tidied up."""
        line = http.client.HTTPConnection(self.http.base_url.host, self.http.base_url.port, timeout=10)
        line.request("GET", path)
        answer = line.getresponse()
        try:
            return answer.status, answer.read(100_000).decode("utf-8", "replace")
        finally:
            line.close()

    @contextmanager
    def events(self, path: str, **headers: str) -> Iterator[Iterator[tuple[str, str, Any]]]:
        """Events of a stream: name, id ("" for none), data."""
        with self.http.stream("GET", path, headers=headers) as answer:
            assert answer.status_code == 200, answer.status_code
            yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str, Any]]:
    told: dict[str, str] = {}
    end = time.monotonic() + 60  # comments keep a stream alive for ever
    for line in lines:
        assert time.monotonic() < end, "nothing more within 60 s"
        if line:
            key, _, value = line.partition(": ")
            told[key] = value
        elif "data" in told:
            yield told.get("event", "message"), told.get("id", ""), json.loads(told["data"])
            told = {}
        else:
            told = {}


@contextmanager
def desk_server(home: Path, **settings: Any) -> Iterator[DeskClient]:
    """A server over the runs in `home`, and a client of it."""
    desk = Desk(home, ServeSettings(write={"model": "fake"} | settings.pop("write", {}), **settings))
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application(desk), log_level="error", lifespan="on", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield DeskClient(f"http://127.0.0.1:{sock.getsockname()[1]}")
        finally:
            desk.leave_soon()
            server.should_exit = True
            thread.join(15)
            assert not thread.is_alive()


def written(home: Path, name: str, words: int = 1500, model: str = "fake", **options: Any) -> Path:
    """A finished run of the fake model."""
    write(f"Write a {words}-word story about a lighthouse", model=model, runs=home, run=name, **options)
    return home / name
