"""Conversations to token ids, with the tokens marked that the model is to write.

A turn's beginning is tokenised apart from what the model wrote, as it is when a model is asked: the ids of a prompt are the
same in training and in use. How a reply ends is `ends`' business.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jinja2 import TemplateError
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from longwriter.errors import InputError, first_line
from longwriter.train.data.dropped import Dropped, UnusableRow
from longwriter.train.data.ends import ReplyEnd, reply_end
from longwriter.train.data.tables import read_table

Segment = tuple[str, bool]
"""A piece of a conversation, and whether the model is to write it."""
CONVERSATIONS_AT_ONCE = 1000
"""Conversations tokenised in one call: as Python numbers, ids take nine times the memory."""


def read_turns(path: str) -> Sequence[object]:
    """The `messages` of every row, or its `prompt` and `completion`, as they are. Raises InputError where there is neither."""
    table = read_table(path)
    if "messages" in table.column_names:
        found: Sequence[object] = table["messages"][:]
        return found
    if {"prompt", "completion"} <= set(table.column_names):
        both = zip(table["prompt"], table["completion"], strict=True)
        return [as_turns(p, "user") + as_turns(c, "assistant") for p, c in both]
    raise InputError(f"{path}: no column messages, nor prompt and completion; it has {', '.join(table.column_names)}")


def as_turns(text: object, role: str) -> list[Any]:
    """Turns as they are, or a text as one; what is neither is refused with the row."""
    return text if isinstance(text, list) else [{"role": role, "content": text}]


def messages_of(turns: object) -> list[Any]:
    """The same turns. Raises UnusableRow where one of them is no message."""
    if not isinstance(turns, list) or not all(
        isinstance(t, dict) and t.get("role") and isinstance(t.get("content"), str | list) and t["content"]
        for t in turns
    ):
        raise UnusableRow("a message without a role, or whose content is empty or no text")
    return turns


@dataclass(frozen=True)
class TokenisedSample:
    """One conversation as token ids, (tokens,), and which of them the model is to write, (tokens,)."""

    ids: NDArray[np.int32]
    counted: NDArray[np.bool_]


def encode(conversations: Iterable[object], tokenizer: PreTrainedTokenizerBase) -> list[TokenisedSample]:
    """Tokenise conversations, all of them. Raises InputError as `encoded`, and for a conversation that cannot be used."""
    return list(encoded((segments(turns, tokenizer) for turns in conversations), tokenizer))


def encoded(
    conversations: Iterable[Sequence[Segment]], tokenizer: PreTrainedTokenizerBase
) -> Iterator[TokenisedSample]:
    """Tokenise the pieces of each conversation, `CONVERSATIONS_AT_ONCE` at a time.

    Raises InputError for a tokenizer without chat template.
    """
    end, waiting = reply_end(tokenizer), iter(conversations)
    while some := list(itertools.islice(waiting, CONVERSATIONS_AT_ONCE)):
        pieces = [piece for conversation in some for piece in conversation]
        yield from _encode(pieces, [len(conversation) for conversation in some], tokenizer, end)


def usable(
    conversations: Iterable[object], tokenizer: PreTrainedTokenizerBase, dropped: Dropped
) -> Iterator[list[Segment]]:
    """The pieces of each conversation; those that cannot be used are counted in `dropped` and left out."""
    for place, turns in enumerate(conversations):
        try:
            yield segments(turns, tokenizer)
        except UnusableRow as error:
            dropped.add(place, str(error))


def segments(turns: object, tokenizer: PreTrainedTokenizerBase) -> list[Segment]:
    """A conversation as pieces of text, in turn what is given and what the model writes.

    Raises UnusableRow, or InputError for a template that changes earlier turns when a turn is added, or that asks for a reply
    which begins otherwise.
    """
    messages = messages_of(turns)
    replies = [place for place, message in enumerate(messages) if message["role"] == "assistant"]
    if not replies:
        raise UnusableRow("no message of the assistant, so nothing to learn")
    if not replies[0]:
        raise UnusableRow("a reply comes first, which nobody asked for")
    out, before = [], ""
    for place in replies:
        try:
            asked = tokenizer.apply_chat_template(messages[:place], tokenize=False, add_generation_prompt=True)
            whole = tokenizer.apply_chat_template(messages[: place + 1], tokenize=False)
        except (TemplateError, ValueError, TypeError) as error:
            raise UnusableRow(f"refused by the chat template: {first_line(error)}") from error
        _check_grown(before, asked, whole)
        if not _shows(whole[len(before) :], messages[place]["content"]):
            raise UnusableRow(
                "a reply of which the chat template shows a part only (model.chat_template = FILE changes it)"
            )
        out += [(asked[len(before) :], False), (whole[len(asked) :], True)]
        before = whole
    return out


def _check_grown(before: str, asked: str, whole: str) -> None:
    """Raises InputError unless each begins with the one before: earlier turns, the same with a reply asked for, and with it."""
    if not asked.startswith(before):
        raise InputError(
            "the chat template changes earlier turns when a turn is added, so the model's own words cannot be told apart; "
            "give a template that only appends (model.chat_template = FILE)"
        )
    if not whole.startswith(asked):  # DeepSeek-R1's, QwQ's
        shared = next((place for place, (a, b) in enumerate(zip(asked, whole, strict=False)) if a != b), len(whole))
        raise InputError(
            f"the chat template begins a reply with {asked[shared:].strip()[:40]!r}, and shows the data's replies without it; "
            "give a template that begins all alike (model.chat_template = FILE)"
        )


def _shows(text: str, content: object) -> bool:
    """Whether a text holds all of a message's; blanks may differ. Qwen3's template leaves out all before the last </think>."""
    if not isinstance(content, str) or content.strip() in text:
        return True
    return "".join(content.split()) in "".join(text.split())


def _encode(
    pieces: list[Segment], counts: list[int], tokenizer: PreTrainedTokenizerBase, end: ReplyEnd
) -> list[TokenisedSample]:
    """Samples of `counts` pieces each."""
    texts = [text for text, _ in pieces]
    lists = tokenizer(texts, add_special_tokens=False, return_attention_mask=False)["input_ids"] if texts else []
    ids = [np.array(found, np.int32) for found in lists]
    marks = [np.full(len(found), own) for found, (_, own) in zip(ids, pieces, strict=True)]
    samples, start = [], 0
    for stop in itertools.accumulate(counts):
        parts, counted = ids[start:stop], marks[start:stop]
        if not end.written:
            for given in range(2, len(parts), 2):  # what follows a reply: given and written pieces take turns
                counted[given][:1] = parts[given][:1] == end.mark
            parts = [*parts, np.array([tokenizer.eos_token_id], np.int32)]
            counted = [*counted, np.ones(1, np.bool_)]
        samples.append(TokenisedSample(np.concatenate(parts), np.concatenate(counted)))
        start = stop
    return samples
