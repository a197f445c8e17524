"""Other lines for one section of a plan, by rules: other keywords of the section, or the gist of one of its sentences.

A line tells what a section is about and does not quote it: five words of the section in a row make the text likelier than any
plan, and would teach a model to write its text twice.
"""

import random
from collections.abc import Iterator, Sequence

from longwriter.text import count_words, each_word, sentence_ends
from longwriter.types import Section
from longwriter.writer.section.cover import content_words

QUOTED = 5
"""So many words in a row, as the section has them, are a quotation; of Chinese, twice as many characters."""
LINE_WORDS = 24
"""Most words of a point; more say what the section says, in place of what it is about."""
MOST_TERMS = 8
"""Most keywords of a point."""
GIST_WORDS = 12
"""Most content words of a sentence's gist."""
FEWEST_WORDS = 4
"""A sentence of fewer content words has no gist."""


def usable(line: Section, text: str, language: str) -> bool:
    """Whether a line may stand for a section: short enough, no quotation."""
    scale = 2 if language == "zh" else 1
    there = set(_runs(text, scale * QUOTED))
    quoted = any(words in there for said in (line.title, line.point) for words in _runs(said, scale * QUOTED))
    return count_words(line.point) <= scale * LINE_WORDS and not quoted


def proposals(line: Section, text: str, terms: Sequence[str], language: str, rng: random.Random) -> Iterator[Section]:
    """Lines that differ from `line`, without end unless there is nothing to draw from; by turns keywords and gists."""
    gists = [] if language == "zh" else [gist for s in _sentences(text) if (gist := gist_of(s))]
    while terms or gists:
        if terms:
            yield line.model_copy(update={"point": _other_terms(line.point, terms, language, rng)})
        if gists:
            yield line.model_copy(update={"point": rng.choice(gists)})


def _other_terms(point: str, terms: Sequence[str], language: str, rng: random.Random) -> str:
    """The point with one keyword more, one less or another one; any keywords, in the text's order, where it has none."""
    comma = "、" if language == "zh" else ", "
    now = [term for term in terms if term in point.split(comma)]
    left = [term for term in terms if term not in now]
    if not now:
        now = rng.sample(terms, min(len(terms), rng.randint(2, MOST_TERMS)))
    else:
        out, into = rng.random() < 0.5 or not left or len(now) >= MOST_TERMS, rng.random() < 0.7 and bool(left)
        if out and len(now) > 1:
            now.remove(rng.choice(now))
        if into or not out:
            now.append(rng.choice(left or terms))
    return comma.join(dict.fromkeys(term for term in terms if term in now))


def gist_of(sentence: str) -> str:
    """A sentence's content words in their order: "keeper climbed stair, lit lamp"; "" for one that has few."""
    clauses = [" ".join(content_words(clause).values()) for clause in sentence.replace(";", ",").split(",")]
    words = " , ".join(filter(None, clauses)).split()[: GIST_WORDS + 2]
    gist = " ".join(words).replace(" , ", ", ").rstrip(" ,")
    return gist if len(gist.split()) >= FEWEST_WORDS else ""


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in [*sentence_ends(text), len(text)]:
        yield text[start:end]
        start = end


def _runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = [word.casefold() for word in each_word(text)]
    return (tuple(words[i : i + length]) for i in range(len(words) - length + 1))
