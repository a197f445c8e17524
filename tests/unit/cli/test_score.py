"""`longwriter score` as a person or a script meets it: a real process on real files and run folders."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.command import longwriter, longwriter_here, one_line
from tests.helpers.prose import ENGLISH
from tests.helpers.server import Server

from longwriter.checks.repetition.repetition import repetition
from longwriter.length.range import range_of
from longwriter.text import count_words
from longwriter.train.rollouts.store import Rollout, write_step

WORDS = count_words(ENGLISH)


def told(cwd: Path, *arguments: object) -> list[dict]:
    """What --json prints."""
    done = longwriter_here("score", *arguments, "--json", cwd=cwd)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Write a 2,000-word story", (1800, 2200)),
        ("Write at least 2,000 words on tea", (2000, 2200)),
        ("an essay of no more than 2,000 words", (1800, 2000)),
        ("an essay of 800 to 1,000 words", (800, 1000)),
        ("an essay of 950-1050 words", (950, 1050)),  # as wide as `read_target` makes 1,000 words
        ("at least 500 but no more than 900 words", (500, 900)),
        ("10 chapters of 500 words each", (4500, 5500)),
        ("写一篇2000字的文章", (1800, 2200)),
        ("写一篇不少于3000字的文章", (3000, 3300)),
        ("写一篇文章，不超过1000字", (900, 1000)),
        ("Write about tea", None),
    ],
)
def test_range_of_a_request(request_: str, wanted: tuple[int, int] | None) -> None:
    assert range_of(request_) == wanted


def test_a_text_is_explained(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"<think>plan</think>\n<answer>{ENGLISH}\n{ENGLISH[:900]}</answer>")
    done = longwriter_here("score", "a.md", "--request", "Write 700 words on a harbour", cwd=tmp_path, COLUMNS="300")
    assert done.returncode == 0, done.stderr
    assert "630 to 770 wanted (the request names a length)" in done.stdout
    assert f"{count_words(ENGLISH + ENGLISH[:900]):,} words" in done.stdout
    assert "thinking, then an answer" in done.stdout
    assert "The harbour at Vellin" in done.stdout
    assert "1.00" in done.stdout


def test_json_says_what_the_library_says(tmp_path: Path) -> None:
    text = ENGLISH + "\n" + ENGLISH[:1200]
    (tmp_path / "a.txt").write_text(text)
    words = count_words(text)
    [found] = told(tmp_path, "a.txt", "--range", f"{2 * words}-{3 * words}")
    assert found["rewards"] == {"length": 0.5, "format": repetition(text).factor}
    assert (found["id"], found["mode"], found["range_from"]) == ("a.txt", "plain", "--range")
    assert found["why"]["format"]["passages"][0]["earlier_start"] == 0
    [found] = told(tmp_path, "a.txt", "--words", words)
    assert (found["lower"], found["upper"]) == (round(0.9 * words), round(1.1 * words))
    [found] = told(tmp_path, "a.txt", "--mode", "direct")
    assert found["rewards"] == {"length": None, "format": 0}
    assert found["range_from"] == "the request names no length"


def test_many_samples(tmp_path: Path) -> None:
    rows = [
        {"prompt": "Write 100 words", "text": "word " * 100},
        {"id": "own", "request": "Write 100 words", "completion": "a b", "lower": 4, "upper": 5},
        {"id": 7, "instruction": "Write", "response": "a b c", "words": 3},
        {"id": "cut", "text": "<think>a", "mode": "think", "cut": True},
    ]
    (tmp_path / "s.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    found = told(tmp_path, "s.jsonl", "--reward", "length")
    assert [(r["id"], r["lower"], r["upper"], r["rewards"]["length"]) for r in found] == [
        ("1", 90, 110, 1),
        ("own", 4, 5, 0.5),
        ("7", 3, 3, 1),
        ("cut", None, None, None),
    ]
    assert [r["id"] for r in told(tmp_path, "s.jsonl", "--id", "own")] == ["own"]
    table = longwriter_here("score", "s.jsonl", cwd=tmp_path).stdout
    assert "mean of 4" in table
    assert "0.833" in table  # (1 + 0.5 + 1) / 3: the missing one leaves the mean
    assert "no </think>" in table


def test_a_lone_surrogate_is_read_as_everywhere_else(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text('{"text": "one boat\\ud83d", "words": 2}')
    [found] = told(tmp_path, "s.jsonl", "--reward", "length")
    assert (found["rewards"]["length"], found["why"]["length"]["words"]) == (1, 2)


def test_a_name_with_null_makes_room_for_another(tmp_path: Path) -> None:
    row = {"request": None, "prompt": "Write 100 words", "text": None, "response": "word " * 100, "id": None}
    (tmp_path / "s.jsonl").write_text(json.dumps(row))
    [found] = told(tmp_path, "s.jsonl", "--reward", "length")
    assert (found["id"], found["lower"], found["rewards"]["length"]) == ("1", 90, 1)


def test_answers_to_one_request_meet_wherever_they_stand(tmp_path: Path) -> None:
    def better(body: dict[str, Any], _: object) -> str:
        text = body["messages"][0]["content"]
        first, second = (text.split(f"<text_{x}>\n")[1].split()[0] for x in "ab")
        return json.dumps({"better": "A" if first == "good" else "B" if second == "good" else "tie"})

    rows = [("a1", "tea", "good tea"), ("a2", "sea", "bad sea"), ("b1", "tea", "bad tea"), ("b2", "sea", "good sea")]
    rows += [("c", "alone", "good")]
    lines = [json.dumps({"id": name, "prompt": asked, "text": text}) for name, asked, text in rows]
    (tmp_path / "s.jsonl").write_text("\n".join(lines))
    with Server(speak=better) as server:
        judge = ("--reward", "writing", "--judge", "local", "--judge-url", server.url)
        done = longwriter_here("score", "s.jsonl", *judge, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["id"], r["rewards"]["writing"]) for r in found] == [
        *[("a1", 1), ("a2", 0), ("b1", 0), ("b2", 1)],
        ("c", None),
    ]
    assert done.stderr == "writing: no value for 1 of 5 samples; the first, c: no other answer to it\n"


OWN = """
from longwriter.rewards.base import Verdict
class Nan:
    def __init__(self, settings): pass
    async def score(self, samples): return [Verdict(float(s.completion), {"odd": float("inf")}) for s in samples]
    async def aclose(self): pass
class Raises(Nan):
    async def score(self, samples): raise ValueError("boom")
class Short(Nan):
    async def score(self, samples): return []
"""


@pytest.mark.slow
def test_a_reward_of_ones_own_may_break_but_not_the_output(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "s.jsonl").write_text('{"text": "0.25"}\n{"text": "nan"}')
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    for name, said in (
        ("Raises", "the reward own:Raises broke: ValueError: boom (own.py:8)"),
        ("Short", "0 verdicts on 2"),
    ):
        one_line(longwriter("score", "s.jsonl", "--reward", f"own:{name}", cwd=tmp_path, PYTHONPATH=path), said)
    done = longwriter("score", "s.jsonl", "--reward", "own:Nan", "--json", cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr
    assert not {"NaN", "Infinity"} & set(done.stdout.replace(":", " ").replace(",", " ").replace("}", " ").split())
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["rewards"]["own:Nan"] for r in found] == [0.25, None]
    assert found[1]["why"]["own:Nan"]["failure"] == "the reward gave nan"
    assert done.stderr == "own:Nan: no value for 1 of 2 samples; the first, 2: the reward gave nan\n"


def test_a_run_of_write_is_scored_against_its_own_words(tmp_path: Path) -> None:
    made = longwriter_here("write", "A story of a lighthouse", "--words", "300", "--model", "fake:", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    [run] = (tmp_path / "runs").iterdir()
    [found] = told(tmp_path, run.name[:8])
    assert (found["id"], found["lower"], found["upper"]) == (run.name, 270, 330)
    assert found["why"]["length"]["words"] == count_words((run / "draft.md").read_text())
    assert told(tmp_path, f"runs/{run.name}", "--words", "900")[0]["lower"] == 810


def test_a_run_with_sources_is_held_to_its_own(tmp_path: Path) -> None:
    (tmp_path / "mill.md").write_text("# Mills\n\nThe mill was built in 1884 by Ada Brown.\n")
    (tmp_path / "own.md").write_text("The mill was built in 1884 by Ada Brown [s1].")
    asked = ("Write about a mill", "--words", 100, "--sources", "mill.md", "--model", "fake")
    for command in (("write", *asked), ("edit", "last", "--section", 1, "--text", "own.md")):
        done = longwriter_here(*command, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    [row] = told(tmp_path, "last", "--reward", "citations")
    assert row["rewards"] == {"citations": 1.0}
    shown = longwriter_here("score", "last", "--reward", "citations,consistency", cwd=tmp_path, COLUMNS="200")
    assert "statements 1; support 1.0; enough 1.0" in shown.stdout  # and nothing about what is empty
    chunks = next(tmp_path.glob("runs/*/sources/chunks.jsonl"))
    [same] = told(tmp_path, "own.md", "--reward", "citations", "--sources", chunks)
    assert same["rewards"] == row["rewards"]


def test_a_grpo_run_is_scored_at_its_last_step(tmp_path: Path) -> None:
    def rollout(step: int, text: str) -> Rollout:
        return Rollout(
            step=step, group=0, id="p", request="Write", prompt="Write", completion=text, mode="direct", lower=2, upper=4,
            cut=False, think_words=0, answer_words=1, rewards={}, why={}, advantages={}, advantage=0.0,
        )  # fmt: skip

    write_step(tmp_path / "run", 1, [rollout(1, "early")])
    write_step(tmp_path / "run", 2, [rollout(2, "<answer>one</answer>"), rollout(2, "no tags")])
    found = told(tmp_path, "run")
    assert [(r["id"], r["rewards"]) for r in found] == [
        ("p#1", {"length": 0.5, "format": 1}),
        ("p#2", {"length": 0, "format": 0}),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope",), "no such file or run"),
        (("empty.md",), "holds no text"),
        (("empty.jsonl",), "nothing to score"),
        (("folder",), "no run"),
        (("a.md", "--range", "9-2"), "--range 9-2"),
        (("a.md", "--range", "few"), "--range few"),
        (("a.md", "--words", "5", "--range", "1-2"), "not both"),
        (("a.md", "--reward", "nice"), "no reward is called 'nice'"),
        (("a.md", "--reward", ","), "name at least one"),
        (("a.md", "--reward", "writing", "--judge", "m"), "--request"),
        (("a.md", "--reward", "writing", "--request", "x"), "reward_model"),
        (("a.md", "--longest", "1"), "longest"),
        (("a.md", "--longest", "inf"), "--longest: inf is not a finite number"),
        (("a.md", "--id", "b"), "'b'"),
        (("broken.jsonl",), "broken.jsonl:2: not JSON"),
        (("list.jsonl",), "list.jsonl:1: expected an object such as"),
        (("bare.jsonl",), "bare.jsonl:1: no text"),
        (("odd.jsonl",), "odd.jsonl:1: lower = 5 is above upper = 4"),
        (("half.jsonl",), "half.jsonl:1: lower and upper stand together"),
        (("mode.jsonl",), "mode.jsonl:1: mode"),
        (("words.jsonl",), "words.jsonl:1: words"),
        (("null.jsonl",), "null.jsonl:1: no text"),
        (("latin.md",), "not UTF-8"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple, said: str) -> None:
    (tmp_path / "folder").mkdir()
    lines = {
        "a.md": "a text",
        "empty.md": " \n",
        "empty.jsonl": "\n\n",
        "broken.jsonl": '{"text": "a"}\n{"text": \n',
        "list.jsonl": "[1]",
        "bare.jsonl": '{"id": "a", "prompt": "b"}',
        "odd.jsonl": '{"text": "a", "lower": 5, "upper": 4}',
        "half.jsonl": '{"text": "a", "lower": 5}',
        "mode.jsonl": '{"text": "a", "mode": "loud"}',
        "words.jsonl": '{"text": "a", "words": -3}',
        "null.jsonl": '{"text": null, "prompt": "b"}',
    }
    for name, text in lines.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.md").write_bytes(b"caf\xe9")
    one_line(longwriter_here("score", *arguments, cwd=tmp_path), said)
