"""What a person sees while a text is written: it moves inside a section, says what it waits for, and fits the terminal."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.helpers.server import Server, write
from tests.helpers.terminal import in_terminal

from longwriter.cli.shared.pulse import Pulse
from longwriter.cli.shared.screen import around, cut, fit, tail, wrapped
from longwriter.length.target import exact
from longwriter.models.base import Pause
from longwriter.models.servers.retry import Backoff
from longwriter.types import Plan, Section
from longwriter.writer.events import (
    CallEnded,
    CallHeard,
    CallPaused,
    CallStarted,
    Planned,
    SectionDone,
    SectionStarted,
)

PLAN = Plan(
    sections=(Section(title="The long night of the lighthouse keeper", words=100), Section(title="Dawn", words=100))
)
LONGWRITER = [sys.executable, "-m", "longwriter"]


class Clock:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def started(clock: Clock, *steps: str) -> Pulse:
    """The first section's calls are under way."""
    pulse = Pulse(clock)
    pulse.see(Planned(PLAN, exact(200, "option")))
    pulse.see(SectionStarted(0, "section:a:"))
    for call, step in enumerate(steps, 1):
        pulse.see(CallStarted(call, step))
    return pulse


def test_candidates_side_by_side_and_new_tries_take_nothing_back() -> None:
    clock = Clock()
    pulse = started(clock, "section:a:0", "section:a:0")
    seen = []
    for call, text in ((1, "one two three "), (2, "one "), (1, "four "), (2, "two three four five six ")):
        pulse.see(CallHeard(call, text))
        seen.append(pulse.total)
    pulse.see(CallStarted(2, "section:a:0"))  # its stream was cut: it begins anew
    seen.append(pulse.total)
    pulse.see(CallEnded(1, 8))
    pulse.see(CallEnded(2, None))
    seen.append(pulse.total)
    pulse.see(CallStarted(3, "section:a:1"))  # goes on from there
    pulse.see(CallHeard(3, "seven eight "))
    seen.append(pulse.total)
    pulse.see(SectionDone(0, 5, reused=False, cost=0.0))  # trimmed
    assert [*seen, pulse.total] == [3, 3, 4, 6, 6, 6, 8, 8]


def test_speed_and_time_left() -> None:
    clock = Clock()
    pulse = started(clock, "section:a:0")
    clock.s = 2.0
    assert pulse.doing().endswith(": waiting for the first word")
    clock.s = 4.0
    assert pulse.doing().endswith(": waiting for the first word, 4 s")
    pulse.see(CallHeard(1, "one "))
    clock.s = 10.0
    pulse.see(CallHeard(1, "two " * 9))  # ten words in six seconds
    assert pulse.doing() == "section 1/2 The long night of the lighthouse keeper: 10 of 100 words, 100 words/min"
    assert pulse.state() == "10 of 200 words, 3:10 left, 0:10"
    pulse.see(CallEnded(1, 13))
    pulse.see(CallStarted(2, "section:a:1"))
    pulse.see(CallHeard(2, "one "))
    clock.s = 20.0
    pulse.see(CallHeard(2, "two " * 9))
    assert pulse.doing().endswith(": 20 of 100 words, 1 tok/s")  # 1.3 tokens a word


@pytest.mark.parametrize(
    ("pause", "said"),
    [
        (Pause("slot"), "waiting for a free slot, 5 s"),
        (Pause("prompt"), "reading the prompt, 5 s"),
        (Pause("prompt", 0.375), "reading the prompt, 38 %"),
        (Pause("thinking"), "thinking, 5 s"),
        (Pause("retry", None, 13, 2, 5, "429 Rate limit reached for m"), "retry 2 of 5 (429), in 8 s"),
        (
            Pause("retry", None, 13, 6, 5, "ReadError the stream ended"),
            "retry 6 of 6 (ReadError the stream ended), in 8 s",
        ),
        (Pause("retry", None, 2, 1, 2, ""), "retry 1 of 2, in 0 s"),
    ],
)
def test_what_it_waits_for(pause: Pause, said: str) -> None:
    clock = Clock()
    pulse = started(clock, "section:a:0")
    pulse.see(CallPaused(1, pause))
    clock.s = 5.0
    assert pulse.doing() == f"section 1/2 The long night of the lighthouse keeper: {said}"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("plan:0", "planning, 2 words so far, 0:00"),
        ("plan:1", "planning, try 2, 2 words so far, 0:00"),
        ("plan:chapter:3:0", "planning chapter 3, 2 words so far, 0:00"),
        ("plan:line:4:2", "planning section 4, try 3, 2 words so far, 0:00"),
        ("agreement", "agreeing on what the chapters share, 2 words so far, 0:00"),
        ("notes:abc", "taking notes on what is written, 2 words so far, 0:00"),
    ],
)
def test_planning_and_notes_move_too(step: str, said: str) -> None:
    pulse = Pulse(Clock())
    pulse.see(CallStarted(1, step))
    pulse.see(CallHeard(1, '{"title": "Old tea", "words": '))
    assert pulse.doing() == said


def test_lines_are_cut_by_columns() -> None:
    assert cut("灯塔看守人的夜晚", 9) == "灯塔看守…"
    assert cut("Tea", 9) == "Tea"
    assert tail("one two three four", 10) == "three four"
    assert tail("灯塔看守人的夜晚", 7) == "的夜晚"
    assert fit(["a", "bb", "ccc"], 5) == "a, bb"
    assert around("section 1/2", "The lighthouse", ": 5 words", 33) == "section 1/2 The lightho…: 5 words"
    assert around("section 1/2", "The lighthouse", ": 5 words", 25) == "section 1/2: 5 words"
    path = "/a/path/that/is/longer/than/the/line.md"
    assert wrapped(f"text: {path} is here", 20).split("\n") == ["text:", path, "is here"]
    assert wrapped("灯塔看守人的夜晚，灯塔", 10).split("\n") == ["灯塔看守人", "的夜晚，灯", "塔"]
    assert wrapped("text: runs/写一篇关于茶的文章/draft.md", 20).split("\n") == [
        "text:",
        "runs/写一篇关于茶的文章/draft.md",
    ]
    for columns in (20, 40, 60):
        for title in ("灯塔看守人的漫长夜晚" * 4, "The long night " * 9, "x" * 99, "e\u0301" * 99, "👩‍🚀" * 30):
            assert cell_len(around("section 1/2", title, ": 5 words", columns)) <= columns
            assert all(cell_len(line) <= columns for line in wrapped(f"{'灯' * 99} {title[:15]}", columns).split("\n"))


def test_about_how_many_retries_there_will_be() -> None:
    backoff = Backoff(300)
    backoff.next_wait(60)
    assert backoff.most(60) == 4  # the fifth would end a moment after 300 s
    assert 15 <= Backoff(300).most() <= 25  # 0.5, 1, 2, 4, 8, 16, then 20 s each, a quarter less
    spent = Backoff(0)
    spent.next_wait()
    assert spent.most() == 1


@pytest.mark.slow
@pytest.mark.parametrize("columns", [40, 60])
def test_a_terminal_is_never_written_beyond_its_edge(tmp_path: Path, columns: int) -> None:
    titles = (
        "A very long title of a section that does not fit in any narrow terminal",
        "灯塔看守人的漫长夜晚与海边的小镇" * 2,
    )
    (tmp_path / "p.md").write_text("# T\n\n> On tea\n\n" + "".join(f"1. **{t}** (150 words): tea\n" for t in titles))
    with Server(per_token_s=0.003, ttft_s=0.3, faults=["429"], retry_after="1") as server:
        command = [*LONGWRITER, "write", "--plan", "p.md", "--model", "m", "--base-url", server.url, "--run", "r"]
        shown = in_terminal(command, tmp_path, columns)
    assert shown.code == 0, shown.raw
    assert not shown.too_wide(columns)
    counts = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) of 300 words", "\n".join(shown.lines))]
    assert counts == sorted(counts)
    assert len(set(counts)) > 5  # it moves inside a section
    assert any("waiting for the first" in line for line in shown.lines)
    assert any("retry 1 of" in line and "(429)" in line for line in shown.lines)
    assert "S_l" not in shown.raw


@pytest.mark.slow
def test_a_thinking_model_is_said_to_think(tmp_path: Path) -> None:
    with Server(per_token_s=0.02, think="field", chunk_tokens=2) as server:
        command = [*LONGWRITER, "write", "Write 60 words on tea", "--model", "m", "--base-url", server.url]
        shown = in_terminal(command, tmp_path, 60)
    assert any(line.startswith("planning, thinking, ") for line in shown.lines)
    assert any(line.startswith("section 1/1 ") and line.endswith(": thinking") for line in shown.lines)


@pytest.mark.slow
def test_batch_says_which_texts_are_not_as_asked(tmp_path: Path) -> None:
    lines = [{"instruction": f"Write {n} words on tea", "id": f"t{n}"} for n in (300, 400)]
    (tmp_path / "b.jsonl").write_text("\n".join(map(json.dumps, lines)))
    short = "The keeper poured tea. "
    with Server(speak=lambda b, s: short if "300" in str(b) and "JSON" not in str(b) else write(b, s)) as server:
        command = [*LONGWRITER, "write", "--batch", "b.jsonl", "--model", "m", "--base-url", server.url]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 4, done.stderr
    assert "t300: NOT AS ASKED: it has not the length that was asked for" in done.stderr
    assert "1 of 2 texts not as asked" in done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_a_log_gets_plain_lines_and_no_carriage_returns(tmp_path: Path) -> None:
    with Server(ttft_s=12, retry_after="3.2", faults=["429"]) as server:
        command = [*LONGWRITER, "write", "Write 100 words on tea", "--model", "m", "--base-url", server.url, "--json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=90, check=False)
    said = done.stderr.decode()
    assert "\r" not in said
    assert "\x1b" not in said
    assert "     retry 1 of " in said
    assert "     planning, waiting for the first word, " in said
    assert "     section 1/1 " in said
    assert "plan: 1 section, 100 words" in said
    assert {f["kind"] for f in json.loads(done.stdout)["verdict"]} >= {
        "length",
        "looping",
        "ending",
        "language",
        "asked",
    }


@pytest.mark.slow
def test_a_looping_model_ends_with_code_4_and_says_so_first(tmp_path: Path) -> None:
    circle = "The keeper poured tea and the boat came home. He thought of the sea. "
    with Server(speak=lambda body, _: json.dumps(TWO) if "JSON" in str(body["messages"]) else circle * 40) as server:
        command = [*LONGWRITER, "write", "Write 600 words on tea", "--model", "m", "--base-url", server.url]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 4, done.stderr
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("longwriter: finished, but it ")
    warnings = [line for line in lines if line.startswith("warning: ")]
    assert any("too short" in line for line in warnings)
    assert not any("reads through" in line or "S_l" in line for line in lines)


TWO = {
    "title": "Tea",
    "sections": [{"title": t, "point": f"what {t} tell us", "words": 300} for t in ("Leaves of spring", "Old kettles")],
}
