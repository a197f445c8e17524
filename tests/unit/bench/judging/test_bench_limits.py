"""What a benchmark asks for is bounded by the item, and half a verdict is none."""

import json
from pathlib import Path

import pytest
from tests.helpers.bench_runs import GOOD, ROWS, run, settings
from tests.helpers.data_runs import saved
from tests.helpers.server import Script, Server

from longwriter.bench.judging.judge import JudgeWorker, try_id
from longwriter.bench.judging.quality import Quality
from longwriter.bench.judging.wording import own_wording
from longwriter.bench.records import BenchItem, Response, RunTexts
from longwriter.bench.systems import PlainSystem
from longwriter.length.score import length_score
from longwriter.models.fake import FakeModel
from longwriter.types import Reply

ITEMS = {
    "long": BenchItem(id="long", prompt="Write of tin", required=1000),
    "free": BenchItem(id="free", prompt="Write of tin"),
}


def judge(tmp_path: Path, *replies: Reply | str, **more: object) -> JudgeWorker:
    chosen = settings(saved(tmp_path / "d.jsonl", ROWS), "fake", judge="fake").judge
    assert chosen is not None
    texts = RunTexts(ITEMS, {"long": Response(id="long", text="Tin is soft.")})
    worker = JudgeWorker(chosen.model_copy(update=more), Quality(), own_wording(Quality()), texts)
    worker.model = FakeModel.scripted(list(replies))
    return worker


def question(attempt: int = 0) -> dict[str, object]:
    name = "long/quality"
    return {"id": try_id(name, attempt), "item": "long", "what": "quality", "attempt": attempt}


@pytest.mark.parametrize("finish", ["length", "filter", "cut"])
async def test_a_verdict_that_did_not_end_by_itself_is_kept_and_never_read(tmp_path: Path, finish) -> None:
    found = await judge(tmp_path, Reply(text=GOOD, finish=finish))(question())
    assert (found["replies"], found["cut"]) == ([""], GOOD)
    whole = await judge(tmp_path, GOOD)(question())
    assert whole["replies"] == [GOOD]
    assert "cut" not in whole


async def test_a_verdict_is_bounded(tmp_path: Path) -> None:
    for limit, sent in ((None, 1020 + 8192), (77, 77)):  # 300 words x 1.7 x 2, and room for thinking
        worker = judge(tmp_path, GOOD, max_tokens=limit)
        await worker(question())
        assert worker.model.requests[0].max_tokens == sent


def test_a_judge_who_is_cut_each_time_is_unreadable(tmp_path: Path) -> None:
    def speak(body: dict[str, object], script: Script) -> str:
        return GOOD + " " + "so " * 5000 if body["model"] == "judge" else "tin " * 100

    data = saved(tmp_path / "data.jsonl", ROWS[:1])
    with Server(speak=speak) as server:
        chosen = settings(data, "writer", url=server.url, judge="judge")
        assert chosen.judge is not None
        tight = chosen.judge.model_copy(update={"max_tokens": 200})
        scores = run(chosen.model_copy(update={"judge": tight}), tmp_path / "run")
        asked = [body for body in server.requests if body["model"] == "judge"]
    assert len({body["seed"] for body in asked}) == 3
    assert (scores.counts["unreadable"], scores.metrics["S_q"].value) == (1, None)
    assert json.loads((tmp_path / "run" / "scores.json").read_text())["metrics"]["S_q"]["missing"] == 1


@pytest.mark.parametrize(("name", "tokens"), [("long", 6800 + 8192), ("free", 34_000 + 8192)])  # 1.7 x 4 a word
async def test_a_text_is_bounded_where_its_score_is_zero_anyway(tmp_path: Path, name: str, tokens: int) -> None:
    worker = PlainSystem(settings(saved(tmp_path / "d.jsonl", ROWS), "fake"), ITEMS)
    worker.model = model = FakeModel.scripted(["tin"])
    await worker({"id": name})
    assert model.requests[0].max_tokens == tokens
    assert length_score(1000, 4000) == 0
