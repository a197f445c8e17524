"""What a person gives is bounded: nesting, links in a circle, lines without end, Parquet that unpacks to gigabytes."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from longwriter.api.batch import read_batch
from longwriter.config import DEEPEST, build, deeper_than, read_toml
from longwriter.data.dataset import MOST_VALUES, read_rows
from longwriter.data.instructions import read_instructions
from longwriter.errors import InputError, PlanError, RunError
from longwriter.journal import Journal
from longwriter.jsonl import LONGEST_LINE, read_lines
from longwriter.models.prices import load_prices
from longwriter.models.verdicts import find_json
from longwriter.rewards.reward_model import read_scale
from longwriter.runs.exports import EXPORTS, check_export, claimed, written
from longwriter.runs.folders import resolved
from longwriter.serve.keys import ClientKeys
from longwriter.serve.writing.spending import FILE, DaySpending
from longwriter.writer.plan.parse import parse_plan
from longwriter.writer.settings import WriteSettings

DEEP = "[" * 200_000 + "]" * 200_000


def test_deep_settings_and_prices_are_named(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text(f"x={DEEP}")
    for read in (read_toml, load_prices):
        with pytest.raises(InputError, match=r"c\.toml: not usable TOML: brackets nested too deep"):
            read(tmp_path / "c.toml")


def test_deep_rows_are_named_by_line(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text(f'{{"instruction": {DEEP}}}\n')
    for read in (lambda: read_instructions(str(tmp_path / "r.jsonl")), lambda: read_batch(tmp_path / "r.jsonl", BASE)):
        with pytest.raises(InputError, match=r"r\.jsonl:1: not usable JSON: brackets nested too deep"):
            read()


BASE = WriteSettings(instruction="Write it", words=300)


def test_settings_that_no_file_can_hold_are_refused() -> None:
    nested: object = 1
    for _ in range(300):
        nested = [nested]
    assert deeper_than(nested, DEEPEST)
    tree = BASE.model_dump() | {"writer": {"model": "m", "extra_body": {"a": nested}}}
    with pytest.raises(InputError, match=r"c\.toml: nested deeper than 100 levels"):
        build(WriteSettings, tree, "c.toml")


@pytest.mark.parametrize(
    ("value", "levels"), [(1, 0), ([], 1), ({"a": 1}, 1), ({"a": [1, {"b": [2]}]}, 4), ([[]] * 9, 2)]
)
def test_levels_are_counted(value: object, levels: int) -> None:
    assert not deeper_than(value, levels)
    assert levels == 0 or deeper_than([value], levels - 1)


@pytest.mark.parametrize(
    "reply", [DEEP, f'{{"a": {DEEP}}}', '["' + "]" * 200_000 + '", ' + "[" * 200_000, "{" * 200_000]
)
def test_a_deep_plan_or_answer_is_none(reply: str) -> None:
    with pytest.raises(PlanError):
        parse_plan(reply)
    assert find_json(reply) == []


def test_deep_files_of_our_own_are_named(tmp_path: Path) -> None:
    for name in ("keys.json", FILE, "reward.json", "journal.jsonl"):
        (tmp_path / name).write_text(DEEP + "\n")
    with pytest.raises(InputError, match=r"keys\.json: cannot be read as a file of keys"):
        ClientKeys(tmp_path / "keys.json").new("k")
    with pytest.raises(RunError, match="remove it to begin today at 0"):
        DaySpending(tmp_path, 1.0).today()
    with pytest.raises(RunError, match=r"reward\.json: damaged"):
        read_scale(tmp_path)
    with pytest.raises(RunError, match=r"journal\.jsonl"):
        Journal(tmp_path / "journal.jsonl", read_only=True)
    (tmp_path / EXPORTS).write_text(DEEP)
    with pytest.raises(RunError, match=r"exports\.json: cannot be read"):
        written(tmp_path)


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    loop = tmp_path / "l.md"
    loop.symlink_to(loop)
    for place in (loop, loop / "a.md"):
        with pytest.raises(InputError, match=r"is a link that leads back to itself"):
            check_export(tmp_path / "r", place, force=False)
    with pytest.raises(InputError, match=r"is a link that leads back"), claimed(tmp_path / "r", [loop], force=True):
        pass
    (tmp_path / "a.md").symlink_to(tmp_path / "new.md")
    assert resolved(tmp_path / "a.md") == tmp_path / "new.md"


@pytest.mark.slow
def test_a_command_ends_in_one_line_at_a_link_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "l.md").symlink_to(tmp_path / "l.md")
    write = [
        sys.executable,
        "-m",
        "longwriter",
        "write",
        "A tale",
        "--model",
        "fake",
        "--words",
        "300",
        "--out",
        "l.md",
    ]
    done = subprocess.run(write, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "l.md is a link that leads back to itself" in done.stderr


def test_a_line_without_end_is_named(tmp_path: Path) -> None:
    with (tmp_path / "r.jsonl").open("wb") as file:
        file.write(b'{"prompt": "a"}\n')
        file.truncate(LONGEST_LINE + 100)
    with pytest.raises(InputError, match=r"r\.jsonl:2: a line of over 64 MB"):
        list(read_lines(tmp_path / "r.jsonl"))


@pytest.mark.slow
def test_parquet_of_many_values_in_few_bytes_is_named(tmp_path: Path) -> None:
    many = MOST_VALUES + 1
    column = pa.ListArray.from_arrays(pa.array([0, many], pa.int32()), pa.nulls(many, pa.int8()))
    pq.write_table(pa.table({"a": column}), tmp_path / "r.parquet", compression="zstd")
    assert (tmp_path / "r.parquet").stat().st_size < 10**6
    with pytest.raises(InputError, match=r"r\.parquet: row group 1 unpacks to .* values; the most are"):
        list(read_rows(str(tmp_path / "r.parquet")))


def test_a_row_group_that_unpacks_to_gigabytes_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longwriter.data.dataset.LARGEST_GROUP", 1000)
    pq.write_table(pa.table({"prompt": ["a" * 1001]}), tmp_path / "r.parquet")
    with pytest.raises(InputError, match="write the file again with smaller row groups"):
        list(read_rows(str(tmp_path / "r.parquet")))


def test_a_parquet_row_is_as_long_as_a_line_at_most(tmp_path: Path) -> None:
    pq.write_table(pa.table({"prompt": ["a", "b" * LONGEST_LINE]}), tmp_path / "r.parquet")
    with pytest.raises(InputError, match=r"r\.parquet: a row after row 1 has over 64 MB"):
        list(read_rows(str(tmp_path / "r.parquet")))


@pytest.mark.slow
def test_one_text_in_three_thousand_rows_does_not_fill_the_memory(tmp_path: Path) -> None:
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 3000, pa.int32()), pa.array(["a" * 4_000_000]))
    pq.write_table(pa.table({"prompt": texts}), tmp_path / "r.parquet")
    code = (
        "import sys; from longwriter.data.dataset import read_rows\n"
        "rows = sum(1 for _ in read_rows(sys.argv[1]))\n"  # not ru_maxrss, which a child has of the process that began it
        "print(rows, next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(tmp_path / "r.parquet")], capture_output=True, check=True)
    rows, kilobytes = map(int, told.stdout.split())
    assert rows == 3000  # 12 GB as texts
    assert kilobytes < 500_000


def test_lines_of_json_are_all_read(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text("\n".join(json.dumps({"n": n}) for n in range(1000)))
    assert [line.row["n"] for line in read_lines(tmp_path / "r.jsonl")] == list(range(1000))
