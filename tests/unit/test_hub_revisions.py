"""`hub:` names with @REVISION: the revision is what is fetched, and what was fetched is recorded by its commit."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from huggingface_hub import constants
from tests.helpers.hub import Hub, serving
from tests.helpers.tiny_gguf import gguf

from longwriter.errors import InputError
from longwriter.hub import download, named
from longwriter.models.local.pull import pull

COMMIT = "c" * 40


@pytest.mark.parametrize(("name", "parts"), [("a/b", ("a/b", None)), ("a/b@v1", ("a/b", "v1"))])
def test_a_name_and_its_revision(name: str, parts: tuple[str, str | None]) -> None:
    assert named(name) == parts


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[str]]:
    """The paths that were asked for, of a hub whose data set has the revisions main and v1."""
    asked: list[str] = []

    class Revised(Hub):
        def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
            asked.append(self.path)
            if "/revision/" not in self.path or self.path.split("/revision/")[1].split("?")[0] in ("main", "v1"):
                super().do_GET()
                return
            self.send_response(404)
            self.send_header("X-Error-Code", "RevisionNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    monkeypatch.setattr("tests.helpers.hub.Hub", Revised)
    for _ in serving(monkeypatch, tmp_path / "cache"):
        yield asked


def test_a_data_set_is_fetched_at_its_revision(hub: list[str]) -> None:
    folder = download("owner/name@v1")
    assert (folder / "long.jsonl").read_bytes() == Hub.data
    assert any(path.startswith("/api/datasets/owner/name/revision/v1") for path in hub)
    assert not any("/main" in path for path in hub)


def test_a_revision_that_is_not_there_is_named(hub: list[str]) -> None:
    with pytest.raises(InputError, match=r"^hub:owner/name@v9: the data set has no revision v9$"):
        download("owner/name@v9")
    with pytest.raises(InputError, match="no revision after @"):
        download("owner/name@")
    with pytest.raises(InputError, match="no such data set"):
        download("owner/other@v1")


class Models(BaseHTTPRequestHandler):
    """A repository with one file, at main, at v1 and at a pull request."""

    asked: list[str] = []  # noqa: RUF012 - the test's own

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.asked.append(unquote(self.path))
        about = json.dumps({"id": "o/n", "sha": COMMIT, "siblings": [], "cardData": {"license": "mit"}}).encode()
        found = {f"/o/n/resolve/{rev}/sub/a@b.gguf": gguf() for rev in ("main", "v1", "refs/pr/1", COMMIT)}
        found |= dict.fromkeys(("/api/models/o/n", "/api/models/o/n/revision/v1"), about)
        found["/api/models/o/n/revision/refs/pr/1"] = about
        body = found.get(unquote(self.path))
        self.send_response(404 if body is None else 200)
        if body is None:
            self.send_header("X-Error-Code", "RevisionNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", '"e1"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Models)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LONGWRITER_CACHE", str(tmp_path / "models"))
    yield
    server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("revision", ["", "@v1", "@refs/pr/1"])
def test_a_model_is_pulled_at_its_revision_and_its_commit_is_recorded(models: None, revision: str) -> None:
    Models.asked.clear()
    got = pull(f"hub:o/n/sub/a@b.gguf{revision}", "mine", lambda done, total: None)
    assert (got.name, got.licence) == ("mine", "mit")
    assert got.source == f"hub:o/n/sub/a@b.gguf@{COMMIT}"
    assert got.path.read_bytes() == gguf()
    fetched = {path for path in Models.asked if "/resolve/" in path}
    assert fetched == {f"/o/n/resolve/{COMMIT}/sub/a@b.gguf"}  # the file of the commit that the card was read of
    asked = f"/revision/{revision.removeprefix('@')}" if revision else ""
    assert f"/api/models/o/n{asked}" in Models.asked


def test_a_models_revision_that_is_not_there_is_named(models: None) -> None:
    with pytest.raises(InputError, match=r"^hub:o/n/sub/a@b.gguf@v9: the repository has no revision v9$"):
        pull("hub:o/n/sub/a@b.gguf@v9", None, lambda done, total: None)
    with pytest.raises(InputError, match="give owner, name and file"):
        pull("hub:o/n/sub/a.gguf@", None, lambda done, total: None)
