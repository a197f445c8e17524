"""Filters, one by one, on texts made for them; tidying; and the table as a whole."""

import random

import pytest

from longwriter.data.filters.cleanup import tidy
from longwriter.data.filters.contamination import Benchmarks
from longwriter.data.filters.near_duplicates import NearDuplicates
from longwriter.data.filters.outputs import FILTERS, Candidate, FilterContext, FilterLimits, FilterResult, results_of
from longwriter.text import count_words
from longwriter.types import Section

WORDS = ["harbour", "lantern", "river", "winter", "copper", "orchard", "bridge", "stone", "letter", "garden", "market"]


def prose(words: int, seed: int = 1) -> str:
    rng = random.Random(seed)
    return " ".join(" ".join(rng.choices(WORDS, k=10)).capitalize() + "." for _ in range(words // 10))


def look(prompt: str, text: str, plan: tuple[Section, ...] = (), bench: tuple[str, ...] = ()) -> list[FilterResult]:
    return results_of(
        Candidate("a", prompt, text, plan), FilterContext(FilterLimits(), Benchmarks(bench), NearDuplicates(0.8))
    )


def failed(prompt: str, text: str, **more: object) -> list[str]:
    return [v.name for v in look(prompt, text, **more) if not v.passed]


def test_a_good_output_passes_every_filter_and_is_told_of_each() -> None:
    found = look("Write a 3000-word story about a harbour", prose(2900))
    assert all(v.passed for v in found)
    assert len(found) == len(FILTERS)
    assert [v.name for v in found] == [
        "plan", "refusal", "stub", "ending", "repetition", "language", "length", "contradictions", "slop", "benchmark",
        "near duplicate",
    ]  # fmt: skip
    assert next(v for v in found if v.name == "length").value == 98.28  # 100 * (1 - (3000 / 2900 - 1) / 2)


def test_a_request_without_a_length_passes_the_length_filter_without_value() -> None:
    found = next(v for v in look("Write a story about a harbour", prose(2900)) if v.name == "length")
    assert found == FilterResult("length", True, None, "")


def test_a_text_far_from_the_stated_length_is_dropped() -> None:
    found = next(v for v in look("Write a 20,000-word story about a harbour", prose(7700)) if v.name == "length")
    assert not found.passed
    assert found.value == pytest.approx(100 * (1 - (20000 / 7700 - 1) / 2), abs=0.01)  # the audit's example
    assert found.reason == "7,700 of 20,000 words, S_l 20"


def test_stubs_and_cut_endings_are_dropped() -> None:
    assert failed("Write a story", prose(990)) == ["stub"]
    assert failed("Write a story", prose(2000) + " And then the har") == ["ending"]


def test_repetition_is_the_share_of_word_13_grams_that_stood_before() -> None:
    text = prose(2000)
    # 4,000 words have 3,988 13-grams; those that begin at word 2,001 or later, 1,988, all stood before
    found = next(v for v in look("Write a story", text + "\n\n" + text) if v.name == "repetition")
    assert (found.passed, found.value) == (False, round(1988 / 3988, 4))


@pytest.mark.parametrize(
    "line",
    [
        "I'm sorry, but I can't write that.",
        "I cannot write a text of this length, but here is a start.",
        "As an AI language model, I do not have experiences.",
        "抱歉，我无法一次写出这么长的内容。",
        "作为一个人工智能，我没有亲身经历。",
    ],
)
def test_a_paragraph_that_declines_is_found_anywhere(line: str) -> None:
    assert "refusal" in failed("Write a story", prose(1500) + f"\n\n{line}\n\n" + prose(1500, 2))


@pytest.mark.parametrize(
    "line",
    [
        "\"I'm sorry, but I can't come,\" she wrote.",
        "I cannot help thinking of the harbour.",
        "She said that as an AI she would be bored.",
        "他说：“抱歉，我无法前来。”",
    ],
)
def test_people_in_a_story_may_decline(line: str) -> None:
    assert failed("Write a story", prose(1500) + f"\n\n{line}\n\n" + prose(1500, 2)) == []


def test_languages_that_do_not_match_are_dropped() -> None:
    chinese = "船在雾里慢慢走，谁也没有说话。" * 3 + "".join(
        f"第{n}天，风从北边来，{n}只鸟落在桥上。" for n in range(200)
    )
    assert "language" in failed("Write a story about a harbour", chinese)
    assert "language" in failed("写一篇关于港口的小说", prose(2000))
    assert "language" not in failed("用英文写一篇关于港口的小说", prose(2000))
    assert "language" not in failed("Write a story about a harbour in Chinese", chinese)


def plan(sections: int, chapter: str = "") -> tuple[Section, ...]:
    return tuple(Section(title=f"Part {n}", words=200, chapter=chapter) for n in range(sections))


def test_a_collapsed_plan_is_dropped() -> None:
    assert failed("Write a story", prose(2000), plan=plan(51)) == ["plan"]
    assert failed("Write a story", prose(2000), plan=plan(1)) == ["plan"]
    assert failed("Write a story", prose(2000), plan=plan(50)) == []
    book = tuple(s for n in range(6) for s in plan(12, f"Chapter {n}"))
    assert failed("Write a story", prose(2000), plan=book) == []  # 72 sections, but no list of more than 12


def test_benchmarks_are_kept_out_of_requests_and_outputs() -> None:
    prompt = "Describe the long slow years in which the copper bells of the northern harbour were cast"
    assert failed(
        "Describe the slow years in which copper bells of the northern harbour were cast", prose(2000), bench=(prompt,)
    ) == ["benchmark"]
    assert failed("Write a play", prose(1500) + f"\n\nThe task was: {prompt}.", bench=(prompt,)) == ["benchmark"]
    assert failed("Write a play", prose(1500), bench=(prompt,)) == []


def test_the_second_of_two_near_duplicates_is_dropped_and_a_dropped_text_drops_nobody() -> None:
    given = FilterContext(FilterLimits(), Benchmarks([]), NearDuplicates(0.8))
    text = prose(2000)
    broken = results_of(Candidate("broken", "Write a story", text + " And then"), given)
    first = results_of(Candidate("first", "Write a story", text), given)
    second = results_of(Candidate("second", "Tell a tale", text + " The end."), given)
    assert [v.name for v in broken if not v.passed] == ["ending"]
    assert all(v.passed for v in first)
    assert second[-1] == FilterResult("near duplicate", False, None, "nearly the same as first")


def test_markers_plan_lines_and_word_counts_go() -> None:
    text = (
        "# Harbours\n\nParagraph 1: The ships came in.\n\n## Paragraph 2 - Main Point: say how they left\n\nThey left.\n\n"
        "## Say how the harbour froze\n\nIt froze.\n(Word count: 512 words)\n\n"
        "第三段：雾来了。\n\n**第四段**\n\n雾散了。\n\n字数：300"
    )
    outline = (Section(title="Ice", point="Say how the harbour froze.", words=200),)
    assert tidy(text, outline) == "# Harbours\n\nThe ships came in.\n\nThey left.\n\nIt froze.\n\n雾来了。\n\n雾散了。"


@pytest.mark.parametrize(
    "text",
    [
        "## Section 2: Scope\n\nThe scope is this.",
        "Paragraph 3 of the treaty says so.",
        "第三段写道，雾来了。",
        "The word count was 300, he said.",
        "```\nParagraph 1: x\n\nParagraph 2: y\n```",
        "# Part One\n\nText.\n\n第一部分\n\n文。",
    ],
)
def test_other_lines_stay(text: str) -> None:
    assert tidy(text) == text


def test_tidying_keeps_the_words_of_prose() -> None:
    text = prose(500).replace(". ", ".\n\n")
    assert tidy(text) == text
    assert count_words(tidy(text)) == 500


def _one(name: str, text: str, **given: float) -> FilterResult:
    context = FilterContext(FilterLimits(**given), Benchmarks(()), NearDuplicates(0.8))  # type: ignore[arg-type]
    return next(v for v in results_of(Candidate("a", "Write a story", text), context) if v.name == name)


def test_contradictions_drop_a_text_only_where_they_are_looked_for() -> None:
    said = "Ada Lane had green eyes. {} Ada Lane had grey eyes. Tom Reed had blue eyes. {} Tom Reed had brown eyes."
    rain = "The rain was on the roof, and it fell for the whole of that night. " * 40
    text = said.format(rain, rain)
    assert _one("contradictions", text) == FilterResult("contradictions", True)
    found = _one("contradictions", text, most_contradictions=5)
    assert not found.passed
    assert found.value is not None
    assert found.value > 5
    assert found.reason.startswith("2 contradictions, such as: ")
    assert _one("contradictions", text, most_contradictions=1000).passed
    assert _one("contradictions", rain, most_contradictions=0).passed


def test_stock_phrases_drop_a_text_of_more_than_people_write() -> None:
    text = prose(1000) + " It was a testament to her, a tapestry of light, and it sent shivers down her spine." * 40
    assert _one("slop", text) == FilterResult("slop", True)
    assert not _one("slop", text, most_slop=95).passed
    assert _one("slop", text, most_slop=100).passed
    assert _one("slop", prose(1000), most_slop=50).passed
