"""Plans as JSON of any shape: wrapped, nested, encoded twice, one object per line, with keys in any language of `planwords`.

1. Every object and list that begins a line, or ends a sentence, is read; one that is almost JSON is mended. Of several
   plans the last counts, but objects that are one section each, or one named chapter each, make up a plan together.
2. An object is wrapped (one key, or one list or object of parts), a section (it names its parts), or has titles for keys.
3. Chapters and volumes are flattened; a section has their titles as its path.

What is a plan in part alone is a `PlanError`: no section is dropped and no key becomes a title.
"""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from longwriter.errors import PlanError
from longwriter.writer.plan.reading.counts import count_at_end, count_in_brackets, words_in
from longwriter.writer.plan.reading.draft import Draft, clean, one_line
from longwriter.writer.plan.reading.keys import (
    PART_NAMES,
    Item,
    count_of,
    keyed,
    number_of,
    numbered_name,
    part_name,
    parts_of,
    text_of,
)
from longwriter.writer.plan.reading.lines import read_item
from longwriter.writer.plan.reading.values import values_in
from longwriter.writer.plan.reading.words import FIELDS, is_field, names, plain

DEEPEST_TEXT = 3
"""Times that JSON may be encoded as a text within JSON."""

Outline = tuple[str, list[Draft]]

_STRING = re.compile(r'\s*(?:```(?:json)?\s*)?("(?:[^"\\]|\\.)*")\s*(?:```)?\s*', re.S)
_ESCAPED = re.compile(r'[{\[]\s*(?:[{\[]\s*)*\\".*[}\]]', re.S)
_NUMBERED_KEY = re.compile(r"\D{0,12}\d+\D{0,2}")
_NOT_WRITTEN = frozenset(["think", "search", "retrieval", "retrieve", "reason", "reasoning", "design", "analysis"])


class _Reader(NamedTuple):
    """What a text within the JSON is read by, and how often that may happen again."""

    text: Callable[[str, int], Outline]
    left: int


def from_json(reply: str, text: Callable[[str, int], Outline], left: int = DEEPEST_TEXT) -> Outline:
    """Plan title and sections; none if the reply holds no JSON that could be a plan. Raises PlanError.

    `text` reads a text within the JSON, given how many more times that may happen.
    """
    reader = _Reader(text, left)
    if left and (encoded := _STRING.fullmatch(reply)):
        try:
            inner = json.loads(encoded[1])
        except ValueError:
            return "", []
        return text(inner, left - 1) if isinstance(inner, str) else ("", [])
    first = re.search(r"[{\[]", reply)
    if left and first and (escaped := _ESCAPED.match(reply, first.start())):
        try:
            return text(json.loads(f'"{escaped[0]}"', strict=False), left - 1)
        except ValueError:
            return "", []
    plans: list[tuple[object, Outline]] = []
    fault: PlanError | None = None
    late = False
    for value in values_in(reply):
        try:
            outline = _top(value, reader)
        except PlanError as error:
            fault, late = fault or error, True
            continue
        if outline[1]:
            plans.append((value, outline))
            late = False
    single = [isinstance(value, dict) and parts_of(keyed(value)) is None and len(plan[1]) == 1 for value, plan in plans]
    if fault and (late or all(single)):
        raise fault
    named = [isinstance(value, dict) and _chapter_name(keyed(value)) != "" for value, _ in plans]
    if len(plans) > 1 and (all(single) or all(named)):
        return "", [draft for _, (_, drafts) in plans for draft in drafts]
    return plans[-1][1] if plans else ("", [])


def from_value(value: object, text: Callable[[str, int], Outline], left: int) -> Outline:
    """Plan title and sections of objects and lists that stood in another form than JSON. Raises PlanError."""
    return _top(value, _Reader(text, left)) if isinstance(value, dict | list) else ("", [])


def _top(value: object, reader: _Reader) -> Outline:
    """Plan title and sections of one value."""
    if isinstance(value, str):
        return reader.text(value, reader.left - 1) if reader.left else ("", [])
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], dict) and parts_of(keyed(value[0])) is not None:
            return _top(value[0], reader)
        return "", _list(value, (), reader)
    if not isinstance(value, dict) or not value:
        return "", []
    item = keyed(value)
    title, parts = text_of(item, "title"), parts_of(item)
    if isinstance(parts, dict) and parts_of(keyed(parts)) is not None:
        inner, drafts = _top(parts, reader)
        return inner or title, drafts
    if parts is not None:
        name = _chapter_name(item)
        return ("" if name else title), _with_ends(value, parts, (name,) if name else (), reader)
    if columns := _columns(item):
        return "", columns
    if _is_section(item):
        return "", _section(value, "", (), reader)
    texts = [part for key, part in value.items() if isinstance(part, str) and plain(str(key)) in names("parts")]
    if texts and reader.left:
        inner, drafts = reader.text(texts[0], reader.left - 1)
        return inner or title, drafts
    if len(value) == 1:
        key, only = next(iter(value.items()))
        if isinstance(only, dict | str):
            return _top(only, reader)
        return "", _list(only, tuple(filter(None, [_name(key)])), reader) if isinstance(only, list) else []
    drafts = _titled(value, (), reader)
    return ("" if "arguments" in item else title), drafts


def _columns(item: Item) -> list[Draft]:
    """{"titles": ["Fog", "Storm"], "words": [400, 600]}: one list a field. Raises PlanError where one is shorter."""
    lists = {
        field: value
        for field in FIELDS
        for key, value in item.items()
        if is_field(key, field) and isinstance(value, list)
    }
    titles = [clean(title) for title in lists.get("title", ()) if isinstance(title, str)]
    if len(titles) < 2 or len(lists) < 2:
        return []
    if any(len(found) != len(titles) for found in lists.values()) or not all(titles):
        raise PlanError(
            f"its JSON has lists of different lengths under {', '.join(lists)!r}; write one object a section"
        )
    points, words = lists.get("point", [""] * len(titles)), lists.get("words", [None] * len(titles))
    return [
        Draft(title, clean(point) if isinstance(point, str) else "", number_of(count))
        for title, point, count in zip(titles, points, words, strict=True)
    ]


def _with_ends(value: Item, parts: object, path: tuple[str, ...], reader: _Reader) -> list[Draft]:
    """The sections of an object's parts, with those that stand beside them: "introduction": {"words": 200, ...}."""
    drafts: list[Draft] = []
    for key, part in value.items():
        if part is parts:
            drafts += _parts_of(part, path, reader)
        elif isinstance(part, dict) and count_of(keyed(part)) and not is_field(plain(key), "words"):
            drafts += _section(part, _name(key), path, reader)
        elif isinstance(part, str) and not _is_known(key) and (count_in_brackets(part) or count_at_end(part)):
            drafts += _titled({key: part}, path, reader)
        elif isinstance(part, list) and part and all(isinstance(p, dict) and count_of(keyed(p)) for p in part):
            drafts += _list(part, path, reader)
    return drafts


def _is_known(key: str) -> bool:
    return any(is_field(plain(key), field) for field in FIELDS)


def _parts_of(parts: object, path: tuple[str, ...], reader: _Reader) -> list[Draft]:
    if isinstance(parts, dict):
        return _titled(parts, path, reader)
    return _list(parts, path, reader) if isinstance(parts, list) else []


def _list(items: list[object], path: tuple[str, ...], reader: _Reader) -> list[Draft]:
    """Sections of a list of objects or lines, each of which is at least one."""
    if any(isinstance(item, dict) and _kind(item) in ("write", "composition", "writing") for item in items):
        items = [item for item in items if not (isinstance(item, dict) and _kind(item) in _NOT_WRITTEN)]
    drafts: list[Draft] = []
    for number, item in enumerate(items, 1):
        if item in (None, "", {}, []):
            continue
        found: list[Draft] = []
        if isinstance(item, dict):
            found = _section(item, "", path, reader)
        elif isinstance(item, str):
            found = [read_item(item)]
            found[0].path = path
        elif isinstance(item, list) and 1 < len(item) < 5 and isinstance(item[0], str):
            found = [_row(item, path)]
        if not any(draft.title or draft.point or draft.label for draft in found):
            raise PlanError(f"item {number} of its list is no section with a title: {str(item)[:40]!r}")
        drafts += found
    return drafts


def _row(cells: list[object], path: tuple[str, ...]) -> Draft:
    """["Fog", "Tomas finds a letter", 400]."""
    texts = [clean(cell) for cell in cells if isinstance(cell, str) and not words_in_only(cell)]
    words = next(
        (n for cell in cells if not (isinstance(cell, str) and cell in texts) and (n := number_of(cell))), None
    )
    return Draft(texts[0] if texts else "", one_line(" ".join(texts[1:])), words, path)


def words_in_only(text: str) -> bool:
    """Whether a text begins with a number, as a count does."""
    return re.match(r"\W*\d", text) is not None and words_in(text) is not None


def _kind(item: Item) -> str:
    return next((str(value).lower() for key, value in item.items() if plain(str(key)) in ("tasktype", "type")), "")


def _titled(value: Item, path: tuple[str, ...], reader: _Reader) -> list[Draft]:
    """Sections of an object whose keys are titles: all its values are of one kind. Raises PlanError for any other."""
    kinds = {_value_kind(part) for part in value.values()}
    known = any(
        _is_known(key) if isinstance(part, str) else is_field(plain(key), "words")
        for key, part in value.items()
        if not isinstance(part, dict | list)
    )
    counted = sum(1 for part in value.values() if isinstance(part, str) and words_in(part))
    if len(kinds) != 1 or known or (kinds == {"text"} and len(value) < 3 and 2 * counted < len(value)):
        guessed = _guessed(value, path, reader)
        if guessed:
            return guessed
        raise PlanError(f"its JSON has no sections with titles under known keys, but {', '.join(list(value)[:4])!r}")
    lists = [_list(part, (), reader) for part in value.values() if isinstance(part, list)]
    if len({any(draft.words for draft in found) for found in lists}) > 1:
        raise PlanError(
            f"its JSON has lists with counts and without under {', '.join(list(value)[:4])!r}; write one list"
        )
    drafts: list[Draft] = []
    for key, part in value.items():
        name = _name(key)
        if isinstance(part, dict):
            drafts += _section(part, name, path, reader)
        elif isinstance(part, list):
            drafts += _list(part, (*path, name) if name else path, reader)
        elif isinstance(part, str):
            read = read_item(part)
            title, point = (name, one_line(f"{read.title} {read.point}")) if name else (read.title, read.point)
            drafts.append(Draft(title, point, read.words, path))
        else:
            drafts.append(Draft(clean(key), "", number_of(part), path))
    return drafts


def _guessed(value: Item, path: tuple[str, ...], reader: _Reader) -> list[Draft]:
    """The sections of the only object or list of objects under keys that no language knows; none if there are several."""
    inner = [
        part
        for part in value.values()
        if (isinstance(part, list) and part and all(isinstance(p, dict) for p in part))
        or (isinstance(part, dict) and part)
        or (isinstance(part, str) and part.lstrip()[:1] in ("{", "["))
    ]
    if len(inner) != 1:
        return []
    return _list(inner[0], path, reader) if isinstance(inner[0], list) else _top(inner[0], reader)[1]


def _value_kind(value: object) -> str:
    if isinstance(value, str):
        return "text"
    return "parts" if isinstance(value, dict | list) else "number" if isinstance(value, int | float) else "none"


def _name(key: str) -> str:
    """A key as a title: "main_body" is "Main body"; "" for one that only counts, as "section_1" does."""
    if _NUMBERED_KEY.fullmatch(key) or plain(key) in names("parts"):
        return ""
    name = clean(key if " " in key else key.replace("_", " "))
    return name[:1].upper() + name[1:]


def _is_section(item: Item) -> bool:
    """Whether an object names parts of one section."""
    named = text_of(item, "title") or part_name(item)[0]
    return bool((named and (text_of(item, "point") or count_of(item))) or (text_of(item, "point") and count_of(item)))


def _section(value: Item, key: str, path: tuple[str, ...], reader: _Reader) -> list[Draft]:
    """One section, or the sections of a chapter."""
    item = keyed(value)
    other, chapters = part_name(item)
    title = text_of(item, "title")
    path = (*path, *chapters) if title or other else path
    if not title and not other and chapters:
        other, path = chapters[-1], (*path, *chapters[:-1])
    title = title or other or key or ("" if parts_of(item) is None else numbered_name(value))
    parts, words, point = parts_of(item), count_of(item), text_of(item, "point")
    if parts is not None:
        drafts = _parts_of(parts, (*path, title) if title else path, reader)
        detail = isinstance(parts, list) and all(isinstance(part, str) for part in parts)
        if drafts and not (words and (detail or not any(draft.words for draft in drafts))):
            return drafts
        point = point or "; ".join(filter(None, (draft.title or draft.point for draft in drafts)))
    if title == key and key and not (point or words):
        return _titled(value, (*path, key), reader)
    if not title and not point:
        title, point, words = _by_kind(value, words)
    return [Draft(title, point, words, path)]


def _by_kind(value: Item, words: int | None) -> tuple[str, str, int | None]:
    """Title, point and count of an object with keys that no language knows: by the kind of its values, if there are few."""
    texts = [clean(part) for part in value.values() if isinstance(part, str) and not words_in_only(part)]
    counts = [n for part in value.values() if (n := number_of(part))]
    counts = counts[1:] if len(counts) == 2 and counts[0] < 50 else counts
    if not 1 <= len(texts) <= 2 or len(counts) > 1 or len(value) > 4:
        raise PlanError(f"its JSON has a section without a title, but with {', '.join(list(value)[:4])!r}")
    return texts[0], " ".join(texts[1:]), words or next(iter(counts), None)


def _chapter_name(item: Item) -> str:
    """The title of an object that is a chapter with sections within: what stands under "chapter"."""
    if parts_of(item) is None:
        return ""
    section, chapters = part_name(item)
    title = text_of(item, "title")
    numbered = any(key in PART_NAMES and isinstance(item[key], str | int) for key in item)
    return chapters[-1] if chapters else section or (title if numbered else "")
