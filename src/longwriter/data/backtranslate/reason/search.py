"""Local search for the plan under which a text is likeliest, line after line (REER, arXiv:2509.06160).

The text stands still; only the plan moves. A line is kept where the whole text is likelier after the plan with it. No gradient,
no judge: the score is what a model of any size gives the human text. Knows neither models nor files.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import NamedTuple

from longwriter.models.local.likelihood import Nats
from longwriter.types import Section

Plan = tuple[Section, ...]
Score = Callable[[Plan], Awaitable[list[Nats]]]
"""How unlikely each section of the text is after a plan."""
Propose = Callable[[Plan, int], AsyncIterator[Section]]
"""Other lines for one section of a plan, as many as are to be tried."""


class SearchBounds(NamedTuple):
    """When a search ends."""

    steps: int
    """Lines that are looked at again."""
    enough: float
    """Nats a token; below, a text is explained."""


class FoundPlan(NamedTuple):
    """What came of a search."""

    plan: Plan
    begun: float
    """Nats a token of the text after the plan that the search began with."""
    nats: float
    """After the plan that was found."""
    steps: int
    scored: int
    """Plans that were scored."""


def mean(found: Sequence[Nats]) -> float:
    """Nats a token of the whole."""
    return sum(part.nats for part in found) / max(1, sum(part.tokens for part in found))


async def search(plan: Plan, score: Score, propose: Propose, bounds: SearchBounds) -> FoundPlan:
    """Look again at one line after another, those of the least likely sections first, until a bound is met."""
    now = await score(plan)
    begun, scored, visits, steps = mean(now), 1, [0] * len(plan), 0
    while steps < bounds.steps and mean(now) > bounds.enough:
        index = min(range(len(plan)), key=lambda i: (visits[i], -mean(now[i : i + 1])))
        visits[index] += 1
        steps += 1
        async for line in propose(plan, index):
            other = (*plan[:index], line, *plan[index + 1 :])
            found = await score(other)
            scored += 1
            if mean(found) < mean(now):
                plan, now = other, found
    return FoundPlan(plan, begun, mean(now), steps, scored)
