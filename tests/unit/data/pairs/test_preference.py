"""Samples that a judge compares two at a time, with reasons, in both orders."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.data_runs import MADE, saved
from tests.helpers.server import Script, Server

from longwriter.data.instructions import read_instructions, sha256_of_instructions
from longwriter.data.pairs.build import PairSettings, make_pairs
from longwriter.data.pairs.quality import ComparisonResult, PreferenceJudge, comparisons, qualities
from longwriter.models.base import ModelConfig
from longwriter.steps.local import LocalEngine
from longwriter.steps.workers import seed_of
from longwriter.writer.settings import WriteSettings

ROWS = [{"id": "r.0", "prompt": "Write about a harbour"}, {"id": "r.1", "prompt": "Write about a lamp"}]


def item(number: int) -> dict[str, Any]:
    return {"id": f"r.{number}", "prompt": "Write.", "file": f"{number}.txt", "finish": "stop"}


def test_all_of_a_few_samples_meet_and_each_of_many_meets_four() -> None:
    few = comparisons([item(n) for n in range(3)])
    assert [(c["id"], c["files"]) for c in few] == [
        ("r.0-r.1", ["0.txt", "1.txt"]),
        ("r.0-r.2", ["0.txt", "2.txt"]),
        ("r.1-r.2", ["1.txt", "2.txt"]),
    ]
    many = comparisons([item(n) for n in range(16)])
    assert len(many) == 32
    assert {sum(f"r.{n}" in (c["first"], c["second"]) for c in many) for n in range(16)} == {4}
    assert comparisons([item(0)]) == []


def test_a_quality_is_the_share_of_points() -> None:
    found = qualities(
        [
            ComparisonResult(first="a", second="b", points=1),
            ComparisonResult(first="b", second="c", points=0.5),
            ComparisonResult(first="c", second="a", points=0),
            ComparisonResult(first="d", second="a", points=None, said="mute"),
        ]
    )
    assert {name: (q.quality, q.said) for name, q in found.items()} == {
        **{"a": (100, ""), "b": (25, ""), "c": (25, ""), "d": (None, "mute")}
    }


def speak(body: dict[str, Any], _: Script) -> str:
    """Writes a text named by its seed; prefers the one with the higher seed, and says so."""
    if body["model"] == "judge":
        text = body["messages"][0]["content"]
        a, b = (text.split(f"<text_{x}>\n")[1].split(f"\n</text_{x}>")[0] for x in "ab")
        seeds = [int(side.split()[2]) for side in (a, b)]
        return json.dumps(
            {
                "reasons": f"The numbers are {seeds[0]} or {seeds[1]}, higher is better",
                "better": "A" if seeds[0] > seeds[1] else "B",
            }
        )
    return f"Text number {body['seed']} is here."


async def test_a_judge_holds_no_text_that_it_has_compared(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.txt").write_text(f"Text number {number} is here.")
    (asked,) = comparisons([item(n) | {"file": str(tmp_path / f"{n}.txt")} for n in range(2)])
    with Server(speak=speak) as server:
        async with PreferenceJudge(ModelConfig(model="judge", base_url=server.url, retry_s=0.2)) as judge:
            assert (await judge(asked))["points"] == 0
            assert not judge.comparer._asked


@pytest.mark.parametrize("k", [3])
def test_pairs_by_preference(tmp_path: Path, k: int) -> None:
    path = saved(tmp_path / "r.jsonl", ROWS)
    with Server(speak=speak) as server:
        model = ModelConfig(model="writer", base_url=server.url, retry_s=0.2)
        writer = WriteSettings(instruction="each request", writer=model, temperature=1.0)
        chosen = PairSettings(
            instructions=path, instructions_sha256=sha256_of_instructions(read_instructions(path)), writer=writer, k=k,
            quality="judge", judging="preference", judge=model.model_copy(update={"model": "judge"}),
        )  # fmt: skip
        report = make_pairs(chosen, tmp_path / "out", LocalEngine(4), lambda _: None, MADE)
        judged = [body for body in server.requests if body["model"] == "judge"]
        make_pairs(chosen, tmp_path / "out", LocalEngine(4), lambda _: None, MADE)
        assert len(server.requests) == len(judged) + 2 * k, "what was asked is kept"
    assert len(judged) == 2 * 3 * 2, "two requests, three pairs of samples, both orders"
    assert report["judging"] == "preference"
    assert report["quality_chosen"] == 100
    found = json.loads((tmp_path / "out" / "report.json").read_text())
    assert found["kept"] == 2
    journal = (tmp_path / "out" / "journal.jsonl").read_text()
    best = max(seed_of(writer.seed, f"r.0.{n}") for n in range(k))
    assert f"{best} or " in journal, "reasons are in the journal"
