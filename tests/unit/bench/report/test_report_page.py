"""The page of benchmark runs: what it holds, that nothing in it can act, that it is small and always the same."""

import base64
import hashlib
import random
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.made_scores import bare, made, texts

from longwriter.bench.records import BenchItem, ItemScore, Metric, Response, RunTexts, Scores
from longwriter.bench.report.canvas import SYSTEMS, ShownRun
from longwriter.bench.report.labels import fmt, with_interval
from longwriter.bench.report.page import make_page, named
from longwriter.bench.report.samples import HEAD, TAIL, chosen, ranked_by
from longwriter.errors import InputError
from longwriter.report.svg import safe

EVIL = (
    "</script></style></textarea>--><script>document.title='broken'</script><img src=x onerror=alert(1)> \" ' "
    "${title} $told \x00\x1b\x9b &amp;"
)


class Balance(HTMLParser):
    """Whether every element is closed by its own end."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs), (tag, attrs)
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page_of(*scores: Scores) -> str:
    page = make_page(named([f"runs/{n}" for n in range(len(scores))], scores), [texts(s, 300) for s in scores])
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    assert not balance.seen & {"script", "img", "iframe", "link", "object", "form", "b0"}
    return page


def section(page: str, id: str) -> str:
    """From one h2 to the next."""
    start = page.index(f'<h2 id="{id}">')
    end = page.find("<h2", start + 1)
    return page[start : end if end > 0 else len(page)]


def test_the_page_is_whole_and_asks_nothing_of_a_network() -> None:
    page = page_of(made())
    assert not re.search(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//", page)
    assert not re.search(r"\ssrc=", page)
    style = re.search("<style>(.*?)</style>", page, re.S)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    for title in (
        "Words asked and written",
        "S_l by words asked for",
        "Quality, by the judge",
        "Ruler",
        "Elo",
        "Repetition",
    ):
        assert f"<figcaption>{title}" in page, title
    assert "$" not in page
    assert page == page_of(made())


def test_numbers_stand_with_their_intervals_and_what_is_missing() -> None:
    scores = made(items=40)
    page = page_of(scores)
    head = page[: page.index('<h2 id="pictures">')]
    s = scores.metrics["S_q"]
    assert s.missing > 0
    tile = head[head.index("<div class=name>S_q</div>") :]
    tile = tile[: tile.index("<div class=tile>")] if "<div class=tile>" in tile else tile
    assert fmt(s.value) in tile
    assert f"{fmt(s.low)} to {fmt(s.high)}" in tile
    assert f"{s.missing} of {s.missing + s.n} missing" in tile
    assert f"<li class=lost>{scores.counts['failed_responses']} failed responses</li>" in head
    assert f"<li>{scores.counts['items']} items</li>" in head
    assert "gpt-4o-2024-05-13" in head
    counts = {"items": 3, "failed_responses": 0, "unreadable": 0, "retried": 0}
    judged, alone = page_of(made(items=3, counts=counts)), page_of(made(items=3, judged=False, counts=counts))
    assert re.findall("<li>([^<]*)</li>", judged) == ["3 items", "0 failed responses", "0 unreadable"]
    assert re.findall("<li>([^<]*)</li>", alone) == ["3 items", "0 failed responses"]
    told = section(page, "settings")
    for value in ("own wording", "ab" * 32, "2026-11-22T10:00:00+00:00", "0.1.0", "judge_temperature", "spent.cost"):
        assert value in told
    assert "<td>unknown</td>" in told
    assert "share of pairs judged alike in both orders" in section(page, "judge")


@pytest.mark.parametrize(
    "scores",
    [
        bare(),
        bare(items=(), metrics={}, counts={}),
        made(judged=False, decay=(), ratings=(), curve=(), measures={}),
        made(items=1),
        made(by={"bucket": {"[0, 500)": {"S_l": Metric(value=None, n=0, missing=4)}}}, curve=((100, Metric(value=None, n=0)),)),
        made(decay=({"name": "drift", "values": (None, 0.5, None, 0.25), "n": 2}, {"name": "none", "values": (), "n": 0})),
        made(items=4, ratings=({"name": "a", "rating": 1000.0},), curve=((500, Metric(value=0.0, n=1)),)),
    ],
    ids=["failed", "nothing", "no judge", "one item", "empty parts", "gaps", "one rating"],
)  # fmt: skip
def test_a_page_of_whatever_there_is(scores: Scores) -> None:
    page = page_of(scores)
    assert "nan" not in page.lower()
    assert "None" not in section(page, "tables")


def test_a_run_of_failures_says_so() -> None:
    page = page_of(bare())
    assert "3 of 3 missing" in page
    assert "<li class=lost>3 failed responses</li>" in page
    failed = section(page, "failures")
    assert "<th scope=row>response: refused</th><td>3</td>" in failed
    assert "There is nothing to draw" in page
    assert "<p class=warn>response: refused</p>" in section(page, "samples")


def test_runs_lie_over_each_other() -> None:
    page = page_of(made("small", 0.8), made("agent", 1.5), made("zero", 2.0))
    body = section(page, "pictures")
    assert all(f'<g class="c{n}">' in body for n in range(3))
    legends = re.findall(r"<ul class=legend>(.*?)</ul>", body)
    assert len(legends) == body.count("<figure>")
    assert [re.sub("<[^>]+>", "", li) for li in legends[0].split("</li>")] == ["small", "agent", "zero", ""]
    assert page.count("<div class=tiles>") == 3
    assert "differs" not in section(page, "settings").split("<th scope=row>seed")[1].split("</tr>")[0]
    assert "<th scope=row>command<small class=lost>differs</small></th>" in section(page, "settings")


def test_runs_that_cannot_share_a_page_are_refused() -> None:
    with pytest.raises(InputError, match=r"a is of longbench_write, b of arena_write"):
        named(["runs/a", "runs/b"], [made("a"), made("b", benchmark="arena_write")])
    with pytest.raises(InputError, match="at most 6"):
        named([f"{n}" for n in range(SYSTEMS + 1)], [made()] * (SYSTEMS + 1))
    with pytest.raises(InputError, match="runs/a is given twice"):
        named(["runs/a", "runs/a"], [made(), made()])
    assert [r.name for r in named(["x", "y", "z"], [made("a"), made("a"), made("b")])] == ["a (x)", "a (y)", "b"]


def test_the_chosen_texts_are_the_best_the_middle_the_worst_and_the_failed() -> None:
    own = [ItemScore(id=f"i{n}", words=100, scores={"S_l": float(n)}) for n in range(9)]
    own += [
        ItemScore(id="empty", words=0, scores={"S_l": 0.0}),
        ItemScore(id="lost", words=None, scores={"S_l": None}, failures=("x",)),
    ]
    random.Random(1).shuffle(own)
    scores = made(items=1, metrics={"S_l": Metric(value=4.0, n=10)}).model_copy(update={"items": tuple(own)})
    assert ranked_by([ShownRun("a", scores)]) == "S_l"
    found = chosen([ShownRun("a", scores)])
    assert [id for why, id in found if why == "best"] == ["i8", "i7"]
    assert {id for why, id in found if why == "worst"} <= {"i0", "empty"}
    assert {id for why, id in found if why == "middle"} <= {"i4", "i3"}
    assert "lost" in [id for why, id in found if why == "failed"]
    assert len({id for _, id in found}) == len(found)
    assert chosen([ShownRun("none", scores.model_copy(update={"items": ()}))]) == []


def test_texts_are_in_their_language_and_long_ones_are_cut() -> None:
    own = ItemScore(id="a", language="zh", words=90_000, scores={"S_l": 10.0}, reasons={"S_l": "结尾仓促，没有写完。"})
    scores = made(items=1).model_copy(update={"items": (own,)})
    text = "开头" + "灯塔很高。" * 20_000 + "结尾"
    held = RunTexts(
        {"a": BenchItem(id="a", prompt="写一篇灯塔的文章，要很长。")},
        {"a": Response(id="a", text=text, finish="length")},
    )
    page = make_page([ShownRun("n", scores)], [held])
    assert '<blockquote lang="zh-Hans">写一篇' in page
    assert '<dd lang="zh-Hans">结尾仓促' in page
    box = re.search(r'<div class="text box" lang="zh-Hans".*?</div>', page, re.S)
    assert box is not None
    assert "开头" in box[0]
    assert "结尾<" in box[0]
    assert f"{len(text) - HEAD - TAIL:,} characters are left out here" in box[0]
    assert "cut at the token limit" in page
    assert len(page) < 80_000


def test_hostile_words_stay_words() -> None:
    scores = made(items=3).model_copy(
        update={"system": EVIL, "judge": EVIL, "settings": {EVIL: EVIL, "long": EVIL * 9}}
    )
    own = ItemScore(
        id=EVIL,
        type=EVIL,
        groups={EVIL: EVIL},
        words=5,
        required=9,
        scores={EVIL: 1.0},
        reasons={EVIL: EVIL},
        failures=(EVIL,),
    )
    scores = scores.model_copy(
        update={"items": (own,), "by": {EVIL: {EVIL: {EVIL: Metric(value=1.0, n=1)}}}, "benchmark": EVIL}
    )
    scores = scores.model_copy(
        update={
            "metrics": {EVIL: Metric(value=1.0, n=1)},
            "counts": {EVIL: 3},
            "checks": {EVIL: Metric(value=1.0, n=1)},
        }
    )
    held = RunTexts({EVIL: BenchItem(id=EVIL, prompt=EVIL)}, {EVIL: Response(id=EVIL, text=EVIL)})
    page = make_page([ShownRun(EVIL, scores)], [held])
    balance = Balance()
    balance.feed(page)
    assert balance.open == []
    assert "script" not in balance.seen
    assert "<img" not in page
    assert "\x00" not in page
    page.encode("utf-8")


@settings(max_examples=40, deadline=None)
@given(st.text())
def test_safe_text_holds_no_markup_and_no_control(text: str) -> None:
    assert not re.search("[<>\"'\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", safe(text))


def test_numbers_are_as_long_as_they_need_to_be() -> None:
    assert [fmt(v) for v in (None, 0, 100, 77.44, 9.996, 4.312, 0.0523, 12_400, -0.3, 99.96)] == [
        "–", "0", "100", "77.4", "10.0", "4.31", "0.052", "12,400", "−0.300", "100",
    ]  # fmt: skip
    assert with_interval(Metric(value=50.0, low=45.0, high=55.26, n=3)) == "50.0 (45.0 to 55.3)"
    assert with_interval(None) == "–"


def test_the_page_needs_no_torch_and_no_matplotlib() -> None:
    code = "import sys, longwriter.bench.report.page; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "matplotlib", "pyarrow", "resvg_py"} & set(loaded)


def test_a_browser_shows_the_page_without_a_complaint(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no browser on this machine")
    (tmp_path / "page.html").write_text(page_of(made()), "utf-8")
    flags = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    done = subprocess.run(
        [browser, *flags, "--dump-dom", (tmp_path / "page.html").as_uri()], capture_output=True, timeout=120, check=True
    )
    assert "Content Security Policy" not in done.stderr.decode("utf-8", "replace")
    assert done.stdout.decode("utf-8").count("<figure>") == 7
