"""The list of runs: right, and cheap the second time."""

import asyncio
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from longwriter.api.job import new_job
from longwriter.runs.folders import opened, saved_settings
from longwriter.serve.desk import Desk
from longwriter.serve.feed import Activity
from longwriter.serve.rows import Rows
from longwriter.serve.settings import ServeSettings


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("written")
    new_job("Write a 3000-word history of bridges", {"model": "fake:", "runs": home, "run": "done"}).finish()
    new_job("Write a 600-word tale", {"model": "fake:", "runs": home, "run": "planned"}, plan_only=True).finish()
    (home / ".trash").mkdir()
    (home / "no run").mkdir()
    (home / "file").write_text("")
    return home


def test_a_row_is_the_same_from_a_report_and_from_the_journal(written: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs"
    shutil.copytree(written, home)
    quick = {row.name: row for row in Rows(home).rows({})}
    assert sorted(quick) == ["done", "planned"]
    assert (quick["done"].state, quick["planned"].state) == ("finished", "plan")
    assert (quick["planned"].done, quick["planned"].asked) == (0, 600)
    (home / "done" / "report.json").unlink()
    slow = {row.name: row for row in Rows(home).rows({})}["done"]
    for field in ("title", "state", "asked", "done", "sections", "cost", "instruction", "here"):
        assert vars(slow)[field] == vars(quick["done"])[field], field
    assert abs(slow.written - quick["done"].written) <= 10  # the title's words
    assert quick["done"].title


def test_what_cannot_be_read_says_why(written: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs"
    shutil.copytree(written, home)
    rows = Rows(home)
    rows.rows({})
    (home / "done" / "report.json").unlink()
    journal = home / "done" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"kind"', b'"king"', 1))
    row = {row.name: row for row in rows.rows({})}["done"]
    assert row.state == "failed"
    assert "damaged record" in row.why
    (home / "done" / "settings.json").write_text("{")
    assert {row.name: row for row in rows.rows({})}["done"].state == "failed"
    shutil.rmtree(home / "done")
    assert [row.name for row in rows.rows({})] == ["planned"]


def test_runs_that_somebody_works_on_are_not_ours_to_change(written: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs"
    shutil.copytree(written, home)
    rows, folder = Rows(home), home / "planned"
    with opened(folder, saved_settings(folder)):
        row = {row.name: row for row in rows.rows({})}["planned"]
        assert (row.state, row.here) == ("writing", False)
        row = {row.name: row for row in rows.rows({"planned": Activity(running=True)})}["planned"]
        assert (row.state, row.here) == ("writing", True)
    assert {row.name: row.state for row in rows.rows({})}["planned"] == "plan"
    queued = {row.name: row for row in rows.rows({"planned": Activity(queued=True)})}["planned"]
    assert (queued.state, queued.why) == ("queued", "waits for its turn")


@pytest.mark.slow
async def test_five_hundred_runs_are_listed_at_once_the_second_time(written: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs"
    for n in range(250):
        shutil.copytree(written / "done", home / f"done-{n}")
        shutil.copytree(written / "planned", home / f"planned-{n}")
    async with Desk(home, ServeSettings()) as desk:
        assert len(await desk.rows()) == 500
        began = time.monotonic()
        rows = await desk.rows()
        took = time.monotonic() - began
        assert len(rows) == 500
        assert took < 0.5
        both = await asyncio.gather(desk.rows(), desk.rows())
        assert both[0] == both[1] == rows


DAMAGED = {
    "settings.json": ["[]", "null", "[" * 100_000, '{"words": NaN}', '{"words": {}, "instruction": []}', "9" * 5000],
    "journal.jsonl": ["[]\n", "not json\n", '{"kind": {}, "data": []}\n', "[" * 100_000 + "\n"],
    "report.json": ["[]", "[" * 100_000, '{"finished": true}', '{"finished": 1, "sections": [1]}', "9" * 5000],
}


def test_no_damage_to_one_run_hides_the_others(written: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs"
    home.mkdir()
    shutil.copytree(written / "done", home / "whole")
    count = 0
    for file, texts in DAMAGED.items():
        for text in texts:
            folder = home / f"{file}-{(count := count + 1)}"
            shutil.copytree(written / "done", folder)
            (folder / file).write_text(text)
            ahead = time.time() + 10
            os.utime(folder / "report.json", (ahead, ahead))
            if file == "journal.jsonl":
                (folder / "report.json").unlink()
    told = json.loads((written / "done" / "report.json").read_text())
    for n, more in enumerate(({"cost": float("nan")}, {"cost": float("inf")}, {"cost": "x"}, {"written": []})):
        shutil.copytree(written / "done", home / f"odd-{n}")
        (home / f"odd-{n}" / "report.json").write_text(json.dumps(told | more))
        os.utime(home / f"odd-{n}" / "report.json", (time.time() + 10,) * 2)
    for kind, make in {"folder": Path.mkdir, "pipe": os.mkfifo}.items():
        shutil.copytree(written / "done", home / kind)
        for file in ("journal.jsonl", "report.json"):
            (home / kind / file).unlink()
        make(home / kind / "journal.jsonl")
    rows = {row.name: row for row in Rows(home).rows({})}
    json.dumps([vars(row) for row in rows.values()], allow_nan=False)
    assert set(rows) == {path.name for path in home.iterdir()}
    states = {name: row.state for name, row in rows.items()}
    assert states["whole"] == "finished"
    broken = [name for name in states if name.startswith("journal") or name in ("folder", "pipe")]
    assert {states[name] for name in broken} == {"failed"}
    assert "no file" in rows["pipe"].why
    assert {states[name] for name in states if name.startswith(("odd", "report"))} == {"finished"}


def test_a_title_has_an_end(written: Path, tmp_path: Path) -> None:
    shutil.copytree(written / "done", tmp_path / "done")
    (tmp_path / "done" / "plan.md").write_text("# " + "x" * 3_000_000)
    assert len(Rows(tmp_path).rows({})[0].title) < 1000
