"""Which amounts of a request are asked for, and as what: prohibitions, labels, joined numbers, tolerances, facts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.length.range import range_of
from longwriter.length.target import read_target

NUMBERS = st.integers(30, 900_000)


def at_most(words: int) -> tuple[int, int]:
    return round(0.9 * words), words


def at_least(words: int) -> tuple[int, int]:
    return words, round(1.1 * words)


def about(words: int) -> tuple[int, int]:
    return round(0.9 * words), round(1.1 * words)


@pytest.mark.parametrize(
    "said",
    [
        *("Don't write more than {} words", "Please don’t exceed {} words", "not to exceed {} words"),
        *("It shouldn't be more than {} words", "never more than {} words", "It must not be any longer than {} words"),
        *("without going over {} words", "avoid exceeding {} words", "nothing over {} words", "cannot exceed {} words"),
        *("I don't want it to be more than {} words", "limit your answer to {} words", "limiting yourself to {} words"),
        *("dont go over {} words", "no more than {} words", "{} words tops", "word count: no more than {}"),
        *("不要写超过{}字", "不应超过{}字", "不可以超过{}字", "别写超过{}字", "切勿超过{}字", "不宜超过{}字"),
        *("字数不应该超过{}", "字数{}以内", "字数上限{}", "请勿超过{}字", "字数千万不要超过{}"),
    ],
)
@given(words=NUMBERS)
def test_what_is_forbidden_above_is_a_most(said: str, words: int) -> None:
    assert range_of(said.format(words)) == at_most(words)


@pytest.mark.parametrize(
    "said",
    [
        *("Don't write less than {} words", "It shouldn't be fewer than {} words", "must not be under {} words"),
        *("This is important: over {} words", "I want more than {} words", "no fewer than {} words"),
        *("I don't know tea. Write more than {} words on it", "Don't be shy, write more than {} words"),
        *("Don't stop before you have written over {} words", "Word count: at least {}", "Word count: {}+"),
        *("不应少于{}字", "不要写少于{}字", "要超过{}字", "不得低于{}字", "字数下限{}", "字数{}以上", "{}＋字"),
    ],
)
@given(words=NUMBERS)
def test_what_is_forbidden_below_is_a_least(said: str, words: int) -> None:
    assert range_of(said.format(words)) == at_least(words)


@pytest.mark.parametrize(
    "said",
    [
        *("字数在{}到{}之间", "字数{}到{}", "总字数{}至{}", "字数控制在{}到{}", "作文字数{}～{}左右", "篇幅{}-{}"),
        *(
            "字数要求：{}－{}",
            "字数{} to {}",
            "{}〜{}字",
            "{}−{}字",
            "{}到{}字",
            "字数{}到{}字",
            "between {} and {} words",
        ),
        *("{}‑{} words", "{} − {} words", "Word count: {}–{}"),
    ],
)
@given(low=st.integers(30, 9000), more=st.integers(1, 9000))
def test_both_ends_of_a_range_are_read(said: str, low: int, more: int) -> None:
    assert range_of(said.format(low, low + more)) == (low, low + more)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("５００−７００字", (500, 700)),
        ("５００〜７００字", (500, 700)),
        ("３，０００字", about(3000)),
        ("３，０００字以上", at_least(3000)),
        ("3000＋字", at_least(3000)),
        ("10章，300字", about(300)),
        ("字数大约在八百左右", about(800)),
        ("字数三千二百五十字", about(3250)),
        ("字数在五六百之间", (500, 600)),
        ("字数2到3千", (2000, 3000)),
        ("字数十分重要，写800字", about(800)),
        ("字数控制在1000左右", about(1000)),
        ("字数统计", None),
        ("Word count: 1500. Tone: dry", about(1500)),
        ("Word count: 1,500 words", about(1500)),
    ],
)
def test_labels_and_full_width_signs(said: str, wanted: tuple[int, int] | None) -> None:
    assert range_of(said) == wanted


ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TENS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_english(number: int) -> str:
    """A multiple of ten below 10,000 as it is written out."""
    thousands, hundreds, tens = number // 1000, number % 1000 // 100, number % 100 // 10
    big = [f"{ONES[thousands - 1]} thousand"] * bool(thousands) + [f"{ONES[hundreds - 1]} hundred"] * bool(hundreds)
    small = [TENS[tens - 1]] * bool(tens)
    return " and ".join([" ".join(big)] * bool(big) + small)


@given(st.integers(3, 999), st.integers(1, 100))
def test_number_words_joined_by_and(low: int, times: int) -> None:
    """Hundreds at the low end, so that the last "and" cannot be the one of "two hundred and fifty"."""
    first = 10 * low if low < 10 else low // 10 * 100
    second = min(9990, first + 10 * times)
    if first < second:
        assert range_of(f"between {in_english(first)} and {in_english(second)} words") == (first, second)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("between five hundred and a thousand words", (500, 1000)),
        ("between one and two thousand words", (1000, 2000)),
        ("between one hundred and fifty and two hundred words", (150, 200)),
        ("between two hundred and two hundred and fifty words", (200, 250)),
        ("between five and seven pages", (2500, 3500)),
        ("between 500 and a thousand words", (500, 1000)),
        ("one hundred and twenty words", about(120)),
    ],
)
def test_and_joins_two_numbers_or_makes_one(said: str, wanted: tuple[int, int]) -> None:
    assert range_of(said) == wanted


@pytest.mark.parametrize(
    "said",
    [
        *("{} ± {} words", "{} words ± {}", "{}±{} words", "{} words, plus or minus {} words", "Word count: {} +/- {}"),
        *(
            "{} words (+/- {})",
            "{} words, give or take {} words",
            "{}±{}字",
            "{}字±{}字",
            "{}字，误差不超过{}字",
            "字数{}±{}",
        ),
    ],
)
@given(words=st.integers(300, 9000), by=st.integers(1, 200))
def test_a_tolerance_makes_a_range(said: str, words: int, by: int) -> None:
    assert range_of(said.format(words, by)) == (words - by, words + by)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("1500 words +/- 10%", (1350, 1650)),
        ("1500 ± 20% words", (1200, 1800)),
        ("1500 words (plus or minus 5 percent)", (1425, 1575)),
        ("2000字上下浮动5%", (1900, 2100)),
        ("２０００字±５％", (1900, 2100)),
        ("10 chapters of 1000 ± 100 words each", (9000, 11_000)),
        ("write +/- 500 words", about(500)),
        ("100 ± 500 words", about(100)),
    ],
)
def test_tolerances_in_percent(said: str, wanted: tuple[int, int]) -> None:
    assert range_of(said) == wanted


@pytest.mark.parametrize(
    "said",
    [
        *("a few hundred words", "several thousand words", "a few-hundred-word note", "many hundred words"),
        *("写几百字", "写数千字的文章", "写好几千字"),
        *("I wrote 500 words yesterday; write me a poem", "I have 2,000 words already. Write a conclusion."),
        *("I've written 3,000 words; please go on", "Continue the story; we are at 5000 words so far"),
        *("The book has 300 pages. Write a review", "My novel is 90,000 words long. Write a query letter."),
        *("I read 20 pages a day", "Plan my week at 500 words a day", "She wrote a 500-word essay. Write a reply."),
        *("Write the first chapter of my 80,000 word novel", "Write a review of a 300-page book", "3/4 page"),
        *("Write an outline for a 3000-word essay", "Write an introduction of 200 words and a conclusion of 200 words"),
        *(
            "我已经写了2000字，请帮我继续写",
            "写了一篇2000字的文章，请帮我润色",
            "这本书有300页，写一篇书评",
            "已经2000字了，继续",
        ),
        *("《三体》有400页，请写书评", "我看过300页的小说，写一篇感想", "我每天读20页书", "写一部20万字小说的第一章"),
    ],
)
def test_lengths_that_nobody_asks_for(said: str) -> None:
    assert range_of(said) is None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Write a letter, 250 words, to a friend who wrote 500 words to me", about(250)),
        ("Write chapter 1 (3,000 words) of a 90,000-word novel", about(3000)),
        ("Write the conclusion of a 2,000-word essay in 150 words", about(150)),
        ("Write a summary of Hamlet in a 500-word essay", about(500)),
        ("Write a chapter of 2000 words", about(2000)),
        ("Keep writing until you have written 5,000 words", about(5000)),
        ("Make sure the essay has 500 words", about(500)),
        ("I have 500 words to fill, write about tea", about(500)),
        ("I have a 500 word limit", at_most(500)),
        ("My assignment is a 1500-word essay on tea", about(1500)),
        ("My novel has a 500-word limit", at_most(500)),
        ("I already have an outline; write 2,000 words", about(2000)),
        ("In the style of the story I wrote: 500 words", about(500)),
        ("some 2,000 words", about(2000)),
        ("1/2 page", about(250)),
        ("half a page", about(250)),
        ("2 1/2 pages", about(1250)),
        ("2½ pages", about(1250)),
        ("one and a half pages", about(750)),
        ("为一部90万字的小说写第一章（3000字）", about(3000)),
        ("写一篇2000字文章的摘要，200字", about(200)),
        ("写一篇3000字的小说开头", about(3000)),
        ("用500字写大纲", about(500)),
        ("请写完3000字", about(3000)),
        ("这篇作文应该有800字", about(800)),
        ("这篇作文有800字的要求", about(800)),
        ("那就写一篇有3000字的文章", about(3000)),
        ("已经写好提纲，请写3000字", about(3000)),
        ("小说已经写了5万字，请续写3000字", about(3000)),
    ],
)
def test_what_is_asked_for_beside_what_is_told(said: str, wanted: tuple[int, int]) -> None:
    assert range_of(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Introduction: 200 words. Body: 800 words. Conclusion: 200 words.", about(1200)),
        ("Write an intro (200 words), body (800 words) and conclusion (200 words)", about(1200)),
        ("Introduction: 100 words. History of tea: 500 words. Conclusion: 100 words.", about(700)),
        ("Introduction: at least 200 words. Body: at least 800 words.", at_least(1000)),
        ("Introduction: 200-300 words. Body: 800-1000 words.", (1000, 1300)),
        ("Chapter 1: 3000 words; Chapter 2: 2500 words", about(5500)),
        ("Introduction: 1 page. Body: 4 pages.", about(2500)),
        ("Write a 1500 word essay: introduction (200 words), body (1000 words), conclusion (300 words)", about(1500)),
        (
            "Write an essay (1500 words). Introduction (200 words), body (1000 words), conclusion (300 words)",
            about(1500),
        ),
        ("Write the conclusion (200 words)", about(200)),
        ("引言200字，正文800字，结论200字", about(1200)),
        ("开头写100字，中间写600字，结尾写100字", about(800)),
        ("第一部分：300字；第二部分：500字", about(800)),
        ("全文1500字，引言200字，正文1000字，结论400字", about(1500)),
    ],
)
def test_pieces_are_added_up_unless_a_whole_is_named(said: str, wanted: tuple[int, int]) -> None:
    assert range_of(said) == wanted
    found = read_target(said)
    assert found is not None
    assert found.low <= found.aim


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        "don't write 20 words ",
        "not to be 30 words ",
        "引言200字",
        "chapter 1 of a 50 words ",
        "字数",
        "字数二十",
        "500 and ",
    ],
)
def test_a_long_request_of_such_words_is_read_in_bounded_time(unit: str) -> None:
    begin = time.process_time()
    read_target(unit * (100_000 // len(unit)))
    read_target("between five " + "and five hundred " * 6000 + "words")
    assert time.process_time() - begin < 5
