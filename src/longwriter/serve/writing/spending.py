"""What all runs of a folder have cost today, kept in a small file so that a restart does not begin the day again."""

import json
import time
from pathlib import Path

from filelock import FileLock

from longwriter.errors import CeilingReached, RunError
from longwriter.runs.folders import make_folder, write_file

FILE = ".spent.json"


class DaySpending:
    """US dollars by day (UTC). Servers on one folder add to one file."""

    def __init__(self, home: Path, ceiling: float | None) -> None:
        """`ceiling`: dollars a day; None: no limit."""
        self.path, self.ceiling = home / FILE, ceiling

    def today(self) -> float:
        """Spent since midnight UTC. Raises RunError for a file that cannot be read: it must not count as nothing."""
        try:
            held = json.loads(self.path.read_text("utf-8"))
            return float(held["cost"]) if held["day"] == _day() else 0.0
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise RunError(f"{self.path}: cannot be read: {error}; remove it to begin today at 0") from error

    def add(self, cost: float) -> None:
        """Count what was spent."""
        if cost <= 0:
            return
        make_folder(self.path.parent)
        with FileLock(self.path.with_suffix(".lock"), mode=0o600):
            held = {"day": _day(), "cost": round(self.today() + cost, 9)}
            write_file(self.path, json.dumps(held) + "\n", durable=False, private=True)

    @property
    def left(self) -> float | None:
        """What may still be spent today; None: no limit."""
        return None if self.ceiling is None else max(0.0, self.ceiling - self.today())

    def check(self) -> None:
        """Raises CeilingReached where nothing is left for today, and RunError where what is spent could not be counted."""
        today = self.today()
        if self.ceiling is not None and today >= self.ceiling:
            raise CeilingReached(f"today's budget of ${self.ceiling:,.2f} is spent; it begins again at midnight UTC")


def _day() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())
