"""When to ask again: waits that grow, and the budget that ends them.

`Backoff` belongs to one call; it decides, the caller sleeps. The budget runs from the first failure, so a long first
try costs none of it. A wait that a server asked for, in a header (`asked_wait`) or in words (`said_wait`), is kept to; a
wait that does not fit is not begun.
"""

import math
import random
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 20.0
SHORTEST_WAIT_S = 0.05
"""Times the number of tries so far: least wait where a server asks for less."""
MOST_ASKED_S = 86_400.0
"""What asks for more is no wait: a date of another calendar, a number in another unit."""
EPOCH_S, EPOCH_MS = 1e9, 1e12
"""A number from here on is a moment, in seconds or thousandths since 1970."""
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
UNIT = r"ms|milliseconds?|millis|s|secs?|seconds?|秒钟?|m|mins?|minutes?|分钟?|h|hrs?|hours?|d|days?"
SPAN = re.compile(rf"(\d+(?:\.\d+)?)\s*({UNIT})(?![a-z])", re.IGNORECASE)
SPANS = rf"(?:\d+(?:\.\d+)?\s*(?:{UNIT})(?![a-z])[\s,]*(?:and\s+)?){{1,6}}"
IN_WORDS = re.compile(
    rf"(?:again|retry|retrying|wait|available|resets?|refresh|back|请|稍后|等待)[^.\d]{{0,40}}?({SPANS})|({SPANS})\s*(?:后|before|until)",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"""["']?(retry[_-]?after|retry[_-]?delay|retry[_-]?in|wait[_-]?time)([_-]?(?:ms|millis|seconds|secs|s))?["']?\s*[:=]\s*["']?"""
    r"(\d+(?:\.\d+)?(?:ms|s|m)?(?:\d+(?:\.\d+)?(?:ms|s))?)",
    re.IGNORECASE,
)
RESET = re.compile(r"(?:anthropic-|x-)?ratelimit(?:-[a-z-]+)?-reset(?:-[a-z-]+)?|(?:x-)?rate-?limit-reset[a-z-]*")

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
    """Seconds that headers ask for; None if absent, unreadable or absurd.

    Retry-After and its relatives come first; a limit's reset counts only where that limit is used up.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        thousandths = _number(lower.get(name, ""))
        if thousandths is not None:
            return _sane(thousandths / 1000)
    if "retry-after" in lower:
        return _wait(lower["retry-after"])
    resets = [_wait(value) for name, value in lower.items() if RESET.fullmatch(name) and _used_up(name, lower)]
    return max((wait for wait in resets if wait is not None), default=None)


def said_wait(text: str) -> float | None:
    """Seconds that a server's words ask for: "try again in 1m2.5s", "retryDelay": "34s", "请在 20 秒后"; None: none."""
    text = text[:20_000]
    field = FIELD.search(text)
    if field:
        number = _number(field[3])
        if number is None:
            return _sane(_spans(field[3]))
        return _sane(number / 1000 if (field[2] or "").lstrip("_-").lower().startswith("m") else number)
    words = IN_WORDS.search(text)
    return _sane(_spans(words[1] or words[2])) if words else None


def _used_up(name: str, headers: Mapping[str, str]) -> bool:
    """Whether nothing remains of the limit that a reset is of, as far as it is told."""
    remaining = _number(headers.get(name.replace("reset", "remaining"), ""))
    return not remaining


def _wait(value: str) -> float | None:
    """Seconds to wait by one header: a number, a span such as 6m0s, a moment since 1970, an HTTP date or an ISO 8601 one."""
    value = value.strip()[:100]
    number = _number(value)
    if number is not None:
        if number >= EPOCH_S:
            number = max((number / 1000 if number >= EPOCH_MS else number) - time.time(), 0.0)
        return _sane(number)
    if re.fullmatch(SPANS, value, re.IGNORECASE):
        return _sane(_spans(value))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            when = read(value)
            when = when if when.tzinfo else when.replace(tzinfo=UTC)
            return _sane(max((when.astimezone(UTC) - datetime.now(UTC)).total_seconds(), 0.0))
        except (ValueError, OverflowError):  # the second: a date whose zone leads out of the calendar
            continue
    return None


def _spans(text: str) -> float:
    return sum(float(number) * UNITS[_unit(unit)] for number, unit in SPAN.findall(text))


def _unit(name: str) -> str:
    name = {"秒": "s", "分": "m"}.get(name[0], name.lower())
    return "ms" if name.startswith(("ms", "milli")) else name[0]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _sane(seconds: float | None) -> float | None:
    return seconds if seconds is not None and math.isfinite(seconds) and 0 <= seconds <= MOST_ASKED_S else None
