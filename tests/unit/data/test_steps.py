"""Steps: each item once, failures counted, and whatever kills the process, the next command does what is missing alone."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.unit.data.doubling import Double, items, noted

from longwriter.errors import InputError, ModelError, PromptTooLong, RunError, SetupError, TruncatedPrompt, Unavailable
from longwriter.journal import Journal
from longwriter.steps.engines import open_engine
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import KINDS, StepProgress, StepRun, kind_of, run_step


def silent(_: StepProgress) -> None:
    pass


def test_results_come_by_id_and_the_next_command_does_nothing_again(tmp_path: Path) -> None:
    log, told = tmp_path / "log", list[StepProgress]()
    journal = Journal(tmp_path / "journal.jsonl")
    first = run_step("double", items(5), Double(log), StepRun(journal, LocalEngine(2), told.append))
    assert list(first) == ["i0", "i1", "i2", "i3", "i4"]
    assert first["i3"] == {"double": 6, "said": "两倍"}
    assert [p.done for p in told] == [0, 1, 2, 3, 4, 5]
    assert (told[-1].total, told[-1].failed, told[-1].new) == (5, 0, 5)
    journal.close()
    more = run_step(
        "double", items(7), Double(log), StepRun(Journal(tmp_path / "journal.jsonl"), LocalEngine(2), silent)
    )
    assert more["i6"]["double"] == 12
    assert sorted(noted(log)) == sorted([f"i{n}" for n in range(7)] + ["enter", "leave"] * 2)


def test_steps_of_one_journal_do_not_share_results(tmp_path: Path) -> None:
    journal, log = Journal(None), tmp_path / "log"
    run_step("one", items(2), Double(log), StepRun(journal, LocalEngine(1), silent))
    run_step("two", items(2), Double(log), StepRun(journal, LocalEngine(1), silent))
    assert noted(log).count("i1") == 2


def test_as_many_at_once_as_asked(tmp_path: Path) -> None:
    worker = Double(tmp_path / "log", seconds=0.01)
    run_step("double", items(20), worker, StepRun(Journal(None), LocalEngine(4), silent))
    assert worker.most == 4


def test_failures_are_counted_and_the_rest_is_done(tmp_path: Path) -> None:
    log, journal, told = tmp_path / "log", Journal(None), list[StepProgress]()
    failing = Double(log, {"i1": Unavailable("no answer"), "i3": RunError("locked")})
    with pytest.raises(Unavailable, match="2 of 6 items failed, first i1: no answer"):
        run_step("double", items(6), failing, StepRun(journal, LocalEngine(1), told.append))
    assert (told[-1].done, told[-1].failed) == (4, 2)
    again = tmp_path / "again"
    assert len(run_step("double", items(6), Double(again), StepRun(journal, LocalEngine(1), silent))) == 6
    assert noted(again) == ["enter", "i1", "i3", "leave"]


def test_what_failed_is_missing_from_partial_results(tmp_path: Path) -> None:
    worker = Double(tmp_path / "log", {"i1": Unavailable("no answer")})
    assert list(run_step("double", items(3), worker, StepRun(Journal(None), LocalEngine(1), silent), partial=True)) == [
        "i0",
        "i2",
    ]


def test_prompts_that_are_too_long_are_failures_of_their_items_alone(tmp_path: Path) -> None:
    long = {f"i{n}": PromptTooLong("does not fit") for n in range(70)}
    journal, log = Journal(None), tmp_path / "log"
    found = run_step("double", items(72), Double(log, long), StepRun(journal, LocalEngine(1), silent), partial=True)
    assert list(found) == ["i70", "i71"]
    with pytest.raises(PromptTooLong, match="70 of 72 items failed, first i0: does not fit"):
        run_step("double", items(72), Double(log, long), StepRun(journal, LocalEngine(1), silent))
    assert isinstance(KINDS[kind_of(PromptTooLong("x", "y"))]("x"), PromptTooLong), "Ray hands it on as what it is"


def test_a_dead_server_stops_the_step(tmp_path: Path) -> None:
    log = tmp_path / "log"
    dead = {f"i{n}": Unavailable("no answer") for n in range(5, 500)}
    with pytest.raises(Unavailable, match="50 of 500 items failed, first i5"):
        run_step("double", items(500), Double(log, dead), StepRun(Journal(None), LocalEngine(1), silent), partial=True)
    assert len(noted(log)) == 2 + 5 + 50


def test_a_failure_with_more_than_a_message_is_told_by_its_nearest_kind(tmp_path: Path) -> None:
    worker = Double(tmp_path / "log", {"i0": TruncatedPrompt("cut at 100", 100)})
    with pytest.raises(ModelError, match="cut at 100"):
        run_step("double", items(1), worker, StepRun(Journal(None), LocalEngine(1), silent))


def test_a_setup_error_stops_at_once_and_closes_the_worker(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(SetupError, match=r"^wrong key$"):
        run_step(
            "double",
            items(50),
            Double(log, {"i2": SetupError("wrong key")}),
            StepRun(Journal(None), LocalEngine(1), silent),
        )
    assert noted(log) == ["enter", "i0", "i1", "i2", "leave"]


def test_a_stop_by_the_user_closes_the_worker_and_keeps_what_is_done(tmp_path: Path) -> None:
    log, journal = tmp_path / "log", Journal(None)

    def stop(progress: StepProgress) -> None:
        if progress.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_step("double", items(50), Double(log, seconds=0.001), StepRun(journal, LocalEngine(8), stop))
    assert len(journal) == 3
    assert noted(log)[-1] == "leave"


def test_a_programming_error_is_not_taken_for_a_failure(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        run_step("double", [{"id": "i0"}], Double(tmp_path / "log"), StepRun(Journal(None), LocalEngine(1), silent))


def test_ids_that_stand_twice_and_engines_that_do_not_exist_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'i0' stands twice"):
        run_step(
            "double", [*items(2), *items(1)], Double(tmp_path / "log"), StepRun(Journal(None), LocalEngine(1), silent)
        )
    with pytest.raises(InputError, match="--engine spark"):
        open_engine("spark", 1)


SCRIPT = """
import sys
from pathlib import Path
from longwriter.steps.engines import open_engine
from longwriter.steps.step import StepRun, run_step
from longwriter.journal import Journal
from tests.unit.data.doubling import Double, items
home = Path(sys.argv[1])
worker = Double(home / "log", seconds=0.004)
run = StepRun(Journal(home / "journal.jsonl"), open_engine(sys.argv[2], 8), lambda _: None)
found = run_step("double", items(200), worker, run)
assert [r["double"] for r in found.values()] == [2 * n for n in range(200)]
"""


def kill_and_go_on(home: Path, engine: str, gains: list[int]) -> None:
    """Start over and over, killed after so many new results each, then to the end; nothing is lost, little done twice."""
    journal = home / "journal.jsonl"

    def results() -> int:
        return journal.read_bytes().count(b"\n") if journal.exists() else 0

    for gain in [*gains, 1000]:
        before = results()
        process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(home), engine], cwd=Path(__file__).parents[3])
        while process.poll() is None and results() < before + gain:
            time.sleep(0.002)
        if gain < 1000:
            assert process.poll() is None
            process.kill()
        assert process.wait() == (-9 if gain < 1000 else 0)
    entries = [json.loads(line) for line in (home / "journal.jsonl").read_text().splitlines()]
    assert sorted(e["data"]["id"] for e in entries) == sorted(f"i{n}" for n in range(200))
    done = [name for name in noted(home / "log") if name.startswith("i")]
    assert set(done) == {f"i{n}" for n in range(200)}
    # a kill costs what was under way, and, on Ray, what was on its way to the driver
    assert len(done) - 200 <= len(gains) * (8 if engine == "local" else 40)


def test_kills_lose_nothing(tmp_path: Path) -> None:
    rng = random.Random(4)
    kill_and_go_on(tmp_path, "local", [rng.randint(1, 30) for _ in range(8)])
