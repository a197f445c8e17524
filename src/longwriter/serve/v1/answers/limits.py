"""Where an answer ends before its text does: at so many words, or before a stop string. Text that was given stays given."""

from collections.abc import Sequence
from typing import Literal

from longwriter.text import count_words, sentence_ends, word_spans

Finish = Literal["stop", "length"]


def capped(text: str, words: int) -> str:
    """The beginning of a text of at most so many words, to the last sentence end in it; "" where not one sentence fits."""
    starts, _ = word_spans(text)
    if len(starts) <= words:
        return text
    cut = int(starts[words])
    return text[: max((end for end in sentence_ends(text[: cut + 1]) if end <= cut), default=0)]


class AnswerLimits:
    """Follows an answer piece by piece; `finish` says why it is over, None: it is not."""

    def __init__(self, most: int | None, stops: Sequence[str]) -> None:
        """`most`: words; None: no limit."""
        self.most, self.stops = most, tuple(stops)
        self.finish: Finish | None = None
        self._words = 0
        self._begun = False
        self._held = ""
        """The end of what came, which may be the beginning of a stop string."""
        self._longest = max(map(len, self.stops), default=1) - 1

    def feed(self, piece: str) -> str:
        """What may be given now."""
        if self.finish is not None:
            return ""
        text = self._held + self._within(piece)
        found = [at for stop in self.stops if (at := text.find(stop)) >= 0]
        if found:
            self.finish, self._held = "stop", ""
            return text[: min(found)]
        if self.finish is not None:  # by its words
            self._held = ""
            return text
        hold = min(self._longest, len(text))
        while hold and not any(stop.startswith(text[-hold:]) for stop in self.stops):
            hold -= 1
        self._held = text[len(text) - hold :]
        return text[: len(text) - hold]

    def close(self) -> str:
        """The text is at its end: what was held back."""
        held, self._held = self._held, ""
        return held

    def _within(self, piece: str) -> str:
        """The piece as far as the words go. A first sentence that is too long is cut between words: an answer has text."""
        if self.most is None:
            return piece
        left = self.most - self._words
        kept = capped(piece, left)
        if len(kept) < len(piece):
            self.finish = "length"
            if not kept.strip() and not self._begun:
                kept = piece[: int(word_spans(piece)[1][left - 1])]
        self._words += count_words(kept)
        self._begun = self._begun or bool(kept.strip())
        return kept.rstrip() if self.finish else kept
