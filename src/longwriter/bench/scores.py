"""From a run's folder to its scores, without a model: the same journal gives the same scores.json, byte for byte."""

from pathlib import Path

from pydantic import ValidationError

from longwriter.bench.aggregate import aggregate
from longwriter.bench.benchmarks.base import open_benchmark
from longwriter.bench.records import Scores
from longwriter.bench.settings import BenchSettings, Compat
from longwriter.bench.stored import Stored
from longwriter.config import build, fault, read_text
from longwriter.errors import InputError
from longwriter.journal import Journal
from longwriter.runs.folders import JOURNAL, saved_settings, write_file

SCORES = "scores.json"


def score_run(folder: Path, compat: Compat | None = None) -> Scores:
    """Compute scores.json again (with `compat`, scores.COMPAT.json), write it and return the scores.

    Raises InputError for a folder that is no benchmark run, RunError for one that is damaged.
    """
    stored = stored_of(folder)
    scores = aggregate(stored, open_benchmark(stored.settings.benchmark), compat)
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
            f"{path}: {key + ': ' if key else ''}{reason}; `longwriter bench score` makes it again"
        ) from error


def settings_of(folder: Path) -> BenchSettings:
    """The settings of a run. Raises InputError for a folder that is none."""
    tree = saved_settings(folder)
    if tree.get("kind") != "bench":
        raise InputError(f"{folder} is no run of a benchmark; those have settings.json of kind bench")
    return build(BenchSettings, tree, str(folder))


def stored_of(folder: Path) -> Stored:
    """All that a run holds, read without a lock."""
    return Stored(settings_of(folder), Journal(folder / JOURNAL, read_only=True))
