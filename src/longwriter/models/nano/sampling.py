"""Choosing the next token.

Temperature and nucleus (top-p), plus guards against the loops that a small model falls into: tokens of content words
lose some of their logit while they stand in the recent window, no NGRAM of tokens comes back within one text, nor
STUTTER of them nearby, numbers end, and single quotes only close contractions. `ending` keeps a text near the words
that were asked for. The same request gives the same text. Leaves out: beams, lists of banned words.
"""

import hashlib
from collections import deque

import numpy as np
from numpy.typing import NDArray

from longwriter.models.nano.ending import Ending
from longwriter.models.nano.engine import Array
from longwriter.models.nano.vocabulary import Vocabulary
from longwriter.models.nano.wanted import Wanted
from longwriter.types import Request

TEMPERATURE = 0.7
TOP_P = 0.9
WINDOW = 128  # tokens that count as recent
PENALTY = 0.4  # taken from the logit of a recent content word; names must still be free to come back
PLAN_PENALTY = 2.0  # the same in JSON, for the whole reply: sections must differ from each other
NGRAM = 6
LONGEST_NUMBER = 8  # tokens; "13.3.2.2.3.1" has no end of its own, and never repeats itself either
STUTTER, NEAR = 4, 40  # no so many tokens, ends of paragraphs apart, come back within the last so many


class Sampler:
    """Draws the tokens of one reply."""

    def __init__(self, vocabulary: Vocabulary, request: Request, asked: list[int], begun: list[int]) -> None:
        """Tokens of the prompt, which the reply may not repeat at length either, and of the reply's beginning."""
        self.vocabulary = vocabulary
        self.temperature = TEMPERATURE if request.temperature is None else request.temperature
        self.top_p = TOP_P if request.top_p is None else request.top_p
        digest = hashlib.sha256(request.model_dump_json().encode()).digest()
        self.random = np.random.default_rng(int.from_bytes(digest))
        is_json = request.json_schema is not None
        self.penalty = PLAN_PENALTY if is_json else PENALTY
        self.penalised = vocabulary.letters if is_json else vocabulary.content
        self.recent: deque[int] = deque(begun, maxlen=None if is_json else WINDOW)
        prompt = "\n".join(m.content for m in request.messages if m.role == "user")
        self.wanted = Wanted(vocabulary, prompt)
        self.ending = Ending(vocabulary, prompt, b"".join(vocabulary.pieces[t] for t in begun))
        self.is_first = True
        self.history: list[int] = []
        self.followers: dict[tuple[int, ...], list[int]] = {}
        for token in asked + begun:
            self._remember(token)

    def draw(self, logits: Array, allowed: NDArray[np.bool_] | None = None) -> int:
        """A token. logits, allowed: (vocab,); tokens that are not allowed are never drawn."""
        logits = logits.copy()
        if self.is_first:  # a reply of no token at all helps nobody
            logits[self.vocabulary.end] = -np.inf
        seen = np.unique(np.fromiter(self.recent, np.intp, len(self.recent)))
        logits[seen[self.penalised[seen]]] -= self.penalty
        if allowed is None:
            self.wanted.favour(logits)
            logits[self.vocabulary.unwritable] = -np.inf
            repeats = np.array(self.followers.get(tuple(self.history[1 - NGRAM :]), ()), np.intp)
            logits[repeats[self.vocabulary.opens_word[repeats]]] = -np.inf
            logits[self._stutters()] = -np.inf
            number = (self.vocabulary.pieces[t].strip(b" 0123456789.,:;-") for t in self.history[-LONGEST_NUMBER:])
            if not any(number):
                logits[self.vocabulary.digits] = -np.inf
            if not self.history or not self.vocabulary.pieces[self.history[-1]][-1:].isalpha():
                logits[self.vocabulary.contractions] = -np.inf
            self.ending.favour(logits)
        else:
            logits[~allowed] = -np.inf
        token = self._nucleus(logits)
        self.is_first = False
        self.recent.append(token)
        self.wanted.take(token)
        self.ending.take(token)
        self._remember(token)
        return token

    def _stutters(self) -> list[int]:
        """Tokens that would say the last few tokens again: quotes after quotes, half words after half words."""
        last = self.history[1 - STUTTER :]
        if any(b"\n" in self.vocabulary.pieces[t] for t in last):
            return []
        near = self.history[-NEAR:]
        size = len(last)
        return [near[i + size] for i in range(len(near) - size) if near[i : i + size] == last]

    def _remember(self, token: int) -> None:
        """Note which token followed the last NGRAM - 1."""
        if len(self.history) >= NGRAM - 1:
            self.followers.setdefault(tuple(self.history[1 - NGRAM :]), []).append(token)
        self.history.append(token)

    def _nucleus(self, logits: Array) -> int:
        """Draw from the smallest set of tokens that holds top_p of the probability; temperature 0: the best."""
        if self.temperature <= 0:
            return int(logits.argmax())
        p = np.exp((logits - logits.max()) / np.float32(self.temperature))
        p /= p.sum()
        # All tokens under this bound together hold less than 1 - top_p: none of them is in the set.
        kept = np.flatnonzero(p >= (1 - self.top_p) / len(p))
        kept = kept[np.argsort(-p[kept], kind="stable")]
        total = np.cumsum(p[kept], dtype=np.float64)
        last = min(int(np.searchsorted(total, self.top_p)), len(kept) - 1)
        return int(kept[np.searchsorted(total[: last + 1], self.random.random() * total[last], side="right")])
