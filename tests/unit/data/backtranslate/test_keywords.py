"""Keywords: nouns and names that a passage is about; shared out so that no two lines of a plan name the same."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.data.backtranslate.keywords import Counts, Keywords, Term, blocks, share_out, stem_of

FILLER = "He said that it was very good and then they went away again to see what else there might be. "
TOPICS = ["harbour", "kettle", "violin", "glacier", "orchard", "lantern", "saddle", "compass", "bakery", "tunnel"]


def passage(topic: str, name: str = "") -> str:
    """About 200 words on one topic."""
    about = f"They looked at the {topic}, and the {topic} was old. " + (
        f"Then the man called {name} came. " if name else ""
    )
    return about + FILLER * 9


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    counts = Counts()
    for i in range(40):
        counts.add(passage(TOPICS[i % 10], "Marlow" if i % 10 < 2 else ""))
    return Keywords(counts, most_share=0.25)


def test_a_passage_is_about_its_noun_and_its_name_as_written(keywords: Keywords) -> None:
    found = keywords.of(passage("violin"))
    assert [t.word for t in found] == ["violin"]
    assert found[0].times == 2
    assert found[0].first < 0.05
    assert {t.word for t in keywords.of(passage("harbour", "Marlow"))} == {"harbour", "Marlow"}


def test_words_of_most_passages_verbs_and_adverbs_are_no_keywords(keywords: Keywords) -> None:
    assert not {"said", "looked", "good", "very", "called", "came"} & keywords.weight.keys()


def test_forms_of_one_word_count_once(keywords: Keywords) -> None:
    found = keywords.of("The harbour and the harbour's wall. " + FILLER)
    assert [(t.word, t.times) for t in found] == [("harbour", 2)]


def test_acronyms_keep_their_capitals() -> None:
    counts = Counts()
    for i in range(30):
        counts.add((f"We wrote to the CDC about the {TOPICS[i % 10]}. " if i < 2 else "") + passage(TOPICS[i % 10]))
    assert "CDC" in [t.word for t in Keywords(counts).of("We asked the CDC for help.")]


def test_an_adverb_in_a_noun_s_place_is_no_keyword() -> None:
    counts = Counts()
    for topic in TOPICS:
        counts.add(f"He went in quietly, and out. They were in it quietly, with {topic}, and by {topic}. {FILLER * 9}")
    found = Keywords(counts, most_share=1.0)
    assert "quietly" not in found.weight
    assert counts.noun["quietly"] > 0
    assert "harbour" in found.weight


def test_chinese_strings_of_common_characters_are_no_keywords() -> None:
    counts = Counts()
    for word in ("灯塔", "茶叶", "铁路", "钢琴", "果园"):
        counts.add(f"{word}旧了，{word}老了。")
    counts.add("他们来了，他们走了，灯塔还在，灯塔不老。")
    assert [t.word for t in Keywords(counts).of("他们看灯塔。他们爱灯塔。")] == ["灯塔"]


def test_chinese_keywords_are_strings_that_come_twice() -> None:
    counts = Counts()
    for word in ("灯塔", "茶叶", "铁路", "钢琴", "果园"):
        counts.add(f"老人说起{word}，又说{word}很旧。他们一起走了很远的路，后来天黑了。" * 3)
    found = Keywords(counts, most_share=0.5).of("海边有一座灯塔。灯塔很高。没有人见过这样的东西。")
    assert [t.word for t in found] == ["灯塔"]


def term(word: str, times: int, first: float = 0.1, score: float = 1.0) -> Term:
    return Term(word, stem_of(word), score * times, times, first)


def test_a_word_goes_to_the_section_that_is_most_about_it() -> None:
    shared = share_out([[term("lamp", 1), term("wharf", 1)], [term("lamp", 4), term("crane", 1, 0.2)]], 3)
    assert [[t.word for t in s] for s in shared] == [["wharf"], ["lamp", "crane"]]


def test_where_most_of_a_word_s_occurrences_are_outweighs_its_score() -> None:
    """3 of 7 occurrences at score 3 weigh 1.29; 4 of 7 at score 2.4 weigh 1.37."""
    early, late = [term("lamp", 3), term("wharf", 1)], [term("lamp", 4, score=0.6), term("crane", 1, 0.2)]
    assert [[t.word for t in s] for s in share_out([early, late], 2)] == [
        ["wharf"],
        ["lamp", "crane"],
    ]


def test_late_words_come_after_early_ones() -> None:
    terms = [term("lamp", 1, 0.2), term("wharf", 1, 0.9), term("crane", 1, 0.8)]
    assert [t.word for t in share_out([terms], 1)[0]] == ["lamp"]
    assert [t.word for t in share_out([terms], 2)[0]] == ["lamp", "crane"]


@given(
    st.lists(st.lists(st.sampled_from([*TOPICS, "Marlow", "keeper", "keepers"]), max_size=8, unique=True), max_size=8),
    st.integers(1, 6),
)
def test_no_two_sections_share_a_stem(words, size) -> None:
    sections = [[term(w, 1 + i % 3, i / 10) for i, w in enumerate(own)] for own in words]
    shared = share_out(sections, size)
    stems = Counter(t.stem for terms in shared for t in terms)
    assert all(n == 1 for n in stems.values())
    for own, given_ in zip(sections, shared, strict=True):
        assert set(given_) <= set(own)
        assert len(given_) <= size
        assert [t.first for t in given_] == sorted(t.first for t in given_)


@given(st.lists(st.text("ab \n", max_size=300), max_size=10))
def test_blocks_hold_the_whole_text(paragraphs) -> None:
    text = "\n\n".join(paragraphs)
    assert "\n\n".join(blocks(text)) == text or text == ""
