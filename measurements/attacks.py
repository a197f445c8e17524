"""Texts of which a half is no news, as a model would write them to reach a length: what the repetition factor has to catch."""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from longwriter.checks.repetition.overlap import FUNCTION_WORDS
from longwriter.text import count_words, sentence_ends, words_of

FILLER = (
    "It is important to note that {0} plays a crucial role in this context.",
    "Moreover, the significance of {0} and {1} cannot be overstated.",
    "As we delve deeper into {0}, new layers of meaning continue to unfold.",
    "In conclusion, {0} remains a testament to the enduring power of {1}.",
    "Furthermore, it is worth considering how {0} shapes our understanding of {1}.",
    "The rich tapestry of {0} invites us to reflect on the journey ahead.",
    "Ultimately, {0} reminds us that every challenge is also an opportunity.",
    "On the other hand, {0} must be weighed with care against {1}.",
)
SWAPS = {
    "the": "that", "a": "some", "an": "some", "and": "then", "but": "though", "of": "from", "in": "within", "on": "upon",
    "to": "toward", "was": "had been", "were": "had been", "is": "seems", "he": "this one", "she": "this one", "it": "that",
    "with": "alongside", "at": "by", "for": "as", "that": "which", "his": "their", "her": "their", "had": "has",
}  # fmt: skip


def _inflected(word: str, rng: random.Random) -> str:
    for ending in ("ing", "ed", "s", "e"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            word = word[: -len(ending)]
            break
    return word + rng.choice(["s", "ed", "ing"])


class Language(NamedTuple):
    """What attacks have to know of a language."""

    words: Callable[[str], list[str]]
    is_function: Callable[[str], bool]
    """Whether a word in small letters says nothing alone."""
    letters: int
    """Of a content word at least; a topic has one more."""
    inflected: Callable[[str, random.Random], str]
    """Gives a word another ending."""
    swaps: Mapping[str, str]
    """Function words for function words."""
    filler: Sequence[str]
    """Stock sentences with places for two topics."""
    clause_end: re.Pattern[str]
    comma: str
    """Between clauses."""
    blank: str
    """Between words and between sentences."""
    stop: str


ENGLISH = Language(
    words=words_of,
    is_function=FUNCTION_WORDS.__contains__,
    letters=4,
    inflected=_inflected,
    swaps=SWAPS,
    filler=FILLER,
    clause_end=re.compile(r"[,;:]\s+"),
    comma=" ",
    blank=" ",
    stop=".",
)


class Host(NamedTuple):
    """An honest text to be attacked."""

    text: str
    others: Sequence[str]
    """Content words of other texts: to a counter, what synonyms look like."""
    rng: random.Random
    language: Language = ENGLISH


Attack = Callable[[Host], str]
"""Gives the text of which about half is attack."""


def sentences_of(text: str) -> list[str]:
    """Sentences with the blanks that end them."""
    ends = [0, *sentence_ends(text), len(text)]
    return [text[a:b] for a, b in pairwise(ends) if text[a:b].strip()]


def copy(host: Host) -> str:
    """Passages of three paragraphs once more, in another order."""
    paragraphs = host.text.split("\n\n")
    passages = ["\n\n".join(paragraphs[i : i + 3]) for i in range(0, len(paragraphs), 3)]
    return "\n\n".join([host.text, *host.rng.sample(passages, len(passages))])


def scattered(host: Host) -> str:
    """After every sentence of the second half two that stood in the first, from anywhere."""
    sentences, blank = sentences_of(host.text), host.language.blank
    half = len(sentences) // 2
    later = [s + blank + host.rng.choice(sentences[:half]).strip() for s in sentences[half:]]
    later = [s + blank + host.rng.choice(sentences[:half]).strip() for s in later]
    return "".join(sentences[:half]) + "".join(later)


def _again(host: Host, sentences: Sequence[str]) -> str:
    return host.text + "\n\n" + host.language.blank.join(sentences)


def shuffled_sentences(host: Host) -> str:
    """All sentences once more, in another order."""
    sentences = [s.strip() for s in sentences_of(host.text)]
    return _again(host, host.rng.sample(sentences, len(sentences)))


def shuffled_words(host: Host) -> str:
    """Each sentence once more with its words in another order."""
    say, again = host.language, []
    for sentence in sentences_of(host.text):
        words = say.words(sentence)
        again.append(say.blank.join(host.rng.sample(words, len(words))) + say.stop)
    return _again(host, again)


def rephrased(host: Host, part: float = 1 / 3) -> str:
    """The sentences in light rewording, in order.

    Function words change, `part` of the content words give way to words that share no letter with them (`others`),
    a quarter of the rest is inflected, and clauses change places.
    """
    say, made = host.language, []
    for sentence in sentences_of(host.text):
        clauses = say.clause_end.split(sentence.strip())
        said = [
            say.blank.join(_reworded(word, host, part) for word in say.words(clause))
            for clause in clauses[1:] + clauses[:1]
        ]
        made.append(say.comma.join(filter(None, said)) + say.stop)
    return say.blank.join(made)


def _reworded(word: str, host: Host, part: float) -> str:
    say, low = host.language, word.lower()
    if say.is_function(low):
        return say.swaps.get(low, low)
    if host.rng.random() < part:
        return host.rng.choice(host.others)
    return say.inflected(low, host.rng) if host.rng.random() < 0.25 and len(low) >= say.letters else word


def rephrase(host: Host) -> str:
    """The text, then all of it in light rewording."""
    return host.text + "\n\n" + rephrased(host)


def rephrase_half(host: Host) -> str:
    """The same with half of the content words replaced: no longer light."""
    return host.text + "\n\n" + rephrased(host, 0.5)


def rephrase_shuffled(host: Host) -> str:
    """The text, then its reworded sentences in another order."""
    sentences = sentences_of(rephrased(host))
    return _again(host, [s.strip() for s in host.rng.sample(sentences, len(sentences))])


def _stock_sentence(host: Host, topics: Sequence[str]) -> str:
    return host.rng.choice(host.language.filler).format(*host.rng.sample(topics, 2))


def filler(host: Host) -> str:
    """The text, then as many words of eight stock sentences with the text's own words put in."""
    topics = _topics(host, 12)
    made, count = [], count_words(host.text)
    while count > 0:
        made.append(_stock_sentence(host, topics))
        count -= count_words(made[-1])
    return _again(host, made)


def padded(host: Host) -> str:
    """A stock sentence or two after every sentence."""
    topics = _topics(host, 12)
    made = []
    for sentence in sentences_of(host.text):
        made.append(sentence)
        count = count_words(sentence)
        while count > 0:
            made.append(host.language.blank + _stock_sentence(host, topics))
            count -= count_words(made[-1])
    return "".join(made)


def keywords(host: Host) -> str:
    """The text, then as many words of sentences made of its thirty commonest content words."""
    say, topics = host.language, _topics(host, 30)
    made, count = [], count_words(host.text)
    while count > 0:
        size = host.rng.randint(6, 14)
        made.append(say.blank.join(host.rng.choices(topics, k=size)).capitalize() + say.stop)
        count -= count_words(made[-1])
    return _again(host, made)


def loop(host: Host) -> str:
    """The text's first half, then its last paragraph again and again."""
    paragraphs = host.text.split("\n\n")
    half = paragraphs[: (len(paragraphs) + 1) // 2]
    times = max(1, sum(map(len, half)) // max(1, len(half[-1])))
    return "\n\n".join([*half, *half[-1:] * times])


def _topics(host: Host, count: int) -> list[str]:
    """Its commonest content words of a letter more than the shortest."""
    words = content_words(host.text, host.language, host.language.letters + 1)
    order: dict[str, int] = {}
    for word in words:
        order[word] = order.get(word, 0) + 1
    return sorted(order, key=lambda word: (-order[word], word))[:count]


def content_words(text: str, language: Language, letters: int) -> list[str]:
    """Its content words of `letters` and more, in small letters, as often as they stand there."""
    words = [word.lower() for word in language.words(text)]
    return [word for word in words if len(word) >= letters and not language.is_function(word)]


ATTACKS: dict[str, Attack] = {
    "copied passages": copy,
    "scattered copies of sentences": scattered,
    "sentences shuffled": shuffled_sentences,
    "words shuffled inside sentences": shuffled_words,
    "lightly rephrased (1/3 replaced)": rephrase,
    "rephrased and shuffled": rephrase_shuffled,
    "heavily rephrased (1/2 replaced)": rephrase_half,
    "filler loop": filler,
    "filler between sentences": padded,
    "keyword stuffing": keywords,
    "last paragraph looped": loop,
}
