"""Names that a text spells in two ways: one letter apart, one of them frequent, the other rare, never side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SHORTEST, _SHORTEST_CHINESE = 5, 2
_FREQUENT = 4
_RARE, _RARE_SHARE = 2, 0.06
_ENDINGS = ("s", "es", "n", "e", "a", "y", "ie", "r", "d", "t", "o", "i")
"""What makes another word of a name: Smiths, Roman, Billy, Paula."""


@dataclass
class NameUse:
    """How often a name's word stands in a text, and where first."""

    section: int
    start: int
    end: int
    count: int = 0
    neighbours: set[str] = field(default_factory=set)
    """Words of the names that stand near it."""


def spellings(names: Mapping[str, NameUse], chinese: bool = False) -> Iterator[tuple[str, str]]:
    """Pairs of a frequent spelling and a rare one that may be the same name."""
    least = _SHORTEST_CHINESE if chinese else _SHORTEST
    buckets: dict[str, list[str]] = {}
    for name in names:
        if len(name) >= least - 1:
            for key in {name, *(name[:i] + name[i + 1 :] for i in range(1, len(name)))}:
                buckets.setdefault(key, []).append(name)
    seen = set()
    for bucket in buckets.values():
        for one in bucket if len(bucket) < 12 else ():
            for other in bucket:
                pair = (one, other)
                if one != other and pair not in seen and names[one].count > names[other].count:
                    seen.add(pair)
                    if _one_name(names, one, other):
                        yield pair


def _one_name(names: Mapping[str, NameUse], common: str, rare: str) -> bool:
    often, seldom = names[common], names[rare]
    if len(common) < _SHORTEST and common.isascii():
        return False
    if often.count < _FREQUENT or seldom.count > max(_RARE, _RARE_SHARE * often.count):
        return False
    if rare in often.neighbours or common in seldom.neighbours or not one_edit(common, rare):
        return False
    if common.casefold().replace("-", "") == rare.casefold().replace("-", "") or {common[-3:], rare[-3:]} == {
        "man",
        "men",
    }:
        return False
    short, long = sorted((common, rare), key=len)
    if len(short) < len(long) and long.startswith(short) and long[len(short) :] in _ENDINGS and long[-1] != short[-1]:
        return False
    if len(short) == len(long):
        changed = [i for i, (a, b) in enumerate(zip(short, long, strict=True)) if a != b]
        if changed == [len(short) - 1]:
            return False
    return True


def one_edit(one: str, other: str) -> bool:
    """Whether one insertion, deletion, exchange or swap of neighbours makes one word of the other."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or one == other:
        return False
    at = next((i for i, char in enumerate(short) if char != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
