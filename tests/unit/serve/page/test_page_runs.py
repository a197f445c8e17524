"""Runs over HTTP: the list, new ones and their estimate, what may be done with them, deletion and the way back."""

import time
from pathlib import Path

import pytest
from tests.helpers.desk_server import DeskClient, desk_server, written
from tests.helpers.server import Server

from longwriter.runs.folders import JOURNAL

ONE = "/api/runs/one"
ROW = {
    *("name", "title", "instruction", "state", "why", "asked", "written", "done", "sections", "cost", "active", "here"),
}  # fmt: skip


def test_the_list_has_a_row_a_run_and_is_searched_by_words(page: DeskClient, home: Path) -> None:
    written(home, "two", 200, plan=None)
    rows = page.get("/api/runs")["runs"]
    assert [row["name"] for row in rows] == ["two", "one"]
    assert all(row.keys() == ROW for row in rows)
    assert (rows[1]["state"], rows[1]["asked"], rows[1]["done"], rows[1]["sections"]) == ("finished", 1500, 3, 3)
    for query, found in (("lighthouse", 2), ("LIGHTHOUSE 1500", 1), ("two", 1), ("tea", 0), ("%", 0), ("  ", 2)):
        assert len(page.http.get("/api/runs", params={"q": query}).json()["runs"]) == found, query


def test_a_run_as_the_page_has_it(page: DeskClient) -> None:
    run = page.get(ONE)
    assert (run["name"], run["state"], run["aim"], run["here"]) == ("one", "finished", 1500, True)
    assert run["settings"] == {"model": "fake", "context": "auto", "words": None, "max_cost": None}
    assert run["control"] == {"going": False, "review": False, "after": False, "approve": False}
    assert run["meter"]["calls"] == 4
    assert [s["state"] for s in run["sections"]] == ["done"] * 3
    assert run["sections"][0]["written"] == pytest.approx(500, rel=0.1)


def test_an_estimate_asks_no_model_and_leaves_no_run(home: Path) -> None:
    with desk_server(home, write={"model": "openai/gpt-4o"}) as page:
        told = page.post("/api/estimate", {"prompt": "Write a 5000-word story", "context": "window"})
        assert (told["aim"], told["context"], told["assumed"]) == (5000, "window", False)
        assert told["calls"] > 5
        assert told["cost"] > 0
        assert told["seconds"] == pytest.approx(60 * told["minutes"], abs=1)
        none = page.post("/api/estimate", {"prompt": "Write about tea"})
        assert (none["aim"], none["assumed"]) == (None, True)
    assert [folder.name for folder in home.iterdir() if not folder.name.startswith(".")] == ["one"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"prompt": ""}, "say what to write"),
        ({"prompt": "  !? "}, "says nothing"),
        ({"prompt": "Tea", "words": 5}, "words"),
        ({"prompt": "Tea", "words": "many"}, "words"),
        ({"prompt": "Tea", "max_cost": -1}, "max_cost"),
        ({"prompt": "Tea", "model": "unheard/of"}, "does not offer"),
        ({"prompt": "Tea", "context": "none"}, "context"),
        ({"prompt": "Tea", "plan": "no outline"}, "no section found"),
        ({"prompt": "Tea", "out": "/tmp/x"}, "out"),
        ({"prompt": "Tea", "model": "m", "base_url": "http://a.example/v1"}, "does not offer"),
        ({}, "prompt"),
    ],
)
def test_what_cannot_be_begun_says_why(page: DeskClient, home: Path, wrong: dict, says: str) -> None:
    for path in ("/api/estimate", "/api/runs"):
        assert says in page.post(path, wrong, 400)["error"]["message"]
    assert [folder.name for folder in home.iterdir() if not folder.name.startswith(".")] == ["one"]


def test_a_new_run_is_written_to_its_end(page: DeskClient) -> None:
    told = {"prompt": "Write a 1000-word story about tea", "context": "window", "max_cost": 1.5}
    name = page.post("/api/runs", told, 201)["name"]
    run = page.until(f"/api/runs/{name}", lambda found: found["state"] == "finished")
    assert run["settings"] == {"model": "fake", "context": "window", "words": None, "max_cost": 1.5}
    assert run["meter"]["budget"] == 1.5
    assert run["meter"]["words"] == pytest.approx(1000, rel=0.1)
    assert run["control"]["going"]


def test_a_new_run_follows_an_outline_and_waits_to_be_approved(page: DeskClient) -> None:
    plan = "1. **Leaves** (300 words)\n2. **Water** (200 words)"
    told = {"prompt": "Write about tea", "plan": plan, "approve": True}
    run = f"/api/runs/{page.post('/api/runs', told, 201)['name']}"
    found = page.until(run, lambda found: found["state"] == "approval")
    assert [(s["title"], s["words"]) for s in found["sections"]] == [("Leaves", 300), ("Water", 200)]
    page.post(f"{run}/approve")
    assert page.until(run, lambda found: found["state"] == "finished")["meter"]["words"] == pytest.approx(500, rel=0.1)


def test_a_run_in_review_waits_for_a_permit_a_section(page: DeskClient) -> None:
    told = {"prompt": "Write a 1500-word story about tea", "review": True}
    run = f"/api/runs/{page.post('/api/runs', told, 201)['name']}"
    for done in range(3):
        found = page.until(run, lambda found: found["state"] == "review")
        assert sum(s["state"] == "done" for s in found["sections"]) == done
        page.post(f"{run}/permit")
        page.until(run, lambda found, done=done: sum(s["state"] == "done" for s in found["sections"]) > done)
    assert page.until(run, lambda found: found["state"] == "finished")["control"]["review"]


def test_review_can_be_switched_off_again(page: DeskClient) -> None:
    told = {"prompt": "Write a 1500-word story about tea", "review": True}
    run = f"/api/runs/{page.post('/api/runs', told, 201)['name']}"
    page.until(run, lambda found: found["state"] == "review")
    page.post(f"{run}/review", {"on": False})
    page.until(run, lambda found: found["state"] == "finished")
    assert page.post(f"{run}/review", {"on": "perhaps"}, 400)


def test_a_deleted_run_comes_back(page: DeskClient, home: Path) -> None:
    before = (home / "one" / JOURNAL).read_bytes()
    undo = page.ask("DELETE", ONE)["undo"]
    assert page.get("/api/runs")["runs"] == []
    assert page.get(ONE, 404)["error"]["message"]
    assert page.post("/api/undo", {"undo": undo}) == {"name": "one"}
    assert (home / "one" / JOURNAL).read_bytes() == before
    for wrong in (undo, "../one", "1795790442167.one/../../x", "", "x" * 300):
        assert page.post("/api/undo", {"undo": wrong}, 400)["error"]["type"] == "InputError"


def test_snapshots_are_named_and_brought_back(page: DeskClient) -> None:
    entry = page.post(f"{ONE}/snapshots", {"name": " As it\n was "}, 201)["entry"]
    text = page.get(f"{ONE}/text?from=0&to=1")["sections"][0]
    page.put(f"{ONE}/sections/0", {"text": "By hand."})
    later = page.post(f"{ONE}/snapshots", {"name": "later"}, 201)["entry"]
    kept = page.get(f"{ONE}/snapshots")["snapshots"]
    assert [(one["entry"], one["name"]) for one in kept] == [(later, "later"), (entry, "As it was")]
    assert kept[0]["at"] == pytest.approx(time.time(), abs=60)
    page.post(f"{ONE}/snapshots/{entry}/restore")
    assert page.get(f"{ONE}/text?from=0&to=1")["sections"][0] == text
    assert page.post(f"{ONE}/snapshots/1/restore", status=400)["error"]["message"] == "there is no snapshot 1"
    assert page.post(f"{ONE}/snapshots", {"name": " "}, 400)


def test_models_name_the_servers_own_first(home: Path) -> None:
    with desk_server(home, write={"model": "fake:0.9"}) as page:
        models = page.get("/api/models")["models"]
        assert models[0] == {"name": "fake:0.9", "base_url": None, "about": "default"}
        assert all(model.keys() == {"name", "base_url", "about"} for model in models)


NAMES = (
    "nobody",
    "..",
    ".trash",
    "a%2Fb",
    "%2e%2e",
    "..%2f..%2fetc",
    "one%00",
    "x" * 300,
    "one.",
    "%ff",
    "%E4%B8%80",
    "one%5c",
)


@pytest.mark.parametrize("rest", ["", "/text", "/report", "/export/md", "/events", "/sections/0/versions"])
def test_no_name_leads_elsewhere(page: DeskClient, home: Path, rest: str) -> None:
    for name in NAMES:
        status, said = page.exact(f"/api/runs/{name}{rest}")
        assert status in (400, 404), (name, status)
        assert '"message"' in said
        assert str(home) not in said


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b"\xff", b"NaN", b'{"on": NaN}', b"[" * 100_000, b'{"on":' * 50_000]
)
def test_a_request_is_a_json_object(page: DeskClient, body: bytes) -> None:
    answer = page.raw("POST", f"{ONE}/review", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


def test_a_form_is_no_request(page: DeskClient) -> None:
    answer = page.http.post(f"{ONE}/go", content=b"a=b", headers={"x-longwriter": "1", "content-type": "text/plain"})
    assert answer.status_code == 415


@pytest.mark.parametrize("act", ["go", "pause", "after", "permit", "approve"])
def test_what_may_be_done_with_a_finished_run_is_harmless(page: DeskClient, act: str) -> None:
    text = page.get(f"{ONE}/text")
    page.post(f"{ONE}/{act}")
    page.until(ONE, lambda found: found["state"] == "finished")
    assert page.get(f"{ONE}/text") == text


def test_a_higher_budget_goes_on_and_the_server_s_own_holds(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[[price]]\nmodel = "fake*"\ninput = 1000.0\noutput = 1000.0\nas_of = 2026-11-01\n')
    with desk_server(tmp_path / "runs", write={"model": "fake:", "prices": prices}, max_cost_per_run=50) as page:
        run = "/api/runs/" + page.post("/api/runs", {"prompt": "Write a 2000-word story", "max_cost": 5}, 201)["name"]
        stopped = page.until(run, lambda run: run["state"] == "ceiling")
        assert stopped["meter"]["budget"] == 5
        for wrong in (0, -1, "all", 51):
            assert page.raw("POST", f"{run}/go", {"max_cost": wrong}).status_code == 400, wrong
        assert page.get(run)["meter"]["budget"] == 5
        page.post(f"{run}/go", {"max_cost": 20})
        finished = page.until(run, lambda run: run["state"] == "finished")
    assert finished["meter"]["budget"] == 20
    assert 5 < finished["meter"]["cost"] <= 20


def test_a_run_in_the_queue_has_a_state_of_its_own(tmp_path: Path) -> None:
    with (
        Server(per_token_s=0.02, chunk_tokens=2) as model,
        desk_server(tmp_path, write={"model": "m", "base_url": model.url}, max_runs=1) as page,
    ):
        first = page.post("/api/runs", {"prompt": "Write 900 words on tea"}, 201)["name"]
        second = page.post("/api/runs", {"prompt": "Write 900 words on coffee"}, 201)["name"]
        assert page.get(f"/api/runs/{second}")["state"] == "queued"
        states = {row["name"]: row["state"] for row in page.get("/api/runs")["runs"]}
        assert states.pop(second) == "queued"
        assert states[first] in ("planning", "writing")


def test_a_section_of_which_another_text_was_asked_is_named(tmp_path: Path) -> None:
    with (
        Server(per_token_s=0.002, chunk_tokens=2) as model,
        desk_server(tmp_path, write={"model": "m", "base_url": model.url}) as page,
    ):
        run = "/api/runs/" + page.post("/api/runs", {"prompt": "Write 1,500 words on tea"}, 201)["name"]
        page.until(run, lambda run: run["sections"] and run["sections"][0]["state"] == "done")
        page.post(f"{run}/pause")
        assert page.get(run)["awaited"] == []
        page.post(f"{run}/sections/0/redo", {"instruction": "shorter"})
        assert page.until(run, lambda run: run["state"] == "paused")["awaited"] == [0]


def test_a_model_that_cannot_even_be_opened_is_a_failure_that_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with desk_server(tmp_path, write={"model": "gpt-4o"}) as page:
        run = "/api/runs/" + page.post("/api/runs", {"prompt": "Write 900 words on tea"}, 201)["name"]
        assert "set OPENAI_API_KEY" in page.until(run, lambda run: run["state"] == "failed")["why"]
        assert page.get("/api/runs")["runs"][0]["state"] == "failed"
