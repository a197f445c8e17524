"""A server that is killed, and one that is started again."""

import asyncio
import time
from pathlib import Path

import pytest
from tests.helpers.desk import Desk as Terminal
from tests.helpers.server import Server
from tests.helpers.serving import Serving

from longwriter.journal import Journal
from longwriter.runs.folders import DRAFT
from longwriter.serve.desk import Desk
from longwriter.serve.settings import ServeSettings

PROMPT = "Write a 2000-word history of bridges"


def begin(home: Path, url: str, prompt: str = PROMPT) -> str:
    """A run that a server was told to write, and that none writes."""

    async def begun() -> str:
        desk = Desk(home, ServeSettings(max_runs=1, write={"model": "local", "base_url": url}))
        async with desk:
            desk._turns.close()
            return await desk.begin(prompt, {})

    return asyncio.run(begun())


def kinds(folder: Path) -> list[str]:
    file = folder / "journal.jsonl"
    return [entry.kind for entry in Journal(file, read_only=True)] if file.exists() else []


def until(told: object, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not told():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_killed_server_goes_on_by_itself_and_the_text_is_that_of_a_run_nobody_stopped(tmp_path: Path) -> None:
    with Server(ratio=0.9, per_token_s=0.002, chunk_tokens=5) as model:
        home = tmp_path / "runs"
        name = begin(home, model.url)
        folder = home / name
        for kills in range(1, 4):
            server = Serving(tmp_path)
            until(lambda n=kills: kinds(folder).count("section") >= n)
            time.sleep(0.3)  # in the middle of the next section
            server.kill()
            assert "finished" not in (folder / DRAFT).read_text()
        server = Serving(tmp_path)
        until(lambda: (folder / "report.json").exists() and '"finished": true' in (folder / "report.json").read_text())
        code, said = server.end()
        assert code == 143
        assert "goes on at the next start" in said
        whole = Terminal(tmp_path / "whole")
        (tmp_path / "whole").mkdir()
        done = whole.run("write", PROMPT, "--model", "local", "--base-url", model.url, "--run", name)
        assert done.returncode == 0, done.stderr
    assert (folder / DRAFT).read_text() == (tmp_path / "whole" / "runs" / name / DRAFT).read_text()
    assert kinds(folder).count("section") == kinds(tmp_path / "whole" / "runs" / name).count("section")


@pytest.mark.slow
def test_a_run_that_another_process_works_on_is_left_alone(tmp_path: Path) -> None:
    with Server(ratio=0.9, per_token_s=0.004) as model:
        home = tmp_path / "runs"
        name = begin(home, model.url)
        terminal = Terminal(tmp_path)
        resumed = terminal.start("resume", name)
        until(lambda: "section" in kinds(home / name))
        server = Serving(tmp_path)
        _, err = resumed.communicate(timeout=100)
        assert resumed.returncode == 0, err
        assert "stopped" not in kinds(home / name)
        server.end()
    steps = [e.data["step"] for e in Journal(home / name / "journal.jsonl", read_only=True) if e.kind == "call"]
    assert len(steps) == len(set(steps))
