"""Conversations to token ids, with the tokens marked that the model is to write.

A turn's beginning is tokenised apart from what the model wrote, as it is when a model is asked: the ids of a prompt are the
same in training and in use.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jinja2 import TemplateError
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from longwriter.errors import InputError, first_line
from longwriter.train.data.tables import read_table

Turns = Sequence[Mapping[str, str]]
Segment = tuple[str, bool]
"""A piece of a conversation, and whether the model is to write it."""
CONVERSATIONS_AT_ONCE = 1000
"""Conversations tokenised in one call: as Python numbers, ids take nine times the memory."""


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
            isinstance(t, dict) and t.get("role") and isinstance(t.get("content"), str | list) and t["content"]
            for t in turns
        ):
            raise InputError(f"{path}: row {number}: every message needs a role and a content that is not empty")
        if not any(t["role"] == "assistant" for t in turns):
            raise InputError(f"{path}: row {number}: no message of the assistant, so nothing to learn")
        out.append(turns)
    return out


def _as_turns(text: object, role: str) -> list[Any]:
    """Turns as they are, or a text as one; what is neither is refused with the row."""
    return text if isinstance(text, list) else [{"role": role, "content": text}]


@dataclass(frozen=True)
class TokenisedSample:
    """One conversation as token ids, (tokens,), and which of them the model is to write, (tokens,)."""

    ids: NDArray[np.int32]
    counted: NDArray[np.bool_]


def encode(conversations: Sequence[Turns], tokenizer: PreTrainedTokenizerBase) -> list[TokenisedSample]:
    """Tokenise conversations.

    Raises InputError for a tokenizer without chat template, or with one that changes earlier turns when a turn is added.
    """
    if tokenizer.chat_template is None:
        raise InputError("the tokenizer has no chat template; give one with model.chat_template = FILE (Jinja)")
    samples: list[TokenisedSample] = []
    for start in range(0, len(conversations), CONVERSATIONS_AT_ONCE):
        some = [_segments(turns, tokenizer) for turns in conversations[start : start + CONVERSATIONS_AT_ONCE]]
        samples += _encode([piece for pieces in some for piece in pieces], [len(pieces) for pieces in some], tokenizer)
    return samples


def _encode(pieces: list[Segment], counts: list[int], tokenizer: PreTrainedTokenizerBase) -> list[TokenisedSample]:
    """Samples of `counts` pieces each."""
    texts = [text for text, _ in pieces]
    lists = tokenizer(texts, add_special_tokens=False, return_attention_mask=False)["input_ids"] if texts else []
    ids = [np.array(found, np.int32) for found in lists]
    marks = [np.full(len(found), own) for found, (_, own) in zip(ids, pieces, strict=True)]
    samples, start = [], 0
    for end in itertools.accumulate(counts):
        samples.append(TokenisedSample(np.concatenate(ids[start:end]), np.concatenate(marks[start:end])))
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
            raise InputError(f"the chat template refuses a conversation: {first_line(error)}") from error
        if not asked.startswith(before) or not whole.startswith(asked):
            raise InputError(
                "the chat template changes earlier turns when a turn is added, so the model's own words cannot be told "
                "apart; give a template that only appends (model.chat_template = FILE)"
            )
        out += [(asked[len(before) :], False), (whole[len(asked) :], True)]
        before = whole
    return out
