"""Think tags: every form that models send, whole and cut into pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.models.thinking import ThinkFilter, split


@pytest.mark.parametrize(
    ("raw", "text", "thinking"),
    [
        ("plain text\n", "plain text\n", ""),
        ("  blanks stay  \n", "  blanks stay  \n", ""),
        ("<think>plan</think>\n\nText ", "Text ", "plan"),
        ("<THINKING>plan</Thinking>Text", "Text", "plan"),
        ("<reasoning>a < b</reasoning>\nText", "Text", "a < b"),
        (" <think>one</think> <think>two</think>\nText", "Text", "one\n\ntwo"),
        ("One.\n<think>hm</think>\nTwo.", "One.\n\nTwo.", "hm"),
        ("<think>never closed, all of it", "", "never closed, all of it"),
        ("One.\n<think>never closed", "One.\n", "never closed"),
        ("plan, no opening</think>\n\nText", "Text", "plan, no opening"),
        ("a</think>b</think>\nText", "Text", "a\n\nb"),
        ("<think>a <think> b</think> c</think>\nText", "Text", "a <think> b\n\nc"),
        ("<think>a</thinking>b</think>Text", "Text", "a</thinking>b"),
        ("He wrote <think> on the wall.", "He wrote <think> on the wall.", ""),
        ("Tags like `<think>` and `</think>`.", "Tags like `<think>` and `</think>`.", ""),
        ("It prints <think> and </think> around it.", "It prints <think> and </think> around it.", ""),
        ("<think>plan</think>\n<answer>\nText\n</answer>", "Text\n", "plan"),
        ("<answer>Text, cut at the li", "Text, cut at the li", ""),
        ("The <answer> is 42</answer>", "The <answer> is 42</answer>", ""),
        ("", "", ""),
        ("  \n", "  \n", ""),
        ("a < b and <b>bold</b> <thin", "a < b and <b>bold</b> <thin", ""),
        ("先说<think>不算</think>。", "先说<think>不算</think>。", ""),
    ],
)
def test_forms(raw, text, thinking):
    assert split(raw) == (text, thinking)


PIECES = ["<think>", "</think>", "<Thinking>", "</thinking>", "<answer>", "</answer>", "<", "<th", "/", ">", "`", "\n"]
RAW = st.lists(st.sampled_from([*PIECES, " ", "word", "字", "<reasoning>", "</reasoning>"]), max_size=14).map("".join)


def run(pieces):
    shown = ThinkFilter()
    visible = "".join([shown.feed(p) for p in pieces] + [shown.close()])
    return visible, shown.text, shown.thinking


BLOCKS = ["<think>hm</think>", "\n<Thinking>a\nb</thinking>", "<answer>", "</answer>", "<think>"]
PAIRED = st.lists(st.sampled_from([*BLOCKS, "<", "<th", "\n", " ", "word", "`"]), max_size=10).map("".join)


def cut(raw, data):
    bounds = [0, *data.draw(st.lists(st.integers(0, len(raw)), max_size=8).map(sorted)), len(raw)]
    return [raw[a:b] for a, b in pairwise(bounds)]


@given(RAW, st.data())
def test_any_cut_gives_the_same_text(raw, data):
    assert run(cut(raw, data))[1:] == run(list(raw))[1:] == split(raw)


@given(PAIRED, st.data())
def test_without_orphan_closings_a_stream_shows_the_text_and_nothing_else(raw, data):
    visible, text, _ = run(cut(raw, data))
    assert visible == text == run(list(raw))[0]


@given(RAW)
def test_nothing_is_lost_or_made_up(raw):
    text, thinking = split(raw)
    assert len(text) + len(thinking) <= len(raw) + 2 * raw.count("</")
    if "<" not in raw:
        assert (text, thinking) == (raw, "")


def test_a_stream_shows_text_as_soon_as_it_cannot_be_a_tag():
    shown = ThinkFilter()
    assert shown.feed("Once upon ") == "Once upon "
    assert shown.feed("a <th") == "a "
    assert shown.feed("rone>") == "<throne>"
