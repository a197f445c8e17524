"""LongGenBench (arXiv:2409.02076): 400 requests for diaries, towers and towns of 52 to 361 entries, with events at set places.

Its Dataset_short.json and Dataset_long.json are lists of `prompt, type, number, prefix, checks_once, checks_range,
checks_periodic`; the last three are {number of the entry: event}. The paper asks a model whether an entry has its event;
here rules say it, so that a run costs nothing and gives the same numbers again:

| score | what it is |
|---|---|
| CR | entries that are there, of those asked for |
| STIC-1 | events that are in their entries, of those whose entry is there |
| STIC-2 | the same, of all events: an entry that is missing has none |
| once, range, periodic | STIC-2 of one sort of event |

An entry begins at `#*#`, else at a line that begins with the type and a number ("Week 12"). It has an event whose content
words stand in it, as stems, three of five of them: "the Paris fashion week" is "Attending a fashion week in Paris". Rules take
a refusal ("no fashion week this year") for the event, so compare systems by them, not with the paper's numbers. The paper's
script finds a number only where the text has it: the first entry, which goes on behind the request's last line, has none.
"""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from longwriter.bench.benchmarks.base import Benchmark, Data, language_of, need_data, unique
from longwriter.bench.benchmarks.files import FileRow, find_file, read_rows
from longwriter.bench.records import BenchItem
from longwriter.checks.repetition.overlap import stem
from longwriter.errors import InputError
from longwriter.text import words_of

FILES = ("Dataset_short.json", "Dataset_long.json", "Dataset.json")
SORTS = ("once", "range", "periodic")
SEPARATOR = "#*#"
SHARE = 0.6
"""Content words of an event that its entry has."""
_NUMBERED = re.compile(r"_\d+\b")
"""Of my child_1, whom texts call so, too."""
_BEHIND_VERBS = frozenset(["a", "an", "the", "in"])
_MARKS = r"[\s#*_\-•>]*"
_LINE_MARKS = r"[ \t#*_\-•>]*"
"""On one line: lines of blanks would be read once for each of them."""


class LongGen(Benchmark):
    """LongGenBench, read from its own files."""

    title = "LongGenBench"
    data = "Dataset_short.json or Dataset_long.json of the LongGenBench repository"
    metrics: tuple[str, ...] = ("STIC-2", "STIC-1", "CR", *SORTS)

    def read(self, data: str | None) -> Data:
        """The benchmark's items."""
        path = find_file(need_data(data, self), FILES)
        return Data(unique(_items(path), path), (path,))

    def marks(self, item: BenchItem, text: str) -> dict[str, float | None]:
        """The scores of a text, 0 to 1."""
        return marks_of(item, text)


class _Events(NamedTuple):
    """Events of one sort."""

    there: int
    """In their entries."""
    reached: int
    """Whose entries are there."""
    all: int


def _items(path: Path) -> Iterator[tuple[str, BenchItem]]:
    for number, line in enumerate(read_rows(path), 1):
        prompt = line.text("prompt")
        facts = {"type": line.text("type"), "number": str(line.words("number"))}
        facts["prefix"] = str(line.row.get("prefix") or "")
        for sort in SORTS:
            facts |= {f"{sort} {at}": event for at, event in _checks(line, f"checks_{sort}")}
        item = BenchItem(
            id=str(number if line.row.get("id") is None else line.row["id"]),
            prompt=prompt,
            language=language_of(None, prompt, line.where),
            type=facts["type"],
            facts=facts,
        )
        yield line.where, item


def _checks(line: FileRow, key: str) -> Iterator[tuple[int, str]]:
    value = line.need(key)
    if not isinstance(value, dict):
        raise InputError(f"{line.where}: {key} must be an object from numbers to events, got {str(value)[:60]!r}")
    for at, event in value.items():
        if not str(at).isdecimal() or not isinstance(event, str) or not event.strip():
            raise InputError(f"{line.where}: {key}: {at!r}: {str(event)[:60]!r} is no number with an event")
        yield int(at), event


def marks_of(item: BenchItem, text: str) -> dict[str, float | None]:
    """The scores of a text; None for a sort of event that the item does not have."""
    wanted = int(item.facts["number"])
    found = entries(text, item.facts["type"], item.facts["prefix"])
    stems = {at: _stems(entry) for at, entry in found.items()}
    sorts = {sort: _events(item, sort, stems) for sort in SORTS}
    there, reached, events = (sum(column) for column in zip(*sorts.values(), strict=True))
    return {
        "STIC-2": _share(there, events),
        "STIC-1": _share(there, reached),
        "CR": sum(1 <= at <= wanted for at in found) / wanted,
        **{sort: _share(of.there, of.all) for sort, of in sorts.items()},
    }


def entries(text: str, kind: str, prefix: str = "") -> dict[int, str]:
    """The entries of a text by their numbers; of a number that stands twice, the last, as the paper's script.

    `prefix`: what the request ends with, as the text may go on right behind it.
    """
    own = re.compile(rf"{_MARKS}{re.escape(kind)}\s+(\d{{1,6}})", re.IGNORECASE)
    separated = SEPARATOR in text
    pieces = text.split(SEPARATOR) if separated else re.split(rf"(?im)^(?={_LINE_MARKS}{re.escape(kind)}\s+\d)", text)
    first = own.match(prefix.replace(SEPARATOR, ""))
    if first and pieces[0].strip() and not own.match(pieces[0]):
        pieces[0] = f"{prefix.replace(SEPARATOR, '')}\n{pieces[0]}"
    found = {}
    for piece in pieces:
        if (head := own.match(piece)) is not None and piece[head.end() :].strip(" \n:*#.-"):
            found[int(head[1])] = piece
    return found


def _events(item: BenchItem, sort: str, stems: Mapping[int, set[str]]) -> _Events:
    found = [(int(key.partition(" ")[2]), event) for key, event in item.facts.items() if key.startswith(f"{sort} ")]
    reached = [(at, event) for at, event in found if at in stems]
    return _Events(sum(has(stems[at], event) for at, event in reached), len(reached), len(found))


def has(stems: set[str], event: str) -> bool:
    """Whether an entry of these stems has an event; a verb that leads it ("Attending a ...") counts where it has few others."""
    words = [word.lower() for word in words_of(_NUMBERED.sub("", event))]
    content = list(dict.fromkeys(filter(None, map(stem, words))))
    if len(content) > 2 and words[1] in _BEHIND_VERBS and stem(words[0]):
        content.remove(stem(words[0]))
    needed = len(content) if len(content) <= 2 else math.ceil(SHARE * len(content))
    return sum(word in stems for word in content) >= needed > 0


def _stems(text: str) -> set[str]:
    return {found for word in words_of(_NUMBERED.sub("", text)) if (found := stem(word.lower()))}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
