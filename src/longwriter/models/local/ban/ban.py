"""Phrases that a reply may not hold: where one came to its end, generation goes back to the token that began it.

There, and there alone, that token is ruled out, with those that were before, and generation goes on (the backtracking of
Antislop, arXiv 2510.15061). What may still become a phrase is held back, so nobody sees what is taken back. After `TRIES`
tries at one place the phrase is let through: some texts leave no other word. Left out: thinking, and replies by a schema.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from longwriter.checks.phrases import PhraseMatch, PhraseReading, Phrases
from longwriter.types import Request

TRIES = 5
"""At one place. Of 152 places in SmolLM2's texts, 142 were free after one try, 149 after three."""


class Back(NamedTuple):
    """Where to go on from."""

    tokens: int
    """Tokens of the reply that stay."""
    ruled_out: tuple[str, ...]
    """Texts of the tokens that may not come next, in the cases they are written in."""


class Ban:
    """One reply, as it is generated."""

    def __init__(self, phrases: Phrases, before: str = "") -> None:
        """`before`: the beginning of the reply, where the request holds one."""
        self.avoided = 0
        """Places at which a phrase was taken back, and none let through in the end."""
        self.let_through = 0
        """Phrases that came again and again."""
        self._reading = PhraseReading(phrases, before)
        self._pieces: list[str] = []
        self._starts: list[int] = []  # of each piece, in characters of the reply
        self._tokens: list[int] = []  # of each piece
        self._shown = 0  # pieces
        self._tries = Counter[int]()  # by where a phrase begins
        self._ruled_out: dict[int, set[str]] = {}  # by where a token begins

    @property
    def text(self) -> str:
        """All that stands, what is held back included."""
        return "".join(self._pieces)

    @property
    def tokens(self) -> int:
        """Its tokens."""
        return sum(self._tokens)

    def take(self, piece: str, tokens: int) -> Back | None:
        """The next piece, of so many tokens. None: generation goes on."""
        self._starts.append(len(self._reading))
        self._pieces.append(piece)
        self._tokens.append(tokens)
        return self._refused(self._reading.feed(piece))

    def close(self) -> Back | None:
        """The reply ended by itself. None: so it stands."""
        return self._refused(self._reading.close())

    def ready(self) -> str:
        """What became certain since the last call."""
        return self._show(self._piece_at(self._reading.open) if self._reading.open < len(self._reading) else None)

    def rest(self) -> str:
        """All that is held back."""
        return self._show(None)

    def _show(self, end: int | None) -> str:
        shown = "".join(self._pieces[self._shown : end])
        self._shown = max(self._shown, len(self._pieces) if end is None else end)
        return shown

    def _piece_at(self, place: int) -> int:
        """Number of the piece in which a character stands; a phrase that began before the reply is the first one's."""
        return bisect_right(self._starts, max(place, 0)) - 1

    def _refused(self, found: Iterator[PhraseMatch]) -> Back | None:
        for match in found:
            self._tries[match.start] += 1
            tries = self._tries[match.start]
            if tries <= TRIES:
                self.avoided += tries == 1
                # What is shown stays: a phrase whose beginning was safe until the text behind it was taken back is broken
                # off at its next token.
                return self._back(max(self._piece_at(match.start), self._shown))
            self.avoided -= tries == TRIES + 1
            self.let_through += 1
        return None

    def _back(self, piece: int) -> Back:
        start = self._starts[piece]
        self._ruled_out = {place: texts for place, texts in self._ruled_out.items() if place <= start}
        ruled_out = self._ruled_out.setdefault(start, set())
        ruled_out |= _cases(self._pieces[piece])
        del self._pieces[piece:], self._starts[piece:], self._tokens[piece:]
        self._reading.back(start)
        return Back(self.tokens, tuple(sorted(ruled_out)))


def begun(request: Request) -> str:
    """The beginning of the reply, where the request holds one."""
    return request.messages[-1].content if request.messages[-1].role == "assistant" else ""


def _cases(token: str) -> set[str]:
    bare = token.lstrip()
    blank = token[: len(token) - len(bare)]
    return {token, blank + bare.lower(), blank + bare.upper(), blank + bare.capitalize()}
