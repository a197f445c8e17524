"""How many tokens a text has, where only the server knows.

`estimate_tokens` guesses from kinds of characters; `TokenCounter` prefers the model's own count, and otherwise scales
the guess by what the server reported for earlier prompts. What is counted depends on the observations and their order
alone. Not here: the tokens that a chat template adds (a few per message), which calibration absorbs.
"""

import math
import re
import string
from functools import lru_cache

from longwriter.models.base import Model

# Tokens per character. Rough figures for byte-level BPE vocabularies of 50,000 to 200,000 entries: English prose runs
# at 4 to 4.7 characters per token; digits go in groups of one to three; a Chinese character costs 0.6 to 0.8 in
# vocabularies trained on Chinese and 1.0 to 1.3 in those that were not. The first reported usage replaces the guess.
LETTER = 0.25
DIGIT = 0.5
SIGN = 0.8
NEWLINE = 0.5
IDEOGRAPH = 0.85
OTHER = 0.5

SAFETY = 1.10
"""Margin of `upper` over a scaled estimate: paragraphs of one document differ by about this much per character."""

IDEOGRAPHS = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]+")
NOT_LETTERS = bytes(set(range(256)) - set(string.ascii_letters.encode()))
NOT_DIGITS = bytes(set(range(256)) - set(string.digits.encode()))
NOT_SIGNS = bytes(set(range(256)) - set(string.punctuation.encode()))

TRUST_FROM = 600
"""Prompts below so many tokens are not judged: a chat template weighs too much in them."""
CUT_UNCALIBRATED = 0.4
"""A first report below this share of the estimate cannot be a vocabulary's doing: none packs 10 characters per token."""
CUT_CALIBRATED = 0.7
LEAST_WINDOW = 256
"""No server has a smaller window: a report below it is a miscount."""
RATIO_RANGE = (0.25, 4.0)
"""Ratios outside are a server's miscount, not a vocabulary."""


@lru_cache(maxsize=8)  # one prompt is counted several times in a row
def estimate_tokens(text: str) -> int:
    """Tokens of a text in a typical vocabulary; 0 for an empty text."""
    plain = text.encode("ascii", "ignore")
    tokens = LETTER * len(plain.translate(None, NOT_LETTERS))
    tokens += DIGIT * len(plain.translate(None, NOT_DIGITS))
    tokens += SIGN * len(plain.translate(None, NOT_SIGNS))
    tokens += NEWLINE * plain.count(b"\n")
    if len(plain) < len(text):
        ideographs = sum(map(len, IDEOGRAPHS.findall(text)))
        tokens += IDEOGRAPH * ideographs + OTHER * (len(text) - len(plain) - ideographs)
    return math.ceil(tokens)


class TokenCounter:
    """Counts for one model at one server."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._estimated = 0
        self._reported = 0

    @property
    def ratio(self) -> float:
        """Reported tokens per estimated token so far; 1 before the first observation."""
        if not self._estimated:
            return 1.0
        low, high = RATIO_RANGE
        return min(max(self._reported / self._estimated, low), high)

    def count(self, text: str) -> int:
        """Tokens of a text: the model's own count, or the best guess."""
        exact = self._model.count_tokens(text)
        return math.ceil(estimate_tokens(text) * self.ratio) if exact is None else exact

    def upper(self, text: str) -> int:
        """Tokens that a text will hardly exceed: `count`, with the safety margin unless it is exact."""
        exact = self._model.count_tokens(text)
        return math.ceil(estimate_tokens(text) * self.ratio * SAFETY) if exact is None else exact

    def observe(self, estimate: int, reported: int) -> None:
        """Learn from one answer: `estimate_tokens` of its prompt, and the prompt tokens that the server reported.

        Reports that `truncated` would call cut, and miscounts, teach nothing.
        """
        low, high = RATIO_RANGE
        if low * estimate <= reported <= high * estimate and self.truncated(estimate, reported) is None:
            self._estimated += estimate
            self._reported += reported

    def truncated(self, estimate: int, reported: int) -> int | None:
        """The server's evident window in tokens if it counted far fewer than the prompt must have; else None.

        Ask before `observe`, with the same numbers. A model that counts by itself has no server between that cuts.
        """
        if self._model.count_tokens("") is not None:
            return None
        share = CUT_CALIBRATED if self._estimated else CUT_UNCALIBRATED
        expected = estimate * self.ratio
        return reported if expected > TRUST_FROM and LEAST_WINDOW <= reported < share * expected else None
