"""The benchmarks' files as they are, and what is said of files that are not."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.bench_rows import battle, criterion, query
from tests.helpers.data_runs import saved
from tests.helpers.places import SHARED

from longwriter.bench.aggregate import bucket
from longwriter.bench.benchmarks.base import BENCHMARKS, open_benchmark
from longwriter.errors import InputError
from longwriter.length.target import read_target

OFFICIAL = SHARED / "bench"


def rows_for(name: str) -> list[dict[str, Any]]:
    if name == "writingbench":
        return [query(1), query(2)]
    if name == "arena-write":
        return [battle(1), battle(2)]
    if name == "longgen":
        checks = {f"checks_{sort}": {"2": "a spa"} for sort in ("once", "range", "periodic")}
        return [{"prompt": f"Build tower {n}", "type": "Floor", "number": 9, "id": f"r{n}"} | checks for n in range(2)]
    return [{"prompt": f"Write 300 words on tin {n}", "type": "Essay", "length": 300, "id": f"r{n}"} for n in range(2)]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_reads_its_own_rows_and_names_a_judging(name: str, tmp_path: Path) -> None:
    benchmark = open_benchmark(name)
    rows = [row | {"a column of somebody's own": 1} for row in rows_for(name)]
    items, files = benchmark.read(saved(tmp_path / "rows.jsonl", rows))
    assert len(items) == 2
    assert files == (tmp_path / "rows.jsonl",)
    assert benchmark.judging is None or benchmark.judging.questions(items[0])


BAD = [
    ("longbench-write", {"length": None}, "rows.jsonl:2: no 'length' in this row; it has prompt, type, length, id"),
    ("longbench-write", {"length": "many"}, "rows.jsonl:2: length must be a whole number"),
    ("longbench-write", {"length": "²"}, "rows.jsonl:2: length must be a whole number"),
    ("longbench-write", {"length": "9" * 5000}, "rows.jsonl:2: length must be a whole number"),
    ("longbench-write", {"length": 0}, "length must be a whole number above 0"),
    ("longbench-write", {"prompt": " "}, "rows.jsonl:2: prompt must be a text"),
    ("longbench-write", {"id": "r0"}, "'r0' stands twice, first at"),
    ("longbench-write", {"id": "../up"}, "'../up' cannot be an id"),
    ("longbench-write", {"language": "klingon!"}, "rows.jsonl:2: unknown language 'klingon!'"),
    ("writer-mini", {"prompt": 7}, "prompt must be a text, got '7'"),
    ("longwrite-ruler", {"prompt": None}, "no 'prompt'"),
    ("writingbench", {"query": None}, "rows.jsonl:2: no 'query'"),
    ("writingbench", {"index": 1}, "'1' stands twice"),
    ("writingbench", {"checklist": []}, "checklist has 0 criteria, expected 5"),
    ("writingbench", {"checklist": "x"}, "checklist must be a list"),
    ("writingbench", {"checklist": [criterion("a")] * 4 + [{"name": "b"}]}, r"checklist\[4\]: no '1-2'"),
    ("writingbench", {"lang": "Klingon!"}, "unknown language"),
    ("arena-write", {"baseline_response": None}, "no 'baseline_response'"),
    ("arena-write", {"baseline_response": {"one": ""}}, "has no text for one"),
    ("arena-write", {"baseline_response": "text"}, "must be texts by model, or a list"),
    ("arena-write", {"idx": 1}, "'1' stands twice"),
]


@pytest.mark.parametrize(("name", "change", "told"), BAD, ids=lambda x: str(x)[:40])
def test_a_bad_row_is_named_with_file_line_and_key(name: str, change: dict, told: str, tmp_path: Path) -> None:
    rows = rows_for(name)
    rows[1] = rows[1] | change
    with pytest.raises(InputError, match=told):
        open_benchmark(name).read(saved(tmp_path / "rows.jsonl", rows))


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"prompt": "a", "length": 3}\n{"prompt": "b", "le', r"half.jsonl:2: not JSON, or cut off: "),
        (b'{"prompt": "a", "length": 3}\n[1]\n', "half.jsonl:2: expected an object"),
        (b'{"prompt": "\xe4\xb8', "half.jsonl:1: not UTF-8 text, or cut off here"),
        (b'{"prompt": ' + b"[" * 9999, "half.jsonl:1: not usable JSON"),
        (b"", "half.jsonl: no rows in it"),
        (b"\n\n", "half.jsonl: no rows in it"),
        (b'{"question": "a"}\n', "no 'prompt' in this row; it has question"),
    ],
)
def test_half_a_file_and_other_files(raw: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=told):
        open_benchmark("longbench-write").read(str(path))


def test_data_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs --data PATH or hub:OWNER/NAME"):
        open_benchmark("longbench-write").read(None)
    with pytest.raises(InputError, match=r"cannot read .*absent.jsonl"):
        open_benchmark("longbench-write").read(str(tmp_path / "absent.jsonl"))
    with pytest.raises(InputError, match=r"expected longwrite_ruler.jsonl in this folder; there are no .jsonl"):
        open_benchmark("longwrite-ruler").read(str(tmp_path))
    with pytest.raises(InputError, match="no benchmark is called 'x'; there are longbench-write"):
        open_benchmark("x")
    with pytest.raises(InputError, match="imported as any Python module"):
        open_benchmark("no_such_module:Bench")


def test_a_benchmark_of_one_s_own() -> None:
    assert open_benchmark("longwriter.bench.benchmarks.writer_mini:WriterMini").title == "writer-mini"


def test_half_a_character_and_an_id_that_is_null(tmp_path: Path) -> None:
    row = '{"id": null, "prompt": "tin \\ud83d \\ud83d\\ude00", "length": 9}\n'
    (tmp_path / "rows.jsonl").write_text(row * 2)
    items = open_benchmark("writer-mini").read(str(tmp_path / "rows.jsonl")).items
    assert [(item.id, item.prompt) for item in items] == [
        ("1", "tin \ufffd \U0001f600"),
        ("2", "tin \ufffd \U0001f600"),
    ]


def test_the_english_file_beside_says_what_is_english(tmp_path: Path) -> None:
    rows = [
        {"prompt": text, "length": 100} for text in ("用英文写一百字", "写 one two three four five", "Write 100 words")
    ]
    saved(tmp_path / "longbench_write_en.jsonl", [rows[0], rows[2]])
    items, files = open_benchmark("longbench-write").read(saved(tmp_path / "longbench_write.jsonl", rows))
    assert [item.language for item in items] == ["en", "zh", "en"]
    assert [item.id for item in items] == ["1", "2", "3"]
    assert len(files) == 2


def test_arena_baselines_may_be_a_list_or_json_text(tmp_path: Path) -> None:
    rows = [
        battle(1, baseline_response=["a", {"response": "b"}]),
        battle(2, baseline_response='{"x": "c"}', length=None),
    ]
    items, _ = open_benchmark("arena-write").read(saved(tmp_path / "a.jsonl", rows))
    assert items[0].baselines == {"baseline-1": "a", "baseline-2": "b"}
    assert items[1].baselines == {"x": "c"}
    assert items[1].required is None


def test_writingbench_finds_its_requirements(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    saved(folder / "benchmark_query" / "benchmark_all.jsonl", [query(1, lang="zh"), query(2)])
    saved(folder / "benchmark_query" / "requirement" / "style" / "style_subset.jsonl", [query(2)])
    only = [c for c in query(2)["checklist"] if c["name"] in ("c1", "c3")]
    saved(folder / "benchmark_query" / "requirement" / "style" / "style_subset_C.jsonl", [query(2, checklist=only)])
    items, files = open_benchmark("writingbench").read(str(folder))
    assert items[0].language == "zh"
    assert items[0].groups == {"domain1": "Law", "domain2": "Contracts"}
    assert items[1].groups == {"domain1": "Law", "domain2": "Contracts", "style": "R", "style C": "1 3"}
    assert items[1].criteria[0].levels["9-10"] == "earns 9-10"
    assert len(files) == 3


def test_writer_mini_asks_for_the_lengths_it_says() -> None:
    items, _ = open_benchmark("writer-mini").read(None)
    assert Counter(item.language for item in items) == {"en": 12, "zh": 12}
    assert set(Counter(bucket(item.required or 0) for item in items).values()) == {6}
    assert len({item.type for item in items}) == 7
    for item in items:
        target = read_target(item.prompt)
        assert target is not None
        assert abs(target.aim / (item.required or 0) - 1) <= 0.1, item.id


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official benchmark files are not on this machine")
def test_the_official_files() -> None:
    items, _ = open_benchmark("longbench-write").read(str(OFFICIAL))
    assert Counter(bucket(item.required or 0) for item in items) == {
        "[0, 500)": 26,
        "[500, 2k)": 36,
        "[2k, 4k)": 31,
        "[4k, 20k]": 27,
    }
    assert Counter(item.language for item in items) == {"en": 60, "zh": 60}
    ruler, _ = open_benchmark("longwrite-ruler").read(str(OFFICIAL))
    assert Counter(item.required for item in ruler) == dict.fromkeys((1000, 2000, 5000, 10000, 20000, 30000), 8)
    assert Counter(item.language for item in ruler) == {"en": 24, "zh": 24}


def test_buckets_hold_their_borders() -> None:
    found = [bucket(n) for n in (1, 499, 500, 1999, 2000, 3999, 4000, 20000, 20001)]
    assert found == ["[0, 500)"] * 2 + ["[500, 2k)"] * 2 + ["[2k, 4k)"] * 2 + ["[4k, 20k]"] * 2 + ["more than 20k"]
