"""Rows of token ids that a trainer reads: row i is the same whoever asks, so a killed run goes on with the very next one.

A row is a dict of 1-D tensors of equal length: `input_ids`; `labels`, the same ids or -100 where no loss counts;
`weights`, what each label's loss counts; and for packed samples `position_ids`, which begin at 0 with each sample and so
keep samples blind to each other (no attention mask: one would open them to each other).
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from longwriter.errors import InputError

Row = dict[str, Tensor]
Ids = NDArray[np.integer]
IGNORE = -100


def row(ids: Ids, counted: NDArray[np.bool_]) -> Row:
    """One text in a row of its own; `counted` marks the tokens whose loss counts, each as much as any other."""
    input_ids = torch.from_numpy(ids.astype(np.int64))
    mask = torch.from_numpy(counted)
    return {"input_ids": input_ids, "labels": input_ids.masked_fill(~mask, IGNORE), "weights": mask.float()}


class Windows(Dataset[Row]):
    """A stream of tokens cut into windows of `width`; documents follow one another, as in pretraining everywhere."""

    def __init__(self, folder: Path, split: str, width: int) -> None:
        """`folder`: token shards with their tokens.json. Raises InputError where they are missing or too short."""
        try:
            about = json.loads((folder / "tokens.json").read_text("utf-8"))
            files = about["splits"][split]["files"]
            self.shards = [np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in files]
        except (OSError, ValueError, KeyError) as error:
            raise InputError(
                f"{folder}: no {split} token shards ({error}); make them with longwriter data books"
            ) from error
        self.vocab: int = about["vocab"]
        self.sha256: str = about["splits"][split]["sha256"]
        self.width = width
        self.counts = np.cumsum([len(shard) // width for shard in self.shards])
        if not len(self):
            raise InputError(f"{folder}: fewer {split} tokens than one window of {width}")

    def __len__(self) -> int:
        return int(self.counts[-1]) if len(self.counts) else 0

    def __getitem__(self, index: int) -> Row:
        shard = int(np.searchsorted(self.counts, index, "right"))
        start = (index - (int(self.counts[shard - 1]) if shard else 0)) * self.width
        return row(self.shards[shard][start : start + self.width], np.ones(self.width, bool))


class Copies(Dataset[Row]):
    """One segment of tokens drawn by chance, again and again; the loss counts on the repetitions alone.

    Teaches a small model to copy from its prompt before it knows a word; text alone has not taught it within ten million
    tokens (docs/log.md). `reserved`: ids below are never drawn.
    """

    def __init__(self, vocab: int, width: int, seed: int, reserved: int = 4) -> None:
        """`vocab`: number of token ids."""
        self.vocab, self.width, self.seed, self.reserved = vocab, width, seed, reserved

    def __len__(self) -> int:
        return 1 << 40  # rows are drawn, not stored

    def __getitem__(self, index: int) -> Row:
        rng = np.random.default_rng([self.seed, index])
        length = int(rng.integers(16, self.width // 2))
        tokens = rng.integers(self.reserved, self.vocab, length)
        return row(np.resize(tokens, self.width), np.arange(self.width) > length)


class Twice(Dataset[Row]):
    """Held-out passages, each read twice in one row: what a second copy costs against the first tells whether a model copies.

    `second` chooses on which copy the loss counts; its first 50 tokens are left out on both.
    """

    def __init__(self, windows: Windows, count: int, *, second: bool, passage: int = 200) -> None:
        """`count` rows of 2 x `passage` tokens."""
        self.windows, self.second, self.passage = windows, second, min(passage, windows.width)
        self.items = np.linspace(0, len(windows) - 1, count).astype(int)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Row:
        ids = self.windows[int(self.items[index])]["input_ids"][: self.passage].numpy()
        place = np.arange(2 * self.passage)
        start = 50 + self.second * self.passage
        return row(np.tile(ids, 2), (place >= start) & (place < (1 + self.second) * self.passage))


class Mixture(Dataset[Row]):
    """`length` rows from several sources by their shares, drawn once by the seed.

    Each source is read in a shuffled order, whole before any of its rows comes again.
    """

    def __init__(self, sources: Sequence[Dataset[Row]], shares: Sequence[float], length: int, seed: int) -> None:
        """`shares` need not add up to one."""
        self.sources, self.seed = sources, seed
        drawn = np.random.default_rng([seed, 0]).random(length)
        self.source = np.searchsorted(np.cumsum(shares) / np.sum(shares), drawn, "right").clip(max=len(sources) - 1)
        self.rank = np.zeros(length, np.int64)
        for s in range(len(sources)):
            mine = self.source == s
            self.rank[mine] = np.arange(mine.sum())
        self._orders: dict[int, tuple[int, NDArray[np.int64]]] = {}

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> Row:
        s, rank = int(self.source[index]), int(self.rank[index])
        source = self.sources[s]
        if isinstance(source, Copies):
            return source[rank]
        epoch, place = divmod(rank, len(source))
        if self._orders.get(s, (-1,))[0] != epoch:
            self._orders[s] = (epoch, np.random.default_rng([self.seed, 1, s, epoch]).permutation(len(source)))
        return source[int(self._orders[s][1][place])]


def collate(rows: Sequence[Row]) -> dict[str, Tensor]:
    """Rows to a batch, (rows, longest); what is filled up begins a document of its own and counts nothing."""
    longest = max(len(r["input_ids"]) for r in rows)
    fill = {"input_ids": 0, "labels": IGNORE, "weights": 0.0, "position_ids": 0}
    batch: dict[str, list[Tensor]] = {key: [] for key in rows[0]}
    for r in rows:
        missing = longest - len(r["input_ids"])
        for key, values in r.items():
            padding = torch.arange(missing) if key == "position_ids" else values.new_full((missing,), fill[key])
            batch[key].append(torch.cat([values, padding.to(values.dtype)]))
    return {key: torch.stack(values) for key, values in batch.items()}
