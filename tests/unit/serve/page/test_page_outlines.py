"""The outline over HTTP: pasted, balanced, previewed, followed, and not lost to another who edited it meanwhile."""

from pathlib import Path
from typing import Any

import pytest
from tests.helpers.desk_server import DeskClient

from longwriter.api.runs import Run

ONE = "/api/runs/one"
KEYS = ("id", "title", "chapter", "point", "words")


def outline(page: DeskClient) -> dict[str, Any]:
    """The outline as the page would send it back unchanged."""
    run = page.get(ONE)
    return {"title": run["title"], "sections": [{k: s[k] for k in KEYS} for s in run["sections"]]}


def added(sections: list[dict[str, Any]], words: int = 300, **more: Any) -> list[dict[str, Any]]:
    return [*sections, {"title": "A new one", "words": words} | more]


def test_pasted_outlines_are_read_in_any_form(page: DeskClient) -> None:
    own = "# Tea\n\n## Origins\n\n1. **Leaves** (300 words): where from\n2. **Water** (200 words)\n"
    found = page.post("/api/outline/parse", {"text": own})
    assert found["title"] == "Tea"
    assert [(s["title"], s["chapter"], s["words"], s["point"]) for s in found["sections"]] == [
        ("Leaves", "Origins", 300, "where from"),
        ("Water", "Origins", 200, ""),
    ]
    assert (
        len(page.post("/api/outline/parse", {"text": "1. Leaves (300 words)\n2. Water (200 words)"})["sections"]) == 2
    )
    assert "no section found" in page.post("/api/outline/parse", {"text": "Hello."}, 400)["error"]["message"]


def test_a_preview_changes_nothing_and_says_what_would(page: DeskClient, home: Path) -> None:
    before = (home / "one" / "journal.jsonl").read_bytes()
    told = outline(page)
    found = page.post(f"{ONE}/outline/preview", told)
    assert found["effects"] == {
        "unchanged": [0, 1, 2], "moved": [], "new": [], "kept": [], "dropped": [], "stale": [],
    }  # fmt: skip
    assert (found["total"], found["left_over"]) == (1500, 0)
    first, second, third = told["sections"]
    found = page.post(f"{ONE}/outline/preview", told | {"sections": [second, first]})
    assert found["effects"]["moved"] == [0, 1]
    assert found["effects"]["dropped"] == [2]
    assert found["effects"]["stale"] == [0, 1]
    assert found["left_over"] == 500  # what is written keeps its budget
    renamed = third | {"title": "Another title"}
    found = page.post(f"{ONE}/outline/preview", told | {"sections": [first, second, renamed]})
    assert (found["effects"]["new"], found["effects"]["dropped"]) == ([2], [2])
    found = page.post(
        f"{ONE}/outline/preview", told | {"sections": [first, second, renamed], "keep": {"2": third["id"]}}
    )
    assert (found["effects"]["new"], found["effects"]["kept"], found["effects"]["dropped"]) == ([], [2], [])
    assert (home / "one" / "journal.jsonl").read_bytes() == before


def test_the_unwritten_rest_gives_and_takes(page: DeskClient) -> None:
    told = outline(page)
    sections = added(added(added(told["sections"])))
    found = page.post(f"{ONE}/outline/preview", told | {"sections": sections, "total": 2400})
    assert [s["words"] for s in found["sections"]] == [500, 500, 500, 300, 300, 300]
    sections[3]["words"] = 500
    found = page.post(f"{ONE}/outline/preview", told | {"sections": sections, "total": 2400, "changed": 3})
    assert [s["words"] for s in found["sections"]] == [500, 500, 500, 500, 200, 200]
    found = page.post(
        f"{ONE}/outline/preview", told | {"sections": sections, "total": 2400, "changed": 3, "locks": [4]}
    )
    assert [s["words"] for s in found["sections"]] == [500, 500, 500, 500, 300, 100]
    found = page.post(
        f"{ONE}/outline/preview", told | {"sections": sections, "total": 2400, "changed": 3, "locks": [4, 5]}
    )
    assert found["left_over"] == -200


def test_an_outline_is_followed_and_its_new_section_is_written(page: DeskClient, home: Path) -> None:
    told, base = outline(page), page.get(ONE)["plan_position"]
    sections = added(told["sections"], 200)
    assert page.put(f"{ONE}/outline", told | {"sections": sections, "locks": [3], "base": base}) == {}
    run = page.get(ONE)
    assert [s["state"] for s in run["sections"]] == ["done", "done", "done", "todo"]
    assert [s["locked"] for s in run["sections"]] == [False, False, False, True]
    assert run["locks"] == [run["sections"][3]["id"]]
    assert run["plan_position"] > base
    assert "A new one" in (home / "one" / "plan.md").read_text("utf-8")
    page.post(f"{ONE}/go")
    run = page.until(ONE, lambda found: found["state"] == "finished")
    assert run["sections"][3]["written"] > 100
    assert [s["version"] for s in run["sections"][:3]] == [
        s.entry for i in (1, 2, 3) for s in Run(home / "one").versions(i)
    ]


def test_a_renamed_line_keeps_its_text_where_a_person_says_so(page: DeskClient) -> None:
    told, text = outline(page), page.get(f"{ONE}/text?from=2&to=3")["sections"][0]["html"]
    first, second, third = told["sections"]
    kept = told | {"sections": [first, second, third | {"title": "Another title"}], "keep": {"2": third["id"]}}
    page.put(f"{ONE}/outline", kept)
    run = page.get(ONE)
    assert run["sections"][2]["title"] == "Another title"
    assert run["sections"][2]["state"] == "done"
    assert page.get(f"{ONE}/text?from=2&to=3")["sections"][0]["html"] == text


def test_an_outline_that_another_has_edited_meanwhile_is_a_conflict(page: DeskClient) -> None:
    told, base = outline(page), page.get(ONE)["plan_position"]
    page.put(f"{ONE}/outline", told | {"sections": added(told["sections"]), "base": base})
    found = page.put(f"{ONE}/outline", told | {"sections": told["sections"][:1], "base": base}, 409)
    assert len(found["plan"]["sections"]) == 4
    assert found["error"]["type"] == "EditConflict"
    page.put(f"{ONE}/outline", told | {"base": found["plan"]["plan_position"]})
    assert len(page.get(ONE)["sections"]) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"sections": []},
        {"sections": [{"title": "x", "words": -1}]},
        {"sections": [{"title": "x", "words": 1e99}]},
        {"sections": [{"title": "x" * 10, "words": 5}] * 5001},
        {"sections": [{"title": "x", "words": 5}], "locks": [1]},
        {"sections": [{"title": "x", "words": 5}], "locks": [-1]},
        {"sections": [{"title": "x", "words": 5}], "changed": 9},
        {"sections": [{"title": "x", "words": 5}], "keep": {"4": "a"}},
        {"sections": [{"title": "x", "words": 5}], "keep": {"a": "a"}},
        {"sections": [{"title": "x", "words": 5}], "total": 0},
        {"sections": "x"},
        {"sections": [{"words": 5}]},
    ],
)
def test_an_outline_that_is_none_is_refused(page: DeskClient, home: Path, wrong: dict[str, Any]) -> None:
    before = (home / "one" / "journal.jsonl").read_bytes()
    for method, path in (("POST", "/outline/preview"), ("PUT", "/outline")):
        assert page.ask(method, f"{ONE}{path}", {"title": "T"} | wrong, 400)["error"]["message"]
    assert (home / "one" / "journal.jsonl").read_bytes() == before


def test_titles_of_odd_characters_are_one_line(page: DeskClient) -> None:
    told = outline(page)
    page.put(
        f"{ONE}/outline", told | {"sections": [*told["sections"], {"title": "a\n# b\u0000\ud800<script>", "words": 40}]}
    )
    assert page.get(ONE)["sections"][3]["title"] == "a # b\ufffd<script>"


def test_a_run_without_an_outline_has_none_to_preview(page: DeskClient) -> None:
    name = page.post("/api/runs", {"prompt": "Write 500 words about tea", "start": False}, 201)["name"]
    told = {"sections": [{"title": "x", "words": 5}]}
    assert (
        page.post(f"/api/runs/{name}/outline/preview", told, 404)["error"]["message"] == "this run has no outline yet"
    )
    run = page.get(f"/api/runs/{name}")
    assert (run["state"], run["sections"], run["aim"]) == ("no plan", [], None)
