"""Human texts with requests into replies that plan first; the scorer is a random Llama, whose numbers are as good as any."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.data_runs import MADE, saved, silent
from tests.helpers.server import Script, Server
from tests.helpers.tiny_llama import tiny_llama

from longwriter.config import build
from longwriter.data.backtranslate.reason.build import ReasonSettings, asked_text, find_plans
from longwriter.data.backtranslate.reason.by_model import read_reply
from longwriter.data.backtranslate.reason.worker import opened
from longwriter.data.prompts import HERE
from longwriter.data.thinking import block, plan_said, visible
from longwriter.errors import InputError
from longwriter.models.verdicts import Unreadable
from longwriter.prompts import prompt_set
from longwriter.rewards.tags import read_tags
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import StepProgress
from longwriter.text import count_words
from longwriter.types import Section

pytest.importorskip("torch", reason="the extra [local] is not installed")
pytest.importorskip("transformers", reason="the extra [local] is not installed")

TOPICS = ("lamp", "harbour", "orchard", "railway")


def text_of(topic: str) -> str:
    first = f"The keeper spoke of the {topic}, and the {topic} was old. They walked along the shore until the evening."
    second = f"In the winter a storm broke over the {topic}. The children of the village carried stones to the wall."
    return "\n\n".join([f"{first} {first}", f"{second} {second}", f"{first} {second}"])


ROWS = [
    {"id": topic, "prompt": f"Write 110 words about the {topic}", "response": text_of(topic), "licence": "CC0-1.0"}
    for topic in TOPICS
]
SIZES = {"words": [30, 60], "texts": [50, 300]}


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"hf:{tiny_llama(tmp_path_factory.mktemp('llama'), window=2048)}"


def make(
    path: str, out: Path, scorer: str, search: dict[str, object] | None = None, tell: Any = silent, **more: object
) -> dict[str, Any]:
    tree = {"source": path, "search": {"scorer": scorer, "steps": 3} | (search or {})} | SIZES | more
    return find_plans(build(ReasonSettings, tree, "test"), out, LocalEngine(4), tell, MADE)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "train.parquet").to_pylist()


@pytest.mark.slow
def test_texts_get_the_plans_under_which_they_are_likeliest(scorer: str, tmp_path: Path) -> None:
    report = make(saved(tmp_path / "r.jsonl", ROWS), tmp_path / "out", scorer)
    rows = rows_of(tmp_path / "out")
    assert [row["id"] for row in rows] == list(TOPICS)
    for row in rows:
        reply, topic = row["messages"][1]["content"], row["id"]
        assert visible(reply) == text_of(topic)
        assert reply.startswith("<think>\nThe text will have about")
        plan = tuple(Section.model_validate(line) for line in row["plan"])
        assert reply == f"{block(plan_said(plan, row['words'], 'en'))}\n\n{text_of(topic)}"
        assert len(plan) > 1
        assert sum(line.words for line in plan) == pytest.approx(count_words(text_of(topic)), abs=5 * len(plan))
        assert row["nats"] <= row["nats_begun"]
        assert row["tokens"] == len(text_of(topic).encode())
        assert (row["required"], row["licence"], row["model"]) == (110, "CC0-1.0", "rules")
        assert 1 < row["scored"] <= 1 + 3 * 2  # fewer, where all that can be drawn was tried
    assert any(row["nats"] < row["nats_begun"] for row in rows)
    assert (report["texts"], report["kept"]) == (4, 4)
    mean = sum(row["nats"] * row["tokens"] for row in rows) / sum(row["tokens"] for row in rows)
    assert report["nats_a_token_after_the_plan_found"] == pytest.approx(mean, abs=1e-3)
    assert "Nobody wrote the plans down" in (tmp_path / "out" / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_a_search_that_is_stopped_goes_on_and_ends_in_the_same(scorer: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", ROWS)

    def stop(progress: StepProgress) -> None:
        if progress.new == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(path, tmp_path / "a", scorer, tell=stop)
    told: list[StepProgress] = []
    make(path, tmp_path / "a", scorer, tell=told.append)
    assert (told[0].done, told[-1].done, told[-1].new) == (2, 4, 2)
    make(path, tmp_path / "b", scorer)
    assert rows_of(tmp_path / "a") == rows_of(tmp_path / "b")


def test_a_plan_beside_the_text_is_where_the_search_begins(scorer: str, tmp_path: Path) -> None:
    plan = [
        {"title": "Talk", "point": "who spoke", "words": 45},
        {"title": "Storm", "point": "what broke", "words": 70},
    ]
    path = saved(tmp_path / "r.jsonl", [ROWS[0] | {"plan": plan}])
    make(path, tmp_path / "out", scorer, {"steps": 0})
    assert [(line["title"], line["point"]) for line in rows_of(tmp_path / "out")[0]["plan"]] == [
        ("Talk", "who spoke"),
        ("Storm", "what broke"),
    ]


def test_a_line_that_quotes_its_section_or_ends_the_thinking_gives_way_to_keywords(scorer: str, tmp_path: Path) -> None:
    plan = [
        {"title": "Talk", "point": "they walked along the shore until", "words": 45},
        {"title": "Storm", "point": "what </think> broke", "words": 70},
    ]
    make(saved(tmp_path / "r.jsonl", [ROWS[0] | {"plan": plan}]), tmp_path / "out", scorer, {"steps": 0})
    row = rows_of(tmp_path / "out")[0]
    assert not any(line["point"] in (plan[0]["point"], plan[1]["point"]) for line in row["plan"])
    assert [line["title"] != given["title"] for line, given in zip(row["plan"], plan, strict=True)] == [True, True]
    assert visible(row["messages"][1]["content"]) == text_of("lamp")


def test_a_text_that_the_scorer_gives_no_number_for_is_left_out(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file  # noqa: PLC0415 - of the extra [local]

    weights = tiny_llama(tmp_path / "llama", window=2048) / "model.safetensors"
    broken = load_file(weights)
    broken["model.norm.weight"][0] = float("nan")
    save_file(broken, weights, metadata={"format": "pt"})
    with pytest.raises(InputError, match="no text stays: 4 the scorer gives no number for it"):
        make(saved(tmp_path / "r.jsonl", ROWS), tmp_path / "out", f"hf:{weights.parent}", {"steps": 1})


def test_tags_of_an_answer_in_a_text_are_no_end_of_it(scorer: str, tmp_path: Path) -> None:
    tagged = {"id": "tagged", "prompt": "Write", "response": f"{text_of('lamp')}\n\n</answer> is a tag."}
    path = saved(tmp_path / "r.jsonl", [ROWS[0], tagged])
    report = make(path, tmp_path / "out", scorer, {"steps": 0}, answer_tags=True)
    assert (report["kept"], report["dropped"]) == (1, {"its text holds tags that mark an answer": 1})
    assert make(path, tmp_path / "out", scorer, {"steps": 0})["kept"] == 2


def test_what_is_left_out_has_its_reason(scorer: str, tmp_path: Path) -> None:
    texts = {"short": "Too short.", "tags": f"{text_of('lamp')}\n\n<think>\nno", "window": f"{text_of('lamp')} " * 6}
    rows = [{"id": name, "prompt": "Write", "response": text} for name, text in texts.items()]
    report = make(saved(tmp_path / "r.jsonl", [*ROWS, *rows]), tmp_path / "out", scorer, {"steps": 0}, texts=[50, 900])
    dropped = [json.loads(line) for line in (tmp_path / "out" / "dropped.jsonl").read_text("utf-8").splitlines()]
    assert {d["id"]: d["reason"].split(":")[0] for d in dropped} == {
        "short": "text of fewer words than --texts",
        "tags": "its text holds tags that mark thinking",
        "window": "too long to be read",
    }
    assert (report["texts"], report["kept"]) == (7, 4)
    with pytest.raises(InputError, match=r"no text stays: 4 text of fewer words than --texts; see .*dropped\.jsonl"):
        make(saved(tmp_path / "r.jsonl", ROWS), tmp_path / "none", scorer, {"steps": 0}, texts=[800, 900])


@pytest.mark.slow
def test_a_model_proposes_lines(scorer: str, tmp_path: Path) -> None:
    numbers = count()

    def speak(body: dict[str, Any], script: Script) -> str:
        if "railway" in body["messages"][0]["content"]:
            return "I cannot."
        number = next(numbers)
        lines = [{"title": f"Idea {number}", "point": f"an idea of {number} and {n}"} for n in range(2)]
        return json.dumps({"lines": lines})

    with Server(speak=speak) as server:
        model = {"model": "m", "base_url": server.url, "retry_s": 0}
        make(saved(tmp_path / "r.jsonl", ROWS), tmp_path / "out", scorer, {"model": model, "steps": 6})
        shown = server.requests[0]["messages"][0]["content"]
    assert "<plan>\nThe text will have about" in shown
    assert "Write line" in shown
    rows = rows_of(tmp_path / "out")
    assert {row["model"] for row in rows} == {"m"}
    assert any(line["title"].startswith("Idea") for row in rows for line in row["plan"])
    assert not any(
        line["title"].startswith("Idea") for line in rows[3]["plan"]
    )  # rules go on where a model says nothing
    assert rows[3]["scored"] > 1


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ('{"lines": [{"title": "Night", "point": " The lamp\\n is lit. "}]}', None),
        ('{"lines": []}', "no lines"),
        ('{"lines": [{"title": "Night"}]}', "no point"),
        ('{"lines": [{"title": "<a short title>", "point": "x"}]}', "no title"),
        ('{"lines": [{"title": "Night", "point": "<think>\\nx"}]}', "tags of thinking"),
        ('{"lines": [{"title": "Night", "point": "what `</think>` does"}]}', "tags of thinking"),
        ("Night: the lamp", "no JSON"),
    ],
)
def test_a_reply_is_read_whole_or_its_fault_is_named(reply, fault) -> None:
    if fault is None:
        assert read_reply(reply) == ({"title": "Night", "point": "The lamp is lit."},)
    else:
        with pytest.raises(Unreadable, match=fault):
            read_reply(reply)


def test_a_template_that_opens_the_thinking_gets_it_once() -> None:
    block = "<think>\nx\n</think>"
    assert opened("<|a|>", block) == opened("<|a|><think>\n", block) == ("<|a|>", f"{block}\n\n")
    assert opened("<|a|><think>\n", "") == ("<|a|>", "<think>\n\n</think>\n\n")
    assert opened("<|a|>", "") == ("<|a|>", "")


def test_what_cannot_be_searched_is_refused(scorer: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", ROWS)
    with pytest.raises(InputError, match="name weights: hf:FOLDER"):
        make(path, tmp_path / "a", "gguf:smollm2")
    with pytest.raises(InputError, match="too small to judge"):
        make(path, tmp_path / "a", scorer, {"model": {"model": "gguf:smollm2"}})
    with pytest.raises(InputError, match="words: 60,30 is no range"):
        make(path, tmp_path / "a", scorer, words=[60, 30])
    with pytest.raises(InputError, match="x row 7: no request with one reply"):
        asked_text({"prompt": "Write"}, 7, "x")
    with pytest.raises(InputError, match=r"x row 7: plan 2: words: it is missing"):
        asked_text(ROWS[0] | {"plan": [{"title": "a", "words": 9}, {"title": "b"}]}, 7, "x")
    with pytest.raises(InputError, match=r"x row 7: plan 1: expected title, point and words, got 'a'"):
        asked_text(ROWS[0] | {"plan": ["a"]}, 7, "x")
    with pytest.raises(InputError, match="'lamp' stands twice"):
        make(saved(tmp_path / "two.jsonl", ROWS[:1] * 2), tmp_path / "b", scorer)


def test_both_languages_ask_the_same() -> None:
    en, zh = (prompt_set(HERE / code) for code in ("en", "zh"))
    assert en.fields("reason_line") == zh.fields("reason_line") == {"number", "count", "request", "plan", "section"}


@pytest.mark.slow
def test_the_command(scorer: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "r.jsonl", ROWS)
    flags = ["--steps", 1, "--words", "30,60", "--texts", "50,300", "--limit", 2, "--answer-tags", "--json"]
    done = longwriter_here("data", "reason", path, "--scorer", scorer, "--out", tmp_path / "o", *flags)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kept"] == 2
    assert "nats a token: " in done.stderr
    tagged = read_tags(rows_of(tmp_path / "o")[0]["messages"][1]["content"], "think")
    assert (tagged.fault, tagged.answer) == ("", text_of("lamp"))
