"""Rows of preference pairs as a training takes them: `prompt`, `chosen` and `rejected` as lists of messages.

Texts stand for one message each; sides that hold the prompt too, as UltraFeedback's do, are taken without it. Rows of other
published forms, LitBench's and WritingPreferenceBench's, are read by `rewards.preference.pair`.
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
        prompt = _plain(row["prompt"], "user")
        sides = {name: _reply(_plain(row[name], "assistant"), prompt) for name in COLUMNS[1:]}
        return {"prompt": prompt} | sides
    try:
        pair = as_pair(row, where)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    if isinstance(pair, str):
        raise UnusableRow(pair)
    texts = {"prompt": pair.request, "chosen": pair.chosen, "rejected": pair.rejected}
    return {name: _plain(text, "user" if name == "prompt" else "assistant") for name, text in texts.items()}


def _reply(side: Turns, prompt: Turns) -> Turns:
    """The turns after the prompt. Raises UnusableRow where the first of them is no reply."""
    turns = side[len(prompt) :] if side[: len(prompt)] == prompt else side
    if not turns or turns[0]["role"] != "assistant":
        raise UnusableRow("a side that is no reply to the prompt")
    return turns


def _plain(turns: object, role: str) -> Turns:
    """Role and content alone: what else one source's turns have, another's lack, and they are put together."""
    return [{"role": turn["role"], "content": turn["content"]} for turn in messages_of(as_turns(turns, role))]
