"""Calls that ask for two things at once, or of a run what it is no longer: refused or followed, never half."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import longwriter
from longwriter.journal import Journal
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel

TEA = "Write a 600-word history of tea in three parts"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plan_of(*titles: str) -> longwriter.Plan:
    return longwriter.Plan(sections=tuple(longwriter.Section(title=t, point=f"about {t}", words=150) for t in titles))


def test_redo_counts_sections_as_the_edited_plan_does() -> None:
    longwriter.write(TEA, model="fake", plan=plan_of("Leaf", "Cup", "Ship", "Shop"), run="r")
    run = longwriter.Run.open("r")
    file = run.folder / "plan.md"
    lines = [line for line in file.read_text().splitlines() if "Leaf" not in line]
    file.write_text("\n".join(lines) + "\n")
    run.redo(2)
    redone = [json.loads(line)["data"] for line in (run.folder / "journal.jsonl").read_text().splitlines()
              if json.loads(line)["kind"] == "redo"]  # fmt: skip
    finished = [json.loads(line)["data"] for line in (run.folder / "journal.jsonl").read_text().splitlines()
                if json.loads(line)["kind"] == "section"]  # fmt: skip
    assert [section.title for section in run.sections] == ["Cup", "Ship", "Shop"]
    assert finished[-1]["id"] == redone[-1]["sections"][0]
    assert finished[2]["id"] == finished[-1]["id"]  # "Ship", the third of the first plan
    assert run.state == "finished"


def test_a_run_keeps_its_model_unless_an_open_one_is_given() -> None:
    longwriter.write(TEA, model="fake", run="r")
    run = longwriter.Run.open("r")
    for other in ("nonsense/does-not-exist", ModelConfig(model="fake:0.5")):
        with pytest.raises(longwriter.InputError, match="a run keeps its model"):
            run.redo(1, model=other)  # type: ignore[arg-type]
    mine = FakeModel(ModelConfig(model="fake"), "")
    run.redo(1, model=mine)
    assert mine.requests


def test_settings_are_not_mixed_with_another_prompt_but_take_an_open_model() -> None:
    settings = longwriter.WriteSettings(instruction=TEA, writer=ModelConfig(model="fake"))
    with pytest.raises(longwriter.InputError, match="not another prompt"):
        longwriter.write("Write about lions", settings=settings)
    with pytest.raises(longwriter.InputError, match="settings are given whole: set words there"):
        longwriter.write(settings=settings, words=5)
    mine = FakeModel(ModelConfig(model="fake"), "")
    assert longwriter.write(TEA, settings=settings, model=mine).report.finished
    assert mine.requests


def test_an_older_look_at_a_run_exports_what_it_is_now() -> None:
    longwriter.write(TEA, model="fake", run="r", out="tea.md")
    looked = longwriter.Run.open("r")
    before = looked.text
    after = longwriter.Run.open("r").redo(1).text
    assert after != before
    looked.export("tea.md")
    assert Path("tea.md").read_text() == after


def test_a_finished_section_without_its_reply_is_an_error_and_not_a_shorter_text(alone: Path) -> None:
    longwriter.write(TEA, model="fake", run="r")
    journal = alone / "runs" / "r" / "journal.jsonl"
    whole, cut = Journal(journal, read_only=True), alone / "cut.jsonl"
    with_less, gone = Journal(cut), next(e for e in whole if str(e.data.get("step")).startswith("section:"))
    for entry in whole:
        if entry is not gone:
            with_less.append(entry.kind, entry.data)
    with_less.close()
    journal.write_bytes(cut.read_bytes())
    with pytest.raises(longwriter.RunError, match=r"1 of its replies are gone"):
        longwriter.Run.open("r").text  # noqa: B018


@pytest.mark.parametrize("words", [0, -5, True])
def test_a_length_that_is_none_is_refused_by_score(words: int) -> None:
    with pytest.raises(longwriter.InputError, match="words: a whole number of 1 or more is needed"):
        longwriter.score("Tea is green.", words=words)


CROWDED = """
import asyncio, os, resource, longwriter
async def cell():
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) - 1,) * 2)
    try:
        longwriter.write("Write 100 words", model="fake", run="r")
    except (OSError, longwriter.LongWriterError) as error:
        print("said", type(error).__name__)
asyncio.run(cell())
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux does")
def test_a_notebook_without_file_descriptors_hears_why(tmp_path: Path) -> None:
    assert resource.RLIMIT_NOFILE
    done = subprocess.run(
        [sys.executable, "-c", "import longwriter.api.writing\n" + CROWDED],
        capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.startswith("said"), done.stderr
