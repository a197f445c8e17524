"""What the page says and offers where a text cannot simply be written on."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.browser import axe_violations, opened, until
from tests.helpers.desk_server import desk_server, written
from tests.helpers.server import Server

from longwriter.runs.folders import LOCK

pytestmark = [pytest.mark.page, pytest.mark.slow]
PRICES = '[[price]]\nmodel = "fake*"\ninput = 1000.0\noutput = 1000.0\nas_of = 2026-11-01\n'
"""A dollar for a thousand tokens."""
PROMPT = "Write a 2,000-word story about a mill."


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = opened(browser)
    page.set_default_timeout(15000)
    yield page
    page.context.close()


def test_a_text_at_its_budget_goes_on_with_a_higher_one(tmp_path: Path, page: Any) -> None:
    (tmp_path / "prices.toml").write_text(PRICES)
    write = {"model": "fake:", "prices": tmp_path / "prices.toml"}
    with desk_server(tmp_path / "runs", write=write, max_cost_per_run=50) as desk:
        name = desk.post("/api/runs", {"prompt": PROMPT, "max_cost": 5}, 201)["name"]
        page.goto(f"{desk.http.base_url}/runs/{name}")
        page.wait_for_selector(".statement:has-text('Stopped at the budget: $')")
        assert "--" not in page.locator(".cover").inner_text()  # no option of a command line
        assert axe_violations(page) == []
        budget = page.get_by_label("Budget, US$")
        assert float(budget.input_value()) > 5
        budget.fill("99")
        page.get_by_role("button", name="Go on with this budget").click()
        page.wait_for_selector("#alarm:has-text('$50.00 at most')")
        budget.fill("20")
        page.get_by_role("button", name="Go on with this budget").click()
        page.wait_for_selector(".statement:has-text('Finished')")
        assert page.locator(".meter").inner_text().split("Budget")[1].split()[0] == "$20.00"
        assert page.locator(".advice").inner_text() == ""


def test_a_text_that_another_program_writes_can_be_read_and_later_changed(tmp_path: Path, page: Any) -> None:
    folder = written(tmp_path, "harbour", 600)
    hold = "import sys, filelock; l = filelock.FileLock(sys.argv[1]); l.acquire(); print(1, flush=True); input()"
    held = subprocess.Popen(
        [sys.executable, "-c", hold, str(folder / LOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert held.stdout is not None
        held.stdout.readline()
        with desk_server(tmp_path) as desk:
            page.goto(f"{desk.http.base_url}/runs/harbour")
            page.wait_for_selector(".advice:has-text('Another program is writing this text')")
            page.locator("#s0 .heading button").click()
            assert page.get_by_role("button", name="Draft beside it").count() == 0
            assert page.get_by_role("button", name="Pause").count() == 0
            page.goto(f"{desk.http.base_url}/runs/harbour/outline")
            page.wait_for_selector(".foot:has-text('Another program')")
            page.goto(f"{desk.http.base_url}/runs/harbour")
            page.wait_for_selector(".advice p")
            held.communicate(b"\n")
            page.wait_for_selector(".statement:has-text('Finished')")
            until(page, "!document.querySelector('.advice').textContent")
            page.locator("#s0 .heading button").click()
            assert page.get_by_role("button", name="Draft beside it").is_visible()
    finally:
        held.kill()
        held.wait()


def test_a_text_in_the_queue_says_so_and_can_be_withdrawn(tmp_path: Path, page: Any) -> None:
    model = Server(per_token_s=0.01, chunk_tokens=2)
    with model, desk_server(tmp_path, write={"model": "m", "base_url": model.url}, max_runs=1) as desk:
        desk.post("/api/runs", {"prompt": PROMPT}, 201)
        name = desk.post("/api/runs", {"prompt": "Write a 900-word story about a ferry."}, 201)["name"]
        page.goto(str(desk.http.base_url))
        page.wait_for_selector(".row .state:has-text('Waiting its turn')")
        page.goto(f"{desk.http.base_url}/runs/{name}")
        page.wait_for_selector(".statement:has-text('Waiting its turn')")
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Go on").wait_for()


def test_a_text_that_is_deleted_elsewhere_is_named_in_the_list(tmp_path: Path, page: Any) -> None:
    written(tmp_path, "harbour", 600)
    with desk_server(tmp_path) as desk:
        page.goto(f"{desk.http.base_url}/runs/harbour/sections/0")
        page.wait_for_selector(".versions li")
        title = page.locator("#bar .title").inner_text()
        desk.ask("DELETE", "/api/runs/harbour")
        page.wait_for_selector(".offer")
        assert title in page.locator(".offer").inner_text()
        assert page.locator("h1").inner_text() == "Texts"


def test_the_estimate_is_of_the_outline_that_was_given(tmp_path: Path, page: Any) -> None:
    with desk_server(tmp_path) as desk:
        page.goto(f"{desk.http.base_url}/new")
        page.get_by_label("What shall be written?").fill("Write 5,000 words about tea.")
        page.wait_for_selector(".forecast")
        page.get_by_text("I have an outline").click()
        page.get_by_label("Outline, in Markdown").fill("# Tea\n\n## Leaf (200 words)\n\n## Cup (300 words)\n")
        assert page.get_by_role("button", name="Write", exact=True).is_disabled()
        page.wait_for_selector(".forecast:has-text('in 2 sections')")
        assert page.get_by_role("button", name="Write", exact=True).is_enabled()


def test_a_model_is_chosen_for_drafts_and_their_making_is_shown(tmp_path: Path, page: Any) -> None:
    written(tmp_path, "harbour", 600)
    model = Server(per_token_s=0.01, chunk_tokens=2, models=("m", "other"))
    with model, desk_server(tmp_path, write={"model": "m", "base_url": model.url}) as desk:
        page.goto(f"{desk.http.base_url}/runs/harbour/sections/0")
        page.wait_for_selector(".versions li")
        again = page.get_by_role("button", name="Write it again")
        assert again.is_enabled()
        page.get_by_label("Drafts").select_option("2")
        assert again.is_disabled()
        page.wait_for_selector(".ask .hint:has-text('as drafts')")
        page.get_by_label("Drafts").select_option("1")
        assert again.is_enabled()
        page.get_by_label("Model").focus()
        page.locator(".ask select option", has_text="other").wait_for(state="attached")
        page.get_by_label("Model").select_option(label="other")
        assert again.is_disabled()
        page.get_by_role("button", name="Draft beside it").click()
        page.wait_for_selector(".statement:has-text('on its way')")
        page.get_by_role("button", name="Use draft 1").wait_for()
        page.get_by_role("button", name="Use version 2").wait_for()
        until(page, "document.querySelector('.statement').hidden")
        end = time.monotonic() + 10
        while desk.get("/api/runs/harbour")["state"] != "finished":
            assert time.monotonic() < end


def test_what_becomes_stale_is_named_in_ranges(tmp_path: Path, page: Any) -> None:
    plan = "# Tea\n\n" + "".join(f"## Part {n} (60 words)\n\n" for n in range(1, 13))
    (tmp_path / "plan.md").write_text(plan)
    written(tmp_path, "tea", 720, plan=tmp_path / "plan.md")
    with desk_server(tmp_path) as desk:
        page.goto(f"{desk.http.base_url}/runs/tea/outline")
        page.locator("input.words").nth(2).fill("90")
        page.wait_for_selector(".effects:has-text('stale')")
        assert "9 become stale (4–12)" in page.locator(".effects").inner_text()
        whole = desk.get("/api/runs/tea/report")["words"]["written"]
        assert desk.get("/api/runs")["runs"][0]["written"] == desk.get("/api/runs/tea")["meter"]["words"] == whole


def test_an_edited_outline_is_saved_and_written_in_one_step(tmp_path: Path, page: Any) -> None:
    with desk_server(tmp_path) as desk:
        name = desk.post("/api/runs", {"prompt": PROMPT, "approve": True}, 201)["name"]
        desk.until(f"/api/runs/{name}", lambda run: run["state"] == "approval")
        page.goto(f"{desk.http.base_url}/runs/{name}")
        page.wait_for_selector(".advice:has-text('press “Write it”')")
        page.goto(f"{desk.http.base_url}/runs/{name}/outline")
        page.get_by_role("button", name="Write it as it is").wait_for()
        page.get_by_role("button", name="Paste an outline").click()
        paste = page.get_by_label("Outline, in Markdown")
        assert paste.bounding_box()["height"] > 200
        paste.fill("# The Mill\n\n## The wheel (400 words)\n\n## The flood (600 words)\n")
        page.get_by_role("button", name="Take it").click()
        page.get_by_role("button", name="Save and write it").click()
        page.wait_for_selector(".statement:has-text('Finished')")
        assert page.locator("h1").inner_text() == "The Mill"
        assert [one["title"] for one in desk.get(f"/api/runs/{name}")["sections"]] == ["The wheel", "The flood"]


def test_a_comparison_begins_at_its_head(tmp_path: Path, page: Any) -> None:
    written(tmp_path, "harbour", 3000)
    with desk_server(tmp_path) as desk:
        texts = desk.get("/api/runs/harbour/sections/0/versions")
        text = desk.get(f"/api/runs/harbour/sections/0/versions/{texts['final']}")["text"]
        desk.put("/api/runs/harbour/sections/0", {"text": f"{text}\n\n" + "A new end.\n\n" * 40})
        page.goto(f"{desk.http.base_url}/runs/harbour/sections/0")
        page.get_by_role("button", name="Compare with version 1").click()
        page.wait_for_selector(".diff")
        head = page.locator(".compare h2")
        assert 0 < head.bounding_box()["y"] < 400
        assert page.evaluate("document.activeElement === document.querySelector('.compare h2')")
