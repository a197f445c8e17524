"""Where an answer ends: words at a sentence end, stop strings over pieces."""

import pytest

from longwriter.serve.v1.answers.limits import AnswerLimits, capped

TEXT = "One two three. Four five six. Seven eight nine."


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (9, TEXT),
        (8, "One two three. Four five six."),
        (6, "One two three. Four five six."),
        (5, "One two three."),
        (2, ""),
    ],
)
def test_capped_at_a_sentence(words, kept):
    assert capped(TEXT, words) == kept


def test_words_add_up_over_pieces():
    limits = AnswerLimits(7, ())
    assert limits.feed("One two three.") == "One two three."
    assert limits.finish is None
    assert limits.feed(" Four five six. Seven eight.") == " Four five six."
    assert limits.finish == "length"
    assert limits.feed("Nine.") == ""


def test_a_first_sentence_that_is_too_long_is_cut_between_words():
    limits = AnswerLimits(2, ())
    assert limits.feed(TEXT) == "One two"
    assert limits.finish == "length"


def test_a_limit_that_is_met_exactly_is_none():
    limits = AnswerLimits(9, ())
    assert limits.feed(TEXT) == TEXT
    assert limits.finish is None


def test_a_stop_string_over_two_pieces():
    limits = AnswerLimits(None, ("END", "three!"))
    assert limits.feed("one two E") == "one two "
    assert limits.feed("N") == ""
    assert limits.feed("Ds here") == ""
    assert limits.finish == "stop"


def test_what_was_held_back_is_given_if_it_is_no_stop():
    limits = AnswerLimits(None, ("END",))
    assert limits.feed("one EN") == "one "
    assert limits.feed("OUGH E") == "ENOUGH "
    assert limits.close() == "E"
    assert limits.finish is None


def test_the_first_stop_counts():
    limits = AnswerLimits(None, ("c", "b"))
    assert limits.feed("abcd") == "a"
