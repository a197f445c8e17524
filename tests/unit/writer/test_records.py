"""The records of a manuscript's journal: every kind comes back as written, and what is none of ours is the named error."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.checks.ledger.records import LedgerFact
from longwriter.errors import RunError
from longwriter.journal import Journal
from longwriter.length.target import exact
from longwriter.models.base import ModelConfig
from longwriter.models.cards import Card
from longwriter.types import Plan, Reply, Section, Usage
from longwriter.writer.records.asked import ContextRecord, ModelRecord, ModelsRecord, PlanRecord, WindowRecord
from longwriter.writer.records.base import JournalRecord
from longwriter.writer.records.calls import CallRecord, ForgetRecord, PartialRecord, WastedRecord
from longwriter.writer.records.control import ControlRecord, StoppedRecord
from longwriter.writer.records.kinds import SHAPES, note, read
from longwriter.writer.records.person import (
    DismissedRecord,
    EditRecord,
    FactsRecord,
    FinalRecord,
    LocksRecord,
    SnapshotRecord,
)
from longwriter.writer.records.revised import FindingsRecord, RevisionRecord, UnmendedRecord, WantedFinding
from longwriter.writer.records.written import DraftsRecord, GivenRecord, RedoRecord, SectionRecord, WithdrawnRecord

MODEL = ModelRecord(name="m", prefill=True, card=Card())
CALL = {"step": "section:ab:0", "role": "writer", "estimate": 9, "prompt_tokens": 8, "seconds": 0.5}
FOUND = WantedFinding(kind="form", check="cut", places=(), quotes=("The tide",), message="it stops", edit=1)
REPLY = Reply(text="The tide came in.", finish="stop", usage=Usage(prompt_tokens=8))
RECORDS: list[JournalRecord] = [
    ModelsRecord(writer=MODEL, planner=MODEL, window=None),
    PlanRecord(plan=Plan(sections=(Section(title="Tea", words=20),)), target=exact(20, "plan"), source="model"),
    ContextRecord(mode="auto", why="all of the text"),
    WindowRecord(tokens=900, stated=None),
    CallRecord(**CALL, began=1.5, raw="The tide came in", reply=REPLY),
    WastedRecord(**CALL, peak=True, reply=REPLY),
    PartialRecord(step="section:ab:0", role="writer", text="The tide."),
    ForgetRecord(steps=("plan:",), why="unreadable"),
    SectionRecord(id="ab", redone=0, asked=(20,), prefill=False, seen=""),
    RedoRecord(sections=("ab",)),
    DraftsRecord(id="ab", numbers=(1, 2), parent=8, instruction="sadder", words=40, model=ModelConfig(model="m2")),
    WithdrawnRecord(id="ab", numbers=(2,), why="m2 said nothing"),
    EditRecord(id="ab", text="The tide went out.", parent=8, why="edited", seen="", asked=(20,), at=2.5),
    GivenRecord(
        id="ab",
        place=0,
        piece="chapter",
        heading="# One\r\n\r\n",
        text="The tide.",
        tail="\r\n\x0c",
        form="md",
        open=True,
        seen="",
        at=2.5,
    ),
    FinalRecord(id="ab", entry=8, seen="", at=3.5),
    LocksRecord(sections=("ab",)),
    FactsRecord(facts=(LedgerFact(subject="Mary", relation="eyes", value="green", section=0, source="user"),), at=4.0),
    DismissedRecord(findings=("0123456789abcdef",), at=4.2),
    SnapshotRecord(name="before", at=4.5),
    ControlRecord(going=True, review=True, permit="ab", approve=True, revise=("0123456789abcdef",)),
    StoppedRecord(reason="failed", message="m did not answer", at=5.5),
    RevisionRecord(number=1, judge=ModelConfig(model="m2"), words={}),
    FindingsRecord(revision=1, turn=1, findings=(FOUND,), declined=("0123456789abcdef",)),
    UnmendedRecord(finding="1.1:0.0", start=7, why="it is empty"),
]


def written(path: Path) -> bytes:
    journal = Journal(path)
    for record in RECORDS:
        note(journal, record)
    journal.close()
    return path.read_bytes()


def test_every_kind_comes_back_as_written(tmp_path: Path) -> None:
    written(tmp_path / "journal.jsonl")
    assert [r.kind for r in RECORDS] == list(SHAPES)
    assert list(read(Journal(tmp_path / "journal.jsonl"), *map(type, RECORDS))) == RECORDS


def test_a_call_holds_no_field_that_says_nothing() -> None:
    assert CallRecord(**CALL, reply=REPLY).data() == {**CALL, "reply": REPLY.model_dump()}
    assert WastedRecord(**CALL, peak=True, began=2.0, reply=REPLY).data().keys() - CALL.keys() == {
        "peak", "began", "reply",
    }  # fmt: skip


def keys(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The places of all keys of a JSON value."""
    if isinstance(value, dict):
        return [p for key, held in value.items() for p in ((*path, key), *keys(held, (*path, key)))]
    return [p for i, held in enumerate(value) for p in keys(held, (*path, i))] if isinstance(value, list) else []


def others(record: JournalRecord) -> list[tuple[object, ...]]:
    """Its keys, but for what one model is: that may hold more, of other versions."""
    data = json.loads(json.dumps(record.data()))
    return [path for path in keys(data) if not {"writer", "planner"} & set(path) or len(path) == 1]


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: r.kind)
def test_a_changed_key_is_the_named_error(record: JournalRecord) -> None:
    for path in others(record):
        data = json.loads(json.dumps(record.data()))
        place = data
        for step in path[:-1]:
            place = place[step]
        place[f"{path[-1]}?"] = place.pop(path[-1])
        journal = Journal(None)
        journal.append("redo", {"sections": []})
        journal.append(record.kind, data)
        with pytest.raises(RunError, match=rf"journal:2: a record '{record.kind}' that this version cannot read"):
            list(read(journal, type(record)))


@pytest.mark.parametrize("wrong", [[], None, "text", 5, {"step": {}}, {"sections": 5}])
def test_other_shapes_and_other_kinds_are_the_named_error(wrong: object) -> None:
    for kind, shape in [*SHAPES.items(), ("recall", RedoRecord)]:
        journal = Journal(None)
        journal.append(kind, wrong)  # type: ignore[arg-type]
        with pytest.raises(RunError, match=r"journal:1: a record '\w+' that this version cannot read"):
            list(read(journal, shape))


@settings(max_examples=100)
@given(st.data())
def test_a_changed_byte_anywhere_is_the_named_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.jsonl"
    path.unlink(missing_ok=True)
    raw = bytearray(written(path))
    at = data.draw(st.integers(0, len(raw) - 2))
    raw[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(raw))
    line = bytes(raw)[:at].count(b"\n") + 1
    last = bytes(raw)[at:].count(b"\n") <= 1
    if last and b"\0" in bytes(raw):
        return  # zeros at the very end are a power cut's
    with pytest.raises(RunError, match=rf"bytes\.jsonl:({line}|{line + 1}|{line - 1}): damaged record"):
        list(read(Journal(path, read_only=True), *map(type, RECORDS)))


@pytest.mark.parametrize("at", range(len(RECORDS) + 1))
def test_a_line_of_brackets_anywhere_is_the_named_error(tmp_path: Path, at: int) -> None:
    lines = written(tmp_path / "j.jsonl").splitlines(keepends=True)
    (tmp_path / "j.jsonl").write_bytes(b"".join([*lines[:at], b"[" * 100_000 + b"\n", *lines[at:]]))
    with pytest.raises(RunError, match=rf"j\.jsonl:{at + 1}: damaged record"):
        Journal(tmp_path / "j.jsonl", read_only=True)
