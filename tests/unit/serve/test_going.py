"""Which runs a server that starts goes on with."""

import os
from pathlib import Path

import pytest

from longwriter.journal import Journal
from longwriter.length.target import exact
from longwriter.serve.writing.going import going, is_going
from longwriter.types import Plan, Reply, Section
from longwriter.writer.records.asked import PlanRecord
from longwriter.writer.records.base import JournalRecord
from longwriter.writer.records.calls import CallRecord
from longwriter.writer.records.control import ControlRecord, StoppedRecord
from longwriter.writer.records.kinds import note
from longwriter.writer.records.written import RedoRecord

GOING, PAUSED = ControlRecord(going=True), ControlRecord(going=False)
WAITING = ControlRecord(going=True, approve=True)
LINE = Section(title="a", point="b", words=100)
PLANNED = PlanRecord(plan=Plan(title="t", sections=(LINE,)), target=exact(100, "plan"), source="model")
CEILING = StoppedRecord(reason="ceiling", message="stopped", at=1.0)
FAILED = StoppedRecord(reason="failed", message="no network", at=1.0)
SLY = CallRecord(
    step="s",
    role="writer",
    estimate=1,
    prompt_tokens=1,
    seconds=1,
    reply=Reply(text='"kind": "control"', finish="stop"),
)


def run_of(folder: Path, *records: JournalRecord) -> Path:
    folder.mkdir(parents=True)
    (folder / "settings.json").write_text("{}")
    journal = Journal(folder / "journal.jsonl")
    for record in records:
        note(journal, record)
    journal.close()
    return folder


@pytest.mark.parametrize(
    ("records", "goes"),
    [
        ((), False), ((GOING,), True), ((GOING, PAUSED), False), ((PAUSED, GOING), True), ((GOING, FAILED), True),
        ((GOING, CEILING), False), ((GOING, CEILING, GOING), True), ((GOING, SLY), True), ((PAUSED, SLY), False),
        ((WAITING,), True), ((PLANNED, WAITING), False), ((WAITING, PLANNED), False),
        ((CEILING, GOING, RedoRecord(sections=())), True),
    ],
)  # fmt: skip
def test_the_last_word_counts(tmp_path: Path, records: tuple[JournalRecord, ...], goes: bool) -> None:
    assert is_going(run_of(tmp_path / "run", *records)) is goes


def test_a_finished_run_is_left_and_one_that_was_changed_since_is_not(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "run", GOING)
    report, journal = folder / "report.json", folder / "journal.jsonl"
    report.write_text('{"finished": true}')
    os.utime(journal, (1, 1))
    assert not is_going(folder)
    os.utime(report, (0, 0))
    assert is_going(folder)
    for broken in ("{", "[]", '{"finished": false}'):
        report.write_text(broken)
        assert is_going(folder)


def test_what_was_active_first_goes_first_and_a_torn_record_is_none(tmp_path: Path) -> None:
    for n, name in enumerate(("late", "early")):
        folder = run_of(tmp_path / name, GOING)
        for file in folder.iterdir():
            os.utime(file, (100 - n, 100 - n))
    torn = run_of(tmp_path / "torn", PAUSED) / "journal.jsonl"
    torn.write_bytes(torn.read_bytes() + b'{"data": {"going": true}, "kind": "control"')
    assert going(tmp_path) == ["early", "late"]
    torn.write_bytes(torn.read_bytes().replace(b'"going": false', b'"going": true '))
    assert "torn" in going(tmp_path)
