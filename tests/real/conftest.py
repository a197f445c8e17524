"""What the tests of this tier share: the model, one server with two slots, and a desk."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.helpers.desk import Desk
from tests.helpers.llama_server import LlamaServer


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
