"""The same steps on a real Ray of this machine: results, failures, and kills. Needs `pip install -e '.[ray]'`."""

import os
import signal
from pathlib import Path

import pytest
from tests.helpers.data_runs import silent
from tests.helpers.doubling import Double, items, noted
from tests.helpers.kills import kill_and_go_on

from longwriter.errors import EmptyReply, InputError, SetupError, Unavailable
from longwriter.journal import Journal
from longwriter.steps.engines import open_engine
from longwriter.steps.step import StepProgress, StepRun, run_step

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -e '.[ray]'")
pytestmark = [pytest.mark.recipe, pytest.mark.xdist_group("ray")]  # two clusters on a machine see each other


def test_a_cluster_that_is_not_there_is_named(tmp_path: Path) -> None:
    """First in this file: a Ray that is being shut down can still be found for a while."""
    ray.shutdown()
    with pytest.raises(InputError, match="no Ray at auto"):
        run_step(
            "double", items(1), Double(tmp_path / "log"), StepRun(Journal(None), open_engine("ray:auto", 2), silent)
        )


def test_results_failures_and_what_comes_next(tmp_path: Path) -> None:
    log, journal, told = tmp_path / "log", Journal(None), list[StepProgress]()
    engine = open_engine("ray", 6)
    failing = Double(log, {"i3": Unavailable("no answer"), "i7": EmptyReply("nothing came")}, seconds=0.05)
    with pytest.raises((Unavailable, EmptyReply), match="2 of 30 items failed"):
        run_step("double", items(30), failing, StepRun(journal, engine, told.append))
    assert (told[-1].done, told[-1].failed) == (28, 2)
    done = noted(log)
    assert sorted(set(done)) == sorted({"enter", *(f"i{n}" for n in range(30))})
    assert done.count("enter") <= 2  # one an actor, however many items
    assert len(done) - done.count("enter") == 30
    found = run_step("double", items(30), Double(tmp_path / "again"), StepRun(journal, engine, silent))
    assert list(found) == [f"i{n}" for n in range(30)]
    assert found["i29"] == {"double": 58, "said": "两倍"}
    assert sorted(set(noted(tmp_path / "again")) - {"enter"}) == ["i3", "i7"]


def test_items_go_on_side_by_side_within_an_actor(tmp_path: Path) -> None:
    told = list[StepProgress]()
    run_step(
        "double",
        items(32),
        Double(tmp_path / "log", seconds=1.0),
        StepRun(Journal(None), open_engine("ray", 16), told.append),
    )
    assert told[-1].seconds - told[1].seconds < 8  # 31 s one after another, 15 s with one item an actor


def test_a_setup_error_stops_at_once(tmp_path: Path) -> None:
    worker = Double(tmp_path / "log", {"i0": SetupError("wrong key")}, seconds=0.2)
    with pytest.raises(SetupError, match=r"^wrong key$"):
        run_step("double", items(200), worker, StepRun(Journal(None), open_engine("ray", 2), silent))
    assert len(noted(tmp_path / "log")) < 100


def test_an_actor_that_dies_costs_what_it_had_under_way(tmp_path: Path) -> None:
    log, killed = tmp_path / "log", list[int]()

    def shoot(progress: StepProgress) -> None:
        if progress.done >= 20 and not killed:
            killed.append(int(log.read_text().split()[-1]))
            os.kill(killed[0], signal.SIGKILL)

    found = run_step(
        "double", items(100), Double(log, seconds=0.05), StepRun(Journal(None), open_engine("ray", 8), shoot)
    )
    assert len(found) == 100
    assert len([name for name in noted(log) if name.startswith("i")]) <= 110
    assert killed


def test_kills_lose_nothing(tmp_path: Path) -> None:
    kill_and_go_on(tmp_path, "ray", [20, 90])
