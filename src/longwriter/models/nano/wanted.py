"""Words of the request that the reply should use.

A model of five million parameters easily loses what it was asked about. The words of the prompt's line `Part:` (a
section's title and keywords) gain a bonus until they have been written once, and such a word, once begun, is likely to
be finished. Plans need none: their grammar holds the words. Leaves out: where in the text they stand, which is the
model's own choice.
"""

import re

from longwriter.models.nano.engine import Array
from longwriter.models.nano.vocabulary import Vocabulary

BEGIN = 2.5  # added to a wanted word's first token while it is missing: 76 % of keywords come, without it 17 %
FINISH = 3.0  # added to the next token of a wanted word that was begun
AGAIN = 1.0  # the same for one that stands already: names stay whole, without "honey, honey, honey"
LINE = "Part: "
WORD = re.compile(r"[^\W\d_][^\W\d_'-]{3,}")
FORM = {
    "write",
    "words",
    "word",
    "story",
    "about",
    "article",
    "essay",
    "guide",
    "called",
    "with",
    "this",
    "that",
    "from",
}
"""Words of a person's own outline that name the form and not the matter."""


class Wanted:
    """What is still missing from one reply."""

    def __init__(self, vocabulary: Vocabulary, prompt: str) -> None:
        """`prompt`: what the user asked; without such a line nothing is wanted."""
        line = next((line for line in prompt.splitlines() if line.startswith(LINE)), "")
        words = [w for w in WORD.findall(line.partition(": ")[2]) if w.lower() not in FORM]
        self.vocabulary = vocabulary
        self.missing = {w.lower() for w in words}
        self.forms: dict[tuple[int, ...], str] = {}
        """Tokens -> the word that they are, after a blank and at the beginning of a text."""
        for word in words:
            for form in {f" {word}", f" {word.lower()}", word, word.lower(), word.capitalize()}:
                self.forms[tuple(vocabulary.encode(form))] = word.lower()
        self.begun: tuple[int, ...] = ()
        """Tokens of the word that is being written."""
        self.at_start = True

    def favour(self, logits: Array) -> None:
        """Add the bonuses to (vocab,) logits, in place."""
        begin, finish, again = set[int](), set[int](), set[int]()
        done = len(self.begun)
        for form, word in self.forms.items():
            if word in self.missing and self.vocabulary.opens_word[form[0]] != self.at_start:
                begin.add(form[0])
            if done and form[:done] == self.begun and len(form) > done:
                (finish if word in self.missing else again).add(form[done])
        logits[list(begin)] += BEGIN
        logits[list(finish)] += FINISH
        logits[list(again - finish)] += AGAIN

    def take(self, token: int) -> None:
        """Note what was written."""
        opens = self.at_start or self.vocabulary.opens_word[token]
        self.begun = (token,) if opens else (*self.begun, token)
        self.missing.discard(self.forms.get(self.begun, ""))
        self.at_start = self.vocabulary.pieces[token].endswith((b'"', b"\n"))
