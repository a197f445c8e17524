"""A person's facts over HTTP: seen with the paragraphs that say otherwise, changed, refused."""

from pathlib import Path

from tests.helpers.desk_server import DeskClient, desk_server

from longwriter.api.runs import Run

ONE = "/api/runs/one/ledger"
MINE = {"subject": "Mary Gray", "relation": "eyes", "value": "green"}


def test_facts_are_seen_with_their_paragraph_and_a_person_s_come_first(page: DeskClient, home: Path) -> None:
    text = "Nobody came.\n\nMary Gray had blue eyes. Tom sat down with Mary Gray, and Mary Gray went out."
    final = page.get("/api/runs/one/sections/1/versions")["final"]
    page.put("/api/runs/one/sections/1", {"text": text, "base": final})
    found = [fact for fact in page.get(ONE)["facts"] if fact["relation"] == "eyes"]
    assert [(f["value"], f["source"], f["quote"], f["at"]) for f in found] == [
        ("blue", "rule", "Mary Gray had blue eyes.", {"section": 1, "paragraph": 1}),
    ]
    page.put(ONE, {"fact": [MINE]})
    mine, theirs = (fact for fact in page.get(ONE)["facts"] if fact["relation"] == "eyes")
    assert (mine["value"], mine["source"], "at" in mine) == ("green", "user", False)
    assert theirs["value"] == "blue"
    assert Run(home / "one").ledger().facts[0].value == "green"
    page.put(ONE, {"fact": []})
    assert all(fact["source"] != "user" for fact in page.get(ONE)["facts"])


def test_what_is_no_fact_is_refused_and_changes_nothing(page: DeskClient, home: Path) -> None:
    page.put(ONE, {"fact": [MINE]})
    for wrong in (
        {"fact": [{**MINE, "value": ""}]},
        {"fact": [{**MINE, "source": "rule"}]},
        {"fact": "x"},
        {"facts": []},
    ):
        assert "fact" in page.put(ONE, wrong, status=400)["error"]["message"]
    page.get("/api/runs/none/ledger", status=404)
    assert [fact.value for fact in Run(home / "one").ledger().facts if fact.source == "user"] == ["green"]


def test_a_page_that_only_shows_changes_no_facts(home: Path) -> None:
    with desk_server(home, read_only=True) as page:
        page.get(ONE)
        assert "read-only" in page.put(ONE, {"fact": [MINE]}, 400)["error"]["message"]
