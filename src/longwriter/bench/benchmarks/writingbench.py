"""WritingBench (arXiv:2503.05244): requests of 100 sub-domains, each with five criteria of its own, scored 1 to 10.

Rows have `index, domain1, domain2, query, checklist` and sometimes a language. Where the repository's folder
`requirement` is found (in the folder given, or in one of the two above the file), its subsets mark the requests with a
requirement of style, format or length (R), and which criteria are about it (C). Split by `requirement`, R is the mean
over a requirement's items, C over the criteria about it, both on the scale of v1.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from longwriter import hub
from longwriter.bench.benchmarks.base import Benchmark, Data, language_of, need_data, unique
from longwriter.bench.benchmarks.files import FileRow, find_file, read_rows
from longwriter.bench.judging.base import ScoredItem, Summary, mean_of
from longwriter.bench.judging.criteria import Criteria, marks_of
from longwriter.bench.records import BenchItem, Criterion, Metric
from longwriter.bench.stats.bootstrap import metric
from longwriter.errors import InputError

FILE = "benchmark_all.jsonl"
CRITERIA = 5
LEVELS = ("1-2", "3-4", "5-6", "7-8", "9-10")
REQUIREMENTS = ("style", "format", "length")
ABOUT = " C"
"""What follows a requirement's name in `BenchItem.groups` for the places of the criteria about it, such as "0 3"."""


class WritingBench(Benchmark):
    """WritingBench, read from its repository."""

    title = "WritingBench"
    judging = Criteria()
    data = f"{FILE} of the WritingBench repository, or the repository's folder"
    judge_temperature = 1.0
    judge_max_tokens = 2048

    def read(self, data: str | None) -> Data:
        """The benchmark's items."""
        given = need_data(data, self)
        path = find_file(given, [FILE])
        near = [path.parent, path.parent.parent] + ([] if given.startswith(hub.HUB) else [Path(given)])
        subsets = next((found for folder in near if (found := _subset_files(folder))), {})
        marks = {name: _marks(file) for name, file in subsets.items()}
        items = unique(((where, _marked(item, marks)) for where, item in _items(path)), path)
        return Data(items, (path, *subsets.values()))

    def groups(self, item: BenchItem) -> dict[str, str]:
        """Its domains; marks of requirements are no split of the items."""
        marks = {name + end for name in REQUIREMENTS for end in ("", ABOUT)}
        return {name: value for name, value in item.groups.items() if name not in marks}

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:  # noqa: ARG002 - Benchmark's signature
        """R and C of each requirement."""
        found: dict[str, dict[str, Metric]] = {}
        for name in REQUIREMENTS:
            having = [s for s in scored if name in s.item.groups]
            if not having or "v1" not in having[0].score.scores:
                continue
            about = [
                marks_of(s.score)[int(place)] for s in having for place in s.item.groups.get(name + ABOUT, "").split()
            ]
            found[name] = {"R": mean_of("v1", [s.score for s in having])} | ({"C": metric(about)} if about else {})
        return Summary(by={"requirement": found} if found else {})


def _items(path: Path) -> Iterator[tuple[str, BenchItem]]:
    for line in read_rows(path):
        query = line.text("query")
        item = BenchItem(
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


def _criteria(line: FileRow) -> tuple[Criterion, ...]:
    value = line.need("checklist")
    if not isinstance(value, list):
        raise InputError(f"{line.where}: checklist must be a list, got {str(value)[:60]!r}")
    criteria = []
    for number, entry in enumerate(value):
        where = f"{line.where} checklist[{number}]"
        if not isinstance(entry, dict):
            raise InputError(f"{where}: expected an object with name and criteria_description, got {str(entry)[:60]!r}")
        one = FileRow(where, entry)
        levels = {level: one.text(level) for level in LEVELS}
        criteria.append(Criterion(name=one.text("name"), description=one.text("criteria_description"), levels=levels))
    return tuple(criteria)


def _subset_files(folder: Path) -> dict[str, Path]:
    """The files of the folder `requirement` in `folder`, by "style" and "style C"."""
    found = {}
    for name in REQUIREMENTS:
        for path in sorted((folder / "requirement").rglob(f"{name}_subset*.jsonl")):
            found[name + (ABOUT if path.stem.endswith("_C") else "")] = path
    return found


def _marks(path: Path) -> dict[str, list[str]]:
    """Index to the names of the criteria that a subset keeps."""
    return {str(line.need("index")): [c.name for c in _criteria(line)] for line in read_rows(path)}


def _marked(item: BenchItem, marks: dict[str, dict[str, list[str]]]) -> BenchItem:
    """The item with its requirements in its groups."""
    groups = dict(item.groups)
    for name, kept in marks.items():
        if item.id in kept:
            places = [str(i) for i, c in enumerate(item.criteria) if c.name in kept[item.id]]
            groups[name] = " ".join(places) if name.endswith(ABOUT) else "R"
    return item.model_copy(update={"groups": groups})
