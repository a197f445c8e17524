"""The command itself: who is let in, what it refuses, how it ends."""

import json
import socket
from pathlib import Path

import pytest
from tests.helpers.desk import Desk as Terminal
from tests.helpers.serving import Serving, ask

TOKEN = "a-token-of-sixteen-or-more"
OURS = {"x-longwriter": "1"}

pytestmark = pytest.mark.slow


def test_a_browser_logs_in_and_a_client_has_its_key(tmp_path: Path) -> None:
    made = Terminal(tmp_path).run("serve", "--keys", "keys.json", "--new-key", "editor")
    assert made.returncode == 0
    key = made.stdout.strip()
    assert key.startswith("lw-")
    assert key not in made.stderr
    arguments = ("--model", "fake:", "--token-env", "TOKEN", "--keys", "keys.json")
    server = Serving(tmp_path, *arguments, TOKEN=TOKEN)
    try:
        assert ask(server.port, "GET", "/health").status == 200
        assert ask(server.port, "GET", "/").status == 200
        assert ask(server.port, "GET", "/api/me").status == 401
        wrong = ask(server.port, "POST", "/api/login", OURS, b'{"token": "wrong"}')
        assert (wrong.status, wrong.json["error"]["message"]) == (401, "that is not the token")
        for broken in (b"", b"[]", b"{", b'{"token": 1}'):
            assert ask(server.port, "POST", "/api/login", OURS, broken).status == 401
        right = ask(server.port, "POST", "/api/login", OURS, json.dumps({"token": TOKEN}).encode())
        assert right.status == 204
        cookie = {"Cookie": right.headers["set-cookie"].partition(";")[0]}
        assert ask(server.port, "GET", "/api/me", cookie).status == 200
        models = ask(server.port, "GET", "/v1/models", {"Authorization": f"Bearer {key}"})
        assert [m["id"] for m in models.json["data"]] == ["fake:", "fake::long"]
        assert ask(server.port, "GET", "/api/me", {"Authorization": f"Bearer {key}"}).status == 401
        assert ask(server.port, "GET", f"/?token={TOKEN}").status == 303
        assert (
            ask(server.port, "GET", "/nowhere", {"Authorization": f"Bearer {TOKEN}"}).json["error"]["type"]
            == "InputError"
        )
    finally:
        code, said = server.end()
    assert code == 143
    assert TOKEN not in said
    assert key not in said


def test_what_would_be_open_to_others_or_cannot_be_does_not_start(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments, said in (
            (("--host", "0.0.0.0"), "a token is needed"),
            (("--token-env", "NONE"), "NONE is not set"),
            (("--port", port, "--model", "fake:"), "choose another --port"),
            (("--model", "nobody/knows"), "no provider 'nobody'"),
            (("--base-url", "http://127.0.0.1:1/v1"), "--base-url needs --model"),
            (
                ("--model", "m", "--base-url", "https://x.example/v1", "--max-cost-per-day", 1),
                "no price is known for m",
            ),
            (("--max-runs", 0), "--max-runs"),
            (("--new-key", "editor"), "need --keys FILE"),
            (("--keys", "none/keys.json", "--new-key", "editor"), "does not exist"),
        ):
            done = terminal.run("serve", *arguments)
            assert done.returncode == 2, arguments
            assert said in done.stderr.replace("\n", " "), (arguments, done.stderr)
            assert "Traceback" not in done.stderr


def test_a_model_without_its_key_is_said_at_the_start_and_the_texts_can_be_read(tmp_path: Path) -> None:
    server = Serving(tmp_path, "--model", "gpt-4o", OPENAI_API_KEY="")
    try:
        assert ask(server.port, "GET", "/api/runs").status == 200
    finally:
        _, said = server.end()
    assert "that model cannot be asked yet: no key: set OPENAI_API_KEY" in said
