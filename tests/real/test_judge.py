"""The small model as a judge: refused by its own name; under another, what it says is read or counted as unreadable."""

import json

import pytest

from tests.real.conftest import Desk
from tests.real.server import LlamaServer

pytestmark = pytest.mark.real


def test_a_model_too_small_to_judge_is_refused(server: LlamaServer, desk: Desk) -> None:
    command = ("bench", "writer-mini", "--system", "smollm2", "--items", 1, "--base-url", server.url)
    done = desk.run(*command, "--judge", "smollm2")
    assert done.returncode == 2
    assert "smollm2 is too small to judge" in done.stderr.strip().splitlines()[-1]
    assert not list(desk.folder.glob("bench/*/journal.jsonl"))


def test_no_number_comes_out_of_a_judgement_that_cannot_be_read(server: LlamaServer, desk: Desk) -> None:
    command = ("bench", "writer-mini", "--system", "smollm2", "--items", 1, "--base-url", server.url)
    done = desk.run(*command, "--judge", "unknown-judge", "--json")
    print(done.returncode, done.stderr, done.stdout)
    scores = json.loads(done.stdout)
    print(json.dumps(scores, indent=1)[:6000])
    for e in desk.folder.glob("bench/*/journal.jsonl"):
        print(e.read_text()[-3000:])
    assert 0
