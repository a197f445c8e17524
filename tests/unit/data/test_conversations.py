"""The chat of a row, in the forms that data sets have: nothing of a request is left out, and what cannot be read is named."""

import json
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from longwriter.cli.data.options import LIMITS
from longwriter.cli.shared.options import with_options
from longwriter.data.conversations import as_messages
from longwriter.data.dataset import Row, read_rows
from longwriter.data.filters.audit import filter_dataset
from longwriter.data.filters.contamination import Benchmarks, read_benchmarks
from longwriter.data.filters.outputs import FilterLimits
from longwriter.data.instructions import read_instructions
from longwriter.errors import InputError

SYSTEM = {"role": "system", "content": "Be calm."}
ASKED = {"role": "user", "content": "Retell this.\nThe harbour was quiet."}
REPLY = {"role": "assistant", "content": "It was quiet."}
ALPACA = {"instruction": "Retell this.", "input": "The harbour was quiet.", "output": "It was quiet."}
PARTS = [{"type": "text", "text": "Retell this."}, {"type": "input_text", "text": "The harbour was quiet."}]


@pytest.mark.parametrize(
    "row",
    [
        ALPACA,
        ALPACA | {"input": None, "context": "The harbour was quiet."},
        {"instruction": "", "input": "Retell this.\nThe harbour was quiet.", "output": "It was quiet."},
        ALPACA | {"prompt": "Below is a task.\nRetell this.\nThe harbour was quiet."} | {"prompt": ASKED["content"]},
        {"messages": [ASKED, REPLY]},
        {"conversations": [{"from": "human", "value": ASKED["content"]}, {"from": "gpt", "value": "It was quiet."}]},
        {"conversation": [{"role": "human", "content": ASKED["content"]}, {"role": "bot", "content": "It was quiet."}]},
        {"messages": [{"from": None, "value": None} | ASKED, REPLY]},
    ],
)
def test_one_request_in_many_forms(row: Row) -> None:
    assert as_messages(row) == [ASKED, REPLY]


def test_a_filled_in_template_holds_what_it_is_about() -> None:
    row = ALPACA | {"prompt": "A task:\nRetell this.\n\nIts text:\nThe harbour was quiet.\n"}
    assert as_messages(row)[0]["content"] == row["prompt"]


def test_an_input_that_stands_in_the_instruction_by_chance_is_kept() -> None:
    assert as_messages({"instruction": "Write a story on:", "input": "a"})[0]["content"] == "Write a story on:\na"


def test_parts_of_text_are_one_content() -> None:
    assert as_messages({"messages": [{"role": "user", "content": [*PARTS, "Now."]}]}) == [
        {"role": "user", "content": "Retell this.\n\nThe harbour was quiet.\n\nNow."}
    ]


def test_what_a_system_says_and_earlier_turns_stand_before() -> None:
    earlier = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    assert as_messages(ALPACA | {"system": "Be calm.", "history": [["Hi", "Hello"]]}) == [
        SYSTEM, *earlier, ASKED, REPLY,
    ]  # fmt: skip
    turns = [{"from": "system", "value": "Be calm."}, {"from": "human", "value": ASKED["content"]}]
    assert as_messages({"conversations": turns, "system": "Be calm."}) == [SYSTEM, ASKED]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ALPACA | {"input": ["a"]}, "input: expected a text, got \"['a']\""),
        (ALPACA | {"history": ["Hi"]}, "history 1: expected a pair of texts"),
        (ALPACA | {"history": "Hi"}, "history: expected a list"),
        (ALPACA | {"query": "Retell that."}, "instruction and query say different things"),
        ({"conversations": "[]"}, "conversations: expected a list, got '[]'"),
        ({"conversations": [{"from": "observation", "value": "a"}]}, "conversations 1: from 'observation' is none of"),
        ({"conversations": [{"human": "a", "gpt": "b"}]}, "conversations 1: expected messages"),
        ({"messages": [ASKED, {"role": "tool", "content": "a"}]}, "messages 2: role 'tool' is none of"),
        ({"messages": [{"role": "user", "content": [*PARTS, {"type": "image_url"}]}]}, "messages 1: content: a part"),
        ({"messages": [{"role": "user", "content": [{"type": "image", "text": "x"}]}]}, "content: a part that is no"),
        ({"messages": [{"role": "user", "content": 3}]}, "messages 1: content: expected a text"),
        ({"messages": {"role": "user"}}, "messages: expected a list"),
        ({"messages": 3}, "messages: expected a list"),
    ],
)
def test_what_is_no_chat_is_refused_by_its_field(row: Row, said: str) -> None:
    with pytest.raises(InputError) as failure:
        as_messages(row)
    assert said in str(failure.value)


def lines(folder: Path, *rows: Row) -> str:
    (folder / "r.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(folder / "r.jsonl")


def test_the_whole_request_goes_into_requests_benchmarks_and_filtered_sets(tmp_path: Path) -> None:
    path = lines(tmp_path, ALPACA | {"output": "The harbour was quiet. " * 400})
    assert [i.prompt for i in read_instructions(path)] == [ASKED["content"]]
    assert read_benchmarks([path]).prompts == [ASKED["content"]]
    filter_dataset(path, tmp_path / "out", FilterLimits(repeated=1), Benchmarks([]), {"command": "c", "version": "v"})
    assert [row["messages"][0] for row in read_rows(str(tmp_path / "out"))] == [ASKED]


def test_a_data_set_of_which_nothing_stays_is_an_error_with_the_reasons(tmp_path: Path) -> None:
    path = lines(tmp_path, ALPACA | {"output": "Too short."})
    with pytest.raises(InputError, match=r"no text stays: 1 filter: \w+; see .*out/dropped\.jsonl"):
        filter_dataset(path, tmp_path / "out", FilterLimits(), Benchmarks([]), {"command": "c", "version": "v"})
    [why] = (tmp_path / "out" / "dropped.jsonl").read_text().splitlines()
    assert json.loads(why)["stage"] == "filter"
    assert not (tmp_path / "out" / "train.parquet").exists()
    filter_dataset(
        path, tmp_path / "out", FilterLimits(shortest=1), Benchmarks([]), {"command": "c", "version": "v"}
    )  # the folder may be used again


def test_every_limit_on_the_command_line_is_a_limit_of_the_filters() -> None:
    named = {str(param.name) for param in click.command()(with_options(*LIMITS)(lambda: None)).params}
    assert named == set(FilterLimits.model_fields)


def test_a_refusal_names_file_and_row(tmp_path: Path) -> None:
    path = lines(tmp_path, ALPACA, {"conversations": [{"from": "observation", "value": "a"}]})
    with pytest.raises(InputError, match=r"r\.jsonl row 2: conversations 1: from 'observation'"):
        read_instructions(path)


def test_whole_numbers_come_as_floats(tmp_path: Path) -> None:
    rows = [{"prompt": f"Write {n}", "words": w} for n, w in enumerate((500.0, "500", "500.0", " 500 ", None, ""))]
    assert [i.words for i in read_instructions(lines(tmp_path, *rows))] == [500, 500, 500, 500, None, None]
    table = pa.table({"prompt": ["Write a", "Write b"], "id": [1.0, 2.0], "words": pa.array([500.0, float("nan")])})
    pq.write_table(table, tmp_path / "r.parquet")
    found = read_instructions(str(tmp_path / "r.parquet"))
    assert [(i.id, i.words) for i in found] == [("1", 500), ("2", None)]


@pytest.mark.parametrize("words", [500.5, -3, True, "five", "5e2", [500]])
def test_what_is_no_whole_number_is_refused(words: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1: words must be a whole number above 0"):
        read_instructions(lines(tmp_path, {"prompt": "Write a", "words": words}))
