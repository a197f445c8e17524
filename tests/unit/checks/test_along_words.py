import numpy as np
import pytest
from tests.helpers.prose import ARABIC, CHINESE, ENGLISH, FRENCH, GERMAN, JAPANESE, RUSSIAN

from longwriter.checks.along.language import tongues
from longwriter.checks.along.reading import hash_runs, hashes_of, read
from longwriter.text import count_words, head_words, sentence_ends, words_of


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, FRENCH, "Don’t. DON'T! don't İİ ß \U0001f600 3,000.5"])
def test_words_have_one_number_for_one_spelling(text: str) -> None:
    words = [word.lower().replace("’", "'") for word in words_of(text)]
    read_words = read(text)
    assert len(read_words.hashes) == len(words)
    numbers = dict(zip(words, read_words.hashes.tolist(), strict=True))
    assert [numbers[word] for word in words] == read_words.hashes.tolist()
    assert len(set(numbers.values())) == len(numbers)
    assert (read_words.types[read_words.type] == read_words.hashes).all()


def test_letters_in_another_order_are_another_word() -> None:
    assert len(hashes_of(["tale", "late", "teal", "tal", "e", "tale"])) == 5


def test_runs_are_equal_where_their_words_are() -> None:
    runs = hash_runs(read("a b c a b d a b c").hashes, 3)
    assert len(runs) == 7
    assert runs[0] == runs[6]
    assert len(np.unique(runs)) == 6
    assert len(hash_runs(read("a b").hashes, 3)) == 0


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_sentences_are_nearly_those_of_the_slow_splitter(text: str) -> None:
    """ENGLISH has hard line breaks, which end nothing in either."""
    found, exact = read(text).sentence[-1] + 1, len(list(sentence_ends(text)))
    assert found == pytest.approx(exact, abs=1)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Mr. Ash met Dr. J. B. Ode. He left.", 2),
        ('"Really?" she asked. "Yes!" And so on...', 3),
        ("It cost 3.50. Then 4.", 2),
        ("I was in the U. S. of A. once", 1),
        ("It was I. He left.", 2),
        ("他走了。她说：“好！”然后呢？没有", 4),
        ("什么?不知道!好", 3),
        ("# Title\nText goes on\nand on\n\nNext", 3),
        ("- One\n- Two. Three\n", 3),
        ("no end", 1),
    ],
)
def test_sentences_by_hand(text: str, sentences: int) -> None:
    assert read(text).sentence[-1] + 1 == sentences


@pytest.mark.parametrize(
    ("text", "home"),
    [
        (ENGLISH, "en"),
        (CHINESE, "zh"),
        (FRENCH * 5, "fr"),
        (GERMAN * 5, "de"),
        (RUSSIAN * 5, ""),
        (JAPANESE * 5, ""),
        (ARABIC * 5, ""),
    ],
)
def test_a_text_of_one_language_holds_nothing_foreign(text: str, home: str) -> None:
    spoken = tongues(read(text), "en")
    assert spoken.home == home
    assert spoken.foreign.sum() == 0


@pytest.mark.parametrize("other", [CHINESE, FRENCH * 20, GERMAN * 20, RUSSIAN * 20, JAPANESE * 20, ARABIC * 20])
def test_a_text_that_changes_its_language_half_way(other: str) -> None:
    half = ENGLISH[: len(ENGLISH) // 2]
    seam = count_words(half)
    words = read(half + "\n\n" + head_words(other, seam))
    foreign = tongues(words, "en").foreign
    assert foreign[: seam - 20].sum() == 0
    assert foreign[seam + 20 :].mean() > 0.95


def test_english_within_chinese_is_foreign_word_by_word() -> None:
    words = read(CHINESE + "他用GPT写了一篇report。")
    assert np.flatnonzero(tongues(words, "zh").foreign).tolist() == [len(words.starts) - 6, len(words.starts) - 1]


def test_too_little_to_tell_is_what_was_asked() -> None:
    assert tongues(read("12 34 ."), "zh").home == "zh"
    assert tongues(read("Zxq wvk"), "fr").home == "fr"
    assert tongues(read("Zxq wvk"), "sw").home == ""


def test_owners_are_the_words_without_their_s() -> None:
    found = read("Marta’s boat, OLIN'S oar, it's, us")
    plain = read("marta boat olin oar it us")
    assert found.owners().tolist() == plain.hashes.tolist()
