"""A plan's line made backwards from a piece of a draft, by rules alone: one of its own sentences."""

import math
import re
from collections import Counter
from collections.abc import Iterator

from longwriter.readers.clean import without_markdown
from longwriter.text import count_words, each_word, head_words, is_cjk, sentence_ends

MOST_WORDS = 30
LEAST_WORDS = 6
"""Of a sentence that can stand for a piece; a shorter one stands only for a piece without others."""
LOOKED_AT = 30_000
"""Characters from a piece's beginning that its sentences are taken from."""
_NO_PROSE = re.compile(r"\s*(?:#|\||```|~~~|\[\^|!\[|<|[-*+]\s|\d+[.)]\s|(?:[*_-] ?){3,}$)")
_NOTE = re.compile(r"\[\^[^\]\s]+\]")
_SPOKEN = re.compile(r"[\"“«„「『]|^\s*[—–-]", re.MULTILINE)
_PARAGRAPH = re.compile(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)")
NAME = 3
"""How much a word with a capital inside a sentence counts for one without."""


def point(text: str, language: str) -> str:
    """At most `MOST_WORDS` words in one line, "" for a piece without any; `language` as `tongue` says.

    The sentence with the most of the names and words that the piece has often, outside of talk; else its first words.
    """
    blocks = [_prose(block) for block in _PARAGRAPH.split(text[:LOOKED_AT])]
    told = [block for block in blocks if block and not _SPOKEN.search(block)] or [block for block in blocks if block]
    often = Counter(word.casefold() for block in blocks for word in _content(block, language))
    best, worth = "", 0.0
    for block in told:
        for sentence in _sentences(block):
            words = count_words(sentence)
            if LEAST_WORDS <= words <= MOST_WORDS and not sentence.endswith(("?", "？", ":", "：")):
                own = sum(_worth(word, often) for word in set(_content(sentence, language))) / math.sqrt(words)
                best, worth = (sentence, own) if own > worth else (best, worth)
    return best or head_words(" ".join(told), MOST_WORDS).strip()


def _worth(word: str, often: Counter[str]) -> int:
    return (often[word.casefold()] - 1) * (NAME if word[0].isupper() else 1)


def _prose(text: str) -> str:
    """The running text of a block, in one line."""
    kept = [line for line in text.splitlines() if not _NO_PROSE.match(line)]
    return " ".join(_NOTE.sub("", without_markdown("\n".join(kept))).replace("\ufeff", "").split())


def _sentences(prose: str) -> Iterator[str]:
    start = 0
    for end in sentence_ends(prose):
        if sentence := prose[start:end].strip():
            yield sentence
        start = end


def _content(text: str, language: str) -> Iterator[str]:
    """What a text is about: its words of five letters and more, or pairs of characters."""
    before = ""
    for word in each_word(text):
        if is_cjk(word[0]):
            if before:
                yield before + word
            before = word
        else:
            before = ""
            if len(word) >= (3 if language in ("ko", "ar", "he") else 5):
                yield word
