"""What a picture of the report is: SVG, and what stands for it where none can be seen."""

from collections.abc import Sequence
from typing import NamedTuple

from longwriter.bench.records import Scores

MEANINGS = {
    "repetition": "share of runs of words that stood earlier; rises where a text decays",
    "new_pairs": "share of pairs of words that are new; falls where a text decays",
    "new_words": "new words, against the same words in random order; falls below 1 where a text decays",
    "sentence_words": "words of a sentence",
    "sentence_spread": "how much the length of sentences varies",
    "paragraph_words": "words of a paragraph",
    "dialogue": "share of words in dialogue",
    "structured": "share of words in headings, lists and tables",
    "foreign": "share of words in another script or language than the beginning's; rises where a text drifts",
    "known_names": "share of names that stood earlier",
    "kept_names": "share of names that come again; falls where people are forgotten",
    "number_conflicts": "counts of the same things that disagree, for 1,000 words",
    "ends_complete": "share of texts whose last sentence is complete",
    "cut_off": "share of texts that stop inside a sentence",
}
"""What is measured along and in texts (`bench.along`), for a person."""


class Shown(NamedTuple):
    """A run under the name that tells it from the others."""

    name: str
    scores: Scores


class Picture(NamedTuple):
    """One picture and what stands for it where none can be seen."""

    file: str
    """Name without ending."""
    title: str
    body: str
    """SVG, `WIDTH` wide."""
    height: float
    systems: tuple[tuple[int, str], ...]
    """Places and names of the runs in it: the legend."""
    told: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def group(system: int, body: str) -> str:
    """Parts in the colour and dash of a system."""
    return f'<g class="c{system}">{body}</g>'


def legend(places: Sequence[int], runs: Sequence[Shown]) -> tuple[tuple[int, str], ...]:
    """Which runs are in a picture, by their places."""
    return tuple((place, runs[place].name) for place in places)
