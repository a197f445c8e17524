"""Whether two facts of one subject can both be so."""

import re
from typing import NamedTuple

from longwriter.checks.ledger.numbers import number_of
from longwriter.checks.ledger.records import LedgerFact

_EYES = {
    "blue": "cool",
    "grey": "cool",
    "gray": "cool",
    "violet": "cool",
    "silver": "cool",
    "steel": "cool",
    "slate": "cool",
    "sapphire": "cool",
    "azure": "cool",
    "cornflower": "cool",
    "emerald": "green",
    "brown": "dark",
    "black": "dark",
    "dark": "dark",
    "chestnut": "dark",
    "amber": "warm",
    "golden": "warm",
    "yellow": "warm",
    "hazel": "hazel",
    "green": "green",
    "copper": "warm",
    "蓝": "cool",
    "灰": "cool",
    "紫": "cool",
    "棕": "dark",
    "褐": "dark",
    "黑": "dark",
    "绿": "green",
    "碧": "",
    "琥珀": "warm",
    "金": "warm",
}
_EYES_ALIKE = {("dark", "hazel"), ("green", "hazel"), ("hazel", "warm"), ("dark", "warm"), ("cool", "hazel")}
_HAIR = {
    "black": "black",
    "raven": "black",
    "jet": "black",
    "ebony": "black",
    "sandy": "fair",
    "straw": "fair",
    "carroty": "red",
    "russet": "red",
    "dark": "brown",
    "brown": "brown",
    "chestnut": "chestnut",
    "auburn": "chestnut",
    "red": "red",
    "copper": "red",
    "ginger": "red",
    "blond": "fair",
    "blonde": "fair",
    "fair": "fair",
    "golden": "fair",
    "yellow": "fair",
    "flaxen": "fair",
    "黑": "black",
    "乌": "black",
    "棕": "brown",
    "褐": "brown",
    "红": "red",
    "金": "fair",
}
_HAIR_ALIKE = {("black", "brown"), ("brown", "chestnut"), ("chestnut", "red")}
"""Kinds of colours that writers use for one and the same; white, grey and silver come with age."""

SYMMETRIC = {
    "brother": "sibling",
    "sister": "sibling",
    "sibling": "sibling",
    "cousin": "cousin",
    "husband": "spouse",
    "wife": "spouse",
    "widow": "spouse",
    "widower": "spouse",
    "spouse": "spouse",
    "fiancé": "fiancé",
    "fiancée": "fiancé",
}
DIRECTED = {
    "father": ("parent", 0),
    "mother": ("parent", 0),
    "son": ("parent", 1),
    "daughter": ("parent", 1),
    "uncle": ("uncle or aunt", 0),
    "aunt": ("uncle or aunt", 0),
    "nephew": ("uncle or aunt", 1),
    "niece": ("uncle or aunt", 1),
    "grandfather": ("grandparent", 0),
    "grandmother": ("grandparent", 0),
    "grandson": ("grandparent", 1),
    "granddaughter": ("grandparent", 1),
}
"""The relation of the one who has the word's name to the other, and 1 where it is to be read from the other side."""
_BECOMES = {("fiancé", "spouse"), ("cousin", "spouse"), ("cousin", "fiancé"), ("sibling-in-law", "spouse")}
_BESIDES = ("step", "foster", "god")
"""Ties that may stand beside another: an uncle who became the stepfather, an aunt who is the godmother."""
ONE_ONLY = frozenset(["father", "mother"])


COLOURED = ("eyes", "hair", "beard", "moustache")
"""Relations whose values are colours."""
_WORD = re.compile(r"[a-z]+|琥珀|[\u4e00-\u9fff]")


def colour_in(part: str, written: str) -> str:
    """The colour that words name for a part of `COLOURED`: the last of them; "" where they name none, or say "not"."""
    words = _WORD.findall(written.lower())
    known = _EYES if part == "eyes" else _HAIR
    named = [word for word in words if word in known]
    return named[-1] if named and not {"not", "不"} & set(words) else ""


class Clash(NamedTuple):
    """Two facts that cannot both be so."""

    check: str
    message: str


def clash(old: LedgerFact, new: LedgerFact, skipped_time: bool) -> Clash | None:
    """What is wrong between two facts with the same subject and relation; `skipped_time`: years pass between them."""
    kind, _, noun = new.relation.partition(":")
    if new.relation in COLOURED:
        return _colours(old, new)
    if kind == "dead":
        return Clash("dead", f"{new.subject}: {old.value}, then {new.value}") if old.value != new.value else None
    if kind == "age":
        return _ages(old, new, skipped_time)
    if kind == "number":
        return _numbers(old, new, noun)
    if kind == "date":
        return _dates(old, new, noun)
    return None


def _colours(old: LedgerFact, new: LedgerFact) -> Clash | None:
    kinds, alike = (_EYES, _EYES_ALIKE) if new.relation == "eyes" else (_HAIR, _HAIR_ALIKE)
    pair = kinds.get(old.value.lower(), ""), kinds.get(new.value.lower(), "")
    if not all(pair) or pair[0] == pair[1] or tuple(sorted(pair)) in alike:
        return None
    return Clash("colour", f"{new.subject}: {new.relation} {old.value}, then {new.value}")


def _ages(old: LedgerFact, new: LedgerFact, skipped_time: bool) -> Clash | None:
    before, after = number_of(old.value), number_of(new.value)
    if before is None or after is None or before == after:
        return None
    if after < before or (not skipped_time and after - before > 1):
        return Clash("age", f"{new.subject} is {before} years old, then {after}")
    return None


def _numbers(old: LedgerFact, new: LedgerFact, noun: str) -> Clash | None:
    before, after = number_of(old.value), number_of(new.value)
    if before is None or after is None or before == after:
        return None
    return Clash("number", f"{new.subject}: {old.value} {noun}, then {new.value}")


def _dates(old: LedgerFact, new: LedgerFact, event: str) -> Clash | None:
    before, after = _parts(old.value), _parts(new.value)
    if all(a is None or b is None or a == b for a, b in zip(before, after, strict=True)):
        return None
    return Clash("date", f"{new.subject} ({event}): {old.value.lstrip('-')}, then {new.value.lstrip('-')}")


def _parts(value: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of 1890, 1890-05-03 or --05-03."""
    if value.startswith("--"):
        value = "0" + value[1:]
    parts = [int(part) if part.isdigit() and int(part) else None for part in value.split("-")]
    padded = [*parts, None, None, None]
    return padded[0], padded[1], padded[2]


def tie(kin: str) -> tuple[str, int] | None:
    """The kind of a kinship word and the side it is said from; None for one that is not compared."""
    prefix = next((part for part in ("step", "half-", "foster", "god", "great-") if kin.startswith(part)), "")
    word = kin.removeprefix(prefix).lstrip("-").removesuffix("-in-law")
    mark = prefix + ("-in-law" if kin.endswith("-in-law") else "")
    if word in SYMMETRIC:
        return SYMMETRIC[word] + mark, 0
    if word in DIRECTED:
        return DIRECTED[word][0] + mark, DIRECTED[word][1]
    return None


def kin_clash(old: tuple[str, int], new: tuple[str, int]) -> bool:
    """Whether two kinds of ties between the same two people exclude each other; side -1 is either."""
    if old == new or (old[0] == new[0] and -1 in (old[1], new[1])):
        return False
    if (
        any(part in tie[0] for tie in (old, new) for part in _BESIDES)
        or old[0].removesuffix("half-") == new[0].removesuffix("half-") != old[0]
    ):
        return False
    return (old[0], new[0]) not in _BECOMES and (new[0], old[0]) not in _BECOMES
