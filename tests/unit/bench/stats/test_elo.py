import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.bench.records import Rating
from longwriter.bench.stats.ratings import PRIOR, Battle, online, ratings
from longwriter.errors import InputError

THREE_TO_ONE = 400 * math.log10(3)
VERDICTS = (0.0, 0.25, 0.5, 0.75, 1.0)


def rated(battles: list[Battle]) -> dict[str, float]:
    return {rating.name: rating.rating for rating in ratings(battles)}


@pytest.mark.parametrize("ties", [0, 6])
def test_three_wins_to_one_are_400_log_3_apart_whatever_the_ties(ties: int) -> None:
    """But for the prior, which draws them together by eleven points at four battles and a tenth of one at 400."""
    few = rated([Battle("a", "b", 1)] * 3 + [Battle("b", "a", 1)] + [Battle("a", "b", 0.5)] * ties)
    assert few["a"] - few["b"] == pytest.approx(400 * math.log10((3 + PRIOR) / (1 + PRIOR)), abs=1e-5)
    assert few["a"] - few["b"] == pytest.approx(THREE_TO_ONE, abs=11)
    many = rated([Battle("a", "b", 1)] * 300 + [Battle("b", "a", 1)] * 100 + [Battle("a", "b", 0.5)] * ties)
    assert many["a"] - many["b"] == pytest.approx(THREE_TO_ONE, abs=0.4)
    assert sum(many.values()) == pytest.approx(2000)


def test_ties_alone_make_equals() -> None:
    assert ratings([Battle("b", "a", 0.5)] * 4) == (
        Rating(name="a", rating=1000.0, low=1000.0, high=1000.0, battles=4, wins=2.0),
        Rating(name="b", rating=1000.0, low=1000.0, high=1000.0, battles=4, wins=2.0),
    )


def test_always_slightly_better_is_a_win_in_four_lost() -> None:
    slight = rated([Battle("a", "b", 0.75)] * 400)
    assert slight["a"] - slight["b"] == pytest.approx(THREE_TO_ONE, abs=0.4)


def test_ratings_add_up_along_a_chain() -> None:
    """A and C never met: their distance is that from each to B, together."""
    chain = [Battle("a", "b", 1)] * 300 + [Battle("a", "b", 0)] * 100
    chain += [Battle("c", "b", 0)] * 300 + [Battle("c", "b", 1)] * 100
    found = rated(chain)
    assert found["b"] == pytest.approx(1000, abs=1e-5)
    assert found["a"] - found["c"] == pytest.approx(2 * THREE_TO_ONE, abs=0.4)


def test_the_maximum_expects_of_each_system_the_wins_it_has() -> None:
    """The condition of Bradley and Terry, here on 2,000 battles without ties (the prior's ties move it by a hair)."""
    rng = random.Random(4)
    battles = [Battle(*rng.sample("abcdef", 2), float(rng.random() < 0.6)) for _ in range(2000)]
    table = ratings(battles)
    strength = {r.name: 10 ** (r.rating / 400) for r in table}
    for row in table:
        met = [b.b if b.a == row.name else b.a for b in battles if row.name in b[:2]]
        expected = sum(strength[row.name] / (strength[row.name] + strength[other]) for other in met)
        assert row.battles == len(met)
        assert row.wins == pytest.approx(expected, abs=0.5)


def test_who_wins_all_is_far_above_and_finite() -> None:
    table = ratings([Battle("a", "b", 1)] * 100 + [Battle("c", "b", 1)] * 3 + [Battle("c", "b", 0)] * 3)
    assert [row.name for row in table] == ["a", "b", "c"]
    assert table[0].rating - table[1].rating == pytest.approx(400 * math.log10(100.1 / 0.1), abs=2)
    assert table[1].rating == table[2].rating
    assert all(math.isfinite(n) for row in table for n in (row.low, row.high))


def test_intervals_hold_the_rating_and_narrow_with_battles() -> None:
    some = [Battle("a", "b", 1)] * 12 + [Battle("a", "b", 0)] * 8
    few, many = ratings(some)[0], ratings(some * 16)[0]
    assert few.low < few.rating < few.high
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(4, rel=0.2)
    assert ratings(some, seed=1) == ratings(some, seed=1)


@given(
    st.lists(st.tuples(st.sampled_from("bcd"), st.sampled_from("ace"), st.sampled_from(VERDICTS)), max_size=25),
    st.randoms(use_true_random=False),
)
@settings(max_examples=30, deadline=None)
def test_neither_order_nor_sides_change_a_bit(rows: list[tuple[str, str, float]], rng: random.Random) -> None:
    battles = [Battle(*row) for row in rows if row[0] != row[1]]
    battles += [Battle(one, other, 1) for one, other in zip("abcd", "bcde", strict=True)]
    turned = [Battle(b, a, 1 - points) if rng.random() < 0.5 else Battle(a, b, points) for a, b, points in battles]
    rng.shuffle(turned)
    assert ratings(turned) == ratings(battles)
    assert sum(row.rating for row in ratings(battles)) == pytest.approx(5000, abs=1e-4)


def test_groups_that_never_met_are_named() -> None:
    with pytest.raises(InputError, match="compare a, b with x, y: no battle"):
        ratings([Battle("a", "b", 1), Battle("y", "x", 0)])


@pytest.mark.parametrize("battle", [Battle("a", "a", 1), Battle("a", "b", 1.1), Battle("a", "b", math.nan)])
def test_what_is_no_battle(battle: Battle) -> None:
    with pytest.raises(ValueError, match="no battle"):
        ratings([battle])
    with pytest.raises(ValueError, match="no battle"):
        online([battle])


def test_nothing_to_rate() -> None:
    assert ratings([]) == ()
    assert online([]) == {}


def test_online_follows_the_formula_and_the_order() -> None:
    """Equals: K / 2 for the winner. Then 1002 loses to 998: it was expected to have 0.50575."""
    expected = 1 / (1 + 10 ** (-4 / 400))
    won_first = online([Battle("a", "b", 1), Battle("a", "b", 0)])
    assert won_first == pytest.approx({"a": 1002 - 4 * expected, "b": 998 + 4 * expected})
    lost_first = online([Battle("a", "b", 0), Battle("a", "b", 1)])
    assert lost_first["a"] > 1000 > won_first["a"]
    assert online([Battle("a", "b", 0.5)], base=500) == {"a": 500, "b": 500}
