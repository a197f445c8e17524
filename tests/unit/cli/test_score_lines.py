"""`longwriter score` on odd JSON lines, and on rewards that say themselves what they need."""

import json
import lzma
import os
from pathlib import Path

import pytest
from tests.helpers.command import longwriter, longwriter_here, one_line

OWN = """
from longwriter.rewards.base import Traits, Verdict
class Answering:
    traits = Traits(needs_request=True)
    def __init__(self, settings): pass
    async def score(self, samples): return [Verdict(1.0, {}) for s in samples]
    async def aclose(self): pass
"""


def test_a_lone_surrogate_becomes_the_replacement_character(tmp_path: Path) -> None:
    line = '{"id": "\\ud83d", "text": "boat \\ud83d here"}'
    (tmp_path / "a.jsonl").write_text(line)
    with lzma.open(tmp_path / "b.jsonl.xz", "wt") as file:
        file.write(line)
    for name in ("a.jsonl", "b.jsonl.xz"):
        done = longwriter_here("score", name, "--reward", "length", "--words", "3", "--json", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert (found["id"], found["why"]["length"]["words"]) == ("\ufffd", 2)


@pytest.mark.slow
def test_a_reward_of_ones_own_may_need_the_request(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    (tmp_path / "a.txt").write_text("A text.")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command = ("score", "a.txt", "--reward", "mine:Answering")
    one_line(
        longwriter(*command, cwd=tmp_path, PYTHONPATH=path),
        "mine:Answering is judged against the request; give it",
    )
    done = longwriter(*command, "--request", "Write.", cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
