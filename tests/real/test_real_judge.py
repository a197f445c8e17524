"""The small model as a judge: refused by its own name; under another, what it says is read or counted as unreadable."""

import json
import re

import pytest
from tests.helpers.desk import Desk
from tests.helpers.llama_server import LlamaServer

from longwriter.journal import Journal

pytestmark = pytest.mark.real


def test_a_model_too_small_to_judge_is_refused(server: LlamaServer, desk: Desk) -> None:
    command = ("bench", "writer-mini", "--system", "smollm2", "--items", 1, "--base-url", server.url)
    done = desk.run(*command, "--judge", "smollm2")
    assert done.returncode == 2
    assert "smollm2 is too small to judge" in done.stderr.strip().splitlines()[-1]
    assert not list(desk.folder.glob("bench/*/journal.jsonl"))


@pytest.mark.parametrize("tokens", [40, 500])
def test_no_number_comes_out_of_a_judgement_that_cannot_be_read(server: LlamaServer, desk: Desk, tokens: int) -> None:
    command = ("bench", "writer-mini", "--system", "smollm2", "--items", 1, "--base-url", server.url)
    done = desk.run(*command, "--max-tokens", 200, "--judge", "another", "--judge-max-tokens", tokens, "--json")
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    said = scores_said(desk)
    assert 1 <= len(said) <= 3
    counts, worth = scores["counts"], scores["metrics"]["S_q"]
    assert (counts["judgements"], counts["failed_judgements"]) == (1, 0)
    if said[-1] is None:
        assert (counts["unreadable"], worth["value"], worth["missing"]) == (1, None, 1)
        assert scores["items"][0]["failures"]
    else:
        assert (counts["unreadable"], worth["missing"]) == (0, 0)
        assert worth["value"] == pytest.approx(25 * (sum(said[-1]) / 6 - 1))  # 1 to 5 as 0 to 100
    assert tokens > 40 or said == [None] * 3  # cut in the middle
    assert scores["metrics"]["S_l"]["value"] is not None


def scores_said(desk: Desk) -> list[list[int] | None]:
    """The six numbers of each try, read here; None where a try does not hold them."""
    (path,) = desk.folder.glob("bench/*/journal.jsonl")
    tries = [entry.data["result"] for entry in Journal(path, read_only=True) if entry.kind.startswith("judge ")]
    found = [re.findall(r'"(\w[^"]*)": ?([1-5])\b', "".join(one["replies"])) for one in tries]
    return [[int(n) for _, n in pairs] if len({name for name, _ in pairs}) == 6 else None for pairs in found]
