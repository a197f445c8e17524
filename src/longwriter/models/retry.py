"""When to ask again: waits that grow, and the budget that ends them.

`Backoff` belongs to one call; it decides, the caller sleeps. The budget runs from the first failure, so a long first
try costs none of it. A wait that a server asked for is kept to; a wait that does not fit is not begun.
"""

import math
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
SHORTEST_WAIT_S = 0.05
"""Times the number of tries so far: least wait where a server asks for less."""

MOST_FORESEEN = 30
"""Retries beyond which nobody counts."""


class Backoff:
    """The waits of one call."""

    def __init__(self, budget_s: float) -> None:
        self.budget_s = budget_s
        self.tries = 0
        self._first: float | None = None

    @property
    def spent_s(self) -> float:
        """Seconds since the first failure."""
        return 0.0 if self._first is None else time.monotonic() - self._first

    def next_wait(self, asked_s: float | None = None, budget_s: float | None = None) -> float | None:
        """Seconds to wait after one more failure; None: give up.

        `asked_s` is the server's own wish. `budget_s` shortens the budget for this kind of failure.
        """
        if self._first is None:
            self._first = time.monotonic()
        self.tries += 1
        grown = min(FIRST_WAIT_S * 2 ** min(self.tries - 1, 10), LONGEST_WAIT_S)
        jitter = random.random()  # parts callers that failed together; no result depends on it
        wait = grown * (0.5 + 0.5 * jitter)
        if asked_s is not None:  # 0 and the like are no invitation to ask without pause
            wait = max(asked_s * (1 + 0.1 * jitter), SHORTEST_WAIT_S * self.tries)
        budget = self.budget_s if budget_s is None else min(budget_s, self.budget_s)
        return wait if self.spent_s + wait <= budget else None

    def most(self, asked_s: float | None = None, budget_s: float | None = None) -> int:
        """About how many retries there will be in all, each as long as the server asked for, or growing as usual.

        Call after `next_wait`. At least the number of failures so far.
        """
        left = (self.budget_s if budget_s is None else min(budget_s, self.budget_s)) - self.spent_s
        number = self.tries - 1
        while left > 0 and number < MOST_FORESEEN:
            left -= max(asked_s or 0.0, 0.75 * min(FIRST_WAIT_S * 2**number, LONGEST_WAIT_S))
            number += left >= 0
        return max(self.tries, number)


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as an HTTP date; None if absent, unreadable or absurd."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = parsedate_to_datetime(value[:100])
            seconds = max((when.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0)
        except (ValueError, OverflowError):  # the second: a date whose zone leads out of the calendar
            return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
