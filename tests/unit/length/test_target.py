import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.helpers.places import SHARED

from longwriter.length.amounts import MOST_READ
from longwriter.length.numerals import chinese_number, english_number
from longwriter.length.target import Target, amounts, exact, read_target


def aim(instruction: str) -> int | None:
    found = read_target(instruction)
    return found.aim if found else None


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("Write 5,000 words about tea", 5000),
        ("Write a 5000-word essay", 5000),
        ("Write a 3,000 word essay", 3000),
        ("10k words", 10_000),
        ("a 10K-word story", 10_000),
        ("1.5k words", 1500),
        ("1.5 thousand words", 1500),
        ("10 000 words", 10_000),
        ("1.500 words", 1500),
        ("ten thousand words", 10_000),
        ("a thousand words", 1000),
        ("half a million words", 500_000),
        ("two and a half thousand words", 2500),
        ("fifteen hundred words", 1500),
        ("a five-hundred-word essay", 500),
        ("one hundred and twenty words", 120),
        ("a 1,000,000-word saga", 1_000_000),
        ("about 700 words", 700),
        ("exactly 1200 words long", 1200),
        ("word count: 4000", 4000),
        ("a word count of about 4,000", 4000),
        ("length: 3000 words", 3000),
        ("make sure it's 3000 words long", 3000),
        ("an article that is 3000 words long", 3000),
        ("1984 words", 1984),
        ("2000 Chinese characters", 2000),
        ("写一篇5000 words的文章", 5000),
        ("3000字左右", 3000),
        ("三千字", 3000),
        ("一万五千字", 15_000),
        ("1万字", 10_000),
        ("1.5万字", 15_000),
        ("1万5千字", 15_000),
        ("2w字", 20_000),
        ("写一篇万字长文", 10_000),
        ("两万字", 20_000),
        ("５０００字", 5000),
        ("写100万字的小说", 1_000_000),
        ("字数要求：2000", 2000),
        ("讲稿字数1400左右", 1400),
        ("写一篇300词的英语作文", 300),
        ("第二十章，3000字", 3000),
    ],
)
def test_a_length_is_read_in_all_its_spellings(instruction: str, words: int) -> None:
    found = read_target(instruction)
    assert found is not None
    assert (found.aim, found.low, found.high) == (words, round(0.95 * words), round(1.05 * words))
    assert found.source == "request"


@pytest.mark.parametrize(
    ("instruction", "low", "high"),
    [
        ("2-3 thousand words", 2000, 3000),
        ("2,000 to 3,000 words", 2000, 3000),
        ("between 2000 and 3000 words", 2000, 3000),
        ("word count between 2000 and 3000", 2000, 3000),
        ("Word count: 1,500–2,000", 1500, 2000),
        ("An essay on tea. Words: 1200", 1140, 1260),
        ("Length: 4000\nTone: dry", 3800, 4200),
        ("Length: 30 cm of fish, in 500 words", 475, 525),
        ("two to three thousand words", 2000, 3000),
        ("I want 3k-4k words", 3000, 4000),
        ("500 to 1k words", 500, 1000),
        ("at least 2000 but no more than 3000 words", 2000, 3000),
        ("Keep it under 2,000 words, at least 1,500 words.", 1500, 2000),
        ("2-3万字", 20_000, 30_000),
        ("2万到3万字", 20_000, 30_000),
        ("800字到1000字", 800, 1000),
        ("3000～5000字", 3000, 5000),
        ("两三千字", 2000, 3000),
        ("不少于3000字，不超过5000字", 3000, 5000),
    ],
)
def test_of_a_range_the_middle_is_aimed_at(instruction: str, low: int, high: int) -> None:
    found = read_target(instruction)
    assert found is not None
    assert (found.low, found.aim, found.high) == (low, (low + high) // 2, high)


@pytest.mark.parametrize(
    "instruction",
    [
        *("at least 3000 words", "no less than 3000 words", "a minimum of 3,000 words", "minimum 3000 words"),
        *("over 3000 words", "more than 3000 words", "3000+ words", "3,000 or more words", "above 3000 words"),
        *("a minimum length of 3000 words", "minimum word count of 3000", "at least a 3000-word essay"),
        *(
            "不少于3000字",
            "不得少于3000字",
            "3000字以上",
            "至少3000字",
            "超过3000字",
            "3000多字",
            "三千字以上",
            "上三千字",
        ),
    ],
)
def test_at_least_aims_a_twentieth_above(instruction: str) -> None:
    found = read_target(instruction)
    assert found is not None
    assert (found.aim, found.low, found.high) == (3150, 3000, None)


@pytest.mark.parametrize(
    "instruction",
    [
        *("no more than 500 words", "at most 500 words", "under 500 words", "up to 500 words", "maximum 500 words"),
        *("a maximum of 500 words", "within 500 words", "500 words or less", "word limit: 500", "less than 500 words"),
        *("不超过500字", "不要超过500字", "五百字以内", "控制在500字以内", "最多500字", "少于500字"),
    ],
)
def test_at_most_aims_a_tenth_below(instruction: str) -> None:
    found = read_target(instruction)
    assert found is not None
    assert (found.aim, found.low, found.high) == (450, 400, 500)


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("a 20-page report", 10_000),
        ("a 20-page double-spaced report", 5000),
        ("five to seven pages", 3000),
        ("写20页的报告", 16_000),
        ("20页，每页约500字", 10_000),
        ("20 pages, 300 words per page", 6000),
        ("20 pages, about 9000 words", 9000),
    ],
)
def test_pages_are_turned_into_words(instruction: str, words: int) -> None:
    assert aim(instruction) == words


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("10 chapters of 2000 words each", 20_000),
        ("Each chapter about 2,000 words, and there should be 10 chapters", 20_000),
        ("Write a novel with 20 chapters. Each chapter should be around 1500 words.", 30_000),
        ("ten chapters, each 2000-3000 words", 25_000),
        ("each of the 10 chapters should be 2000 words", 20_000),
        ("3 stories, 1000 words each", 3000),
        ("Write two 500-word essays", 1000),
        ("10章，每章3000字", 30_000),
        ("共10章，每章不少于3000字", 31_500),
        ("三章，各3000字", 9000),
        ("写10篇文章，每篇800字", 8000),
        ("Write 10 chapters, 20000 words in total", 20_000),
        ("Write a 5,000-word essay in 10 sections of 400 words each", 5000),
        ("Each chapter should introduce a villain, and the novel should be 50,000 words", 50_000),
        ("总字数不少于5000字，分为5章，每章1000字", 5250),
        ("创作五篇日记，每天一篇，每篇400字左右", 2000),
        ("500 words per section", None),
        ("每段200字", None),
        ("Write a book of 10 chapters. Each scene has 500 words.", None),
    ],
)
def test_parts_times_their_length(instruction: str, words: int | None) -> None:
    assert aim(instruction) == words


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ("Summarize this 20-page report in 500 words", 500),
        ("Summarize this 5000-word article in 500 words.", 500),
        ("Write a 500-word summary of a 5,000-word article", 500),
        ("全文约6000字，引言500字", 6000),
        ("A picture is worth a thousand words.", None),
        ("Analyse the last 500 words of his speech", None),
        ("Write the final 5000-word version", 5000),
        ("请总结这份20页的报告", None),
        ("Include an image every 500 words", None),
        *((text, None) for text in ("in other words", "in your own words", "5 key words", "keywords", "words", "")),
        *(
            (text, None)
            for text in ("2024年", "四字成语", "十字路口", "几千字", "十几万字", "12 words", "9000000 words")
        ),
    ],
)
def test_what_is_no_length_of_the_whole_is_left_alone(instruction: str, words: int | None) -> None:
    assert aim(instruction) == words


def test_the_quote_shows_where_it_was_read() -> None:
    found = read_target("Write a novel: 10 chapters of about 2,000 words each.")
    assert found is not None
    assert found.quote == "10 chapters … 2,000 words"


def test_a_stated_number_of_words() -> None:
    assert exact(1000, "option") == Target(aim=1000, low=950, high=1050, source="option", quote="")


CHINESE = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """A number below 100,000 as it is written out."""
    digits, out = str(number), ""
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        zero = digit == "0"
        out += "零" if zero else CHINESE[int(digit)] + ["", "十", "百", "千", "万"][place]
    while "零零" in out:
        out = out.replace("零零", "零")
    return out.rstrip("零")


@given(st.integers(1, 99_999))
def test_chinese_numbers(number: int) -> None:
    assert chinese_number(in_chinese(number)) == number
    assert chinese_number(f"{number:,}") == number


@pytest.mark.parametrize(
    ("text", "value"), [("一万五", 15_000), ("两百", 200), ("三千五", 3500), ("十二", 12), ("字", None)]
)
def test_short_chinese_numbers(text: str, value: int | None) -> None:
    assert chinese_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("forty-two", 42), ("3,000", 3000), ("a couple of thousand", 2000), ("tea", None)]
)
def test_english_numbers(text: str, value: int | None) -> None:
    assert english_number(text) == value


@given(st.integers(20, 1_000_000))
def test_any_plain_number_is_read(number: int) -> None:
    assert aim(f"Write a {number}-word story") == aim(f"写一个{number}字的故事") == aim(f"{number:,} words") == number


PIECES = [
    "3",
    "k",
    "千",
    "字",
    "words",
    "pages",
    "each",
    "chapter",
    "-",
    "章",
    "每",
    "to",
    "a",
    "half",
    "of",
    "5,000",
    "页",
]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join))
def test_any_text_gives_a_sensible_target_or_none(instruction: str) -> None:
    found = read_target(instruction)
    if found:
        assert 0 < found.low <= found.aim
        assert found.high is None or found.aim <= found.high
        assert found.aim <= 1.05 * 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["1", "one ", "1,", "10 ", "一", "每", "each ", "10 chapters of 500 words each ", "word count ", " "]
)
def test_a_long_request_is_read_in_bounded_time(unit: str) -> None:
    begin = time.process_time()
    read_target(unit * (100_000 // len(unit)))
    assert time.process_time() - begin < 3


BENCH = SHARED / "bench"


@pytest.mark.skipif(not BENCH.exists(), reason="the benchmark prompts are not beside this checkout")
@pytest.mark.parametrize(("name", "least"), [("longbench_write.jsonl", 114), ("longwrite_ruler.jsonl", 48)])
def test_lengths_of_the_benchmarks_prompts(name: str, least: int) -> None:
    """The required lengths are people's; of the 120 prompts three name none, two a range whose end is taken, and one
    counts 200 words a page."""
    right = 0
    for row in map(json.loads, (BENCH / name).read_text(encoding="utf-8").splitlines()):
        found = read_target(row["prompt"])
        right += found is not None and abs(found.aim - row["length"]) <= 0.11 * row["length"]
    assert right >= least


def test_a_table_of_amounts_is_read_at_its_ends() -> None:
    request = "Summarise: " + "words 900, 30 words, " * 500 + "in 700 words."
    assert len(amounts(request)) == 2 * MOST_READ
    assert aim(request) == 700
