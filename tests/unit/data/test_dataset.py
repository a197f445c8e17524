"""Data sets on disk: what is written comes back, in each kind of file; what is broken is named by file, line and column."""

import json
import lzma
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub import constants
from tests.helpers.hub import Hub, serving

from longwriter.data.conversations import as_messages
from longwriter.data.dataset import Row, push, read_rows, write_dataset
from longwriter.errors import InputError, RunError, Unavailable

SCHEMA = pa.schema([("id", pa.string()), ("prompt", pa.string()), ("words", pa.int32())])
ROWS: list[Row] = [{"id": f"r{n}", "prompt": f"写一篇第{n}号的 story", "words": n or None} for n in range(600)]


def written(folder: Path, rows: list[Row] = ROWS) -> Path:
    write_dataset(folder, iter(rows), SCHEMA, "# Stories\n", {"rows": len(rows)})
    return folder


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    folder = written(tmp_path / "new" / "set")
    assert list(read_rows(str(folder), ["id", "prompt"])) == ROWS
    assert pq.ParquetFile(folder / "train.parquet").metadata.num_row_groups == 3
    assert json.loads((folder / "report.json").read_text()) == {"rows": 600}
    assert (folder / "README.md").read_text().endswith("---\n\n# Stories\n")
    assert sorted(p.name for p in folder.iterdir()) == ["README.md", "report.json", "train.parquet"]


def test_datasets_loads_the_folder(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed: pip install -e '.[train]'")
    folder = written(tmp_path / "set")
    (folder / "dropped.jsonl").write_text('{"other": "columns"}\n')
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].to_list() == ROWS


def test_a_failure_among_the_rows_leaves_the_old_files(tmp_path: Path) -> None:
    folder = written(tmp_path)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def broken() -> Iterator[Row]:
        yield ROWS[0]
        raise InputError("row 2 is broken")

    with pytest.raises(InputError, match="row 2 is broken"):
        write_dataset(folder, broken(), SCHEMA, "# New", {})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    folder = written(tmp_path)
    open_elsewhere = tmp_path / "same file"
    open_elsewhere.hardlink_to(folder / "train.parquet")
    written(folder, ROWS[:3])
    assert len(list(read_rows(str(folder)))) == 3
    assert pq.read_table(open_elsewhere).num_rows == 600


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    script = f"""
import random, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
from pathlib import Path
import pyarrow as pa
from longwriter.data.dataset import write_dataset
from longwriter.errors import RunError
rows = ({{"prompt": random.Random(n).randbytes(500).hex()}} for n in range(5000))
try:
    write_dataset(Path({str(tmp_path / "set")!r}), rows, pa.schema([("prompt", pa.string())]), "", {{}})
except RunError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert f"cannot write {tmp_path / 'set' / 'train.parquet'}: " in done.stdout
    assert list((tmp_path / "set").iterdir()) == []


def test_a_place_that_cannot_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"cannot write .*file/set/train\.parquet"):
        written(tmp_path / "file" / "set")


def files(folder: Path) -> dict[str, Path]:
    """The same two rows in each kind of file."""
    rows = [{"prompt": 'Write "it", in\n\ntwo lines', "id": "1"}, {"prompt": "写一篇小说", "id": "2"}]
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n\n" for r in rows)
    (folder / "a.jsonl").write_text("\ufeff" + lines, "utf-8")
    (folder / "a.jsonl.xz").write_bytes(lzma.compress(lines.encode()))
    (folder / "a.csv").write_text('prompt,id\r\n"Write ""it"", in\n\ntwo lines",1\r\n写一篇小说,2\r\n', "utf-8")
    (folder / "a.json").write_text("\ufeff\n" + json.dumps(rows, indent=1), "utf-8")
    (folder / "lines.json").write_text(lines, "utf-8")
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet")
    return {p.name: p for p in folder.iterdir()}


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.xz", "a.csv", "a.parquet", "a.json", "lines.json"])
def test_every_kind_of_file_is_read(name: str, tmp_path: Path) -> None:
    found = list(read_rows(str(files(tmp_path)[name]), ["prompt"]))
    assert found == [{"prompt": 'Write "it", in\n\ntwo lines', "id": "1"}, {"prompt": "写一篇小说", "id": "2"}]


def test_a_line_of_text_is_a_prompt(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Write a novel\n\n 写一篇小说 \n", "utf-8")
    assert [row["prompt"] for row in read_rows(str(tmp_path / "a.txt"))] == ["Write a novel", "写一篇小说"]


def test_long_fields_of_csv_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\n" + "word " * 60_000 + "\n")
    assert len(str(next(iter(read_rows(str(tmp_path / "a.csv"))))["text"])) == 300_000


def test_a_folder_from_the_hub_is_read_by_its_training_files(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"):
        pq.write_table(pa.table({"prompt": [name]}), tmp_path / "data" / f"{name}.parquet")
    found = [row["prompt"] for row in read_rows(str(tmp_path))]
    assert found == ["train-00000-of-00002", "train-00001-of-00002"]


BROKEN = {
    "empty.jsonl": (b"", "no rows"),
    "blank.jsonl": (b"\n \n", "no rows"),
    "deep.jsonl": (b'{"prompt": ' + b"[" * 200_000, "deep.jsonl:1: not usable JSON"),
    "torn.jsonl": (b'{"prompt": "a"}\n{"prompt": "b', "torn.jsonl:2: not JSON"),
    "list.jsonl": (b'["a"]\n', "list.jsonl:1: expected an object"),
    "column.jsonl": (
        b'{"prompt": "a"}\n{"text": "b", "id": 3}\n',
        "column.jsonl:2: no column 'prompt'; there are text, id",
    ),
    "null.jsonl": (b'{"prompt": null}\n', "null.jsonl:1: no column 'prompt'"),
    "latin.jsonl": ('{"prompt": "é"}\n'.encode("latin-1"), "latin.jsonl:1: not UTF-8"),
    "cut.jsonl.xz": (lzma.compress(b'{"prompt": "a"}\n' * 999)[:-20], "cut.jsonl.xz:1000: damaged or cut"),
    "torn.json": (b'[{"prompt": "a"}, {"prompt": "b', "torn.json: not JSON, or cut off"),
    "words.json": (b'[{"prompt": "a"}, "b"]', "words.json row 2: expected an object, got 'b'"),
    "none.json": (b"[]", "no rows"),
    "empty.json": (b"", "no rows"),
    "deep.json": (b"[" * 200_000, "deep.json: not usable JSON"),
    "latin.json": ('[{"prompt": "é"}]'.encode("latin-1"), "latin.json: not UTF-8"),
    "ragged.csv": (b"prompt,id\na,1\nb\n", "ragged.csv:3: expected 2 fields"),
    "wide.csv": (b"prompt,id\na,1,2\n", "wide.csv:2: expected 2 fields"),
    "quote.csv": (b'prompt\n"a\n', "quote.csv:2: not CSV"),
    "latin.csv": ("prompt\né\n".encode("latin-1"), "latin.csv:2: not UTF-8"),
    "no.parquet": (b"PAR1 hello PAR1", "no.parquet: damaged or cut file"),
    "cut.parquet": (b"PAR1", "cut.parquet: damaged or cut file"),
    "a.docx": (b"", "unknown kind of file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(name: str, tmp_path: Path) -> None:
    content, said = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as failure:
        list(read_rows(str(tmp_path / name), ["prompt"]))
    assert said in str(failure.value)
    assert name in str(failure.value)


@pytest.mark.parametrize("name", ["none.jsonl", "none.parquet", "none.csv", "nothing"])
def test_what_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=name):
        list(read_rows(str(tmp_path / name)))


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no data in this folder"):
        list(read_rows(str(tmp_path)))


CHAT = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


@pytest.mark.parametrize(
    "row",
    [
        {"messages": CHAT},
        {"prompt": "a", "response": "b"},
        {"instruction": "a", "output": "b", "id": 3},
        {"prompt": [CHAT[0]], "completion": [CHAT[1]]},
        {"prompt": "a", "text": "b"},
    ],
)
def test_messages_are_found_under_their_usual_names(row: Row) -> None:
    assert as_messages(row) == CHAT


def test_a_prompt_alone_is_a_chat_of_one() -> None:
    assert as_messages({"prompt": "a", "words": 3}) == CHAT[:1]


@pytest.mark.parametrize(
    "row", [{"title": "a"}, {"messages": ["a"]}, {"messages": [{"role": "user", "content": None}]}]
)
def test_rows_without_messages_are_refused(row: Row) -> None:
    with pytest.raises(InputError, match=r"title|expected messages"):
        as_messages(row)


def test_push_to_a_path_copies_the_files_and_nothing_else(tmp_path: Path) -> None:
    folder = written(tmp_path / "set")
    (folder / "runs").mkdir()
    (folder / "journal.jsonl").write_text("{}")
    (folder / "settings.json").write_text("{}")
    (folder / ".lock").write_text("")
    assert push(folder, str(tmp_path / "copy")) == str(tmp_path / "copy")
    assert list(read_rows(str(tmp_path / "copy"))) == ROWS
    assert sorted(p.name for p in (tmp_path / "copy").iterdir()) == ["README.md", "report.json", "train.parquet"]
    with pytest.raises(InputError, match="copy exists"):
        push(folder, str(tmp_path / "copy"))
    with pytest.raises(RunError, match="nowhere/copy"):
        push(folder, str(tmp_path / "nowhere" / "copy"))
    with pytest.raises(InputError, match="nothing to push"):
        push(tmp_path, str(tmp_path / "other"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[Hub]]:
    yield from serving(monkeypatch, tmp_path / "cache")


def test_a_data_set_is_read_from_the_hub(hub: type[Hub]) -> None:
    found = [row["prompt"] for row in read_rows("hub:owner/name")]
    assert found == [f"Write {n}" for n in range(2000)]


def test_a_name_that_the_hub_does_not_know_is_named(hub: type[Hub]) -> None:
    with pytest.raises(InputError, match="hub:owner/other: no such data set"):
        list(read_rows("hub:owner/other"))


@pytest.mark.slow
def test_an_interrupted_download_is_told_and_goes_on(hub: type[Hub]) -> None:
    hub.ill = True
    with pytest.raises(Unavailable, match="hub:owner/name: the download broke off"):
        list(read_rows("hub:owner/name"))
    hub.ill = False
    assert len(list(read_rows("hub:owner/name"))) == 2000


def test_a_hub_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(Unavailable, match="hub:owner/name: the download broke off"):
        list(read_rows("hub:owner/name"))
