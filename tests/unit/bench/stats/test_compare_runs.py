"""Paired comparisons: differences worked by hand, and runs that cannot be compared."""

import pytest
from tests.helpers.made_scores import made

from longwriter.bench.records import ItemScore, Metric, Scores
from longwriter.bench.stats.compare import cautions, compare, labels
from longwriter.errors import InputError


def run(values: dict[str, float | None], system: str = "a", **more: object) -> Scores:
    own = [ItemScore(id=id, words=1, scores={"S_l": v, "criterion/0": 1.0}) for id, v in values.items()]
    return Scores.model_validate(
        {"benchmark": "mini", "system": system, "metrics": {"S_l": Metric(value=None, n=0)}, "items": own} | more
    )


def test_the_difference_is_that_of_pairs() -> None:
    a = run({"x": 10.0, "y": 20.0, "z": 30.0, "w": None})
    b = run({"w": 5.0, "x": 12.0, "y": 24.0, "z": None}, "b")
    [found] = compare(["a", "b"], [a, b])
    assert (found.metric, found.run, found.base) == ("S_l", "b", "a")
    assert (found.base_value, found.value, found.difference) == (15.0, 18.0, 3.0)
    assert (found.n, found.left_out) == (2, 2)
    assert found.low is not None
    assert found.high is not None
    assert 2.0 <= found.low <= 3.0 <= found.high <= 4.0


def test_a_clear_difference_is_sure_and_none_is_not() -> None:
    a = run({str(n): float(n % 7) for n in range(60)})
    b = run({str(n): float(n % 7) + 1 + 0.1 * (n % 3) for n in range(60)}, "b")
    [found] = compare(["a", "b"], [a, b])
    assert found.low is not None
    assert found.low > 0.9
    assert found.p is not None
    assert found.p < 0.01
    [same] = compare(["a", "b"], [a, a.model_copy(update={"system": "b"})])
    assert (same.difference, same.p) == (0.0, 1.0)
    [back] = compare(["b", "a"], [b, a])
    assert back.difference == pytest.approx(-(found.difference or 0))


def test_each_run_is_compared_with_the_first() -> None:
    found = compare(["a", "b", "c"], [made("a"), made("b", 2.0), made("c", 3.0)], common=True)
    keys = [row.metric for row in found]
    assert keys[:4] == ["S", "S", "S_l", "S_l"]
    assert {row.base for row in found} == {"a"}
    assert [row.run for row in found[:2]] == ["b", "c"]


def test_an_item_without_any_pair_has_no_difference() -> None:
    [found] = compare(["a", "b"], [run({"x": None}), run({"x": 3.0})])
    assert (found.difference, found.value, found.p, found.n, found.left_out) == (None, None, None, 0, 1)


def test_other_items_and_benchmarks_are_named() -> None:
    a, b = run({"x": 1.0, "y": 2.0}), run({"x": 1.0, "z": 2.0}, "b")
    with pytest.raises(InputError, match=r"different items: y only in a; z only in b; --common"):
        compare(["a", "b"], [a, b])
    [found] = compare(["a", "b"], [a, b], common=True)
    assert found.n == 1
    with pytest.raises(InputError, match="2, 3, 4, 5, 6 and 2 more only in b"):
        compare(["a", "b"], [run({"1": 1.0}), run({str(n): 1.0 for n in range(1, 9)})])
    with pytest.raises(InputError, match="no item in common"):
        compare(["a", "b"], [run({"x": 1.0}), run({"y": 1.0})], common=True)
    with pytest.raises(InputError, match="a is of mini, b of other"):
        compare(["a", "b"], [a, run({"x": 1.0, "y": 2.0}, benchmark="other")])
    with pytest.raises(InputError, match="at least two"):
        compare(["a"], [a])
    other = run({"x": 1.0, "y": 2.0}).model_dump()
    other["items"][1]["required"] = 900
    with pytest.raises(InputError, match="item y is another in b than in a"):
        compare(["a", "b"], [a, Scores.model_validate(other)])


def test_other_judging_is_cautioned() -> None:
    first = made("a")
    other = made(
        "b", judge="qwen", compat="evalscope", settings=dict(first.settings) | {"judge_temperature": 0.0, "seed": 1}
    )
    assert cautions(["a", "b"], [first, other]) == [
        "judge differs: a gpt-4o-2024-05-13, b qwen",
        "counting differs: a none, b evalscope",
        "settings differ between a and b: judge_temperature",
    ]
    assert cautions(["a", "b"], [first, made("b", settings=dict(first.settings) | {"seed": 1, "command": "x"})]) == []


def test_names_tell_runs_apart() -> None:
    assert labels(["r/1", "r/2"], [made("a"), made("b")]) == ["a", "b"]
    assert labels(["r/1", "r/2"], [made("a"), made("a")]) == ["a (r/1)", "a (r/2)"]
    with pytest.raises(InputError, match="r/1 is given twice"):
        labels(["r/1", "r/1"], [made("a"), made("a")])
