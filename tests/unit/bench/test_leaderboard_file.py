"""The leaderboard: rows are never lost, the tables are sorted, and what people write around them stays."""

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.made_scores import bare, made

from longwriter.bench.leaderboard import BEGIN, END, LeaderboardRow, add, current, read_rows, row_of, tables_of
from longwriter.bench.records import Metric, Scores
from longwriter.errors import InputError


def scored(system: str, value: float | None, benchmark: str = "mini", **more: object) -> Scores:
    metrics = {"S_l": Metric(value=value, n=9), "quality/Clarity": Metric(value=1.0, n=9)}
    return Scores.model_validate({"benchmark": benchmark, "system": system, "metrics": metrics} | more)


def systems(text: str) -> list[str]:
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ") and "---" not in line]


def test_a_row_says_what_made_it() -> None:
    row = row_of(made("small"), "abc123")
    assert (row.system, row.judge, row.date[:10], row.version, row.commit) == (
        "small", "gpt-4o-2024-05-13", "2026-11-22", "0.1.0", "abc123",
    )  # fmt: skip
    assert row.command == "longwriter bench longbench_write --system small"
    assert list(row.metrics) == ["S", "S_l", "S_q"]
    assert row_of(scored("x", 1.0, judge="j"), "-").command == "longwriter bench mini --system x --judge j"
    assert list(row_of(bare(), "-").metrics) == ["S_l"]


def test_the_best_stands_first_and_what_has_no_value_last(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    add(file, [row_of(scored(name, v), "-") for name, v in (("low", 10.0), ("none", None), ("high", 90.0))])
    add(file, [row_of(scored("other", 50.0, "arena"), "-")])
    text = file.read_text("utf-8")
    assert systems(text) == ["system", "other", "system", "high", "low", "none"]
    assert text.index("## arena") < text.index("## mini")
    assert "| high | 90.00 | 9 | 0 | none | - | - |" in text
    assert len((tmp_path / "board.jsonl").read_text().splitlines()) == 4


def test_without_a_judge_no_row_stands_above_one_with(tmp_path: Path) -> None:
    high, low = (Metric(value=value, n=9) for value in (99.0, 50.0))
    found = [Scores(benchmark="mini", system="bare", metrics={"S_l": high})]
    found += [Scores(benchmark="mini", system=f"S {m.value:g}", metrics={"S": m, "S_l": low}) for m in (low, high)]
    rows = [row_of(one, "c") for one in found]
    assert [row.system for row in current(rows)] == ["S 99", "S 50", "bare"]
    assert "| system | S | S\\_l |" in tables_of(rows)
    lost = rows[1].model_copy(update={"metrics": rows[1].metrics | {"S": Metric(value=None, n=0, missing=9)}})
    assert "| system | S | S\\_l |" in tables_of([rows[0], lost])


def test_a_line_separator_in_a_name_ends_no_row(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    add(file, [row_of(scored("a\u2028b\x85", 1.0), "c")])
    add(file, [row_of(scored("d", 2.0), "c")])
    assert [row.system for row in read_rows(file)] == ["a\u2028b\x85", "d"]
    file.with_suffix(".jsonl").write_bytes(b"\xff\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_rows(file)


def test_the_same_row_twice_changes_nothing_even_after_a_commit(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    assert len(add(file, [row_of(made("a"), "c1")])) == 1
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in (file, file.with_suffix(".jsonl"))]
    assert add(file, [row_of(made("a"), "c1"), row_of(made("a"), "c2")]) == []
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in (file, file.with_suffix(".jsonl"))] == before


def test_a_later_run_takes_the_place_of_an_earlier_one_which_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "board.jsonl"
    for value in (10.0, 20.0, 10.0):
        add(file, [row_of(scored("a", value), "-")])
    assert systems((tmp_path / "board.md").read_text("utf-8")) == ["system", "a"]
    assert [row.metrics["S_l"].value for row in read_rows(file)] == [10.0, 20.0, 10.0]
    assert [row.metrics["S_l"].value for row in current(read_rows(file))] == [10.0]


def test_a_run_without_a_judge_or_with_another_takes_no_judged_row_s_place(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    for judge in ("one", "two", None):
        add(file, [row_of(scored("a", 1.0, judge=judge), "-")])
    assert [row.judge for row in current(read_rows(file))] == ["one", "two", None]


def test_a_judge_that_came_later_gives_the_row_its_date() -> None:
    told = {"date": "2026-01-01", "command": "first", "judge_date": "2026-02-02", "judge_command": "second"}
    row = row_of(scored("a", 1.0, judge="j", settings=told), "-")
    assert (row.date, row.command) == ("2026-02-02", "second")


def test_what_stands_around_the_tables_stays(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    file.write_text(f"# Ours\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n", "utf-8")
    add(file, [row_of(made("a"), "-")])
    text = file.read_text("utf-8")
    assert text.startswith("# Ours\n\nBefore.\n")
    assert text.endswith("\n\nAfter.\n")
    assert "old" not in text
    assert "| a |" in text


def test_nothing_is_overwritten_that_is_not_ours(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    file.write_text("notes", "utf-8")
    with pytest.raises(InputError, match="has no marks"):
        add(file, [row_of(made("a"), "-")])
    assert file.read_text() == "notes"
    assert not (tmp_path / "board.jsonl").exists()
    file.unlink()
    add(file, [row_of(made("a"), "-"), row_of(made("b"), "-")])
    rows = tmp_path / "board.jsonl"
    whole = rows.read_text("utf-8")
    rows.write_text(whole.replace('"benchmark"', '"bench"', 1), "utf-8")
    with pytest.raises(InputError, match=r"board\.jsonl:1: no row"):
        add(file, [row_of(made("c"), "-")])
    rows.unlink()
    with pytest.raises(InputError, match=r"board\.jsonl with its rows is not beside it"):
        add(file, [row_of(made("c"), "-")])
    assert "| a |" in file.read_text("utf-8")
    with pytest.raises(InputError, match=r"a leaderboard is NAME\.md"):
        add(tmp_path / "board.csv", [])
    with pytest.raises(InputError, match="does not exist"):
        add(tmp_path / "no" / "board.md", [])


def test_two_at_once_lose_no_row(tmp_path: Path) -> None:
    file = tmp_path / "board.md"
    threads = [threading.Thread(target=add, args=(file, [row_of(scored(f"s{n}", n), "-")])) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row.system for row in read_rows(file)} == {f"s{n}" for n in range(8)}
    assert systems(file.read_text("utf-8"))[1:] == [f"s{n}" for n in reversed(range(8))]


def test_names_cannot_break_the_table() -> None:
    row = row_of(scored("a|b\n<script>`x`[y](z)", 1.0), "-")
    [line] = [line for line in tables_of([row]).splitlines() if "script" in line]
    assert line.startswith("| a\\|b &lt;script&gt;\\`x\\`\\[y\\](z) | 1.00 |")
    assert tables_of([]) == "\nNo rows yet.\n\n"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("mn"), st.none() | st.floats(-9, 99)), max_size=12))
def test_the_tables_hold_each_system_once_and_in_order(found: list[tuple[str, str, float | None]]) -> None:
    rows = [row_of(scored(system, value, benchmark), "-") for system, benchmark, value in found]
    shown = current(rows)
    assert {(r.system, r.benchmark) for r in shown} == {(s, b) for s, b, _ in found}
    assert len(shown) == len({(r.system, r.benchmark) for r in shown})
    for benchmark in "mn":
        values = [r.metrics["S_l"].value for r in shown if r.benchmark == benchmark]
        known = [v for v in values if v is not None]
        assert values == sorted(known, reverse=True) + [None] * (len(values) - len(known))
    assert [LeaderboardRow.model_validate_json(r.model_dump_json()) for r in rows] == rows
    assert all(json.loads(r.model_dump_json()) for r in rows)
