"""What a person does at the page, against the real server over real runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.browser import axe_violations, opened, until
from tests.helpers.desk_server import DeskClient, desk_server, written
from tests.helpers.drafts import markdown
from tests.helpers.drafts import written as drafted
from tests.helpers.server import Server

pytestmark = [pytest.mark.page, pytest.mark.slow]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskClient]:
    """A desk with one finished text of four sections."""
    written(tmp_path, "harbour", 2000)
    with desk_server(tmp_path) as client:
        yield client


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = opened(browser)
    page.set_default_timeout(15000)
    yield page
    assert page.complaints == []
    page.context.close()


def at(client: DeskClient, path: str = "/") -> str:
    return str(client.http.base_url).rstrip("/") + path


def run_of(client: DeskClient, name: str = "harbour") -> dict[str, Any]:
    return client.get(f"/api/runs/{name}")


def in_order(run: dict[str, Any]) -> bool:
    return run["state"] == "finished" and not any(section["stale"] for section in run["sections"])


SAVABLE = "!document.querySelector('.foot .primary').disabled"
OFFERED = """[...document.querySelectorAll('button:not(:disabled), a.button')]
  .filter((one) => one.checkVisibility()).map((one) => one.textContent || one.ariaLabel)"""


def test_a_text_is_estimated_then_begun_then_there(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk))
    page.get_by_role("link", name="New text").click()
    go = page.get_by_role("button", name="Write", exact=True)
    assert go.is_disabled()
    page.get_by_label("What shall be written?").fill("Write a 1,200-word story about a mill.")
    page.wait_for_selector(".forecast")
    assert go.is_enabled()
    page.get_by_label("Words").fill("600")
    assert go.is_disabled()  # the estimate on the page is of another request
    until(page, "!document.querySelector('.end button').disabled")
    assert "in 1 section" in page.locator(".forecast").inner_text()
    go.click()
    page.wait_for_url("**/runs/*")
    page.wait_for_selector(".statement:has-text('Finished')")
    assert page.locator(".piece.loaded p").count() > 0
    title = page.locator("h1").inner_text()
    assert title == page.locator("#bar .title").inner_text() != "Write a 1,200-word story about a mill."
    page.goto(at(desk))
    page.wait_for_selector(".row >> nth=1")


def test_a_draft_is_brought_its_rest_is_planned_looked_at_and_written(
    desk: DeskClient, page: Any, tmp_path: Path
) -> None:
    file = drafted(tmp_path, markdown("\r\n"))
    page.goto(at(desk, "/new"))
    page.get_by_text("I have a draft").click()
    page.get_by_label("Draft: Word").set_input_files(file)
    go = page.get_by_role("button", name="Import", exact=True)
    assert go.is_enabled()
    assert "as it is" in page.locator(".estimate").inner_text()
    page.get_by_label("Words").fill("700")
    page.get_by_label("Go on from").fill("2")
    assert "outline of what is to come" in page.locator(".estimate").inner_text()
    go.click()
    page.wait_for_url("**/runs/*")
    page.wait_for_selector("text=Outline waits for you")
    name = page.url.rpartition("/")[2]
    assert [s["state"] for s in run_of(desk, name)["sections"]][:3] == ["done", "done", "todo"]
    page.get_by_role("button", name="Write it").first.click()
    page.wait_for_selector(".statement:has-text('Finished')")
    assert page.locator(".piece.loaded").filter(has_text="His name was Peter.").count() == 1
    text = desk.raw("GET", f"/api/runs/{name}/export/md").content
    assert text.startswith(markdown("\r\n").partition("\r\n\r\n## The Fog")[0].encode())


def test_an_estimate_that_cannot_be_made_says_why_and_the_button_stays_off(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/new"))
    page.get_by_label("What shall be written?").fill("A story.")
    page.get_by_text("I have an outline").click()
    page.get_by_label("Outline, in Markdown").fill("   ")
    page.get_by_label("Words").fill("99999999999")
    page.wait_for_selector(".estimate .warn")
    assert page.get_by_role("button", name="Write", exact=True).is_disabled()
    page.complaints.clear()  # the browser notes the refused request


def test_the_outline_is_approved_before_anything_is_written(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/new"))
    page.get_by_label("What shall be written?").fill("Write a 900-word story about a mill.")
    page.get_by_text("Let me see the outline").click()
    until(page, "!document.querySelector('.end button').disabled")
    page.get_by_role("button", name="Write", exact=True).click()
    page.wait_for_selector(".statement:has-text('Outline waits for you')")
    assert page.locator(".piece.loaded").count() == 0
    assert page.locator(".point").count() > 0
    page.get_by_role("button", name="Write it").click()
    page.wait_for_selector(".statement:has-text('Finished')")


def test_pause_review_permit_and_go_on(tmp_path: Path, page: Any) -> None:
    model = Server(per_token_s=0.002, chunk_tokens=4)
    with model, desk_server(tmp_path, write={"model": "m", "base_url": model.url}) as desk:
        page.goto(at(desk, "/new"))
        page.get_by_label("What shall be written?").fill("Write a 4,000-word story about a mill.")
        until(page, "!document.querySelector('.end button').disabled")
        page.get_by_role("button", name="Write", exact=True).click()
        page.wait_for_selector("#s1.writing .text p", state="attached")
        page.get_by_role("button", name="Pause").click()
        page.wait_for_selector(".statement:has-text('Paused at')")
        assert page.locator(".piece.writing").count() == 0
        page.get_by_role("button", name="More").click()
        page.get_by_text("Ask me before each section").click()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Go on").click()
        page.wait_for_selector(".statement:has-text('Next section waits for you')")
        before = page.locator(".lines li[data-state=done]").count()
        page.get_by_role("button", name="Write the next section").click()
        page.wait_for_selector(f".lines li[data-state=done] >> nth={before}")
        page.wait_for_selector(".statement:has-text('Next section waits for you')")
        assert page.locator(".lines li[data-state=done]").count() == before + 1
        page.get_by_role("button", name="More").click()
        page.get_by_text("Ask me before each section").click()
        page.keyboard.press("Escape")
        page.wait_for_selector(".piece.writing .text p", state="attached")
        page.get_by_role("button", name="Stop after this section").click()
        page.wait_for_selector(".statement:has-text('Paused at')", timeout=20000)


def test_an_outline_is_edited_by_keys_and_what_it_costs_stands_before_it_is_saved(desk: DeskClient, page: Any) -> None:
    old = [section["title"] for section in run_of(desk)["sections"]]
    page.goto(at(desk, "/runs/harbour/outline"))
    save = page.get_by_role("button", name="Save")
    assert save.is_disabled()
    page.get_by_label("Title of section 2").focus()
    page.keyboard.press("Alt+ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Title of section 3"
    page.wait_for_selector(".effects:has-text('become stale')")
    until(page, SAVABLE)
    page.keyboard.press("Alt+Enter")
    assert page.evaluate("document.activeElement.value") == "New section"
    page.keyboard.type("A storm")
    until(page, "document.querySelector('.effects').textContent.includes('1 new section')")
    until(page, SAVABLE)
    words = [int(page.get_by_label(f"Words of section {n}").input_value()) for n in range(1, len(old) + 2)]
    assert sum(words) == 2400
    assert "400 words more than the total" in page.locator(".effects").inner_text()  # what is written keeps its length
    page.get_by_label("Title of section 1").focus()
    page.keyboard.press("Alt+l")
    assert page.locator(".rows li:first-child .lock").get_attribute("aria-pressed") == "true"
    until(page, SAVABLE)
    save.click()
    page.wait_for_url("**/runs/harbour")
    run = run_of(desk)
    assert [section["title"] for section in run["sections"]] == [old[0], old[2], old[1], "A storm", *old[3:]]
    assert run["sections"][0]["locked"]


def test_an_outline_is_edited_by_dragging_splitting_and_merging(desk: DeskClient, page: Any) -> None:
    old = [section["title"] for section in run_of(desk)["sections"]]
    page.goto(at(desk, "/runs/harbour/outline"))
    titles = "[...document.querySelectorAll('.rows input.title')].map((one) => one.value)"
    grip, third = page.locator(".rows li:nth-child(1) .grip"), page.locator(".rows li:nth-child(3)")
    grip.drag_to(third, target_position={"x": 200, "y": 90})
    assert page.evaluate(titles) == [old[1], old[2], old[0], *old[3:]]
    page.locator(".rows li:nth-child(1)").hover()
    page.locator(".rows li:nth-child(1)").get_by_role("button", name="Split in two").click()
    assert page.evaluate(titles)[:2] == [old[1], f"{old[1]}, continued"]
    page.locator(".rows li:nth-child(1)").get_by_role("button", name="Merge with the next").click()
    page.locator(".rows li:nth-child(2)").get_by_role("button", name="Delete").click()
    until(page, SAVABLE)
    assert page.evaluate(titles) == [old[1], old[0], *old[3:]]
    page.get_by_role("button", name="Paste an outline").click()
    page.get_by_label("Outline, in Markdown").fill("# A title\n\n## One (300 words)\n\nFirst.\n\n## Two (700 words)\n")
    page.get_by_role("button", name="Take it").click()
    until(page, "document.querySelectorAll('.rows li').length === 2")
    assert page.evaluate(titles) == ["One", "Two"]
    page.on("dialog", lambda asked: asked.accept())  # leave without saving


def test_an_outline_that_was_changed_meanwhile_is_not_lost(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/runs/harbour/outline"))
    page.wait_for_selector(".rows li")
    run = run_of(desk)
    lines = [{key: section[key] for key in ("id", "title", "chapter", "point", "words")} for section in run["sections"]]
    desk.put("/api/runs/harbour/outline", {"title": "Elsewhere", "sections": lines[:-1], "base": run["plan_position"]})
    page.get_by_label("Title of section 1").fill("Mine")
    until(page, SAVABLE)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Save mine all the same").click()
    page.wait_for_url("**/runs/harbour")
    assert run_of(desk)["sections"][0]["title"] == "Mine"
    page.complaints.clear()  # the browser notes the 409


def test_drafts_side_by_side_and_a_paragraph_of_one(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/runs/harbour/sections/1"))
    page.wait_for_selector(".versions li")
    page.get_by_label("What should be different?").fill("Quieter.")
    page.get_by_label("Drafts").select_option("2")
    page.get_by_role("button", name="Draft beside it").click()
    page.wait_for_selector(".columns article >> nth=2")
    assert page.locator(".versions li").count() == 3
    before = desk.get("/api/runs/harbour/sections/1/versions")["final"]
    page.get_by_role("button", name="Compare with draft 1").click()
    page.wait_for_selector(".diff input")
    page.locator(".diff input").first.check()
    page.get_by_role("button", name="Accept 1 paragraph").click()
    page.wait_for_selector(".offer:has-text('That is the text now')")
    found = desk.get("/api/runs/harbour/sections/1/versions")
    merged = next(version for version in found["versions"] if version["entry"] == found["final"])
    assert merged["why"] == "merged"
    page.get_by_role("button", name="Undo").click()
    until(page, "document.querySelector('.versions .final').textContent.startsWith('version 1')")
    assert desk.get("/api/runs/harbour/sections/1/versions")["final"] != merged["entry"]
    page.get_by_role("button", name="Restore version 3").click()
    until(page, "document.querySelector('.versions .final').textContent.startsWith('version 3')")
    assert before != desk.get("/api/runs/harbour/sections/1/versions")["final"]


def test_a_hand_edit_outlives_a_closed_tab_and_makes_later_sections_stale(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/runs/harbour/sections/0"))
    page.get_by_role("button", name="Edit by hand").click()
    page.locator(".hand").fill("My own words.\n\nAnd *more*.")
    page.wait_for_timeout(600)
    page.reload()
    page.get_by_role("button", name="Edit by hand").click()
    assert page.locator(".hand").input_value() == "My own words.\n\nAnd *more*."
    page.keyboard.press("Control+s")
    page.wait_for_selector(".offer:has-text('later sections are stale')")
    assert page.locator(".text em").inner_text() == "more"
    page.get_by_role("button", name=re.compile("Redo \\d stale")).click()
    desk.until("/api/runs/harbour", in_order)


def test_an_edit_of_a_text_that_was_changed_meanwhile_is_put_together(desk: DeskClient, page: Any) -> None:
    path = "/api/runs/harbour/sections/0"
    first = desk.get(f"{path}/versions")["final"]
    begun = desk.put(path, {"text": "One.\n\nTwo.\n\nThree.", "base": first})["version"]
    page.goto(at(desk, "/runs/harbour/sections/0"))
    page.get_by_role("button", name="Edit by hand").click()
    page.locator(".hand").fill("One, mine.\n\nTwo.\n\nThree, mine.")
    desk.put(path, {"text": "One.\n\nTwo.\n\nThree, theirs.", "base": begun})
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".merge .conflict")
    save = page.get_by_role("button", name="Save this")
    assert save.is_disabled()
    page.get_by_label("The other").check()
    save.click()
    page.wait_for_selector(".offer:has-text('Saved')")
    final = desk.get(f"{path}/versions")["final"]
    assert desk.get(f"{path}/versions/{final}")["text"].strip() == "One, mine.\n\nTwo.\n\nThree, theirs."
    page.complaints.clear()  # the browser notes the 409


def test_the_page_of_a_run_sees_what_is_done_elsewhere(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/runs/harbour"))
    page.wait_for_selector("#s0.loaded")
    first = desk.get("/api/runs/harbour/sections/0/versions")["final"]
    desk.put("/api/runs/harbour/sections/0", {"text": "Written elsewhere.", "base": first})
    until(page, "document.querySelector('#s0 .text').textContent.includes('Written elsewhere.')")
    page.wait_for_selector(".lines .tag:has-text('stale')")
    page.locator(".stale button").click()
    desk.until("/api/runs/harbour", in_order)
    until(page, "!document.querySelector('.lines .tag')")


def test_snapshots_exports_and_the_report(desk: DeskClient, page: Any) -> None:
    page.goto(at(desk, "/runs/harbour"))
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Snapshots").click()
    page.get_by_label("Name").fill("Before")
    page.get_by_role("button", name="Keep").click()
    page.wait_for_selector(".snapshots li:has-text('Before')")
    page.keyboard.press("Escape")
    first = desk.get("/api/runs/harbour/sections/0/versions")["final"]
    desk.put("/api/runs/harbour/sections/0", {"text": "Another text.", "base": first})
    until(page, "document.querySelector('#s0 .text').textContent.includes('Another text.')")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Snapshots").click()
    page.get_by_role("button", name="Restore “Before”").click()
    until(page, "!document.querySelector('#s0 .text').textContent.includes('Another text.')")
    page.get_by_role("button", name="More").click()
    with page.expect_download() as got:
        page.get_by_role("link", name="Markdown").click()
    assert Path(got.value.path()).read_text("utf-8").startswith("# ")
    page.get_by_role("link", name="Report").click()
    page.wait_for_selector(".lengths tbody tr")
    assert page.locator(".verdict li").count() > 0
    page.locator(".lengths tbody a").nth(2).click()
    page.wait_for_url("**/runs/harbour#s2")


def test_facts_are_said_corrected_and_taken_back(desk: DeskClient, page: Any) -> None:
    first = desk.get("/api/runs/harbour/sections/1/versions")["final"]
    text = "Nobody came.\n\nMary Gray had blue eyes. Tom sat down with Mary Gray, and Mary Gray went out."
    desk.put("/api/runs/harbour/sections/1", {"text": text, "base": first})
    page.goto(at(desk, "/runs/harbour"))
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Facts").click()
    page.get_by_role("button", name="Change: Mary Gray: eyes blue").click()
    page.get_by_label("Is", exact=True).fill("green")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Add").click()
    mine = page.get_by_role("list", name="Yours")
    mine.get_by_text("Mary Gray: eyes green").wait_for()
    assert desk.get("/api/runs/harbour/ledger")["facts"][0]["value"] == "green"
    page.get_by_role("link", name="section 2").first.click()
    until(page, "!document.querySelector('dialog') && location.hash === '#s1p1'")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Facts").click()
    page.get_by_role("button", name="Remove: Mary Gray: eyes green").click()
    mine.get_by_text("None yet.").wait_for()
    assert all(fact["source"] == "rule" for fact in desk.get("/api/runs/harbour/ledger")["facts"])


def test_the_list_is_searched_live_and_gives_back_what_was_deleted(desk: DeskClient, page: Any, tmp_path: Path) -> None:
    page.goto(at(desk))
    page.wait_for_selector(".row")
    written(tmp_path, "mill", 600)
    page.wait_for_selector(".row >> nth=1")  # written by another process, seen without a reload
    page.get_by_role("searchbox").fill("no such text")
    page.wait_for_selector(".empty p")
    page.get_by_role("searchbox").fill("")
    page.wait_for_selector(".row >> nth=1")
    page.locator("[data-name=mill] button").click()
    until(page, "document.querySelectorAll('.row').length === 1")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("[data-name=mill]")
    page.goto(at(desk, "/runs/mill"))
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_selector("[data-name=mill]")
    assert run_of(desk, "mill")["state"] == "finished"


def test_a_read_only_desk_offers_no_change(tmp_path: Path, page: Any) -> None:
    written(tmp_path, "harbour", 600)
    with desk_server(tmp_path, read_only=True) as desk:
        for path in ("/", "/runs/harbour", "/runs/harbour/outline", "/runs/harbour/sections/0"):
            page.goto(at(desk, path))
            page.wait_for_selector("main h1")
            page.wait_for_timeout(300)
            offered = page.evaluate(OFFERED)
            assert not {"New text", "Save", "Delete", "Edit by hand", "Write it again", "×"} & set(offered), (
                path,
                offered,
            )
