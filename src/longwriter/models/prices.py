"""What tokens cost, in US dollars.

The shipped table is `prices.toml`, beside this file; a user's file of the same form is looked up before it. A price
that nobody gave is None, never 0: a ceiling on cost must not take an unknown price for a free one. Models on this
machine or in its own network are free.
"""

import ipaddress
import tomllib
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError

from longwriter.errors import InputError, SetupError
from longwriter.models.base import ModelConfig, at_a_server
from longwriter.models.providers import route
from longwriter.types import Record, Usage

MILLION = 1_000_000
SHIPPED = Path(__file__).with_name("prices.toml")
LOCAL_NAMES = (".local", ".internal", ".localhost")


class Price(Record):
    """Dollars per million tokens."""

    model: str = Field(min_length=1)
    """Pattern for model names, case ignored."""
    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Prompt tokens read from the prefix cache; None: as `input`."""
    as_of: date
    """When the price was read; for people."""

    def cost(self, usage: Usage) -> float | None:
        """Dollars of one answer; None where the price is not 0 and the server did not count."""
        if self.input == self.output == 0:
            return 0.0
        if usage.prompt_tokens is None or usage.completion_tokens is None:
            return None
        cached = min(usage.cached_tokens or 0, usage.prompt_tokens)
        cached_price = self.input if self.cached is None else self.cached
        fresh = usage.prompt_tokens - cached
        return (fresh * self.input + cached * cached_price + usage.completion_tokens * self.output) / MILLION


FREE = Price(model="*", input=0, output=0, as_of=date(2025, 6, 1))


class _Table(Record):
    price: tuple[Price, ...] = ()


class Prices:
    """A price table; the first entry that matches a name counts."""

    def __init__(self, entries: tuple[Price, ...]) -> None:
        self._entries = entries

    def of(self, name: str) -> Price | None:
        """The price of a model by its name; None: unknown."""
        return next((p for p in self._entries if fnmatchcase(name.lower(), p.model.lower())), None)

    def price_for(self, config: ModelConfig) -> Price | None:
        """The price of a configured model: free if it runs at a local address; None: unknown."""
        if not at_a_server(config):
            return self.of(config.model)
        try:
            where = route(config)
        except (InputError, SetupError):  # a finished run is told of without what it was reached by
            return self.of(config.model)
        return FREE if is_local(where.url) else self.of(where.name)

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
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read the price file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    try:
        return _Table.model_validate(data).price
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{path}: {key}: {first['msg'].lower()}; see longwriter/models/prices.toml") from error
