"""What a candidate for a piece of a section is worth, by rules: the best of several by a small model is a better text.

1 at most. It keeps to its line and to the subject of the whole; it loses by what it says again, by sentences that begin in
lowercase, by one word again and again, by talk of the writing itself, by an end in the middle of a sentence, and by what
is missing of its length. Weights were
found by reading: docs/real.md.
"""

import re
from collections import Counter

from longwriter.checks.repetition.overlap import stem
from longwriter.checks.repetition.repetition import repetition
from longwriter.text import count_words, ends_complete, words_of
from longwriter.writer.reply.about_writing import about_writing
from longwriter.writer.section.cover import content_words, covered, missing_words

LINE, SUBJECT = 0.75, 0.25
"""Parts of the worth."""
AGAIN, SMALL, WORN, SHORT, ABOUT, BROKEN = 2.0, 1.0, 4.0, 1.0, 0.5, 0.5
"""What a full share of each fault takes away."""
USUAL = 0.06
"""Share of a text's words that its most frequent content word may be."""
_FIRST = re.compile(r"(?:\A|[.!?][\"'”’)]*\s|\n)\W*(\w)")
"""The first letter after a mark that ends a sentence, or of a line."""
LEAST_SUBJECT = 2
"""Content words of the subject that one section has to have, as far as so many are wanted."""


def worth(line: str, subject: str, text: str, before: str, ask: int) -> float:
    """The worth of `text` for the plan's `line`. `before`: what stands already; `ask`: words that were asked for."""
    kept = LINE * covered(line, text) + SUBJECT * of_subject(subject, text, before)
    short = max(0.0, 0.5 - count_words(text) / max(1, ask))
    again = repetition(f"{before}\n\n{text}").share
    again += ABOUT / AGAIN * about_writing(text)
    again += BROKEN / AGAIN * (not ends_complete(f"{text.rstrip()}\n"))
    return kept - AGAIN * again - SMALL * small_starts(text) - WORN * worn(text) - SHORT * short


def of_subject(subject: str, text: str, before: str) -> float:
    """How far a text keeps the subject in sight, 0 to 1: words of it that did not stand in `before` are wanted first."""
    wanted = " ".join(missing_words(subject, before)) or subject
    count = len(content_words(wanted))
    return min(1.0, covered(wanted, text) * count / min(count, LEAST_SUBJECT)) if count else 1.0


def small_starts(text: str) -> float:
    """Share of sentences that begin with a small letter, 0 to 1; 0 for scripts without."""
    firsts = _FIRST.findall(text)
    return sum(c.islower() for c in firsts) / len(firsts) if firsts else 0.0


def worn(text: str) -> float:
    """How far the most frequent content word goes beyond the usual, as a share of all words."""
    words = [word.lower() for word in words_of(text)]
    stems = Counter(name for word in words if (name := stem(word)))
    return max(0.0, max(stems.values()) / len(words) - USUAL) if stems else 0.0
