"""The LongWriter-6k builder, whole: selected, judged, written, filtered, accounted for, and gone on with after kills."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.helpers.data_runs import MADE, saved, silent
from tests.helpers.server import Script, Server, write

from longwriter.config import build
from longwriter.data.agentwrite.build import EACH, BuildSettings, build_dataset
from longwriter.data.filters.audit import filter_dataset
from longwriter.data.filters.contamination import Benchmarks
from longwriter.data.filters.outputs import FilterLimits
from longwriter.data.instructions import read_instructions, sha256_of_instructions
from longwriter.errors import CeilingReached, InputError, RunError, Unavailable
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import StepProgress
from longwriter.text import count_words
from longwriter.writer.stored import replay

LONG = [{"id": f"a{n}", "prompt": f"Write a 2400-word story about the lamp of house {n}"} for n in range(4)]
HAN = {"id": "zh", "prompt": "请写一篇2500字的小说，讲一座灯塔"}
OPEN = {"id": "open", "prompt": "Write a thesis on the lamps of the northern harbours", "words": None}
NOTE = {"id": "note", "prompt": "Tell me what a lamp is"}
BAD = [{"id": "short", "prompt": "Write 300 words on tin"}, {"id": "nsfw", "prompt": "Write an erotic novel"}]
ROWS = [*LONG, HAN, OPEN, NOTE, *BAD]


def judge_question(body: dict[str, Any]) -> bool:
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    return "long" in schema.get("properties", {})


def speak(body: dict[str, Any], script: Script) -> str:
    """The usual server, whose judge says no to a question."""
    if judge_question(body):
        return '{"long": false}' if "what a lamp is" in body["messages"][0]["content"] else '{"long": true}'
    return write(body, script)


def settings(path: str, server: Server | None, **more: object) -> BuildSettings:
    model = {"model": "m", "base_url": server.url, "retry_s": 0} if server else {"model": "fake:"}
    tree = {
        "instructions": path,
        "instructions_sha256": sha256_of_instructions(read_instructions(path)),
        "writer": {"instruction": EACH, "writer": model},
        "judge": model,
        **more,
    }
    return build(BuildSettings, tree, "test")


def make(chosen: BuildSettings, folder: Path, tell: Callable[[StepProgress], None] = silent) -> dict[str, Any]:
    return build_dataset(chosen, folder, LocalEngine(3), tell, MADE)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "train.parquet").to_pylist()


def dropped_of(folder: Path) -> dict[str, tuple[str, str]]:
    lines = (folder / "dropped.jsonl").read_text("utf-8").splitlines()
    return {d["id"]: (d["stage"], d["name"]) for d in map(json.loads, lines)}


def test_from_requests_to_a_data_set(tmp_path: Path) -> None:
    path, out = saved(tmp_path / "r.jsonl", ROWS), tmp_path / "out"
    with Server(speak=speak) as server:
        report = make(settings(path, server), out)
        judged = [r for r in server.requests if judge_question(r)]
    rows = rows_of(out)
    assert [r["id"] for r in rows] == ["a0", "a1", "a2", "a3", "zh", "open"]
    assert dropped_of(out) == {"short": ("select", "short"), "nsfw": ("select", "toxic"), "note": ("judge", "short")}
    assert len(judged) == 2
    first, han, free = rows[0], rows[4], rows[5]
    assert first["messages"][0] == {"role": "user", "content": LONG[0]["prompt"]}
    text = first["messages"][1]["content"]
    assert text == asyncio.run(replay(out / "runs" / "a0")).text.rstrip("\n")
    assert (first["words"], first["required"], first["model"]) == (count_words(text), 2400, "m")
    assert sum(s["words"] for s in first["plan"]) == 2400
    assert first["length_score"] == pytest.approx(100, abs=3)
    assert [v["name"] for v in first["filters"]][-1] == "near duplicate"
    assert (han["language"], han["required"]) == ("zh", 2500)
    assert first["prompts_sha256"] != han["prompts_sha256"]
    assert (free["required"], free["length_score"]) == (None, None)
    assert report == json.loads((out / "report.json").read_text())
    assert (report["instructions"], report["outputs"], report["kept"]) == (9, 6, 6)
    assert (report["stated"], report["stated_and_kept"]) == (5, 5)
    assert report["dropped"] == {"select: short": 1, "select: toxic": 1, "judge: short": 1}
    assert report["calls"] == len(server.requests) - len(judged)
    card = (out / "README.md").read_text("utf-8")
    assert "6 of 6 outputs passed" in card
    assert "| select: toxic | 1 |" in card
    assert "min score 80" in card
    assert (out / "picture.png").read_bytes()[1:4] == b"PNG"


def test_half_characters_do_not_spoil_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", LONG[:1])
    Path(path).write_text('{"prompt": "Write a 2400-word story about a lamp \\ud83d"}')
    assert make(settings(path, None), tmp_path / "out")["kept"] == 1


def test_a_ceiling_holds_for_each_text_and_a_higher_one_goes_on(tmp_path: Path) -> None:
    path, out = saved(tmp_path / "r.jsonl", LONG), tmp_path / "out"
    writer = {"instruction": EACH, "writer": {"model": "fake:"}}
    with pytest.raises(CeilingReached, match="write: 4 of 4 items failed"):
        make(settings(path, None, writer=writer | {"max_tokens": 3000}), out)
    assert make(settings(path, None, writer=writer), out)["kept"] == 4


def test_datasets_loads_what_was_built(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed: pip install -e '.[train]'")
    make(settings(saved(tmp_path / "r.jsonl", LONG), None), tmp_path / "out")
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))["train"]
    assert loaded[0]["messages"][1]["role"] == "assistant"
    assert len(loaded) == 4


@pytest.mark.slow
def test_thresholds_may_change_and_nothing_is_asked_again(tmp_path: Path) -> None:
    path, out = saved(tmp_path / "r.jsonl", ROWS), tmp_path / "out"
    with Server(speak=speak, ratio=0.93) as server:
        make(settings(path, server), out)
        asked = len(server.requests)
        least = min(r["length_score"] for r in rows_of(out)[:5])
        report = make(settings(path, server, limits={"min_score": least + 0.01}), out)
        assert len(server.requests) == asked
        assert report["kept"] == 5
        assert report["failed_filters"] == {"length": 1}
        again = make(settings(path, server, first=2), out)
        assert (again["instructions"], again["kept"], len(server.requests)) == (2, 2, asked)
        with pytest.raises(RunError, match="other settings: least_words"):
            make(settings(path, server, least_words=1000), out)


def test_a_failed_text_stops_the_data_set_and_the_same_command_goes_on(tmp_path: Path) -> None:
    path, out = saved(tmp_path / "r.jsonl", LONG), tmp_path / "out"
    with Server(speak=speak, faults=["500"]) as server:
        with pytest.raises(Unavailable, match="write: 1 of 4 items failed"):
            make(settings(path, server), out)
        assert not (out / "train.parquet").exists()
        asked = len(server.requests)
        assert make(settings(path, server), out)["kept"] == 4
        assert {str(r["messages"]) for r in server.requests[asked:]} <= {
            str(r["messages"]) for r in server.requests
        } - {str(r["messages"]) for r in server.requests[1:asked]}


def test_failed_texts_may_be_left_out(tmp_path: Path) -> None:
    path, out = saved(tmp_path / "r.jsonl", LONG), tmp_path / "out"
    with Server(speak=speak, faults=["500"]) as server:
        assert make(settings(path, server, skip_failed=True), out)["kept"] == 3
        assert list(dropped_of(out).values()) == [("write", "failed")]
        assert make(settings(path, server), out)["kept"] == 4


def test_what_a_model_cannot_plan_or_judge_is_dropped_with_its_reason(tmp_path: Path) -> None:
    def odd(body: dict[str, Any], script: Script) -> str:
        asked = " ".join(m["content"] for m in body["messages"])
        if judge_question(body):
            return "That depends."
        if "house 1" in asked:
            return ""
        return "No." if "house 2" in asked and "response_format" in body else write(body, script)

    path, out = saved(tmp_path / "r.jsonl", [*LONG, OPEN]), tmp_path / "out"
    with Server(speak=odd) as server:
        assert make(settings(path, server), out)["kept"] == 2
        asked = len(server.requests)
        make(settings(path, server), out)
        assert len(server.requests) == asked
    assert dropped_of(out) == {
        "a1": ("write", "empty reply"), "a2": ("write", "no plan"), "open": ("judge", "undecided"),
    }  # fmt: skip
    assert "That depends." in (out / "dropped.jsonl").read_text()


def test_a_model_that_is_too_small_does_not_judge(tmp_path: Path) -> None:
    small = {"model": "gguf:smollm2"}
    with pytest.raises(
        InputError, match=r"smollm2 is too small to judge: .* 1 requests name no length, first open: give"
    ):
        make(settings(saved(tmp_path / "r.jsonl", [*LONG, OPEN]), None, judge=small), tmp_path / "out")
    assert (
        make(settings(saved(tmp_path / "r.jsonl", LONG), None, judge=small), tmp_path / "named")["kept"] == 4
    )  # nothing to judge


def test_a_request_that_cannot_be_written_is_dropped_before_anything_is_asked(tmp_path: Path) -> None:
    vast = {"id": "vast", "prompt": "Write", "words": 2_000_000}
    assert make(settings(saved(tmp_path / "r.jsonl", [*LONG, vast]), None), tmp_path / "out")["kept"] == 4
    assert dropped_of(tmp_path / "out") == {"vast": ("select", "unusable")}


def command(path: str, server: Server, out: Path, *more: str) -> list[str]:
    base = [sys.executable, "-m", "longwriter", "data", "agentwrite", path, "--model", "m", "--base-url", server.url]
    return [*base, "--out", str(out), "--concurrency", "4", *more]


@pytest.mark.slow
def test_kills_change_nothing_and_cost_what_was_under_way(tmp_path: Path) -> None:
    rows = [{"id": f"k{n}", "prompt": f"Write a 2100-word story about lamp {n}"} for n in range(6)]
    rows += [{"id": f"j{n}", "prompt": f"Write a thesis about the harbour of town {n}"} for n in range(3)]
    path, rng, kills = saved(tmp_path / "r.jsonl", rows), random.Random(3), 0
    with Server(ttft_s=0.02) as server:
        subprocess.run(command(path, server, tmp_path / "whole"), check=True, capture_output=True)
        whole = (tmp_path / "whole" / "train.parquet").read_bytes()
        usual = len(server.completed)
        while True:
            goal = len(server.requests) + rng.randint(6, 30)
            process = subprocess.Popen(command(path, server, tmp_path / "out"), stderr=subprocess.DEVNULL)
            while process.poll() is None and len(server.requests) < goal:
                time.sleep(0.002)
            if process.poll() is not None:
                break
            kills += 1
            process.kill()
            process.wait()
        assert process.returncode == 0
        assert (tmp_path / "out" / "train.parquet").read_bytes() == whole
        repeated = len(server.completed) - 2 * usual
    assert kills > 1
    assert 0 <= repeated <= 4 * kills


@pytest.mark.slow
def test_a_dry_run_counts_and_asks_nothing(tmp_path: Path) -> None:
    with Server() as server:
        dry = command(saved(tmp_path / "r.jsonl", ROWS), server, tmp_path / "out", "--dry-run", "--json")
        told = json.loads(subprocess.run(dry, check=True, capture_output=True, text=True).stdout)
        assert not server.requests
    assert not (tmp_path / "out").exists()
    assert (told["instructions"], told["long by rule"], told["for the judge"], told["dropped by rule"]) == (9, 5, 2, 2)
    assert told["calls"] > 30


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        ([{"text": "a"}], [], "row 1: no column messages"),
        ([], [], "no rows"),
        ([LONG[0], LONG[0]], [], "stands twice"),
        (LONG, ["--benchmark", "nowhere.jsonl"], "nowhere.jsonl"),
        (LONG, ["--min-score", "101"], "--min-score: 101"),
        (LONG, ["--engine", "spark"], "--engine spark"),
        (LONG, ["--out", "/dev/null/x"], "/dev/null/x"),
    ],
)
def test_bad_input_is_named_with_exit_code_2(
    rows: list[dict[str, object]], more: list[str], said: str, tmp_path: Path
) -> None:
    with Server() as server:
        done = subprocess.run(
            command(saved(tmp_path / "r.jsonl", rows), server, tmp_path / "out", *more),
            check=False,
            capture_output=True,
            text=True,
        )
        assert not server.requests
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def story(words: int, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join(f"{rng.choice('abcdefgh')}{rng.randrange(999)}" for _ in range(words)) + "."


def test_the_audit_of_a_data_set_that_exists(tmp_path: Path) -> None:
    pairs = [
        ("Write a 3000-word tale", 2900),
        ("Write a 3000-word tale", 1500),
        ("Write a tale", 2500),
        ("Write a tale", 117),
    ]
    path = tmp_path / "long.jsonl"
    with path.open("w") as file:
        for n, (prompt, words) in enumerate(pairs):
            chat = [
                {"role": "user", "content": prompt},
                {"role": "assistant", "content": "Paragraph 1: " + story(words, n)},
            ]
            file.write(json.dumps({"messages": chat}) + "\n")
    report = filter_dataset(str(path), tmp_path / "out", FilterLimits(), Benchmarks([]), MADE)
    assert (report["outputs"], report["kept"], report["stated"], report["stated_and_kept"]) == (4, 2, 2, 1)
    assert report["failed_filters"] == {"length": 1, "stub": 1}
    rows = rows_of(tmp_path / "out")
    assert [(r["id"], r["words"], r["required"]) for r in rows] == [("row-1", 2900, 3000), ("row-3", 2500, None)]
    assert rows[0]["messages"][1]["content"] == story(2900, 0)
    again = filter_dataset(str(tmp_path / "out"), tmp_path / "twice", FilterLimits(), Benchmarks([]), MADE)
    assert again["kept"] == 2
    assert rows_of(tmp_path / "twice") == rows
    with pytest.raises(InputError, match="choose another --out"):
        filter_dataset(str(tmp_path / "out"), tmp_path / "out", FilterLimits(), Benchmarks([]), MADE)
    with pytest.raises(InputError, match="row 1: no request with a reply"):
        filter_dataset(saved(tmp_path / "r.jsonl", LONG), tmp_path / "new", FilterLimits(), Benchmarks([]), MADE)
