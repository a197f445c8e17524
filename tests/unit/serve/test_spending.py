import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from longwriter.errors import CeilingReached, RunError
from longwriter.serve.writing.spending import FILE, DaySpending


def test_a_restart_does_not_begin_the_day_again(tmp_path: Path) -> None:
    home = tmp_path / "runs"
    DaySpending(home, 1.0).add(0.75)
    again = DaySpending(home, 1.0)
    assert again.today() == 0.75
    assert again.left == 0.25
    again.check()
    again.add(0.5)
    assert again.left == 0
    with pytest.raises(CeilingReached, match=r"budget of \$1.00 is spent"):
        again.check()


def test_yesterday_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps({"day": "2020-01-01", "cost": 9.0}))
    spending = DaySpending(tmp_path, 1.0)
    assert spending.today() == 0
    spending.add(0.25)
    assert spending.today() == 0.25


def test_servers_on_one_folder_add_to_one_sum(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(40):
            pool.submit(DaySpending(tmp_path, None).add, 0.25)
    assert DaySpending(tmp_path, None).today() == 10
    assert DaySpending(tmp_path, None).left is None


def test_a_sum_that_cannot_be_read_is_not_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    with pytest.raises(RunError, match="remove it"):
        DaySpending(tmp_path, 1.0).today()
