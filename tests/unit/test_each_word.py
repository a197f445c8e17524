"""Long texts in stretches: the same words, scripts and shares of repeated n-grams as in one piece."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter import language, text
from longwriter.text import each_word, repeated_ngrams, words_of

MIXED = st.lists(
    st.sampled_from(
        ["the ", "of ", "don't ", "a", "'", "3.5 ", "1,000", ".\n", "\n", "\n\n", "\u0301", "é", "茶", "港口", "かな",
         "한국 ", "русский ", "\U0001f600", "\ud83d", "\u200d", "\u200b", "ß", "tide came in "]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@pytest.fixture
def stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "STRETCH", 5)
    monkeypatch.setattr(language, "STRETCH", 5)


@pytest.mark.usefixtures("stretch")
def test_a_short_stretch_is_used() -> None:
    assert list(each_word("one two\nthree four\nfive")) == ["one", "two", "three", "four", "five"]


@given(MIXED)
def test_the_words_are_those_of_the_whole(mixed: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "STRETCH", 5)
        assert list(each_word(mixed)) == words_of(mixed)


@given(MIXED, st.integers(1, 9))
def test_repeated_ngrams_are_counted_exactly(mixed: str, n: int) -> None:
    words = [word.casefold() for word in words_of(mixed)]
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    assert repeated_ngrams(mixed, n) == (1 - len(set(grams)) / len(grams) if grams else 0.0)


@given(MIXED)
def test_the_script_is_that_of_the_whole(mixed: str) -> None:
    whole = language.script(mixed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "STRETCH", 3)
        assert language.script(mixed) == whole


def test_tongue_counts_every_stretch() -> None:
    words = Counter(["der", "Hafen", "und", "die", "Stadt"])
    assert words.total() == 5
    assert language.tongue("Der Hafen und die Stadt und das Meer.\n" * 4000) == "de"
