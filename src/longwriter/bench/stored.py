"""What a run's journal holds, as `aggregate` takes it."""

from typing import NamedTuple

from longwriter.bench.records import Item, Judgement, Response
from longwriter.bench.settings import BenchSettings

Spent = dict[str, float | None]
"""calls, prompt_tokens, completion_tokens, seconds, cost."""


class Stored(NamedTuple):
    """See above; everything by id, in the items' order."""

    settings: BenchSettings
    made: dict[str, object]
    """Date, version and command of the first command; judge_date and so on of the first that asked this judge."""
    items: dict[str, Item]
    responses: dict[str, Response]
    """One for each item."""
    judgements: dict[str, Judgement]
    """Of this judge, by question; those that were never asked are not there."""
    thinking: frozenset[str]
    """Items whose texts had thinking taken off."""
    spent: Spent
