"""Whole texts as answers to one request, by rules: the request of keywords, the plan that the text follows."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from longwriter.data.backtranslate.keywords import Keywords, Term, share_out
from longwriter.data.backtranslate.passages import Cutter, near_lengths, round_words
from longwriter.data.backtranslate.records import ChapterText, Triple
from longwriter.data.backtranslate.request_templates import PromptLanguage, request
from longwriter.text import count_words
from longwriter.types import Section

LINE_WORDS = 6
"""Most keywords of a plan line."""
TOPICS = 4
"""Most words that a request names."""


def chat(
    chapter: ChapterText, keywords: Keywords, section_words: tuple[int, int], dropped: Counter[str], rng: random.Random
) -> Iterator[Triple]:
    """One request for the whole text, with the plan that it follows."""
    words = count_words(chapter.text)
    plan = outline(chapter, keywords, section_words, rng)
    best = keywords.of(chapter.text)
    if not plan or not best:
        dropped["no keywords"] += 1
        return
    asked = request(chapter.about, topics_of(best, rng), words, rng)
    yield Triple("chat", asked.text, chapter.text.strip(), words, asked.required, plan, tuple(best[:LINE_WORDS]))


def outline(
    chapter: ChapterText, keywords: Keywords, section_words: tuple[int, int], rng: random.Random
) -> tuple[Section, ...]:
    """The plan that a text follows: its sections, named by keywords of their own, with their true counts.

    A section without a word of its own is taken together with the one before it.
    """
    passages = list(Cutter(chapter.text).run(near_lengths(*section_words, rng)))
    shared = share_out([keywords.of(p.text) for p in passages], LINE_WORDS)
    titles, words = list[tuple[str, str]](), list[int]()
    for passage, terms in zip(passages, shared, strict=True):
        if terms:
            titles.append(title_of(terms, chapter.about.language))
        if terms or not words:
            words.append(0)
        words[-1] += passage.words
    if len(words) > len(titles):  # none before the first that has a word
        words[:2] = [sum(words[:2])]
    return tuple(
        Section(title=title, point=point, words=round_words(n))
        for (title, point), n in zip(titles, words, strict=False)
    )


def title_of(terms: Sequence[Term], language: PromptLanguage = "en") -> tuple[str, str]:
    """Title and point of a plan line: its best word or two, then the others."""
    joint, comma = ("与", "、") if language == "zh" else (" and ", ", ")
    ranked = sorted(terms, key=lambda t: -t.score)
    head = [t.word for t in ranked[: 2 if len(terms) > 2 else 1]]
    return joint.join(w[0].upper() + w[1:] for w in head), comma.join(t.word for t in terms if t.word not in head)


def topics_of(terms: Sequence[Term], rng: random.Random) -> list[str]:
    """What a request names: one to four of the best words, in the order in which they come."""
    best = sorted(terms, key=lambda t: (not t.prominent, -t.score))[: rng.randint(1, TOPICS)]
    return [t.word for t in terms if t in best][:TOPICS]
