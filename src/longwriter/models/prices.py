"""What tokens cost, in US dollars.

The shipped table is `prices.toml`, beside this file; a user's file of the same form is looked up before it. A price
that nobody gave is None, never 0: a ceiling on cost must not take an unknown price for a free one. Models on this
machine or in its own network are free.
"""

import ipaddress
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from longwriter.config import fault, read_toml
from longwriter.errors import InputError, SetupError
from longwriter.models.base import ModelConfig, at_a_server
from longwriter.models.servers.caching import never_caches
from longwriter.models.servers.providers import route
from longwriter.types import Record, Usage

MILLION = 1_000_000
SHIPPED = Path(__file__).with_name("prices.toml")
LOCAL_NAMES = (".local", ".internal", ".localhost")


class Price(Record):
    """Dollars per million tokens."""

    model: str = Field(min_length=1)
    """Patterns for model names, parted by |, case ignored."""
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Prompt tokens read from the prefix cache; None: unknown, counted as `input`."""
    cache_write: float | None = Field(default=None, ge=0)
    """Prompt tokens written to it; None: as `input`."""
    batch: float | None = Field(default=None, gt=0, le=1)
    """What the batch API's prices are of these; None: unknown, or no such API."""
    long_above: int | None = Field(default=None, gt=0)
    """Prompts of more tokens cost `long_input` times as much, and their replies `long_output` times."""
    long_input: float = Field(default=1, ge=1)
    long_output: float = Field(default=1, ge=1)
    peak_factor: float = Field(default=1, ge=1)
    """Everything costs so many times as much in `peak_hours`."""
    peak_hours: tuple[tuple[int, int], ...] = ()
    """From and to, in hours of UTC, Monday to Friday; holidays are taken for working days."""
    as_of: date
    """When the price was read; for people."""
    source: str = ""
    """Page that it was read from; for people."""

    @property
    def caches(self) -> bool:
        """Whether reading from the cache is known to be cheaper."""
        return self.cached is not None and self.cached < self.input

    def peak(self, when: datetime | None = None) -> bool:
        """Whether a moment, now by default, lies in the expensive hours."""
        at = (when or datetime.now(UTC)).astimezone(UTC)
        return at.weekday() < 5 and any(start <= at.hour < end for start, end in self.peak_hours)

    def cost(self, usage: Usage, *, peak: bool = False) -> float | None:
        """Dollars of one answer; None where the price is not 0 and the server did not count."""
        if self.input == self.output == 0:
            return 0.0
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        written = min(usage.cache_write_tokens or 0, usage.prompt_tokens - cached)
        prompt = (usage.prompt_tokens - cached - written) * self.input
        prompt += cached * (self.input if self.cached is None else self.cached)
        prompt += written * (self.input if self.cache_write is None else self.cache_write)
        long = self.long_above is not None and usage.prompt_tokens > self.long_above
        reply = usage.completion_tokens * self.output
        dollars = prompt * (self.long_input if long else 1) + reply * (self.long_output if long else 1)
        return dollars * (self.peak_factor if peak else 1) / MILLION

    def saved(self, usage: Usage, *, peak: bool = False) -> float | None:
        """Dollars that the cache saved, writing to it taken off; None where either is not known."""
        if not self.caches or usage.cached_tokens is None:
            return None
        bare = usage.model_copy(update={"cached_tokens": 0, "cache_write_tokens": 0})
        without, paid = self.cost(bare, peak=peak), self.cost(usage, peak=peak)
        return None if without is None or paid is None else without - paid


FREE = Price(model="*", input=0, output=0, as_of=date(2025, 6, 1))


class _Table(Record):
    price: tuple[Price, ...] = ()


class Prices:
    """A price table; the first entry that matches a name counts."""

    def __init__(self, entries: tuple[Price, ...]) -> None:
        self._entries = entries

    def of(self, name: str) -> Price | None:
        """The price of a model by its name; None: unknown."""
        lower = name.lower()
        return next((p for p in self._entries if any(fnmatchcase(lower, m) for m in p.model.lower().split("|"))), None)

    def price_for(self, config: ModelConfig) -> Price | None:
        """The price of a configured model: free if it runs at a local address; None: unknown."""
        if not at_a_server(config):
            return self.of(config.model)
        try:
            where = route(config)
        except (InputError, SetupError):  # a finished run is told of without what it was reached by
            return self.of(config.model)
        if is_local(where.url):
            return FREE
        price = self.of(where.name)
        if price is None or not never_caches(where.url, where.name):
            return price
        return price.model_copy(update={"cached": price.input, "cache_write": None})

    def cost(self, name: str, usage: Usage) -> float | None:
        """Dollars of one answer by a model of that name; None: unknown."""
        price = self.of(name)
        return None if price is None else price.cost(usage)


def load_prices(extra: Path | None = None) -> Prices:
    """The shipped prices behind those of the user's file. Raises InputError naming the file and the line or key."""
    return Prices((*(() if extra is None else _read(extra)), *_read(SHIPPED)))


def is_local(url: str) -> bool:
    """True if a URL's host is this machine or in a private network; such servers are free and need no key."""
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:  # not a URL; the backend says so
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name; one without a dot is known to the local network alone
        return bool(host) and ("." not in host or host.endswith(LOCAL_NAMES))
    return address.is_private or address.is_loopback or address.is_link_local


def _read(path: Path) -> tuple[Price, ...]:
    data = read_toml(path)
    try:
        return _Table.model_validate(data).price
    except ValidationError as error:
        key, reason = fault(error, _Table)
        raise InputError(f"{path}: {key}: {reason}; see longwriter/models/prices.toml") from error
