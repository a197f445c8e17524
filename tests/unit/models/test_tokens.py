"""Token estimates and their calibration."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.models.fake import FakeModel
from longwriter.models.tokens import SAFETY, TokenCounter, estimate_tokens

ENGLISH = (
    "The lighthouse keeper climbed the stairs slowly, counting each step under his breath. Outside, the wind had "
    'turned; the sea was grey and loud. "Another night," he said, and lit the lamp.\n\n'
)


class Blind(FakeModel):
    """A model whose vocabulary only the server has."""

    def count_tokens(self, text):
        return None


def blind():
    return TokenCounter(Blind.scripted([]))


def test_english_is_near_four_characters_a_token():
    assert 3.6 < len(ENGLISH) / estimate_tokens(ENGLISH) < 4.8


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("灯塔管理员慢慢地走上楼梯。" * 100, 910, 1300),
        ("Смотритель маяка " * 100, 700, 1000),
        ("12345678", 3, 5),
    ],
)
def test_other_scripts(text, low, high):
    assert low <= estimate_tokens(text) <= high


@given(st.text(), st.text())
def test_an_estimate_is_additive_but_for_rounding(a, b):
    assert 0 <= estimate_tokens(a) + estimate_tokens(b) - estimate_tokens(a + b) <= 1


def test_speed():
    text = ENGLISH * 20_000  # 4 MB
    started = time.process_time()
    estimate_tokens(text)
    assert len(text) / (time.process_time() - started) > 20e6


def test_the_models_own_count_is_exact():
    counter = TokenCounter(FakeModel.scripted([]))
    assert counter.count("three words here") == counter.upper("three words here") == 3


def test_reported_usage_scales_the_estimate():
    counter = blind()
    before = counter.count(ENGLISH)
    assert before == estimate_tokens(ENGLISH)
    counter.observe(1000, 1300)
    counter.observe(3000, 3900)
    assert counter.ratio == 1.3
    assert counter.count(ENGLISH) == -(-before * 13 // 10)
    assert counter.upper(ENGLISH) >= counter.count(ENGLISH) * SAFETY - 1


def test_a_cut_prompt_shows_before_and_after_calibration():
    counter = blind()
    assert counter.truncated(5000, 1999) == 1999
    assert counter.truncated(5000, 2001) is None
    assert counter.truncated(590, 10) is None
    counter.observe(5000, 1999)  # teaches nothing
    assert counter.ratio == 1.0
    counter.observe(1000, 1300)
    assert counter.truncated(5000, 4500) == 4500  # 6500 expected
    assert counter.truncated(5000, 4600) is None


def test_absurd_reports_do_not_carry_the_ratio_away():
    counter = blind()
    counter.observe(100, 100_000)
    counter.observe(1000, 7)
    assert counter.ratio == 1.0
    assert counter.truncated(1000, 7) is None  # a miscount: no server reads so little
    assert counter.truncated(1000, 300) == 300


def test_a_model_that_counts_by_itself_is_never_called_cut():
    """A byte vocabulary takes many tokens for Chinese and few for English: no scale fits both."""
    counter = TokenCounter(FakeModel.scripted([]))
    counter.observe(400, 1500)
    assert counter.truncated(400, 414) is None
    assert counter.truncated(5000, 300) is None
