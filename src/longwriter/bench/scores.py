"""From a run's folder to its scores, without a model: the same journal gives the same scores.json, byte for byte."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from longwriter.bench.aggregate import aggregate
from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.benchmarks.files import whole_characters
from longwriter.bench.judging.judge import TRIES, step_of, tries_of, try_id
from longwriter.bench.records import Item, Judgement, Response, Scores
from longwriter.bench.settings import BenchSettings, Compat
from longwriter.bench.stored import Spent, Stored
from longwriter.config import build, fault, read_text
from longwriter.errors import InputError, RunError
from longwriter.journal import Entry, Journal
from longwriter.runs.folders import JOURNAL, saved_settings, write_file

T = TypeVar("T", Item, Response, Judgement)

SCORES = "scores.json"
MADE, ITEM, WRITE, FAILED = "made", "item", "write", "failed"
"""Kinds of records, with `judge ...` of `judging.judge.step_of`."""
NOT_YET = "not written yet"


class _Failures(NamedTuple):
    """Why items have no result, by step and id."""

    reasons: dict[tuple[str, str], str]

    def of(self, step: str, name: str) -> str:
        return self.reasons.get((step, name), "")


def score_run(folder: Path, compat: Compat | None = None) -> Scores:
    """Compute scores.json anew (with `compat`, scores.COMPAT.json), write and give it.

    Raises InputError for a folder that is no benchmark run, RunError for one that is damaged.
    """
    settings = settings_of(folder)
    scores = aggregate(stored_of(folder), open_benchmark(settings.benchmark), compat)
    name = f"scores.{compat}.json" if compat else SCORES
    write_file(folder / name, scores.model_dump_json(indent=1) + "\n")
    return scores


def read_scores(folder: Path) -> Scores:
    """What scores.json says; `folder` may be the file itself. Raises InputError."""
    path = folder if folder.is_file() else folder / SCORES
    try:
        return Scores.model_validate_json(read_text(path))
    except ValidationError as error:
        key, reason = fault(error, Scores)
        raise InputError(
            f"{path}: {key + ': ' if key else ''}{reason}; `longwriter bench score` makes it anew"
        ) from error


def settings_of(folder: Path) -> BenchSettings:
    """Of a run. Raises InputError for a folder that is none."""
    tree = saved_settings(folder)
    if tree.get("kind") != "bench":
        raise InputError(f"{folder} is no run of a benchmark; those have settings.json of kind bench")
    return build(BenchSettings, tree, str(folder))


def stored_of(folder: Path) -> Stored:
    """All that a run holds, read without a lock."""
    return load(Journal(folder / JOURNAL, read_only=True), settings_of(folder))


def responses_of(folder: Path) -> dict[str, Response]:
    """Every item's response, failures too, by id."""
    return stored_of(folder).responses


def items_of(folder: Path) -> dict[str, Item]:
    """What was asked, by id."""
    return stored_of(folder).items


def load(entries: Iterable[Entry], settings: BenchSettings) -> Stored:
    """The records of a journal. Replies of other judges than the settings' are left aside."""
    step = step_of(settings.judge) if settings.judge else ""
    made: dict[str, object] = {}
    items: dict[str, Item] = {}
    failures = _Failures({})
    written: dict[str, dict[str, object]] = {}
    judged: dict[tuple[str, int], dict[str, object]] = {}
    for entry in entries:
        if entry.kind == MADE and entry.data.get("step", step) == step:
            before = "judge_" if "step" in entry.data else ""
            made |= {before + key: value for key, value in entry.data.items() if key != "step"}
        elif entry.kind == ITEM:
            item = _record(Item, entry.data)
            items[item.id] = item
        elif entry.kind == FAILED:
            failures.reasons[str(entry.data["step"]), str(entry.data["id"])] = str(entry.data["reason"])
        elif entry.kind == WRITE:
            written[str(entry.data["id"])] = _result(entry)
        elif entry.kind == step:
            judged[tries_of(str(entry.data["id"]))] = _result(entry)
    responses = {name: _response(name, written.get(name), failures) for name in items}
    asked = dict.fromkeys(name for name, _ in judged)
    asked |= dict.fromkeys(tries_of(name)[0] for kind, name in failures.reasons if kind == step)
    judgements = {name: _judgement(name, judged, failures, step) for name in asked}
    thinking = frozenset(name for name, result in written.items() if result["thinking"])
    return Stored(settings, made, items, responses, judgements, thinking, _spent([*written.values(), *judged.values()]))


def _result(entry: Entry) -> dict[str, object]:
    result = entry.data["result"]
    if not isinstance(result, dict):
        raise RunError(f"record {entry.n} of the journal holds no result")
    return result


def _response(name: str, result: dict[str, object] | None, failures: _Failures) -> Response:
    if result is None:
        return Response(id=name, failure=failures.of(WRITE, name) or NOT_YET)
    known = {key: value for key, value in result.items() if key in Response.model_fields}
    return _record(Response, known | {"text": whole_characters(str(known["text"]))})


def _judgement(
    name: str, judged: dict[tuple[str, int], dict[str, object]], failures: _Failures, step: str
) -> Judgement:
    """All tries of a question, and why there is no more than these."""
    replies: list[object] = []
    for attempt in range(TRIES):
        said = judged.get((name, attempt), {}).get("replies", [])
        assert isinstance(said, list)
        replies += said
    failure = failures.of(step, try_id(name, len(replies)))
    return _record(Judgement, {"id": name, "replies": replies, "failure": failure})


def _record(kind: type[T], data: dict[str, object]) -> T:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        key, reason = fault(error, kind)
        raise RunError(f"the journal holds a record that this version cannot read: {key}: {reason}") from error


def _spent(results: list[dict[str, object]]) -> Spent:
    """Sums over all results; a cost is unknown where one of them is."""
    sums: Spent = {}
    for key in ("calls", "prompt_tokens", "completion_tokens", "seconds"):
        sums[key] = round(sum(float(str(r[key])) for r in results if r.get(key) is not None), 3)
    costs = [r["cost"] for r in results]
    sums["cost"] = None if None in costs else round(sum(float(str(cost)) for cost in costs), 6)
    return sums
