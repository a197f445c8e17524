"""Files of preference pairs in the forms in which others publish them (`rewards.preference.pair`)."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from longwriter.data.dataset import read_rows
from longwriter.errors import InputError
from longwriter.rewards.preference.pair import PreferencePair, as_pair


class PublishedPairs(NamedTuple):
    """The pairs of a file."""

    pairs: list[PreferencePair]
    """Their ids are the numbers of their rows, from 1."""
    left_out: Mapping[str, int]
    """Rows that cannot be compared, by reason."""


def read_published(path: str) -> PublishedPairs:
    """The pairs of a file, a folder or hub:OWNER/NAME. Raises InputError naming the row, and where no pair is left."""
    pairs, left_out = list[PreferencePair](), Counter[str]()
    for number, row in enumerate(read_rows(path), 1):
        try:
            found = as_pair(row, str(number))
        except InputError as error:
            raise InputError(f"{path} row {number}: {error}") from error
        if isinstance(found, str):
            left_out[found] += 1
        else:
            pairs.append(found)
    if not pairs:
        raise InputError(f"{path}: no pair to compare; rows left out: {dict(left_out)}")
    return PublishedPairs(pairs, dict(left_out.most_common()))
