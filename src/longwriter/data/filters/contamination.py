"""Keeps benchmarks out of training data: finds their prompts in requests, and passages of them in outputs.

1. A request overlaps a benchmark prompt when it holds at least half of that prompt's single words and word pairs. Numbers
   are left out (a changed length hides nothing), and so are pairs and words that any writing request may hold.
   On the 128 distinct prompts of LongBench-Write and LongWrite-Ruler, with one word in ten replaced, the length doubled
   and a greeting added, 99.1 % are found (20 draws); what is missed has fewer than ten words. Of their pairs with each
   other, two on one subject count as the same; of 3,000 paragraphs of books, two ("the history of the Roman Empire").
2. An output overlaps when it holds 13 words in a row of a prompt; shorter prompts whole, from 8 words on.

Words are those of `text.words_of`, without case, so Chinese goes by character.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from longwriter.data.dataset import read_rows
from longwriter.data.instructions import prompt_of
from longwriter.errors import InputError
from longwriter.text import words_of

PASSAGE_WORDS = 13
LEAST_PASSAGE_WORDS = 8
_COMMON = frozenset(
    """
a an the of to in on at by for from with as is are and or but that this it its be i you my me your we us our they their
not no who which what how can could should would will may please help want need write writing written compose create
draft generate give make produce tell story novel essay article paper report guide book text chapter word words
character characters page pages long length about around approximately least more than between total detailed following
based include including must title topic
""".split()  # noqa: SIM905 - readable as a list
) | frozenset(
    "的了是在和与及或我你他她它们这那一不有要请写篇文章字数关于个为以上下左右至少超过内容小说论报告根据主题标目帮生成长本中到"
)
Gram = tuple[str, ...]


class Overlap(NamedTuple):
    """The nearest benchmark prompt."""

    share: float
    """Part of the prompt that was found, 0 to 1."""
    prompt: str


class Benchmarks:
    """The prompts that must stay unseen."""

    def __init__(self, prompts: Iterable[str]) -> None:
        """Index them; memory is about 5 kB a prompt."""
        self.prompts = list(dict.fromkeys(prompts))
        self._by_gram: dict[Gram, list[int]] = {}
        self._sizes: list[int] = []
        self._passages: dict[Gram, int] = {}
        for number, prompt in enumerate(self.prompts):
            grams = _telling(prompt)
            self._sizes.append(len(grams))
            for gram in grams:
                self._by_gram.setdefault(gram, []).append(number)
            words = _folded(prompt)
            if len(words) >= LEAST_PASSAGE_WORDS:
                for gram in _runs(words, min(PASSAGE_WORDS, len(words))):
                    self._passages.setdefault(gram, number)
        self._lengths = sorted({len(gram) for gram in self._passages})

    def in_request(self, request: str) -> Overlap:
        """The benchmark prompt of which the request holds most; share 0 where there is none."""
        held = Counter(number for gram in _telling(request) for number in self._by_gram.get(gram, ()))
        if not held:
            return Overlap(0.0, "")
        number = max(held, key=lambda n: held[n] / self._sizes[n])
        return Overlap(held[number] / self._sizes[number], self.prompts[number])

    def in_output(self, text: str) -> Overlap | None:
        """A benchmark prompt of which a passage stands in the text, and the passage's share of that prompt."""
        words = _folded(text) if self._lengths else []
        for length in self._lengths:
            for gram in zip(*(words[shift:] for shift in range(length)), strict=False):
                if gram in self._passages:
                    prompt = self.prompts[self._passages[gram]]
                    return Overlap(length / len(_folded(prompt)), prompt)
        return None


def _folded(text: str) -> list[str]:
    return [word.casefold() for word in words_of(text)]


def _runs(words: list[str], n: int) -> set[Gram]:
    return set(zip(*(words[shift:] for shift in range(n)), strict=False))


def _telling(text: str) -> set[Gram]:
    """Words and word pairs that say what a text is about."""
    words = [word for word in _folded(text) if not word[0].isdigit()]
    return {gram for gram in _runs(words, 1) | _runs(words, 2) if not _COMMON.issuperset(gram)}


def read_benchmarks(paths: Sequence[str]) -> Benchmarks:
    """The prompts of benchmark files. Raises InputError naming file and row."""
    prompts = []
    for path in paths:
        for number, row in enumerate(read_rows(path), 1):
            try:
                prompts.append(prompt_of(row))
            except InputError as error:
                raise InputError(f"{path} row {number}: {error}") from error
    return Benchmarks(prompts)
