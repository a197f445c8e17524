"""A draft that is brought to the page becomes a run: its text at once, and the outline of what is to come."""

from pathlib import Path
from urllib.parse import urlencode

from tests.helpers.desk_server import DeskClient
from tests.helpers.drafts import markdown

from longwriter.api.runs import Run


def bring(page: DeskClient, text: str, status: int = 201, **told: object) -> dict[str, object]:
    query = urlencode({"name": "draft.md", **told})
    answer: dict[str, object] = page.ask("POST", f"/api/import?{query}", text.encode(), status)
    return answer


def test_a_draft_without_a_length_is_a_finished_text(page: DeskClient, home: Path) -> None:
    name = bring(page, markdown("\r\n"))["name"]
    run = page.get(f"/api/runs/{name}")
    assert run["state"] == "finished"
    assert [s["title"] for s in run["sections"]] == ["The Letter", "The Boy", "The Fog"]
    assert all(s["hand"] and s["state"] == "done" for s in run["sections"])
    assert page.raw("GET", f"/api/runs/{name}/export/md").content == markdown("\r\n").encode()
    assert Run(home / str(name)).text == markdown("\r\n")
    assert "She read it twice." in page.get(f"/api/runs/{name}/text")["sections"][0]["html"]
    assert page.get(f"/api/runs/{name}/sections/0/versions")["versions"][0]["why"] == "given"


def test_the_rest_is_planned_waits_to_be_approved_and_is_written(page: DeskClient) -> None:
    wish = {"words": 600, "continue_from": "2", "instruction": "Let it end well."}
    name = bring(page, markdown(), approve="true", **wish)["name"]
    run = page.until(f"/api/runs/{name}", lambda run: run["state"] == "approval")
    assert "Let it end well." in run["instruction"]
    assert len(run["sections"]) > 2
    assert [s["state"] for s in run["sections"]][:3] == ["done", "done", "todo"]
    page.post(f"/api/runs/{name}/approve")
    run = page.until(f"/api/runs/{name}", lambda run: run["state"] == "finished")
    text = page.raw("GET", f"/api/runs/{name}/export/md").text
    assert text.startswith(markdown().partition("## The Fog")[0].rstrip())
    assert "October" not in text


def test_the_same_draft_finds_its_run_and_another_gets_a_name_of_its_own(page: DeskClient) -> None:
    first = bring(page, markdown())["name"]
    assert bring(page, markdown())["name"] == first
    assert bring(page, markdown() + "\nMore.\n")["name"] != first


def test_what_cannot_be_imported_is_said_in_a_line(page: DeskClient, home: Path) -> None:
    before = sorted(home.iterdir())
    refused = [
        (b"x", {"name": "draft.exe"}, "cannot read"),
        (b"  \n", {"name": "../../draft.md"}, "no text"),
        (markdown().encode(), {"name": "draft.md", "words": "10"}, "words"),
        (markdown().encode(), {"name": "draft.md", "continue_from": "nowhere"}, "continue-from"),
        (markdown().encode(), {"name": "draft.md", "run": "mine"}, "run"),
        (markdown().encode(), {}, "name"),
    ]
    for body, told, said in refused:
        message = page.ask("POST", f"/api/import?{urlencode(told)}", body, 400)["error"]["message"]
        assert said in message
        assert "/tmp" not in message
        assert "\n" not in message
    assert page.raw("POST", "/api/import?name=draft.md", b"x" * (8 * 2**20 + 1)).status_code == 413
    assert sorted(home.iterdir()) == before


def test_plain_text_is_shown_as_it_is(page: DeskClient) -> None:
    name = bring(page, "Chapter 1\n\nA *star* and # 5.\n\nChapter 2\n\nMore of it.\n", name="draft.txt")["name"]
    assert "A *star* and # 5." in page.get(f"/api/runs/{name}/text")["sections"][0]["html"]
