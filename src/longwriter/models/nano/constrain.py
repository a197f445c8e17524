"""JSON of a given schema, token by token, with llguidance.

Only compact JSON (no blanks between tokens), the form that nano was trained on. Where the token limit comes near, the
shortest ending that the schema allows is written, so that a cut reply is valid JSON with empty texts rather than a torn
one. Leaves out: what stands in the texts.
"""

import numpy as np
from llguidance import LLMatcher
from numpy.typing import NDArray

from longwriter.errors import SetupError
from longwriter.models.nano.vocabulary import Vocabulary

RESERVE = 20  # tokens kept free beyond the shortest ending: one token may open an item that costs so many to close


class Guide:
    """Follows one reply."""

    def __init__(self, vocabulary: Vocabulary, schema: dict[str, object], begun: list[int]) -> None:
        """`begun`: tokens of the reply's beginning. Raises SetupError for a schema or beginning that cannot be met."""
        grammar = LLMatcher.grammar_from_json_schema(schema, overrides={"whitespace_flexible": False})
        self.vocabulary = vocabulary
        self.matcher = LLMatcher(vocabulary.grammar_tokenizer, grammar, log_level=0)
        if self.matcher.is_error():
            raise SetupError(f"nano cannot follow this JSON schema: {self.matcher.get_error().splitlines()[0]}")
        if self.matcher.try_consume_tokens(begun) < len(begun):
            raise SetupError("the beginning of the reply is not the beginning of JSON of this schema")
        by_order = sorted(range(vocabulary.size), key=lambda i: _ending_order(vocabulary.pieces[i]))
        self.rank = np.argsort(by_order)
        self.check_at: float = float("inf")
        """Tokens left at which the shortest ending is looked at again."""

    @property
    def done(self) -> bool:
        """The JSON is complete and nothing may follow."""
        stopped: bool = self.matcher.is_stopped()
        return stopped

    def forced(self, left: int) -> list[int]:
        """Tokens that come next whatever the model says; none where it has a choice. left: tokens of the limit."""
        if left <= self.check_at:
            ending = self.ending()
            spare = left - len(ending) - RESERVE
            if spare <= 0:
                return ending[:left]
            self.check_at = left - max(1, spare // 2)
        tokens: list[int] = self.matcher.compute_ff_tokens()
        return tokens[:left]

    def allowed(self) -> NDArray[np.bool_]:
        """(vocab,) which tokens may come next."""
        return _bits(self.matcher, self.vocabulary.size)

    def take(self, tokens: list[int]) -> None:
        """Follow the reply by some tokens, each of them allowed."""
        if not self.matcher.consume_tokens(tokens):
            raise ValueError(f"tokens outside the schema: {self.matcher.get_error()}")

    def ending(self) -> list[int]:
        """A short way to complete JSON; at most as long as the vocabulary is large."""
        matcher, tokens = self.matcher.deep_copy(), list[int]()
        while not matcher.is_stopped() and not matcher.is_accepting() and len(tokens) < self.vocabulary.size:
            step = matcher.compute_ff_tokens()
            if not step:
                allowed = np.flatnonzero(_bits(matcher, self.vocabulary.size))
                step = [int(allowed[self.rank[allowed].argmin()])]
            matcher.consume_tokens(step)
            tokens += step
        return tokens


def _bits(matcher: LLMatcher, size: int) -> NDArray[np.bool_]:
    """(size,) one per token: may it come next?"""
    mask = np.frombuffer(matcher.compute_bitmask(), np.uint8)
    return np.unpackbits(mask, count=size, bitorder="little").view(np.bool_)


def _ending_order(piece: bytes) -> tuple[int, int]:
    """What an ending prefers: a quote that closes the most, letters, brackets, a digit, the rest.

    Letters stand before brackets because inside a text, which may have to hold one, a bracket closes nothing.
    """
    if piece[:1] == b'"' and not piece.strip(b'"]}'):
        return 0, -len(piece)
    if piece.isalpha():
        return 1, len(piece)
    if not piece.strip(b"]}"):
        return 2, -len(piece)
    return 3 if piece.isdigit() else 4, len(piece)
