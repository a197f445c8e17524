import math

import pytest

from longwriter.train.grpo.drift import distinct, drift, overused, word_counts

BEFORE = {"the": 50, "lamp": 25, "sea": 25}


def test_word_counts() -> None:
    assert word_counts(["The lamp, the LAMP", "你好 the"]) == {"the": 3, "lamp": 2, "你": 1, "好": 1}


def test_overused_by_hand() -> None:
    """10 words after, 100 before, 4 different: tapestry goes from 1/104 to 5/14, sea from 26/104 to 3/14."""
    texts = ["tapestry tapestry the sea the", "tapestry tapestry the sea lamp"]
    found = overused(texts, BEFORE)
    assert [word.word for word in found] == ["tapestry"]
    assert found[0].times == 4
    assert found[0].ratio == pytest.approx((5 / 14) / (1 / 104))


def test_the_worst_is_the_one_that_takes_most_room() -> None:
    texts = ["moreover " * 30 + "delve the sea", "moreover " * 30 + "delve the sea"]
    before = BEFORE | {"moreover": 40}
    found = overused(texts, before)
    assert [word.word for word in found] == ["moreover", "delve"]
    assert found[0].ratio < found[1].ratio
    assert len(overused(texts, before, 1)) == 1


def test_a_word_of_one_text_is_its_topic() -> None:
    assert overused(["whale " * 50, "the sea"], BEFORE) == []


def test_no_reference_no_overuse() -> None:
    assert overused(["a b a", "a c"], {}) == []
    assert overused([], BEFORE) == []


def test_distinct_by_hand() -> None:
    assert distinct(["a b a b"]) == pytest.approx(2 / 3)  # ab ba ab
    assert distinct(["a b c"], 3) == 1
    assert distinct(["a", ""]) is None
    assert distinct(["a b a b", "a b c"]) == pytest.approx((2 / 3 + 1) / 2)


def test_distinct_does_not_fall_with_length_alone() -> None:
    words = [f"w{n % 200}" for n in range(2000)]
    assert distinct([" ".join(words)]) == distinct([" ".join(words[:200])]) == 1
    assert distinct([" ".join([*words[:200], "x", "x", "x"])]) == 1  # the rest is no whole window


def test_drift_by_hand() -> None:
    numbers = drift(["a b a b", "", "c d e f"], ["one two", "three", ""], {"a": 1, "z": 9})
    assert numbers["answer_words"] == pytest.approx(8 / 3)
    assert numbers["think_words"] == 1
    assert numbers["answer_share"] == pytest.approx(8 / 11)
    assert numbers["distinct_2"] == pytest.approx((2 / 3 + 1) / 2)
    assert numbers["repetition"] == 0
    assert "overuse" not in numbers  # each word is in one text only
    assert all(math.isfinite(value) for value in numbers.values())


def test_repetition_is_the_mean_over_answers() -> None:
    assert drift(["word " * 500, "each of these is new"], [])["repetition"] == pytest.approx(0.5, abs=0.05)


def test_a_repetition_that_is_known_is_not_computed_again() -> None:
    texts = ["word " * 500, "", "word " * 500]
    numbers = drift(texts, [], repeated=[0.25, None, None])
    assert numbers["repetition"] == pytest.approx((0.25 + drift(texts[2:], [])["repetition"]) / 2)
    with pytest.raises(ValueError, match="zip"):
        drift(texts, [], repeated=[0.25])


def test_nothing_gives_nothing() -> None:
    assert drift([], []) == {}
    assert drift(["", ""], []) == {"answer_words": 0}
