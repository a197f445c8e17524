"""What a person does about findings, at the page: it is right as it is; mend it; stop; take it back."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.browser import axe_violations, opened, until
from tests.helpers.desk_server import DeskClient
from tests.helpers.mending import desk, held, mended
from tests.helpers.raw_server import Sent, refusal
from tests.helpers.revising import CUT, DRAFT, MENDED, NEW, WHOLE

from longwriter.api.runs import Run

pytestmark = [pytest.mark.page, pytest.mark.slow]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = opened(browser, width=360)
    page.set_default_timeout(15000)
    yield page
    assert page.complaints == []
    page.context.close()


def report(client: DeskClient, page: Any) -> None:
    page.goto(str(client.http.base_url).rstrip("/") + "/runs/r/report")
    page.wait_for_selector(".checks li")


def text(tmp_path: Path) -> str:
    return Run(tmp_path / "runs/r").text


def test_a_finding_is_dismissed_by_keys_brought_back_and_dismissed_again(tmp_path: Path, page: Any) -> None:
    with desk(tmp_path, mended) as (client, _):
        report(client, page)
        right = page.get_by_role("button", name="Right as it is: a paragraph stops inside a sentence")
        right.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("summary:has-text('1 finding that you said is right')")
        assert page.evaluate("document.activeElement.textContent") == "What the checks found"
        assert page.locator("section > .checks > li").count() == 1
        assert Run(tmp_path / "runs/r").check().dismissed == 1
        page.get_by_role("button", name="Undo").click()
        until(page, "!document.querySelector('summary')")
        right.click()
        page.locator("summary").click()
        page.get_by_role("button", name="Count it again").click()
        until(page, "!document.querySelector('summary')")
        assert Run(tmp_path / "runs/r").check().dismissed == 0


def test_what_is_chosen_is_mended_told_and_taken_back(tmp_path: Path, page: Any) -> None:
    with desk(tmp_path, mended) as (client, _):
        report(client, page)
        page.get_by_role("checkbox", name="17 words say again").uncheck()
        page.get_by_role("button", name="Mend 1 finding").click()
        page.wait_for_selector(".came .tag.mended")
        page.wait_for_selector(".mending button:has-text('Mend 0 findings')")  # what was left out stays so
        assert page.locator(".came .said").all_inner_texts() == [CUT, WHOLE]
        assert page.locator(".came ins").inner_text() in WHOLE
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("checkbox", name="17 words say again").check()
        page.get_by_role("button", name="Mend 1 finding").click()
        page.wait_for_selector(f".came .said:has-text('{NEW}')")
        until(page, "document.querySelector('main section').hidden")  # nothing is found any more
        assert text(tmp_path) == MENDED
        page.get_by_role("button", name=f"Take back: {NEW}").click()
        page.wait_for_selector(".came :text('taken back, or changed since')")
        page.wait_for_selector("label:has-text('17 words say again')")
        assert text(tmp_path) == DRAFT.replace(CUT, WHOLE)


def test_it_is_seen_from_elsewhere_stopped_and_gone_on_with(tmp_path: Path, page: Any) -> None:
    gate, calls = threading.Event(), list[int]()

    def answer(body: dict[str, Any]) -> Sent:
        calls.append(1)
        return held(gate, mended(body)) if len(calls) == 2 else mended(body)

    with desk(tmp_path, answer) as (client, _):
        report(client, page)
        page.get_by_role("button", name="Mend 2 findings").click()
        page.wait_for_selector(".mending :text('Mending: 1 of 2 dealt with, 1 mended')")
        assert page.locator("#status").inner_text() == "Mending: 1 of 2 dealt with, 1 mended"
        assert page.get_by_role("button", name="Right as it is").count() == 0
        assert axe_violations(page) == []
        page.reload()
        page.wait_for_selector(".mending :text('Mending: 1 of 2 dealt with, 1 mended')")
        page.wait_for_selector(".came .tag.waiting")
        client.get("/api/runs")
        page.get_by_role("button", name="Stop, and keep what is mended").click()
        page.wait_for_selector(".mending button:has-text('Go on with the rest')")
        gate.set()
        page.get_by_role("button", name="Go on with the rest").click()
        until(page, "document.querySelectorAll('.came .tag.mended').length === 2")
    assert text(tmp_path) == MENDED


def test_findings_that_wait_for_their_turn_say_so_and_can_be_stopped(tmp_path: Path, page: Any) -> None:
    gate = threading.Event()
    with desk(tmp_path, lambda _: held(gate, refusal(401, {"error": {"message": "no"}})), max_runs=1) as (client, _):
        client.post("/api/runs", {"prompt": "Write 300 words on tea"}, 201)
        report(client, page)
        page.get_by_role("button", name="Mend 2 findings").click()
        page.wait_for_selector(".mending :text('2 findings wait for their turn to be mended')")
        assert page.locator("#status").inner_text() == "2 findings wait for their turn to be mended"
        assert axe_violations(page) == []
        page.goto(str(client.http.base_url).rstrip("/") + "/runs/r")
        page.wait_for_selector(".statement:has-text('Waiting its turn to be mended')")
        assert axe_violations(page) == []
        page.goto(str(client.http.base_url).rstrip("/") + "/")
        page.wait_for_selector(".row[data-name=r] .state:has-text('Waiting its turn to be mended')")
        report(client, page)
        page.get_by_role("button", name="Stop, and keep what is mended").click()
        page.wait_for_selector(".mending button:has-text('Mend 2 findings')")
        gate.set()
    assert text(tmp_path) == DRAFT


def test_another_model_can_be_chosen_to_mend(tmp_path: Path, page: Any) -> None:
    with desk(tmp_path, mended) as (client, model):
        report(client, page)
        choice = page.locator(".mending select")
        choice.focus()
        page.wait_for_selector(".mending option:nth-child(2)", state="attached")
        assert axe_violations(page) == []
        choice.select_option(index=1)
        page.get_by_role("button", name="Mend 2 findings").click()
        until(page, "document.querySelectorAll('.came .tag.mended').length === 2")
        assert page.locator(".came > p.quiet").inner_text() == "by m"
        assert {body["model"] for body in model.requests} == {"m"}
    assert text(tmp_path) == MENDED
