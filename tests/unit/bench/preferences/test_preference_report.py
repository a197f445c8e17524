"""What verdicts on pairs come to, on numbers worked by hand."""

import math

import pytest

from longwriter.bench.preferences.report import report
from longwriter.bench.preferences.worker import PairOutcome
from longwriter.rewards.preference.pair import PreferencePair


def pair(name: str, chosen: int, rejected: int, language: str = "en", genre: str = "") -> PreferencePair:
    texts = {"chosen": "word " * chosen, "rejected": "term " * rejected}
    return PreferencePair(id=name, request="Write.", language=language, genre=genre, **texts)


def test_a_judge_that_likes_what_is_long() -> None:
    pairs = [pair("1", 20, 10, genre="story"), pair("2", 10, 20, genre="story"), pair("3", 40, 20), pair("4", 20, 20)]
    outcomes = [
        PairOutcome(id="1", points=1, orders=(1, 1)),
        PairOutcome(id="2", points=0, orders=(0, 0)),
        PairOutcome(id="3", points=0.5, orders=(1, 0)),
        PairOutcome(id="4", points=0.5, orders=(1, 0.5)),
    ]
    found = report(pairs, {o.id: o for o in outcomes}, {"no request": 2})
    assert found.whole.accuracy.value == 0.5
    assert found.whole.ties == 0.5
    assert found.whole.longer.value == (1 + 0 + 1 + 0.5) / 4, "the rule that prefers the longer text"
    assert found.longer_preferred.value == (1 + 1 + 0.5) / 3, "of the three pairs of unequal length"
    assert {name: (p.pairs, p.accuracy.value) for name, p in found.lengths.items()} == {
        **{"chosen": (2, 0.75), "neither": (1, 0.5), "rejected": (1, 0)}
    }
    assert {name: p.accuracy.value for name, p in found.genres.items()} == {"story": 0.5}
    assert found.order_agreement is not None
    assert found.order_agreement.value == 0.5
    assert found.first_preferred is not None
    assert found.first_preferred.value == ((1 + 0) / 2 + (0 + 1) / 2 + (1 + 1) / 2 + (1 + 0.5) / 2) / 4
    assert found.score_words_correlation is None
    assert found.left_out == {"no request": 2}


def test_scores_keep_their_distance_and_what_is_missing_is_counted() -> None:
    pairs = [pair("1", 20, 10), pair("2", 10, 20), pair("3", 10, 10, "zh"), pair("4", 10, 10, "zh")]
    scored = [(2.0, 1.0), (1.0, 2.0), (1.0, 1.0)]  # the score is a tenth of the words
    outcomes = {str(n): PairOutcome(id=str(n), points=0.5, chosen=a, rejected=b) for n, (a, b) in enumerate(scored, 1)}
    outcomes["4"] = PairOutcome(id="4", fault="too long")
    found = report(pairs, outcomes, {})
    assert found.score_words_correlation is not None
    assert found.score_words_correlation.value == pytest.approx(1)
    assert found.length_correlation.value == pytest.approx(1), "margins 1, -1, 0 against ln 2, -ln 2, 0"
    assert found.languages["zh"].accuracy.missing == 1
    assert found.faults == {"too long": 1}
    assert report(pairs[:1], {}, {}).faults == {"failed": 1}


def test_lengths_a_tenth_apart_are_alike() -> None:
    found = report([pair("1", 100, 91), pair("2", 100, 89)], {}, {})
    assert {name: p.pairs for name, p in found.lengths.items()} == {"chosen": 1, "neither": 1}
    assert math.isclose(found.whole.longer.value or 0, 1)
