"""How other writers of a language write: shipped statistics, no text. Made by `measurements/style_reference.py`.

A language without such a file is measured by its sample alone; nothing is then said about others.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.reading import Hashes, Ints, hashes_of, read
from longwriter.checks.style.features import BUCKETS, SCALARS, Floats, StyleCounts, levelled

STEP = 0.1
"""What a step of the stored passages is, in standard deviations."""
_FOLDER = Path(__file__).parent


class StyleReference(NamedTuple):
    """Other writers: what is usual, how far they differ, and passages of theirs as vectors (`vector_of`)."""

    name: str
    """Profiles hold it: they can be compared by the same alone."""
    words: tuple[str, ...]
    """The most frequent words of the language, names left out."""
    mean: Floats
    deviation: Floats
    passages: dict[int, Floats]
    """Words of a passage -> one row a passage, in standard deviations from the mean."""


@cache
def reference_of(language: str) -> StyleReference | None:
    """The writers of a language; None where none are shipped."""
    path = _FOLDER / f"reference_{language}.npz"
    if not language.isalpha() or not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as held:
        passages = {int(key[1:]): held[key] * STEP for key in held.files if key.startswith("p")}
        mean, deviation = held["mean"].astype(np.float64), held["deviation"].astype(np.float64)
        return StyleReference(str(held["name"]), tuple(held["words"].tolist()), mean, deviation, passages)


@cache
def hashes_in_order(words: tuple[str, ...]) -> Hashes:
    """The numbers of single words (`reading.hashes_of`), in their order."""
    reading = read("\n".join(words))
    starts: Ints = np.unique(reading.line, return_index=True)[1]
    if len(starts) != len(words) or len(reading.hashes) != len(words):
        return np.array([hashes_of([word])[0] for word in words], np.uint64)
    return reading.hashes


def vector_of(counts: StyleCounts, words: tuple[str, ...]) -> Floats:
    """A text as numbers: roots of shares of the words, levelled figures (NaN for what is not known), roots of n-grams' shares.

    Roots, as the error of a count is then the same for frequent words and for rare ones.
    """
    shares = counts.shares(hashes_in_order(words))
    return np.concatenate([np.sqrt(shares), levelled(counts.scalars()), np.sqrt(counts.gram_shares())])


def parts(words: int) -> tuple[slice, slice, slice]:
    """Where words, figures and n-grams stand in a vector of so many words."""
    end = words + len(SCALARS)
    return slice(0, words), slice(words, end), slice(end, end + 2 * BUCKETS)
