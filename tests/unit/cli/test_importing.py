"""longwriter import, as a person and a script meet it."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.helpers.command import longwriter, longwriter_here, one_line
from tests.helpers.drafts import markdown, written

from longwriter.api.runs import Run
from longwriter.runs.folders import all_runs

CHINESE = "# 灯塔\n\n" + "\n\n".join(
    f"## 第{n}章 {title}\n\n　　{text * 6}" for n, title, text in (
        ("一", "来信", "信是星期二到的。“我已经知道了，”她说。她把信放在钟的后面，上楼去擦灯。"),
        ("二", "孩子", "孩子的名字叫小石。“他要住到冬天，”他说。头三天他一句话也没有说。"),
    )
) + "\n"  # fmt: skip


def test_import_plans_the_rest_and_resume_writes_it(tmp_path: Path) -> None:
    written(tmp_path, markdown("\r\n"))
    done = longwriter_here("import", "draft.md", "--words", 500, "--model", "fake", "--run", "mine", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "imported: 3 sections, 56 words, English" in done.stderr
    assert "   4. " in done.stderr  # the outline of the rest
    assert "go on with: longwriter resume runs/mine" in done.stderr
    assert (tmp_path / "runs/mine/draft.md").read_bytes() == markdown("\r\n").encode()
    again = longwriter_here("import", "draft.md", "--words", 500, "--model", "fake", "--run", "mine", cwd=tmp_path)
    assert again.returncode == 0
    assert "imported before: 3 sections" in again.stderr
    resumed = longwriter_here("resume", "mine", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    text = (tmp_path / "runs/mine/draft.md").read_bytes()
    assert text.startswith(markdown("\r\n").rstrip().encode() + b"\r\n\r\n## ")
    assert b"\n" not in text.replace(b"\r\n", b"")
    one_line(
        longwriter_here("import", "draft.md", "--run", "mine", cwd=tmp_path), "--run NAME", "longwriter runs rm mine"
    )


def test_a_dry_run_shows_the_split_and_makes_nothing(tmp_path: Path) -> None:
    written(tmp_path, markdown())
    done = longwriter_here("import", "draft.md", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [
        ["1", "chapter", "The"], ["2", "chapter", "The"], ["3", "chapter", "The"], ["3", "sections,", "56"],
    ]  # fmt: skip
    rows = json.loads(longwriter_here("import", "draft.md", "--dry-run", "--json", cwd=tmp_path).stdout)
    assert [(row["number"], row["kind"], row["title"]) for row in rows] == [
        (1, "chapter", "The Letter"), (2, "chapter", "The Boy"), (3, "chapter", "The Fog"),
    ]  # fmt: skip
    assert rows[1]["begins"] == "His name was Peter. He was to stay."
    assert not (tmp_path / "runs").exists()


def test_json_says_what_there_is(tmp_path: Path) -> None:
    written(tmp_path, markdown())
    asked = ("import", "draft.md", "--words", 500, "--model", "fake", "--continue-from", "2", "--json")
    told = json.loads(longwriter_here(*asked, cwd=tmp_path).stdout)
    run = Run(tmp_path / told["run"])
    assert told["words"] == run.report.written
    assert told["target"] == 500
    assert told["planned"]
    assert [row["title"] for row in told["given"]] == ["The Letter", "The Boy"]
    assert len(told["sections"]) == len(run.plan.sections) > 2
    after = (tmp_path / told["after"]).read_text("utf-8")
    assert run.text + after == markdown()
    left = json.loads(longwriter_here(*asked[:-1], "--no-outline", "--run", "later", "--json", cwd=tmp_path).stdout)
    assert not left["planned"]
    assert len(left["sections"]) == 2


def test_where_no_model_answers_the_draft_is_there_all_the_same(tmp_path: Path) -> None:
    written(tmp_path, markdown())
    dead = ("--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--retry", 0)
    done = longwriter_here("import", "draft.md", "--words", 500, "--run", "mine", *dead, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "there is no outline of the rest yet" in done.stderr
    assert "go on with: longwriter resume runs/mine" in done.stderr
    assert Run(tmp_path / "runs/mine").text == markdown()


def test_what_cannot_be_imported_is_said_in_a_line(tmp_path: Path) -> None:
    written(tmp_path, markdown())
    one_line(longwriter_here("import", "none.md", cwd=tmp_path), "none.md")
    one_line(longwriter_here("import", "draft.md", "--words", "30", cwd=tmp_path), "--words 30", "56 words already")
    one_line(longwriter_here("import", "draft.md", "--continue-from", "9", cwd=tmp_path), "3 sections")
    one_line(longwriter_here("import", "draft.md", "--run", "../x", cwd=tmp_path), "--run")
    assert not (tmp_path / "runs").exists()


def test_a_chinese_draft_is_gone_on_with_in_chinese(tmp_path: Path) -> None:
    written(tmp_path, CHINESE)
    asked = ("import", "draft.md", "--words", 900, "--model", "fake", "--run", "mine", "--continue-from", "第二章 孩子")
    assert longwriter_here(*asked[:-2], "--continue-from", "2", cwd=tmp_path).returncode == 0
    run = Run(tmp_path / "runs/mine")
    assert run.text == CHINESE
    assert run.instruction.startswith("接着写")
    assert "故事" in run.instruction
    assert "（" in (run.folder / "plan.md").read_text("utf-8")
    assert longwriter_here("resume", "mine", cwd=tmp_path).returncode in (0, 4)  # the fake's text may say itself again
    text = Run(run.folder).text
    assert text.startswith(CHINESE.rstrip() + "\n\n## ")
    assert abs(Run(run.folder).report.written - 900) < 60


@pytest.mark.slow
def test_an_import_that_is_killed_leaves_the_whole_run_or_none(tmp_path: Path) -> None:
    text = markdown() * 60
    written(tmp_path, text)
    asked = (sys.executable, "-m", "longwriter", "import", "draft.md", "--run", "mine")
    longwriter("import", "draft.md", "--run", "first", cwd=tmp_path)
    seen = set()
    for n in range(8):
        process = subprocess.Popen(asked, cwd=tmp_path, stderr=subprocess.DEVNULL)
        while process.poll() is None and not list(tmp_path.glob("runs/.importing-*/mine")):
            time.sleep(0.002)
        time.sleep(0.05 * n)
        process.kill()
        process.wait()
        there = (tmp_path / "runs/mine").exists()
        seen.add(there)
        assert {folder.name for folder in all_runs(tmp_path / "runs")} == {"first", *(["mine"] if there else [])}
        if there:
            run = Run(tmp_path / "runs/mine")
            assert run.text == text
            assert (run.folder / "draft.md").read_bytes() == text.encode()
            run.remove()
        for left in tmp_path.glob("runs/.importing-*"):
            shutil.rmtree(left)
    assert False in seen
    done = longwriter("import", "draft.md", "--run", "mine", cwd=tmp_path)
    assert done.returncode == 0
    assert Run(tmp_path / "runs/mine").text == text
