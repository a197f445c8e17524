"""Texts that nearly repeat an earlier one: MinHash with locality-sensitive hashing, on the disk.

A text is the set of its 5-grams of words, in lowercase (CJK by character, as `text.words_of` splits). Two texts
share the share of their union that is common to both (Jaccard). 128 minima estimate it with a standard error of at most
0.045; bands of them find the candidates (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
A chapter inside a whole book is not found: their sets are too different in size.
"""

import sqlite3
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
from datasketch import MinHash

from longwriter.errors import RunError
from longwriter.text import words_of

NGRAM = 5
MINIMA = 128
RECALL = 0.99
"""Least chance that a pair at the threshold becomes a candidate."""
_AT_ONCE = 4096
"""n-grams hashed together: 128 minima of so many are 2 MB, which fits a cache."""

NgramHashes = npt.NDArray[np.uint64]
Minima = npt.NDArray[np.uint32]


def ngrams(text: str) -> NgramHashes:
    """NgramHashes below 2**32 of the distinct word 5-grams; of the whole text where it has fewer words than that."""
    words = np.array([zlib.crc32(w.encode("utf-8", "replace")) for w in words_of(text.casefold())], np.uint64)
    if not len(words):
        return words
    n = min(NGRAM, len(words))
    total = np.zeros(len(words) - n + 1, np.uint64)
    for shift in range(n):  # a polynomial modulo 2**64, whose high half depends on all words
        total = total * np.uint64(0x9E3779B97F4A7C15) + words[shift : shift + len(total)]
    total ^= total >> np.uint64(29)
    total *= np.uint64(0xBF58476D1CE4E5B9)
    distinct: NgramHashes = np.unique(total >> np.uint64(32))
    return distinct


def minima(text: str, seed: int = 1) -> Minima | None:
    """The 128 minima of a text; None for one without words, which repeats nothing."""
    hashes = ngrams(text)
    if not len(hashes):
        return None
    made = MinHash(num_perm=MINIMA, seed=seed, hashfunc=int, scheme="affine32")
    for start in range(0, len(hashes), _AT_ONCE):
        made.update_batch(hashes[start : start + _AT_ONCE].tolist())
    found: Minima = made.hashvalues.astype("<u4")
    return found


def bands_of(threshold: float) -> tuple[int, int]:
    """Number of bands and minima in each: the longest bands that find a pair at the threshold with `RECALL`."""
    for rows in range(MINIMA, 0, -1):
        if 1 - (1 - threshold**rows) ** (MINIMA // rows) >= RECALL:
            return MINIMA // rows, rows
    return MINIMA, 1


class NearDuplicates:
    """Remembers texts and tells which earlier one a text nearly repeats.

    Memory does not grow with the number of texts: 128 minima (512 bytes) and the bands of each stand in an SQLite file
    that is made again. The same texts in the same order give the same answers.
    """

    def __init__(self, threshold: float = 0.8, path: Path | None = None, seed: int = 1) -> None:
        """`threshold`: Jaccard similarity from which a text is a repetition, over 0 up to 1. `path` None: in memory."""
        if not 0 < threshold <= 1:
            raise ValueError(f"threshold {threshold}: expected over 0 and up to 1")
        self.threshold = threshold
        self.bands, self.rows = bands_of(threshold)
        self._seed = seed
        self._path = path
        self._count = 0
        try:
            if path is not None:
                path.unlink(missing_ok=True)
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
            self._db.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; PRAGMA temp_store = FILE;"
                "CREATE TABLE texts (n INTEGER PRIMARY KEY, key TEXT, minima BLOB);"
                "CREATE TABLE bands (hash INTEGER, n INTEGER, PRIMARY KEY (hash, n)) WITHOUT ROWID; BEGIN;"
            )
        except (OSError, sqlite3.Error) as error:
            raise RunError(f"cannot write {path}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file, and remove it."""
        self._db.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def add(self, key: str, text: str) -> str | None:
        """Key of the earliest text that this one nearly repeats; else None, and it is remembered under `key`."""
        return self.add_minima(key, minima(text, self._seed))

    def add_minima(self, key: str, found: Minima | None) -> str | None:
        """`add` a text whose `minima`, of the same seed, are known."""
        if found is None:
            return None
        hashes = self._band_hashes(found)
        try:
            earlier = self._earliest(hashes, found)
            if earlier is None:
                self._db.execute("INSERT INTO texts VALUES (?, ?, ?)", (self._count, key, found.tobytes()))
                self._db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(h, self._count) for h in hashes])
                self._count += 1
        except sqlite3.Error as error:
            raise RunError(f"cannot write {self._path}: {error}; make room, then run the same command again") from error
        return earlier

    def _band_hashes(self, found: Minima) -> list[int]:
        """One 64-bit number a band; that of another band differs though its minima be the same."""
        cut = found[: self.bands * self.rows].astype(np.uint64).reshape(self.bands, self.rows)
        total = np.arange(1, self.bands + 1, dtype=np.uint64)
        for row in range(self.rows):
            total = (total * np.uint64(0x9E3779B97F4A7C15)) ^ (cut[:, row] + (total >> np.uint64(31)))
        numbers: list[int] = total.view(np.int64).tolist()
        return numbers

    def _earliest(self, hashes: list[int], found: Minima) -> str | None:
        marks = ", ".join("?" * len(hashes))
        candidates = self._db.execute(
            f"SELECT key, minima FROM texts WHERE n IN (SELECT n FROM bands WHERE hash IN ({marks})) ORDER BY n",
            hashes,
        )
        for key, other in candidates:
            alike = np.count_nonzero(np.frombuffer(other, "<u4") == found) / MINIMA
            if alike >= self.threshold:
                return str(key)
        return None
