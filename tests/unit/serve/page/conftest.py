"""Runs of the fake model, written once and copied for each test that needs one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.helpers.desk_server import DeskClient, desk_server, written


@pytest.fixture(scope="session")
def finished_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run, `one`, of three sections."""
    home = tmp_path_factory.mktemp("written") / "runs"
    written(home, "one", 1500)
    return home


@pytest.fixture
def home(finished_runs: Path, tmp_path: Path) -> Path:
    """A folder of runs of the test's own."""
    shutil.copytree(finished_runs, tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture
def page(home: Path) -> Iterator[DeskClient]:
    """A server over `home`."""
    with desk_server(home) as client:
        yield client
