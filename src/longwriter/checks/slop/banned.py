"""Phrases that a text may not hold, as a person names them: a file, a learned list, or the shipped one."""

from pathlib import Path

from longwriter.checks.slop.stock import phrases_to_ban, read_list, shipped
from longwriter.config import read_text
from longwriter.errors import InputError

SLOP = "slop"


def phrases_named(name: str) -> tuple[str, ...]:
    """The phrases of "slop", of a TOML list that `slop learn` made, or of a file with one a line. Raises InputError."""
    if name == SLOP:
        return phrases_to_ban(filter(None, [shipped("en")]))
    if name.lower().endswith(".toml"):
        found = phrases_to_ban([read_list(Path(name))])
    else:
        found = tuple(filter(None, (" ".join(line.split()) for line in read_text(Path(name)).splitlines())))
    if not found:
        raise InputError(f"{name} names no phrase to ban; it holds one a line, or is a list of longwriter slop learn")
    return found
