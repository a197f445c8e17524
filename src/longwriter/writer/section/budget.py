"""The length contract: what to ask for next, given what was really written. Pure arithmetic in words.

Two numbers drive it. The *share* of a section is its planned part of what is still to be written, so an overshoot is paid
back and a shortfall is made up by all later sections together. The *ratio* is how much this model writes of what it is
asked, learnt from its last replies, so a model that writes 0.4x is asked for 2.5x. See `docs/decisions/0002-length.md`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_PIECES = 8
"""Replies for one section, the first included; a model that adds nothing is stopped earlier."""
LEAST_ASK = 40
"""Nothing shorter is asked for: models do not follow smaller numbers."""
STEADY = 4
"""Replies that the ratio looks back on."""


@dataclass
class Pace:
    """What a model was asked for and what it wrote, in words, latest last."""

    replies: list[tuple[int, int]] = field(default_factory=list)

    def saw(self, asked: int, written: int) -> None:
        """Add one reply."""
        self.replies.append((asked, written))

    @property
    def ratio(self) -> float:
        """Written per word asked over the last replies; 1 before the first; within 1/4 and 4."""
        recent = self.replies[-STEADY:]
        asked = sum(a for a, _ in recent)
        return min(4.0, max(0.25, sum(w for _, w in recent) / asked)) if asked else 1.0

    @property
    def highest(self) -> float:
        """The largest ratio of the last replies: asking by it does not overshoot."""
        return min(4.0, max([self.ratio, *(w / a for a, w in self.replies[-STEADY:])]))

    def ask(self, want: float, *, careful: bool = False) -> int:
        """Words to ask for so that about `want` come back; careful: so that hardly more than `want` come back."""
        asked = want / (self.highest if careful else self.ratio)
        rounded = 10 * round(min(asked, 3 * want) / 10)
        return max(LEAST_ASK, rounded)


def share(target: int, written: int, planned: Sequence[int]) -> float:
    """Words wanted of the next section, planned[0], when planned[1:] still follow it."""
    return max(0.0, target - written) * planned[0] / sum(planned)


def missing(want: float, written: int, *, last: bool, slack: float) -> float:
    """Words to continue a section by; 0 when it may end here.

    Between sections a quarter may be missing, since the later ones make it up. The last one has none after it: only
    `slack` words (2 % of the whole text) may be missing then, or half of the least that can be asked for, at which a
    continuation would miss as much on the other side.
    """
    gap = want - written
    allowed = max(slack, LEAST_ASK / 2) if last else want / 4
    return gap if gap > allowed else 0.0


def scaled(words: Sequence[int], total: int) -> list[int]:
    """Budgets in the same proportions that sum to `total` exactly, each at least 1."""
    whole = sum(words)
    out, given, seen = [], 0, 0
    for i, w in enumerate(words):
        seen += w
        upto = max(given + 1, round(total * seen / whole))
        upto = min(upto, total - (len(words) - 1 - i))
        out.append(upto - given)
        given = upto
    return out
