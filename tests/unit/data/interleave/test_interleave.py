"""Runs on disk into data sets: which runs count, the same texts in all, what a model adds, and going on after a kill."""

import asyncio
import json
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.data_runs import MADE, silent
from tests.helpers.making import fake, settings, write_with
from tests.helpers.server import Script, Server

from longwriter import Run
from longwriter.config import build
from longwriter.data.interleave.build import InterleaveSettings, interleave
from longwriter.data.interleave.by_model import read_reply
from longwriter.data.interleave.runs import run_folders, trace_of
from longwriter.data.interleave.thoughts import Trace
from longwriter.data.thinking import visible
from longwriter.errors import InputError, PlanError, Unavailable
from longwriter.models.fake import FakeModel
from longwriter.models.verdicts import Unreadable
from longwriter.rewards.tags import read_tags
from longwriter.steps.local import LocalEngine
from longwriter.types import Plan, Reply, Request, Section
from longwriter.writer.session import Options
from longwriter.writer.stored import replay

CLOSED = Plan(title="", sections=(Section(title="What </think> does", words=300), Section(title="Others", words=300)))
LOW = {"shortest": 50, "repeated": 1.0, "near": 1.0}
"""The fake model draws from few words."""


def write_run(folder: Path, topic: str, options: Options = Options(), **given: object) -> None:
    asyncio.run(write_with(fake(0.9), settings(f"Write a history of {topic}", **given), folder, options))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("runs")
    write_run(home / "lamps", "lamps in 1200 words")
    write_run(home / "oars", "oars", words=1100)
    return home


def make(home: Path | str, out: Path, **more: object) -> dict[str, Any]:
    tree = {"runs": [str(home)], "limits": LOW, **more}
    return interleave(build(InterleaveSettings, tree, "test"), out, LocalEngine(2), silent, MADE)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "train.parquet").to_pylist()


def replies(folder: Path) -> list[str]:
    return [row["messages"][1]["content"] for row in rows_of(folder)]


@pytest.mark.slow
def test_three_data_sets_have_the_texts_of_the_runs(home: Path, tmp_path: Path) -> None:
    for thinking in ("interleaved", "static", "none"):
        make(home, tmp_path / thinking, thinking=thinking)
    texts = [asyncio.run(replay(home / name)).text.strip() for name in ("lamps", "oars")]
    woven, static, plain = (replies(tmp_path / name) for name in ("interleaved", "static", "none"))
    assert plain == texts
    assert [visible(r) for r in static] == [visible(r) for r in woven] == texts
    trace = trace_of("lamps", home / "lamps")
    assert isinstance(trace, Trace)
    assert [r.count("<think>") for r in (plain[0], static[0], woven[0])] == [0, 1, len(trace.sections)]
    counts = [[row["think_words"] for row in rows_of(tmp_path / n)] for n in ("none", "static", "interleaved")]
    assert counts[0] == [0, 0]
    assert all(0 < a < b for a, b in zip(counts[1], counts[2], strict=True))


def test_a_length_that_was_given_beside_the_request_is_said_in_it(home: Path, tmp_path: Path) -> None:
    report = make(home, tmp_path / "out")
    lamps, oars = rows_of(tmp_path / "out")
    assert lamps["messages"][0]["content"] == "Write a history of lamps in 1200 words"
    assert oars["messages"][0]["content"] == "Write a history of oars\n\nLength: about 1100 words."
    assert (lamps["required"], oars["required"], oars["model"]) == (1200, 1100, "fake")
    assert (report["runs"], report["kept"], report["thinking"]) == (2, 2, "interleaved")
    assert "interleaved" in (tmp_path / "out" / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("request_", "given", "wording"),
    [
        ("寫一篇1200字的燈塔歷史", {}, "zh-Hant"),
        ("写一篇1200字的灯塔历史", {}, "zh"),
        ("Write 1200 words on lamps", {"language": "zh-Hant"}, "zh-Hant"),
    ],
)
def test_a_run_is_thought_over_in_its_script(
    request_: str, given: dict[str, str], wording: str, tmp_path: Path
) -> None:
    asyncio.run(write_with(fake(0.9), settings(request_, **given), tmp_path, Options()))
    trace = trace_of("lamps", tmp_path)
    assert isinstance(trace, Trace)
    assert trace.language == wording


@pytest.mark.parametrize(("thinking", "mode"), [("static", "think"), ("none", "direct")])
def test_tags_are_those_of_reinforcement(home: Path, tmp_path: Path, thinking, mode) -> None:
    make(home, tmp_path / "out", thinking=thinking, answer_tags=True)
    for reply, row in zip(replies(tmp_path / "out"), rows_of(tmp_path / "out"), strict=True):
        tagged = read_tags(reply, mode)
        assert (tagged.fault, tagged.answer) == ("", visible(reply))
        assert bool(tagged.think) == (thinking == "static") == bool(row["think_words"])


def test_what_cannot_be_a_conversation_is_dropped_with_its_reason(tmp_path: Path) -> None:
    home = tmp_path / "runs"
    write_run(home / "whole", "tin in 1100 words")
    write_run(home / "damaged", "salt in 600 words")
    lines = (home / "damaged" / "journal.jsonl").read_text("utf-8").splitlines(keepends=True)
    (home / "damaged" / "journal.jsonl").write_text("".join([*lines[:4], "{]\n", *lines[4:]]), "utf-8")

    write_run(home / "tags", "tags in 600 words")
    Run(home / "tags").edit(1, "A tag is written so:\n\n<think>\nand this is hidden.")
    write_run(home / "closed", "marks in 600 words", Options(plan=CLOSED))
    (tmp_path / "mill.md").write_text("# The mill\n\nThe mill ground corn for the valley from 1884 on.")
    write_run(home / "sourced", "the mill in 600 words", sources=[str(tmp_path / "mill.md")])
    write_run(home / "newer", "wool in 600 words")
    tree = json.loads((home / "newer" / "settings.json").read_text("utf-8"))
    (home / "newer" / "settings.json").write_text(json.dumps(tree | {"unheard_of": 1}), "utf-8")
    with pytest.raises(Unavailable):
        asyncio.run(
            write_with(FakeModel.scripted([Unavailable("down")]), settings("Write 600 words"), home / "unfinished")
        )
    report = make(home, tmp_path / "out")
    dropped = [json.loads(line) for line in (tmp_path / "out" / "dropped.jsonl").read_text("utf-8").splitlines()]
    names = {"damaged": "damaged", "tags": "tags", "unfinished": "unfinished", "closed": "tags", "sourced": "sources"}
    assert {d["id"]: d["name"] for d in dropped} == names | {"newer": "damaged"}
    assert (report["runs"], report["kept"]) == (7, 1)
    assert make(home, tmp_path / "none", thinking="none")["kept"] == 1, "the same runs in all variants"


def test_a_run_whose_last_record_is_cut_is_unfinished(tmp_path: Path) -> None:
    write_run(tmp_path / "runs" / "whole", "tin in 1100 words")
    write_run(tmp_path / "runs" / "cut", "salt in 1200 words")
    journal = tmp_path / "runs" / "cut" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    last = max(n for n, line in enumerate(lines) if b'"kind": "section"' in line)
    journal.write_bytes(b"".join(lines[:last]) + lines[last][:40])
    report = make(tmp_path / "runs", tmp_path / "out")
    assert (report["kept"], report["dropped"]) == (1, {"read: unfinished": 1})


def test_a_data_set_beside_its_runs_is_no_run(tmp_path: Path) -> None:
    write_run(tmp_path / "whole", "tin in 1100 words")
    reports = [make(tmp_path, tmp_path / "out") for _ in range(2)]
    assert [(r["runs"], r["kept"], r["dropped"]) for r in reports] == [(1, 1, {})] * 2


def reflecting(body: dict[str, Any], script: Script) -> str:
    schema = body["response_format"]["json_schema"]["schema"]
    assert set(schema["properties"]) == {"told", "next"}
    return json.dumps({"told": "The harbour is named.", "next": "Go on with its trade."})


@pytest.mark.slow
def test_a_model_adds_what_it_thinks_and_is_asked_once(home: Path, tmp_path: Path) -> None:
    trace = trace_of("lamps", home / "lamps")
    assert isinstance(trace, Trace)
    with Server(speak=reflecting) as server:
        model = {"model": "m", "base_url": server.url, "retry_s": 0}
        make(home / "lamps", tmp_path / "out", model=model)
        assert len(server.requests) == len(trace.sections) - 1
        shown = server.requests[0]["messages"][0]["content"]
        assert trace.sections[0].text in shown
        assert trace.sections[1].planned.title in shown
        make(home / "lamps", tmp_path / "out", model=model)
        assert len(server.requests) == len(trace.sections) - 1
        make(home, tmp_path / "out", model=model)  # more runs: what is there is not asked for again
        other = trace_of("oars", home / "oars")
        assert isinstance(other, Trace)
        assert len(server.requests) == len(trace.sections) + len(other.sections) - 2
    reply = replies(tmp_path / "out")[0]
    assert reply.count("The harbour is named.\n\nNext is section") == len(trace.sections) - 1
    assert reply.count("Go on with its trade.\n</think>") == len(trace.sections) - 1
    assert visible(reply) == trace.text


def test_runs_without_reflections_are_left_out_where_that_is_asked_for(home: Path, tmp_path: Path) -> None:
    def half(body: dict[str, Any], script: Script) -> str:
        return "..." if "oars" in body["messages"][0]["content"] else reflecting(body, script)

    with Server(speak=half) as server:
        report = make(home, tmp_path / "out", model={"model": "m", "base_url": server.url, "retry_s": 0})
    assert report["dropped"] == {"reflect: no reflection": 1}
    assert [row["id"] for row in rows_of(tmp_path / "out")] == ["lamps"]


def test_thoughts_are_those_of_the_plan_that_was_taken(tmp_path: Path) -> None:
    """The first command's three outlines are unusable and void; of the second's the first is, and the next one is taken."""
    rule, numbers = fake(), count()

    def thinking(request: Request) -> Reply:
        number = next(numbers)
        reply = rule._by_rule(request)
        return reply.model_copy(update={"thinking": f"Thought {number}."} | ({"text": "No."} if number < 4 else {}))

    for _ in range(2):
        with suppress(PlanError):
            asyncio.run(
                write_with(FakeModel.scripted(thinking), settings("Write of tin in 1100 words"), tmp_path / "r")
            )
    trace = trace_of("r", tmp_path / "r")
    assert isinstance(trace, Trace)
    assert (trace.thinking, trace.sections[0].thinking) == ("Thought 4.", "Thought 5.")


@pytest.mark.parametrize("told", ["Tags such as `</think>` are settled.", "x</think>", "<think>", "..."])
def test_a_reflection_that_would_end_the_thinking_is_none(told: str) -> None:
    with pytest.raises(Unreadable):
        read_reply(json.dumps({"told": told, "next": "Go on."}))


def test_what_cannot_stand_together_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one block of thinking"):
        make(home, tmp_path / "out", answer_tags=True)
    with pytest.raises(InputError, match="leave --by out"):
        make(home, tmp_path / "out", thinking="static", model={"model": "m"})
    with pytest.raises(InputError, match="too small to judge"):
        make(home, tmp_path / "out", model={"model": "gguf:smollm2"})
    with pytest.raises(InputError, match="no run in it"):
        make(tmp_path, tmp_path / "out")


def test_runs_are_found_where_people_have_them(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "settings.json").write_text('{"kind": "agentwrite"}')
    (tmp_path / "set" / "runs").symlink_to(home)
    found = run_folders((str(home / "oars"), str(home), str(tmp_path / "set")))
    assert [name for name, _ in found] == ["oars", "lamps", "oars-2", "lamps-2", "oars-3"]
    monkeypatch.chdir(home / "oars")
    assert [name for name, _ in run_folders((".",))] == ["oars"]


def test_the_command(home: Path, tmp_path: Path) -> None:
    flags = ["--shortest", "50", "--repeated", "1", "--near", "1", "--json"]
    done = longwriter_here("data", "interleave", home, "--out", tmp_path / "o", *flags)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["kept"] == 2
