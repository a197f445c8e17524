"""What a benchmark is: where its items come from, who judges them, what it says of a whole run."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from longwriter.bench.benchmarks import BENCHMARKS
from longwriter.bench.judging.base import Judging, ScoredItem, Summary
from longwriter.bench.records import BenchItem
from longwriter.config import imported
from longwriter.errors import InputError
from longwriter.runs.folders import check_id
from longwriter.text import language

LANGUAGES = {"english": "en", "英文": "en", "英语": "en", "cn": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh"}
"""Names that files give to languages, beside codes such as en, zh and zh-CN."""


class Data(NamedTuple):
    """What a benchmark asks."""

    items: list[BenchItem]
    files: tuple[Path, ...]
    """Files that the items were read from."""


class Benchmark(Protocol):
    """A benchmark. Its class takes no arguments; a subclass of this one says what is not as here."""

    title: str
    """Name for people."""
    judging: Judging | None = None
    """How a judge is asked; None where none is."""
    data: str = ""
    """What `--data` takes; "" where it may be left out."""
    judge_temperature: float = 0.0
    """The judge's temperature in the benchmark's public script, where that is known; so is the limit."""
    judge_max_tokens: int | None = None
    metrics: tuple[str, ...] = ()
    """Names of `marks`, to be averaged over items; before a judge's where there is none."""

    @abstractmethod
    def read(self, data: str | None) -> Data:
        """Its items. Raises InputError naming file, line and key."""
        ...

    def groups(self, item: BenchItem) -> dict[str, str]:
        """The groups of an item by which the scores are split, beside length, type and language."""
        return item.groups

    def marks(self, item: BenchItem, text: str) -> dict[str, float | None]:  # noqa: ARG002 - for those that have rules
        """What rules say of an item's text, which was written and may be empty, whether or not a judge is asked."""
        return {}

    def summarise(self, scored: Sequence[ScoredItem], system: str) -> Summary:  # noqa: ARG002 - for those that compare
        """What it says of a whole run beside the means. `system`: the name under which the run is compared."""
        return Summary()


def open_benchmark(name: str) -> Benchmark:
    """The benchmark of that name, or of `package.module:Class`. Raises InputError for one that is not there or is none."""
    try:
        made = imported(name, BENCHMARKS, "benchmark")()
    except TypeError as error:
        raise InputError(f"benchmark {name}: {error}") from error
    _check(name, made, Benchmark)
    checked: Benchmark = made
    if checked.judging is not None:
        _check(name, checked.judging, Judging)
    return checked


def _check(name: str, found: object, kind: type) -> None:
    """Raises InputError where something of the user's own lacks what is needed of its kind."""
    members = {key for key in (*kind.__annotations__, *vars(kind)) if not key.startswith("_")}
    if lacking := sorted(members - {*dir(found)}):
        raise InputError(
            f"benchmark {name}: {found!r:.60} lacks {', '.join(lacking)}; "
            f"its class should be a subclass of {kind.__module__}.{kind.__name__}"
        )


def need_data(data: str | None, benchmark: Benchmark) -> str:
    """The data that the user named. Raises InputError where there is none."""
    if not data:
        raise InputError(f"{benchmark.title} needs --data PATH or hub:OWNER/NAME: {benchmark.data}")
    return data


def unique(found: Iterable[tuple[str, BenchItem]], source: object) -> list[BenchItem]:
    """The items, given with their places. Raises InputError where an id stands twice, cannot be one, or there are none."""
    items: dict[str, str] = {}
    kept = []
    for where, item in found:
        check_id(item.id, where)
        if item.id in items:
            raise InputError(f"{where}: the id {item.id!r} stands twice, first at {items[item.id]}")
        items[item.id] = where
        kept.append(item)
    if not kept:
        raise InputError(f"{source}: no rows in it")
    return kept


def language_of(tag: object, prompt: str, where: str) -> str:
    """The code of a file's tag, else of the prompt. Raises InputError for a tag that names no language."""
    if tag is None or tag == "":
        return language(prompt)
    name = str(tag).strip().lower()
    code = LANGUAGES.get(name) or re.split(r"[-_]", name)[0]
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise InputError(f"{where}: unknown language {tag!r}; expected a code such as en or zh")
    return code
