"""A benchmark run against a real server: what is stored, gone on with, retried, counted."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.bench_runs import GOOD, MADE, ROWS, run, settings, speaking
from tests.helpers.data_runs import saved
from tests.helpers.hub import Hub, serving
from tests.helpers.server import Server

from longwriter.bench.scores import read_scores, score_run, stored_of
from longwriter.errors import InputError, RunError, SetupError
from longwriter.journal import Journal


def test_a_run_is_written_judged_and_scored(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    told: list[Any] = []
    with Server(speak=speaking(lambda _: GOOD)) as server:
        scores = run(settings(data, "writer", url=server.url, judge="judge"), folder, told.append)
        asked = [body for body in server.requests if body["model"] == "writer"]
        judged = [body for body in server.requests if body["model"] == "judge"]
    assert [body["messages"] for body in asked].count([{"role": "user", "content": ROWS[0]["prompt"]}]) == 1
    assert len({body["seed"] for body in asked}) == 3
    assert all(body["temperature"] == 0 and "Relevance" in str(body["response_format"]) for body in judged)
    assert {name: m.value for name, m in scores.metrics.items()} == {
        "S": 87.5,
        "S_l": 100,
        "S_q": 75,
        **{name: 75 for name in scores.metrics if name.startswith("quality/")},
    }
    assert scores.counts["items"] == scores.counts["responses"] == scores.counts["judgements"] == 3
    assert scores.spent["calls"] == 6
    assert scores.spent["cost"] == 0
    assert scores.items[0].reasons == {"S_q": "sound"}
    assert scores.items[0].words == 100
    assert scores.settings["date"] == MADE["date"]
    assert scores.settings["judge_prompt"] == "own wording"
    assert "127.0.0.1" not in scores.model_dump_json()
    assert read_scores(folder) == scores == read_scores(folder / "scores.json")
    assert {p.step.split()[0] for p in told} == {"write", "judge"}
    assert list(stored_of(folder).items) == list(stored_of(folder).responses) == ["r1", "r2", "r3"]


def test_the_same_bytes_again_without_a_model(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        run(settings(data, "writer", url=server.url, judge="judge"), folder)
    before = (folder / "scores.json").read_bytes()
    for name in ("scores.json", ".lock"):
        (folder / name).unlink()
    moved = tmp_path / "elsewhere"
    shutil.move(folder, moved)
    Path(data).unlink()
    score_run(moved)
    assert (moved / "scores.json").read_bytes() == before


def test_the_same_command_asks_nothing_twice_and_more_items_alone_what_is_new(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        run(settings(data, "writer", url=server.url, first=2), folder)
        assert len(server.requests) == 2
        scores = run(settings(data, "writer", url=server.url, first=2), folder)
        assert len(server.requests) == 2
        assert scores.judge is None
        assert "S_q" not in scores.metrics
        run(settings(data, "writer", url=server.url, judge="judge"), folder)
        assert len(server.requests) == 6
        scores = run(settings(data, "writer", url=server.url, judge="judge", ids=("r1",)), folder)
        assert len(server.requests) == 6
    assert scores.counts["items"] == 3


def test_each_judge_s_replies_are_kept_apart(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        run(settings(data, "writer", url=server.url, judge="judge"), folder)
        other = run(settings(data, "writer", url=server.url, judge="other"), folder)
        asked = len(server.requests)
        again = run(settings(data, "writer", url=server.url, judge="judge"), folder)
        assert len(server.requests) == asked
    assert other.judge == "other"
    assert again.metrics["S_q"].value == 75


def test_another_system_or_other_data_is_another_run(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    run(settings(data, "fake"), folder)
    with pytest.raises(RunError, match=r"other settings: model.model, system"):
        run(settings(data, "fake:0.5"), folder)
    saved(tmp_path / "data.jsonl", ROWS[:2])
    with pytest.raises(RunError, match="data_sha256"):
        run(settings(data, "fake"), folder)


def test_a_reply_in_prose_is_asked_for_again_and_kept(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS[:1]), tmp_path / "run"
    replies = iter(["I liked it, four out of five.", '{"Relevance": 9}', GOOD])
    with Server(speak=speaking(lambda _: next(replies))) as server:
        scores = run(settings(data, "writer", url=server.url, judge="judge"), folder)
        seeds = [body["seed"] for body in server.requests if body["model"] == "judge"]
        heat = [body["temperature"] for body in server.requests if body["model"] == "judge"]
    assert len(set(seeds)) == 3
    assert heat == [0, 0.5, 0.5]
    assert scores.metrics["S_q"].value == 75
    assert scores.counts["retried"] == 1
    assert scores.counts["unreadable"] == 0
    (judgement,) = stored_of(folder).judgements.values()
    assert judgement.id == "r1/quality"
    assert judgement.replies == ("I liked it, four out of five.", '{"Relevance": 9}', GOOD)


def test_a_judge_in_prose_alone_is_counted_and_never_a_0(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"

    def judge(body: dict[str, Any]) -> str:
        return "A fine text!" if "200 words" in str(body["messages"]) else GOOD

    with Server(speak=speaking(judge)) as server:
        scores = run(settings(data, "writer", url=server.url, judge="judge"), folder)
        asked = len(server.requests)
        run(settings(data, "writer", url=server.url, judge="judge"), folder)
        assert len(server.requests) == asked == 3 + 2 + 3
    assert scores.metrics["S_q"].value == 75
    assert scores.metrics["S_q"].missing == scores.metrics["S"].missing == scores.counts["unreadable"] == 1
    assert scores.metrics["S_l"].missing == scores.counts["failed_judgements"] == 0
    assert scores.items[1].scores["S_q"] is None
    assert scores.items[1].failures == ("quality: 3 replies could not be read, the last began 'A fine text!'",)


def test_a_judge_that_dies_between_two_tries_loses_no_reply(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS[:1]), tmp_path / "run"
    with Server(speak=speaking(lambda body: "Four of five." if body["temperature"] == 0 else GOOD)) as server:
        chosen = settings(data, "writer", url=server.url, judge="judge")
        server.faults.extend(["ok", "ok", *["503"] * 40])
        scores = run(chosen, folder)
        assert scores.counts["failed_judgements"] == scores.metrics["S_q"].missing == 1
        assert scores.counts["unreadable"] == 0
        assert "503" in scores.items[0].failures[0]
        (judgement,) = stored_of(folder).judgements.values()
        assert judgement.replies == ("Four of five.",)
        server.faults.clear()
        asked = len(server.requests)
        scores = run(chosen, folder)
        assert len(server.requests) == asked + 1
    assert scores.metrics["S_q"].value == 75
    assert scores.counts["failed_judgements"] == 0
    assert scores.counts["retried"] == 1
    assert next(iter(stored_of(folder).judgements.values())).replies == ("Four of five.", GOOD)


def test_each_try_is_a_record_of_its_own(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: "no marks")) as server:
        run(settings(data, "writer", url=server.url, judge="judge"), folder)
    kept = [entry.data for entry in Journal(folder / "journal.jsonl", read_only=True) if entry.kind.startswith("judge")]
    assert sorted(str(data["id"]) for data in kept[:3]) == ["r1/quality", "r2/quality", "r3/quality"]
    assert sorted(str(data["id"]) for data in kept[6:]) == ["r1/quality#2", "r2/quality#2", "r3/quality#2"]
    assert all(data["result"]["replies"] == ["no marks"] for data in kept)  # type: ignore[index,call-overload]


def test_a_judge_that_comes_later_has_its_own_date(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS[:1]), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        run(settings(data, "writer", url=server.url), folder)
        later = MADE | {"date": "2026-05-06T00:00:00+00:00", "command": "longwriter bench ... --judge judge"}
        for made in (later, MADE | {"date": "2027-01-01T00:00:00+00:00"}):
            scores = run(settings(data, "writer", url=server.url, judge="judge"), folder, made=made)
    told = scores.settings
    assert (told["date"], told["judge_date"]) == (MADE["date"], later["date"])
    assert (told["command"], told["judge_command"]) == (MADE["command"], later["command"])


def test_a_dead_server_is_a_failure_that_the_same_command_mends(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(faults=["500"] * 20, speak=speaking(lambda _: GOOD)) as server:
        url = server.url
        scores = run(settings(data, "writer", url=url, judge="judge"), folder)
        assert scores.counts["failed_responses"] == 3
        assert scores.metrics["S_l"].value is None
        assert scores.metrics["S_l"].missing == 3
        assert scores.counts["judgements"] == 0
        assert "500" in scores.items[0].failures[0] or "server" in scores.items[0].failures[0]
        server.faults.clear()
        scores = run(settings(data, "writer", url=url, judge="judge"), folder)
    assert scores.counts["failed_responses"] == 0
    assert scores.metrics["S"].value == 87.5
    assert scores.items[0].failures == ()


def test_a_judge_that_cannot_be_reached_is_counted_apart(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        run(settings(data, "writer", url=server.url), folder)
        server.faults.extend(["503"] * 40)
        scores = run(settings(data, "writer", url=server.url, judge="judge"), folder)
    assert scores.counts["failed_judgements"] == scores.metrics["S_q"].missing == 3
    assert scores.counts["unreadable"] == 0
    assert scores.metrics["S_l"].value == 100


def test_a_wrong_key_stops_at_once(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    with Server(faults=["401"] * 9) as server, pytest.raises(SetupError, match="key"):
        run(settings(data, "writer", url=server.url), tmp_path / "run")


def test_a_text_that_the_judge_cannot_take_is_that_item_s_failure(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD), ttft_s=0.2) as server:
        run(settings(data, "writer", url=server.url), folder)
        server.faults.append("context")
        scores = run(settings(data, "writer", url=server.url, judge="judge"), folder)
        assert scores.counts["failed_judgements"] == 1
        assert scores.metrics["S_q"].n == 2
        assert "window" in " ".join(f for item in scores.items for f in item.failures)
        asked = len(server.requests)
        server.faults.append("context")
        assert run(settings(data, "writer", url=server.url, judge="judge"), folder).counts["failed_judgements"] == 1
        assert run(settings(data, "writer", url=server.url, judge="judge"), folder).counts["failed_judgements"] == 0
        assert len(server.requests) <= asked + 4


def test_a_judge_s_first_text_may_be_the_one_that_it_cannot_take(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS[:1]), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        run(settings(data, "writer", url=server.url), folder)
        server.faults.append("context")
        scores = run(settings(data, "writer", url=server.url, judge="judge"), folder)
    assert scores.counts["failed_judgements"] == 1
    assert "window" in " ".join(scores.items[0].failures)


def test_an_empty_answer_scores_0_and_is_counted(tmp_path: Path) -> None:
    data, folder = saved(tmp_path / "data.jsonl", ROWS[:2]), tmp_path / "run"
    rows = [{"id": "r1", "text": " \n"}, {"id": "r2", "text": "tin " * 200}]
    with Server(speak=speaking(lambda _: GOOD)) as server:
        texts = "texts:" + saved(tmp_path / "texts.jsonl", rows)
        scores = run(settings(data, texts, url=server.url, judge="judge"), folder)
        assert len(server.requests) == 0 or all(body["model"] == "judge" for body in server.requests)
    assert scores.items[0].scores["S_l"] == scores.items[0].scores["S_q"] == scores.items[0].scores["S"] == 0
    assert scores.items[0].words == 0
    assert scores.metrics["S_l"].value == 50
    assert scores.metrics["S_l"].missing == 0
    assert scores.counts["empty"] == scores.counts["judgements"] == 1


def test_a_model_that_answers_nothing(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS[:1])
    with Server(faults=["empty"] * 9) as server:
        scores = run(settings(data, "writer", url=server.url), tmp_path / "run")
    assert scores.counts["empty"] == 1
    assert scores.metrics["S_l"].value == 0


def test_thinking_does_not_count(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS[:1])
    rows = [{"prompt": ROWS[0]["prompt"] + " ", "response": "<think>" + "plan " * 900 + "</think>\n\n" + "tin " * 100}]
    scores = run(settings(data, saved(tmp_path / "texts.jsonl", rows)), tmp_path / "run")
    assert scores.items[0].words == 100
    assert scores.counts["thinking_removed"] == 1
    assert "plan" in str(
        next(e.data for e in Journal(tmp_path / "run" / "journal.jsonl", read_only=True) if e.kind == "write")
    )


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"id": "r1"}], r"texts.jsonl:1: no text, response, output in this row; it has id"),
        ([{"text": "a"}], r"texts.jsonl:1: no id and no prompt in this row; it has text"),
        (
            [{"id": "r1", "text": "a"}, {"id": "r1", "text": "b"}],
            r"texts.jsonl:2: a second text for item r1, after .*:1",
        ),
        ([{"id": "x", "text": "a"}], r"none of its rows has an id \(r1, r2, r3 ...\)"),
    ],
)
def test_texts_that_do_not_fit(rows: list[dict[str, str]], told: str, tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    with pytest.raises(InputError, match=told):
        run(settings(data, saved(tmp_path / "texts.jsonl", rows)), tmp_path / "run")


def test_the_prompt_decides_where_a_file_numbers_otherwise(tmp_path: Path) -> None:
    numbered = [{key: value for key, value in row.items() if key != "id"} for row in ROWS]
    data = saved(tmp_path / "data.jsonl", numbered)
    rows = [{"idx": n, "prompt": row["prompt"], "response": "tin " * 100 * (n + 1)} for n, row in enumerate(ROWS)]
    scores = run(settings(data, saved(tmp_path / "texts.jsonl", rows)), tmp_path / "run")
    assert [(item.id, item.words) for item in scores.items] == [("1", 100), ("2", 200), ("3", 300)]
    assert scores.counts["failed_responses"] == 0
    wrapped = [{"id": "2", "prompt": "Please: write 200 words on tin", "response": "tin"}]
    scores = run(settings(data, saved(tmp_path / "other.jsonl", wrapped)), tmp_path / "other")
    assert scores.items[1].words == 1


def test_halves_of_characters_stop_nothing(tmp_path: Path) -> None:
    half = "\ud83d"
    data, folder = saved(tmp_path / "data.jsonl", ROWS[:1]), tmp_path / "run"
    rows = [{"id": "r1", "text": "tin " * 99 + "tin" + half}]
    texts = tmp_path / "texts.jsonl"
    texts.write_text(json.dumps(rows[0]) + "\n")

    def judge(body: dict[str, Any]) -> str:
        assert "\ufffd" in str(body["messages"])
        return GOOD.replace("sound", "sound \\ud83d")

    with Server(speak=speaking(judge)) as server:
        scores = run(settings(data, str(texts), url=server.url, judge="judge"), folder)
    assert scores.metrics["S"].value == 87.5
    assert read_scores(folder).items[0].reasons == {"S_q": "sound \ufffd"}
    with Server(speak=lambda body, _: GOOD if body["model"] == "judge" else "tin" + half) as server:
        scores = run(settings(data, "writer", url=server.url, judge="judge"), tmp_path / "other")
    assert scores.counts["responses"] == scores.counts["judgements"] == 1
    assert stored_of(tmp_path / "other").responses["r1"].text == "tin\ufffd"


def test_a_judge_that_cannot_be_asked_stops_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(InputError, match="smollm2 is too small to judge"):
        run(settings(data, "fake", judge="gguf:smollm2"), tmp_path / "run")
    with pytest.raises(SetupError, match="no key"):
        run(settings(data, "fake", judge="judge"), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_item_without_a_text_is_missing(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    scores = run(settings(data, saved(tmp_path / "texts.jsonl", [{"id": "r1", "text": "tin"}])), tmp_path / "run")
    assert scores.counts["failed_responses"] == scores.metrics["S_l"].missing == 2
    assert scores.items[1].failures == ("response: texts.jsonl has no text for this item",)


def test_agentwrite_writes_in_its_own_folders_and_knows_the_prompt_alone(tmp_path: Path) -> None:
    rows = [{"id": "a", "prompt": "Write 900 words on tin", "length": 1200}]
    data = saved(tmp_path / "data.jsonl", rows)
    with Server() as server:
        scores = run(settings(data, "agentwrite:writer", url=server.url), tmp_path / "run")
    asked = json.loads((tmp_path / "run" / "runs" / "a" / "settings.json").read_text("utf-8"))
    assert asked["words"] is None
    assert asked["instruction"] == rows[0]["prompt"]
    assert scores.items[0].words == pytest.approx(900, rel=0.1)
    assert (scores.spent["calls"] or 0) > 1


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Hub]]:
    yield from serving(monkeypatch, tmp_path / "cache")


@pytest.mark.slow
def test_a_benchmark_from_the_hub(hub: type[Hub], tmp_path: Path) -> None:
    hub.data = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    command = [sys.executable, "-m", "longwriter", "bench", "longbench-write", "--data", "hub:owner/name"]
    command += ["--system", "fake", "--out", str(tmp_path / "run")]
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    for ill, code in ((True, 2), (False, 0)):
        hub.ill = ill
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == code, done.stderr
        assert ("the download broke off" in done.stderr) is ill
    scores = read_scores(tmp_path / "run")
    assert scores.counts["items"] == 3
    assert scores.settings["data"] == "hub:owner/name"


def test_unknown_ids_and_systems(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    with pytest.raises(InputError, match="--ids: no item 'x'; there are r1, r2, r3"):
        run(settings(data, "fake", ids=("x",)), tmp_path / "run")
    with pytest.raises(InputError, match="give MODEL, agentwrite:MODEL or texts:FILE"):
        settings(data, "agentwrite:")
    with pytest.raises(RunError, match=r"is .* a run"):
        score_run(tmp_path)


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "prompt": f"Write {20 + n} words on tin", "length": 20 + n} for n in range(40)]
    data, folder = saved(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD), ttft_s=0.1) as server:
        flags = ["--system", "writer", "--base-url", server.url, "--judge", "judge", "--judge-max-tokens", "200"]
        command = [sys.executable, "-m", "longwriter", "bench", "longbench-write", "--data", data, "--out", str(folder)]
        command += [*flags, "--concurrency", "4"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        while len(server.completed) < 50 and process.poll() is None:  # 40 texts, then judgements
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.3)
        before = len(server.completed)
        stored = len(Journal(folder / "journal.jsonl", read_only=True))
        assert 50 <= stored < 41 + 80
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert before < 80
        assert len(server.completed) <= 80 + 2 * 4  # what was under way, at most, came twice
    assert read_scores(folder).counts["judgements"] == 40
    assert "87.5" in done.stdout
