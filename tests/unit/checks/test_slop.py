import random
import time
from pathlib import Path

import pytest
from tests.helpers.prose import ENGLISH

from longwriter.checks.along.measures import measure
from longwriter.checks.along.reading import read
from longwriter.checks.slop.matching import Matcher
from longwriter.checks.slop.patterns import CONTRAST, pattern_hits
from longwriter.checks.slop.score import crowded, kind_of, percentile_of, slop, slop_findings
from longwriter.checks.slop.stock import StockList, as_toml, phrases_to_ban, read_list, shipped
from longwriter.errors import InputError
from longwriter.text import count_words

TWO = StockList(
    language="en",
    phrases={"took a deep breath": 2.0, "deep breath": 1.0, "gleaming": 9.0},
    human={"all": tuple(float(n) for n in range(21))},
)
FILLER = "The men went down to the boats and looked at the water until the rain came over the hill. "


def found_in(text: str, *phrases: str) -> list[str]:
    matcher, reading = Matcher(phrases), read(text)
    hits = matcher.find(reading)
    ends = reading.ends[hits.first + hits.words - 1]
    return [text[a:b] for a, b in zip(reading.starts[hits.first].tolist(), ends.tolist(), strict=True)]


def test_a_phrase_is_found_whatever_its_case_marks_and_line_breaks() -> None:
    text = "She TOOK a deep\nbreath. “Yes,” he said, his voice low. It’s gleaming!"
    assert found_in(text, "took a deep breath", "said his voice low", "it's gleaming") == [
        "TOOK a deep\nbreath",
        "said, his voice low",
        "It’s gleaming",
    ]


def test_a_phrase_does_not_go_on_after_the_end_of_a_sentence() -> None:
    assert found_in("She took a deep. Breath left him.", "took a deep breath") == []


def test_of_phrases_within_each_other_the_longest_counts() -> None:
    hits = slop("He took a deep breath, a deep breath.", "en", TWO).hits
    assert [hit.phrase for hit in hits] == ["took a deep breath", "deep breath"]


def test_chinese_phrases_stand_between_marks() -> None:
    text = "他心中一动，想了想。心中，一动也不动。"
    assert found_in(text, "心中一动") == ["心中一动"]


def test_rate_places_and_percentile_by_hand() -> None:
    text = FILLER * 20 + "He took a deep breath. The gleaming boats."
    score = slop(text, "en", TWO)
    assert score.words == 19 * 20 + 8
    assert score.per_1000 == pytest.approx(2000 / 388)
    assert [text[hit.start : hit.end] for hit in score.hits] == ["took a deep breath", "gleaming"]
    assert score.percentile == pytest.approx(5 * 2000 / 388, abs=0.06)  # a step of 5 % per phrase in 1,000 words
    assert score.kind == "all"


def test_beyond_all_people_is_100_and_short_texts_are_not_compared() -> None:
    assert percentile_of(99, TWO.human["all"]) == 100
    assert percentile_of(0.5, TWO.human["all"]) == 2.5
    assert percentile_of(0, (0.0,) * 21) == 0
    assert percentile_of(0.1, (0.0,) * 21) == 100
    assert slop("gleaming " * 20, "en", TWO).percentile is None


def test_a_language_without_a_list_has_no_rate_and_no_findings() -> None:
    german = "Der Mann ging nicht mit dem Hund in das Haus, und die Frau war auch nicht da. " * 30
    assert slop(german).per_1000 is None
    assert slop(german).language == "de"
    assert slop_findings(german) == []
    assert slop("", "en").per_1000 is None


def test_a_phrase_is_used_too_often_three_times_within_five_thousand_words() -> None:
    assert crowded("took a deep breath", [0, 100, 4999], 2.0)
    assert not crowded("took a deep breath", [0, 100, 5000, 9000], 2.0)
    assert not crowded("gleaming", [0, 1, 2, 3], 9.0)  # a single word may stand four times
    assert crowded("gleaming", [0, 1, 2, 3, 4], 9.0)
    assert not crowded(
        "gleaming", [0, 1, 2, 3, 4], 200.0
    )  # people write it once in 5,000 words: ten times are too many


def test_findings_name_the_phrase_and_quote_every_place() -> None:
    text = "\n\n".join(FILLER * 30 + "She took a deep breath." for _ in range(3))
    findings = slop_findings(text, "en")
    assert [(f.kind, f.check) for f in findings] == [("slop", "phrase")]
    assert findings[0].quotes == ("took a deep breath",) * 3
    assert [text[p.start : p.end] for p in findings[0].places] == [*findings[0].quotes]
    assert findings[0].message.startswith(
        "“took a deep breath” stands 3 times in 1,725 words; people write it 0.0058 times"
    )


def test_plain_prose_has_no_findings_and_many_different_phrases_are_one() -> None:
    assert slop_findings(FILLER * 200, "en") == []
    stock = shipped("en")
    assert stock is not None
    phrases = phrases_to_ban([stock])[:12]
    [finding] = slop_findings(FILLER * 30 + ". ".join(phrases) + ".", "en")
    assert finding.check == "rate"
    assert len(finding.places) == 12


def test_what_a_short_text_may_owe_to_chance_is_no_finding() -> None:
    """Of 300 words: 9 phrases less their root 3 are 20 in 1,000 words, the most of people's rates; 8 less 2.8 are 17.2."""
    words = "took a deep breath. " + "The men went to the boats. " * 4 + "\n\n"
    for uses, told in ((9, True), (8, False)):
        text = words * uses + "rain " * (300 - uses * 28)
        assert count_words(text) == 300
        rates = [finding.check for finding in slop_findings(text, "en", TWO)]
        assert ("rate" in rates) is told


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("It wasn't fear. It was hope.", 1),
        ("This is not just a house—it's a home.", 1),
        ("It’s not a phase; it’s who I am.", 1),
        ("Not only that, but the bus was late.", 0),
        ("He was not tall, but strong.", 0),
        ("It was not late. The bus came.", 0),
        ("It is not here. It is not there.", 0),
    ],
)
def test_what_is_not_x_but_y(text: str, hits: int) -> None:
    assert [name for name, _, _ in pattern_hits(text, "en")] == [CONTRAST] * hits


def test_fiction_and_other_prose_are_told_apart() -> None:
    assert kind_of("“Come,” she said. He was late, and her coat was wet.\n" * 20) == "fiction"
    assert (
        kind_of("These rules of the service are such that users find the pages by which they can pay. " * 20)
        == "non-fiction"
    )


def test_the_shipped_list_is_of_rare_words_and_its_ban_of_phrases() -> None:
    stock = shipped("en")
    assert stock is not None
    assert len(stock.phrases) > 1000
    assert max(rate for phrase, rate in stock.phrases.items() if count_words(phrase) == 1) <= 12
    assert all(steps[0] <= steps[10] <= steps[20] for steps in stock.human.values())
    banned = phrases_to_ban([stock, stock])
    assert len(banned) == len({*banned}) > 500
    assert min(map(count_words, banned)) == 2
    assert shipped("xx") is None
    assert shipped("../en") is None


def test_a_list_is_read_as_it_was_written(tmp_path: Path) -> None:
    odd = StockList(phrases={'say "no" \\ yes': 0.5, "心中一动": 0}, human=TWO.human)
    (tmp_path / "a.toml").write_text(as_toml(odd, {"心中一动": "a remark"}), "utf-8")
    assert read_list(tmp_path / "a.toml") == odd


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("phrases = 3", "not a table"),
        ('[phrases]\n"!!" = 1', "has 0 words"),
        ('[phrases]\n"a" = -1', "at least 0"),
        ('[phrases]\n"a" = nan', "finite"),
        ('[phrases]\n"a" = 1\n[human]\nall = [1, 2]', "21 numbers"),
        ("[phrases\n", "not valid TOML"),
    ],
)
def test_a_list_of_nonsense_is_refused(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "a.toml").write_text(toml)
    with pytest.raises(InputError, match=said):
        read_list(tmp_path / "a.toml")


def test_slop_along_a_text() -> None:
    text = FILLER * 50 + (FILLER * 5 + "She took a deep breath. ") * 10
    found = measure(text, "en")
    assert found.along["slop"][:4] == (0.0,) * 4
    assert found.along["slop"][9] > 5
    assert found.whole["slop"] == pytest.approx(1000 * 10 / count_words(text))
    assert measure("他心中一动。" * 40, "zh").along["slop"] == (None,) * 10


def test_a_hundred_thousand_words_take_a_moment_and_twice_as_many_twice_as_long() -> None:
    rng = random.Random(1)
    words = [*ENGLISH, "gleaming", "took a deep breath."]
    text = " ".join(rng.choices(words, k=200_000))
    slop(text, "en")
    seconds = []
    for part in (text[: len(text) // 2], text):
        begin = time.process_time()
        slop(part, "en")
        seconds.append(time.process_time() - begin)
    assert seconds[0] < 1.0  # 0.1 s on a free core
    assert seconds[1] < 4 * seconds[0] + 0.05
