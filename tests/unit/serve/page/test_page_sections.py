"""A section over HTTP, on a real server and a real run: texts, versions, differences, drafts, edits and their conflicts."""

from pathlib import Path

import pytest
from tests.helpers.desk_server import DeskClient, desk_server, written
from tests.helpers.server import Server

from longwriter.api.runs import Run

ONE = "/api/runs/one"
FIRST = f"{ONE}/sections/0"


def final(page: DeskClient, section: int = 0) -> tuple[int, str]:
    entry = page.get(f"{ONE}/sections/{section}/versions")["final"]
    return entry, page.get(f"{ONE}/sections/{section}/versions/{entry}")["text"]


def edited(text: str, n: int, new: str) -> str:
    """The text with another paragraph at place `n`."""
    parts = text.split("\n\n")
    return "\n\n".join([*parts[:n], new, *parts[n + 1 :]])


def finished(page: DeskClient) -> dict:
    return page.until(ONE, lambda run: run["state"] == "finished")


def test_texts_come_in_ranges_without_the_headings_that_the_page_draws(page: DeskClient, home: Path) -> None:
    found = page.get(f"{ONE}/text?from=1&to=3")["sections"]
    assert [section["index"] for section in found] == [1, 2]
    assert found[0].keys() == {"index", "id", "version", "words", "html", "dir"}
    assert found[0]["html"].startswith('<p id="s1-p0" dir="auto">')
    assert Run(home / "one").plan.sections[1].title not in found[0]["html"]
    assert len(page.get(f"{ONE}/text")["sections"]) == 3
    assert page.get(f"{ONE}/text?from=7&to=9")["sections"] == []


@pytest.mark.parametrize("query", ["from=-1", "from=x", "to=1e9", "from=" + "9" * 40, "from=%C2%B2"])
def test_a_range_is_of_whole_numbers(page: DeskClient, query: str) -> None:
    assert page.get(f"{ONE}/text?{query}", 400)["error"]["type"] == "InputError"


def test_an_edit_is_a_version_and_what_follows_is_stale_and_can_be_redone(page: DeskClient, home: Path) -> None:
    entry, text = final(page)
    new = page.put(FIRST, {"text": edited(text, 0, "By hand."), "base": entry})["version"]
    told = page.get(f"{FIRST}/versions")
    assert [(v["entry"], v["why"], v["hand"], v["final"], v["parent"]) for v in told["versions"]] == [
        (entry, "written", False, False, None),
        (new, "edited", True, True, entry),
    ]
    assert told["final"] == new
    sections = page.get(ONE)["sections"]
    assert [section["stale"] for section in sections] == [False, True, True]
    assert sections[0]["hand"]
    assert (home / "one" / "draft.md").read_text("utf-8").count("By hand.") == 1
    assert page.post(f"{ONE}/redo-stale") == {"sections": [1, 2]}
    again = finished(page)["sections"]
    assert [section["stale"] for section in again] == [False, False, False]
    assert again[0]["version"] == new
    assert again[1]["version"] > new


def test_an_edit_of_an_older_version_is_a_conflict_with_both_texts_put_together(page: DeskClient) -> None:
    entry, text = final(page)
    theirs = edited(text, 1, "Theirs.")
    then = page.put(FIRST, {"text": theirs, "base": entry})["version"]
    mine = edited(edited(text, 1, "Mine."), 3, "Mine too.")
    told = page.put(FIRST, {"text": mine, "base": entry}, 409)
    assert told["base"] == {"text": text}
    assert told["theirs"] == {"entry": then, "text": theirs}
    kinds = [chunk["kind"] for chunk in told["merge"]]
    assert kinds[1] == "conflict"
    assert kinds[3] == "mine"
    assert kinds.count("same") == len(kinds) - 2
    assert told["merge"][1] == {"kind": "conflict", "base": text.split("\n\n")[1], "mine": "Mine.", "theirs": "Theirs."}
    merged = edited(theirs, 3, "Mine too.")
    assert page.put(FIRST, {"text": merged, "base": then})["version"] > then
    assert final(page)[1] == merged


def test_the_same_edit_twice_is_one(page: DeskClient) -> None:
    entry, text = final(page)
    new = page.put(FIRST, {"text": text + "\n\nMore.", "base": entry})["version"]
    assert page.put(FIRST, {"text": text + "\n\nMore.", "base": new})["version"] == new


@pytest.mark.parametrize("text", ["", " \n\n", "\u0000\u0007"])
def test_an_edit_says_something(page: DeskClient, text: str) -> None:
    assert "cannot be empty" in page.put(FIRST, {"text": text}, 400)["error"]["message"]


def test_two_versions_differ_by_paragraph_and_then_by_word(page: DeskClient) -> None:
    entry, text = final(page)
    first = text.split("\n\n")[0]
    b = page.put(FIRST, {"text": edited(text, 0, f"{first} Added words.") + "\n\nLast.", "base": entry})["version"]
    changes = page.get(f"{FIRST}/diff?a={entry}&b={b}")["paragraphs"]
    assert [change["kind"] for change in changes] == ["changed", *["same"] * (len(changes) - 2), "added"]
    assert changes[0]["words"] == [["=", first], ["+", " Added words."]]
    assert changes[-1] == {"kind": "added", "a": "", "b": "Last.", "words": []}
    back = page.get(f"{FIRST}/diff?a={b}&b={entry}")["paragraphs"]
    assert back[0]["words"] == [["=", first], ["-", " Added words."]]


def test_a_version_is_accepted_whole_or_by_paragraph(page: DeskClient) -> None:
    entry, text = final(page)
    new = edited(edited(text, 0, "New first."), 2, "New third.")
    b = page.put(FIRST, {"text": new, "base": entry})["version"]
    assert page.post(f"{FIRST}/accept", {"version": entry}) == {"version": entry}
    assert final(page) == (entry, text)
    changes = page.get(f"{FIRST}/diff?a={entry}&b={b}")["paragraphs"]
    third = next(i for i, change in enumerate(changes) if change["b"] == "New third.")
    removed = next(i for i, change in enumerate(changes) if change["a"] == text.split("\n\n")[2])
    made = page.post(f"{FIRST}/accept", {"version": b, "paragraphs": [third, removed], "base": entry})["version"]
    assert final(page) == (made, edited(text, 2, "New third."))
    versions = {v["entry"]: v for v in page.get(f"{FIRST}/versions")["versions"]}
    assert versions[made]["why"] == "merged"


def test_paragraphs_of_a_comparison_that_does_not_hold_any_more_are_refused(page: DeskClient) -> None:
    entry, text = final(page)
    b = page.put(FIRST, {"text": text + "\n\nMore.", "base": entry})["version"]
    told = page.post(f"{FIRST}/accept", {"version": entry, "paragraphs": [0], "base": entry}, 409)
    assert told["error"]["type"] == "EditConflict"
    for wrong in ([99], [-1]):
        assert "compare again" in str(
            page.post(f"{FIRST}/accept", {"version": entry, "paragraphs": wrong, "base": b}, 400)
        )


def test_drafts_stand_beside_the_text_until_one_is_chosen(page: DeskClient) -> None:
    entry, text = final(page)
    page.post(f"{FIRST}/drafts", {"count": 2, "instruction": "Shorter.", "factor": 0.5})
    told = page.until(f"{FIRST}/versions", lambda found: len(found["waiting"]) == 2)
    assert told["final"] == entry
    drafts = [v for v in told["versions"] if v["entry"] in told["waiting"]]
    assert {(v["why"], v["instruction"], v["draft"], v["parent"]) for v in drafts} == {
        ("draft", "Shorter.", True, entry)
    }
    assert all(v["words"] < 0.7 * told["versions"][0]["words"] for v in drafts)
    assert page.get(ONE)["sections"][0]["drafts"] == 2
    finished(page)
    page.post(f"{FIRST}/accept", {"version": drafts[1]["entry"]})
    told = page.get(f"{FIRST}/versions")
    assert (told["final"], told["waiting"]) == (drafts[1]["entry"], [])
    page.post(f"{FIRST}/drafts", {})
    waiting = page.until(f"{FIRST}/versions", lambda found: found["waiting"])["waiting"]
    finished(page)
    page.post(f"{FIRST}/accept", {"version": drafts[1]["entry"]})  # keep mine
    assert page.get(f"{FIRST}/versions")["waiting"] == []
    assert len(waiting) == 1
    assert text


def test_a_draft_by_another_model_of_the_same_server_names_it(home: Path) -> None:
    with Server() as server, desk_server(home, write={"model": "m", "base_url": server.url}) as page:
        page.post(f"{FIRST}/drafts", {"model": "n"})
        told = page.until(f"{FIRST}/versions", lambda found: found["waiting"])
        assert told["versions"][-1]["model"] == "n"
        assert all(request["model"] == "n" for request in server.requests)


def test_a_draft_goes_to_no_address_of_a_clients_choice(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with Server() as other, Server() as own, desk_server(home, write={"model": "m", "base_url": own.url}) as page:
        for model in ({"model": "m", "base_url": other.url}, {"model": "gguf:/etc/passwd"}, {"model": "hf:a/b"}):
            told = page.post(f"{FIRST}/drafts", model, 400)
            assert "does not offer" in told["error"]["message"]
            assert "does not offer" in page.post("/api/estimate", {"prompt": "Tea"} | model, 400)["error"]["message"]
        assert other.requests == []


def test_a_section_is_redone_with_an_instruction(page: DeskClient) -> None:
    entry, text = final(page, 1)
    page.post(f"{ONE}/sections/1/redo", {"instruction": "Colder.", "words": 100})
    told = page.until(f"{ONE}/sections/1/versions", lambda found: found["final"] != entry)
    last = told["versions"][-1]
    assert (last["why"], last["instruction"], last["parent"]) == ("redone", "Colder.", entry)
    assert last["words"] < 200
    assert finished(page)["sections"][2]["stale"]
    assert text != final(page, 1)[1]


def test_a_redo_waits_where_the_run_is_paused(home: Path) -> None:
    with desk_server(home) as page:
        name = page.post("/api/runs", {"prompt": "Write a 1000-word story about tea", "approve": True}, 201)["name"]
        run = f"/api/runs/{name}"
        page.until(run, lambda found: found["state"] == "approval")
        page.post(f"{run}/sections/0/redo", {"instruction": "Colder."})
        assert page.get(run)["state"] == "approval"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/sections/3/versions", None, 404),
        ("GET", "/sections/99999999999999999999/versions", None, 404),
        ("GET", "/sections/-1/versions", None, 404),
        ("GET", "/sections/0/versions/1", None, 404),
        ("GET", "/sections/0/diff?a=1&b=2", None, 404),
        ("GET", "/sections/0/diff?a=1", None, 400),
        ("PUT", "/sections/3", {"text": "x"}, 404),
        ("PUT", "/sections/0", {"text": "x", "base": 1}, 404),
        ("PUT", "/sections/0", {"text": 7}, 400),
        ("PUT", "/sections/0", {"text": "x", "more": 1}, 400),
        ("POST", "/sections/0/accept", {"version": 1}, 404),
        ("POST", "/sections/0/accept", {}, 400),
        ("POST", "/sections/3/redo", {}, 404),
        ("POST", "/sections/0/redo", {"words": 1}, 400),
        ("POST", "/sections/0/redo", {"instruction": "x" * 5000}, 400),
        ("POST", "/sections/0/drafts", {"count": 9}, 400),
        ("POST", "/sections/0/drafts", {"factor": -1}, 400),
        ("POST", "/sections/0/drafts", {"base_url": "http://localhost:1/v1"}, 400),
        ("POST", "/sections/0/drafts", {"model": "x", "base_url": "http://u:p@localhost/v1"}, 400),
    ],
)
def test_what_cannot_be_done_says_so_and_changes_nothing(
    page: DeskClient, home: Path, method: str, path: str, body: object, status: int
) -> None:
    before = (home / "one" / "journal.jsonl").read_bytes()
    told = page.ask(method, ONE + path, body, status)
    assert told["error"]["message"]
    assert "Traceback" not in str(told)
    assert (home / "one" / "journal.jsonl").read_bytes() == before


def test_hostile_text_by_hand_does_nothing_on_the_page(page: DeskClient) -> None:
    evil = "</p></section><script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [a](javascript:alert(1)) \u202e"
    entry = page.put(FIRST, {"text": evil})["version"]
    html = page.get(f"{ONE}/text?from=0&to=1")["sections"][0]["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert page.get(f"{FIRST}/versions/{entry}")["text"] == evil


def test_a_read_only_server_changes_nothing(home: Path) -> None:
    with desk_server(home, read_only=True) as page:
        assert page.get("/api/me")["read_only"]
        assert not page.get(ONE)["here"]
        assert "read-only" in page.put(FIRST, {"text": "x"}, 400)["error"]["message"]
        assert page.get(f"{ONE}/text")["sections"]


def test_a_run_of_the_command_line_is_read_while_it_is_there(tmp_path: Path) -> None:
    written(tmp_path / "runs", "mine", 300)
    with desk_server(tmp_path / "runs") as page:
        run = page.get("/api/runs/mine")
        assert (run["state"], run["here"], run["control"]["after"]) == ("finished", True, False)
