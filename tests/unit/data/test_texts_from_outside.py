"""Texts from outside: lone surrogates become U+FFFD by one rule, and what is no text is named, whatever the file."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from longwriter.data.books.sources import read
from longwriter.data.conversations import as_messages
from longwriter.data.dataset import read_rows
from longwriter.errors import InputError
from longwriter.models.verdicts import Unreadable
from longwriter.steps.ask import read_value, read_yes_or_no


def test_a_lone_surrogate_is_one_replacement_character_and_a_pair_stays(tmp_path: Path) -> None:
    chat = '"messages": [{"role": "user", "content": "\\udc00"}]'
    text = f'{{"prompt": "a \\ud83d b \\ud83d\\ude00", {chat}, "text": "x \\ud800 y"}}'
    (tmp_path / "a.jsonl").write_text(text)
    row = next(read_rows(str(tmp_path / "a.jsonl")))
    assert row["prompt"] == "a \ufffd b \U0001f600"
    assert as_messages(row) == [{"role": "user", "content": "\ufffd"}]
    assert next(read(tmp_path / "a.jsonl")).chapter.text == "x \ufffd y"


@pytest.mark.parametrize("raw", [b"\xed\xa0\x80", b"\xff"])  # a surrogate written out, a byte of no text
def test_a_parquet_text_that_is_not_utf_8_is_named(raw: bytes, tmp_path: Path) -> None:
    column = pa.array([b"fine", raw], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"prompt": column}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet: .* not UTF-8"):
        list(read_rows(str(tmp_path / "a.parquet")))


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ('{"keep": true, "why": "x"}', "not 'keep' alone"),
        ("{}", "holds nothing"),
        ('{"keep": null}', "neither true nor false"),
        ('{"keep": true, "keep": false}', "no JSON object"),
        ('```{"keep": true}``` and ```{"keep": false}```', "differ"),
    ],
)
def test_an_answer_is_one_and_of_its_kind(reply: str, fault: str) -> None:
    with pytest.raises(Unreadable, match=fault):
        read_yes_or_no(reply, "keep")


def test_an_answer_may_be_said_twice_and_with_words_around() -> None:
    said = json.dumps({"keep": [1]})
    assert read_value(f"Well: ```json\n{said}\n``` That is {said}.", "keep") == [1]
