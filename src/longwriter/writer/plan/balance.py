"""Budgets whose sum is the contract: where one is changed, the others give or take. Pure arithmetic in words."""

from collections.abc import Collection, Sequence

from longwriter.writer.section.budget import scaled

LEAST = 20
"""Fewest words that a budget is shrunk to."""


def balanced(words: Sequence[int], fixed: Collection[int], total: int) -> tuple[list[int], int]:
    """Budgets that add up to `total`: those at the places `fixed` stay, the others keep their proportions.

    Also what could not be placed: below 0 where the fixed ones and the least of the others are too much already, above 0
    where all are fixed and too little.
    """
    out, free = list(words), [i for i in range(len(words)) if i not in fixed]
    left = total - sum(w for i, w in enumerate(words) if i in fixed)
    while free and left >= LEAST * len(free):
        shares = scaled([max(1, words[i]) for i in free], left)
        small = [i for i, share in zip(free, shares, strict=True) if share < LEAST]
        if not small:
            for i, share in zip(free, shares, strict=True):
                out[i] = share
            return out, 0
        for i in small:
            out[i] = LEAST
        left -= LEAST * len(small)
        free = [i for i in free if i not in small]
    for i in free:
        out[i] = LEAST
    return out, total - sum(out)
