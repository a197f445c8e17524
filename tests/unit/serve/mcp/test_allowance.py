"""The budget of a session, in hand-worked numbers."""

from typing import NamedTuple

import pytest

from longwriter.errors import CeilingReached, InputError
from longwriter.serve.mcp.allowance import Allowance


class Row(NamedTuple):
    state: str
    cost: float | None


def test_a_run_counts_with_its_ceiling_until_it_is_over_and_then_with_what_it_spent() -> None:
    allowance = Allowance(10.0)
    assert allowance.ceiling(4.0, {}) == 4.0
    allowance.take("a", 4.0)
    assert allowance.ceiling(None, {"a": Row("writing", 1.0)}) == 6.0  # 10 - 4
    assert allowance.ceiling(None, {"a": Row("paused", 1.0)}) == 6.0  # it may go on
    assert allowance.ceiling(None, {"a": Row("finished", 1.5)}) == 8.5  # 10 - 1.5
    assert allowance.ceiling(None, {"a": Row("ceiling", 3.9)}) == pytest.approx(6.1)
    assert allowance.ceiling(None, {"a": Row("finished", None)}) == 6.0  # nobody knows what it spent
    assert allowance.ceiling(None, {}) == 6.0  # it was deleted
    with pytest.raises(CeilingReached, match=r"\$6\.00 of this session's \$10\.00 are left"):
        allowance.ceiling(6.5, {"a": Row("writing", 1.0)})


def test_a_finished_run_may_be_redone_while_its_own_ceiling_is_left() -> None:
    allowance = Allowance(10.0)
    allowance.take("a", 4.0)
    rows = {"a": Row("finished", 1.0), "b": Row("writing", 0.0)}
    allowance.take("b", 6.0)
    allowance.again("a", rows)  # 4 for it, 6 for the other
    allowance.take("c", 3.0)
    with pytest.raises(CeilingReached, match=r"\$1\.00 .* a may spend up to \$4\.00"):
        allowance.again("a", rows | {"c": Row("planning", 0.0)})


def test_runs_of_elsewhere_are_not_paid_from_a_session_and_without_a_limit_all_goes() -> None:
    with pytest.raises(InputError, match="x was not begun in this session"):
        Allowance(1.0).again("x", {})
    free = Allowance(None)
    assert free.ceiling(None, {}) is None
    assert free.ceiling(5.0, {}) == 5.0
    free.again("x", {})
    with pytest.raises(InputError, match="more than 0"):
        Allowance(0.0)
