"""A real local server that answers as the Hugging Face hub does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as a download asks for: the data set owner/name, whose file breaks off in the middle while `ill`."""

    ill = False
    url = ""
    data = "".join(json.dumps({"prompt": f"Write {n}"}) + "\n" for n in range(2000)).encode()

    def do_HEAD(self) -> None:
        self.answer(b"" if "/api/" in self.path else self.data)

    def do_GET(self) -> None:
        file = {"type": "file", "path": "long.jsonl", "size": len(self.data), "oid": "e1"}
        if self.path.startswith("/api/datasets/owner/name/revision/"):
            self.answer(json.dumps({"sha": "c" * 40, "id": "owner/name", "siblings": []}).encode())
        elif self.path.startswith("/api/datasets/owner/name/tree/"):
            self.answer(json.dumps([file]).encode())
        elif self.path.startswith("/datasets/owner/name/resolve/"):
            self.answer(self.data)
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("X-Repo-Commit", "c" * 40)
        self.send_header("ETag", '"e1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body[: len(body) // 2] if self.ill and body is self.data else body)

    def log_message(self, *_: object) -> None:
        pass


def serving(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[type[Hub]]:
    """For a fixture: until it ends, this process takes the server for the hub."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = Hub.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(Hub, "ill", False)
    monkeypatch.setattr(Hub, "data", Hub.data)
    yield Hub
    server.shutdown()
