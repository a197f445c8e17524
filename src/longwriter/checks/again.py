"""What `repetition` and the measures along a text say to a person: passages that come again, stretches in another language.

Figures of the measures are those of the whole text that a person can read alone: `docs/checks.md` says what each is.
"""

import re
from collections.abc import Iterator

import numpy as np

from longwriter.checks.along.measures import measures_of
from longwriter.checks.checked import Checked, CheckedText
from longwriter.checks.finding import TextFinding
from longwriter.language import NAMES, tongue
from longwriter.text import CJK_CHARACTER

LEAST_COPIED, LEAST_REPHRASED = 15, 40
"""Words of a passage that is reported, word for word or in other words: shorter ones are refrains and things said again in
talk, and count in the figure alone."""
FIGURES = (
    "dialogue",
    "sentence_words",
    "sentence_spread",
    "paragraph_words",
    "foreign",
    "kept_names",
    "number_conflicts",
)
LEAST_FOREIGN = 20
"""Words of a line that is in another language."""
MOST_SHOWN = 20
"""Lines in another language that are reported one by one."""


def check_repetition(asked: CheckedText) -> Checked:
    """Passages that say again what stood earlier, and the share of the text that does."""
    found = asked.repetition
    starts, hashes = asked.words.starts, asked.words.hashes
    reported = []
    for passage in found.passages:
        ends = passage.start, passage.end, passage.earlier_start, passage.earlier_end
        first, behind, earlier, earlier_behind = np.searchsorted(starts, ends).tolist()
        words = behind - first
        copied = np.array_equal(hashes[first:behind], hashes[earlier:earlier_behind])
        if words < (LEAST_COPIED if copied else LEAST_REPHRASED) or passage.earlier_end > passage.start:
            continue
        how = "word for word" if copied else "in other words"
        message = f"{words} words say again, {how}, what stood earlier"
        places = [(passage.earlier_start, passage.earlier_end), (passage.start, passage.end)]
        reported.append(asked.finding("repetition", "passage", places, message))
    return Checked(reported, {"repeated_share": round(found.share, 4)})


def check_along(asked: CheckedText) -> Checked:
    """Figures alone: names that come back, numbers, sentences, dialogue."""
    whole = measures_of(asked.words, asked.tongues).whole
    return Checked((), {"words": len(asked.words.starts)} | {name: _rounded(whole[name]) for name in FIGURES})


_HAN = CJK_CHARACTER.pattern
_TOUCHING = re.compile(rf"(?<!{_HAN})(?:(?<=[^\W\d_]){_HAN}++|{_HAN}++(?=[^\W\d_]))")
WITH_CHARACTERS = frozenset(["zh", "ja", "ko", ""])
"""Languages whose texts may join these characters to letters (進K學堂), and a language that is not known."""


def check_language(asked: CheckedText) -> Checked:
    """Lines in another language than the text began in; Chinese or Japanese characters that touch letters of another script."""
    words, spoken = asked.words, asked.tongues
    if not len(words.starts):
        return Checked()
    lines = int(words.line[-1]) + 1
    counted = np.bincount(words.line[spoken.counted], minlength=lines)
    foreign = np.bincount(words.line[spoken.counted & spoken.foreign], minlength=lines)
    reported = []
    for line in np.flatnonzero((counted >= LEAST_FOREIGN) & (2 * foreign > counted)).tolist():
        first, behind = np.searchsorted(words.line, [line, line + 1]).tolist()
        start, end = int(words.starts[first]), int(words.ends[behind - 1])
        spoken_here = tongue(asked.text[start:end])
        if spoken_here and spoken_here != (asked.tongues.home or asked.language):
            message = f"{behind - first} words in {NAMES[spoken_here][0]}, in which the text did not begin"
            reported.append(asked.finding("language", "foreign", [(start, end)], message))
    return Checked([*reported, *_slipped(asked)][:MOST_SHOWN])


def _slipped(asked: CheckedText) -> Iterator[TextFinding]:
    """Characters that a model slipped into: "the Victorian街景 section"."""
    if asked.language in WITH_CHARACTERS:
        return
    for match in _TOUCHING.finditer(asked.text):
        yield asked.finding("language", "script", [match.span()], f"{match[0]} stands inside a word of another script")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
