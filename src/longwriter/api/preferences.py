"""How often a reward model or a judge prefers what people preferred, on a file of pairs."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from longwriter.bench.preferences.report import PreferenceReport
from longwriter.bench.preferences.run import preference_settings, run_preferences
from longwriter.bench.run import Runtime
from longwriter.data.dataset import read_rows
from longwriter.errors import InputError
from longwriter.rewards.base import RewardSettings
from longwriter.rewards.preference.pair import PreferencePair, as_pair


class PairFile(NamedTuple):
    """The pairs of a file."""

    pairs: list[PreferencePair]
    """Their ids are the numbers of their rows, from 1."""
    left_out: Mapping[str, int]
    """Rows that are no pairs, by reason."""


def read_pairs(path: str) -> PairFile:
    """The pairs of a file, a folder or hub:OWNER/NAME, in the forms of `rewards.preference.pair`. Raises InputError."""
    pairs, left_out = list[PreferencePair](), Counter[str]()
    for number, row in enumerate(read_rows(path), 1):
        try:
            found = as_pair(row, str(number))
        except InputError as error:
            raise InputError(f"{path} row {number}: {error}") from error
        if isinstance(found, str):
            left_out[found] += 1
        else:
            pairs.append(found)
    if not pairs:
        raise InputError(f"{path}: no pair to compare; rows left out: {dict(left_out)}")
    return PairFile(pairs, dict(left_out.most_common()))


def measure_preferences(
    path: str, rewards: RewardSettings, folder: Path, runtime: Runtime, first: int | None = None
) -> PreferenceReport:
    """Ask the one reward model or judge that `rewards` names about the pairs of a file, or go on with it, and report.

    `first`: of the first so many pairs. Raises LongWriterError; what is done is kept in `folder`.
    """
    read = read_pairs(path)
    settings = preference_settings(path, read.pairs, rewards, first)
    return run_preferences(settings, read.pairs, read.left_out, folder, runtime)
