"""The report of a run as the page shows it: each finding with its place, repetition with both places."""

import json
import re
from pathlib import Path

import pytest
from tests.helpers.desk_server import DeskClient
from tests.helpers.prose import ENGLISH

from longwriter.api.runs import Run
from longwriter.serve.page.findings import Body, Places, body

ONE = "/api/runs/one"
REST = "Nobody had told the new clerk about the cellar, so he found its door by himself, one wet Tuesday after lunch."
PARAGRAPHS = [part for part in ENGLISH.split("\n\n") if len(part) > 200]


def test_a_place_is_a_section_and_a_paragraph_of_it() -> None:
    places = Places([Body(0, "One.\n\nTwo."), Body(2, "- a\n- b\n\nThree.\n\nFour.")])
    for said, section, paragraph in (("One", 0, 0), ("Two", 0, 1), ("- b", 2, 0), ("Three", 2, 1), ("Four", 2, 2)):
        assert places.at(places.text.index(said)) == {"section": section, "paragraph": paragraph}
    assert places.at(10**9) == {"section": 2, "paragraph": 2}
    assert places.first_of(2) == {"section": 2, "paragraph": 0}
    assert places.first_of(1) is None
    assert Places([]).at(0) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## Low water\n\nText", "Text"),
        ("### **LOW  water**\n\nText", "Text"),
        ("## 3. Low Water\nText", "Text"),
        ("## The storm\n\nText", "## The storm\n\nText"),
        ("Text\n\n## Low water", "Text\n\n## Low water"),
    ],
)
def test_a_heading_that_is_the_plans_is_not_shown_twice(text: str, shown: str) -> None:
    assert body(text, "Low water") == shown


def test_an_honest_run(page: DeskClient, home: Path) -> None:
    told, report = page.get(f"{ONE}/report"), Run(home / "one").report
    assert told["finished"]
    assert [(f["kind"], f["ok"], f["text"]) for f in told["verdict"]] == [
        (f.kind, f.ok, f.text) for f in report.verdict
    ]
    assert [row["written"] for row in told["lengths"]] == [section.written for section in report.sections]
    assert told["lengths"][0].keys() == {"number", "title", "chapter", "planned", "asked", "written"}
    assert told["words"] == {"asked": 1500, "planned": 1500, "written": report.written, "score": report.length_score}
    assert told["spent"]["calls"] == 4
    assert told["repetition"]["share"] == report.repeated_share
    assert len(told["repetition"]["along"]) == 10


def test_what_is_said_again_is_named_with_both_places(page: DeskClient) -> None:
    page.put(f"{ONE}/sections/0", {"text": "\n\n".join([REST, PARAGRAPHS[0], PARAGRAPHS[1]])})
    page.put(f"{ONE}/sections/1", {"text": "\n\n".join([PARAGRAPHS[2], PARAGRAPHS[3], PARAGRAPHS[4], PARAGRAPHS[0]])})
    page.put(f"{ONE}/sections/2", {"text": PARAGRAPHS[5]})
    repetition = page.get(f"{ONE}/report")["repetition"]
    (passage,) = repetition["passages"]
    assert (passage["section"], passage["paragraph"]) == (1, 3)
    assert (passage["earlier"]["section"], passage["earlier"]["paragraph"]) == (0, 1)
    assert passage["similarity"] == 1.0
    assert passage["text"] == passage["earlier"]["text"]
    assert PARAGRAPHS[0].replace("\n", " ").startswith(passage["text"].removesuffix("…"))
    assert repetition["along"][0] == 0
    assert max(repetition["along"]) > 0.5


def test_a_broken_end_and_circles_are_found_at_their_paragraph(page: DeskClient) -> None:
    page.put(f"{ONE}/sections/0", {"text": "\n\n".join(PARAGRAPHS[:2])})
    page.put(f"{ONE}/sections/1", {"text": "\n\n".join([REST, *PARAGRAPHS[:2]])})
    page.put(f"{ONE}/sections/2", {"text": "\n\n".join([*PARAGRAPHS[:2], "And then he went to the"])})
    found = {finding["kind"]: finding for finding in page.get(f"{ONE}/report")["verdict"]}
    assert found["ending"]["at"] == {"section": 2, "paragraph": 2}
    assert found["looping"]["at"] == {"section": 1, "paragraph": 1}
    assert "at" not in found["language"]


def test_a_section_in_another_language_and_a_refusal_are_found(page: DeskClient) -> None:
    german = "Der Wind kam vom Meer und trug den Geruch von Salz und Tang in die engen Gassen der alten Stadt. " * 6
    page.put(f"{ONE}/sections/1", {"text": german})
    page.put(f"{ONE}/sections/2", {"text": "I'm sorry, but I can't help with that request."})
    found = {finding["kind"]: finding for finding in page.get(f"{ONE}/report")["verdict"]}
    assert found["language"]["at"] == {"section": 1, "paragraph": 0}
    assert found["refusal"]["at"] == {"section": 2, "paragraph": 0}


def test_a_report_follows_every_change(page: DeskClient) -> None:
    before = page.get(f"{ONE}/report")
    page.put(f"{ONE}/sections/0", {"text": "Short."})
    after = page.get(f"{ONE}/report")
    assert after["lengths"][0]["written"] < before["lengths"][0]["written"]
    assert page.get(f"{ONE}/report") == after


def test_there_is_none_without_an_outline(page: DeskClient) -> None:
    name = page.post("/api/runs", {"prompt": "Write 500 words about tea", "start": False}, 201)["name"]
    assert page.get(f"/api/runs/{name}/report", 404)["error"]["message"] == "this run has no outline yet"
    assert page.get(f"/api/runs/{name}/export/md", 404)


def test_what_the_checks_found_is_named_with_its_paragraph(page: DeskClient) -> None:
    page.put(f"{ONE}/sections/1", {"text": f"{REST}\n\nNobody **told him more.\n\n{PARAGRAPHS[0]}"})
    (found,) = [one for one in page.get(f"{ONE}/report")["checks"] if one["check"] == "emphasis"]
    assert (found["kind"], found["message"]) == ("form", "** opens and does not close")
    assert found["places"] == [{"section": 1, "paragraph": 1, "text": "**told him more."}]


def test_a_chinese_page_is_told_in_chinese(page: DeskClient, home: Path) -> None:
    page.put(f"{ONE}/sections/0", {"text": "\n\n".join([REST, PARAGRAPHS[0], PARAGRAPHS[1]])})
    page.put(f"{ONE}/sections/1", {"text": "\n\n".join([PARAGRAPHS[2], PARAGRAPHS[0]])})
    english, chinese = page.get(f"{ONE}/report"), page.get(f"{ONE}/report?language=zh")
    assert page.get(f"{ONE}/report?language=fr") == english
    for before, after in zip(english["checks"], chinese["checks"], strict=True):
        assert ({**before, "message": "", "mend": ""}, bool(before["mend"])) == (
            {**after, "message": "", "mend": ""}, bool(after["mend"]))  # fmt: skip
        assert re.search("[一-龥]", after["message"]), after["message"]
        assert re.search("[一-龥]", after["mend"] or "一"), after["mend"]
    assert any("逐字重复了前文" in one["message"] for one in chinese["checks"])
    said = [one["text"] for one in chinese["verdict"] if one["text"]]
    assert said
    assert all(re.search("[一-龥]", text) for text in said), said
    notes = [note for note in chinese["notes"] if note not in said]
    assert not {one["text"] for one in english["verdict"]} & set(notes)
    assert "verdict" in json.loads((home / "one" / "report.json").read_text())
    assert not re.search("[一-龥]", (home / "one" / "report.json").read_text("utf-8"))  # files stay English
