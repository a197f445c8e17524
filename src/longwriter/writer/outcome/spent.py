"""What a run has used: calls, tokens, money, time; and when that is enough."""

import math
from dataclasses import dataclass, field

from longwriter.writer.records.calls import CallRecord


@dataclass(frozen=True)
class Ceilings:
    """When to stop."""

    cost: float | None = None
    tokens: int | None = None


@dataclass
class Spent:
    """What a run has used so far, calls of earlier commands included."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    """None: at least one call had no known price."""
    cached_tokens: int | None = None
    """Prompt tokens that servers read from their cache; None: none of them counts them."""
    countable_tokens: int = 0
    """Prompt tokens of the calls whose server counts the cached ones."""
    saved: float | None = None
    """In US dollars, by the cache, as far as it was counted and has a price; None: nowhere."""
    avoided: int = 0
    """Places at which a banned phrase was taken back."""
    let_through: int = 0
    """Banned phrases that stand all the same."""
    seconds: float = 0.0
    """Time that the models took, calls side by side counted each."""

    unplaced_s: float = 0.0
    _spans: list[tuple[float, float]] = field(default_factory=list)
    """When each call ran; seconds of the clock."""

    @property
    def tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    @property
    def hit_rate(self) -> float | None:
        """Share of the prompts' tokens that was read from a cache; None: nobody counted."""
        if self.cached_tokens is None or not self.countable_tokens:
            return None
        return self.cached_tokens / self.countable_tokens

    def took(self, call: CallRecord) -> None:
        """Add the time of a call."""
        self.seconds += call.seconds
        if call.began is not None:
            self._spans.append((call.began, call.began + call.seconds))
        else:  # it cannot be placed beside another
            self.unplaced_s += call.seconds

    @property
    def wall_seconds(self) -> float:
        """Time in which a model was at work, calls side by side counted once."""
        total, until = self.unplaced_s, -math.inf
        for start, end in sorted(self._spans):
            total += max(0.0, end - max(start, until))
            until = max(until, end)
        return total
