"""Every view in a real browser: axe-core finds nothing, nothing overflows, nothing that a text holds is run."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.helpers.browser import axe_violations, opened, until
from tests.helpers.page_server import CannedRun, PageServer

pytestmark = [pytest.mark.page, pytest.mark.slow]

NASTY = '<img src=x onerror="window.caught=1"><script>window.caught=1</script>{{7*7}}'
VIEWS = {
    "runs": "/",
    "new": "/new",
    "run": "/runs/lighthouse",
    "approval": "/runs/salt",
    "failed": "/runs/ledger",
    "outline": "/runs/lighthouse/outline",
    "section": "/runs/lighthouse/sections/3",
    "todo": "/runs/lighthouse/sections/8",
    "report": "/runs/done/report",
    "nowhere": "/elsewhere",
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    salt = CannedRun(name="salt", title="On Salt", state="approval", done=0, chapters=("Sea", "Mine"))
    ledger = CannedRun(name="ledger", title="The Long Ledger", state="failed", why="no answer", done=3)
    done = CannedRun(name="done", state="finished", done=10)
    with PageServer(CannedRun(), salt, ledger, done).serving() as found:
        yield found


def shown(page: Any, address: str, view: str) -> None:
    page.goto(address + VIEWS[view])
    page.wait_for_selector("main h1")
    page.wait_for_timeout(250)
    if view == "section":
        page.get_by_role("button", name="Compare with draft 1").or_(
            page.get_by_role("button", name="与草稿 1 对比")
        ).click()
        page.wait_for_selector(".diff")
        page.get_by_text("came to nothing: gpt-5-mini said nothing").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(browser: Any, address: str, view: str, theme: str) -> None:
    page = opened(browser, theme=theme, reduced_motion="reduce")
    shown(page, address, view)
    assert axe_violations(page) == []
    assert page.complaints == []
    page.context.close()


@pytest.mark.parametrize("view", ["run", "outline", "section"])
def test_axe_finds_nothing_on_a_phone_in_chinese(browser: Any, address: str, view: str) -> None:
    page = opened(browser, width=360, locale="zh-CN")
    shown(page, address, view)
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert axe_violations(page) == []
    page.context.close()


@pytest.mark.parametrize("width", [320, 360, 640, 768])  # 640: a window of 1280 at 200 %; 320: WCAG's reflow
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_runs_out_of_a_narrow_window(browser: Any, address: str, view: str, width: int) -> None:
    page = opened(browser, width=width)
    shown(page, address, view)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_menus_and_dialogs_pass_axe_and_give_the_focus_back(browser: Any, address: str) -> None:
    page = opened(browser)
    shown(page, address, "run")
    page.get_by_role("button", name="More").click()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Snapshots").click()
    page.wait_for_selector("dialog li")
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('dialog')")
    assert page.evaluate("document.activeElement.ariaLabel") == "More"
    page.locator("#s0 .heading button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel")
    assert axe_violations(page) == []
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    page.context.close()


def test_titles_texts_and_reasons_are_never_run(browser: Any) -> None:
    run = CannedRun(
        title=NASTY,
        instruction=NASTY,
        state="failed",
        why=NASTY,
        texts={0: NASTY, 1: f"# {NASTY}\n\n[x](javascript:window.caught=1)"},
    )
    run.section = lambda index, plain=run.section: plain(index) | {"title": NASTY, "point": NASTY, "chapter": NASTY}  # type: ignore[method-assign]
    with PageServer(run).serving() as address:
        for view in ("runs", "run", "outline", "section", "report"):
            page = opened(browser)
            shown(page, address, view)
            page.wait_for_timeout(200)
            assert page.evaluate("window.caught") is None, view
            assert page.locator("main img").count() == 0
            page.context.close()


def test_the_language_is_the_browser_s_until_another_is_chosen(browser: Any, address: str) -> None:
    page = opened(browser, locale="zh-CN")
    shown(page, address, "runs")
    assert page.locator("h1").inner_text() == "文稿"
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("h1:has-text('Texts')")
    page.reload()
    assert page.locator("h1").inner_text() == "Texts"
    page.context.close()
