"""Tokenised data sets: once on the disk, whole or not there; rows that cannot be used; sources packed as one list."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("trl", reason="training needs the [train] extra: make test-recipe")

from tests.helpers.tiny import TEMPLATE, conversations, environment, recipe, tokenizer, trained, write_lines
from transformers import PreTrainedTokenizerFast

from longwriter.errors import InputError, RunError
from longwriter.train.data.chat import encode
from longwriter.train.data.rows import pack_rows
from longwriter.train.data.tokenised import RowDraw, TokenisedData, tokenised
from longwriter.train.methods.dpo import read_pairs
from longwriter.train.recipe import read_recipe

pytestmark = pytest.mark.recipe
SAID = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


@pytest.fixture
def tok(tmp_path: Path) -> PreTrainedTokenizerFast:
    made = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer(tmp_path)), eos_token="<|end|>", pad_token="<|pad|>")
    made.chat_template = TEMPLATE
    return made


def read(tmp_path: Path, tok: PreTrainedTokenizerFast, rows: list[dict[str, object]], **more: object) -> TokenisedData:
    """A data set of these rows, by a cache in the folder."""
    file = write_lines(tmp_path / "rows.jsonl", rows)
    return tokenised(str(file), tok, cache=str(tmp_path / "cache"), **more)


def test_samples_are_those_that_encode_makes(tmp_path: Path, tok: PreTrainedTokenizerFast) -> None:
    found = read(tmp_path, tok, conversations(30))
    expected = encode([row["messages"] for row in conversations(30)], tok)
    assert len(found) == 30
    for a, b in zip((found[i] for i in range(30)), expected, strict=True):
        assert a.ids.tolist() == b.ids.tolist()
        assert a.counted.tolist() == b.counted.tolist()
    assert found.digest == TokenisedData.of(expected).digest
    drawn = read(tmp_path, tok, conversations(30), drawn=RowDraw(4, 0))
    assert [len(drawn[i].ids) for i in range(4)] == [len(expected[i].ids) for i in RowDraw(4, 0).of(30)]


def test_a_data_set_is_tokenised_once_for_its_rows_and_its_tokenizer(
    tmp_path: Path, tok: PreTrainedTokenizerFast
) -> None:
    def folders() -> set[Path]:
        return set((tmp_path / "cache").glob("[!.]*"))

    rows = conversations(5)
    read(tmp_path, tok, rows)
    (first,) = folders()
    before = {file: file.stat().st_mtime_ns for file in first.iterdir()}
    read(tmp_path, tok, rows)
    assert folders() == {first}
    assert {file: file.stat().st_mtime_ns for file in first.iterdir()} == before
    read(tmp_path, tok, conversations(6))
    read(tmp_path, tok, rows, drawn=RowDraw(3, 0))
    read(tmp_path, tok, rows, drawn=RowDraw(3, 1))
    tok.chat_template = TEMPLATE.replace("<|user|>", "<|user|> ")
    read(tmp_path, tok, rows)
    assert len(folders()) == 5


def test_what_is_not_whole_is_made_again(tmp_path: Path, tok: PreTrainedTokenizerFast) -> None:
    whole = read(tmp_path, tok, conversations(5))
    (folder,) = (tmp_path / "cache").glob("[!.]*")
    for damage in (
        lambda: (folder / "ids.i32").write_bytes((folder / "ids.i32").read_bytes()[:-4]),
        lambda: (folder / "about.json").write_text("{"),
        lambda: (folder / "counted.bool").unlink(),
    ):
        damage()
        assert TokenisedData.read(folder) is None
        assert read(tmp_path, tok, conversations(5)).digest == whole.digest


MAKE = """
import sys
from transformers import PreTrainedTokenizerFast
from longwriter.train.data.tokenised import tokenised
folder, template = sys.argv[1:]
tok = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json", eos_token="<|end|>", pad_token="<|pad|>")
tok.chat_template = template
print("ready", flush=True)
print(tokenised(f"{folder}/rows.jsonl", tok, cache=f"{folder}/cache").digest, flush=True)
"""


@pytest.mark.slow
def test_processes_that_come_together_make_it_once_and_a_kill_leaves_nothing_to_read(
    tmp_path: Path, tok: PreTrainedTokenizerFast
) -> None:
    write_lines(tmp_path / "rows.jsonl", conversations(5_000))
    command = [sys.executable, "-c", MAKE, str(tmp_path), TEMPLATE]

    def begin() -> subprocess.Popen[str]:
        return subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)

    killed, cache = begin(), tmp_path / "cache"
    while killed.poll() is None and not [f for f in cache.glob(".*.*/new/ids.i32") if f.stat().st_size]:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert killed.returncode == -signal.SIGKILL, "the kill came too late to test anything"
    assert not list(cache.glob("[!.]*"))
    assert list(cache.glob(".*.*/new/ids.i32")), "half a data set lies there"
    together = [begin() for _ in range(2)]
    said = [process.communicate()[0].split() for process in together]
    assert said[0] == said[1]
    (folder,) = cache.glob("[!.]*")
    made = TokenisedData.read(folder)
    assert made is not None
    assert len(made) == 5_000
    assert said[0] == ["ready", made.digest]
    assert not list(cache.glob(".*.*/new")), "what the kill left is gone"
    assert TokenisedData.of(encode([r["messages"] for r in conversations(5_000)], tok)).digest == made.digest


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, tok: PreTrainedTokenizerFast) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(RunError, match=r"name another folder with data\.cache"):
        read(tmp_path, tok, conversations(3))


BAD = {
    "empty": ({"messages": [SAID[0], {"role": "assistant", "content": ""}]}, "a message without a role, or whose"),
    "no role": ({"messages": [SAID[0], {"content": "b"}]}, "a message without a role, or whose"),
    "null": ({"messages": None}, "a message without a role, or whose"),
    "a number": ({"messages": [SAID[0], {"role": "assistant", "content": 3}]}, "a message without a role, or whose"),
    "no reply": ({"messages": SAID[:1]}, "no message of the assistant"),
    "no request": ({"messages": SAID[1:]}, "a reply comes first"),
    "shown in part": (
        {"messages": [SAID[0], {"role": "assistant", "content": "<think>x</think>y"}]},
        "a reply of which the chat template shows a part only",
    ),
    "refused": ({"messages": [{"role": "user", "content": "REFUSED"}, SAID[1]]}, "refused by the chat template: never"),
}


@pytest.mark.parametrize("name", BAD)
def test_rows_that_cannot_be_used_are_left_out_and_counted_unless_they_are_most(
    tmp_path: Path, tok: PreTrainedTokenizerFast, name: str
) -> None:
    bad, reason = BAD[name]
    tok.chat_template = (
        "{% if messages[0].content == 'REFUSED' %}{{ raise_exception('never') }}{% endif %}" + TEMPLATE
    ).replace("<|write|>{{ m.content }}", "<|write|>{{ m.content.split('</think>')[-1] }}")
    good = {"messages": SAID}
    found = read(tmp_path, tok, [good, bad, good, bad])
    assert len(found) == 2
    ((said, count),) = found.dropped.items()
    assert said.startswith(reason)
    assert count == 2
    assert found.told.startswith(f"2 of 4 rows cannot be used (2 x {reason}")
    assert found.told.endswith("; the first is row 1")
    with pytest.raises(InputError, match=r"rows\.jsonl: 3 of 5 rows cannot be used"):
        read(tmp_path, tok, [good, bad, good, bad, bad])


@pytest.mark.parametrize("prompt", [None, 3, ""])
def test_a_prompt_that_is_no_text_is_refused_and_not_the_word_none(
    tmp_path: Path, tok: PreTrainedTokenizerFast, prompt: object
) -> None:
    with pytest.raises(InputError, match="a message without a role, or whose content is empty"):
        read(tmp_path, tok, [{"prompt": prompt, "completion": "Tea is green."}])


def test_pairs_that_cannot_be_used_are_left_out_and_counted(tmp_path: Path, tok: PreTrainedTokenizerFast) -> None:
    pair = {"prompt": "a", "chosen": SAID[1:], "rejected": SAID[1:]}
    file = write_lines(tmp_path / "pairs.jsonl", [pair, pair | {"rejected": []}, pair | {"prompt": None}, pair, pair])
    settings = read_recipe(recipe(tmp_path / "r.toml"))
    found, about = read_pairs(str(file), settings, tok)
    assert found.to_list() == [{"prompt": SAID[:1], "chosen": SAID[1:], "rejected": SAID[1:]}] * 3
    assert about["pairs"] == 3
    assert sum(about["dropped"].values()) == 2


def sizes(count: int, low: int, high: int, seed: int) -> TokenisedData:
    """Samples of so many tokens, each a number of its own."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(low, high, count)
    return TokenisedData(np.zeros(lengths.sum(), np.int32), np.ones(lengths.sum(), np.bool_), lengths)


def test_sources_are_packed_as_one_list() -> None:
    """Each pack has its share of long and short samples, whichever file they came from."""
    long, general = sizes(1_500, 2_100, 5_000, 0), sizes(9_000, 50, 1_900, 1)
    rows, told = pack_rows({"long": long, "general": general}, 32_768, "drop", packing=True, by_sequence=False, seed=0)
    kinds = [set((rows.pieces.lengths[one] > 2_000).tolist()) for one in rows.packs]
    assert sum(len(kind) == 1 for kind in kinds) / len(kinds) < 0.005
    assert told["long"].rows == sum(True in kind for kind in kinds)
    assert told["general"].rows == sum(False in kind for kind in kinds)
    assert sorted(np.concatenate(rows.packs).tolist()) == list(range(10_500))
    assert told["long"].tokens == long.lengths.sum()


def test_a_row_of_two_sources_holds_the_tokens_of_both() -> None:
    def numbered(first: int, *lengths: int) -> TokenisedData:
        ids = np.concatenate([np.full(n, first + i, np.int32) for i, n in enumerate(lengths)])
        return TokenisedData(ids, np.ones(len(ids), np.bool_), np.array(lengths))

    rows, told = pack_rows(
        {"a": numbered(10, 3, 9, 2), "b": numbered(20, 1, 4)}, 8, "split", packing=True, by_sequence=False, seed=0
    )
    values = [t for i in range(len(rows)) for t in rows[i]["input_ids"].tolist()]
    assert sorted(values) == [10] * 3 + [11] * 9 + [12] * 2 + [20] + [21] * 4
    assert [told[name].pieces.too_long for name in "ab"] == [1, 0]
    assert [told[name].tokens for name in "ab"] == [14, 5]
    with pytest.raises(InputError, match="b: sample 1 has 4 tokens"):
        pack_rows({"a": numbered(1, 2), "b": numbered(1, 2, 4)}, 3, "refuse", packing=True, by_sequence=False, seed=0)
    with pytest.raises(InputError, match="b: no sample is left"):
        pack_rows({"a": numbered(1, 2), "b": numbered(1, 4)}, 3, "drop", packing=True, by_sequence=False, seed=0)


@pytest.mark.slow
def test_a_run_packs_its_sources_together_and_says_what_it_left_out(tmp_path: Path) -> None:
    tokenizer(tmp_path)
    rows = conversations(40)
    files = [write_lines(tmp_path / f"{name}.jsonl", rows[i::2]) for i, name in enumerate(("even", "odd"))]
    with files[0].open("a") as more:
        more.write(json.dumps({"messages": SAID[:1]}) + "\n")
    sources = [{"kind": "messages", "path": str(file)} for file in files]
    file = recipe(tmp_path / "r.toml", data={"sources": sources, "max_tokens": 512}, run={"steps": 1})
    trained("sft", file, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "data.json").read_text())
    assert [told[name]["samples"] for name in ("even", "odd")] == [20, 20]
    assert told["even"]["dropped"] == {"no message of the assistant, so nothing to learn": 1}
    assert "dropped" not in told["odd"]
    together = -(-sum(told[name]["tokens"] for name in told) // 512)
    assert max(told[name]["rows"] for name in told) <= together + 1
    assert list((tmp_path / "tokenised").glob("[!.]*"))
