"""What an assistant may spend in one session: each run that it begins gets a part of it as its own ceiling."""

from collections.abc import Mapping
from typing import Protocol

from longwriter.errors import CeilingReached, InputError

OVER = ("finished", "ceiling")
"""States in which a run spends no more by itself."""


class RunSpending(Protocol):
    """What a run has spent."""

    @property
    def state(self) -> str:
        """As `api.states` has it."""

    @property
    def cost(self) -> float | None:
        """US dollars; None: a price is unknown."""


class Allowance:
    """US dollars for all runs of a session. A run counts with its ceiling until it is over, then with what it spent."""

    def __init__(self, most: float | None) -> None:
        """`most` None: without a limit. Raises InputError for none or less."""
        if most is not None and most <= 0:
            raise InputError("--max-cost: more than 0 is needed")
        self.most = most
        self._ceilings: dict[str, float] = {}

    def ceiling(self, asked: float | None, rows: Mapping[str, RunSpending]) -> float | None:
        """The ceiling of a new run: what is asked for it, else all that is left. Raises CeilingReached."""
        if self.most is None:
            return asked
        left = self._left(rows)
        if left <= 0 or (asked or 0) > left:
            raise CeilingReached(
                f"{self._said(left)}; runs that are not over hold their ceilings: give a smaller max_cost, or wait for them"
            )
        return asked or left

    def take(self, run: str, ceiling: float | None) -> None:
        """A run was begun with a ceiling."""
        if self.most is not None and ceiling is not None:
            self._ceilings[run] = ceiling

    def again(self, run: str, rows: Mapping[str, RunSpending]) -> None:
        """Refuse a run that may not spend up to its ceiling. Raises CeilingReached; InputError for one of another session."""
        if self.most is None:
            return
        if run not in self._ceilings:
            raise InputError(
                f"{run} was not begun in this session, whose spending is limited; go on with: longwriter resume"
            )
        left = self._left(rows, but=run)
        if left < self._ceilings[run]:
            raise CeilingReached(f"{self._said(left)}, and {run} may spend up to ${self._ceilings[run]:.2f}")

    def _left(self, rows: Mapping[str, RunSpending], but: str = "") -> float:
        assert self.most is not None
        taken = 0.0
        for run, ceiling in self._ceilings.items():
            row = rows.get(run)
            spent = row.cost if row is not None and row.state in OVER and row.cost is not None else ceiling
            taken += spent if run != but else 0.0
        return self.most - taken

    def _said(self, left: float) -> str:
        return f"${max(left, 0.0):.2f} of this session's ${self.most:.2f} are left (--max-cost)"
