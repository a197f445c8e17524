"""Findings at the page: dismissed, mended by the desk, stopped, gone on with, taken back. A real server, a real endpoint."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.helpers.desk_runs import PRICES
from tests.helpers.desk_server import DeskClient, desk_server
from tests.helpers.mending import desk, held, mended
from tests.helpers.raw_server import Raw, Sent, chunk, refusal, sse
from tests.helpers.revising import COPIED, CUT, DRAFT, MENDED, NEW, WHOLE, imported

from longwriter.api.runs import Run
from longwriter.errors import Unavailable
from longwriter.models.fake import FakeModel
from longwriter.runs.folders import opened, saved_settings
from longwriter.types import Request
from longwriter.writer.stored import stored

R = "/api/runs/r"


def keys(page: DeskClient, *checks: str) -> list[str]:
    found = page.get(f"{R}/report")["checks"]
    return [one["key"] for one in found if one["mend"] == "" and (not checks or one["check"] in checks)]


def over(page: DeskClient) -> dict[str, Any]:
    page.until(R, lambda run: run["state"] not in ("revising", "queued"))
    found: dict[str, Any] = page.get(f"{R}/revision")
    return found


def test_what_was_chosen_is_mended_and_each_edit_is_told(tmp_path: Path) -> None:
    gate = threading.Event()
    with desk(tmp_path, lambda body: held(gate, mended(body))) as (page, model):
        none = {"over": True, "findings": [], "more": 0, "waiting": 0, "by": "", "small": False, "why": ""}
        assert page.get(f"{R}/revision") == none
        with page.events(f"{R}/events") as events:
            page.post(f"{R}/revision", {"findings": keys(page)})
            states = (told for name, _, told in events if name == "state")
            begun = next(state for state in states if state["state"] == "revising")
            assert begun["revising"] == {"done": 0, "total": 2, "mended": 0}
            gate.set()
            assert next(state for state in states if not state["revising"])["state"] == "finished"
        found = over(page)
        assert (found["over"], found["why"], len(model.requests)) == (True, "", 2)
        cut, passage = sorted(found["findings"], key=lambda one: one["check"])
        assert (cut["state"], cut["why"], passage["state"]) == ("mended", "", "mended")
        [edit] = cut["edits"]
        assert (edit["section"], edit["before"], edit["after"], edit["stands"]) == (0, CUT, WHOLE, True)
        assert (passage["edits"][0]["before"], passage["edits"][0]["after"]) == (COPIED, NEW)
        assert [one["check"] for one in page.get(f"{R}/report")["checks"]] == []
    assert Run(tmp_path / "runs/r").text == MENDED
    assert (tmp_path / "runs/r/draft.md").read_text() == MENDED


def test_only_what_was_chosen_is_mended(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, model):
        page.post(f"{R}/revision", {"findings": keys(page, "cut")})
        assert [one["check"] for one in over(page)["findings"]] == ["cut"]
        assert [one["check"] for one in page.get(f"{R}/report")["checks"]] == ["passage"]
        assert len(model.requests) == 1


def test_an_edit_is_taken_back_and_all_else_stays(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, _):
        page.post(f"{R}/revision", {"findings": keys(page)})
        edits = {one["check"]: one["edits"][0] for one in over(page)["findings"]}
        page.post(f"{R}/revision/back", {"entry": edits["cut"]["entry"]})
        found = {one["check"]: one["edits"][0]["stands"] for one in page.get(f"{R}/revision")["findings"]}
        assert found == {"cut": False, "passage": True}
        run = page.get(R)
        assert [section["stale"] for section in run["sections"]] == [False, False]
        assert [section["hand"] for section in run["sections"]] == [True, True]  # it was a person's draft
        assert Run(tmp_path / "runs/r").text == MENDED.replace(WHOLE, CUT)
        assert [one["check"] for one in page.get(f"{R}/report")["checks"]] == ["cut"]
        again = page.post(f"{R}/revision/back", {"entry": edits["cut"]["entry"]}, 400)
        assert "the passage has changed since" in again["error"]["message"]
        assert "no edit 0" in page.post(f"{R}/revision/back", {"entry": 0}, 400)["error"]["message"]


def test_what_is_stopped_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    gate, calls = threading.Event(), list[int]()

    def answer(body: dict[str, Any]) -> Sent:
        calls.append(1)
        return held(gate, mended(body)) if len(calls) == 2 else mended(body)

    with desk(tmp_path, answer) as (page, _):
        chosen = keys(page)
        page.post(f"{R}/revision", {"findings": chosen})
        run = page.until(R, lambda run: (run["revising"] or {}).get("done") == 1)
        assert (run["state"], run["revising"]["total"]) == ("revising", 2)
        for path, body in (("snapshots", {"name": "a"}), ("dismissed", {"findings": chosen})):
            assert "being revised" in page.post(f"{R}/{path}", body, 409)["error"]["message"]
        assert "being worked on" in page.post(f"{R}/revision", {"findings": chosen}, 409)["error"]["message"]
        [row] = page.get("/api/runs")["runs"]
        assert row["state"] == "revising"
        page.post(f"{R}/pause")
        found = over(page)
        assert (found["over"], [one["state"] for one in found["findings"]]) == (False, ["mended", "waiting"])
        assert page.get(R)["state"] == "finished"
        gate.set()
        page.post(f"{R}/revision", {"on": True})
        found = over(page)
        assert (found["over"], [one["state"] for one in found["findings"]]) == (True, ["mended", "mended"])
        assert "no revision to go on with" in page.post(f"{R}/revision", {"on": True}, 400)["error"]["message"]
    assert len(calls) == 3  # the one that was stopped, once more
    assert Run(tmp_path / "runs/r").text == MENDED


def test_a_server_that_ends_goes_on_when_it_starts_again(tmp_path: Path) -> None:
    gate, calls = threading.Event(), list[int]()

    def answer(body: dict[str, Any]) -> Sent:
        calls.append(1)
        return held(gate, mended(body)) if len(calls) == 2 else mended(body)

    with Raw(answer) as model:
        write = {"model": "m", "base_url": model.url}
        (tmp_path / "draft.md").write_text(DRAFT)
        Run.import_draft(tmp_path / "draft.md", runs=tmp_path / "runs", outline=False, run="r", **write)
        with desk_server(tmp_path / "runs", write=write) as page:
            page.post(f"{R}/revision", {"findings": keys(page)})
            page.until(R, lambda run: (run["revising"] or {}).get("done") == 1)
        gate.set()
        with desk_server(tmp_path / "runs", write=write) as page:
            page.until(f"{R}/revision", lambda found: found["over"] and len(found["findings"]) == 2)
            assert [one["state"] for one in over(page)["findings"]] == ["mended", "mended"]
        with desk_server(tmp_path / "runs", write=write) as page:
            assert page.get(R)["state"] == "finished"
    assert len(calls) == 3
    assert Run(tmp_path / "runs/r").text == MENDED


def test_a_kill_between_the_end_and_its_note_begins_no_other_revision(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, model):
        page.post(f"{R}/revision", {"findings": keys(page)})
        told, calls = over(page), len(model.requests)
    journal = tmp_path / "runs/r/journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert b'"kind": "control"' in lines[-1]
    journal.write_bytes(b"".join(lines[:-1]))  # the note that it is over
    with desk(tmp_path, mended) as (page, other):
        page.until(R, lambda run: run["state"] == "finished")
        assert (over(page), page.get(R)["why"]) == (told, "")
    assert (calls, other.requests) == (2, [])
    assert b'"kind": "control"' in journal.read_bytes().splitlines()[-1]


def test_a_failure_is_told_and_nothing_tries_for_ever(tmp_path: Path) -> None:
    with desk(tmp_path, lambda _: refusal(401, {"error": {"message": "no such key"}})) as (page, model):
        page.post(f"{R}/revision", {"findings": keys(page)})
        found = over(page)
        assert "no such key" in found["why"]
        assert (found["over"], {one["state"] for one in found["findings"]}) == (False, {"waiting"})
        assert page.get(R)["state"] == "finished"
        calls = len(model.requests)
    with desk(tmp_path, mended) as (page, other):
        session = stored(tmp_path / "runs/r")
        assert session is not None
        assert session.manuscript.control is not None
        assert session.manuscript.control.revise == ()
        page.until("/api/runs", lambda found: found["runs"][0]["state"] == "finished")
        assert (calls, other.requests) == (1, [])


def test_edits_that_are_refused_say_why(tmp_path: Path) -> None:
    with desk(tmp_path, lambda _: sse(chunk("Yes."), chunk(finish="stop"))) as (page, _):
        page.post(f"{R}/revision", {"findings": keys(page, "cut")})
        [found] = over(page)["findings"]
        assert (found["state"], found["edits"]) == ("unmended", [])
        assert "it has 1 words in place of" in found["why"]
        [chinese] = page.get(f"{R}/revision?language=zh")["findings"]
        assert (chinese["message"], chinese["why"][:6]) == ("段落在一句话中间断掉", "有1词，而原")
        assert (chinese["state"], chinese["key"]) == (found["state"], found["key"])
    assert Run(tmp_path / "runs/r").text == DRAFT


def test_a_ceiling_ends_it(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(PRICES)
    path = f"/api/runs/{imported(tmp_path).name}"
    with desk_server(tmp_path / "runs", write={"prices": str(tmp_path / "prices.toml")}, max_cost_per_run=0.1) as page:
        chosen = [one["key"] for one in page.get(f"{path}/report")["checks"]]
        page.post(f"{path}/revision", {"findings": chosen})
        run = page.until(path, lambda run: run["state"] not in ("revising", "queued"))
        found = page.get(f"{path}/revision")
    assert "cost" in found["why"]
    assert (run["state"], run["meter"]["calls"], found["over"]) == ("finished", 0, False)


def test_a_run_of_another_process_and_a_page_that_only_shows_are_left_alone(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, _):
        chosen, folder = keys(page), tmp_path / "runs/r"
        with opened(folder, saved_settings(folder), private=True):
            page.post(f"{R}/revision", {"findings": chosen}, 409)
            page.post(f"{R}/dismissed", {"findings": chosen}, 409)
    with desk(tmp_path, mended, read_only=True) as (page, _):
        for path, body in (
            ("revision", {"findings": chosen}),
            ("dismissed", {"findings": chosen}),
            ("revision/back", {"entry": 3}),
        ):
            assert "read-only" in page.post(f"{R}/{path}", body, 400)["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"findings": ["x"]},
        {"findings": "0123456789abcdef"},
        {"finding": []},
        {"findings": []},
        {"findings": ["0123456789abcdef"], "on": True},
        {"findings": ["0123456789abcdef"], "model": "gguf:/etc/passwd"},
    ],
)
def test_nonsense_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    with desk(tmp_path, mended) as (page, _):
        assert page.post(f"{R}/revision", body, 400)["error"]["message"]
        assert page.get(R)["state"] == "finished"


def test_a_finding_that_is_gone_is_said(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, _):
        page.post(f"{R}/revision", {"findings": ["0123456789abcdef"]})
        assert "nothing of what was chosen is found in the text any more" in over(page)["why"]


def test_a_finding_is_dismissed_and_counts_again(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, _):
        [cut] = keys(page, "cut")
        page.post(f"{R}/dismissed", {"findings": [cut]})
        told = {one["check"]: one["dismissed"] for one in page.get(f"{R}/report")["checks"]}
        assert told == {"cut": True, "passage": False}
        assert Run(tmp_path / "runs/r").check().dismissed == 1
        page.post(f"{R}/revision", {"findings": keys(page)})
        assert [(one["check"], one["state"]) for one in over(page)["findings"]] == [("passage", "mended")]
        page.post(f"{R}/dismissed", {"again": [cut]})
        assert [one["dismissed"] for one in page.get(f"{R}/report")["checks"]] == [False]


def test_what_no_passage_can_mend_says_why(tmp_path: Path) -> None:
    with desk(tmp_path, mended) as (page, _):
        page.put(f"{R}/sections/1", {"text": "Nobody came.\n\n## **Low\n\nHe went out.\n\nThe end."})
        found = {one["check"]: one["mend"] for one in page.get(f"{R}/report")["checks"]}
        assert found["emphasis"] == "it is in a heading, or reaches over one"
        assert found["cut"] == ""


def test_a_revision_that_waits_for_its_turn_says_so_and_does_after_a_restart(tmp_path: Path) -> None:
    gate, wanted = threading.Event(), {"state": "to revise", "why": "waits for its turn"}
    (tmp_path / "draft.md").write_text(DRAFT)

    def waits(page: DeskClient) -> set[str]:
        """The runs whose revision waits, of two that are to be revised."""
        page.until("/api/runs", lambda found: any(row["state"] == "to revise" for row in found["runs"]))
        rows = [row for row in page.get("/api/runs")["runs"] if row["state"] == "to revise"]
        for row in rows:
            run = page.get(f"/api/runs/{row['name']}")
            assert {key: row[key] for key in wanted} == wanted == {key: run[key] for key in wanted}
            assert run["revising"] == {"done": 0, "total": 2, "mended": 0}
            assert Run(tmp_path / "runs" / row["name"]).state == "to revise"
        return {row["name"] for row in rows}

    with Raw(lambda body: held(gate, mended(body))) as model:
        write = {"model": "m", "base_url": model.url}
        for name in ("first", "r"):
            Run.import_draft(tmp_path / "draft.md", runs=tmp_path / "runs", outline=False, run=name, **write)
        with desk_server(tmp_path / "runs", write=write, max_runs=1) as page:
            chosen = keys(page)
            page.post("/api/runs/first/revision", {"findings": chosen})
            with page.events(f"{R}/events") as events:
                page.post(f"{R}/revision", {"findings": chosen})
                assert next(told["state"] for name, _, told in events if name == "state" and told["revising"]) == (
                    "to revise"
                )
            assert waits(page) == {"r"}
            assert "being worked on" in page.post(f"{R}/revision", {"findings": chosen}, 409)["error"]["message"]
        assert Run(tmp_path / "runs/r").state == "to revise"  # no server is there
        with desk_server(tmp_path / "runs", write=write, read_only=True) as page:
            assert "r" in waits(page)
        with desk_server(tmp_path / "runs", write=write, max_runs=1) as page:
            assert len(waits(page)) == 1
            gate.set()
            for name in ("first", "r"):
                page.until(f"/api/runs/{name}", lambda run: run["state"] == "finished")
                assert {one["state"] for one in page.get(f"/api/runs/{name}/revision")["findings"]} == {"mended"}
    assert Run(tmp_path / "runs/r").text == MENDED
    assert Run(tmp_path / "runs/r").state == "finished"


def test_a_revision_that_waits_can_be_stopped(tmp_path: Path) -> None:
    gate = threading.Event()
    with desk(tmp_path, lambda _: held(gate, refusal(401, {"error": {"message": "no"}})), max_runs=1) as (page, _):
        first = page.post("/api/runs", {"prompt": "Write 300 words on tea"}, 201)["name"]
        page.until(f"/api/runs/{first}", lambda run: run["state"] == "planning")
        page.post(f"{R}/revision", {"findings": keys(page)})
        page.until(R, lambda run: run["state"] == "to revise")
        page.post(f"{R}/pause")
        run = page.until(R, lambda run: run["state"] == "finished")
        assert run["revising"] is None
        gate.set()
    assert Run(tmp_path / "runs/r").text == DRAFT


def test_an_error_that_nobody_foresaw_ends_it_and_is_told_without_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: Request) -> str:
        raise ZeroDivisionError("a secret of the code")

    with desk(tmp_path, mended) as (page, _), monkeypatch.context() as patched:
        patched.setattr("longwriter.serve.writing.worker.open_model", lambda _: FakeModel.scripted(broken))
        page.post(f"{R}/revision", {"findings": keys(page)})
        found, run = over(page), page.get(R)
        assert (run["state"], run["revising"], found["over"]) == ("finished", None, False)
        assert found["why"].startswith("longwriter itself failed (ZeroDivisionError)")
        assert "secret" not in str(found)
        assert "ZeroDivisionError: a secret of the code" in caplog.text
        patched.undo()
        page.post(f"{R}/revision", {"findings": [one["key"] for one in found["findings"]]})
        found = over(page)
        assert (found["over"], found["why"], [one["state"] for one in found["findings"]]) == (True, "", ["mended"] * 2)
    assert Run(tmp_path / "runs/r").text == MENDED


def test_another_model_mends_and_is_named(tmp_path: Path) -> None:
    gate, asked = threading.Event(), list[str]()

    def answer(body: dict[str, Any]) -> Sent:
        asked.append(body["model"])
        return held(gate, mended(body)) if len(asked) == 2 else mended(body)

    with desk(tmp_path, answer) as (page, _):
        page.post(f"{R}/revision", {"findings": keys(page), "model": "larger"})
        page.until(R, lambda run: (run["revising"] or {}).get("done") == 1)
        page.post(f"{R}/pause")
        assert over(page)["waiting"] == 1
        gate.set()
        page.post(f"{R}/revision", {"on": True})
        found = over(page)
        assert (found["by"], [one["state"] for one in found["findings"]]) == ("larger", ["mended", "mended"])
        assert {one["why"]: one["model"] for one in page.get(f"{R}/sections/0/versions")["versions"]} == {
            "given": "", "revised": "larger"
        }  # fmt: skip
        assert page.get(R)["settings"]["model"] == "m"
    assert asked == ["larger"] * 3
    assert Run(tmp_path / "runs/r").text == MENDED


def test_a_revision_of_more_findings_than_are_shown_goes_on_to_its_end(tmp_path: Path) -> None:
    quotes, calls = [f"stone {n} of the wall" for n in range(210)], list[int]()
    (tmp_path / "draft.md").write_text("# Stones\n\n" + "\n\n".join(f"He set {quote}." for quote in quotes) + "\n")
    own = [{"kind": "own", "quotes": [quote], "message": "dull"} for quote in quotes]
    (tmp_path / "list.json").write_text(json.dumps({"findings": own}))

    def until_then(_: Request) -> str:
        calls.append(1)
        if len(calls) == 411:  # two answers for each of 205
            raise Unavailable("the server has gone")
        return "Yes."

    with Raw(lambda _: sse(chunk("Yes."), chunk(finish="stop"))) as model:
        write = {"model": "m", "base_url": model.url}
        run = Run.import_draft(tmp_path / "draft.md", runs=tmp_path / "runs", outline=False, run="r", **write)
        with pytest.raises(Unavailable):
            run.revise(model=FakeModel.scripted(until_then), findings=tmp_path / "list.json")
        with desk_server(tmp_path / "runs", write=write) as page:
            found = page.get(f"{R}/revision")
            assert (len(found["findings"]), found["more"], found["waiting"], found["over"]) == (200, 10, 5, False)
            assert found["why"] == "the server has gone"
            page.post(f"{R}/revision", {"on": True})
            found = over(page)
            assert (found["more"], found["waiting"], found["over"], found["why"]) == (10, 0, True, "")
        assert len(model.requests) == 10
    *_, last = [json.loads(line) for line in (run.folder / "journal.jsonl").open() if '"kind": "findings"' in line]
    assert (last["data"]["revision"], last["data"]["findings"]) == (1, [])
