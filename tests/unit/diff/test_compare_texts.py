"""What changed between texts: by paragraph, then by word; fast for a Chinese chapter, and nothing of either text is lost."""

import random
import time
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.prose import ENGLISH

from longwriter.diff.paragraphs import compare, joined, paragraphs, patched
from longwriter.diff.words import compare_words

WORDS = st.sampled_from(
    ["the", "old", "house", "Haus", "好", "房子", ",", ".", " ", "  ", "\n", "\t", "“", "\u202e", "é", "3,000"]
)
PARAGRAPH = st.lists(WORDS, min_size=1, max_size=30).map("".join)
TEXT = st.lists(PARAGRAPH, max_size=8).map("\n\n".join)


def sides(changes: list) -> tuple[str, str]:
    return joined([change.a for change in changes]), joined([change.b for change in changes])


def test_words_of_a_changed_sentence() -> None:
    found = compare_words("The old house stood on the hill, and waited.", "The new home stood on a hill and waited.")
    assert found == (
        ("=", "The"), ("-", " old house"), ("+", " new home"), ("=", " stood on"), ("-", " the"), ("+", " a"), ("=", " hill"),
        ("-", ","), ("=", " and waited."),
    )  # fmt: skip


def test_chinese_goes_by_character() -> None:
    assert compare_words("他站在窗前。", "他坐在窗前。") == (("=", "他"), ("-", "站"), ("+", "坐"), ("=", "在窗前。"))


def test_a_short_island_between_changes_is_shown_as_changed() -> None:
    assert compare_words("one of two", "three of four") == (("-", "one of two"), ("+", "three of four"))


def test_an_edited_paragraph_is_changed_and_another_is_removed_and_added() -> None:
    a = "One stays as it is.\n\nThe ferry left the harbour at nine in the morning.\n\nThis goes."
    b = "One stays as it is.\n\nThe ferry left the harbour at ten in the morning.\n\nSomething else entirely stands here now."
    assert [change.kind for change in compare(a, b)] == ["same", "changed", "removed", "added"]


def test_paragraphs_that_share_but_a_few_words_are_two_texts() -> None:
    a, b = "The ferry left the harbour at nine in the morning.", "At nine in the evening nobody was there to see it."
    assert [change.kind for change in compare(a, b)] == ["removed", "added"]


def test_paragraphs_that_were_added_shift_no_others() -> None:
    some = paragraphs(ENGLISH)[:8]
    changes = compare(joined(some), joined([*some[:3], "New.", *some[3:]]))
    assert [change.kind for change in changes] == ["same"] * 3 + ["added"] + ["same"] * 5


def test_changes_are_made_one_by_one() -> None:
    changes = compare("a one\n\nb two\n\nc three", "a one!\n\nc three\n\nd four")
    assert patched(changes, ()) == "a one\n\nb two\n\nc three"
    assert patched(changes, (0, 3)) == "a one!\n\nb two\n\nc three\n\nd four"
    assert patched(changes, range(4)) == "a one!\n\nc three\n\nd four"
    with pytest.raises(IndexError):
        patched(changes, (4,))


@given(TEXT, TEXT)
@settings(max_examples=300, deadline=None)
def test_no_text_is_lost_and_all_changes_together_are_the_other_text(a: str, b: str) -> None:
    changes = compare(a, b)
    assert sides(changes) == (joined(paragraphs(a)), joined(paragraphs(b)))
    assert patched(changes, range(len(changes))) == joined(paragraphs(b))
    for change in changes:
        assert (change.kind == "same") == (change.a == change.b)
        if change.kind == "changed":
            assert "".join(text for op, text in change.words if op != "+") == change.a
            assert "".join(text for op, text in change.words if op != "-") == change.b


@given(st.text(), st.text())
@settings(deadline=None)
def test_any_characters_are_kept(a: str, b: str) -> None:
    changes = compare_words(a, b)
    assert "".join(text for op, text in changes if op != "+") == a
    assert "".join(text for op, text in changes if op != "-") == b
    assert all(text for _, text in changes)


HAN = [chr(0x4E00 + i) for i in range(3000)]
SHARES = list(accumulate(1 / (i + 1) for i in range(3000)))
"""As common as in real texts."""


def chinese(rng: random.Random, n: int) -> str:
    return "".join(rng.choices(HAN, cum_weights=SHARES, k=n))


@pytest.mark.parametrize("size", [10_000, 200], ids=["one paragraph", "fifty paragraphs"])
@pytest.mark.parametrize("share", [0.01, 0.2, 1.0])
def test_a_chinese_chapter_of_ten_thousand_characters(size: int, share: float) -> None:
    rng = random.Random(1)
    before = [chinese(rng, size) for _ in range(10_000 // size)]
    after = ["".join(chinese(rng, 1) if rng.random() < share else c for c in text) for text in before]
    times = []
    for _ in range(3):
        begun = time.thread_time()
        changes = compare("\n\n".join(before), "\n\n".join(after))
        times.append(time.thread_time() - begun)
    assert min(times) < 0.2
    if share < 1:
        assert {change.kind for change in changes} <= {"same", "changed"}
        kept = sum(len(text) for change in changes for op, text in change.words if op == "=")
        assert kept + sum(len(c.a) for c in changes if c.kind == "same") > 0.6 * 10_000


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("好" * 10_000, "好" * 9_990),
        ("x " * 50_000, "x  " * 49_990),
        ("a" * 10**6, "b" * 10**6),
        (" " * 10**6 + "a" + " " * 10**6, "a"),
        ("\n" * 10**6 + "a", "a" + "\n" * 10**6),
        ("!?" * 50_000, "?!!" * 50_000),
        ("\n\n".join("ab"[i % 2] for i in range(3000)), "\n\n".join("ab"[i % 3 == 0] for i in range(3000))),
        ("\n\n".join(f"{i} a b" for i in range(2000)), "\n\n".join(f"{i} c d" for i in range(2000))),
    ],
    ids=["one character", "spaces", "one word", "whitespace", "blank lines", "marks", "alternating", "all new"],
)
def test_texts_made_to_be_slow(a: str, b: str) -> None:
    begun = time.thread_time()
    changes = compare(a, b)
    assert time.thread_time() - begun < 2
    assert sides(changes) == (joined(paragraphs(a)), joined(paragraphs(b)))
