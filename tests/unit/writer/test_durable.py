"""A run killed with SIGKILL anywhere goes on exactly: same text, and no reply that was kept is asked for again."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from tests.helpers.forked import forked
from tests.helpers.server import Server

KILLS = 50
WRITE = ("write", "Write a 6000-word history of a harbour town", "--model", "m")


def run(server: Server, home: Path, name: str, wait: float | None) -> int:
    """One command; killed after `wait` seconds unless it ended before."""
    said = home / "said"
    out = ("--base-url", server.url, "--runs", home, "--run", name, "--out", home / f"{name}.md")
    process = forked(*WRITE, *out, cwd=home, said=said)
    process.join(wait)
    process.kill()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), said.read_text("utf-8")
    return process.exitcode


def kept(folder: Path) -> int:
    """Replies in the journal, a torn last line left out."""
    path = folder / "journal.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return sum(json.loads(line)["kind"] == "call" for line in lines)


@pytest.mark.slow
def test_fifty_kills(tmp_path: Path) -> None:
    rng = random.Random(5)
    seed = os.environ.get("LONGWRITER_KILL_SEED")
    rng = random.Random(int(seed)) if seed else rng
    with Server(ttft_s=0.015, per_token_s=0.0001, ratio=0.8) as server:
        run(server, tmp_path, "whole", None)
        order = list(server.completed)  # a run makes its calls one after another: this is their order
        text = (tmp_path / "whole.md").read_bytes()
        assert len(set(order)) == len(order) > 12
        started = time.monotonic()
        run(server, tmp_path, "again", None)
        length = time.monotonic() - started
        assert server.completed[len(order) :] == order
        kills = attempt = 0
        while kills < KILLS:
            attempt += 1
            name = f"killed-{attempt}"
            while True:
                asked = len(server.requests)
                done = kept(tmp_path / name)
                status = run(server, tmp_path, name, rng.uniform(0.02, length * 0.6))
                new = [r["messages"] for r in server.requests[asked:]]
                first = [r["messages"] for r in server.requests[: len(order)]]
                assert new == first[done : done + len(new)]  # goes on with the first call that is not in the journal
                kills += status == -9
                if status == 0:
                    break
            assert (tmp_path / f"{name}.md").read_bytes() == text
            assert (tmp_path / name / "draft.md").read_bytes() == text
    assert kills >= KILLS
