"""How runs differ on the same items: paired bootstrap, metric by metric.

Pairing takes out what an item does to every system, so that a difference can be sure where two intervals still overlap.
Only items where both runs have a value count. p-values stand for one question each: of twenty metrics, one falls
below 0.05 by chance.
"""

import json
from collections.abc import Mapping, Sequence

from longwriter.bench.records import ItemScore, Scores
from longwriter.bench.stats.bootstrap import paired
from longwriter.errors import InputError
from longwriter.types import Record

NAMED = 5
"""Items that a message names."""
JUDGING = ("data_sha256", "judge_prompt_sha256", "judge_temperature", "judge_max_tokens")
"""Settings that should be the same where numbers are compared."""


class MetricComparison(Record):
    """One metric of one run against the first."""

    metric: str
    run: str
    base: str
    value: float | None
    """Mean of `run` over the pairs; so is `base_value`."""
    base_value: float | None
    difference: float | None
    """`run` minus `base`: positive where `run` is higher."""
    low: float | None
    high: float | None
    p: float | None
    n: int
    """Pairs."""
    left_out: int
    """Items without a value in one of the two."""


def compare(
    names: Sequence[str], scores: Sequence[Scores], *, common: bool = False, seed: int = 0
) -> list[MetricComparison]:
    """Every later run against the first, by metric in the first run's order.

    `common`: only items that all have, where they differ. Raises InputError for fewer than two runs, for different
    benchmarks, and for different items, naming them.
    """
    if len(scores) < 2:
        raise InputError("nothing to compare with: give at least two runs")
    same_benchmark(names, scores)
    tables = [{item.id: item for item in own.items} for own in scores]
    ids = _ids(names, tables, common)
    known = {key for own in scores for item in own.items for key in item.scores}
    keys = list(dict.fromkeys(key for own in scores for key in own.metrics if key in known))
    out = []
    for key in keys:
        first = [tables[0][id].scores.get(key) for id in ids]
        for name, table in zip(names[1:], tables[1:], strict=True):
            other = [table[id].scores.get(key) for id in ids]
            found = paired(other, first, seed)
            both = [(a, b) for a, b in zip(other, first, strict=True) if a is not None and b is not None]
            means = [sum(side) / len(both) for side in zip(*both, strict=True)] or [None, None]
            out.append(
                MetricComparison(
                    metric=key, run=name, base=names[0], value=means[0], base_value=means[1], difference=found.mean,
                    low=found.low, high=found.high, p=found.p, n=found.n, left_out=len(ids) - found.n,
                )
            )  # fmt: skip
    return out


def labels(folders: Sequence[str], scores: Sequence[Scores]) -> list[str]:
    """Names of runs: their systems', with the folder's where systems share one. Raises InputError for a run given twice."""
    twice = next((folder for n, folder in enumerate(folders) if folder in folders[:n]), None)
    if twice is not None:
        raise InputError(f"{twice} is given twice")
    systems = [own.system for own in scores]
    return [s if systems.count(s) == 1 else f"{s} ({folder})" for s, folder in zip(systems, folders, strict=True)]


def same_benchmark(names: Sequence[str], scores: Sequence[Scores]) -> None:
    """Raises InputError that says which runs are of which benchmark."""
    for name, own in zip(names, scores, strict=True):
        if own.benchmark != scores[0].benchmark:
            raise InputError(
                f"{names[0]} is of {scores[0].benchmark}, {name} of {own.benchmark}; give runs of one benchmark"
            )


def _ids(names: Sequence[str], tables: Sequence[Mapping[str, ItemScore]], common: bool) -> list[str]:
    """Items that all runs have, in the first run's order."""
    for name, table in zip(names[1:], tables[1:], strict=True):
        if not common and table.keys() != tables[0].keys():
            alone = [f"{_some(sorted(a.keys() - b.keys()))} only in {who}" for a, b, who in
                     ((tables[0], table, names[0]), (table, tables[0], name)) if a.keys() - b.keys()]  # fmt: skip
            raise InputError(f"different items: {'; '.join(alone)}; --common compares on those that all have")
        for id in (id for id in tables[0] if id in table):
            if (tables[0][id].required, tables[0][id].language) != (table[id].required, table[id].language):
                raise InputError(f"item {id} is another in {name} than in {names[0]}: other length or language")
    ids = [id for id in tables[0] if all(id in table for table in tables)]
    if not ids:
        raise InputError(f"{', '.join(names)} have no item in common")
    return ids


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return f"{', '.join(ids[:NAMED])}{more}"


def cautions(names: Sequence[str], scores: Sequence[Scores]) -> list[str]:
    """Why numbers of these runs may not mean the same: other judge, other counting, other settings of judging."""
    out = []
    for name, own in zip(names[1:], scores[1:], strict=True):
        first = scores[0]
        for what, here, there in (("judge", own.judge, first.judge), ("counting", own.compat, first.compat)):
            if here != there:
                out.append(f"{what} differs: {names[0]} {there or 'none'}, {name} {here or 'none'}")
        old, new = flat(first.settings), flat(own.settings)
        keys = [key for key in sorted(old.keys() & new.keys()) if old[key] != new[key] and key in JUDGING]
        if keys:
            out.append(f"settings differ between {names[0]} and {name}: {', '.join(keys)}")
    return out


def flat(tree: Mapping[str, object], before: str = "") -> dict[str, str]:
    """Values of settings by dotted key, as text."""
    out: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            out |= flat(value, f"{before}{key}.")
        elif isinstance(value, str):
            out[before + key] = value
        else:
            out[before + key] = "none" if value is None else json.dumps(value, ensure_ascii=False)
    return out
