import math
from pathlib import Path

import numpy as np
import pytest

from longwriter.train.methods.reward_report import ScoredPair, correlation, draw, report, table

LN3 = math.log(3)  # sigmoid(LN3) = 0.75


def test_a_report_by_hand() -> None:
    pairs = [
        ScoredPair(LN3, 0.0, 200, 100),  # right, longer
        ScoredPair(LN3, 0.0, 100, 200),  # right, shorter
        ScoredPair(0.0, LN3, 100, 200),  # wrong, shorter
        ScoredPair(0.0, 0.0, 100, 100),  # a coin, of equal length
    ]
    found = report(pairs)
    assert found.pairs == 4
    assert found.accuracy == pytest.approx(2.5 / 4)
    assert found.log_loss == pytest.approx((2 * math.log(4 / 3) + math.log(4) + math.log(2)) / 4)
    assert [(b.pairs, b.confidence, b.accuracy) for b in found.bins] == [
        (1, 0.5, 0.5),
        (3, pytest.approx(0.75), pytest.approx(2 / 3)),
    ]
    assert found.calibration_error == pytest.approx(3 / 4 * (0.75 - 2 / 3))
    assert found.centre == pytest.approx(3 * LN3 / 8)
    assert found.scale == pytest.approx(math.sqrt(3 / 8 * 5 / 8) * LN3)
    assert found.longer_chosen == pytest.approx(1 / 3)
    assert found.longer_preferred == pytest.approx(2 / 3)
    assert found.accuracy_chosen_longer == 1
    assert found.accuracy_chosen_shorter == 0.5
    # scores in units of LN3: 1 0 1 0 0 1 0 0; words in hundreds: 2 1 1 2 1 2 1 1
    assert found.score_words_correlation == pytest.approx((2 - 3 * 3 / 8) / math.sqrt((3 - 9 / 8) ** 2))


def test_what_the_pairs_cannot_tell_is_missing() -> None:
    found = report([ScoredPair(1.0, 1.0, 50, 50)])
    assert (found.accuracy, found.scale, found.calibration_error) == (0.5, 0, 0)
    told = (found.score_words_correlation, found.longer_chosen, found.longer_preferred)
    assert (*told, found.accuracy_chosen_longer, found.accuracy_chosen_shorter) == (None,) * 5
    assert "| correlation of score with words | - |" in table(found)


def test_extreme_margins_stay_numbers() -> None:
    found = report([ScoredPair(1e6, -1e6, 10, 20), ScoredPair(-1e6, 1e6, 10, 20)])
    assert found.log_loss == pytest.approx(1e6)
    assert found.calibration_error == pytest.approx(0.5)
    assert found.bins[-1].confidence == 1


@pytest.mark.parametrize("pairs", [[], [ScoredPair(math.nan, 0, 1, 1)], [ScoredPair(0, math.inf, 1, 1)]])
def test_no_report_without_numbers(pairs: list[ScoredPair]) -> None:
    with pytest.raises(ValueError, match="a report needs pairs"):
        report(pairs)


def test_correlation_by_hand() -> None:
    assert correlation(np.array([1.0, 2.0, 3.0]), np.array([2, 4, 6])) == pytest.approx(1)
    assert correlation(np.array([1.0, 2.0, 3.0]), np.array([3, 1, 2])) == pytest.approx(-0.5)
    assert correlation(np.array([1.0, 1.0]), np.array([1, 2])) is None


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the [data] extra")
    pairs = [ScoredPair(i / 10, (i % 7) / 10, 100 + i, 150 - i) for i in range(40)]
    draw(tmp_path / "reward.png", pairs, report(pairs))
    assert (tmp_path / "reward.png").read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in tmp_path.iterdir()] == ["reward.png"]
