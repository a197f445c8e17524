"""Layout goes, words stay."""

import re
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.books import CHINESE, ENGLISH, wrapped
from tests.helpers.growing import grows_slowly

from longwriter.readers import gutenberg, libraries
from longwriter.readers.clean import tidy, unmark, unwrap, without_markdown, without_page_numbers
from longwriter.readers.plain import read_plain
from longwriter.text import words_of


def strip_all(text: str) -> object:
    return libraries.strip(gutenberg.strip(text, "f").body, "f")


def as_chapters(text: str) -> object:
    return read_plain(text, "t")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\n\r\nb\rc", "a\n\nb\nc"),
        ("  a  b\t c \n\n\n\n   d ", "a b c\n\nd"),
        ("cafe\u0301 so\u00adft\u200b \ufeffend\u00a0here\u3000now", "café soft end here now"),
        ("one\n*****\ntwo", "one\n\n* * *\n\ntwo"),
        ("* * *\n\none\n\n---\n\n* * *\n\ntwo\n\n⁂", "one\n\n* * *\n\ntwo"),
        ("half \ud800 a pair", "half a pair"),
        ("　　长江\n　　黄河", "长江\n黄河"),
        ("", ""),
    ],
)
def test_tidy(raw: str, clean: str) -> None:
    assert tidy(raw) == clean


@given(st.text(st.sampled_from("ab \n\t\r*-e\u0301\u00ad\u200b\u00a0\u3000\u2028长\ud800\x00é"), max_size=60))
def test_tidy_is_clean_and_does_nothing_twice(raw: str) -> None:
    clean = tidy(raw)
    assert tidy(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()
    assert not re.search(r"\n{3}|  |^\s|\s$|[ \t]\n|\n[ \t]", clean)


@pytest.mark.parametrize("paragraphs", [ENGLISH, CHINESE], ids=["en", "zh"])
@pytest.mark.parametrize("width", [40, 60, 72])
def test_lines_of_fixed_width_are_undone(paragraphs: list[str], width: int) -> None:
    assert unwrap("\n\n".join(wrapped(p, width) for p in paragraphs)) == "\n\n".join(paragraphs)


def test_paragraphs_told_by_indentation_alone() -> None:
    text = "\n".join("    " + wrapped(p, 60) for p in ENGLISH)
    assert [p.strip() for p in unwrap(text).split("\n\n")] == ENGLISH


def test_long_lines_without_blank_lines_are_paragraphs() -> None:
    long = [p * 2 for p in ENGLISH]
    assert unwrap("\n".join(long)) == "\n\n".join(long)
    assert unwrap("\n\n".join(long)) == "\n\n".join(long)


def test_verse_and_addresses_keep_their_lines() -> None:
    verse = "How doth the little crocodile\n    Improve his tail,\nAnd pour the waters of the Nile\n    On every golden scale!"
    out = unwrap("\n\n".join([wrapped(p, 66) for p in ENGLISH] + [verse]))
    assert tidy(out).endswith("crocodile\nImprove his tail,\nAnd pour the waters of the Nile\nOn every golden scale!")


def test_short_lines_in_a_wrapped_text_stay_lines() -> None:
    text = f"{wrapped(ENGLISH[1], 66)}\n\nthe keeper\nof the lamp,\nat home\n\n{wrapped(ENGLISH[2], 66)}"
    assert unwrap(text).split("\n\n") == [ENGLISH[1], "the keeper\nof the lamp,\nat home", ENGLISH[2]]


def test_words_hyphenated_at_a_lines_end() -> None:
    text = (
        "It was a comfortable room with nothing in it but a good-\n"
        "tempered dog and a very com-\nfortable chair before the fire.\n"
        "He thought of the sea--\nand slept, as he always did when the wind was low."
    )
    assert "good-tempered dog and a very comfortable chair" in unwrap(text)
    assert "the sea--and slept" in unwrap(text)


def test_markup_of_plain_text() -> None:
    raw = "He was _very_ (_much_) alive[3]; =bold=, snake_case and Mr. ____ stay.[A] [Illustration: a [small] dog] {12}"
    raw += "[Pg 7] [1893]"
    assert tidy(unmark(raw)) == "He was very (much) alive; bold, snake_case and Mr. ____ stay. [1893]"


def test_markdown_in_prose() -> None:
    raw = "## A heading ##\n\nSee [the [old] page](http://x.y)![](a.png): **bold**, *slanted*, _too_, li**s**t, `code`, _c.yml."
    assert without_markdown(raw) == "A heading\n\nSee the [old] page: bold, slanted, too, list, code, _c.yml."
    plain = "5 * 3 * 2 = 30\n\n* * *\n\n- one\n- two\n\n#1 of 3 [note] (see) snake_case_here O*NET"
    assert without_markdown(plain) == plain


def test_page_numbers_go_and_close_the_paragraph_they_cut() -> None:
    pages = ["a page of text that ends in the middle of a"] + [
        f"line {i}, and goes on and on with the" for i in range(5)
    ]
    text = "".join(f"{page}\n\n{n}\n\n" for n, page in enumerate(pages, 11))
    out = without_page_numbers(text + "end.")
    assert not re.search(r"\b1\d\b", out)
    assert "middle of a line 0" in out
    assert without_page_numbers("one\n\n- 12 -\n\nTwo\n\nPage 13\n\nThree") == "one\n\nTwo\n\nThree"


def test_numbers_of_chapters_are_no_page_numbers() -> None:
    text = "\n\n".join(f"{n}\n\n{'word ' * 1000}" for n in range(1, 5))
    assert without_page_numbers(text) == text


@given(st.lists(st.sampled_from(ENGLISH + CHINESE), min_size=1, max_size=6), st.integers(30, 90))
def test_no_word_is_lost(paragraphs: list[str], width: int) -> None:
    raw = "\n\n".join(wrapped(p, width) for p in paragraphs)
    assert words_of(tidy(without_page_numbers(unwrap(unmark(raw))))) == words_of("\n\n".join(paragraphs))


def test_lines_that_end_as_sentences_are_paragraphs_where_no_blank_lines_are() -> None:
    lines = [
        "他走了。",
        "她说：“不知道会不会下雨，我们还是等一等再走吧，反正也不着急。”",
        "“好。”",
        "雨下了一夜，第二天早上他们才看见远处的灯塔。",
        "海很静。",
    ]
    assert unwrap("\n".join(lines)) == "\n\n".join(lines)


def test_lines_that_are_told_to_stand_alone() -> None:
    lines = ["CHAPTER I", *wrapped(ENGLISH[0], 60).split("\n"), "", *wrapped(ENGLISH[1], 60).split("\n")]
    assert unwrap("\n".join(lines), {0}).strip().split("\n\n") == ["CHAPTER I", ENGLISH[0], ENGLISH[1]]


@pytest.mark.parametrize(
    "piece",
    ["the keeper walked down to the sea and waited there\n", "\n", "\n \n", "-", " ", "abc-\n", "   a\n", "a" * 50, "长",
     "* * *\n", "and the sea was wide\n\n7\n\n",
     "[note ", "[image [a]", "_a ", "=a", "[Pg 1", "Chapter 1\n\n", "1. The Sea\n\n", "“a\n"],
)  # fmt: skip
@pytest.mark.parametrize(
    "clean", [tidy, unmark, unwrap, without_page_numbers, without_markdown, strip_all, as_chapters]
)
def test_time_grows_with_the_text(clean: Callable[[str], object], piece: str) -> None:
    assert grows_slowly(lambda size: clean(f"T{piece * size}end of it"), 1500, 6000, 8)


@pytest.mark.parametrize("piece", ["[a](", "![", "`", "``a`", "*a", "[", "**a", "_a "])
def test_time_of_marks_in_prose_grows_with_it(piece: str) -> None:
    began = time.process_time()
    without_markdown(piece * 30_000 + "](b)")
    assert time.process_time() - began < 2
