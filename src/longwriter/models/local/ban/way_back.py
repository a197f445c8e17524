"""How `hf:` goes back where a banned phrase was found (ban): what transformers' `generate` is given to go on with."""

from collections.abc import Callable
from typing import Any

from longwriter.models.base import need
from longwriter.models.local.ban.ban import Back, Ban

CROPPABLE = frozenset({"DynamicLayer", "DynamicSlidingWindowLayer"})
"""Layers of transformers' cache that can forget their last tokens; the states of others are sums over all of them."""


class WayBack:
    """Of one reply. A logits processor too: it rules tokens out at the places that were gone back to."""

    def __init__(self, ban: Ban, length: int, tokenizer: Any, model: Any) -> None:  # noqa: ANN401
        """`length`: tokens of the prompt."""
        self._ban, self._length, self._tokenizer, self._model = ban, length, tokenizer, model
        self._back: Back | None = None
        self._ruled_out: dict[int, set[int]] = {}  # by the number of tokens before
        self._cache: Any = None
        self.ids: Any = None
        """Prompt and reply up to where it goes on, (1, tokens)."""

    @property
    def found(self) -> bool:
        """Whether a phrase stands at the end of what was generated."""
        return self._back is not None

    def hears(self, tell: Callable[[str], None]) -> Callable[[str, int], None]:
        """What takes each piece and the number of its tokens, and tells what is certain."""
        self._back = None

        def take(piece: str, tokens: int) -> None:
            if self._back is None:
                self._back = self._ban.take(piece, tokens)
                if self._back is None and (text := self._ban.ready()):
                    tell(text)

        return take

    def memory(self) -> Any:  # noqa: ANN401 - transformers is not typed
        """The cache to go on with."""
        if self._cache is None:
            self._cache = need("transformers", "local").DynamicCache(config=self._model.config.get_text_config())
        return self._cache

    def goes_on(self, ids: Any, *, ended: bool) -> bool:  # noqa: ANN401
        """Whether generation goes on from `self.ids`, after `generate` gave `ids`; `ended`: by itself."""
        back = self._back or (self._ban.close() if ended else None)
        if back is None:
            return False
        kept = self._length + back.tokens
        self._ruled_out = {place: tokens for place, tokens in self._ruled_out.items() if place <= kept}
        ruled_out = self._ruled_out.setdefault(kept, set())
        ruled_out.add(int(ids[0, kept]))
        for text in back.ruled_out:
            if len(written := self._tokenizer.encode(text, add_special_tokens=False)) == 1:
                ruled_out.add(written[0])
        self.ids = ids[:, :kept]
        self._forget(kept - 1)  # the last token is read again, for what may follow it
        return True

    def _forget(self, tokens: int) -> None:
        """Shorten the cache to its first tokens; one that cannot is made anew by reading all again."""
        layers = self._cache.layers
        try:
            if any(type(layer).__name__ not in CROPPABLE for layer in layers):
                self._cache = None
            elif more := self._cache.get_seq_length() - tokens:
                self._cache.crop(-more)
        except (RuntimeError, ValueError):  # a sliding window that has slid
            self._cache = None

    def __call__(self, ids: Any, scores: Any) -> Any:  # noqa: ANN401 - tensors
        """(1, tokens so far), (1, vocabulary) -> (1, vocabulary)."""
        if not (ruled_out := self._ruled_out.get(int(ids.shape[1]))):
            return scores
        scores = scores.clone()
        scores[:, sorted(ruled_out)] = float("-inf")
        return scores
