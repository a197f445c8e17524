"""Cutting texts: every passage is a stretch of the text that ends where a reader may stop, near the length asked for."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.data.backtranslate.passages import FAR, Cutter, near_lengths, round_words, units
from longwriter.text import count_words

SENTENCE = "The old keeper climbed the narrow stair and lit the lamp before the storm."  # 14 words
TEXT = "\n\n".join(" ".join([SENTENCE] * n) for n in (3, 1, 5, 2, 8, 1, 4, 6, 2, 3))  # 35 sentences, 490 words


@pytest.mark.parametrize(
    ("words", "said"), [(1, 5), (32, 30), (33, 35), (97, 95), (98, 100), (104, 100), (105, 110), (1994, 1990)]
)
def test_counts_are_said_as_people_say_them(words: int, said: int) -> None:
    assert round_words(words) == said


def test_units_are_sentences_and_know_where_a_cut_is_good() -> None:
    text = "# Rain\n\nIt rained. Nobody came.\n\n* * *\n\nThen it stopped."
    found = units(text)
    assert [text[u.start : u.end].strip() for u in found] == [
        "# Rain", "It rained.", "Nobody came.", "* * *", "Then it stopped.",
    ]  # fmt: skip
    assert [u.ends for u in found] == [0, 1, 2, 0, 2]
    assert [u.words for u in found] == [1, 2, 2, 0, 3]


def test_a_near_paragraph_end_goes_before_a_nearer_sentence_end() -> None:
    cutter = Cutter(TEXT)
    assert cutter.cut(0, 42).words == 42  # three sentences, the first paragraph
    assert cutter.cut(0, 60).words == 56  # the end of paragraph two
    assert cutter.cut(0, 98).words == 98  # inside paragraph three: its end, 126, is too far
    assert cutter.cut(0, 115).words == 126  # its end is 10 % off, the nearest sentence end 3 %


def test_no_passage_where_no_end_is_near() -> None:
    assert Cutter(" ".join(["word"] * 300) + ".").cut(0, 100) is None


def test_a_heading_or_scene_break_is_at_no_passage_s_end() -> None:
    cutter = Cutter(f"{SENTENCE}\n\n* * *\n\n## Night\n\n{SENTENCE} {SENTENCE}")
    found = list(cutter.run(lambda left: 14 if left == 43 else left))
    assert [p.text for p in found] == [SENTENCE, f"## Night\n\n{SENTENCE} {SENTENCE}"]


@given(
    st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=8), min_size=1, max_size=30),
    st.integers(5, 60),
    st.integers(0, 9),
)
def test_passages_are_stretches_of_the_text_in_order(paragraphs, low, seed) -> None:
    text = "\n\n".join(" ".join("A " + "b " * (n - 1) + "end." for n in lengths) for lengths in paragraphs)
    cutter, at, first = Cutter(text), 0, 0
    for passage in cutter.run(near_lengths(low, 6 * low, random.Random(seed))):
        assert passage.words == count_words(passage.text)
        at = text.index(passage.text, at) + len(passage.text)
        assert passage.first >= first
        first = passage.after
        assert cutter.units[passage.after - 1].ends
        assert low * (1 - FAR) - 1 <= passage.words <= 6 * low * (1 + FAR) + 1


def test_sections_of_one_text_are_near_each_other_and_leave_little() -> None:
    text = "\n\n".join([SENTENCE] * 500)
    for seed in range(20):
        found = [p.words for p in Cutter(text).run(near_lengths(60, 380, random.Random(seed)))]
        assert sum(found) > 7000 - 60
        assert max(found[:-2]) <= 1.5 * 1.5 * 1.3 * min(found[:-2])
