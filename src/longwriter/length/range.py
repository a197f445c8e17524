"""The range of lengths that a request names, as rewards want it (arXiv:2506.18841, the rules of its Length RM).

N words: 10 % either way. At least N: N to 1.1 N. At most N: 0.9 N to N. A range as it is.
"""

from longwriter.length.target import amounts, read_target


def range_of(request: str) -> tuple[int, int] | None:
    """Lower and upper bound in words, read out of the request by `target.read_target`; None if it names no length."""
    target = read_target(request)
    if target is None:
        return None
    amount = next((amount for amount in amounts(request) if amount.quote == target.quote), None)
    if target.high is None:
        return target.low, round(1.1 * target.low)
    if amount is None or amount.low < amount.high:  # two bounds of one request have no amount of their own
        return target.low, target.high
    if amount.bound == "most":
        return round(0.9 * target.high), target.high
    return round(0.9 * target.aim), round(1.1 * target.aim)
