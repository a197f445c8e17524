"""The benchmarks by name. One is one file with one class that follows `Benchmark`, and one line here."""

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from longwriter.bench.records import Item
from longwriter.errors import InputError
from longwriter.text import language

BENCHMARKS = {  # name -> module and class, imported when used
    "longbench-write": "longwriter.bench.benchmarks.longbench_write:LongBenchWrite",
    "longwrite-ruler": "longwriter.bench.benchmarks.longwrite_ruler:LongWriteRuler",
    "writingbench": "longwriter.bench.benchmarks.writingbench:WritingBench",
    "arena-write": "longwriter.bench.benchmarks.arena_write:ArenaWrite",
    "writer-mini": "longwriter.bench.benchmarks.writer_mini:WriterMini",
}
ID = re.compile(r"\w[\w.-]{0,79}")
"""What may name a folder everywhere."""
LANGUAGES = {"english": "en", "英文": "en", "英语": "en", "cn": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh"}
"""Names that files give to languages, beside codes such as en, zh and zh-CN."""


class Data(NamedTuple):
    """What a benchmark asks."""

    items: list[Item]
    files: tuple[Path, ...]
    """What they were read from."""


class Benchmark(Protocol):
    """A benchmark. Its class takes no arguments."""

    title: str
    """For people."""
    judging: str
    """Key of `judging.JUDGINGS`; "" where no judge is asked."""
    data: str
    """What `--data` takes; "" where it may be left out."""
    judge_temperature: float
    """Of its public script, where that is known."""
    judge_max_tokens: int | None

    def read(self, data: str | None) -> Data:
        """Its items. Raises InputError naming file, line and key."""
        ...


def open_benchmark(name: str) -> Benchmark:
    """The benchmark of that name, or of `package.module:Class`. Raises InputError for one that is not there."""
    if name not in BENCHMARKS and ":" not in name:
        raise InputError(
            f"no benchmark is called {name!r}; there are {', '.join(BENCHMARKS)}, and your own by package.module:Class"
        )
    module, _, attribute = BENCHMARKS.get(name, name).partition(":")
    try:
        made = getattr(import_module(module), attribute)
    except (ModuleNotFoundError, AttributeError, ValueError) as error:
        if name in BENCHMARKS:
            raise
        raise InputError(f"benchmark {name}: {error}; it is imported as any Python module is (PYTHONPATH)") from error
    return cast(Benchmark, made())


def need_data(data: str | None, benchmark: Benchmark) -> str:
    """Raises InputError where the user named no data."""
    if not data:
        raise InputError(f"{benchmark.title} needs --data PATH or hub:OWNER/NAME: {benchmark.data}")
    return data


def unique(found: Iterable[tuple[str, Item]], source: object) -> list[Item]:
    """The items, given with their places. Raises InputError where an id stands twice, cannot be one, or there are none."""
    items: dict[str, str] = {}
    kept = []
    for where, item in found:
        if not ID.fullmatch(item.id):
            raise InputError(f"{where}: {item.id!r} cannot be an id; use letters, digits, - . and _, 80 at most")
        if item.id in items:
            raise InputError(f"{where}: the id {item.id!r} stands twice, first at {items[item.id]}")
        items[item.id] = where
        kept.append(item)
    if not kept:
        raise InputError(f"{source}: no rows in it")
    return kept


def language_of(tag: object, prompt: str, where: str) -> str:
    """Of a file's tag, else of the prompt. Raises InputError for a tag that names no language."""
    if tag is None or tag == "":
        return language(prompt)
    name = str(tag).strip().lower()
    code = LANGUAGES.get(name) or re.split(r"[-_]", name)[0]
    if not re.fullmatch(r"[a-z]{2,3}", code):
        raise InputError(f"{where}: unknown language {tag!r}; expected a code such as en or zh")
    return code
