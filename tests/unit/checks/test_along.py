import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.prose import CHINESE, ENGLISH

from longwriter.bench.decay import decay_of
from longwriter.checks.along.measures import ALONG, POSITIONS, measure
from longwriter.text import ends_complete, repeated_ngrams

NOTHING = (None,) * POSITIONS
SHARES = ("repetition", "new_pairs", "dialogue", "structured", "foreign", "known_names", "kept_names")


def letters(i: int) -> str:
    """A different word for each number, none of any language."""
    return "".join("bcdfghjklm"[int(d)] + "aeiou"[int(d) % 5] for d in str(i)) + "x"


def distinct(n: int, a_sentence: int = 10) -> str:
    """`n` different words in sentences of `a_sentence`."""
    words = [letters(i) for i in range(n)]
    return " ".join(" ".join(words[i : i + a_sentence]).capitalize() + "." for i in range(0, n, a_sentence))


def test_words_that_never_come_again_repeat_nothing_and_are_all_as_new() -> None:
    found = measure(distinct(1000), "en").along
    assert found["repetition"] == (0.0,) * 10
    assert found["new_pairs"] == (1.0,) * 10
    assert found["new_words"] == pytest.approx((1.0,) * 10)
    assert found["sentence_words"] == (10.0,) * 10
    assert found["sentence_spread"] == (0.0,) * 10


def test_a_text_told_twice() -> None:
    """Of 1,000 words twice: the seam's 7 runs are new; in random order 0.19 of the words were met in the first tenth."""
    found = measure(distinct(1000) + " " + distinct(1000), "en")
    assert found.along["repetition"] == pytest.approx((0,) * 5 + (193 / 200, 1, 1, 1, 1))
    assert found.along["new_pairs"] == pytest.approx((1,) * 5 + (1 / 200, 0, 0, 0, 0))
    assert found.along["new_words"][0] == pytest.approx(200 / 190)
    assert found.along["new_words"][5:] == (0.0,) * 5
    assert found.whole["repetition"] == pytest.approx(993 / 1993)
    assert found.whole["new_pairs"] == pytest.approx(1000 / 1999)


def test_chinese_characters_are_words_and_runs_are_longer() -> None:
    once = measure(CHINESE, "zh")
    twice = measure(CHINESE + "\n" + CHINESE, "zh")
    assert once.whole["repetition"] == 0
    assert once.whole["new_pairs"] > 0.95
    assert twice.along["repetition"][6:] == (1.0,) * 4
    assert twice.along["new_pairs"][6:] == (0.0,) * 4
    assert twice.whole["foreign"] == 0


@pytest.mark.parametrize("text", [ENGLISH, distinct(300) + " " + distinct(200), "to be or not " * 50])
def test_repetition_of_a_whole_text_is_that_of_the_public_function(text: str) -> None:
    assert measure(text, "en").whole["repetition"] == pytest.approx(repeated_ngrams(text), abs=1e-12)


def test_sentences_and_paragraphs_by_where_they_begin() -> None:
    """Sentences of 5 words in the first half and of 5 and 15 in the second; headings and lists are not among them."""
    short = " ".join(distinct(100, 5).split()) + "\n"
    long = "".join(f"{distinct(5, 5)} {distinct(15, 15)}\n" for _ in range(5))
    found = measure(short + long, "en")
    assert found.along["sentence_words"] == (5.0,) * 5 + (10.0,) * 5
    assert found.along["sentence_spread"] == (0.0,) * 5 + (5.0,) * 5
    assert found.along["paragraph_words"] == (100.0, None, None, None, None, *(20.0,) * 5)
    listed = measure(short + "# A heading of six words here\n\n- one point\n- another point\n" + long, "en")
    assert listed.whole["sentence_words"] == found.whole["sentence_words"]
    assert listed.whole["structured"] == pytest.approx(10 / 210)


def test_speech_is_lines_that_open_with_a_mark() -> None:
    said = ["“Come in,” she said and waited.", "— Mais oui, dit-il.", "「そうですか」", '"No," he said.']
    for line in said:
        assert measure(line, "en").whole["dialogue"] == 1, line
    assert measure("She said “come in” and waited.", "en").whole["dialogue"] == 0


def test_where_a_text_ends() -> None:
    ends = {
        "All is said.": (1, 0),
        "All is said.\nAnd then the": (0, 1),
        "All is said,": (0, 1),
        "一切都说完了。": (1, 0),
        "一切都说，": (0, 1),
        "All is said.\n\n# The end": (0, 0),
        "": (0, 0),
    }
    for text, (complete, cut) in ends.items():
        found = measure(text, "en").whole
        assert (found["ends_complete"], found["cut_off"]) == (complete, cut), text


@pytest.mark.parametrize("text", ["", "word", "字", "。", "\n\n", "# ", "\ud800", "1", "-", "“"])
def test_texts_of_next_to_nothing_have_no_tenths(text: str) -> None:
    found = measure(text, "en")
    assert found.along == dict.fromkeys(ALONG, NOTHING)
    assert found.whole["repetition"] is None
    assert found.whole["kept_names"] is None


def test_words_without_any_sentence_end_are_one_sentence() -> None:
    found = measure("go " * 400, "en")
    assert found.along["sentence_words"] == (400.0, *NOTHING[1:])
    assert found.along["repetition"] == (32 / 33, *(1.0,) * 9)
    assert found.along["new_words"] == NOTHING  # "go" is a function word


PIECES = st.sampled_from(
    ["the ", "Anna ", "林远", "说", "。", ".\n\n", "\n", "# ", "- ", "12 rooms ", "三个", "é", "‘", "\u0301", "ก"]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=200).map("".join))
@settings(max_examples=60, deadline=None)
def test_any_text_has_measures_within_their_range(text: str) -> None:
    found = measure(text, "zh")
    assert tuple(found.along) == ALONG
    for name in SHARES:
        values = [v for v in (*found.along[name], found.whole.get(name)) if v is not None]
        assert all(0 <= v <= 1 for v in values), (name, values)
    assert found.whole["ends_complete"] == ends_complete(text)


def test_time_grows_with_the_length_not_with_its_square() -> None:
    rng = random.Random(1)
    text = " ".join(letters(int(rng.paretovariate(0.6)) % 50_000) + "." * (rng.random() < 0.06) for _ in range(100_000))
    seconds = {}
    for size in (len(text) // 10, len(text)):
        measure(text[:size], "en")
        begin = time.process_time()
        measure(text[:size], "en")
        seconds[size] = time.process_time() - begin
    small, large = seconds.values()
    assert large < 30 * small


def test_decay_is_the_mean_over_the_texts_that_have_a_value() -> None:
    fresh, looped = distinct(1000), distinct(500) + " " + distinct(500)
    curves = {
        curve.name: curve for curve in decay_of([measure(text, "en").along for text in (fresh, looped, "Too short.")])
    }
    assert tuple(curves) == ALONG
    repetition = curves["repetition"]
    assert repetition.n == 2
    assert repetition.values == pytest.approx((0,) * 5 + (0.465, 0.5, 0.5, 0.5, 0.5))
    assert (repetition.low[9], repetition.high[9]) == (0, 1)
    assert curves["known_names"].n == 0
    assert curves["known_names"].values == curves["known_names"].low == NOTHING
    assert decay_of([]) == ()


def test_decay_knows_no_order_and_one_text_has_no_interval() -> None:
    rows = [measure(distinct(300 + 50 * i) + ENGLISH[: 2000 * i], "en").along for i in range(1, 5)]
    assert decay_of(rows) == decay_of(rows[::-1])
    assert decay_of(rows[:1])[0].low == NOTHING
    for curve in decay_of(rows):
        for low, value, high in zip(curve.low, curve.values, curve.high, strict=True):
            assert low is None or low <= value <= high
