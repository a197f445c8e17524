"""Servers to ask over real connections: an ASGI app in a thread of the test, or `longwriter serve` as a process of its own."""

import http.client
import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from tests.helpers.desk import Desk as Terminal

MOST_S = 60


@dataclass(frozen=True)
class Heard:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    port: int, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Heard:
    """One request, with these very headers; `Host` is that of the address where none is given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=MOST_S)
    try:
        connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None and not {"Content-Length", "Transfer-Encoding"} & set(headers or {}):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Heard(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@contextmanager
def listening(app: Any) -> Iterator[int]:
    """The app behind uvicorn, in a thread; its port."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(1000):
        if server.started or not thread.is_alive():
            break
        thread.join(0.01)
    assert server.started, "the server did not start"
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


class Serving:
    """`longwriter serve` in a folder."""

    def __init__(self, folder: Path, *arguments: object, **environment: str) -> None:
        terminal = Terminal(folder)
        terminal.env |= environment
        self.process = terminal.start("serve", "--port", 0, *arguments)
        assert self.process.stderr is not None
        self.said = self.process.stderr.readline()
        assert self.said.startswith("page: http://"), self.said + self.process.stderr.read()
        self.port = int(self.said.rpartition(":")[2])

    def kill(self) -> None:
        """As a power cut ends it."""
        self.process.kill()
        self.process.communicate()

    def end(self) -> tuple[int, str]:
        """As a person ends it; the exit code, and what it said."""
        self.process.terminate()
        try:
            self.process.wait(timeout=MOST_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert self.process.stderr is not None
        # not `communicate`: it reads past what `readline` holds already
        return self.process.returncode, self.said + self.process.stderr.read()
