"""A short run of the fuzz harness, every input that once failed, and the harness itself: it must see what it is for."""

import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from longwriter.errors import InputError
from tests.fuzz import cases
from tests.fuzz.cases import SEEDS, Fault, Target, kept, line_of, of, run
from tests.fuzz.grammar import RULES, made
from tests.fuzz.mutation import LONGEST, mutated
from tests.fuzz.targets import TARGETS
from tests.fuzz.working import chunks, work

CASES = 2000


@pytest.mark.slow
@pytest.mark.parametrize("chunk", list(chunks(list(TARGETS), CASES, "test")), ids=lambda c: f"{c.target}-{c.first}")
def test_a_short_run(chunk) -> None:
    run(TARGETS[chunk.target], of(TARGETS[chunk.target], "warm", 0))
    assert [line_of(fault) for fault in work(chunk).faults] == []


@pytest.mark.parametrize("target", [name for name in TARGETS if (SEEDS / f"{name}.jsonl").exists()])
def test_what_once_failed(target: str) -> None:
    found = kept(target)
    assert found
    for given in found:
        run(TARGETS[target], given)  # the first time, patterns are compiled
        fault, _ = run(TARGETS[target], given)
        assert fault is None, fault.told


def test_every_file_of_seeds_has_its_target() -> None:
    assert {path.stem for path in SEEDS.glob("*.jsonl")} <= set(TARGETS)


def given(_random: Random) -> str:
    return "x"


def test_a_crash_is_a_fault_and_a_typed_error_is_none() -> None:
    def crash(text: str | bytes) -> None:
        raise RecursionError(text)

    def refuse(_text: str | bytes) -> None:
        raise InputError("no")

    fault, _ = run(Target("t", given, crash), "x", "7", 3)
    assert fault is not None
    assert (fault.kind.split()[0], fault.told, fault.seed, fault.number) == (
        "RecursionError",
        "RecursionError: x",
        "7",
        3,
    )
    assert run(Target("t", given, refuse), "x")[0] is None


def test_an_assertion_of_a_target_is_a_fault() -> None:
    def wrong(text: str | bytes) -> None:
        assert text == "y"

    fault, _ = run(Target("t", given, wrong), "x")
    assert fault is not None
    assert fault.kind.startswith("AssertionError")


def test_what_takes_over_a_second_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_text: str | bytes) -> None:
        start = time.process_time()
        while time.process_time() - start < cases.SLOWEST_S + 0.05:
            sum(range(1000))

    monkeypatch.setattr(cases, "SLOWEST_S", 0.2)
    fault, seconds = run(Target("t", given, slow), "x")
    assert fault is not None
    assert (fault.kind, seconds > 0.2) == ("slow", True)
    monkeypatch.setattr(cases, "LONGEST_S", 0.1)
    fault, _ = run(Target("t", given, slow), "x")
    assert fault is not None
    assert fault.told.startswith("stopped")


def test_what_fills_the_memory_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "MOST_MEMORY", 20 * 2**20)
    before = cases._memory()
    fault, _ = run(Target("t", given, lambda _: bytearray(b"x") * (before + 60 * 2**20)), "x")
    assert fault is not None
    assert fault.kind == "memory"


def test_a_case_is_the_same_each_time_and_others_are_other() -> None:
    for target in TARGETS.values():
        assert of(target, "1", 5) == of(target, "1", 5)
        assert len({str(of(target, "1", number)) for number in range(20)}) >= 10


def test_all_rules_end_and_all_holes_have_a_rule() -> None:
    for rule in RULES:
        for number in range(30):
            text = made(rule, Random(number))
            assert "«" not in text.replace("«»", "")
            assert len(mutated(text, Random(number))) <= LONGEST


@pytest.mark.parametrize("text", ['a\ud800\n"', b"\xff\x00PK"])
def test_a_fault_becomes_a_seed(text: str | bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.jsonl").write_text(line_of(Fault("plan", "1", 2, "slow", "1.2 s", text)) + "\n")
    monkeypatch.setattr(cases, "SEEDS", tmp_path)
    assert kept("plan") == [text]
    assert json.loads((tmp_path / "plan.jsonl").read_text())["was"] == "slow: 1.2 s"


def test_the_shares_of_targets_make_up_the_count() -> None:
    parts = list(chunks(list(TARGETS), 50_000, "1"))
    assert abs(sum(part.last - part.first for part in parts) - 50_000) < len(TARGETS)
    plans = [part for part in parts if part.target == "plan"]
    assert [part.first for part in plans[1:]] == [part.last for part in plans[:-1]]


@pytest.mark.slow
def test_the_command_tells_what_it_found(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--count", "60", "--seed", "3", "--target", "length", "--jobs", "1"]
    done = subprocess.run([*command, "--out", str(tmp_path / "found")], capture_output=True, text=True, check=True)
    assert "60 cases, seed 3, 0 faults of 0 kinds" in done.stdout
    assert not (tmp_path / "found").exists()
