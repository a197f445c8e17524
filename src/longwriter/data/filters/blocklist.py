"""Requests that no data is made from: harm and harvesting, by patterns in `blocklist.toml`."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Rule(NamedTuple):
    """A kind of request that is dropped."""

    name: str
    reason: str
    pattern: re.Pattern[str]


@cache
def rules() -> tuple[Rule, ...]:
    """The shipped rules, in the order of `blocklist.toml`."""
    read = tomllib.loads((Path(__file__).parent / "blocklist.toml").read_text("utf-8"))
    return tuple(Rule(r["name"], r["reason"], re.compile("|".join(r["patterns"]), re.I)) for r in read["rule"])
