"""run.push: the hub is asked before the first step, and has the model after the last."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from longwriter.errors import Unavailable
from longwriter.train.recipe import Recipe
from longwriter.train.run.publish import pushed


class Taking(BaseHTTPRequestHandler):
    """As much of the hub as an upload of small files asks for; all that it was given is in `asked` and `files`."""

    asked: list[tuple[str, object]]
    files: dict[str, bytes]
    refuses = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.refuses:
            self.answer({"error": "Invalid credentials"}, 401)
        elif self.path == "/api/validate-yaml":  # the card's front matter
            self.answer({"errors": [], "warnings": []})
        elif self.path == "/api/repos/create":
            self.asked.append((self.path, json.loads(body)))
            self.answer({"url": f"http://{self.headers['Host']}/me/model", "name": "me/model"})
        elif "/preupload/" in self.path:
            paths = [file["path"] for file in json.loads(body)["files"]]
            self.answer({"files": [{"path": path, "uploadMode": "regular", "shouldIgnore": False} for path in paths]})
        elif "/commit/" in self.path:
            self.asked.append((self.path, None))
            rows = [json.loads(line) for line in body.splitlines()]
            added = [row["value"] for row in rows if row["key"] == "file"]
            self.files.update({file["path"]: base64.b64decode(file["content"]) for file in added})
            self.answer(
                {
                    "commitOid": "c" * 40,
                    "commitUrl": f"http://{self.headers['Host']}/me/model/commit/c",
                    "success": True,
                }
            )
        else:
            self.answer({}, 404)

    def do_GET(self) -> None:
        self.answer({"id": "me/model", "sha": "c" * 40, "siblings": []}, 401 if self.refuses else 200)

    def answer(self, tree: dict[str, object], status: int = 200) -> None:
        body = json.dumps(tree).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Taking]]:
    class Here(Taking):
        asked: list[tuple[str, object]] = []  # noqa: RUF012 - the class is this test's alone
        files: dict[str, bytes] = {}  # noqa: RUF012

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    yield Here
    server.shutdown()
    server.server_close()


def recipe(push: str | None) -> Recipe:
    sources = [{"kind": "messages", "path": "x"}]
    run = {"batch": 1, "steps": 1, "push": push}
    return Recipe.model_validate({"model": {"init": "x"}, "data": {"max_tokens": 9, "sources": sources}, "run": run})


def finished(out: Path) -> None:
    """What a run leaves in its folder."""
    for name in ("model.safetensors", "README.md", "recipe.json", "log.jsonl", "training_args.bin"):
        (out / name).write_text(f"this is {name}")
    for folder in ("checkpoint-5", "rollouts", "tensorboard"):
        (out / folder).mkdir()
        (out / folder / "model.safetensors").write_text("another")


def test_the_model_is_pushed_to_a_private_repository_without_checkpoints(tmp_path: Path, hub: type[Taking]) -> None:
    said: list[object] = []
    with pushed(recipe("me/model"), tmp_path, said.append):
        assert [path for path, _ in hub.asked] == ["/api/repos/create"]  # before the first step
        assert "private" in str(hub.asked[0][1])
        finished(tmp_path)
    assert sorted(hub.files) == ["README.md", "log.jsonl", "model.safetensors", "recipe.json"]
    assert hub.files["model.safetensors"] == b"this is model.safetensors"
    assert said == [f"pushed to {constants.ENDPOINT}/me/model"]


def test_a_hub_that_refuses_ends_the_run_before_it_begins(tmp_path: Path, hub: type[Taking]) -> None:
    hub.refuses = True
    with (
        pytest.raises(Unavailable, match="hub:me/model: the upload failed"),
        pushed(recipe("me/model"), tmp_path, print),
    ):
        raise AssertionError("the run began")


def test_a_run_that_fails_pushes_nothing_and_one_without_push_asks_nobody(tmp_path: Path, hub: type[Taking]) -> None:
    with pytest.raises(ZeroDivisionError), pushed(recipe("me/model"), tmp_path, print):
        raise ZeroDivisionError
    assert not hub.files
    hub.asked.clear()
    with pushed(recipe(None), tmp_path, print):
        pass
    assert not hub.asked
