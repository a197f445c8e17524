"""Preference pairs: the best of a request's samples against a random other, every score and drop accounted for."""

import json
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.data_runs import MADE, saved
from tests.helpers.making import varied
from tests.helpers.server import Script, Server, write

from longwriter.data.backtranslate.by_model import BackTranslator
from longwriter.data.instructions import Instruction, read_instructions, sha256_of_instructions
from longwriter.data.pairs.build import PairSettings, ScoredSample, make_pairs, pair, required_words
from longwriter.data.pairs.quality import JudgeQuality, RuleQuality
from longwriter.data.pairs.report import histogram
from longwriter.data.pairs.samples import Sampler, make_folders, sample_file
from longwriter.errors import InputError, RunError, Unavailable
from longwriter.length.score import length_score
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.steps.local import LocalEngine
from longwriter.steps.workers import seed_of
from longwriter.text import count_words
from longwriter.types import Reply
from longwriter.writer.settings import WriteSettings

ROWS = [{"id": f"r{n}", "prompt": f"Write {100 + 10 * n} words about harbour {n}"} for n in range(5)]


def sampled(number: int, length: float | None, quality: float | None) -> ScoredSample:
    return ScoredSample(number, 100, length, quality)


def test_a_score_is_the_mean_of_the_parts_that_there_are() -> None:
    assert sampled(0, 90, 40).score == 65
    assert sampled(0, None, 40).score == 40
    assert sampled(0, 90, None).score == 90


@given(st.lists(st.integers(0, 5), max_size=6), st.integers(0, 99), st.integers(0, 40))
def test_the_best_is_chosen_and_any_other_may_be_rejected(lengths, seed, margin) -> None:
    samples = [sampled(i, 20.0 * n, None) for i, n in enumerate(lengths)]
    found = pair(samples, margin, random.Random(seed))
    if isinstance(found, str):
        assert len(samples) < 2 or margin > 0 or lengths.count(max(lengths)) > 1
    else:
        chosen, rejected = found
        assert chosen.score == max(s.score for s in samples)
        assert chosen.score - rejected.score >= max(margin, 1)


def test_every_other_sample_is_rejected_at_times() -> None:
    samples = [sampled(0, 10, None), sampled(1, 90, None), sampled(2, 30, None), sampled(3, 20, None)]
    seen = {pair(samples, 0, random.Random(seed))[1].number for seed in range(60)}
    assert seen == {0, 2, 3}


@pytest.mark.parametrize(
    ("lengths", "margin", "why"),
    [([], 0, "fewer"), ([50], 0, "fewer"), ([50, 50], 0, "equal"), ([50, 54], 5, "nearer")],
)
def test_why_there_is_no_pair(lengths, margin, why) -> None:
    assert why in pair([sampled(i, n, None) for i, n in enumerate(lengths)], margin, random.Random(1))


@pytest.mark.parametrize(
    ("scores", "cut", "found"),
    [
        ([90, 60], {0}, "every other sample was cut and scores higher"),
        ([60, 90], {0}, (1, 0)),
        ([90, 80, 70], {0}, (1, 2)),
        ([90, 80, 80], {0, 2}, "equal scores"),
        ([90, 80], {0, 1}, "every sample was cut"),
    ],
)
def test_a_cut_reply_is_never_chosen(scores: list[float], cut: set[int], found: Any) -> None:
    samples = [sampled(i, score, None)._replace(cut=i in cut) for i, score in enumerate(scores)]
    for seed in range(20):
        both = pair(samples, 0, random.Random(seed))
        assert (both if isinstance(both, str) else tuple(s.number for s in both)) == found


def test_cut_replies_are_marked_and_counted(tmp_path: Path) -> None:
    def speak(body: dict[str, Any], _: Script) -> str:
        """The first sample of each request is as long as was asked, the second is longer than the limit."""
        return "The keeper lit the lamp. " * (26 if body["seed"] == seeds[0] else 90)

    row = {"id": "r0", "prompt": "Write 120 words about harbour 0"}
    seeds = [seed_of(WriteSettings(instruction="x", writer=ModelConfig(model="m")).seed, f"r0.{n}") for n in range(2)]
    with Server(cut_tokens=300, speak=speak) as server:
        report = run(settings(saved(tmp_path / "r.jsonl", [row]), server.url, quality="none", k=2), tmp_path / "out")
    [found] = rows(tmp_path / "out")
    assert (found["cut_chosen"], found["cut_rejected"]) == (False, True)
    assert (report["samples_cut"], report["pairs_with_cut_rejected"]) == (1, 1)


def test_the_row_s_own_length_goes_before_the_request_s() -> None:
    assert required_words(Instruction("a", "Write 300 words on tin", 500)) == 500
    assert required_words(Instruction("a", "Write 300 words on tin")) == 300
    assert required_words(Instruction("a", "Write on tin")) is None


def test_margins_by_classes() -> None:
    assert histogram([0.1, 4.9, 5.0, 99, 100]) == {"0-5": 2, "5-10": 1, "95-100": 2}


def test_seeds_are_of_the_sample_alone() -> None:
    assert seed_of(1, "a.0") == seed_of(1, "a.0")
    assert len({seed_of(s, f"{i}.{n}") for s in (1, 2) for i in "ab" for n in range(9)}) == 36


@pytest.mark.parametrize(
    ("row", "set_to", "tokens"),
    [
        ({"prompt": "Write 300 words on tin", "words": None}, None, 1020 + 8192),  # 1.7 x 2 a word, and thinking
        ({"prompt": "Write 300 words on tin", "words": 500}, None, 1700 + 8192),
        ({"prompt": "Write on tin", "words": None}, None, 17_000 + 8192),
        ({"prompt": "Write on tin", "words": 500}, 600, 600),
    ],
)
async def test_a_direct_sample_is_bounded_by_what_is_asked(tmp_path: Path, row, set_to, tokens) -> None:
    chosen = WriteSettings(instruction="x", writer=ModelConfig(model="m"), max_section_tokens=set_to)
    make_folders(tmp_path)
    sampler = Sampler(chosen, tmp_path, direct=True)
    filtered = Reply(text="Tin is", finish="filter")
    sampler.models = {"writer": FakeModel.scripted([Reply(text="Tin is", finish="length"), filtered])}
    assert (await sampler({"id": "a.0"} | row))["finish"] == "length"
    assert "filter" in str((await sampler({"id": "a.1"} | row))["missing"])
    assert [r.max_tokens for r in sampler.models["writer"].requests] == [tokens] * 2
    assert not sample_file(tmp_path, "a.1").exists()


@pytest.mark.parametrize(
    ("text", "ended", "finish"),
    [
        (f"{varied('It lay there,', 7)}", "stop", "stop"),
        (f"{varied('It lay there,', 7)}And then the keeper said that he", "stop", "cut"),
        (f"{varied('It lay there,', 7)}And", "filter", "cut"),
    ],
)
async def test_a_text_of_agentwrite_that_breaks_off_is_cut(tmp_path: Path, text: str, ended: Any, finish: str) -> None:
    plan = {"title": "Tin", "sections": [{"title": "Ore", "point": "where ore lay", "words": 60}]}
    make_folders(tmp_path)
    chosen = WriteSettings(instruction="x", writer=ModelConfig(model="m"))
    sampler = Sampler(chosen, tmp_path, direct=False)
    replies = [json.dumps(plan), Reply(text=text, finish=ended)]
    model = FakeModel.scripted(replies)
    sampler.models = {"writer": model, "planner": model}
    told = await sampler({"id": "a.0", "prompt": "Write 60 words on tin", "words": None})
    assert (told["finish"], told["prompts"]) == (finish, "en")


def uneven(body: dict[str, Any], script: Script) -> str:
    """Lengths that depend on the seed; a judge that likes long texts."""
    content = body["messages"][-1]["content"]
    if "score" in str(body.get("response_format", "")):
        return json.dumps({"score": count_words(content) % 100})
    asked = int(content.split("Write ")[1].split(" ")[0])
    return write(body, Script(ratio=(0.4, 0.7, 1.0, 1.5)[body["seed"] % 4])) if asked else ""


def judging(body: dict[str, Any], script: Script) -> str:
    """The usual server as a writer, with a judge's number for each text."""
    if "score" in str(body.get("response_format", "")):
        return json.dumps({"score": len(body["messages"][-1]["content"]) % 100})
    return write(body, Script(ratio=0.8))


def settings(path: str, url: str, **more: Any) -> PairSettings:
    model = ModelConfig(model="writer", base_url=url, retry_s=0.2)
    writer = WriteSettings(instruction="each request", writer=model, temperature=1.0)
    if more.get("quality") == "judge":
        more["judge"] = model.model_copy(update={"model": "judge"})
    return PairSettings(
        instructions=path, instructions_sha256=sha256_of_instructions(read_instructions(path)), writer=writer, **more
    )


def run(chosen: PairSettings, folder: Path) -> dict[str, Any]:
    return make_pairs(chosen, folder, LocalEngine(4), lambda _: None, MADE)


def rows(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "train.parquet").to_pylist()


def test_rows_hold_what_their_scores_were_made_of(tmp_path: Path) -> None:
    with Server(speak=uneven) as server:
        report = run(settings(saved(tmp_path / "r.jsonl", ROWS), server.url, quality="judge"), tmp_path / "out")
        seeds = [body["seed"] for body in server.requests if body["model"] == "writer"]
    found = rows(tmp_path / "out")
    assert len(seeds) == len(set(seeds)) == 4 * len(ROWS)
    assert report["kept"] == len(found) > 2
    for row in found:
        assert [m["role"] for m in row["prompt"]] == ["user"]
        assert row["judge"] == "judge"
        for side in ("chosen", "rejected"):
            (message,) = row[side]
            assert message["role"] == "assistant"
            assert row[f"words_{side}"] == count_words(message["content"])
            score = length_score(row["required"], row[f"words_{side}"])
            assert row[f"length_score_{side}"] == pytest.approx(score, abs=1e-4)
            assert row[f"score_{side}"] == pytest.approx((score + row[f"quality_{side}"]) / 2, abs=1e-4)
        assert row["score_chosen"] > row["score_rejected"]
    assert sum(report["margins"].values()) == len(found)
    assert (tmp_path / "out" / "picture.png").read_bytes()[:4] == b"\x89PNG"
    assert len((tmp_path / "out" / "dropped.jsonl").read_text().splitlines()) == len(ROWS) - len(found)


def test_another_judge_margin_or_k_uses_the_samples_that_exist(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", ROWS)
    with Server(speak=uneven) as server:
        first = run(settings(path, server.url, quality="none", k=3), tmp_path / "out")
        assert len(server.requests) == 15
        again = run(settings(path, server.url, quality="judge", k=3), tmp_path / "out")
        assert len(server.requests) == 30
        run(settings(path, server.url, quality="none", k=4), tmp_path / "out")
        assert len(server.requests) == 35
        strict = run(settings(path, server.url, quality="none", k=4, margin=25), tmp_path / "out")
        run(settings(path, server.url, quality="judge", k=3), tmp_path / "out")
        assert len(server.requests) == 35
    assert first["quality_chosen"] is None
    assert again["quality_chosen"] is not None
    assert all(r["score_chosen"] - r["score_rejected"] >= 25 for r in rows(tmp_path / "out")) or strict["kept"]


def test_a_sample_without_a_verdict_leaves_the_comparison_and_is_counted(tmp_path: Path) -> None:
    def mute(body: dict[str, Any], script: Script) -> str:
        said = uneven(body, script)
        return "no idea" if "harbour 1" in str(body) and "score" in said else said

    with Server(speak=mute) as server:
        report = run(settings(saved(tmp_path / "r.jsonl", ROWS), server.url, quality="judge"), tmp_path / "out")
    assert report["samples_left_out"] == {"no verdict": 4}
    assert "r1" not in [r["id"] for r in rows(tmp_path / "out")]
    drops = [json.loads(line) for line in (tmp_path / "out" / "dropped.jsonl").read_text().splitlines()]
    assert {d["id"]: d["name"] for d in drops}["r1"] == "fewer than two samples to compare"


def test_an_empty_reply_is_no_sample(tmp_path: Path) -> None:
    with Server(speak=uneven, faults=["empty"]) as server:
        report = make_pairs(
            settings(saved(tmp_path / "r.jsonl", ROWS[:1]), server.url, quality="none", k=8), tmp_path / "out", LocalEngine(1),
            lambda _: None, MADE,
        )  # fmt: skip
    assert report["samples_scored"] + report["samples_left_out"].get("no text", 0) == 8


@pytest.mark.slow
def test_requests_without_length_are_judged_alone_and_without_a_judge_dropped(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", [*ROWS[:2], {"id": "free", "prompt": "Write 7 things about tin"}])
    with Server(speak=uneven) as server:
        run(settings(path, server.url, quality="judge"), tmp_path / "a")
        free = next(r for r in rows(tmp_path / "a") if r["id"] == "free")
        assert free["required"] is None
        assert free["length_score_chosen"] is None
        assert free["score_chosen"] == free["quality_chosen"]
        report = run(settings(path, server.url, quality="none"), tmp_path / "b")
    assert report["samples_left_out"] == {"neither length nor quality": 4}


def test_agentwrite_samples_are_runs_of_their_own(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", [{"id": "r", "prompt": "Write 900 words about harbours"}])
    with Server(speak=judging) as server:
        run(settings(path, server.url, direct=False, k=3, quality="judge"), tmp_path / "out")
    texts = [(tmp_path / "out" / "samples" / f"r.{n}.txt").read_text() for n in range(3)]
    assert len(set(texts)) == 3
    assert all(850 < count_words(text) < 950 for text in texts)
    assert (tmp_path / "out" / "runs" / "r.2" / "journal.jsonl").exists()


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    many = [{"id": f"r{n}", "prompt": f"Write {100 + n} words about harbour {n}"} for n in range(20)]
    path, out = saved(tmp_path / "r.jsonl", many), tmp_path / "out"
    with Server(speak=uneven, ttft_s=0.02) as server:
        args = ["data", "pairs", path, "--model", "writer", "--base-url", server.url, "--quality", "judge"]
        command = [sys.executable, "-m", "longwriter", *args, "--concurrency", "4", "--out"]
        for done in (10, 110):  # among the samples, among the verdicts
            process = subprocess.Popen([*command, str(out)], stderr=subprocess.DEVNULL)
            while len(server.completed) < done:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
        subprocess.run([*command, str(out)], check=True, capture_output=True)
        asked, again = len(server.requests), tmp_path / "again"
        subprocess.run([*command, str(again)], check=True, capture_output=True)
    assert asked <= 160 + 2 * 4  # at most those under way were asked for again
    assert rows(out) == rows(again)
    texts = [{p.name: p.read_text() for p in (run / "samples").glob("r*.txt")} for run in (out, again)]
    assert texts[0] == texts[1]
    assert len(texts[0]) == 80


def test_workers_can_be_sent_to_other_processes(tmp_path: Path) -> None:
    writer, judge = WriteSettings(instruction="x"), ModelConfig(model="fake")
    for worker in (
        Sampler(writer, tmp_path, direct=True),
        RuleQuality(),
        JudgeQuality(judge, 1),
        BackTranslator(judge, 1),
    ):
        assert type(pickle.loads(pickle.dumps(worker))) is type(worker)


def test_failures_of_the_server_stop_it_with_a_reason_and_the_same_command_goes_on(tmp_path: Path) -> None:
    with Server(speak=uneven, faults=["500"] * 3) as server:
        chosen = settings(saved(tmp_path / "r.jsonl", ROWS), server.url, quality="none")
        hasty = chosen.model_dump()
        hasty["writer"]["writer"]["retry_s"] = 0
        with pytest.raises(Unavailable, match="of 20 items failed, first r0"):
            run(PairSettings.model_validate(hasty), tmp_path / "out")
        assert run(chosen, tmp_path / "out")["samples_scored"] == 20


def test_bad_settings_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", ROWS)
    small = ModelConfig(model="gguf:smollm2")
    with pytest.raises(InputError, match="smollm2 is too small to judge"):
        run(settings(path, "", quality="judge").model_copy(update={"judge": small}), tmp_path / "a")
    exact = WriteSettings(instruction="x", writer=ModelConfig(model="fake"))
    with pytest.raises(InputError, match="equal scores"):  # the fake model writes just what is asked
        run(settings(path, "", quality="none").model_copy(update={"writer": exact}), tmp_path / "b")
    with Server(speak=uneven) as server:
        run(settings(path, server.url), tmp_path / "c")
        with pytest.raises(RunError, match="direct"):
            run(settings(path, server.url, direct=False), tmp_path / "c")


@pytest.mark.recipe
def test_trl_reads_the_rows(tmp_path: Path) -> None:
    trl = pytest.importorskip("trl", reason="needs the [train] extra")
    datasets = pytest.importorskip("datasets", reason="needs the [train] extra")
    with Server(speak=uneven) as server:
        run(settings(saved(tmp_path / "r.jsonl", ROWS), server.url), tmp_path / "out")
    read = datasets.load_dataset(str(tmp_path / "out"), split="train", cache_dir=str(tmp_path / "cache"))
    assert trl.is_conversational(read[0])
    assert {"prompt", "chosen", "rejected"} <= set(read.column_names)
