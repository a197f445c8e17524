"""A finding that a person says is right as it is: never told again, until its words change or they take it back."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here as lw
from tests.helpers.revising import COPIED, CUT, NEW, WHOLE, imported, mender

import longwriter
from longwriter.api.runs import Run
from longwriter.checks.check import CHECKS, check
from longwriter.checks.checked import Checked
from longwriter.checks.citations.records import SourceChunk
from longwriter.errors import RunError
from longwriter.journal import Journal
from longwriter.runs.folders import opened, saved_settings
from longwriter.writer.records.kinds import read
from longwriter.writer.records.person import DismissedRecord

EYES = (
    "# The Mill\n\n## One\n\nMary Gray had blue eyes. Tom sat down.\n\n## Two\n\nMary Gray had brown eyes. Tom slept.\n"
)


def test_numbers_hold_whatever_is_dismissed_or_asked_for(tmp_path: Path) -> None:
    run = imported(tmp_path)
    done = lw("check", run.folder)
    assert "1   section 1, paragraph 4  cut" in done.stdout
    assert "2   section 1, paragraph 3  passage" in done.stdout
    done = lw("check", run.folder, "--dismiss", "1")
    assert (done.returncode, "paragraph 4" in done.stdout) == (4, False)
    assert "2   section 1, paragraph 3  passage" in lw("check", run.folder, "--only", "repetition").stdout
    done = lw("check", run.folder, "--dismiss", "2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("nothing found\n2 dismissed; --all shows them\n")
    shown = lw("check", run.folder, "--all").stdout
    assert "a paragraph stops inside a sentence (dismissed)" in " ".join(shown.split())
    done = lw("check", run.folder, "--undismiss", "2")
    assert (done.returncode, "2   section 1" in done.stdout, "1   section" in done.stdout) == (4, True, False)


def counting(name: str) -> Checked:
    """A check that says which one it is, and nothing else."""
    MADE.append(name)
    return Checked()


MADE: list[str] = []
repetition, slop, form, language, along = (
    lambda _, name=name: counting(name) for name in ("repetition", "slop", "form", "language", "along")
)


def test_only_what_is_asked_for_is_checked_and_for_numbers_each_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = imported(tmp_path)
    for name in ("repetition", "slop", "form", "language", "along"):
        monkeypatch.setitem(CHECKS, name, f"{__name__}:{name}")
    MADE.clear()
    lw("check", run.folder, "--only", "repetition", "--json")
    run.check("form")
    lw("check", tmp_path / "draft.md", "--only", "language")
    assert MADE == ["repetition", "form", "language"]
    MADE.clear()
    lw("check", run.folder, "--only", "repetition")  # its numbers are those of all findings
    assert sorted(MADE) == ["form", "language", "repetition", "slop"]


def test_figures_count_what_is_not_dismissed(tmp_path: Path) -> None:
    run = imported(tmp_path, EYES)
    before = json.loads(lw("check", run.folder, "--json").stdout)["figures"]
    assert before["contradictions"] == round(1e4 / before["words"], 2)
    lw("check", run.folder, "--dismiss", "1")
    for arguments in (("--json",), ("--all", "--json"), ("--json", "--only", "contradictions")):
        assert json.loads(lw("check", run.folder, *arguments).stdout)["figures"]["contradictions"] == 0, arguments
    assert "contradictions    0" in lw("check", run.folder).stdout
    assert Run(run.folder).check().figures["contradictions"] == 0
    lw("check", run.folder, "--undismiss", "1")
    assert Run(run.folder).check().figures == before


def test_a_sentence_whose_citation_is_right_as_it_is_counts_as_supported() -> None:
    text = "The river mill was built in 1874 by Ada Brown [s1].\n\nThe river mill stands on the bank [s1].\n"
    chunks = [SourceChunk(id="s1", source=1, text="The river mill was built in 1884 by Ada Brown on the bank.")]
    report = check(text, sources=chunks)
    assert [f.check for f in report.findings] == ["number"]
    assert report.figures["citations_supported"] == 0.5
    assert check(text, sources=chunks, counts=lambda _: False).figures["citations_supported"] == 1


def test_a_run_whose_sources_are_gone_is_not_said_to_cite_rightly(tmp_path: Path) -> None:
    (tmp_path / "mill.md").write_text("The river mill was built in 1884 by Ada Brown on the bank of the Wend. " * 30)
    longwriter.write("A report of 100 words.", model="fake", run=tmp_path / "run", sources=[str(tmp_path / "mill.md")])
    assert lw("check", tmp_path / "run", "--json").returncode in (0, 4)
    shutil.rmtree(tmp_path / "run" / "sources")
    for arguments in ((), ("--json",), ("--only", "citations"), ("--only", "form", "--only", "citations")):
        done = lw("check", tmp_path / "run", *arguments)
        assert done.returncode == 2, arguments
        assert "run/sources is gone, which the text cites; put it back from a copy" in done.stderr
    with pytest.raises(RunError, match="is gone"):
        Run(tmp_path / "run").check()
    assert lw("check", tmp_path / "run", "--only", "form", "--json").returncode in (0, 4)
    assert any(note.startswith("its sources are gone") for note in Run(tmp_path / "run").report.notes)


def test_json_counts_what_is_left_out_and_tells_it_where_all_is_asked_for(tmp_path: Path) -> None:
    run = imported(tmp_path)
    left = json.loads(lw("check", run.folder, "--dismiss", "1", "--json").stdout)
    assert ([one["check"] for one in left["findings"]], left["dismissed"]) == (["passage"], 1)
    assert left["findings"][0].keys() == {"kind", "check", "places", "quotes", "message", "source"}
    every = lw("check", run.folder, "--all", "--json").stdout
    rows = [(one["check"], one["dismissed"]) for one in json.loads(every)["findings"]]
    assert rows == [("cut", True), ("passage", False)]
    (tmp_path / "list.json").write_text(every)
    assert lw("revise", run.folder, "--findings", tmp_path / "list.json", "--dry-run").returncode == 0


def test_the_page_has_the_numbers_of_the_list(tmp_path: Path) -> None:
    run = imported(tmp_path)
    lw("check", run.folder, "--dismiss", "1", "--html", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert ("2. repetition: passage" in page, "form: cut" in page, "href=#f2>2</a>" in page) == (True, False, True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("0", "no finding 0"),
        ("3", "no finding 3"),
        ("1,", "--dismiss 3,7"),
        ("-1", "--dismiss 3,7"),
        ("²", "--dismiss 3,7"),
    ],
)
def test_numbers_of_nothing_are_refused(tmp_path: Path, given: str, said: str) -> None:
    run = imported(tmp_path)
    done = lw("check", run.folder, f"--dismiss={given}")
    assert (done.returncode, said in done.stderr) == (2, True)
    assert Run(run.folder).check().dismissed == 0


def test_a_file_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(EYES)
    done = lw("check", tmp_path / "a.md", "--dismiss", "1")
    assert (done.returncode, "is a file; a run keeps what is dismissed" in done.stderr) == (2, True)


def test_other_words_are_another_finding(tmp_path: Path) -> None:
    run = imported(tmp_path)
    cut = next(f for f in run.check().findings if f.check == "cut")
    run.dismiss(cut)
    assert [f.check for f in run.check().findings] == ["passage"]
    text = run.text
    run.edit(2, f"Nobody saw it. {run.versions(2)[-1].text}")  # it moves nothing of the finding's own words
    assert run.text != text
    assert [f.check for f in run.check().findings] == ["passage"]
    run.edit(1, run.versions(1)[-1].text.replace(CUT, CUT.replace("apron", "pocket")))
    assert {f.check for f in run.check().findings} == {"cut", "passage"}


def test_verdict_report_ledger_and_revision_leave_it_out(tmp_path: Path) -> None:
    run = imported(tmp_path, EYES)
    eyes = next(f for f in run.check().findings if f.kind == "contradiction")
    assert any(f.kind == "contradictions" for f in run.report.verdict)
    run.dismiss(eyes)
    again = Run(run.folder)
    assert not any(f.kind == "contradictions" for f in again.report.verdict)
    assert (again.report.contradictions, again.ledger().contradictions) == ((), ())
    assert "contradictions" not in (run.folder / "report.json").read_text().partition('"verdict"')[2]
    asked: list[str] = []
    result = again.revise(model=mender(lambda request: asked.append("x") or ""))
    assert (asked, result.outcomes, result.left) == ([], (), ())
    again.undismiss(eyes)
    assert any(f.kind == "contradictions" for f in again.report.verdict)
    assert again.check(dismissed=True).findings == again.check().findings


def test_a_list_made_before_does_not_mend_it(tmp_path: Path) -> None:
    run = imported(tmp_path)
    run.revise(dry_run=True)
    run.dismiss(*(f for f in run.check().findings if f.check == "cut"))
    result = run.revise(model=mender())
    assert [outcome.finding.check for outcome in result.outcomes] == ["passage"]
    assert CUT in run.text
    assert WHOLE not in run.text
    assert run.text.count(COPIED) == 1
    assert NEW in run.text


def test_it_survives_a_kill_and_waits_for_nobody(tmp_path: Path) -> None:
    run = imported(tmp_path)
    code = (
        "import os, signal, sys; from longwriter.api.runs import Run\n"
        "run = Run(__import__('pathlib').Path(sys.argv[1])); run.dismiss(*run.check().findings)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(run.folder)], check=False)
    again = Run(run.folder)
    assert (again.check().findings, again.check().dismissed) == ((), 2)
    again.dismiss(*again.check(dismissed=True).findings)
    journal = Journal(run.folder / "journal.jsonl", read_only=True)
    assert len(list(read(journal, DismissedRecord))) == 1
    with opened(run.folder, saved_settings(run.folder), private=True), pytest.raises(RunError):
        Run(run.folder).undismiss(*again.check(dismissed=True).findings)
