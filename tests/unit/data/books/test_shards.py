"""Token shards: every token where it belongs, the same after a kill, and held-out chapters apart."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from tests.helpers.data_runs import silent
from tokenizers import Tokenizer, models, pre_tokenizers

from longwriter.data.books import shards
from longwriter.data.books.documents import ShardSettings, is_held_out
from longwriter.data.books.rows import SCHEMA, Rules, row_of
from longwriter.data.books.shards import read_tokenizer, train_tokenizer, write_shards
from longwriter.data.dataset import read_rows, write_dataset
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal
from longwriter.readers.chapters import Book, Chapter

TEXTS = [f"Story {n}. " + "The keeper saw 12 boats on the sea, and the sea saw him. " * (n % 5 + 1) for n in range(40)]


def row(text: str, n: int = 1, **book: object) -> dict[str, object]:
    known = {"name": f"book-{n % 4}", "title": "The Sea", "author": ("Ann", "Bob"), "licence": "CC0", "fiction": True}
    made = row_of(Book(**(known | book)), Chapter(text, f"Part {n}", n), Rules(min_words=1), "s", n)
    return {k: v for k, v in made.items() if k != "drop"}


def chapters(folder: Path, texts: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    write_dataset(folder, (row(t, n) for n, t in enumerate(texts)), SCHEMA, "", {})


def made(folder: Path, settings: ShardSettings) -> dict:
    journal = Journal(folder / "journal.jsonl")
    try:
        write_shards(folder, settings, journal, silent)
    finally:
        journal.close()
    return json.loads((folder / "tokens.json").read_text())


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in (".npy", ".json")}


def test_documents_stand_one_after_another_each_with_its_end(tmp_path: Path) -> None:
    chapters(tmp_path, TEXTS)
    settings = ShardSettings(train_tokenizer=300, held_out_every=5)
    facts = made(tmp_path, settings)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    end = tokenizer.token_to_id("<|end|>")
    assert (facts["vocab"], facts["dtype"], facts["end"]) == (tokenizer.get_vocab_size(), "uint16", end)
    assert facts["tokenizer_sha256"] == hashlib.sha256((tmp_path / "tokenizer.json").read_bytes()).hexdigest()
    seen = []
    for split, found in facts["splits"].items():
        tokens = np.concatenate([np.load(tmp_path / name) for name in found["files"]])
        assert tokens.dtype == np.uint16
        assert (len(tokens), int((tokens == end).sum())) == (found["tokens"], found["documents"])
        assert hashlib.sha256(tokens.tobytes()).hexdigest() == found["sha256"]
        texts = tokenizer.decode(tokens.tolist(), skip_special_tokens=False).split("<|end|>")
        assert texts.pop() == ""
        wanted = [r["text"] for r in read_rows(str(tmp_path)) if is_held_out(r, settings) == (split == "held")]
        assert texts == wanted
        seen += texts
    assert sorted(seen) == sorted(TEXTS)
    assert 0 < facts["splits"]["held"]["documents"] < 20


def test_shards_are_cut_between_documents_and_survive_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ShardSettings(train_tokenizer=300, held_out_books=("book-1",))
    chapters(tmp_path / "whole", TEXTS)
    one = made(tmp_path / "whole", settings)
    monkeypatch.setattr(shards, "SHARD_TOKENS", 300)
    monkeypatch.setattr(shards, "BATCH_CHARACTERS", 500)
    chapters(tmp_path / "cut", TEXTS)
    many = made(tmp_path / "cut", settings)
    assert len(many["splits"]["train"]["files"]) > 3
    assert len(many["splits"]["held"]["files"]) > 1
    for split in ("train", "held"):
        assert many["splits"][split]["sha256"] == one["splits"][split]["sha256"]
        parts = [np.load(tmp_path / "cut" / name) for name in many["splits"][split]["files"]]
        assert all(part[-1] == many["end"] for part in parts)
        assert all(len(part) >= 300 for part in parts[:-1])
    chapters(tmp_path / "killed", TEXTS)
    for stop in (1, 3, 4, 2):  # batches after which the process ends; the journal keeps full shards
        with monkeypatch.context() as patch:
            patch.setattr(shards._Encoder, "_encoded", interrupted(stop))
            with pytest.raises(KeyboardInterrupt):
                made(tmp_path / "killed", settings)
    assert made(tmp_path / "killed", settings) == many
    assert files(tmp_path / "killed") == files(tmp_path / "cut")


def interrupted(after: int):
    count, encoded = iter(range(after)), shards._Encoder._encoded

    def stopping(self: shards._Encoder, batch: list[str]) -> list[shards.Tokens]:
        if next(count, None) is None:
            raise KeyboardInterrupt
        return encoded(self, batch)

    return stopping


def test_special_tokens_in_a_text_are_text() -> None:
    settings = ShardSettings(tokenizer="x")
    content = train_tokenizer(TEXTS, 300).to_str().encode()
    tokenizer = read_tokenizer(content, Path("t.json"), settings)
    ids = tokenizer.encode_batch_fast(["a <|end|> b"], add_special_tokens=False)[0].ids
    assert tokenizer.token_to_id("<|end|>") not in ids
    assert tokenizer.decode(ids) == "a <|end|> b"


def test_a_text_with_an_end_token_in_it_is_one_document(tmp_path: Path) -> None:
    chapters(tmp_path, ["one <|end|> two <|user|> three"])
    facts = made(tmp_path, ShardSettings(train_tokenizer=300))
    assert int((np.load(tmp_path / "train-00000.npy") == facts["end"]).sum()) == 1
    assert facts["splits"]["held"] == {"tokens": 0, "documents": 0, "files": [], "sha256": hashlib.sha256().hexdigest()}


def test_large_vocabularies_take_32_bits(tmp_path: Path) -> None:
    words = {f"w{n}": n for n in range(70_000)} | {"<|end|>": 70_000}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.enable_truncation(2)
    chapters(tmp_path, ["w1 w65536 w69999"])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    facts = made(tmp_path, ShardSettings(tokenizer="x"))
    assert facts["dtype"] == "uint32"
    assert np.load(tmp_path / "train-00000.npy").tolist() == [1, 65536, 69999, 70_000]


def test_numbers_are_single_digits_and_training_gives_the_same_bytes() -> None:
    tokenizer = train_tokenizer(TEXTS, 400)
    assert tokenizer.encode("The 12 boats").tokens[-4:] == ["Ġ", "1", "2", "Ġboats"]
    assert [tokenizer.token_to_id(t) for t in shards.SPECIAL] == [0, 1, 2, 3]
    assert train_tokenizer(TEXTS, 400).to_str() == tokenizer.to_str()


def test_holding_out_is_by_digest_and_by_book() -> None:
    every = ShardSettings(tokenizer="x", held_out_every=10)
    rows = [row(f"text number {n}", n) for n in range(2000)]
    share = sum(is_held_out(r, every) for r in rows) / 2000
    assert 0.07 < share < 0.13
    assert all(is_held_out(r, every) == is_held_out(dict(reversed(r.items())), every) for r in rows[:50])
    known = row("x") | {"sha256": "0000000000c8" + "f" * 52}  # 200
    assert [is_held_out(known, ShardSettings(tokenizer="x", held_out_every=n)) for n in (8, 7, 100)] == [
        True,
        False,
        True,
    ]
    books = ShardSettings(tokenizer="x", held_out_books=("book-1",))
    assert {str(r["book"]) for r in rows if is_held_out(r, books)} == {"book-1"}
    assert not any(is_held_out(r, ShardSettings(tokenizer="x")) for r in rows)


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        (b"no json", {}, "not a tokenizer.json"),
        (b"{}", {}, "not a tokenizer.json"),
        (None, {"end_token": "</s>"}, r"no token '</s>'; name its own with --end-token .*<\|end\|>"),
    ],
)
def test_unusable_tokenizers_are_named(content: bytes | None, settings: dict, said: str) -> None:
    content = content or train_tokenizer(TEXTS, 300).to_str().encode()
    with pytest.raises(InputError, match=said):
        read_tokenizer(content, Path("t.json"), ShardSettings(tokenizer="t.json", **settings))


def test_a_lost_shard_is_named(tmp_path: Path) -> None:
    chapters(tmp_path, TEXTS)
    made(tmp_path, ShardSettings(train_tokenizer=300))
    (tmp_path / "train-00000.npy").unlink()
    with pytest.raises(RunError, match=r"train-00000\.npy: missing or damaged"):
        made(tmp_path, ShardSettings(train_tokenizer=300))


def test_all_tokens_of_a_batch_keep_their_order() -> None:
    """Against the plainest way: one text at a time."""
    settings = ShardSettings(tokenizer="x")
    tokenizer = read_tokenizer(train_tokenizer(TEXTS, 300).to_str().encode(), Path("t"), settings)
    encoder = shards._Encoder(tokenizer, settings, np.dtype("<u2"), 40, silent)
    rows = [row(t, n) for n, t in enumerate(TEXTS)]
    plain = [[*tokenizer.encode(text).ids, tokenizer.token_to_id("<|end|>")] for text in TEXTS]
    assert [t.tolist() for t in encoder.tokens(iter(rows))] == plain
