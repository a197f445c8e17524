"""Rows of a data set that cannot be trained on: left out and counted by reason, unless they are most of it."""

from collections import Counter
from collections.abc import Sequence

from longwriter.errors import InputError

MOST = 0.5
"""Share of the rows that may be left out. Where more cannot be used, the data set is not what it was taken for."""
SHOWN = 3
"""Reasons that a message names."""


class UnusableRow(InputError):  # noqa: N818 - named like those of errors.py
    """A row of which nothing can be learnt; its message is the reason."""


class Dropped:
    """The rows of one data set that were left out."""

    def __init__(self, path: str, rows: Sequence[int]) -> None:
        """`rows`: numbers of all rows that are read, from 0."""
        self.path, self.rows = path, rows
        self.reasons: Counter[str] = Counter()
        self.first: int | None = None

    def add(self, place: int, reason: str) -> None:
        """Count one row; `place`: its place among those that are read."""
        self.first = self.rows[place] if self.first is None else self.first
        self.reasons[reason] += 1

    def check(self) -> None:
        """Raises InputError where more than `MOST` of the rows were left out."""
        if self.reasons.total() > MOST * len(self.rows):
            raise InputError(f"{self.path}: {self}; leave them out of the data set if it is the right one")

    def __str__(self) -> str:
        """What a person should know of it: how many, why, and which was the first."""
        why = ", ".join(f"{count:,} x {reason}" for reason, count in self.reasons.most_common(SHOWN))
        return (
            f"{self.reasons.total():,} of {len(self.rows):,} rows cannot be used ({why}); the first is row {self.first}"
        )
