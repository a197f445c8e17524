"""Settings: merging, bad keys named, comparison by dotted key."""

from pathlib import Path

import pytest

from longwriter.config import build, changed_keys, merge, read_text, read_toml
from longwriter.errors import InputError
from longwriter.writer.settings import WriteSettings


def test_merge_lays_tables_on_tables_and_none_changes_nothing() -> None:
    base = {"words": 100, "writer": {"model": "a", "base_url": "u"}}
    assert merge(base, {"words": None, "writer": {"model": "b"}}) == {
        "words": 100,
        "writer": {"model": "b", "base_url": "u"},
    }


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"instruction": "x", "wrods": 3}, "wrods: no such setting"),
        ({"instruction": "x", "words": 0}, "words: 0 is not allowed; give 20 to 1,000,000"),
        ({"instruction": "x", "words": 10_000_000}, "words: 10000000 is not allowed; give 20 to 1,000,000"),
        ({"instruction": "  ?! "}, "instruction: the instruction says nothing"),
        ({"instruction": ""}, "instruction: "),
        ({"instruction": "x", "words": "2k"}, "words: '2k' is not a whole number"),
        ({"instruction": "x", "words": 2.5}, r"words: 2\.5 is not a whole number"),
        ({"instruction": "x", "words": []}, r"words: \[\] is not a whole number"),
        ({"instruction": "x", "window": 3}, "window: 3 is not allowed; give at least 256"),
        ({"instruction": "x", "top_p": 0}, "top_p: 0 is not allowed; give more than 0 and at most 1"),
        ({"instruction": "x", "temperature": "hot"}, "temperature: 'hot' is not a number"),
        ({"instruction": "x", "temperature": float("nan")}, "temperature: nan is not a finite number"),
        ({"instruction": "x", "max_cost": -1}, "max_cost: -1 is not allowed; give more than 0"),
        ({"instruction": "x", "parallel": "maybe"}, "parallel: 'maybe' is neither true nor false"),
        ({"instruction": "x", "context": "all"}, "context: 'all' is none of 'auto', 'full' or 'window'"),
        ({"instruction": "x", "writer": 3}, "writer: 3 is not a table"),
        ({"instruction": "x", "writer": {"model": 3}}, r"writer\.model: 3 is not text"),
        ({"instruction": "x", "writer": {"timeout_s": 0}}, r"writer\.timeout_s: 0 is not allowed; give more than 0"),
        ({"instruction": "x", "planner": {"timeout_s": 0}}, r"planner\.timeout_s: 0 is not allowed; give more than 0"),
        ({"instruction": "x", "language": "y" * 99}, r"language: 'y{59}\.\.\. is none of 'en'"),
        ({}, "instruction: it is missing"),
        ({"instruction": "x", "writer": {"key": "sk-1"}}, r"writer\.key: no such setting"),
    ],
)
def test_a_bad_setting_is_named(tree: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(WriteSettings, tree, "here")


def test_changed_keys_are_dotted() -> None:
    assert changed_keys({"a": 1, "t": {"x": 1, "y": 2}}, {"a": 1, "t": {"x": 3, "y": 2}, "b": 0}) == ["b", "t.x"]


def test_unreadable_and_malformed_files_are_named_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("words = 100\nmodel = \n")
    with pytest.raises(InputError, match=r"a\.toml: not valid TOML.*line 2"):
        read_toml(tmp_path / "a.toml")
    with pytest.raises(InputError, match=r"cannot read .*: No such file"):
        read_toml(tmp_path / "b.toml")
    (tmp_path / "c.md").write_bytes(b"fine\nnot \xff fine\n")
    with pytest.raises(InputError, match=r"c\.md:2: not UTF-8"):
        read_text(tmp_path / "c.md")
    (tmp_path / "d.md").write_bytes(b"\xef\xbb\xbfhello")
    assert read_text(tmp_path / "d.md") == "hello"
