"""The writer against a server that misbehaves: the text is the one it would have been."""

import asyncio
from pathlib import Path

import pytest
from tests.helpers.making import settings
from tests.helpers.server import Server

from longwriter.errors import SetupError, TruncatedPrompt
from longwriter.text import count_words, ends_complete
from longwriter.writer.events import Streamed, Warned
from longwriter.writer.session import Options, Result, write
from longwriter.writer.settings import WriteSettings


def at(server: Server, **more: object) -> WriteSettings:
    return settings(writer={"model": "m", "base_url": server.url}, **({"words": 3000} | more))


def text_of(folder: Path, faults: list[str], options: Options = Options(), **script: object) -> Result:
    with Server(faults=faults, **script) as server:
        return asyncio.run(write(at(server), folder, options))


PASSING = [
    ["429", "500", "cut", "bad_chunk", "empty", "503"],
    ["no_schema"],
    ["think", "think", "think"],
    ["slow"],
    ["wrong_usage", "wrong_usage", "wrong_usage"],
]


@pytest.mark.slow
@pytest.mark.parametrize("faults", PASSING)
@pytest.mark.parametrize("watched", [False, True])
def test_faults_that_pass_leave_the_same_text(tmp_path: Path, faults: list[str], watched: bool) -> None:
    clean = text_of(tmp_path / "clean", [])
    seen: list[str] = []
    options = Options(lambda e: seen.append(e.text) if isinstance(e, Streamed) else None, watched=watched)
    made = text_of(tmp_path / "faults", faults, options)
    if faults == [
        "no_schema"
    ]:  # without a schema the plan comes as prose around JSON: another plan, and the text follows
        assert made.report.finished
        assert abs(made.report.written / 3000 - 1) <= 0.05
    else:
        assert made.text == clean.text
    assert "think" not in made.text
    assert watched == bool(seen)


@pytest.mark.parametrize("think", ["tags", "field", "orphan"])
def test_thinking_never_reaches_the_text(tmp_path: Path, think: str) -> None:
    assert text_of(tmp_path / "a", [], think=think).text == text_of(tmp_path / "b", []).text


def test_replies_cut_at_the_limit_are_continued(tmp_path: Path) -> None:
    made = text_of(tmp_path / "a", [], cut_tokens=180)
    assert abs(made.report.written / 3000 - 1) <= 0.05
    assert all(ends_complete(p) for p in made.text.split("\n\n") if not p.startswith("#"))
    assert made.report.repeated_8grams == 0


def test_a_server_that_cuts_prompts_is_named_and_worked_around(tmp_path: Path) -> None:
    warned: list[str] = []
    with Server(num_ctx=2500) as server:
        options = Options(lambda e: warned.append(e.message) if isinstance(e, Warned) else None)
        made = asyncio.run(write(at(server, words=6000), tmp_path / "a", options))
        assert abs(made.report.written / 6000 - 1) <= 0.05
        assert len(warned) == 1
        assert "num_ctx" in warned[0]
        asked, wasted = len(server.requests), made.report.calls
        assert wasted == asked  # the reply to a cut prompt was paid for, and is counted
        again = asyncio.run(write(at(server, words=6000), tmp_path / "a"))
        assert (len(server.requests), again.text) == (asked, made.text)
        with pytest.raises(TruncatedPrompt, match="num_ctx"):
            asyncio.run(write(at(server, words=6000, context="full"), tmp_path / "b"))


def test_a_window_too_small_for_the_outline_says_so(tmp_path: Path) -> None:
    with Server() as server, pytest.raises(SetupError, match=r"too small|no longer fits"):
        asyncio.run(write(at(server, window=300), tmp_path / "a"))


def test_the_servers_own_window_is_used(tmp_path: Path) -> None:
    with Server(window=2600, models=("m",)) as server:
        made = asyncio.run(write(at(server, words=6000), tmp_path / "a"))
        assert made.report.finished
        biggest = max(sum(len(m["content"].split()) for m in r["messages"]) for r in server.requests)
        assert biggest < 2600


def test_chinese_from_request_to_report(tmp_path: Path) -> None:
    with Server(ratio=1.5) as server:
        asked = settings("写一篇不少于3000字的茶史", writer={"model": "m", "base_url": server.url})
        made = asyncio.run(write(asked, tmp_path / "a"))
    assert made.report.target.low == 3000
    assert abs(made.report.written / made.report.target.aim - 1) <= 0.05
    assert made.report.written == count_words(made.text)
    assert "字" in server.requests[-1]["messages"][-1]["content"]
