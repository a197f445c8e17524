"""The ledger of a run: derived from its texts, whatever became of them, with places in the document as it stands."""

import json
from pathlib import Path

import pytest
from tests.helpers.drafts import written as draft_written
from tests.helpers.making import fake, settings, write_with

from longwriter.api.runs import Run
from longwriter.checks.ledger.records import LedgerFact
from longwriter.errors import SettingError
from longwriter.journal import Journal
from longwriter.writer.events import SectionDone
from longwriter.writer.revision.edits import Edits
from longwriter.writer.session import Options, Session

BLUE = "Mary Gray had blue eyes. Tom came in and sat down with Mary Gray. She said nothing, and Mary Gray went out."
BROWN = "Mary Gray looked up with her brown eyes. Nobody spoke to Mary Gray that night."


async def run_in(folder: Path) -> Run:
    await write_with(fake(), settings(words=1500), folder)
    run = Run(folder)
    run.edit(1, BLUE)
    run.edit(3, BROWN)
    return run


def lines(run: Run, kind: str) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in (run.folder / "ledger.jsonl").read_text("utf-8").splitlines()]
    return [row for row in rows if row["kind"] == kind]


def eyes(run: Run) -> list[tuple[int, str]]:
    return [(fact.section, fact.value) for fact in run.ledger().facts if fact.relation == "eyes"]


async def test_a_contradiction_is_told_with_both_quotes_where_they_stand(tmp_path: Path) -> None:
    run = await run_in(tmp_path / "r")
    (found,) = [f for f in run.report.contradictions if f.check == "colour"]
    assert (found.kind, [p.section for p in found.places]) == ("contradiction", [1, 3])
    assert found.quotes == ("Mary Gray had blue eyes.", "Mary Gray looked up with her brown eyes.")
    draft = (run.folder / "draft.md").read_text("utf-8")
    assert tuple(draft[p.start : p.end] for p in found.places) == found.quotes
    told = json.loads((run.folder / "report.json").read_text("utf-8"))["contradictions"]
    assert found.model_dump(mode="json") in told
    assert found.model_dump(mode="json") in lines(run, "contradiction")


async def test_redo_edit_and_an_older_version_each_have_their_own_ledger(tmp_path: Path) -> None:
    run = await run_in(tmp_path / "r")
    assert eyes(run) == [(1, "blue"), (3, "brown")]
    run.edit(3, BROWN.replace("brown", "blue"))
    assert not [f for f in run.report.contradictions if f.check == "colour"]
    assert [row["value"] for row in lines(run, "fact") if row["relation"] == "eyes"] == ["blue", "blue"]
    edited = next(v for v in run.versions(3) if v.text == BROWN)
    run.accept(3, edited.entry)
    assert eyes(run) == [(1, "blue"), (3, "brown")]
    kept = run.snapshot("before")
    run.edit(1, "Nobody came.")
    assert eyes(run) == [(3, "brown")]
    run.restore(kept)
    assert eyes(run) == [(1, "blue"), (3, "brown")]
    assert [row["value"] for row in lines(run, "fact") if row["relation"] == "eyes"] == ["blue", "brown"]


async def test_a_ledger_that_is_deleted_or_older_than_the_run_comes_back(tmp_path: Path) -> None:
    run = await run_in(tmp_path / "r")
    before = (run.folder / "ledger.jsonl").read_text("utf-8")
    (run.folder / "ledger.jsonl").unlink()
    run.resume()
    assert (run.folder / "ledger.jsonl").read_text("utf-8") == before


async def test_a_person_s_facts_win_and_outlive_everything(tmp_path: Path) -> None:
    run = await run_in(tmp_path / "r")
    run.set_facts([{"subject": "Mary Gray", "relation": "eyes", "value": " brown "}])
    assert eyes(run)[0] == (0, "brown")
    wrong = [f.quotes for f in run.report.contradictions if f.check == "colour"]
    assert ("Mary Gray had blue eyes.",) in wrong  # against what the person says, and nothing is quoted of that
    assert run.ledger().facts[0].source == "user"
    run.edit(1, "Nobody came.")
    run.redo(2)
    assert Run(run.folder).ledger().facts[0].value == "brown"
    assert lines(run, "fact")[0]["source"] == "user"


@pytest.mark.parametrize(
    ("fact", "key"),
    [
        ({"subject": "Mary", "relation": "eyes"}, "fact.0.value"),
        ({"subject": " \n ", "relation": "eyes", "value": "x"}, "fact.0.subject"),
        ({"subject": "Mary", "relation": "eyes", "value": 7}, "fact.0.value"),
        ({"subject": "Mary", "relation": "eyes", "value": "x" * 301}, "fact.0.value"),
        ({"subject": "Mary", "relation": "eyes", "value": "x", "until": 0}, "fact.0.until"),
        ({"subject": "Mary", "relation": "eyes", "value": "x", "section": 3}, "fact.0.section"),
        ("Mary has blue eyes", "fact.0"),
    ],
)
async def test_facts_that_make_no_sense_change_nothing(tmp_path: Path, fact: object, key: str) -> None:
    run = await run_in(tmp_path / "r")
    run.set_facts([{"subject": "Mary", "relation": "eyes", "value": "green"}])
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    with pytest.raises(SettingError) as refused:
        run.set_facts([fact])  # type: ignore[list-item]
    assert refused.value.key == key
    assert {path.name: path.read_bytes() for path in run.folder.iterdir()} == before


async def test_the_same_facts_again_are_no_new_record(tmp_path: Path) -> None:
    run = await run_in(tmp_path / "r")
    facts = [{"subject": "Mary", "relation": "eyes", "value": "green"}]
    run.set_facts(facts)
    run.set_facts(facts)
    kinds = [entry.kind for entry in Journal(run.folder / "journal.jsonl", read_only=True)]
    assert kinds.count("facts") == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_places_of_an_imported_draft_are_those_of_its_own_characters(tmp_path: Path, newline: str) -> None:
    text = f"\ufeff# The Light\n\n## One\n\n{BLUE}\n\n\n## Two\n\n{BROWN}\n".replace("\n", newline)
    run = Run.import_draft(draft_written(tmp_path, text), runs=tmp_path / "runs", run="mine")
    (found,) = [f for f in run.report.contradictions if f.check == "colour"]
    assert tuple(run.text[p.start : p.end] for p in found.places) == found.quotes == (
        "Mary Gray had blue eyes.", "Mary Gray looked up with her brown eyes.",
    )  # fmt: skip


async def test_the_next_section_is_told_what_a_person_said_meanwhile(tmp_path: Path) -> None:
    model = fake()
    chosen = settings("Write a history of Mary Gray of the harbour", words=1500)
    await write_with(model, chosen, tmp_path / "r")
    run = Run(tmp_path / "r")
    line = run.plan.sections[2]
    run.set_facts([{"subject": line.title, "relation": "colour", "value": "vermilion"}])
    asked = len(model.requests)
    run.redo(3, model=model)
    assert "vermilion" in model.requests[asked].messages[-1].content
    assert all("vermilion" not in m.content for r in model.requests[:asked] for m in r.messages)


async def test_a_fact_said_while_a_run_is_written_is_told_from_the_next_section_on(tmp_path: Path) -> None:
    model, opened = fake(), list[Session]()

    def hear(event: object) -> None:
        if isinstance(event, SectionDone) and event.index == 0:
            line = opened[0].manuscript.plan.sections[2].title
            said = LedgerFact(subject=line, relation="colour", value="vermilion", section=0, source="user")
            Edits(opened[0]).facts([said])

    chosen = settings("Write a history of Mary Gray of the harbour", words=1500)
    await write_with(model, chosen, tmp_path / "r", Options(on_event=hear, on_open=opened.append))
    told = ["vermilion" in request.messages[-1].content for request in model.requests]
    assert told == [False, False, False, True]  # the plan, and three sections, of which the last is meant
