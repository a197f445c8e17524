"""What the tests of this tier share: the model, one server with two slots, and a desk to give commands at."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.real.server import LlamaServer

from longwriter.journal import Entry, Journal

OTHERS = ("OPENAI_", "LONGWRITER_", "XDG_CONFIG")
"""Settings of whoever runs the tests."""


class Desk:
    """An empty folder, and the command in it as a person gives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith(OTHERS) or k == "LONGWRITER_CACHE"}
        self.env = kept | {"XDG_CONFIG_HOME": str(folder / "user")}

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "longwriter", *map(str, arguments)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=200)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"still at it after 200 s: {process.communicate()[1]}") from None
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def until(self, process: subprocess.Popen[str], reached: Callable[[list[Entry]], object]) -> list[Entry]:
        """Wait for something in the journal of the one run. Fails where the command ends before."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if reached(found := self.journal()):
                return found
            if process.poll() is not None:
                raise AssertionError(f"it ended before: {process.communicate()}")
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        raise AssertionError(f"not within 120 s; it said: {process.communicate()[1]}")

    def journal(self, run: str = "*") -> list[Entry]:
        files = list(self.folder.glob(f"runs/{run}/journal.jsonl"))
        return list(Journal(files[0], read_only=True)) if files else []


@pytest.fixture(scope="session", autouse=True)
def _pulled() -> None:
    pytest.importorskip("xllamacpp", reason="needs the extra gguf: make test-real")
    subprocess.run([sys.executable, "-m", "longwriter", "pull", "smollm2"], check=True)


@pytest.fixture(scope="session")
def server(_pulled: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    with LlamaServer(tmp_path_factory.mktemp("server") / "log", n_parallel=2) as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "default.toml").write_text('[writer]\ncard = "default"\n')
    return Desk(tmp_path)
