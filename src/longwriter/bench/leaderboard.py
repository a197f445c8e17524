"""A file of results that many runs are added to: NAME.jsonl holds the rows, NAME.md shows them as Markdown tables.

The rows are only ever added to. The tables show the last row of each system, judge and counting, the best first; the
others stay in NAME.jsonl. In NAME.md only what stands between two marks is replaced, so that people may write around it.
"""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from longwriter.bench.records import Metric, Scores
from longwriter.bench.stats.compare import flat
from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.jsonl import read_lines
from longwriter.runs.folders import resolved, write_file
from longwriter.types import Record

BEGIN, END = "<!-- leaderboard: made by longwriter, do not edit -->", "<!-- end of leaderboard -->"
HEADLINES = 6
"""Metrics in a row; parts of another metric, such as quality/Clarity, are not."""


class LeaderboardRow(Record):
    """One run."""

    benchmark: str
    system: str
    metrics: dict[str, Metric]
    counts: dict[str, int]
    judge: str | None
    compat: str | None
    date: str
    """When the first command asked this judge, or the run's first; so is the command."""
    command: str
    version: str
    commit: str
    """Commit of the folder where the row was added, or "-"."""

    def same(self, other: "LeaderboardRow") -> bool:
        """Whether both are of one run; the commit is of the day that it was added."""
        return self.model_copy(update={"commit": ""}) == other.model_copy(update={"commit": ""})


def row_of(scores: Scores, commit: str) -> LeaderboardRow:
    """A run as a row."""
    made = {key.rpartition(".")[2]: value for key, value in reversed(flat(scores.settings).items())}
    command = f"longwriter bench {scores.benchmark} --system {scores.system}"
    command += f" --judge {scores.judge}" if scores.judge else ""
    keys = [key for key in scores.metrics if "/" not in key] or list(scores.metrics)
    return LeaderboardRow(
        benchmark=scores.benchmark, system=scores.system, judge=scores.judge, compat=scores.compat, commit=commit,
        metrics={key: scores.metrics[key] for key in keys[:HEADLINES]}, counts=scores.counts,
        date=made.get("judge_date", made.get("date", "-")), version=made.get("version", "-"),
        command=made.get("judge_command", made.get("command", command)),
    )  # fmt: skip


def places(file: Path) -> tuple[Path, Path]:
    """The rows' file and the tables' file, whichever was named. Raises InputError for another ending."""
    if file.suffix not in (".md", ".jsonl"):
        raise InputError(f"{file}: a leaderboard is NAME.md, with NAME.jsonl beside it")
    return file.with_suffix(".jsonl"), file.with_suffix(".md")


def read_rows(file: Path) -> list[LeaderboardRow]:
    """All rows, the oldest first. Raises InputError naming a line that is none, and a table whose rows are gone."""
    path, tables = places(file)
    if not path.exists():
        if tables.exists() and "\n|" in _between(tables)[1]:
            raise InputError(f"{tables} has a table, but {path.name} with its rows is not beside it; put it back")
        return []
    rows = []
    for where, row in read_lines(path):
        try:
            rows.append(LeaderboardRow.model_validate(row))
        except ValidationError as error:
            raise InputError(f"{where}: no row of a leaderboard; nothing was changed") from error
    return rows


def add(file: Path, new: Iterable[LeaderboardRow]) -> list[LeaderboardRow]:
    """Add rows and write the tables again; the rows that were not there yet. One process at a time."""
    path, tables = places(file)
    if not resolved(path).parent.is_dir():
        raise InputError(f"{path.parent} does not exist; make it first")
    with FileLock(path.with_name(f".{path.name}.lock")):
        before, _, after = _between(tables)
        rows = read_rows(file)
        added = []
        for row in new:
            if not any(row.same(other) for other in current(rows)):
                rows.append(row)
                added.append(row)
        if added:
            write_file(path, "".join(row.model_dump_json() + "\n" for row in rows))
        text = f"{before}{BEGIN}\n{tables_of(rows)}{END}{after}"
        if not tables.exists() or tables.read_text("utf-8") != text:
            write_file(tables, text)
    return added


def _between(tables: Path) -> tuple[str, str, str]:
    """What stands before the marks, between and after them. Raises InputError where they are not."""
    if not tables.exists():
        return "# Leaderboard\n\n", "", "\n"
    text = read_text(tables)
    start, end = text.find(BEGIN), text.find(END)
    if start < 0 or end < start:
        raise InputError(f"{tables} has no marks for the tables; add the lines {BEGIN} and {END}, or name another file")
    return text[:start], text[start + len(BEGIN) : end], text[end + len(END) :]


def current(rows: Iterable[LeaderboardRow]) -> list[LeaderboardRow]:
    """The last row of each; by benchmark, the best by `headline` first, those without it after."""
    last = {(row.benchmark, row.system, row.judge, row.compat): row for row in rows}
    heads = {row.benchmark: headline(last.values(), row.benchmark) for row in last.values()}

    def falling(metric: Metric | None) -> float:
        return float("inf") if metric is None or metric.value is None else -metric.value

    def place(row: LeaderboardRow) -> tuple[str, float, float, str]:
        own = next(iter(row.metrics.values()), None)
        return row.benchmark, falling(row.metrics.get(heads[row.benchmark])), falling(own), row.system

    return sorted(last.values(), key=place)


def headline(rows: Iterable[LeaderboardRow], benchmark: str) -> str:
    """The first metric of the row with the most: a run without a judge has fewer, and its S_l is no S of another."""
    own = [row for row in rows if row.benchmark == benchmark]
    return next(iter(min(own, key=lambda row: (-len(row.metrics), row.system)).metrics), "")


def tables_of(rows: Sequence[LeaderboardRow]) -> str:
    """A Markdown table for each benchmark."""
    out = []
    shown = current(rows)
    for benchmark in dict.fromkeys(row.benchmark for row in shown):
        own = [row for row in shown if row.benchmark == benchmark]
        first = headline(own, benchmark)
        keys = sorted(dict.fromkeys(key for row in own for key in row.metrics), key=lambda key: key != first)
        heads = ["system", *keys, "items", "missing", "judge", "date", "commit", "command"]
        lines = [_line(heads), _line(["---", *["---:"] * (len(keys) + 2), *["---"] * 4])]
        for row in own:
            found = list(row.metrics.values())
            items = row.counts.get("items", max((m.n + m.missing for m in found), default=0))
            missing = max((m.missing for m in found), default=0)
            judge = (row.judge or "none") + (f", {row.compat}'s counting" if row.compat else "")
            about = [judge, row.date[:10], row.commit, row.command]
            lines.append(_line([row.system, *(_metric(row.metrics.get(key)) for key in keys), items, missing, *about]))
        out.append(f"\n## {_plain(benchmark)}\n\n" + "".join(lines))
    if not out:
        return "\nNo rows yet.\n\n"
    note = (
        "Best first by the first metric; 95 % intervals over items; missing: text or judgement failed, thus in no mean."
    )
    return "".join(out) + f"\n{note}\n\n"


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |\n"


def _plain(value: object) -> str:
    """Text that neither ends its cell nor is markup."""
    text = escape(" ".join(str(value).split()), quote=False).replace("\\", "\\\\")
    for char in "|`*_[]~":
        text = text.replace(char, f"\\{char}")
    return text


def _metric(metric: Metric | None) -> str:
    if metric is None or metric.value is None:
        return "–"
    if metric.low is None or metric.high is None:
        return f"{metric.value:.2f}"
    return f"{metric.value:.2f} ({metric.low:.2f} to {metric.high:.2f})"
