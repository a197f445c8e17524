"""Results of steps are typed records: old journals are read as they are, and one of another shape is named."""

from pathlib import Path

import pytest

from longwriter.errors import RunError
from longwriter.journal import Journal
from longwriter.steps.local import LocalEngine
from longwriter.steps.step import StepRun, results_of, run_typed
from longwriter.types import Record


class Doubled(Record):
    double: int
    said: str = ""


def test_a_journal_of_before_is_not_done_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("double", {"id": "a", "result": {"double": 4}})
    journal.append("other", {"anything": 1})
    run = StepRun(journal, LocalEngine(1), lambda _: None)
    assert run_typed("double", [{"id": "a"}], None, run, Doubled) == {"a": Doubled(double=4)}


@pytest.mark.parametrize("data", [{"id": "a"}, {"id": 1, "result": {}}, {"id": "a", "result": [1]}, {}])
def test_a_record_of_another_shape_is_named_with_its_line(data: dict[str, object], tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("double", {"id": "z", "result": {}})
    journal.append("double", data)
    with pytest.raises(RunError, match=r"journal\.jsonl:2: "):
        results_of("double", journal)


@pytest.mark.parametrize("result", [{"double": "two"}, {}, {"double": 2, "more": 1}])
def test_a_result_of_another_shape_is_named_with_its_line(result: dict[str, object], tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append("double", {"id": "z", "result": {"double": 1}})
    journal.append("double", {"id": "a", "result": result})
    run = StepRun(journal, LocalEngine(1), lambda _: None)
    with pytest.raises(RunError, match=r"journal\.jsonl:2: a record 'double'"):
        run_typed("double", [{"id": "z"}, {"id": "a"}], None, run, Doubled)
