"""Conversations to token ids, with the model's own turns marked, and to packed rows.

A turn's beginning is tokenised apart from what the model wrote, as it is when a model is asked: the ids of a prompt are the
same in training and in use.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset as Table
from datasets import load_dataset
from datasets.exceptions import DatasetGenerationError
from huggingface_hub.errors import HfHubHTTPError
from jinja2 import TemplateError
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase

from longwriter.errors import InputError, Unavailable
from longwriter.journal import digest
from longwriter.train.data.packing import Pieces, TooLong, fit, pack
from longwriter.train.data.rows import Ids, Row, row

Turns = Sequence[Mapping[str, str]]
Segment = tuple[str, bool]
"""A piece of a conversation, and whether the model is to write it."""
AT_ONCE = 1000
"""Conversations tokenized at once: as Python numbers, ids take nine times the room."""
READERS = {".parquet": "parquet", ".jsonl": "json", ".json": "json", ".csv": "csv"}


def read_table(path: str, columns: Sequence[str] = ()) -> Table:
    """A data set: a folder or file, or `hub:owner/name`. Raises InputError naming what is missing or broken."""
    name = path.removeprefix("hub:")
    try:
        if path.startswith("hub:"):
            table = load_dataset(name, split="train")
        elif Path(path).is_dir() and (files := _files(Path(path))):
            table = load_dataset(READERS[files[0].suffix], data_files=[str(f) for f in files], split="train")
        elif Path(path).is_dir():
            table = load_dataset(path, split="train")
        elif Path(path).is_file() and Path(path).suffix in READERS:
            if not Path(path).stat().st_size:
                raise InputError(f"{path}: the file is empty")
            table = load_dataset(READERS[Path(path).suffix], data_files=path, split="train")
        else:
            raise InputError(f"{path}: no such data set; give a folder, a {', '.join(READERS)} file, or hub:owner/name")
    except (ConnectionError, HfHubHTTPError) as error:
        raise Unavailable(f"{path}: cannot be downloaded ({_line(error)}); the same command tries again") from error
    except (OSError, ValueError, DatasetGenerationError) as error:
        raise InputError(f"{path}: cannot be read as a data set: {_line(error)}") from error
    missing = [c for c in columns if c not in table.column_names]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; it has {', '.join(table.column_names)}")
    if not len(table):
        raise InputError(f"{path}: the data set is empty")
    return table


def _files(folder: Path) -> list[Path]:
    """The data files of a folder, of one kind, those of the training split where they say so.

    Named one by one, because of a folder `datasets` knows nothing but its name: built anew, the old rows would be read.
    """
    for suffix in (".parquet", ".jsonl", ".csv"):
        found = sorted(folder.glob(f"*{suffix}"))
        named = [f for f in found if f.name.startswith("train")]
        if found:
            return named or found
    return []


def read_turns(path: str) -> list[Turns]:
    """The `messages` of every row, or its `prompt` and `completion`. Raises InputError naming the row that has none."""
    table = read_table(path)
    if "messages" in table.column_names:
        found = table["messages"]
    elif {"prompt", "completion"} <= set(table.column_names):
        found = [
            _as_turns(p, "user") + _as_turns(c, "assistant")
            for p, c in zip(table["prompt"], table["completion"], strict=True)
        ]
    else:
        raise InputError(
            f"{path}: no column messages, nor prompt and completion; it has {', '.join(table.column_names)}"
        )
    out: list[Turns] = []
    for number, turns in enumerate(found):
        if not isinstance(turns, list) or not all(
            isinstance(t, dict) and t.get("role") and t.get("content") for t in turns
        ):
            raise InputError(f"{path}: row {number}: every message needs a role and a content that is not empty")
        if not any(t["role"] == "assistant" for t in turns):
            raise InputError(f"{path}: row {number}: no message of the assistant, so nothing to learn")
        out.append(turns)
    return out


def _as_turns(text: object, role: str) -> list[dict[str, str]]:
    return text if isinstance(text, list) else [{"role": role, "content": str(text)}]


@dataclass(frozen=True)
class Sample:
    """One conversation as ids, (tokens,), and which of them the model is to write."""

    ids: Ids
    counted: np.ndarray


def encode(conversations: Sequence[Turns], tokenizer: PreTrainedTokenizerBase) -> list[Sample]:
    """Raises InputError for a tokenizer without chat template, or one that writes earlier turns anew."""
    if tokenizer.chat_template is None:
        raise InputError("the tokenizer has no chat template; give one with model.chat_template = FILE (Jinja)")
    samples: list[Sample] = []
    for start in range(0, len(conversations), AT_ONCE):
        some = [_segments(conversations[i], tokenizer) for i in range(start, min(start + AT_ONCE, len(conversations)))]
        samples += _encode([piece for pieces in some for piece in pieces], [len(pieces) for pieces in some], tokenizer)
    return samples


def _encode(pieces: list[Segment], counts: list[int], tokenizer: PreTrainedTokenizerBase) -> list[Sample]:
    """Samples of `counts` pieces each."""
    texts = [text for text, _ in pieces]
    lists = tokenizer(texts, add_special_tokens=False, return_attention_mask=False)["input_ids"] if texts else []
    ids = [np.array(found, np.int32) for found in lists]
    marks = [np.full(len(found), own) for found, (_, own) in zip(ids, pieces, strict=True)]
    samples, start = [], 0
    for end in itertools.accumulate(counts):
        samples.append(Sample(np.concatenate(ids[start:end]), np.concatenate(marks[start:end])))
        start = end
    return samples


def _segments(turns: Turns, tokenizer: PreTrainedTokenizerBase) -> list[Segment]:
    """A conversation as pieces of text: what is given, and what the model writes."""
    out, before = [], ""
    for index, turn in enumerate(turns):
        if turn["role"] != "assistant":
            continue
        try:
            asked = tokenizer.apply_chat_template(list(turns[:index]), tokenize=False, add_generation_prompt=True)
            whole = tokenizer.apply_chat_template(list(turns[: index + 1]), tokenize=False)
        except TemplateError as error:
            raise InputError(f"the chat template refuses a conversation: {_line(error)}") from error
        if not asked.startswith(before) or not whole.startswith(asked):
            raise InputError(
                "the chat template writes earlier turns anew when a turn is added, so the model's own words cannot be told "
                "apart; give a template that only appends (model.chat_template = FILE)"
            )
        out += [(asked[len(before) :], False), (whole[len(asked) :], True)]
        before = whole
    return out


@dataclass(frozen=True)
class Told:
    """What became of the samples, for the report."""

    samples: int
    pieces: Pieces
    rows: int
    tokens: int
    targets: int
    sha256: str
    """Of the ids, in order."""


class Packed(Dataset[Row]):
    """Packs of samples, each blind to the others of its pack."""

    def __init__(self, samples: Sequence[Sample], pieces: Pieces, packs: Sequence[Ids], *, by_sequence: bool) -> None:
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
        counted[0] = False  # nothing stands before it
        out = row(whole.ids[start:stop], counted)
        if self.by_sequence:
            out["weights"] = out["weights"] / max(1, int(counted.sum()))
        out["position_ids"] = torch.arange(stop - start)
        return out


def packed(
    samples: Sequence[Sample], capacity: int, policy: str, *, packing: bool, by_sequence: bool, seed: int
) -> tuple[Packed, Told]:
    """Rows of at most `capacity` tokens. Raises InputError with the policy `refuse`, or when nothing is left."""
    pieces = fit([len(s.ids) for s in samples], capacity, TooLong(policy))
    if not len(pieces):
        raise InputError(f"no sample is left: {pieces}; raise data.max_tokens, or choose another data.too_long")
    packs = (
        pack(pieces.lengths, capacity, seed=seed) if packing else [np.array([i], np.int32) for i in range(len(pieces))]
    )
    rows = Packed(samples, pieces, packs, by_sequence=by_sequence)
    targets = sum(int(s.counted.sum()) for s in samples)
    sha = digest("".join(digest(s.ids.tobytes().hex()) for s in samples))
    return rows, Told(len(samples), pieces, len(packs), int(pieces.lengths.sum()), targets, sha)


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
