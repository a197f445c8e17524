"""The records of a run's journal: what old runs wrote opens, what is damaged is named with its line."""

from pathlib import Path
from typing import Any

import pytest
from tests.helpers.bench_runs import ROWS, run, settings
from tests.helpers.data_runs import saved

from longwriter.bench.scores import score_run, stored_of
from longwriter.bench.stored import Stored
from longwriter.errors import RunError
from longwriter.journal import Journal


def run_of(tmp_path: Path) -> Path:
    run(settings(saved(tmp_path / "data.jsonl", ROWS), "fake"), tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("item", {"id": "x"}, "prompt: it is missing"),
        ("item", {"idd": "x", "prompt": "p"}, "id: it is missing"),
        ("write", {"id": "r1"}, "result: it is missing"),
        ("write", {"result": {}}, "id: it is missing"),
        ("write", {"id": "r1", "result": "x"}, "result: 'x' is not a table"),
        ("write", {"id": "r1", "result": {"text": "x"}}, "id: it is missing"),
        ("write", {"id": "r1", "result": {"id": "r1", "text": 7}}, "text: 7 is not text"),
        ("write", {"id": "r1", "result": {"id": "r1", "calls": "many"}}, "calls: 'many' is not a whole number"),
        ("failed", {"step": "write", "id": "r1"}, "reason: it is missing"),
        ("failed", {"step": 3, "id": "r1", "reason": "x"}, "step: 3 is not text"),
        ("made", {"step": []}, r"step: \[\] is not text"),
    ],
)
def test_a_record_of_another_shape_is_named_with_its_line(
    kind: str, data: dict[str, Any], told: str, tmp_path: Path
) -> None:
    folder = run_of(tmp_path)
    journal = Journal(folder / "journal.jsonl")
    journal.append(kind, data)
    line = len(journal)
    journal.close()
    with pytest.raises(
        RunError, match=rf"journal.jsonl:{line}: a record '{kind}' that this version cannot read: {told}"
    ):
        score_run(folder)


def test_keys_that_other_versions_wrote_are_left_aside(tmp_path: Path) -> None:
    folder = run_of(tmp_path)
    journal = Journal(folder / "journal.jsonl")
    result = {"id": "r1", "text": "tin \ud83d", "thinking": "", "cost": None, "words": 9}
    journal.append("write", {"id": "r1", "result": result, "attempt": 1})
    journal.append("another kind", {"x": 1})
    journal.close()
    stored = stored_of(folder)
    assert stored.responses["r1"].text == "tin \ufffd"
    assert stored.spent["cost"] is None
    assert score_run(folder).counts["responses"] == 3
    run(settings(saved(tmp_path / "data.jsonl", ROWS), "fake"), folder)  # goes on with it, too


def test_what_comes_later_is_read_once_and_gives_what_reading_it_all_gives(tmp_path: Path) -> None:
    folder = run_of(tmp_path)
    journal = Journal(folder / "journal.jsonl", read_only=True)
    entries = list(journal)
    part = Journal(None)
    stored = Stored(stored_of(folder).settings, part)
    for entry in entries:
        part.append(entry.kind, entry.data)
        stored.catch_up()
    whole = stored_of(folder)
    assert (stored.items, stored.responses, stored.made) == (whole.items, whole.responses, whole.made)
    assert stored.spent == whole.spent
