"""Where a reply ends, when the request says how many words it wants.

A model of five million parameters knows that a text ends, and hardly when. Its end mark is refused before LEAST of the
words and inside a sentence, favoured from there on, and taken at the first end of a sentence after MOST. Requests that
name no number are left alone. Leaves out: making the text come to a point.
"""

import re

from longwriter.models.nano.engine import Array
from longwriter.models.nano.vocabulary import Vocabulary
from longwriter.text import count_words

LEAST, MOST = 0.9, 1.1  # of the words asked for
BONUS = 4.0  # added to the end mark between the two: paragraphs' ends win over other sentences'
ASKED = re.compile(r"^Words: (\d[\d,]*)$|\b(\d[\d,]*)[ -]words?\b", re.M)
CLOSED = (b".", b"!", b"?", b'"', b"\xe2\x80\x9d", b"\n")
LONGEST = 1000  # words; more fit in no reply, so the number means something else


class Ending:
    """How far one reply has come."""

    def __init__(self, vocabulary: Vocabulary, prompt: str, begun: bytes = b"") -> None:
        """`prompt`: what the user asked; `begun`: the reply's beginning, which counts."""
        found = list(ASKED.finditer(prompt))
        own = [m for m in found if m[1]] or found  # a line of its own is meant for this reply
        asked = int((own[-1][1] or own[-1][2]).replace(",", "")) if own else 0
        self.asked = asked if asked <= LONGEST else 0
        self.vocabulary = vocabulary
        self.written = bytearray(begun)

    def favour(self, logits: Array) -> None:
        """Change the end mark's among (vocab,) logits, in place."""
        if not self.asked:
            return
        end = self.vocabulary.end
        words = count_words(self.written.decode(errors="ignore")) if self.written.endswith(CLOSED) else 0
        if words < LEAST * self.asked:
            logits[end] = -float("inf")
        elif words <= MOST * self.asked:
            logits[end] += BONUS
        else:
            kept = logits[end]
            logits[:] = -float("inf")
            logits[end] = kept

    def take(self, token: int) -> None:
        """Note what was written."""
        self.written += self.vocabulary.pieces[token]
