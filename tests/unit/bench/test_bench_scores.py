"""Numbers worked by hand: averages, splits, checks, and the public scripts' handling of the same replies."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.bench_rows import battle, criterion, query
from tests.helpers.bench_runs import ROWS, run, settings, speaking
from tests.helpers.data_runs import saved
from tests.helpers.places import SHARED
from tests.helpers.server import Server

from longwriter.bench.aggregate import correlation
from longwriter.bench.compat import read_public
from longwriter.bench.judging.quality import DIMENSIONS
from longwriter.bench.scores import score_run
from longwriter.errors import InputError
from longwriter.length.score import length_score

GOLDEN = SHARED / "golden" / "reference_values.json"
S_L = [
    (1000, 500, 50.0),
    (1000, 334, 0.29940119760478723),
    (1000, 2000, 66.66666666666667),
    (120, 119, 99.57983193277312),
]
"""THUDM/LongWriter, evaluation/eval_length.py at 3fcfdff: required, written, score."""


def marks(**more: Any) -> str:
    return json.dumps({"Analysis": "a", **dict.fromkeys(DIMENSIONS, 3), **more})


def test_s_l_of_stored_texts_is_the_public_script_s(tmp_path: Path) -> None:
    cases = list(S_L)
    if GOLDEN.exists():
        cases = [tuple(case) for case in json.loads(GOLDEN.read_text("utf-8"))["longwriter_length_score"]["cases"]]
    rows = [{"prompt": f"Write on {n}", "length": required} for n, (required, _, _) in enumerate(cases)]
    texts = [{"id": n, "text": "word " * written} for n, (_, written, _) in enumerate(cases, 1)]
    data, own = saved(tmp_path / "data.jsonl", rows), saved(tmp_path / "texts.jsonl", texts)
    scores = run(settings(data, own), tmp_path / "run")
    assert [item.scores["S_l"] for item in scores.items] == pytest.approx([score for _, _, score in cases])
    same = score_run(tmp_path / "run", "longwriter")
    assert same.metrics["S_l"].value == pytest.approx(sum(score for _, _, score in cases) / len(cases))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """r1 unreadable at first, r2 never readable, r3 with a mark off the scale; one text has digits."""
    folder = tmp_path_factory.mktemp("judged")
    said = {
        "100": ["prose", "prose", marks(Clarity=5)],
        "200": ["prose"] * 3,
        "300": [marks(Clarity=6), marks(Clarity=4.5), marks(Clarity=4)],
    }

    def judge(body: dict[str, Any]) -> str:
        asked = body["messages"][0]["content"]
        return said[next(n for n in said if f"Write {n} words" in asked)].pop(0)

    texts = [{"id": f"r{n}", "text": "tin " * 100 + "7 " * 100 * (n - 1)} for n in (1, 2, 3)]
    with Server(speak=speaking(judge)) as server:
        data, own = saved(folder / "data.jsonl", ROWS), saved(folder / "texts.jsonl", texts)
        run(settings(data, own, url=server.url, judge="judge"), folder / "run")
    return folder / "run"


def test_our_own_handling(judged: Path) -> None:
    scores = score_run(judged)
    assert [item.words for item in scores.items] == [100, 200, 300]
    assert scores.metrics["S_l"].value == 100
    first, third = (5 * 50 + 100) / 6, (5 * 50 + 75) / 6
    assert scores.metrics["S_q"].value == pytest.approx((first + third) / 2)
    assert scores.metrics["S"].value == pytest.approx(((100 + first) / 2 + (100 + third) / 2) / 2)
    assert (scores.metrics["S_q"].n, scores.metrics["S_q"].missing) == (2, 1)
    assert scores.counts["unreadable"] == 1


def test_as_longwriter_does(judged: Path) -> None:
    """Words without digits; a mark of 6 is taken; the unreadable item is gone; S is the mean of the two means."""
    scores = score_run(judged, "longwriter")
    assert scores.compat == "longwriter"
    assert [item.words for item in scores.items] == [100, 100, 100]
    s_l = (100 + length_score(200, 100) + length_score(300, 100)) / 3
    s_q = ((5 * 50 + 100) / 6 + (5 * 50 + 125) / 6) / 2
    assert scores.metrics["S_l"].value == pytest.approx(s_l)
    assert scores.metrics["S_q"].value == pytest.approx(s_q)
    assert scores.metrics["S"].value == pytest.approx((s_l + s_q) / 2)
    assert scores.metrics["S_q"].missing == 0
    assert (judged / "scores.longwriter.json").exists()
    assert score_run(judged).compat is None


def test_as_evalscope_does(judged: Path) -> None:
    """The first reply alone: one item of three is left."""
    scores = score_run(judged, "evalscope")
    assert scores.metrics["S_q"].value == pytest.approx((5 * 50 + 125) / 6)
    assert scores.metrics["S_q"].n == 1


def test_what_the_scripts_read() -> None:
    assert read_public("```json\n" + marks(Clarity=4.5) + "\n```").marks["Clarity"] == 4.5
    assert read_public("My marks: " + marks()) is None
    assert read_public("```json " + marks() + "```") is None
    assert read_public('{"Clarity": 4}') is None
    assert read_public("[]") is None
    for mark in ("NaN", "Infinity", "1" * 400):
        assert read_public(marks().replace("3", mark)) is None
    assert read_public("[" * 5000) is None


def test_compat_is_longbench_write_s_alone(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", [battle(1)])
    run(settings(data, "fake", benchmark="arena-write"), tmp_path / "run")
    with pytest.raises(InputError, match="--compat evalscope: that script is LongBench-Write's"):
        score_run(tmp_path / "run", "evalscope")


def test_splits_by_length_type_and_language(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "prompt": "Write a note on tin", "type": "Note", "length": 100},
        {"id": "b", "prompt": "Write an essay on tin", "type": "Essay", "length": 1000},
        {"id": "c", "prompt": "写一篇锡的文章", "type": "Essay", "length": 500},
    ]
    texts = [{"id": n, "text": t} for n, t in (("a", "tin " * 100), ("b", "tin " * 500), ("c", "锡" * 1000))]
    data, own = saved(tmp_path / "data.jsonl", rows), saved(tmp_path / "texts.jsonl", texts)
    by = run(settings(data, own), tmp_path / "run").by
    assert {k: v["S_l"].value for k, v in by["bucket"].items()} == {
        "[0, 500)": 100,
        "[500, 2k)": pytest.approx(175 / 3),
    }
    assert list(by["bucket"]) == ["[0, 500)", "[500, 2k)"]
    assert {k: v["S_l"].n for k, v in by["type"].items()} == {"Essay": 2, "Note": 1}
    assert {k: v["S_l"].n for k, v in by["language"].items()} == {"en": 2, "zh": 1}


def test_writingbench_averages_and_requirements(tmp_path: Path) -> None:
    """Two items: marks 9 7 5 3 1 and 8 with four unread; style wants the second, and its first criterion."""
    repository = tmp_path / "repo"
    first = query(1, checklist=[criterion(f"c{n}") for n in (9, 7, 5, 3, 1)])
    second = query(2, domain1="Art", checklist=[criterion(f"c{n}") for n in ("8", "x1", "x2", "x3", "x4")])
    saved(repository / "benchmark_all.jsonl", [first, second])
    saved(repository / "requirement" / "style" / "style_subset.jsonl", [second])
    saved(
        repository / "requirement" / "style" / "style_subset_C.jsonl", [second | {"checklist": second["checklist"][:1]}]
    )

    def judge(body: dict[str, Any]) -> str:
        mark = body["messages"][0]["content"].split('"name": "c')[1].split('"')[0]
        return json.dumps({"reason": "so", "score": int(mark)}) if mark.isdigit() else "no"

    with Server(speak=speaking(judge)) as server:
        chosen = settings(str(repository), "writer", benchmark="writingbench", url=server.url, judge="judge")
        scores = run(chosen, tmp_path / "run")
    assert scores.metrics["v1"].value == (9 + 7 + 5 + 3 + 1 + 8) / 6
    assert scores.metrics["v2"].value == 10 * (5 + 8) / 2
    assert scores.counts["unreadable"] == 4
    assert {k: v["v2"].value for k, v in scores.by["domain1"].items()} == {"Art": 80, "Law": 50}
    assert scores.by["requirement"]["style"]["R"].value == 8
    assert scores.by["requirement"]["style"]["C"].value == 8
    assert scores.items[0].reasons["criterion-0 c9"] == "so"


def test_the_interval_of_v1_holds_it_where_marks_are_missing(tmp_path: Path) -> None:
    """Five marks of 1, and one of 10 for each of nine other items: 95 / 14, below all bootstrapped means of items."""
    data = saved(tmp_path / "data.jsonl", [query(n) for n in range(10)])

    def judge(body: dict[str, Any]) -> str:
        asked = body["messages"][0]["content"]
        if "Draft lease 0" in asked:
            return '{"reason": "so", "score": 1}'
        return '{"reason": "so", "score": 10}' if '"c0"' in asked else "no"

    with Server(speak=speaking(judge)) as server:
        scores = run(settings(data, "fake", benchmark="writingbench", url=server.url, judge="judge"), tmp_path / "run")
    v1 = scores.metrics["v1"]
    assert v1.value == v1.low == 95 / 14
    assert scores.metrics["v2"].value == 91


def test_arena_win_rate_elo_and_checks_of_the_judge(tmp_path: Path) -> None:
    """The judge prefers what mentions gold, and says A=B of the others; `two` holds gold."""
    rows = [battle(n, baseline_response={"one": f"Tin {n}.", "two": "Of gold."}) for n in range(6)]
    texts = [{"id": n, "text": "Tin again."} for n in range(5)] + [{"id": 5, "text": ""}]
    data, own = saved(tmp_path / "data.jsonl", rows), saved(tmp_path / "texts.jsonl", texts)

    def judge(body: dict[str, Any]) -> str:
        a, b = body["messages"][0]["content"].split("<text_b>")
        return json.dumps({"reason": "r", "verdict": "A>>B" if "gold" in a else "B>>A" if "gold" in b else "A=B"})

    with Server(speak=speaking(judge)) as server:
        chosen = settings(data, own, benchmark="arena-write", url=server.url, judge="judge", repeat=0.5)
        scores = run(chosen, tmp_path / "run")
        asked = len(server.requests)
    assert scores.metrics["win"].value == pytest.approx(5 * 25 / 6)
    assert scores.items[0].scores["win/one"] == 50
    assert scores.items[5].scores["win"] == 0
    assert scores.checks["order_agreement"].value == 1
    assert scores.checks["repeat_agreement"].value == 1
    assert asked == 20 + scores.checks["repeat_agreement"].n
    assert 0 < scores.checks["repeat_agreement"].n < 20
    names = [rating.name for rating in scores.ratings]
    assert names[0] == "two"
    assert set(names) == {"one", "two", own}
    assert sum(r.rating for r in scores.ratings) == pytest.approx(3000)
    assert scores.metrics["elo"].value < 1000
    assert scores.metrics["elo_online"].value < 1000


def test_a_judge_that_prefers_the_first_place_is_found_out(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", [battle(n) for n in range(3)])
    with Server(speak=speaking(lambda _: '{"verdict": "A>B"}')) as server:
        chosen = settings(data, "writer", benchmark="arena-write", url=server.url, judge="judge")
        scores = run(chosen, tmp_path / "run")
    assert scores.checks["order_agreement"].value == 0
    assert scores.metrics["win"].value == 50


def test_a_system_of_a_baseline_s_name(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", [battle(n, baseline_response={"writer": "Tin."}) for n in range(3)])
    with Server(speak=speaking(lambda _: '{"verdict": "A=B"}')) as server:
        chosen = settings(data, "writer", benchmark="arena-write", url=server.url, judge="judge")
        scores = run(chosen, tmp_path / "run")
    assert {r.name for r in scores.ratings} == {"writer", "writer (this run)"}


def test_ruler_has_a_curve_and_the_longest_text(tmp_path: Path) -> None:
    rows = [{"prompt": f"Write {n} words on {k}", "length": n} for n in (1000, 2000) for k in "ab"]
    texts = [{"id": i, "text": "tin " * n} for i, n in enumerate((900, 1100, 1500, 1600), 1)]
    data, own = saved(tmp_path / "data.jsonl", rows), saved(tmp_path / "texts.jsonl", texts)
    scores = run(settings(data, own, benchmark="longwrite-ruler"), tmp_path / "run")
    assert [(n, m.value) for n, m in scores.curve] == [(1000, 1000), (2000, 1550)]
    assert scores.metrics["longest"].value == 1600
    assert "S_q" not in scores.metrics


def test_correlation_by_hand() -> None:
    found = correlation([(1, 1), (2, 3), (3, 2), (4, 4)])
    assert found.value == pytest.approx(0.8)
    assert found.low is not None
    assert found.low == pytest.approx(math.tanh(math.log(3) - 1.959964))  # atanh(0.8) = ln 3
    assert correlation([(1, 1), (2, 2)]).value is None
    assert correlation([(1, 1), (1, 2), (1, 3)]).value is None
    assert correlation([(1, 2), (2, 4), (3, 6)]).value == 1


def test_measures_and_decay_come_with_every_run(tmp_path: Path) -> None:
    data = saved(tmp_path / "data.jsonl", ROWS)
    scores = run(settings(data, "fake"), tmp_path / "run")
    assert scores.measures["words"].value == 200
    assert len(scores.measures) > 1
    assert scores.measures["other_language"].value == 0
    assert len(scores.decay) > 1


def test_an_answer_in_the_other_language_is_seen(tmp_path: Path) -> None:
    rows = [{"id": "a", "prompt": "写三百字", "length": 300}, {"id": "b", "prompt": "写四百字", "length": 300}]
    texts = [{"id": "a", "text": "tin " * 300}, {"id": "b", "text": "锡" * 300}]
    data, own = saved(tmp_path / "data.jsonl", rows), saved(tmp_path / "texts.jsonl", texts)
    assert run(settings(data, own), tmp_path / "run").measures["other_language"].value == 0.5
