"""Tables as a training reads them: JSON lines like all of the toolkit, the rest by `datasets`."""

import json
import lzma
from pathlib import Path

import pytest

pytest.importorskip("datasets", reason="training needs the [train] extra: make test-recipe")

import pyarrow as pa
import pyarrow.parquet as pq

from longwriter.errors import InputError
from longwriter.train.data.tables import read_table

pytestmark = pytest.mark.recipe
ROWS = [{"prompt": "a", "id": 1}, {"prompt": "b", "id": 2}]


def test_the_same_rows_of_every_kind_of_file(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "rows.parquet")
    (tmp_path / "rows.json").write_text(json.dumps(ROWS))
    (tmp_path / "rows.csv").write_text("prompt,id\na,1\nb,2\n")
    (tmp_path / "rows.jsonl").write_text("\ufeff" + "\n\n".join(map(json.dumps, ROWS)), "utf-8")
    for kind in ("parquet", "json", "csv", "jsonl"):
        assert read_table(str(tmp_path / f"rows.{kind}"), ("prompt", "id")).to_list() == ROWS, kind


def test_a_folder_of_lines_is_read_as_one_and_its_training_split_alone(tmp_path: Path) -> None:
    for name, row in zip("ab", ROWS, strict=True):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    assert read_table(str(tmp_path)).to_list() == ROWS
    (tmp_path / "train-0.jsonl").write_text(json.dumps(ROWS[1]) + "\n")
    assert read_table(str(tmp_path)).to_list() == ROWS[1:]


def test_lines_keep_their_values_as_they_are(tmp_path: Path) -> None:
    """`datasets` alone would read a date for a text, and no half of a character."""
    rows = [
        {"id": 1, "prompt": "2020-01-01", "messages": [{"role": "user", "content": "a"}]},
        {"id": "two", "prompt": "b", "messages": [{"role": "user", "content": "a", "name": "x"}], "more": 1},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_table(str(tmp_path / "rows.jsonl")).to_list()
    assert [row["prompt"] for row in found] == ["2020-01-01", "b"]
    assert [row["id"] for row in found] == [1, "two"]
    assert [row["more"] for row in found] == [None, 1]
    (tmp_path / "half.jsonl").write_text('{"prompt": "a \\ud83d b"}\n')
    assert read_table(str(tmp_path / "half.jsonl"))["prompt"][0] == "a \ufffd b"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"prompt": "a"}\n{"prompt": \n', "rows.jsonl:2: not JSON, or cut off"),
        (b'{"prompt": "a"}\n[1]\n', "rows.jsonl:2: expected an object"),
        (b'{"prompt": "a"}\n{"prompt": "\xff"}\n', "rows.jsonl:2: not UTF-8"),
        (b"[" * 100_000, "rows.jsonl:1: "),
        (b"\n\n", "rows.jsonl: no column prompt"),
        (b"", "rows.jsonl: the file is empty"),
        (b'{"answer": "a"}\n', "rows.jsonl: no column prompt; it has answer"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "rows.jsonl").write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_table(str(tmp_path / "rows.jsonl"), ("prompt",))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_other_files_are_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl.xz").write_bytes(lzma.compress(b'{"prompt": "a"}\n'))
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 torn")
    for name, said in (("rows.jsonl.xz", "no such data set"), ("rows.parquet", "cannot be read"), ("no", "no such")):
        with pytest.raises(InputError, match=said):
            read_table(str(tmp_path / name))
