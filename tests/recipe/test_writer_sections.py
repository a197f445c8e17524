"""Which drafts recipes/zero/gpu/sections.py learns from."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: make test-recipe")
pytest.importorskip("peft", reason="training needs the [train] extra: make test-recipe")

sys.path.insert(0, str(Path(__file__).parents[2] / "recipes/zero/gpu"))
from sections import Text, best

pytestmark = pytest.mark.recipe
LINE = "they light a lamp and tie the ropes"
GOOD = "Before dawn the keeper lit a lamp. She and her brother tied the ropes of the boat, and the light stood on the water."
FAR = (
    "The market was loud. Somebody sold apples, and a dog slept under the cart until the rain came down from the hills."
)


def text(ask: int) -> Text:
    return Text("a story about a keeper and her boat", [LINE], asks=[ask])


def test_the_draft_that_keeps_to_its_line_is_taken_before_another_of_its_length() -> None:
    assert best(text(20), 0, [FAR, GOOD]) == GOOD


def test_none_is_taken_where_all_are_too_long_or_about_something_else() -> None:
    assert best(text(20), 0, []) is None
    assert best(text(20), 0, [FAR]) is None
    assert best(text(200), 0, [GOOD]) is None
