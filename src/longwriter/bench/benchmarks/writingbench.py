"""WritingBench (arXiv:2503.05244): requests of 100 sub-domains, each with five criteria of its own, scored 1 to 10.

Rows have `index, domain1, domain2, query, checklist` and sometimes a language. Where the repository's folder
`requirement` is found (in the folder given, or in one of the two above the file), its subsets mark the requests with a
requirement of style, format or length (R), and which criteria are about it (C).
"""

from collections.abc import Iterator
from pathlib import Path

from longwriter.bench.benchmarks.base import Data, language_of, need_data, unique
from longwriter.bench.benchmarks.files import HUB, Line, find_file, read_lines
from longwriter.bench.records import Criterion, Item
from longwriter.errors import InputError

FILE = "benchmark_all.jsonl"
CRITERIA = 5
LEVELS = ("1-2", "3-4", "5-6", "7-8", "9-10")
REQUIREMENTS = ("style", "format", "length")
ABOUT = " C"
"""What follows a requirement's name in `Item.groups` for the places of the criteria about it, such as "0 3"."""


class WritingBench:
    """See above."""

    title = "WritingBench"
    judging = "criteria"
    data = f"{FILE} of the WritingBench repository, or the repository's folder"
    judge_temperature = 1.0
    judge_max_tokens: int | None = 2048

    def read(self, data: str | None) -> Data:
        """See `Benchmark`."""
        given = need_data(data, self)
        path = find_file(given, [FILE])
        near = [path.parent, path.parent.parent] + ([] if given.startswith(HUB) else [Path(given)])
        subsets = next((found for folder in near if (found := _subset_files(folder))), {})
        marks = {name: _marks(file) for name, file in subsets.items()}
        items = unique(((where, _marked(item, marks)) for where, item in _items(path)), path)
        return Data(items, (path, *subsets.values()))


def _items(path: Path) -> Iterator[tuple[str, Item]]:
    for line in read_lines(path):
        query = line.text("query")
        item = Item(
            id=str(line.need("index")),
            prompt=query,
            language=language_of(line.first(["lang", "language"]), query, line.where),
            type=line.text("domain1"),
            groups={"domain1": line.text("domain1"), "domain2": line.text("domain2")},
            criteria=_criteria(line),
        )
        if len(item.criteria) != CRITERIA:
            raise InputError(f"{line.where}: checklist has {len(item.criteria)} criteria, expected {CRITERIA}")
        yield line.where, item


def _criteria(line: Line) -> tuple[Criterion, ...]:
    value = line.need("checklist")
    if not isinstance(value, list):
        raise InputError(f"{line.where}: checklist must be a list, got {str(value)[:60]!r}")
    criteria = []
    for number, entry in enumerate(value):
        where = f"{line.where} checklist[{number}]"
        if not isinstance(entry, dict):
            raise InputError(f"{where}: expected an object with name and criteria_description, got {str(entry)[:60]!r}")
        one = Line(where, entry)
        levels = {level: one.text(level) for level in LEVELS}
        criteria.append(Criterion(name=one.text("name"), description=one.text("criteria_description"), levels=levels))
    return tuple(criteria)


def _subset_files(folder: Path) -> dict[str, Path]:
    """Of the folder `requirement` in `folder`: "style" and "style C" to their files."""
    found = {}
    for name in REQUIREMENTS:
        for path in sorted((folder / "requirement").rglob(f"{name}_subset*.jsonl")):
            found[name + (ABOUT if path.stem.endswith("_C") else "")] = path
    return found


def _marks(path: Path) -> dict[str, list[str]]:
    """Index to the names of the criteria that a subset keeps."""
    return {str(line.need("index")): [c.name for c in _criteria(line)] for line in read_lines(path)}


def _marked(item: Item, marks: dict[str, dict[str, list[str]]]) -> Item:
    """The item with its requirements in its groups."""
    groups = dict(item.groups)
    for name, kept in marks.items():
        if item.id in kept:
            places = [str(i) for i, c in enumerate(item.criteria) if c.name in kept[item.id]]
            groups[name] = " ".join(places) if name.endswith(ABOUT) else "R"
    return item.model_copy(update={"groups": groups})
