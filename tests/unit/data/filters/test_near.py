"""Near-duplicates: the estimate against exact sets, the chance to be found, and what is remembered."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.data.filters.near_duplicates import NearDuplicates, bands_of, minima, ngrams

VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "nrstlm"]


def text(words: int, seed: int) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=words)


def jaccard(a: list[str], b: list[str]) -> float:
    one, two = ({tuple(t[i : i + 5]) for i in range(len(t) - 4)} for t in (a, b))
    return len(one & two) / len(one | two)


def changed(words: list[str], share: float, seed: int) -> list[str]:
    """With the end of the text replaced: a share of its words."""
    keep = round(len(words) * (1 - share))
    return words[:keep] + text(len(words) - keep, seed)


def test_exact_counts_of_ngrams() -> None:
    assert len(ngrams("one two three four five six")) == 2
    assert len(ngrams("one two three")) == 1
    assert len(ngrams("... !")) == 0
    assert len(ngrams("长江从青藏高原流下来")) == 10 - 4
    assert np.array_equal(ngrams("One, TWO three four FIVE"), ngrams("one two three four five"))
    assert not np.array_equal(ngrams("one two three four five"), ngrams("five four three two one"))


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.3, 0.5])
def test_the_estimate_is_near_the_exact_similarity(share: float) -> None:
    a = text(2000, 1)
    b = changed(a, share, 2)
    one, two = minima(" ".join(a)), minima(" ".join(b))
    assert one is not None
    assert two is not None
    assert abs((one == two).mean() - jaccard(a, b)) < 0.15  # over three standard errors


def test_repetitions_are_found_and_others_are_not() -> None:
    finder = NearDuplicates(0.8)
    for seed in range(60):
        assert finder.add(f"t{seed}", " ".join(text(400, seed))) is None
    found = [finder.add(f"u{seed}", " ".join(changed(text(400, seed), 0.04, 1000 + seed))) for seed in range(60)]
    assert found == [f"t{seed}" for seed in range(60)]
    assert all(finder.add(f"v{s}", " ".join(changed(text(400, s), 0.4, 2000 + s))) is None for s in range(60))


def test_bands_find_a_pair_at_the_threshold_with_99_in_100() -> None:
    for threshold in (0.3, 0.5, 0.7, 0.8, 0.9, 1.0):
        bands, rows = bands_of(threshold)
        assert bands * rows <= 128
        assert 1 - (1 - threshold**rows) ** bands >= 0.99
    assert bands_of(0.8) == (21, 6)  # 1 - (1 - 0.8**6)**21 = 0.998; with 7 rows and 18 bands 0.986


def test_chinese_goes_by_character() -> None:
    finder = NearDuplicates(0.8)
    base = "".join(random.Random(3).choices("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳", k=300))
    assert finder.add("a", base) is None
    assert finder.add("b", base[:290] + "云腾致雨露结为霜金生") == "a"


def test_the_earliest_is_named_and_a_repetition_is_not_remembered() -> None:
    finder = NearDuplicates(0.7)
    base = text(500, 9)
    near = changed(base, 0.1, 10)
    further = changed(near[::-1], 0.1, 11)[::-1]  # near the second, too far from the first
    assert finder.add("first", " ".join(base)) is None
    assert finder.add("second", " ".join(near)) == "first"
    assert jaccard(near, further) > 0.75
    assert jaccard(base, further) < 0.7
    assert finder.add("third", " ".join(further)) is None


def test_of_two_texts_that_are_near_the_earlier_is_named() -> None:
    same, left, right = text(400, 1), text(100, 2), text(100, 3)
    finder = NearDuplicates(0.75)
    assert finder.add("left", " ".join(same + left)) is None
    assert finder.add("right", " ".join(same + right)) is None
    between = same + left[:50] + right[:50]
    assert jaccard(between, same + left) > 0.8
    assert finder.add("between", " ".join(between)) == "left"


def test_texts_without_words_repeat_nothing() -> None:
    finder = NearDuplicates()
    assert [finder.add("a", ""), finder.add("b", ""), finder.add("c", "...")] == [None] * 3


def test_on_the_disk_as_in_memory(tmp_path: Path) -> None:
    texts = [" ".join(changed(text(200, n % 7), 0.02 * (n % 3), n)) for n in range(40)]
    memory = NearDuplicates(0.8)
    with NearDuplicates(0.8, tmp_path / "near.sqlite") as disk:
        assert [memory.add(str(n), t) for n, t in enumerate(texts)] == [
            disk.add(str(n), t) for n, t in enumerate(texts)
        ]
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=80))
def test_a_text_repeats_itself(content: str) -> None:
    finder = NearDuplicates(1.0)
    finder.add("a", content)
    assert finder.add("b", content) == ("a" if len(ngrams(content)) else None)
