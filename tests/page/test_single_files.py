"""Pages that are one file, in a real browser: report, rollouts and an exported text fit a phone, in light and dark."""

import random
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.browser import axe_violations, opened
from tests.helpers.desk_server import written
from tests.helpers.made_scores import ENGLISH, made, texts

from longwriter.api.runs import Run
from longwriter.bench.records import RunTexts
from longwriter.bench.report.page import make_page as bench_page
from longwriter.bench.report.page import named
from longwriter.train.rollouts.page import make_page as rollouts_page
from longwriter.train.rollouts.store import Rollout, write_step

pytestmark = [pytest.mark.page, pytest.mark.slow]

TEXT = "# A title\n\n## Part one\n\nThe *lighthouse* stood **at** the end.\n\n" + ENGLISH * 20
LONG = "Write a long story about the keeper of a lighthouse at the end of the age of oil " * 4


def report() -> str:
    scores = [made("alpha", 1.0), made("beta", 2.0)]
    wrote = []
    for score in scores:
        own = texts(score, 300)
        wrote.append(RunTexts(own.items, {id: r.model_copy(update={"text": TEXT}) for id, r in own.responses.items()}))
    return bench_page(named(["runs/alpha", "runs/beta"], scores), wrote)


def rollout(step: int, group: int, place: int, advantage: float) -> Rollout:
    rewards = {"length": 0.5, "writing": 0.25, "format": 1.0, "repetition": 0.9}
    return Rollout.model_validate(
        {
            "step": step, "group": group, "id": f"a-prompt-with-a-long-id-{group}", "request": LONG, "prompt": LONG,
            "mode": "think", "completion": f"<think>a plan</think><answer>{TEXT}</answer>", "lower": 2000, "upper": 3000,
            "cut": place == 3, "think_words": 20, "answer_words": 900, "rewards": rewards, "why": {},
            "advantage": advantage, "advantages": dict.fromkeys(rewards, advantage),
        }
    )  # fmt: skip


def rollouts(folder: Path) -> str:
    rng = random.Random(0)
    for step in range(1, 9):
        write_step(folder, step, [rollout(step, g, k, rng.gauss(0, 1)) for g in range(3) for k in range(4)])
    return rollouts_page(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("pages")
    (found / "run").mkdir()
    (found / "report.html").write_text(report(), "utf-8")
    (found / "rollouts.html").write_text(rollouts(found / "run"), "utf-8")
    run = Run(written(found / "runs", "one", 1500))
    run.edit(1, "|a|b|c|\n|:-|-:|:-:|\n" + f"|{LONG}|x|y|\n" * 3 + "\n\n`" + "code" * 100 + "`\n\n> " + LONG)
    run.edit(2, "הרוח באה מן הים " * 30)
    run.export(found / "export.html")
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 400])
@pytest.mark.parametrize("name", ["report", "rollouts", "export"])
def test_it_fits_a_phone_and_everybody_can_use_it(
    browser: Any, folder: Path, name: str, width: int, theme: str
) -> None:
    page = opened(browser, width=width, theme=theme)
    page.goto(f"file://{folder}/{name}.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_violations(page) == []
    assert page.complaints == []


def test_headings_of_a_text_are_no_signs(browser: Any, folder: Path) -> None:
    page = opened(browser, width=400)
    page.goto(f"file://{folder}/report.html")
    text = page.locator(".text.box").first
    assert "#" not in text.inner_text()
    assert "*" not in text.inner_text()
    assert text.locator("b.heading").first.inner_text() == "A title"


def test_a_table_that_goes_on_says_so_until_its_end(browser: Any, folder: Path) -> None:
    page = opened(browser, width=400)
    page.goto(f"file://{folder}/report.html")
    wide = page.get_by_role("region", name="Scores by bucket")
    wide.scroll_into_view_if_needed()
    assert wide.evaluate("one => one.scrollWidth > one.clientWidth")

    def edge() -> bytes:
        box = wide.bounding_box()
        clip = {"x": box["x"] + box["width"] - 3, "y": box["y"] + 3, "width": 2, "height": 2}
        return bytes(page.screenshot(clip=clip))

    before = edge()
    wide.evaluate("one => one.scrollTo(one.scrollWidth, 0)")
    page.wait_for_timeout(100)
    assert edge() != before  # the shade is gone
