"""The page of a run: numbers worked by hand, samples that are safe to show, a size that a browser bears."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longwriter.errors import RunError
from longwriter.report.svg import MOST_POINTS, Curve, Panel, number, panel_svg, thinned, ticks
from longwriter.train.rollouts.page import KeptSamples, block, make_page, panels
from longwriter.train.rollouts.stats import chosen, ordered, step_stats
from longwriter.train.rollouts.store import Rollout, write_step
from longwriter.train.run.log import read_log

EVIL = (
    (
        "</script><script>document.title='broken'</script><!-- <b onclick=alert(1)>bold</b> &amp; \u2028\u2029 ]]> "
        "<img src=x onerror=\"document.title='broken'\"> ${title} $title \\u003c \ud83d\ude00"
    )
    .encode("utf-16", "surrogatepass")
    .decode("utf-16")
)


def rollout(**more: Any) -> Rollout:
    row = {
        "step": 1, "group": 0, "id": "r", "request": "Write about tin", "prompt": "Request: Write about tin", "mode": "think",
        "completion": "<think>a plan</think><answer>Tin is soft.</answer>", "lower": 2, "upper": 9, "cut": False,
        "think_words": 2, "answer_words": 3, "rewards": {"length": 1.0, "format": 0.5}, "why": {}, "advantage": 0.0,
        "advantages": {"length": 0.0, "format": 0.0},
    }  # fmt: skip
    return Rollout.model_validate(row | more)


def test_the_numbers_of_a_step() -> None:
    found = [
        rollout(rewards={"length": 1.0, "writing": 0.2}, answer_words=10, advantage=0.7, why={"format": {"repeated": 0.1}}),
        rollout(group=0, rewards={"length": 0.0, "writing": None}, answer_words=20, advantage=-0.7, cut=True),
        rollout(group=1, rewards={"length": 0.5, "writing": 0.4}, think_words=6, why={"format": {"repeated": 0.3}}),
        rollout(group=1, rewards={"length": 0.5, "writing": 0.8}, completion="no tags", why={"format": {"repeated": None}}),
    ]  # fmt: skip
    stats = step_stats(7, found)
    assert (stats.step, stats.rollouts, stats.groups) == (7, 4, 2)
    assert stats.rewards["length"].mean == 0.5
    assert stats.rewards["length"].spread == pytest.approx((0.5**0.5 + 0) / 2)  # std of 1 and 0 over G - 1 is 0.707
    assert stats.rewards["writing"].mean == pytest.approx((0.2 + 0.4 + 0.8) / 3)
    assert stats.rewards["writing"].spread == pytest.approx(0.08**0.5)  # the other group has one value, thus none
    assert stats.rewards["writing"].missing == 1
    assert (stats.answer_words, stats.think_words) == (9, 3)
    assert (stats.cut, stats.malformed, stats.flat) == (0.25, 0.25, 0.5)
    assert stats.repeated == pytest.approx(0.2)


def test_what_is_not_there_is_none() -> None:
    stats = step_stats(1, [])
    assert (stats.answer_words, stats.cut, stats.repeated, stats.flat, stats.rewards) == (None, None, None, None, {})
    assert step_stats(1, [rollout(rewards={"writing": None})]).rewards["writing"].mean is None
    alone = step_stats(1, [rollout(group=n, advantage=0.0) for n in range(3)])
    assert alone.flat is None, "one rollout a request, as of held-out ones, has no group that could be flat"


def test_order_and_choice() -> None:
    found = [rollout(id=f"r{i}", group=i // 4, advantage=[3, 1, 4, 2][i % 4], answer_words=i) for i in range(12)]
    found[5] = rollout(id="r5", group=1, rewards={"length": None}, advantage=1.5)
    assert [r.id for r in ordered(found, "length")][:2] == ["r11", "r10"]
    assert ordered(found, "reward")[-1].id == "r5"
    assert [r.id for r in ordered(found, "advantage")][:3] == ["r2", "r6", "r10"]
    assert [r.id for r in chosen(found, 6, 0)] == ["r2", "r1", "r6", "r5", "r10", "r9"]  # of each group best and worst
    assert [r.id for r in chosen(found, 4, 0)] == ["r2", "r1", "r6", "r10"]
    assert [r.group for r in chosen(found, 2, 0)] == [0, 1]
    assert [r.group for r in chosen(found, 2, 1)] == [0, 2]  # other groups have their turn
    assert len(chosen(found, 99, 0)) == 12
    assert chosen(found, 0, 0) == chosen([], 5, 0) == []


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(1, 12), st.integers(0, 9))
def test_a_choice_is_never_too_large_and_never_twice_the_same(groups: list[int], most: int, turn: int) -> None:
    found = [rollout(id=f"r{i}", group=g, advantage=float(i % 5)) for i, g in enumerate(sorted(groups))]
    ids = [r.id for r in chosen(found, most, turn)]
    assert len(ids) == len(set(ids)) <= most
    assert bool(ids) == bool(groups)


@given(st.text())
def test_no_text_ends_its_block(text: str) -> None:
    found = block([rollout(request=text, completion=f"<think></think><answer>{text}!</answer>")])
    assert not re.search("[<>&\u2028\u2029]", found)
    [group] = json.loads(found)
    assert group["request"] == text.encode("utf-8", "replace").decode()


def test_a_block_holds_what_is_shown() -> None:
    [group] = json.loads(block([rollout(), rollout(completion="Tin.", cut=True)]))
    assert (group["lang"], group["lower"], group["upper"]) == ("en", 2, 9)
    whole, raw = group["samples"]
    assert (whole["think"], whole["answer"], whole["fault"]) == ("a plan", "Tin is soft.", "")
    assert (raw["raw"], raw["cut"], bool(raw["fault"])) == ("Tin.", True, True)
    assert json.loads(block([rollout(request="写一篇关于锡的文章")]))[0]["lang"] == "zh-Hans"


def test_a_page_holds_as_many_steps_as_fit() -> None:
    kept = KeptSamples(55)
    for step in range(1, 22):
        kept.add(step, "x" * 10)
    steps = [step for step, _ in kept]
    assert steps == [1, 9, 17, 21]  # every fourth would be six blocks
    small = KeptSamples(10**6)
    for step in range(5):
        small.add(step, "x")
    assert [step for step, _ in small] == [0, 1, 2, 3, 4]
    large = KeptSamples(5)
    for step in range(3):
        large.add(step, "x" * 10)
    assert [step for step, _ in large] == [0, 2]


def test_a_page_counts_bytes_and_not_characters() -> None:
    kept = KeptSamples(55)
    for step in range(1, 8):
        kept.add(step, "锡" * 10)  # 30 bytes
        assert kept.bytes <= 55
    assert [step for step, _ in kept] == [1, 7]


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 1, [0, 0.25, 0.5, 0.75, 1]), (1, 40, [0, 10, 20, 30, 40]), (3, 3, [3]),
     (0.021, 0.029, [2e-2, 2.2e-2, 2.4e-2, 2.6e-2, 2.8e-2, 3e-2])],
)  # fmt: skip
def test_ticks_are_round(low: float, high: float, found: list[float]) -> None:
    assert ticks(low, high, 4) == pytest.approx(found)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_enclose(low: float, span: float) -> None:
    found = ticks(low, low + span, 4)
    assert found[0] <= low + 1e-6 * span
    assert found[-1] >= low + span * (1 - 1e-6)
    assert len(found) <= 8


def test_numbers_are_short() -> None:
    assert [number(v) for v in (0, 0.53049, 1240.4, 120.6, 2.1e-5, -3)] == [
        "0",
        "0.53",
        "1,240",
        "121",
        "2.1e-05",
        "-3",
    ]


def test_a_long_line_is_averaged() -> None:
    line = thinned(Curve("a", [(i, float(i % 2)) for i in range(2400)], [0.5] * 2400))
    assert len(line.points) <= MOST_POINTS
    assert line.points[0] == (4.5, 0.5)
    assert len(line.spread) == len(line.points)


def test_a_panel_has_its_points_where_they_belong() -> None:
    svg = panel_svg(Panel("a < b", [Curve("x & y", [(1, 0.0), (2, 1.0)]), Curve("z", [])], 1.0))
    assert 'd="M44 166L350 10"' in svg  # from the lower left corner of the axes to the upper right
    assert "<figcaption>a &lt; b" in svg
    assert "a < b" not in svg
    assert "x &amp; y" in svg
    assert "step 2: 1" in svg
    assert panel_svg(Panel("empty", [Curve("x", [])])) == ""
    assert panel_svg(Panel("one", [Curve("x", [(5, 3.0)])])).count("<circle") == 1


def saved(run: Path, steps: int = 6, completion: str = "<think>a plan</think><answer>Tin is soft.</answer>") -> Path:
    for step in range(1, steps + 1):
        own = [
            rollout(step=step, group=i // 2, request=f"Write about tin {i // 2} {completion}", completion=completion)
            for i in range(4)
        ]
        write_step(run, step, own)
    entries = [{"step": s, "entropy": 2.0 / s, "kl": 0.1 * s, "drift/overuse": 1.5} for s in range(1, steps + 1)]
    (run / "log.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entries), "utf-8")
    return run


def test_the_page_is_whole_and_asks_nothing_of_a_network(tmp_path: Path) -> None:
    told: list[int] = []
    page = make_page(saved(tmp_path / "zero & co"), 3, told.append)
    assert told == [1, 2, 3, 4, 5, 6]
    assert "<h1>zero &amp; co</h1>" in page
    assert "zero & co" not in page
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", page)
    assert "default-src 'none'" in page
    for title in ("length reward", "format reward", "KL to the start", "entropy", "overuse", "words"):
        assert f"<figcaption>{title}" in page, title
    assert "distinct word pairs" not in page  # not in the log
    assert page.count("data-step=") == 6
    assert "At most 3 rollouts of a step" in page
    assert "(a step has up to 4)" in page
    assert "steps have samples" not in page


def test_a_large_run_keeps_a_small_page_and_says_so(tmp_path: Path) -> None:
    run = saved(tmp_path / "run", 9, "<think>a</think><answer>" + "tin " * 5000 + "</answer>")
    page = make_page(run, 1, most_bytes=150_000)
    assert len(page) < 300_000
    assert "only 3 of 9 steps have samples" in page
    assert re.findall(r'data-step="(\d+)"', page) == ["1", "5", "9"]


def test_a_run_without_or_with_damaged_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no rollouts in"):
        make_page(tmp_path)
    run = saved(tmp_path / "run")
    (run / "log.jsonl").write_text('{"step": 1}\n{"step": 2, "entr\n{"step": 3}\n')
    with pytest.raises(RunError, match=r"log\.jsonl:2"):
        make_page(run)
    (run / "log.jsonl").write_text('{"step": 1, "kl": NaN, "note": "x"}\n{"step": 2, "entr')
    assert [(e.step, e.values) for e in read_log(run)] == [(1, {})]
    (run / "log.jsonl").unlink()
    assert "KL to the start" not in make_page(run)


def test_panels_of_missing_and_unbounded_rewards() -> None:
    stats = [step_stats(s, [rollout(rewards={"a": 5.0 * s, "b": None})]) for s in (1, 2)]
    found = {p.title: p for p in panels(stats, [])}
    assert (found["a reward"].top, found["b reward"].lines[0].points) == (None, [])
    assert found["a reward"].lines[0].points == [(1, 5.0), (2, 10.0)]


def test_the_page_needs_no_torch() -> None:
    code = "import sys, longwriter.train.rollouts.page, longwriter.cli.train.rollouts; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "trl", "matplotlib", "pyarrow"} & set(loaded)


def shown(page: str, folder: Path) -> str:
    """The page's elements as a browser has them once its script has run."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser on this machine")
    (folder / "page.html").write_text(page, "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [browser, *flags, (folder / "page.html").as_uri()], capture_output=True, timeout=120, check=True
    )
    return done.stdout.decode("utf-8")


def test_a_browser_shows_hostile_texts_as_they_are(tmp_path: Path) -> None:
    run = saved(tmp_path / "run", 2, f"<think>{EVIL}</think><answer>{EVIL}</answer>")
    dom = shown(make_page(run), tmp_path)
    assert "<title>run: rollouts</title>" in dom
    body = dom[dom.index("<main") : dom.index("</main>")]
    assert body.count("<article>") == 4
    assert "<script" not in body
    assert "<img" not in body
    assert body.count("&lt;/script&gt;&lt;script&gt;document.title='broken'&lt;/script&gt;") >= 8
    assert "😀" in body
    assert "Thinking (2 words)" in body
