"""Where any of thousands of phrases stands in a text that arrives in pieces: one automaton (Aho and Corasick, 1975).

A phrase counts in any case, with any whitespace between its words and either form of quotation marks; where it begins or ends
with a letter or a digit, no other may stand beside it. Chinese and Japanese characters are words by themselves: nothing is
asked of what stands beside them. A character costs 2 microseconds, whatever the number of phrases.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from longwriter.text import is_cjk

_QUOTES = str.maketrans("‘’“”", "''\"\"")


class PhraseMatch(NamedTuple):
    """One place: characters `start` to `end`; below 0 lies what stood before the text."""

    start: int
    end: int
    phrase: str
    """As it was given, its whitespace made single spaces."""


class Phrases:
    """The automaton; never changes, so many readings may share it. 30 ms for 1,000 phrases."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """What is empty or stands twice is left out."""
        self.given = tuple(dict.fromkeys(filter(None, (" ".join(p.split()) for p in phrases))))
        self.next: list[dict[str, int]] = [{}]
        """Node -> character -> node; 0 is the root."""
        self.fall = [0]
        """Node -> the node of its longest end that also begins a phrase."""
        self.depth = [0]
        """Node -> characters from the root."""
        self.ends: list[tuple[int, ...]] = [()]
        """Node -> numbers of the phrases that end there, the longest first."""
        for number, phrase in enumerate(self.given):
            self._add(number, phrase)
        self._link()

    def _add(self, number: int, phrase: str) -> None:
        node = 0
        for char in map(folded, phrase):
            if char not in self.next[node]:
                self.next[node][char] = len(self.next)
                self.next.append({})
                self.fall.append(0)
                self.depth.append(self.depth[node] + 1)
                self.ends.append(())
            node = self.next[node][char]
        self.ends[node] = self.ends[node] or (number,)  # of two that differ in case alone, the first

    def _link(self) -> None:
        queue = deque(self.next[0].values())
        while queue:
            node = queue.popleft()
            for char, child in self.next[node].items():
                self.fall[child] = self.step(self.fall[node], char)
                self.ends[child] += self.ends[self.fall[child]]
                queue.append(child)

    def step(self, node: int, char: str) -> int:
        """The node after one more character."""
        while char not in self.next[node]:
            if node == 0:
                return 0
            node = self.fall[node]
        return self.next[node][char]

    def unsaid(self, text: str) -> tuple[str, ...]:
        """The phrases, as given, that do not stand in a text."""
        said = {_folded_all(match.phrase) for match in self.find(text)}
        return tuple(phrase for phrase in self.given if _folded_all(phrase) not in said)

    def find(self, text: str) -> list[PhraseMatch]:
        """Every place in a whole text, those that overlap too, in the order in which they end."""
        reading = PhraseReading(self)
        return [*reading.feed(text), *reading.close()]


class PhraseReading:
    """A text as it grows, and is taken back."""

    def __init__(self, phrases: Phrases, before: str = "") -> None:
        """`before`: what the text goes on from, in which a phrase may have begun."""
        self._phrases = phrases
        self._text: list[str] = []
        self._nodes: list[int] = []  # after each character
        self._kept: list[int] = []  # places of those characters that are not whitespace after whitespace
        self._shift = 0
        for _ in self.feed(before):
            pass
        self._shift = len(self._text)

    def __len__(self) -> int:
        return len(self._text) - self._shift

    @property
    def open(self) -> int:
        """Where the longest phrase begins that may still come of the text's end; its length if there is none."""
        depth = self._phrases.depth[self._nodes[-1]] if self._nodes else 0
        return (self._kept[-depth] if depth else len(self._text)) - self._shift

    def feed(self, piece: str) -> Iterator[PhraseMatch]:
        """Take more of the text; what comes to its end in it, as soon as the character after it tells that it is one."""
        for char in piece:
            yield from self._ended(char)
            self._take(char)
            yield from self._ended(None)

    def close(self) -> Iterator[PhraseMatch]:
        """The text ends here; what its end makes whole."""
        yield from self._ended("\n")

    def back(self, length: int) -> None:
        """Forget all characters of the text but the first `length`."""
        length += self._shift
        del self._text[length:], self._nodes[length:]
        while self._kept and self._kept[-1] >= length:
            self._kept.pop()

    def _take(self, char: str) -> None:
        node = self._nodes[-1] if self._nodes else 0
        blank = char.isspace()
        if not (blank and self._text and self._text[-1].isspace()):
            node = self._phrases.step(node, folded(char))
            self._kept.append(len(self._text))
        self._text.append(char)
        self._nodes.append(node)

    def _ended(self, after: str | None) -> Iterator[PhraseMatch]:
        """Phrases at the text's end. `after` None: those that need no look at what follows; else those that do."""
        ends = self._phrases.ends[self._nodes[-1]] if self._nodes else ()
        if not ends or (self._text[-1].isspace()):
            return
        for number in ends:
            phrase = self._phrases.given[number]
            start, end = self._kept[-len(phrase)], len(self._text)
            last = _joins(phrase[-1])
            if last == (after is None) or (last and after is not None and _joins(after)):
                continue
            if not (_joins(phrase[0]) and start and _joins(self._text[start - 1])):
                yield PhraseMatch(start - self._shift, end - self._shift, phrase)


def folded(char: str) -> str:
    """One character as it is compared."""
    if char.isspace():
        return " "
    lower = char.lower()
    return (lower if len(lower) == 1 else char).translate(_QUOTES)


def _folded_all(phrase: str) -> str:
    return "".join(map(folded, phrase))


def _joins(char: str) -> bool:
    """Whether a character belongs to the word beside it."""
    return char.isalnum() and not is_cjk(char)
