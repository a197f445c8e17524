"""A benchmark of the user's own, in one file outside the package: its items, its judging, its wording, its summary."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.bench_runs import speaking
from tests.helpers.data_runs import saved
from tests.helpers.server import Server

from longwriter.bench.aggregate import _same
from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.judging.wording import wording
from longwriter.errors import InputError

SOURCE = '''
from longwriter.bench.benchmarks.base import Benchmark, Data, unique
from longwriter.bench.benchmarks.files import read_rows
from longwriter.bench.judging.base import JudgedItem, JudgeReading, Judging, Summary
from longwriter.bench.records import BenchItem, Metric
from longwriter.models.verdicts import find_json
from pathlib import Path


class Facts(Judging):
    """How many of ten a text says of a reference."""

    name = "facts"
    fields = ("REQUEST", "RESPONSE", "REFERENCE")
    headline = "facts"
    metrics = ("facts",)

    def wordings(self):
        return {"en": "Of $REFERENCE$, how much is in <text>$RESPONSE$</text>, asked by $REQUEST$? JSON with facts."}

    def values(self, item, text, question):
        return super().values(item, text, question) | {"REFERENCE": item.facts["reference"]}

    def read(self, reply):
        found = [one["facts"] for one in find_json(reply) if isinstance(one.get("facts"), int)]
        return JudgeReading({"facts": float(found[0])}, "as counted") if len(found) == 1 else None

    def judged(self, item, readings):
        reading = readings[self.name]
        return JudgedItem({"facts": reading and reading.marks["facts"]}, {})

    def empty(self, item):
        return {"facts": 0.0}

    def summarise(self, scored, system):
        full = sum(s.score.scores["facts"] == 10 for s in scored)
        return Summary(metrics={"full": Metric(value=float(full), n=len(scored))}, checks={"own check": Metric(value=1.0, n=1)})


class Own(Benchmark):
    title = "Own facts"
    judging = Facts()

    def read(self, data):
        path = Path(data)
        items = (
            (row.where, BenchItem(id=row.text("id"), prompt=row.text("ask"), groups={"room": row.text("room"), "mark": "x"},
                                  facts={"reference": row.text("reference")}))
            for row in read_rows(path)
        )
        return Data(unique(items, path), (path,))

    def groups(self, item):
        return {"room": item.groups["room"]}

    def summarise(self, scored, system):
        longest = max(s.score.words or 0 for s in scored)
        return Summary(by={"reach": {"all": {"longest": Metric(value=float(longest), n=len(scored))}}})


class Lacking:
    title = "lacks"
    judging = "quality"


class NoReader(Benchmark):
    title = "no reader"


class Wrong(Own):
    judging = "quality"


class Silent(Judging):
    name = "silent"
    metrics = ("facts",)

    def read(self, reply):
        return None

    def judged(self, item, readings):
        return JudgedItem({}, {})

    def empty(self, item):
        return {}


class Headless(Own):
    judging = Silent()


class Numbered(Facts):
    def questions(self, item):
        return ["part #1", "part #2"]


class Counted(Own):
    judging = Numbered()


class NotANumber(Facts):
    def judged(self, item, readings):
        return JudgedItem({"facts": float("nan")}, {})


class Odd(Own):
    judging = NotANumber()
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "outside" / "own_bench_package"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "facts.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder.parent


def longwriter(package: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(package), *sys.path])}
    command = [sys.executable, "-m", "longwriter", "bench", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.mark.slow
def test_a_benchmark_from_outside_brings_its_judging_and_its_summary(package: Path, tmp_path: Path) -> None:
    """References say 10, 4 and 7; the last judge reply is prose each time: two of three are in the mean of 7."""
    rows = [{"id": n, "ask": f"Write on {n}", "room": room, "reference": f"ref-{mark}"}
            for n, room, mark in (("a", "hall", 10), ("b", "attic", 4), ("c", "attic", 0))]  # fmt: skip
    texts = [{"id": row["id"], "text": "tin " * n} for row, n in zip(rows, (30, 20, 10), strict=True)]

    def judge(body: dict[str, Any]) -> str:
        asked = body["messages"][0]["content"]
        assert asked.startswith("Of ref-")
        assert asked.endswith("? JSON with facts.")
        mark = int(asked.split("ref-")[1].split(",")[0])
        return json.dumps({"facts": mark}) if mark else "none, I fear"

    data, own, out = saved(tmp_path / "d.jsonl", rows), saved(tmp_path / "t.jsonl", texts), str(tmp_path / "run")
    with Server(speak=speaking(judge)) as server:
        flags = ["--data", data, "--system", own, "--out", out, "--judge", "judge", "--base-url", server.url]
        done = longwriter(package, "run", "own_bench_package.facts:Own", *flags)
        assert done.returncode == 0, done.stderr
        assert len(server.requests) == 2 + 3
    scores = json.loads((tmp_path / "run" / "scores.json").read_text("utf-8"))
    assert {name: m["value"] for name, m in scores["metrics"].items()} == {"facts": 7, "full": 1}
    assert scores["metrics"]["facts"]["missing"] == 1
    assert {room: m["facts"]["value"] for room, m in scores["by"]["room"].items()} == {"attic": 4, "hall": 10}
    assert scores["by"]["reach"]["all"]["longest"]["value"] == 30
    assert set(scores["by"]) == {"room", "reach"}
    assert list(scores["checks"]) == ["own check", "length_bias"]
    assert "facts" in done.stdout
    assert "reach" in done.stdout
    before = (tmp_path / "run" / "scores.json").read_bytes()
    assert longwriter(package, "score", out).returncode == 0
    assert (tmp_path / "run" / "scores.json").read_bytes() == before
    assert longwriter(package, "report", out).returncode == 0
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "By reach" in page
    assert "own check" in page


def test_a_wording_of_one_s_own_fills_the_field_of_a_judging_of_one_s_own(package: Path, tmp_path: Path) -> None:
    judging = open_benchmark("own_bench_package.facts:Own").judging
    assert judging is not None
    path = tmp_path / "mine.txt"
    path.write_text("{reference} {response} {query} {{1}}")
    asked = wording(judging, path).question("en", {"REFERENCE": "R", "RESPONSE": "T", "REQUEST": "Q"})
    assert asked == "R T Q {1}"
    path.write_text("{response} {query}")
    with pytest.raises(InputError, match=r"no placeholder for reference; write one of \$REFERENCE\$, \{reference\}"):
        wording(judging, path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "Lacking",
            r"Lacking object.* lacks .*read, summarise; .*subclass of longwriter.bench.benchmarks.base.Benchmark",
        ),
        ("NoReader", "NoReader .*'?read'?"),
        ("Wrong", r"'quality' lacks .*read.*; .*subclass of longwriter.bench.judging.base.Judging"),
        ("Headless", r"lacks headline; .*subclass of longwriter.bench.judging.base.Judging"),
        ("Absent", "no attribute 'Absent'"),
        ("SOURCE_OF_NOTHING", "no attribute"),
    ],
)
def test_a_class_that_is_no_benchmark_is_named(package: Path, name: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        open_benchmark(f"own_bench_package.facts:{name}")


def test_a_score_that_is_not_a_number_is_named_with_its_item(package: Path, tmp_path: Path) -> None:
    row = {"id": "a", "ask": "Write", "room": "hall", "reference": "ref"}
    data, own = saved(tmp_path / "d.jsonl", [row]), saved(tmp_path / "t.jsonl", [{"id": "a", "text": "tin"}])
    flags = ["--data", data, "--system", own, "--out", str(tmp_path / "run"), "--judge", "fake"]
    done = longwriter(package, "run", "own_bench_package.facts:Odd", *flags)
    assert done.returncode == 2
    assert "item a: scores.facts" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_question_may_not_be_called_as_a_further_try_is(package: Path, tmp_path: Path) -> None:
    row = {"id": "a", "ask": "Write", "room": "hall", "reference": "ref"}
    data, own = saved(tmp_path / "d.jsonl", [row]), saved(tmp_path / "t.jsonl", [{"id": "a", "text": "tin"}])
    flags = ["--data", data, "--system", own, "--out", str(tmp_path / "run"), "--judge", "fake"]
    done = longwriter(package, "run", "own_bench_package.facts:Counted", *flags)
    assert done.returncode == 2
    assert "a question may not be called 'part #1'" in done.stderr


def test_marks_that_one_of_two_readings_lacks_are_unlike() -> None:
    assert _same({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}) == 1 / 3
    assert _same({}, {}) is None
