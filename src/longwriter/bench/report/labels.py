"""How numbers and names are shown to a person: on the page, in charts, in the terminal."""

from longwriter.bench.records import Metric
from longwriter.text import is_cjk

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
    "slop": "stock phrases for 1,000 words; rises where a text falls back on them",
    "number_conflicts": "counts of the same things that disagree, for 1,000 words",
    "ends_complete": "share of texts whose last sentence is complete",
    "cut_off": "share of texts that stop inside a sentence",
}
"""What is measured along and in texts (`checks.along`), for a person."""


def fmt(value: float | None) -> str:
    """A score for a table: 77.4, 4.31, 0.052, 12,400; a dash where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    digits = 0 if value == 0 or size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def with_interval(metric: Metric | None) -> str:
    """77.4 (74.1 to 80.2)."""
    if metric is None or metric.low is None or metric.high is None:
        return fmt(metric.value if metric else None)
    return f"{fmt(metric.value)} ({fmt(metric.low)} to {fmt(metric.high)})"


def short(value: float) -> str:
    """A number of words on an axis: 500, 2k, 1.5k."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def shortened(text: str, most: int) -> str:
    """The text in the room of so many letters; a Chinese character takes that of two."""
    room = 0
    for n, char in enumerate(text):
        room += 2 if is_cjk(char) else 1
        if room > most:
            return text[: max(1, n - 1)] + "…"
    return text


def plain(key: str) -> str:
    """A metric's name for a person."""
    return key.removeprefix("quality/")
