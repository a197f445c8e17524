"""Lines of a plan that no text can be written from."""

import pytest

from longwriter.types import Section
from longwriter.writer.plan_faults import line_fault


@pytest.mark.parametrize(
    ("title", "point", "fault"),
    [
        ("Part 4", "Sidenote", "placeholder"),
        ("Section 2", "", "placeholder"),
        ("Chapter 1", "This is the first section", "placeholder"),
        ("Part 4", "How tomatoes are watered in summer", ""),
        ("Watering", "Sidenote", ""),
    ],
)
def test_a_placeholder_for_a_title_needs_a_point_that_says_something(title: str, point: str, fault: str) -> None:
    found = line_fault(Section(title=title, point=point, words=100), (), "Write a guide to tomatoes.")
    assert fault in found
    assert bool(found) == bool(fault)
