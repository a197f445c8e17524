"""longwriter bench: what a person types and sees."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.helpers.bench_runs import GOOD, ROWS, speaking
from tests.helpers.data_runs import saved
from tests.helpers.server import Server

from longwriter.bench.benchmarks.base import BENCHMARKS
from longwriter.cli.bench.group import bench
from longwriter.errors import InputError, LongWriterError


def typed(*words: str, cwd: Path | None = None) -> Result:
    return CliRunner().invoke(bench, words, catch_exceptions=True)


def test_help_names_the_benchmarks_and_each_has_its_own() -> None:
    shown = typed("--help").output
    assert all(name in shown for name in BENCHMARKS)
    shown = typed("writingbench", "--help").output
    assert "Run WritingBench." in shown
    assert "longwriter bench writer-mini --system gguf:smollm2" in shown
    assert "BENCHMARK" not in shown.split("Options")[0]
    assert "BENCHMARK" in typed("run", "--help").output


def test_a_run_and_its_table(tmp_path: Path) -> None:
    data, out = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with Server(speak=speaking(lambda _: GOOD)) as server:
        flags = ["--data", data, "--out", str(out), "--system", "writer", "--base-url", server.url]
        done = typed("longbench-write", *flags, "--judge", "judge", "--retry", "0.2")
        assert done.exit_code == 0, (done.output, done.exception)
        again = typed("run", "longbench-write", *flags, "--judge", "judge", "--retry", "0.2", "--json")
        assert len(server.requests) == 6
    assert "longbench-write: writer, judge judge (own wording)" in done.output
    assert "87.5" in done.output
    assert "judge: 3/3" in done.stderr
    assert "3 items, 3 responses" in done.output
    scores = json.loads(again.stdout)
    assert scores["metrics"]["S"]["value"] == 87.5
    assert typed("score", str(out)).output.splitlines()[0] == done.stdout.splitlines()[0]
    shown = typed("score", str(out), "--compat", "evalscope").output
    assert "handled as evalscope does" in shown
    assert (out / "scores.evalscope.json").exists()


def test_writer_mini_runs_offline_and_goes_into_its_usual_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = typed("writer-mini", "--system", "fake:0.5", "--ids", "en-1, zh-4", "--judge", "fake", "--repeat-judge", "1")
    assert done.exit_code == 0, (done.output, done.exception)
    assert (tmp_path / "bench" / "writer-mini-fake-0.5" / "scores.json").exists()
    assert "S_l" in done.output
    assert "repeat_agreement" in done.output
    assert "the judge is the system itself" not in done.stderr
    same = typed("writer-mini", "--system", "fake", "--ids", "en-1", "--judge", "fake")
    assert "note: the judge is the system itself" in same.stderr


def test_the_command_needs_no_extra() -> None:
    code = "import sys, longwriter.cli.bench.run, longwriter.bench.benchmarks.writingbench; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "pyarrow", "huggingface_hub", "matplotlib", "openai"} & set(loaded)


def test_failures_are_shown_beside_the_score_and_make_exit_code_2(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    texts = saved(tmp_path / "texts.jsonl", [{"id": "r1", "text": "tin " * 100}])
    done = typed("longbench-write", "--data", data, "--out", str(tmp_path / "run"), "--system", texts)
    assert isinstance(done.exception, LongWriterError)
    assert "2 failed responses, left out of the means" in str(done.exception)
    assert "100.0" in done.output


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--system", "fake", "--data", "absent.jsonl"], "cannot read absent.jsonl"),
        (["--system", "fake"], "needs --data PATH"),
        (["--system", "texts:absent.jsonl", "--data", "DATA"], "cannot read absent.jsonl"),
        (["--system", "fake", "--data", "DATA", "--judge-prompt", "x.txt"], "--judge-prompt needs --judge"),
        (["--system", "fake", "--data", "DATA", "--judge", "fake", "--judge-prompt", "x.txt"], "cannot read x.txt"),
        (["--system", "fake", "--data", "DATA", "--temperature", "9"], "--temperature: 9"),
        (["--system", "fake", "--data", "DATA", "--judge", "fake", "--repeat-judge", "2"], "judge.repeat"),
    ],
)
def test_what_cannot_be(flags: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = saved(tmp_path / "data.jsonl", ROWS)
    done = typed("longbench-write", *[data if flag == "DATA" else flag for flag in flags])
    assert isinstance(done.exception, InputError)
    assert told in str(done.exception)
    assert not (tmp_path / "bench").exists()


@pytest.mark.parametrize("flag", ["--base-url", "--judge-url"])
@pytest.mark.parametrize("address", ["http://h/v1?api-key=PRIVATE&v=1", "http://me:PRIVATE@h/v1", "http://PRIVATE@h"])
def test_addresses_that_hold_keys_are_refused_and_not_repeated(flag: str, address: str, tmp_path: Path) -> None:
    data, out = saved(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    done = typed(
        "longbench-write", "--data", data, "--out", str(out), "--system", "m", "--judge", "judge", flag, address
    )
    assert isinstance(done.exception, InputError)
    assert "no user, password or query" in str(done.exception)
    assert "PRIVATE" not in str(done.exception)
    assert not out.exists()


def test_compat_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row = {"idx": 1, "question": "Write", "baseline_response": ["tin"]}
    done = typed(
        "arena-write", "--system", "fake", "--data", saved(tmp_path / "a.jsonl", [row]), "--compat", "evalscope"
    )
    assert "has no such variant" in str(done.exception)
    assert not (tmp_path / "bench").exists()


def test_ruler_asks_no_judge(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    done = typed("longwrite-ruler", "--system", "fake", "--data", data, "--judge", "fake")
    assert "asks no judge" in str(done.exception)


def test_an_unknown_name() -> None:
    assert "No such command" in typed("longbench-writes").output
    assert "no benchmark is called" in str(typed("run", "x", "--system", "fake").exception)
