"""What can be used from here: servers asked, keys noticed and never shown, files with their faults."""

import json
import socket
import threading
import time
from pathlib import Path

import pytest
from tests.helpers.server import Server
from tests.helpers.tiny_gguf import write_gguf

from longwriter.models import offers
from longwriter.models.servers.providers import PROVIDERS, read_table


def test_a_server_tells_its_models() -> None:
    with Server(models=("a", "b:8b")) as server:
        assert offers.models_at(server.url) == ("a", "b:8b")
    assert offers.models_at(server.url) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>",
        b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"data": null}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        None,  # listens, and never answers
    ],
)
def test_what_else_listens_there_is_no_server_and_takes_no_time(answer: bytes | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"

        def speak() -> None:
            line, _ = listening.accept()
            with line:
                line.recv(4096)
                if answer is None:
                    time.sleep(2.5)
                else:
                    line.sendall(answer)

        thread = threading.Thread(target=speak)
        thread.start()
        started = time.monotonic()
        assert offers.models_at(url) is None
        assert time.monotonic() - started < 2
        thread.join()


def test_a_key_is_noticed_by_its_first_variable_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for entry in read_table(PROVIDERS)["provider"]:
        for name in entry.key_env:
            monkeypatch.delenv(name, raising=False)
    assert offers.providers() == []
    monkeypatch.setenv("GOOGLE_API_KEY", "secret-1")
    monkeypatch.setenv("DEEPSEEK_API_KEY", "  ")
    found = offers.providers()
    assert [p.key_env for p in found] == ["GOOGLE_API_KEY"]
    assert "secret-1" not in json.dumps([p.model_dump() for p in found])


def test_a_file_that_is_damaged_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGWRITER_CACHE", str(tmp_path))
    write_gguf(tmp_path / "good.gguf")
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    bad, good = offers.files()
    assert (good.name, good.licence, good.fault) == ("good", "mit", "")
    assert "not fetched whole" in bad.fault
