"""The finished sections that a section can see, each read once however many sections come after it.

The text grows at its end alone. Its fingerprint, its blocks for notes, the index of its passages and the stems of its words
go on from where they were, so the work of a whole text is in proportion to its length, not to the square of it.
"""

from longwriter.checks.passages import PassageIndex
from longwriter.text import count_words
from longwriter.writer.section.cover import content_words
from longwriter.writer.staleness import extended

TAIL_WORDS = 350
"""At least so much of the latest text is shown as it stands."""
BLOCK_WORDS = 800
"""Older text is noted in blocks of whole sections of about this size; what no note covers yet is shown as it stands."""
LONG_TEXT = 2_000
"""Words of a section that is taken in stretches: no model is asked for as many."""


def stretches(text: str) -> list[str]:
    """A section as it is, or in stretches of about a block, at ends of lines, where a person gave more than sections have."""
    if len(text) <= LONG_TEXT or count_words(text) <= LONG_TEXT:  # a word has a character at least
        return [text]
    out, words = list[str](), BLOCK_WORDS
    for line in text.splitlines(keepends=True):
        if words >= BLOCK_WORDS and line.strip():
            out.append("")
            words = 0
        out[-1] += line
        words += count_words(line)
    return [stretch.strip() for stretch in out]


class EarlierText:
    """The finished sections before the one that is written, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.fingerprint = ""
        """The digest of all texts, as `staleness` makes it."""
        self.characters = 0
        """Characters of all texts together."""
        self.passages = PassageIndex()
        """The passages of the blocks, as far as `blocks` has made them."""
        self._blocks: list[str] = []
        self._recent: list[tuple[str, int]] = []
        """Texts after the last block, with their words."""
        self._blocked = 0
        self._stems: set[str] = set()
        self._stemmed = 0

    def add(self, text: str) -> None:
        """Take the next section."""
        self.texts.append(text)
        self.fingerprint = extended(self.fingerprint, text)
        self.characters += len(text)

    def whole(self, current: str) -> str:
        """All of it, with what stands of the section itself."""
        return "\n\n".join(filter(None, (*self.texts, current)))

    def blocks(self) -> tuple[list[str], str]:
        """Older text in blocks for notes, and the recent text after them, of at least `TAIL_WORDS` where there is as much.

        A block, once closed, never changes while the text grows.
        """
        for part in [part for text in self.texts[self._blocked :] for part in stretches(text)]:
            self._recent.append((part, count_words(part)))
            if sum(n for _, n in self._recent) < BLOCK_WORDS + TAIL_WORDS:
                continue
            block = []
            while sum(n for _, n in self._recent[1:]) >= TAIL_WORDS:
                block.append(self._recent.pop(0)[0])
            if block:
                self._blocks.append("\n\n".join(block))
                for passage in self._blocks[-1].split("\n\n"):
                    if passage.strip():
                        self.passages.add(passage)
        self._blocked = len(self.texts)
        return self._blocks, "\n\n".join(text for text, _ in self._recent)

    def stems(self) -> set[str]:
        """Stems of the content words that stand in it."""
        for text in self.texts[self._stemmed :]:
            self._stems.update(content_words(text))
        self._stemmed = len(self.texts)
        return self._stems
