"""One length that a request names, and what it is worth for the whole text."""

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from longwriter.length.wording import Bound

WORDS_PER_PAGE = 500
"""An English page, single-spaced, 12 points."""

TOTAL, ASKED, OTHER, ESTIMATED = range(4)
"""Kinds of amounts; the first kind present decides. The last: pages and characters, turned into words."""


MOST_READ = 200
"""Amounts at each end of a request that are looked at: one with more holds a table, whose numbers ask for nothing."""


def at_ends(matches: Iterable[re.Match[str]]) -> list[re.Match[str]]:
    """Those that are looked at."""
    found = list(matches)
    return found if len(found) <= 2 * MOST_READ else found[:MOST_READ] + found[-MOST_READ:]


class Amount(NamedTuple):
    """A length in words."""

    low: int
    high: int
    bound: Bound
    rank: int
    """`TOTAL` and so on."""
    quote: str
    start: int
    """Where it stands in the request, from `start` to `end`."""
    end: int
    piece: Literal["", "end", "main"] = ""
    """The part of the text that it is named for: its beginning or end, or a main part."""


class LengthReading(NamedTuple):
    """What one request says of lengths."""

    amounts: list[Amount]
    loose: list[str]
    """Lengths of each of a number of parts that is not named."""
    spans: list[tuple[int, int]]
    """Where amounts stand that were looked at, whatever they say."""


def apart(amounts: list[Amount], spans: list[tuple[int, int]], length: int) -> list[Amount]:
    """The amounts that stand on none of those places of a text of that `length`."""
    taken = bytearray(length)
    for start, end in spans:
        taken[start:end] = b"\1" * (end - start)
    return [amount for amount in amounts if not any(taken[amount.start : amount.end])]
