"""A record of the journal that is not of its kind's shape is named with its line."""

from pathlib import Path

import pytest

from longwriter.errors import RunError
from longwriter.journal import Entry, Journal
from longwriter.types import Record


class Finished(Record):
    section: int
    note: str = ""


def test_a_record_is_read_as_its_kind(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("other", {})
    entry = journal.append("finished", {"section": 3})
    assert journal.parsed(entry, Finished) == Finished(section=3)
    assert journal.parsed(entry, Finished, {"section": 4}) == Finished(section=4)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"section": "x"}, r"journal.jsonl:2: a record 'finished' .*: section: 'x' is not a whole number"),
        ({}, r"journal.jsonl:2: .*: section: it is missing"),
        ({"section": 1, "noet": ""}, r"journal.jsonl:2: .*: noet: "),
        ([], r"journal.jsonl:2: .*: \[\] is not a table"),
    ],
)
def test_a_record_of_another_shape_is_named_with_its_line(tmp_path: Path, data, told: str) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("other", {})
    entry = journal.append("finished", data)
    with pytest.raises(RunError, match=told):
        journal.parsed(Entry(entry.n, entry.kind, data), Finished)
