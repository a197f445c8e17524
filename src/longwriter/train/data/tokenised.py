"""Tokenised data sets on disk: made once, by the process that comes first, and read by every other one and later run.

FOLDER/KEY/ids.i32       token ids of all samples, one after another        counted.bool  which of them the model is to write
           lengths.i64   tokens of each sample                              about.json    counts, and a digest of the ids

KEY stands for all that ids hang on: the rows, the tokenizer with its chat template, and which rows were drawn. A folder is
written beside and renamed, so it is whole or not there. It may be removed at any time.
"""

import json
import os
import shutil
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase
from transformers import __version__ as transformers_version

from longwriter.errors import RunError
from longwriter.journal import digest
from longwriter.models.local.library import models_folder
from longwriter.train.data.chat import TokenisedSample, encoded, read_turns, usable
from longwriter.train.data.dropped import Dropped
from longwriter.train.data.tables import fingerprint

ENCODING = 1
"""Raised whenever `chat` makes other ids of the same rows."""
IDS, COUNTED, LENGTHS, ABOUT = "ids.i32", "counted.bool", "lengths.i64", "about.json"


class RowDraw(NamedTuple):
    """The most rows that are read of a data set, drawn by the seed."""

    most: int
    seed: int

    def of(self, rows: int) -> list[int]:
        """Numbers of the rows that are read, in order."""
        chosen = np.random.default_rng(self.seed).permutation(rows)[: self.most]
        return sorted(chosen.tolist())


class TokenisedData(Dataset[TokenisedSample]):
    """The samples of one data set, in order."""

    def __init__(self, ids: NDArray[np.int32], counted: NDArray[np.bool_], lengths: NDArray[np.int64]) -> None:
        """`ids` and `counted`: of all samples, (tokens,); `lengths`: tokens of each, (samples,)."""
        self.ids, self.counted, self.lengths = ids, counted, lengths
        self.ends = np.cumsum(lengths)
        self.digest = ""
        self.dropped: dict[str, int] = {}
        self.told = ""
        """What a person should know of rows that were left out."""

    @classmethod
    def of(cls, samples: Sequence[TokenisedSample]) -> "TokenisedData":
        """Samples in memory."""
        found = cls(
            np.concatenate([s.ids for s in samples]),
            np.concatenate([s.counted for s in samples]),
            np.array([len(s.ids) for s in samples], np.int64),
        )
        found.digest = joint_digest([digest_of(s) for s in samples])
        return found

    @classmethod
    def read(cls, folder: Path) -> "TokenisedData | None":
        """What was written into a folder; None where it is not there, or not whole."""
        try:
            about = json.loads((folder / ABOUT).read_text("utf-8"))
            found = cls(
                np.memmap(folder / IDS, np.int32, "r"),
                np.memmap(folder / COUNTED, np.bool_, "r"),
                np.fromfile(folder / LENGTHS, np.int64),
            )
            found.digest, found.dropped, found.told = about["digest"], about["dropped"], about["told"]
            whole = about["tokens"] == len(found.ids) == len(found.counted) == found.lengths.sum()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if whole else None

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: int) -> TokenisedSample:
        stop = int(self.ends[index])
        start = stop - int(self.lengths[index])
        return TokenisedSample(np.asarray(self.ids[start:stop]), np.asarray(self.counted[start:stop]))


def digest_of(sample: TokenisedSample) -> str:
    """Digest of a sample's token ids."""
    return digest(sample.ids.tobytes().hex())


def joint_digest(digests: Sequence[str]) -> str:
    """Digest of the token ids of samples, in order: whether a run that is resumed reads the same data."""
    return digest("".join(digests))


def tokenised(
    path: str, tokenizer: PreTrainedTokenizerBase, *, drawn: RowDraw | None = None, cache: str | None = None
) -> TokenisedData:
    """A data set of conversations as token ids, tokenised unless it was before.

    Args:
        path: the data set, as `tables.read_table` takes it.
        tokenizer: its chat template turns rows into text.
        drawn: which rows are read; None: all.
        cache: the folder of tokenised data sets; None: that of this machine's user.

    Raises:
        InputError: rows or template that cannot be used.
        RunError: the folder cannot be written.
    """
    home = models_folder() / "tokenised" if cache is None else Path(cache).expanduser()
    key = digest(json.dumps([ENCODING, transformers_version, fingerprint(path), _identity(tokenizer), drawn]))
    folder = home / key
    found = TokenisedData.read(folder)
    if found is not None:
        return found
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / f".{key}.lock"):  # who comes second waits here, and finds it done
            if TokenisedData.read(folder) is None:
                _write(folder, path, tokenizer, drawn)
    except OSError as error:
        raise RunError(
            f"cannot write {folder}: {error.strerror}; make room, or name another folder with data.cache"
        ) from error
    found = TokenisedData.read(folder)
    if found is None:
        raise RunError(f"{folder}: what was just written cannot be read; name another folder with data.cache")
    return found


def _identity(tokenizer: PreTrainedTokenizerBase) -> str:
    """What stands for a tokenizer and its template."""
    fast = (
        tokenizer.backend_tokenizer.to_str() if tokenizer.is_fast else json.dumps(sorted(tokenizer.get_vocab().items()))
    )
    special = sorted((name, str(token)) for name, token in tokenizer.special_tokens_map.items())
    return digest(json.dumps([type(tokenizer).__name__, digest(fast), special, tokenizer.chat_template]))


def _write(folder: Path, path: str, tokenizer: PreTrainedTokenizerBase, drawn: RowDraw | None) -> None:
    """Tokenise a data set into a folder that is not there, or not whole."""
    prefix = f".{folder.name}.{socket.gethostname()}."
    for killed in folder.parent.glob(f"{prefix}*"):  # of this machine alone: some file systems lock on one machine only
        shutil.rmtree(killed, ignore_errors=True)
    turns = read_turns(path)
    chosen = list(range(len(turns))) if drawn is None else drawn.of(len(turns))
    dropped = Dropped(path, chosen)
    lengths: list[int] = []
    digests: list[str] = []
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as beside:
        new = Path(beside) / "new"
        new.mkdir()
        with (new / IDS).open("wb") as ids, (new / COUNTED).open("wb") as counted:
            for sample in encoded(usable((turns[i] for i in chosen), tokenizer, dropped), tokenizer):
                ids.write(sample.ids.tobytes())
                counted.write(sample.counted.tobytes())
                lengths.append(len(sample.ids))
                digests.append(digest_of(sample))
        dropped.check()
        np.array(lengths, np.int64).tofile(new / LENGTHS)
        told = str(dropped) if dropped.reasons else ""
        about = {"tokens": sum(lengths), "digest": joint_digest(digests), "dropped": dropped.reasons, "told": told}
        (new / ABOUT).write_text(json.dumps(about | {"path": path}, ensure_ascii=False, indent=1) + "\n", "utf-8")
        _put(new, folder)


def _put(new: Path, folder: Path) -> None:
    """Put what was written where it belongs; the same from another machine, whose lock was not seen here, is as good."""
    for file in new.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
    try:
        new.rename(folder)
    except OSError:  # there is one; only one that is not whole gives way, as others may be reading it
        if TokenisedData.read(folder) is None:
            shutil.rmtree(folder, ignore_errors=True)
            new.rename(folder)
