"""longwriter revise from the command line: a real server that mends, and a process that is killed at each of its calls."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.command import longwriter_here as lw
from tests.helpers.places import ROOT
from tests.helpers.raw_server import Raw, Sent, chunk, refusal, sse
from tests.helpers.revising import CUT, DRAFT, MENDED, right

from longwriter.types import Message, Request


def mended(body: dict[str, Any]) -> Sent:
    asked = Request(messages=tuple(Message.model_validate(message) for message in body["messages"]))
    return sse(chunk(right(asked)), chunk(finish="stop"))


def imported(home: Path, url: str) -> None:
    (home / "draft.md").write_text(DRAFT)
    done = lw("import", "draft.md", "--no-outline", "--run", "r", "--model", "m", "--base-url", url, cwd=home)
    assert done.returncode == 0, done.stderr


def test_a_list_is_shown_edited_and_followed(tmp_path: Path) -> None:
    with Raw(mended) as server:
        imported(tmp_path, server.url)
        shown = lw("revise", "r", "--dry-run", cwd=tmp_path)
        assert "form (cut): a paragraph stops inside a sentence" in shown.stdout
        assert "2 findings; edit runs/r/findings.json, then: longwriter revise runs/r" in shown.stderr
        assert server.requests == []
        done = lw("revise", "r", "--out", "new.md", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 of 2 findings mended by 2 edits, 0 findings now\ntext: new.md\nrun: runs/r" in done.stderr
    assert "2/2 mended: 17 words say again" in done.stderr
    assert (tmp_path / "new.md").read_text() == MENDED
    assert json.loads((tmp_path / "runs/r/findings.json").read_text())["findings"] == []


def test_json_tells_what_became_of_each_finding(tmp_path: Path) -> None:
    with Raw(lambda _: sse(chunk("Yes."), chunk(finish="stop"))) as server:
        imported(tmp_path, server.url)
        told = json.loads(lw("revise", "r", "--json", cwd=tmp_path).stdout)
    assert (told["edits"], told["mended"], len(told["left"]), len(told["found"])) == (0, 0, 2, 2)
    assert [outcome["state"] for outcome in told["outcomes"]] == ["unmended", "unmended"]
    assert "it has 1 words in place of" in told["outcomes"][1]["why"]


@pytest.mark.parametrize("text", ["{", '{"findings": [{"kind": "own", "quotes": ["whales"]}]}'])
def test_a_list_that_is_nonsense_is_bad_input(tmp_path: Path, text: str) -> None:
    imported(tmp_path, "http://127.0.0.1:9/v1")
    (tmp_path / "list.json").write_text(text)
    done = lw("revise", "r", "--findings", "list.json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("longwriter: list.json: ")
    assert (tmp_path / "runs/r/draft.md").read_text() == DRAFT


def test_a_judge_that_is_too_small_is_refused(tmp_path: Path) -> None:
    imported(tmp_path, "http://127.0.0.1:9/v1")
    done = lw("revise", "r", "--judge", "gguf:smollm2", cwd=tmp_path)
    assert done.returncode == 2
    assert "too small to judge" in done.stderr


def test_a_ceiling_stops_before_it_and_a_higher_one_goes_on(tmp_path: Path) -> None:
    with Raw(mended) as server:
        imported(tmp_path, server.url)
        done = lw("revise", "r", "--max-tokens", 600, cwd=tmp_path)
        assert done.returncode == 3, done.stderr
        assert len(server.requests) == 1
        done = lw("revise", "r", "--max-tokens", 6000, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(server.requests) == 2
    assert (tmp_path / "runs/r/draft.md").read_text() == MENDED


@pytest.mark.slow
@pytest.mark.parametrize(("call", "how"), [(1, signal.SIGKILL), (2, signal.SIGKILL), (2, signal.SIGINT)])
def test_a_process_that_is_killed_goes_on_to_the_same_text(tmp_path: Path, call: int, how: signal.Signals) -> None:
    process: subprocess.Popen[str] | None = None
    asked: list[dict[str, Any]] = []

    def answer(body: dict[str, Any]) -> Sent:
        asked.append(body)
        if len(asked) == call and process is not None:
            os.kill(process.pid, how)
        return mended(body)

    with Raw(answer) as server:
        imported(tmp_path, server.url)
        command = [sys.executable, "-m", "longwriter", "revise", "r"]
        path = {"PYTHONPATH": str(ROOT / "src")}
        process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | path, stderr=subprocess.PIPE, text=True)
        said = process.communicate(timeout=60)[1]
        assert process.returncode == (130 if how == signal.SIGINT else -how)
        assert ("the same command goes on from there" in said) == (how == signal.SIGINT)
        done = lw("revise", "r", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "runs/r/draft.md").read_text()
    assert text == MENDED
    assert CUT + "\n" not in text
    assert len(asked) == 3  # the call under which it was killed, once more


def test_another_model_at_another_address_mends(tmp_path: Path) -> None:
    with Raw(lambda _: refusal(500, {"error": {"message": "gone"}})) as own, Raw(mended) as other:
        imported(tmp_path, own.url)
        settings = (tmp_path / "runs/r/settings.json").read_text()
        done = lw("revise", "r", "--by", "larger", "--base-url", other.url, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "2 of 2 findings mended by 2 edits of larger, 0 findings now" in done.stderr
        assert (own.requests, {body["model"] for body in other.requests}) == ([], {"larger"})
    assert (tmp_path / "runs/r/draft.md").read_text() == MENDED
    assert (tmp_path / "runs/r/settings.json").read_text() == settings
    told = json.loads(lw("versions", "r", "--section", "1", "--json", cwd=tmp_path).stdout)
    assert [version["model"] for version in told] == ["", "larger"]
