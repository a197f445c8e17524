"""Files that never end, are too large, or hold what no file can are refused in a line, and are not waited for."""

import os
from pathlib import Path

import pytest

from longwriter.bench.benchmarks.files import read_rows
from longwriter.checks.slop.stock import read_list
from longwriter.checks.style.profile import read_profile
from longwriter.config import MOST_TEXT, build, read_text
from longwriter.errors import InputError, SettingError
from longwriter.intake.source import read_source
from longwriter.jsonl import read_lines
from longwriter.models.verdicts import Unreadable, the_json
from longwriter.readers.html import blocks, declared, parse
from longwriter.writer.hold.extractor import read_facts
from longwriter.writer.settings import WriteSettings

READERS = {
    ".md": read_source, ".txt": read_source, ".html": read_source, ".epub": read_source, ".docx": read_source,
    ".toml": read_profile, ".list.toml": read_list, ".json": read_text, ".jsonl": lambda path: list(read_lines(path)),
}  # fmt: skip


@pytest.mark.parametrize("ending", READERS)
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"pipe{ending}"
    os.mkfifo(path)
    with pytest.raises(InputError, match="it is a pipe or a device"):
        READERS[ending](path)


def test_what_the_shell_hands_over_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"said")
    os.close(writing)
    assert read_text(Path(f"/dev/fd/{reading}")) == "said"
    os.close(reading)


def test_a_file_that_would_fill_the_memory_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "style.toml"
    path.touch()
    os.truncate(path, MOST_TEXT + 1)
    with pytest.raises(InputError, match="is larger than 256 MB"):
        read_profile(path)
    with pytest.raises(InputError, match="is larger than 256 MB"):
        read_text(Path("/dev/zero"))


def test_a_setting_that_no_file_can_hold_is_named() -> None:
    with pytest.raises(SettingError, match=r"sources.* is not UTF-8"):
        build(WriteSettings, {"instruction": "x", "sources": ["a", "b\udcff"]}, "settings")


def test_halves_of_characters_in_replies_and_files_become_whole(tmp_path: Path) -> None:
    row = r'{"subject": "A\ud800", "relation": "eyes", "value": "b\ud83d\ude00", "quote": "q"}'
    found = read_facts(rf'{{"facts": [{row}]}}')[0]
    assert (found["subject"], found["value"]) == ("A\ufffd", "b\U0001f600")
    path = tmp_path / "d.json"
    path.write_text(rf"[{row}]")
    assert next(iter(read_rows(path))).row["subject"] == "A\ufffd"
    with pytest.raises(Unreadable):
        the_json(r'{"a": "\ud800"} {"a": "b"}')


@pytest.mark.parametrize("encoding", ["punycode", "idna", "undefined", "utf-7", "unicode_escape", "\0", "x"])
def test_a_page_is_in_no_encoding_that_browsers_do_not_read(encoding: str) -> None:
    page = f"<meta charset={encoding}><p>caf\\u00e9 +AGE-</p>".encode() + b"<p>\xe9t\xe9</p>"
    assert declared(page) in ("", "x")
    assert [block.text for block in blocks(parse(page))] == ["caf\\u00e9 +AGE-", "été"]


NUMBERS = ("1e308", "inf", "-1", "1e-320")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_list_of_stock_phrases_holds_no_number_that_is_none(tmp_path: Path, number: str) -> None:
    path = tmp_path / "l.toml"
    path.write_text(f'[phrases]\n"it was as if" = 1\n[human]\nall = [{", ".join(["0"] * 20)}, {number}]\n')
    if number == "1e-320":
        assert read_list(path).phrases
    else:
        with pytest.raises(SettingError, match="human"):
            read_list(path)
