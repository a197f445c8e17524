"""Published files of pairs, a judge and a reward server, from the command to the report."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.helpers.command import longwriter_here, one_line
from tests.helpers.scoring_server import ScoringServer
from tests.helpers.server import Script, Server

GOOD, BAD = "The lamp burned one good night, and nobody came.", "There was a lamp."


def side(text: str, score: int) -> dict[str, Any]:
    return {"response": text, "score": score, "model": "m", "word_len": len(text.split())}


def bench_file(folder: Path) -> Path:
    """As WritingPreferenceBench is published: a list of objects in a .json file."""
    rows = [
        {
            "prompt": f"Write {n} about a lamp",
            "prompt_id": f"p{n}",
            "tag": tag,
            "chosen": side(a, 3),
            "rejected": side(b, 1),
        }
        for n, (tag, a, b) in enumerate([("Poem", GOOD, BAD), ("Story", BAD, GOOD), ("Poem", GOOD, BAD + " Odd.")])
    ]
    path = folder / "WP_bench_english.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=2), "utf-8")
    return path


def judge(body: dict[str, Any], _: Script) -> str:
    """Prefers the text about a night; where the other is odd, whatever stands first."""
    text = body["messages"][0]["content"]
    a, b = (text.split(f"<text_{x}>\n")[1].split(f"\n</text_{x}>")[0] for x in "ab")
    better = "A" if "Odd" in a + b or "night" in a else "B"
    return json.dumps({"reasons": "A night is a particular, a lamp alone is none.", "better": better})


def ask(pairs: Path, cwd: Path, *flags: object) -> Any:
    return longwriter_here("bench", "preferences", pairs, "--out", cwd / "run", *flags, cwd=cwd)


def test_a_judge_on_the_published_file_of_writing_preference_bench(tmp_path: Path) -> None:
    pairs = bench_file(tmp_path)
    with Server(speak=judge) as server:
        done = ask(pairs, tmp_path, "--judge", "local", "--judge-url", server.url, "--json")
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 6, "three pairs, both orders"
        again = ask(pairs, tmp_path, "--judge", "local", "--judge-url", server.url)
        assert len(server.requests) == 6, "what was answered is kept"
    found = json.loads(done.stdout)
    assert found["whole"]["accuracy"]["value"] == 0.5, "right, wrong, and a tie where the orders disagree"
    assert {genre: part["accuracy"]["value"] for genre, part in found["genres"].items()} == {"Poem": 0.75, "Story": 0}
    assert found["order_agreement"]["value"] == pytest.approx(2 / 3)
    kept = [json.loads(line) for line in (tmp_path / "run" / "pairs.jsonl").read_text().splitlines()]
    assert [(row["id"], row["points"]) for row in kept] == [("1", 1.0), ("2", 0.0), ("3", 0.5)]
    assert kept[0]["reasons"] == ["A night is a particular, a lamp alone is none."] * 2
    for said in ("all pairs", "Poem", "both orders agree: 0.667", "the text shown first is preferred: 0.667"):
        assert said in again.stdout


def test_another_judge_is_another_run(tmp_path: Path) -> None:
    pairs = bench_file(tmp_path)
    with Server(speak=judge) as server:
        ask(pairs, tmp_path, "--judge", "local", "--judge-url", server.url)
        one_line(ask(pairs, tmp_path, "--judge", "local", "--judge-url", server.url, "--verdict"), "judge_reasons")


def test_a_reward_server_on_litbench_with_its_texts(tmp_path: Path) -> None:
    """The CSV of LitBench's own script: rows whose comment is gone are empty, and are counted."""
    path = tmp_path / "rehydrated_test_data.csv"
    rows = [("[WP] A lamp", GOOD, BAD), ("[WP] A lamp", BAD, GOOD), ("[WP] A lamp", GOOD, ""), ("", "[deleted]", BAD)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt", "chosen_story", "rejected_story", "chosen_comment_id"])
        writer.writerows([*row, "jg3touy"] for row in rows)
    with ScoringServer() as server:
        done = ask(path, tmp_path, "--reward-url", server.url, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["left_out"] == {"a text is missing": 1, "no request": 1}
    assert found["whole"]["pairs"] == 2
    assert found["whole"]["accuracy"]["value"] == 0.5
    assert found["whole"]["ties"] == 0
    assert found["order_agreement"] is None
    assert found["score_words_correlation"]["value"] is not None


def test_scores_are_compared_before_they_are_rewards(tmp_path: Path) -> None:
    """Sigmoids of 50 and of 60 are the same number."""
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(json.dumps({"prompt": "Write.", "chosen": "good " * 60, "rejected": "good " * 50}))
    with ScoringServer() as server:
        done = ask(pairs, tmp_path, "--reward-url", server.url, "--json")
    assert json.loads(done.stdout)["whole"]["accuracy"]["value"] == 1


def test_litbench_s_training_set_and_its_ids(tmp_path: Path) -> None:
    train, ids = tmp_path / "train-00000.parquet", tmp_path / "ids.parquet"
    row = {"prompt": "A lamp", "chosen_story": GOOD, "rejected_story": BAD, "chosen_upvotes": 30, "rejected_upvotes": 3}
    pq.write_table(pa.Table.from_pylist([row]), train)
    pq.write_table(pa.Table.from_pylist([{"chosen_comment_id": "jg3touy", "rejected_comment_id": "jg3l1vy"}]), ids)
    with Server(speak=judge) as server:
        done = ask(train, tmp_path, "--judge", "local", "--judge-url", server.url, "--json")
    assert json.loads(done.stdout)["whole"]["accuracy"]["value"] == 1
    one_line(ask(ids, tmp_path, "--judge", "local", "--judge-url", server.url), "rehydrate.py", "row 1")


def test_pairs_without_a_verdict_end_the_command_with_their_reason(tmp_path: Path) -> None:
    with Server(speak=lambda *_: "I cannot say.") as server:
        done = ask(bench_file(tmp_path), tmp_path, "--judge", "local", "--judge-url", server.url, "--first", 1)
    assert done.returncode != 0
    assert "1 of 1 pairs have no verdict" in done.stderr
    assert "no reply of the judge could be read" in done.stderr


def test_one_judge_is_named(tmp_path: Path) -> None:
    one_line(ask(bench_file(tmp_path), tmp_path), "one of reward_model, reward_url, judge")
