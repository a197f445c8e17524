import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.intake.points import MOST_WORDS, point
from longwriter.text import count_words

RAIN = """\
## One

“Has Fogg seen the harbour?” asked Passepartout.

It was late. Fogg went down to the harbour with *Passepartout*, who carried the harbour lamp.[^1] Nothing else happened.

- a list of the harbour

| harbour | harbour |
| --- | --- |

[^1]: The harbour of Fogg and Passepartout was the harbour of the harbour.
"""


def test_the_sentence_that_names_what_a_piece_is_about() -> None:
    assert point(RAIN, "en") == "Fogg went down to the harbour with Passepartout, who carried the harbour lamp."


def test_characters_go_by_pairs() -> None:
    text = "天亮了。渔夫提着灯笼往港口走去。\n\n港口里没有船，渔夫把灯笼放下。风很大，云很低。\n"
    assert point(text, "zh") == "渔夫提着灯笼往港口走去。"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("# One\n\n* * *\n", ""),
        ("It rained.\n", "It rained."),
        ("“Rain?” he said.\n\n“Rain.”\n", "“Rain?” he said. “Rain.”"),
        ("word " * 50, "word " * 29 + "word"),
    ],
)
def test_what_has_no_such_sentence_gives_its_first_words(text: str, shown: str) -> None:
    assert point(text, "en") == shown


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_a_point_is_one_line(text: str) -> None:
    line = point(text, "en")
    assert count_words(line) <= MOST_WORDS
    assert len(line.splitlines()) <= 1
