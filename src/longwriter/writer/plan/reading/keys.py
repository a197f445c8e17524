"""What an object of a plan in JSON says, by keys in any language of `planwords`. Pure; nothing here raises."""

import re
from collections.abc import Mapping

from longwriter.writer.plan.reading.counts import NONSENSE, words_in
from longwriter.writer.plan.reading.draft import clean
from longwriter.writer.plan.reading.words import FIELDS, Field, is_field, names, plain

Item = dict[str, object]

PART_NAMES = names("chapter") | names("section")
LEAST = 50
"""Words of a section; smaller numbers count something else."""
_LENGTH_ENDS = frozenset(
    ["min", "max", "low", "high", "from", "to", "least", "most", "lower", "upper", "minimum", "maximum"]
)


def keyed(item: Mapping[str, object]) -> Item:
    """The item with keys for comparing; of two that are the same the first stays."""
    out: Item = {}
    for key, value in item.items():
        out.setdefault(plain(str(key)) or str(key), value)
    return out


def part_name(item: Item) -> tuple[str, tuple[str, ...]]:
    """What stands under "section" as a name, and what under "chapter" and "volume"."""
    section, chapters = "", list[str]()
    for key, value in item.items():
        if isinstance(value, str) and re.search(r"[^\W\d]", value):
            if key in names("chapter"):
                chapters.append(clean(value))
            elif key in names("section") and not section:
                section = clean(value)
    return section, tuple(chapters)


def numbered_name(value: Item) -> str:
    """The name of a part that has a number alone: "Part 1" for {"part": 1}."""
    numbers = ((key, n) for key, n in value.items() if plain(key) in PART_NAMES)
    return next((f"{key[:1].upper()}{key[1:]} {n}" for key, n in numbers if isinstance(n, int)), "")


def text_of(item: Item, field: Field) -> str:
    """The first key of a field that holds text, exact names first; lists of texts are joined."""
    keys = [key for key in item if key in names(field)] + [
        key for key in item if key not in names(field) and is_field(key, field)
    ]
    for key in keys:
        value = item[key]
        if isinstance(value, list) and field == "point":
            value = "; ".join(filter(None, map(_line_of, value)))
        if isinstance(value, str) and clean(value):
            return clean(value)
    return ""


def _line_of(value: object) -> str:
    """A point in a list of them."""
    if isinstance(value, dict):
        return ": ".join(clean(part) for part in value.values() if isinstance(part, str))
    return clean(value) if isinstance(value, str) else ""


def parts_of(item: Item) -> object:
    """The list or object of smaller parts, None if there is none. A list of texts that is a point's is no list of parts."""
    candidates = [
        value for key, value in item.items() if key in names("parts") and isinstance(value, list | dict) and value
    ] or _unknown_parts(item)
    first = [value for value in candidates if isinstance(value, list) and any(isinstance(part, dict) for part in value)]
    return next(iter(first or candidates), None)


def _unknown_parts(item: Item) -> list[object]:
    """The one list of counted objects of an object that says nothing of a section itself, whatever its key is."""
    unknown = (value for key, value in item.items() if not any(is_field(key, field) for field in FIELDS))
    lists = [value for value in unknown if isinstance(value, list) and any(isinstance(part, dict) for part in value)]
    found = len(lists) == 1 and _counted(lists[0]) and count_of(item) is None and not text_of(item, "point")
    return list[object](lists) if found else []


def _counted(value: object, left: int = 3) -> bool:
    """Whether a list holds objects, most of which have a count that a section may have, themselves or within."""
    inner = [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
    known = [any(_holds_count(field, left) for field in part.values()) for part in inner]
    return 2 * sum(known) > len(known)


def _holds_count(field: object, left: int) -> bool:
    if isinstance(field, list):
        return left > 0 and _counted(field, left - 1)
    return (number_of(field) or 0) >= LEAST


def number_of(value: object) -> int | None:
    """The count that a value of any kind stands for; the middle of a range in a list or object."""
    if isinstance(value, dict):
        named = [
            part for key, part in value.items() if plain(str(key)) in _LENGTH_ENDS or is_field(plain(str(key)), "words")
        ]
        value = named or [part for part in value.values() if isinstance(part, int | float)]
        if len(value) == 1 and isinstance(value[0], dict):
            return number_of(value[0])
    if isinstance(value, list):
        ends = [n for part in value[:2] if not isinstance(part, list | dict) and (n := number_of(part))]
        return round(sum(ends) / len(ends)) if ends else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        return words_in(value)
    return round(value) if 1 <= value < NONSENSE else None  # neither infinite nor NaN is


def count_of(item: Item) -> int | None:
    """The count of an object: under a name of counts, or the middle of "min_words" and "max_words"."""
    ends = [n for key, value in item.items() if (n := number_of(value)) and _end_of(key)]
    exact = (n for key, value in item.items() if key in names("words") and (n := number_of(value)))
    other = (
        n for key, value in item.items() if is_field(key, "words") and not _end_of(key) and (n := number_of(value))
    )
    return next(exact, None) or next(other, None) or (round(sum(ends) / len(ends)) if ends else None)


def _end_of(key: str) -> bool:
    """Whether a key is one end of a range of words: "minwords", "maxwordcount"."""
    return is_field(key, "words") and re.match(r"min|max|low|upp|least|most", key) is not None
