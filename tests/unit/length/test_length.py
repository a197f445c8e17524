import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.places import SHARED

from longwriter.length.score import length_score

GOLDEN = SHARED / "golden" / "reference_values.json"


@pytest.mark.parametrize(
    ("required", "written", "score"),
    [
        (1000, 1000, 100),
        (1000, 500, 50),  # 1 - (2 - 1) / 2
        (1000, 2000, 100 * 2 / 3),  # 1 - (2 - 1) / 3
        (1000, 4000, 0),
        (1000, 333, 0),
        (1000, 0, 0),
        (10000, 6320, 70.88607594936708),  # this and the next: THUDM/LongWriter evaluation/eval_length.py@3fcfdff
        (8000, 4598, 63.005654632448895),
    ],
)
def test_length_score(required: int, written: int, score: float) -> None:
    assert length_score(required, written) == pytest.approx(score, abs=1e-12)


@pytest.mark.skipif(not GOLDEN.exists(), reason="the reference values are not beside this checkout")
def test_length_score_equals_the_reference() -> None:
    for required, written, score in json.loads(GOLDEN.read_text(encoding="utf-8"))["longwriter_length_score"]["cases"]:
        assert length_score(required, written) == pytest.approx(score, abs=1e-12)


@given(st.integers(1, 10**6), st.integers(0, 10**7))
def test_length_score_is_a_percentage_and_full_only_at_the_target(required: int, written: int) -> None:
    score = length_score(required, written)
    assert 0 <= score <= 100
    assert (score == 100) == (written == required)


@pytest.mark.parametrize(("required", "written"), [(0, 5), (-1, 5), (5, -1)])
def test_impossible_counts_are_refused(required: int, written: int) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        length_score(required, written)
