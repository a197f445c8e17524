"""Text to nano's tokens and back.

Marks such as `<|end|>` are tokens only where `prompt` puts them; in a text they are ordinary characters. Tokens are
pieces of UTF-8 that may end inside a character: `pieces` holds bytes. Leaves out: training the vocabulary
(`longwriter data books --train-tokenizer`).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from llguidance import LLTokenizer
from numpy.typing import NDArray
from tokenizers import Tokenizer

from longwriter.errors import SetupError
from longwriter.types import Message

MARKS = ("<|pad|>", "<|user|>", "<|write|>", "<|end|>")
CONTRACTIONS = (b"'s", b"'t", b"'re", b"'ve", b"'m", b"'ll", b"'d")  # as the byte-level pre-tokenizer cuts them


class Vocabulary:
    """The tokens of one `tokenizer.json`."""

    def __init__(self, file: Path) -> None:
        """Raises SetupError where the file is missing or is not nano's."""
        if not file.is_file():
            raise SetupError(f"no tokenizer in {file.parent}")
        self.tokenizer = Tokenizer.from_file(str(file))
        known = self.tokenizer.get_vocab()
        if not known.keys() >= set(MARKS):
            raise SetupError(f"{file} is not a vocabulary of nano: it lacks one of {' '.join(MARKS)}")
        self.tokenizer.encode_special_tokens = True  # a mark in a text is text
        self.user, self.write, self.end = (known[mark] for mark in MARKS[1:])
        self.size = len(known)
        self.grammar_tokenizer = LLTokenizer(str(file), n_vocab=self.size, eos_token=self.end)
        self.pieces = [self.grammar_tokenizer.decode_bytes([i]) for i in range(self.size)]
        self.unwritable: NDArray[np.bool_] = np.isin(np.arange(self.size), [known[mark] for mark in MARKS[:3]])
        """(vocab,) what no prose may hold: marks but `<|end|>`, and single quotes, which nano never closes again."""
        self.contractions: NDArray[np.bool_] = np.isin(self.pieces, CONTRACTIONS)
        """(vocab,) tokens such as 's, which belong after a letter."""
        self.unwritable |= np.array([b"'" in p for p in self.pieces]) & ~self.contractions
        self.opens_word: NDArray[np.bool_] = np.array([p[:1].isspace() for p in self.pieces])
        """(vocab,) tokens that begin with a blank, so that no word is cut where they are refused."""
        self.content: NDArray[np.bool_] = np.array([len(p.strip()) > 3 and p.strip().isalpha() for p in self.pieces])
        """(vocab,) tokens of four letters and more: seldom function words."""
        self.digits: NDArray[np.bool_] = np.array([p.strip().isdigit() for p in self.pieces])
        """(vocab,) tokens of digits."""
        self.letters: NDArray[np.bool_] = np.array([len(p.strip()) > 1 and p.strip().isalpha() for p in self.pieces])
        """(vocab,) tokens of two letters and more."""

    def encode(self, text: str) -> list[int]:
        """Tokens of a plain text."""
        ids: list[int] = self.tokenizer.encode(text).ids
        return ids

    def prompt(self, messages: Sequence[Message]) -> tuple[list[int], list[int]]:
        """Tokens of what is asked, and tokens of the reply's beginning (none where the last message is a user's)."""
        begun = messages[-1].content if messages[-1].role == "assistant" else ""
        asked = messages[:-1] if messages[-1].role == "assistant" else messages
        request = self.encode("\n".join(m.content for m in asked))
        return [self.user, *request, self.write], self.encode(begun)
