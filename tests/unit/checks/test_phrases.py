"""The automaton against a search phrase by phrase."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.checks.phrases import PhraseReading, Phrases
from longwriter.text import is_cjk

LETTERS = "abAB c\n'’.茶道"
TEXTS = st.text(LETTERS, max_size=40)
PHRASES = st.lists(st.text(LETTERS, min_size=1, max_size=6), max_size=12)


def joins(char):
    return char.isalnum() and not is_cjk(char)


def plain(char):
    return " " if char.isspace() else char.lower().replace("’", "'")


def naive(phrases, text):
    """(start, end) of each phrase at each place, by comparing."""
    places = [i for i, c in enumerate(text) if not (c.isspace() and i and text[i - 1].isspace())]
    flat = "".join(plain(text[i]) for i in places)
    found = set()
    for phrase in {"".join(map(plain, " ".join(p.split()))) for p in phrases} - {""}:
        for at in range(len(flat) - len(phrase) + 1):
            start, end = places[at], places[at + len(phrase) - 1] + 1
            before, after = text[start - 1 : start] if start else "", text[end : end + 1]
            whole = not (joins(phrase[0]) and before and joins(before)) and not (
                joins(phrase[-1]) and after and joins(after)
            )
            if flat[at : at + len(phrase)] == phrase and whole:
                found.add((start, end))
    return found


def places(matches):
    return [(m.start, m.end) for m in matches]


@given(PHRASES, TEXTS)
@settings(max_examples=400)
def test_it_finds_what_a_search_phrase_by_phrase_finds(phrases, text):
    found = places(Phrases(phrases).find(text))
    assert len(found) == len(set(found))
    assert set(found) == naive(phrases, text)


@given(PHRASES, TEXTS, st.lists(st.integers(0, 40), max_size=4), TEXTS)
@settings(max_examples=200)
def test_pieces_and_ways_back_change_nothing(phrases, text, cuts, other):
    automaton = Phrases(phrases)
    reading = PhraseReading(automaton)
    for cut in cuts:  # other text is taken back to where it parts from this one
        reading.back(min(cut, len(reading)))
        list(reading.feed(other))
    reading.back(0)
    found = [m for char in text for m in reading.feed(char)] + list(reading.close())
    assert found == automaton.find(text)


@given(PHRASES, TEXTS)
@settings(max_examples=200)
def test_nothing_is_found_that_began_before_what_was_said_to_be_open(phrases, text):
    reading, opened = PhraseReading(Phrases(phrases)), 0
    for char in text:
        assert all(m.start >= opened for m in reading.feed(char))
        assert opened <= reading.open <= len(reading)
        opened = reading.open
    assert all(m.start >= opened for m in reading.close())


def test_the_end_of_a_word_is_seen_with_the_character_after_it_and_that_of_a_chinese_phrase_at_once():
    reading = PhraseReading(Phrases(["a test", "意味着"]))
    assert list(reading.feed("It is A\n test")) == []
    assert reading.open == 6
    assert list(reading.feed("ament, 这意味")) == []
    assert [m.phrase for m in reading.feed("着")] == ["意味着"]
    assert list(reading.feed(" a  test")) == []
    assert places(reading.close()) == [(25, 32)]


def test_a_phrase_may_begin_in_what_stood_before():
    reading = PhraseReading(Phrases(["a testament to"]), "It was a testa")
    assert reading.open == -7
    assert places(reading.feed("ment to it")) == [(-7, 7)]
    reading.back(0)
    assert reading.open == -7
    assert list(reading.feed("ble cloth")) == []


def test_what_a_request_says_is_known_in_any_case():
    phrases = Phrases(["tapestry", "Rich tapestry", "a  dance of", "tapestry", ""])
    assert phrases.given == ("tapestry", "Rich tapestry", "a dance of")
    assert phrases.unsaid("Write about the Bayeux Tapestry.") == ("Rich tapestry", "a dance of")


@pytest.mark.slow
def test_ten_times_the_phrases_take_no_longer():
    text = "the quick brown fox of number 12 jumps over thing 84 " * 2000

    def seconds(many):
        phrases = Phrases(f"number {i} thing {i * 7 % 1000}" for i in range(many))
        began = time.process_time()
        phrases.find(text)
        return time.process_time() - began

    few = min(seconds(300) for _ in range(3))
    assert min(seconds(3000) for _ in range(3)) < 2.5 * few + 0.05
