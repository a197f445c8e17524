"""LongGenBench: its file, entries by their numbers, events by rules."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.bench_runs import run, settings
from tests.helpers.data_runs import saved

from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.benchmarks.longgen import entries, has, marks_of
from longwriter.bench.scores import score_run
from longwriter.checks.repetition.overlap import stem
from longwriter.errors import InputError
from longwriter.text import words_of

ROW: dict[str, Any] = {
    "prompt": "Keep a diary of four weeks. #*# Week 1 (January 1st):",
    "checks_once": {"2": "my father birthday"},
    "checks_range": {"3": "Attending a fashion week in Paris", "4": "Attending a fashion week in Paris"},
    "checks_periodic": {"1": "parenting workshop", "9": "parenting workshop"},
    "type": "Week",
    "prefix": "#*# Week 1 (January 1st):",
    "number": 4,
}
TEXT = """It snowed. On Sunday I went to the workshop on parenting.
#*# Week 2 (January 8th): My father turned sixty on Friday.
#*# Week 3 (January 15th): The Paris fashion week was loud.
"""


def _file(folder: Path, *rows: Any) -> str:
    path = folder / "Dataset_short.json"
    path.write_text(json.dumps(rows), "utf-8")
    return str(path)


def test_a_text_is_scored_by_its_entries_and_their_events(tmp_path: Path) -> None:
    """Entries 1, 2, 3 of 4. Events: 1 has its, 2 has no birthday, 3 has its, 4 and 9 are not there."""
    own = saved(tmp_path / "t.jsonl", [{"id": 1, "text": TEXT}])
    scores = run(settings(_file(tmp_path, ROW), own, benchmark="longgen"), tmp_path / "run")
    found = {name: metric.value for name, metric in scores.metrics.items()}
    assert found == {"STIC-2": 2 / 5, "STIC-1": 2 / 3, "CR": 3 / 4, "once": 0, "range": 1 / 2, "periodic": 1 / 2}
    before = (tmp_path / "run" / "scores.json").read_bytes()
    score_run(tmp_path / "run")
    assert (tmp_path / "run" / "scores.json").read_bytes() == before


def test_a_person_is_found_by_the_name_that_the_request_gave(tmp_path: Path) -> None:
    row = ROW | {"checks_once": {"2": "my child_1 birthday"}}
    [item] = open_benchmark("longgen").read(_file(tmp_path, row)).items
    assert marks_of(item, "Snow.\n#*# Week 2: We kept child_1's birthday at home.")["once"] == 1


def test_an_empty_text_has_nothing(tmp_path: Path) -> None:
    [item] = open_benchmark("longgen").read(_file(tmp_path, ROW)).items
    assert item.id == "1"
    assert item.type == "Week"
    assert marks_of(item, "") == {"STIC-2": 0, "STIC-1": None, "CR": 0, "once": 0, "range": 0, "periodic": 0}


def test_entries_are_found_by_the_separator_or_by_lines() -> None:
    assert list(entries("#*# Floor 1: a lobby. #*# Floor 2: a spa. #*# Floor 2: a gym.", "Floor")) == [1, 2]
    assert entries("#*# Floor 2: a spa. #*# Floor 2: a gym.", "Floor")[2].strip() == "Floor 2: a gym."
    assert list(entries("## Floor 1\nA lobby.\n\n**Floor 12:** a spa like Floor 3.\n", "Floor")) == [1, 12]
    assert list(entries("A lobby.\n#*# Block 2 (0, 1): a park", "Block", "#*# Block 1 (0, 0):")) == [1, 2]
    assert entries("#*# Week 1:\n#*# Week 2: ", "Week") == {}


@pytest.mark.parametrize(
    ("entry", "event", "there"),
    [
        ("We flew to the Paris fashion week.", "Attending a fashion week in Paris", True),
        ("We flew to Paris.", "Attending a fashion week in Paris", False),
        ("My eldest child had a birthday.", "my child_1 birthday", True),
        ("My child was ill.", "my child_1 birthday", False),
        ("A small park with trees.", "large recreational park", False),
        ("A bus stop and a station for buses.", "bus station", True),
        ("Nothing.", "the", False),
        ("Floor 75: luxury apartments with terraces.", "luxury residential apartments", True),
        ("A library with archives.", "comprehensive library with study areas and archives", False),
        ("Burger Mondays: gourmet burgers.", "Burger Mondays featuring Gourmet Burgers", True),
        ("We attended a dinner.", "Attend a parenting workshop", False),
    ],
)
def test_an_event_is_there_with_three_of_five_of_its_words(entry: str, event: str, there: bool) -> None:
    assert has({found for word in words_of(entry) if (found := stem(word.lower()))}, event) is there


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW | {"checks_once": ["x"]}], "row 1: checks_once must be an object"),
        ([ROW | {"checks_once": {"two": "x"}}], "row 1: checks_once: 'two': 'x' is no number with an event"),
        ([ROW | {"number": 0}], "row 1: number must be a whole number above 0"),
        ([{"prompt": "x"}], "row 1: no 'type' in this row; it has prompt"),
        (["x"], "row 1: an object is needed, got 'x'"),
        ([], "no rows in it"),
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, rows: list[Any], said: str) -> None:
    with pytest.raises(InputError, match=r"Dataset_short\.json") as error:
        open_benchmark("longgen").read(_file(tmp_path, *rows))
    assert said in str(error.value)
    (tmp_path / "Dataset_short.json").write_text("{", "utf-8")
    with pytest.raises(InputError, match="not JSON"):
        open_benchmark("longgen").read(str(tmp_path))
