"""Rows of preference pairs as a training takes them: `prompt`, `chosen` and `rejected` as lists of messages.

Texts stand for one message each. Rows of other published forms, LitBench's and WritingPreferenceBench's, are read by
`rewards.preference.pair`.
"""

from collections.abc import Mapping

from longwriter.errors import InputError
from longwriter.rewards.preference.pair import as_pair
from longwriter.train.data.chat import as_turns, messages_of
from longwriter.train.data.dropped import UnusableRow

COLUMNS = ("prompt", "chosen", "rejected")
Turns = list[dict[str, str]]


def pair_turns(row: Mapping[str, object], where: str) -> dict[str, Turns]:
    """The turns of each of `COLUMNS`.

    Raises UnusableRow for a row that is no pair, and InputError that begins with `where` for one of no known form.
    """
    if all(name in row and not isinstance(row[name], Mapping) for name in COLUMNS):
        return {name: _plain(row[name], "user" if name == "prompt" else "assistant") for name in COLUMNS}
    try:
        pair = as_pair(row, where)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if isinstance(pair, str):
        raise UnusableRow(pair)
    texts = {"prompt": pair.request, "chosen": pair.chosen, "rejected": pair.rejected}
    return {name: _plain(text, "user" if name == "prompt" else "assistant") for name, text in texts.items()}


def _plain(turns: object, role: str) -> Turns:
    """Role and content alone: what else one source's turns have, another's lack, and they are put together."""
    return [{"role": turn["role"], "content": turn["content"]} for turn in messages_of(as_turns(turns, role))]
