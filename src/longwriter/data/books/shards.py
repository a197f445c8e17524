"""Chapters -> token shards for pretraining, and a tokenizer of one's own.

Shards are one-dimensional .npy arrays, {train,held}-00000.npy and so on: documents one after another, whole, each ended
by the tokenizer's end token; unsigned, 16 bits wide where the vocabulary fits, else 32. tokens.json says what they hold.
A shard is written as documents come and renamed when it is full, so after a kill the full ones stay.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from longwriter.data.books.documents import ShardSettings, is_held_out
from longwriter.data.dataset import TRAIN, Row, beside, read_rows
from longwriter.errors import InputError, RunError
from longwriter.journal import Journal
from longwriter.runs.folders import write_file
from longwriter.steps.step import StepProgress, Tell
from longwriter.types import Record

TOKENS, TOKENIZER = "tokens.json", "tokenizer.json"
SPECIAL = ["<|pad|>", "<|user|>", "<|write|>", "<|end|>"]
SPLITS = ("train", "held")
SHARD_TOKENS = 100_000_000
"""Tokens from which on a shard is full; it ends with the document that fills it."""
BATCH_CHARACTERS = 1_000_000
"""Text that is tokenized at once."""
SAMPLE_CHARACTERS = 400_000_000
"""Most text that a tokenizer is trained on; of a larger corpus every so many chapters are taken, evenly."""

Tokens = npt.NDArray[np.unsignedinteger]


class Shard(Record):
    """The journal's record of a full shard."""

    split: str
    file: str
    tokens: int
    documents: int


def read_tokenizer(content: bytes, where: Path, settings: ShardSettings) -> Tokenizer:
    """A tokenizer.json that has the end token. Raises InputError where it has none."""
    try:
        tokenizer = Tokenizer.from_buffer(content)
    except ValueError as error:
        raise InputError(f"{where}: not a tokenizer.json of the tokenizers library: {error}") from error
    if tokenizer.token_to_id(settings.end_token) is None:
        has = ", ".join(t.content for t in tokenizer.get_added_tokens_decoder().values() if t.special) or "none"
        raise InputError(
            f"{where}: no token {settings.end_token!r}; name its own with --end-token (special tokens in it: {has})"
        )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # a text that holds "<|end|>" is text
    return tokenizer


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """Byte-level BPE with single digits, so that a word count is a few well-known tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def write_shards(folder: Path, settings: ShardSettings, journal: Journal, tell: Tell) -> None:
    """Write the shards of the chapters in `folder`, where tokenizer.json stands unless one is to be trained.

    Shards that the journal knows are not written again. Raises InputError for an unusable tokenizer.
    """
    if settings.train_tokenizer is not None and not any(e.kind == "tokenizer" for e in journal):
        tell(StepProgress("tokenizer", 0, 1, 0, 0.0))
        tokenizer = train_tokenizer(_sample(folder, settings), settings.train_tokenizer)
        write_file(folder / TOKENIZER, tokenizer.to_str(pretty=True))
        journal.append("tokenizer", {"vocab": tokenizer.get_vocab_size()})
    content = (folder / TOKENIZER).read_bytes()
    tokenizer = read_tokenizer(content, folder / TOKENIZER, settings)
    vocabulary = tokenizer.get_vocab_size()
    dtype = np.dtype("<u2" if vocabulary <= 2**16 else "<u4")
    encoder = _Encoder(tokenizer, settings, dtype, pq.read_metadata(folder / TRAIN).num_rows, tell)
    facts = {
        "tokenizer_sha256": hashlib.sha256(content).hexdigest(),
        "vocab": vocabulary,
        "dtype": dtype.name,
        "end": tokenizer.token_to_id(settings.end_token),
        "splits": {split: _write_split(folder, split, encoder, journal) for split in SPLITS},
    }
    write_file(folder / TOKENS, json.dumps(facts, indent=1) + "\n")
    journal.append("shards", {})


def _rows(folder: Path, settings: ShardSettings, split: str) -> Iterator[Row]:
    return (row for row in read_rows(str(folder)) if is_held_out(row, settings) == (split == "held"))


def _sample(folder: Path, settings: ShardSettings) -> Iterator[str]:
    """Texts of the training split."""
    step = sum(len(str(row["text"])) for row in _rows(folder, settings, "train")) // SAMPLE_CHARACTERS + 1
    for row in islice(_rows(folder, settings, "train"), 0, None, step):
        yield str(row["text"])


class _Encoder:
    """Documents -> tokens, counted for the watcher."""

    def __init__(
        self, tokenizer: Tokenizer, settings: ShardSettings, dtype: np.dtype[np.unsignedinteger], total: int, tell: Tell
    ) -> None:
        self.tokenizer, self.settings, self.dtype, self.total, self.tell = tokenizer, settings, dtype, total, tell
        self.done = self.new = 0
        self.started = time.monotonic()

    def tokens(self, rows: Iterator[Row]) -> Iterator[Tokens]:
        """The tokens of each document."""
        batch: list[str] = []
        size = 0
        for row in rows:
            batch.append(str(row["text"]))
            size += len(batch[-1])
            if size >= BATCH_CHARACTERS:
                yield from self._encoded(batch)
                batch, size = [], 0
        yield from self._encoded(batch)

    def _encoded(self, batch: list[str]) -> list[Tokens]:
        end = self.tokenizer.token_to_id(self.settings.end_token)
        found = self.tokenizer.encode_batch_fast(batch, add_special_tokens=False)
        out = [np.array([*text.ids, end], self.dtype) for text in found]
        self.done += len(batch)
        self.new += len(batch)
        self.tell(StepProgress("tokens", self.done, self.total, 0, time.monotonic() - self.started, self.new))
        return out


def _write_split(folder: Path, split: str, encoder: _Encoder, journal: Journal) -> dict[str, object]:
    """Its shards, and what tokens.json says of them."""
    shards = [journal.parsed(e, Shard) for e in journal if e.kind == "shard" and e.data.get("split") == split]
    skip = sum(shard.documents for shard in shards)
    encoder.done += skip
    documents = encoder.tokens(islice(_rows(folder, encoder.settings, split), skip, None))
    while (first := next(documents, None)) is not None:
        name = f"{split}-{len(shards):05}.npy"
        with beside(folder / name) as path, path.open("wb") as file:
            tokens, count = _fill(file, chain([first], documents), encoder.dtype)
        shards.append(Shard(split=split, file=name, tokens=tokens, documents=count))
        journal.append("shard", shards[-1].model_dump())
    return {
        "tokens": sum(shard.tokens for shard in shards),
        "documents": sum(shard.documents for shard in shards),
        "files": [shard.file for shard in shards],
        "sha256": _sha256([folder / shard.file for shard in shards]),
    }


def _fill(file: IO[bytes], documents: Iterator[Tokens], dtype: np.dtype[np.unsignedinteger]) -> tuple[int, int]:
    """Write documents until the shard is full; gives tokens and documents. The header is written again at the end."""
    tokens = count = 0
    _header(file, 0, dtype)
    begin = file.tell()
    for document_tokens in documents:
        file.write(document_tokens.tobytes())
        tokens, count = tokens + len(document_tokens), count + 1
        if tokens >= SHARD_TOKENS:
            break
    file.seek(0)
    _header(file, tokens, dtype)
    assert file.tell() == begin, "numpy leaves room in the header for the length to grow"
    return tokens, count


def _header(file: IO[bytes], length: int, dtype: np.dtype[np.unsignedinteger]) -> None:
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": (length,)}
    np.lib.format.write_array_header_1_0(file, described)


def _sha256(files: list[Path]) -> str:
    """Digest of the tokens in the files, one after another, headers left out."""
    total = hashlib.sha256()
    for path in files:
        try:
            tokens = np.load(path, mmap_mode="r")
        except (OSError, ValueError) as error:
            raise RunError(f"{path}: missing or damaged ({error}); remove the folder and build it again") from error
        for start in range(0, len(tokens), 2**22):
            total.update(tokens[start : start + 2**22].tobytes())
    return total.hexdigest()
