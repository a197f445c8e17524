import asyncio
import time
from pathlib import Path

import pytest

from longwriter.checks.slop.stock import StockList, as_toml
from longwriter.errors import InputError
from longwriter.rewards.base import FAILURE, RewardSettings, Sample, Verdict, open_reward
from longwriter.rewards.checked.slop import free_rate, slop_reward

PLAIN = "The men went down to the boats and looked at the water until the rain came over the hill. "


def verdict(completion: str, mode: str = "plain", **settings: object) -> Verdict:
    reward = open_reward("slop", RewardSettings.model_validate(settings))
    [found] = asyncio.run(reward.score([Sample(id="a", request="", completion=completion, mode=mode)]))
    return found


def test_one_up_to_the_free_rate_and_nothing_from_four_times_on() -> None:
    assert slop_reward(3.0, 3.0) == 1
    assert slop_reward(7.5, 3.0) == 0.5
    assert slop_reward(12.0, 3.0) == 0
    assert slop_reward(99.0, 3.0) == 0


def test_the_free_rate_is_the_higher_of_both_kinds_and_never_below_one() -> None:
    low, high = tuple(n / 100 for n in range(21)), tuple(n / 4 for n in range(21))
    assert free_rate(StockList(phrases={}, human={"fiction": high, "non-fiction": low})) == 4.5
    assert free_rate(StockList(phrases={}, human={"all": low})) == 1.0


def test_plain_prose_has_all_of_it_and_stock_phrases_take_it_away() -> None:
    assert verdict(PLAIN * 40).value == 1
    few = verdict(PLAIN * 40 + "She took a deep breath. " * 5)
    many = verdict(PLAIN * 40 + "She took a deep breath. " * 20)
    assert few.value is not None
    assert 0 < few.value < 1
    assert few.why["phrases"] == {"took a deep breath": 5}
    assert many.value == 0


def test_short_answers_are_not_punished_for_one_phrase_and_empty_ones_have_nothing() -> None:
    assert verdict(PLAIN * 3 + "She took a deep breath.").value == pytest.approx(1, abs=0.1)
    assert verdict("").value == 0
    assert verdict("<answer>no end", "direct").value == 0


def test_a_language_without_a_list_has_no_value_and_says_so() -> None:
    found = verdict("Der Mann ging nicht mit dem Hund in das Haus, und die Frau war auch nicht da. " * 20)
    assert found.value is None
    assert found.why[FAILURE] == "no list of stock phrases for German; make one with longwriter slop learn"


def test_a_learned_list_counts_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "slop.toml"
    path.write_text(as_toml(StockList(phrases={"the water": 1.0}, human={"all": (0.0,) * 21})))
    assert verdict(PLAIN * 40, slop_list=str(path)).value == 0
    path.write_text(as_toml(StockList(phrases={"the water": 1.0})))
    with pytest.raises(InputError, match="no percentiles"):
        verdict(PLAIN, slop_list=str(path))


def test_ten_thousand_words_are_quick() -> None:
    text = (PLAIN * 40 + "She took a deep breath. ") * 14
    verdict(text)
    begin = time.process_time()
    verdict(text)
    assert time.process_time() - begin < 0.5  # 0.02 s on a free core
