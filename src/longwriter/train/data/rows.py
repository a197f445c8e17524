"""Rows of token ids that a trainer reads: row i is the same whoever asks, so a killed run resumes with the next one.

A row is a dict of 1-D tensors of equal length: `input_ids`; `labels`, the same ids or -100 where no loss counts;
`weights`, what each label's loss counts; and for packed samples `position_ids`, which begin at 0 with each sample and so
keep samples blind to each other (no attention mask: one would open them to each other).
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import ConcatDataset, Dataset

from longwriter.errors import InputError
from longwriter.train.data.chat import TokenisedSample
from longwriter.train.data.packing import Ints, Pieces, TooLong, fit, joined, pack
from longwriter.train.data.tokenised import TokenisedData

Row = dict[str, Tensor]
Ids = NDArray[np.integer]
IGNORE = -100


def row(ids: Ids, counted: NDArray[np.bool_]) -> Row:
    """One text as one row; `counted`, (tokens,), marks the tokens whose loss counts, all alike."""
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
            self.vocab, self.sha256 = int(about["vocab"]), str(about["splits"][split]["sha256"])
            self.shards = [np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in files]
            if any(shard.ndim != 1 or shard.dtype.kind not in "iu" for shard in self.shards):
                raise ValueError("a file of it is no list of token ids")
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(
                f"{folder}: no {split} token shards ({error}); make them with longwriter data books"
            ) from error
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


class PackedRows(Dataset[Row]):
    """Packs of samples, one per row, each sample blind to the others of its pack."""

    def __init__(
        self, samples: Dataset[TokenisedSample], pieces: Pieces, packs: Sequence[Ints], *, by_sequence: bool
    ) -> None:
        """`by_sequence`: every sample counts 1 in all, whatever its length; else every target token counts 1."""
        self.samples, self.pieces, self.packs, self.by_sequence = samples, pieces, packs, by_sequence

    def __len__(self) -> int:
        return len(self.packs)

    def __getitem__(self, index: int) -> Row:
        rows = [self._piece(int(i)) for i in self.packs[index]]
        return {key: torch.cat([r[key] for r in rows]) for key in rows[0]}

    def _piece(self, i: int) -> Row:
        sample, start, stop = (int(a[i]) for a in (self.pieces.sample, self.pieces.start, self.pieces.stop))
        whole = self.samples[sample]
        counted = whole.counted[start:stop].copy()
        counted[0] = False  # no token comes before it
        out = row(whole.ids[start:stop], counted)
        if self.by_sequence:
            out["weights"] = out["weights"] / max(1, int(counted.sum()))
        out["position_ids"] = torch.arange(stop - start)
        return out


@dataclass(frozen=True)
class DataReport:
    """What became of the samples of one source."""

    samples: int
    pieces: Pieces
    rows: int
    """Rows that hold a sample of this source."""
    targets: int
    digest: str
    """Digest of the token ids, in order (`tokenised.joint_digest`)."""
    dropped: dict[str, int]
    """Rows of the data set that could not be used, by reason."""

    @property
    def tokens(self) -> int:
        """Tokens in all rows."""
        return int(self.pieces.lengths.sum())

    def provenance(self) -> dict[str, object]:
        """The entry of data.json, which is compared when the run is resumed."""
        return {
            "samples": self.samples,
            "rows": self.rows,
            "tokens": self.tokens,
            "target_tokens": self.targets,
            "too_long": self.pieces.too_long,
            "policy": str(self.pieces.policy),
            "lost_samples": self.pieces.lost_samples,
            "lost_tokens": self.pieces.lost_tokens,
            "digest": self.digest,
        } | ({"dropped": self.dropped} if self.dropped else {})


def pack_rows(
    sources: Mapping[str, TokenisedData], capacity: int, policy: str, *, packing: bool, by_sequence: bool, seed: int
) -> tuple[PackedRows, dict[str, DataReport]]:
    """Rows of at most `capacity` tokens, of the samples of all sources as one list, and what became of each source.

    Packed by itself, a source of long samples would fill rows of its own, and most steps would see none of it.

    Raises InputError with the policy `refuse`, or when nothing is left of a source.
    """
    parts = {name: _fitting(name, data, capacity, policy) for name, data in sources.items()}
    pieces = joined(list(parts.values()), [len(data) for data in sources.values()])
    alone = [np.array([i], np.int32) for i in range(len(pieces))]
    packs = pack(pieces.lengths, capacity, seed=seed) if packing else alone
    rows = PackedRows(ConcatDataset(sources.values()), pieces, packs, by_sequence=by_sequence)
    source = np.repeat(np.arange(len(parts)), [len(part) for part in parts.values()])
    holding = Counter(int(found) for one in packs for found in np.unique(source[one]))
    return rows, {
        name: DataReport(len(data), part, holding[number], int(data.counted.sum()), data.digest, data.dropped)
        for number, ((name, part), data) in enumerate(zip(parts.items(), sources.values(), strict=True))
    }


def _fitting(name: str, data: TokenisedData, capacity: int, policy: str) -> Pieces:
    """The pieces of a source. Raises InputError naming it."""
    try:
        pieces = fit(data.lengths, capacity, TooLong(policy))
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    if not len(pieces):
        raise InputError(f"{name}: no sample is left: {pieces}; raise data.max_tokens, or choose another data.too_long")
    return pieces


class Mixture(Dataset[Row]):
    """`length` rows from several sources by their shares, drawn once by the seed.

    Each source is read in a shuffled order, and whole before any of its rows is repeated.
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
        epoch, place = divmod(rank, len(source))
        if self._orders.get(s, (-1,))[0] != epoch:
            self._orders[s] = (epoch, np.random.default_rng([self.seed, 1, s, epoch]).permutation(len(source)))
        return source[int(self._orders[s][1][place])]


def collate(rows: Sequence[Row]) -> dict[str, Tensor]:
    """Rows to a batch, (rows, longest); padding is a document of its own, so no sample sees it, and has no loss."""
    longest = max(len(r["input_ids"]) for r in rows)
    fill = {"input_ids": 0, "labels": IGNORE, "weights": 0.0, "position_ids": 0}
    batch: dict[str, list[Tensor]] = {key: [] for key in rows[0]}
    for r in rows:
        missing = longest - len(r["input_ids"])
        for key, values in r.items():
            padding = torch.arange(missing) if key == "position_ids" else values.new_full((missing,), fill[key])
            batch[key].append(torch.cat([values, padding.to(values.dtype)]))
    return {key: torch.stack(values) for key, values in batch.items()}


def flatten(rows: Sequence[Row]) -> dict[str, Tensor | int]:
    """Packed rows to one row without padding, (1, tokens), with the bounds of its samples, as FlashAttention takes them.

    FlashAttention reads no mask. transformers finds a row's samples by their positions, but only where a batch is one row
    (`_is_packed_sequence`): of two rows, each would be one text whose samples see each other. Given, the bounds need not be
    found again in every layer either.

    `cu_seq_lens_q`, `cu_seq_lens_k`: where each sample begins, and the end of the last, (samples + 1,); `max_length_q`,
    `max_length_k`: tokens of the longest. Rows without positions are one text each, and are stacked.
    """
    if "position_ids" not in rows[0]:
        return dict(collate(rows))
    batch = {key: torch.cat([r[key] for r in rows])[None] for key in rows[0]}
    positions = batch["position_ids"][0]
    bounds = torch.cat([(positions == 0).nonzero()[:, 0], torch.tensor([len(positions)])]).to(torch.int32)
    longest = int(bounds.diff().max())
    return batch | {"cu_seq_lens_q": bounds, "cu_seq_lens_k": bounds, "max_length_q": longest, "max_length_k": longest}
