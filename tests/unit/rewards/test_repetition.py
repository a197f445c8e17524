import json
import lzma
import random
import time
from pathlib import Path

import numpy as np
import pytest
from benchmarks.attacks import ATTACKS, Host, sentences_of
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.rewards.prose import CHINESE, ENGLISH

from longwriter.rewards.overlap import Index, read_words, stem
from longwriter.rewards.repetition import FREE, NOTHING, RUN, repetition
from longwriter.text import CJK_CHARACTER, words_of

BOOKS = Path(__file__).parents[4] / "shared" / "corpus" / "standard_ebooks.jsonl.xz"
OTHERS = ["copper", "whistle", "garden", "senate", "orchid", "velvet", "quarrel", "pigeon", "marble", "tenant"] + [
    f"{first}{second}" for first in ("bram", "dolt", "figu", "hask", "kive") for second in ("ock", "umb", "ard", "ept")
]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_honest_prose_repeats_nothing(text: str) -> None:
    found = repetition(text)
    assert found.factor == 1
    assert found.share < 0.02


@pytest.mark.parametrize("name", [name for name in ATTACKS if "1/2" not in name])
def test_half_of_attack_costs_half_and_more(name: str) -> None:
    text = ATTACKS[name](Host(ENGLISH, OTHERS, random.Random(5)))
    assert repetition(text).factor <= 0.5


def test_a_text_doubled_has_half_of_its_words_repeated() -> None:
    found = repetition(ENGLISH + "\n" + ENGLISH)
    assert found.share == pytest.approx(0.5, abs=0.01)
    assert found.factor == pytest.approx(1 - (found.share - FREE) / (NOTHING - FREE), abs=1e-12)
    largest = max(found.passages, key=lambda passage: passage.end - passage.start)
    assert largest.similarity == 1
    assert largest.earlier_start == 0
    assert largest.start == len(ENGLISH) + 1


def _rephrased_chinese(rng: random.Random) -> str:
    """One character in five replaced, clauses of each sentence in another order."""
    made = []
    for sentence in sentences_of(CHINESE):
        clauses = sentence.strip("。\n").split("，")
        text = "，".join(rng.sample(clauses, len(clauses)))
        changed = "".join(
            rng.choice("葡萄帆布砖瓦羚羊琥珀蜻蜓榆柳") if CJK_CHARACTER.match(c) and rng.random() < 0.2 else c
            for c in text
        )
        made.append(changed + "。")
    return "".join(made)


def test_chinese_copies_shuffles_and_rewordings_cost() -> None:
    rng = random.Random(2)
    sentences = sentences_of(CHINESE)
    assert repetition(CHINESE + "\n\n" + CHINESE).factor <= 0.1
    assert repetition(CHINESE + "\n\n" + "".join(rng.sample(sentences, len(sentences)))).factor <= 0.3
    assert repetition(CHINESE + "\n\n" + _rephrased_chinese(rng)).factor <= 0.5


def test_sentences_are_known_again_wherever_they_stand() -> None:
    """Order of sentences and of words both lost: no block and no run is left of the first telling."""
    rng = random.Random(3)
    shuffled = [" ".join(rng.sample(words, len(words))) + "." for words in map(words_of, sentences_of(ENGLISH))]
    assert repetition(ENGLISH + "\n\n" + " ".join(rng.sample(shuffled, len(shuffled)))).factor <= 0.3


def test_one_sentence_quoted_again_is_free() -> None:
    found = repetition(
        ENGLISH
        + "\nGreen meant money. Brown meant cheese. Red was for promises, and there was more red than she liked."
    )
    assert 0.02 < found.share <= FREE
    assert found.factor == 1


def test_the_factor_falls_as_more_is_repeated() -> None:
    paragraphs = ENGLISH.strip().split("\n\n")
    factors = [repetition("\n\n".join(paragraphs + paragraphs[:n])).factor for n in (0, 2, 3, 6, len(paragraphs))]
    assert factors[0] == 1
    assert factors == sorted(factors, reverse=True)
    assert factors[-1] < factors[2] < 1


def test_short_lines_refrains_and_tables_are_free() -> None:
    dialogue = "\n\n".join(f'{line}\n\n"Yes," he said.' for line in ENGLISH.strip().split("\n\n"))
    assert repetition(dialogue).factor == 1
    headings = "\n\n".join(f"## Chapter {n}\n\n{p}" for n, p in enumerate(ENGLISH.strip().split("\n\n")))
    assert repetition(headings).factor == 1
    table = "\n".join(f"| {word} | yes | no |" for word in dict.fromkeys(words_of(ENGLISH)[:40]))
    assert repetition(ENGLISH + "\n" + table).factor == 1


@pytest.mark.parametrize("text", ["", "   \n", "***", "a", "the the the", "你", "!!!" * 1000])
def test_texts_of_nothing_repeat_nothing(text: str) -> None:
    assert repetition(text).factor == 1


@pytest.mark.parametrize("text", ["word " * 5000, "字" * 5000, "the same old story " * 2000, "ha! " * 3000])
def test_one_word_for_ever_is_worth_nothing(text: str) -> None:
    assert repetition(text).factor == 0


def test_texts_of_every_small_size() -> None:
    factors = [repetition("word " * times).factor for times in range(1, 200)]
    assert factors[:8] == [1] * 8
    assert set(factors[50:]) == {0}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(1, 4))
def test_any_text_has_a_factor_and_passages_inside_it(text: str, times: int) -> None:
    text = text * times
    found = repetition(text)
    assert 0 <= found.factor <= 1
    assert 0 <= found.share <= 1
    for passage in found.passages:
        assert 0 <= passage.earlier_start < passage.earlier_end
        assert 0 <= passage.start < passage.end <= len(text)
        assert passage.earlier_start < passage.start
        assert 0 < passage.similarity <= 1


def test_overlap_by_hand() -> None:
    """Three sentences of stems; the third has 2 of its 4 stems in the first, 1 in the second."""
    stems = np.array([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 4, 8], np.int64)
    found = Index(stems).sentences(np.repeat([0, 1, 2], 4))
    assert found.earlier_starts[2] == 0
    assert found.earlier_ends[2] == 4
    weight = np.log1p(1 / 1)  # one cell of 30, and every stem stands in it
    assert found.shared.tolist() == pytest.approx([0, 0, 2 * weight])
    assert found.total.tolist() == pytest.approx([4 * weight] * 3)


def test_a_sentence_without_end_is_cut_at_forty_stems() -> None:
    found = Index(np.arange(100)).sentences(np.zeros(100, np.int64))
    assert found.starts.tolist() == [0, 40, 80]
    assert found.ends.tolist() == [40, 80, 100]


def test_runs_of_eight_words_are_copies_and_of_seven_are_not() -> None:
    run = "if it be so then we too are".split()  # noqa: SIM905 - function words alone: no stems
    assert len(run) == RUN
    filler = [f"w{n}x{n}" for n in range(100)]
    eight = repetition(" ".join([*run, *filler, *run]))
    seven = repetition(" ".join([*run, *filler, *run[:7]]))
    assert eight.share == pytest.approx(8 / 116)
    assert seven.share == 0


def test_stems_meet() -> None:
    assert stem("walked") == stem("walking") == stem("walks") == stem("walk")
    assert stem("national") == stem("nation")
    assert stem("stopped") == stem("stop")
    assert stem("the") == stem("I'll") == stem("it’s") == stem("don't") == ""
    assert stem("captain's") == stem("captain")
    words = read_words("我们用小提琴换船票")
    assert len(words.stems) == 6  # 用小 小提 提琴 琴换 换船 船票


@pytest.mark.skipif(not BOOKS.exists(), reason="the corpus is not beside this checkout")
def test_chapters_of_real_books_keep_their_worth() -> None:
    factors = []
    with lzma.open(BOOKS, "rt") as lines:
        for number, line in enumerate(lines):
            if number % 97 == 5 and number < 2000:
                factors.append(repetition(json.loads(line)["text"]).factor)
    assert np.mean(factors) >= 0.97
    assert np.median(factors) == 1


def test_time_grows_with_the_length_not_its_square() -> None:
    rng = random.Random(1)
    words = [
        f"{a}{b}{c}"
        for a in ("bor", "tin", "mas", "fel")
        for b in ("a", "ik", "und")
        for c in ("t", "lor", "mesh", "v")
    ]
    text = " ".join(" ".join(rng.choices(words, k=12)).capitalize() + "." for _ in range(3000))

    def seconds(part: str) -> float:
        repetition(part)
        begin = time.process_time()
        repetition(part)
        return time.process_time() - begin

    assert seconds(text) < 30 * seconds(text[: len(text) // 10])


def test_a_text_without_full_stops_is_cut_into_passages() -> None:
    words = words_of(ENGLISH.lower())
    assert repetition(" ".join(words)).factor == 1
    assert repetition(" ".join(words + words)).factor < 0.1
