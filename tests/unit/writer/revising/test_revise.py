"""A revision mends what is at fault and nothing else, whatever the model answers, wherever it is stopped."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.helpers.revising import COPIED, CUT, DRAFT, MENDED, NEW, WHOLE, imported, mender, passage, right

import longwriter
from longwriter.api.runs import Run
from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.errors import EmptyReply, InputError, SetupError, Unavailable
from longwriter.journal import Journal
from longwriter.models.base import ModelConfig
from longwriter.models.fake import FakeModel
from longwriter.runs.folders import JOURNAL
from longwriter.types import Plan, Reply, Request, Section
from longwriter.writer.revising.measure import worse
from longwriter.writer.stored import stored


def states(run: Run, **options: object) -> dict[str, str]:
    """What became of each finding, by its check."""
    return {o.finding.check: o.state for o in run.revise(**options).outcomes}


def test_what_is_at_fault_is_mended_and_all_else_is_byte_for_byte_as_it_was(tmp_path: Path) -> None:
    run = imported(tmp_path)
    assert run.text == DRAFT
    assert states(run, model=mender()) == {"cut": "mended", "passage": "mended"}
    assert run.text == MENDED
    assert (run.folder / "draft.md").read_text() == MENDED


def test_a_change_of_voice_is_mended_place_by_place_and_never_where_the_text_is_as_told(tmp_path: Path) -> None:
    told = (
        "He was tired. She was glad. They were here. It was cold. He had eaten. She did it. He went out. She came in. "
        * 24
    )
    eyes = [
        "I went to my room. I closed my door.",
        "I sat on my bed. I saw my hands.",
        "I took my coat. I left my house.",
    ]
    run = imported(
        tmp_path, "# Mill\n\n" + "\n\n".join(f"## {n}\n\n{one}" for n, one in enumerate([told.strip(), *eyes]))
    )
    asked: list[str] = []

    def she(request: Request) -> str:
        asked.append(passage(request))
        return passage(request).replace("I ", "She ").replace("my ", "her ")

    [outcome] = [one for one in run.revise(model=mender(she)).outcomes if one.finding.check == "person"]
    assert (outcome.state, outcome.edits, len(outcome.finding.places)) == ("mended", 3, 4)
    assert [one for one in asked if one in eyes] == eyes[::-1]
    assert (run.text.count(" my "), told.strip() in run.text) == (0, True)


def test_where_no_place_of_a_change_of_voice_can_be_mended_the_text_as_it_is_told_is_left_alone(tmp_path: Path) -> None:
    told = (
        "He was tired. She was glad. They were here. It was cold. He had eaten. She did it. He went out. She came in. "
        * 24
    )
    eyes = ["I went to my room. I closed my door.", "I sat on my bed. I saw my hands."]
    run = imported(
        tmp_path,
        "# Mill\n\n"
        + "\n\n".join(
            f"## {n}\n\n{one}" for n, one in enumerate([f"{told.strip()}\n\nHe was sure. She was not.", *eyes])
        ),
    )
    found = [one.model_dump() for one in run.check("contradictions").findings]
    (tmp_path / "list.json").write_text(json.dumps(found))
    asked: list[str] = []
    run.revise(model=mender(lambda request: asked.append(passage(request)) or ""), findings=tmp_path / "list.json")
    assert set(asked) == set(eyes)


def test_a_change_of_voice_that_is_mended_in_its_middle_is_no_finding_more(tmp_path: Path) -> None:
    before = TextFinding(
        kind="contradiction", check="person", quotes=("He", "I", "I", "I"), message="", places=_at(0, 10, 20, 30)
    )
    after = [before.model_copy(update={"places": _at(0, n), "quotes": ("He", "I")}) for n in (10, 30)]
    assert worse([before], after, (20, 25), (20, 25), before) == ""
    more = [*after, after[0].model_copy(update={"places": _at(0, 50, 60)})]
    assert "one finding more" in worse([before], more, (20, 25), (20, 25), before)


def _at(*starts: int) -> tuple[TextPlace, ...]:
    return tuple(TextPlace(start=start, end=start + 2) for start in starts)


def test_a_chinese_prompt_says_in_chinese_what_is_wrong_and_why_the_first_answer_was_not_taken(tmp_path: Path) -> None:
    eyes = (
        "# 灯塔\n\n## 一\n\n林晓雨的眼睛是蓝色的。下雨了。\n\n## 二\n\n林晓雨抬起棕色的眼睛，慢慢走到了窗前。天亮了。\n"
    )
    run = imported(tmp_path, eyes)
    asked: list[str] = []
    large = mender(lambda request: asked.append(request.messages[-1].content) or "好。")
    [outcome] = run.revise(model=large).outcomes
    assert outcome.finding.message.startswith("林晓雨: eyes")  # records stay English
    assert len(asked) == 2
    assert all("眼睛先为棕" in one or "眼睛先为蓝" in one for one in asked), asked[0]
    assert outcome.why == "it is empty"
    assert "不能使用：答复是空的" in asked[1]


def test_an_edit_is_a_version_that_makes_nothing_stale_and_can_be_taken_back(tmp_path: Path) -> None:
    run = imported(tmp_path)
    run.revise(model=mender())
    given, revised = run.versions(1)
    assert (given.why, revised.why, revised.parent, revised.final) == ("given", "revised", given.entry, True)
    assert not any(section.stale for section in run.sections)
    run.accept(1, given.entry)
    assert CUT in run.text
    assert WHOLE not in run.text


def test_a_text_that_a_model_wrote_stays_the_models(tmp_path: Path) -> None:
    made = longwriter.write("Write a history of a harbour town", words=600, model="fake:", runs=tmp_path)
    run = Run.open(made.folder)
    first = run.versions(1)[-1].text
    listed = tmp_path / "list.json"
    words = " ".join(first.split()[1:7])
    listed.write_text(json.dumps([{"kind": "mine", "quotes": [words], "message": "clumsy"}]))
    swapped = " ".join(reversed(words.split()))
    run.revise(model=mender(lambda r: passage(r).replace(words, swapped)), findings=listed)
    after = run.versions(1)[-1]
    assert (after.text, after.hand, after.why) == (first.replace(words, swapped), False, "revised")
    assert run.text == made.text.replace(words, swapped)
    assert not any(section.stale for section in run.sections)
    run.edit(1, "Mine.")
    assert [section.stale for section in run.sections][1:] == [True] * (len(run.sections) - 1)


HOSTILE = {
    "whole text": lambda _: DRAFT,
    "empty": lambda _: EmptyReply("nothing"),
    "unchanged": passage,
    "longer": lambda r: right(r) + " And the rain came down upon the roofs of the town." * 9,
    "one word": lambda _: "Yes.",
    "other language": lambda _: "Der alte Mann ging langsam durch den Regen und sagte kein Wort zu den Leuten am Ufer.",
    "refusal": lambda _: "I'm sorry, but I can't help with rewriting this passage.",
    "heading": lambda r: f"## Two\n\n{right(r)}",
    "cut off": lambda r: Reply(text=right(r), finish="length"),
    "quotation": lambda r: '"' + right(r),
    "paragraphs": lambda r: right(r).replace(". ", ".\n\n") + "\n\nNobody came.",
    "repeats its neighbour": lambda _: (
        "They said the herring had gone north, beyond the banks, where the water was colder."
    ),
}


@pytest.mark.parametrize("way", HOSTILE)
def test_an_answer_that_does_harm_changes_nothing(tmp_path: Path, way: str) -> None:
    run = imported(tmp_path)
    result = run.revise(model=mender(HOSTILE[way]))
    assert result.edits == 0
    assert run.text == DRAFT
    assert all(outcome.why for outcome in result.outcomes)


def test_the_second_answer_is_told_what_was_wrong_with_the_first(tmp_path: Path) -> None:
    run = imported(tmp_path)

    def answer(request: Request) -> str:
        return right(request) if "it has 1 words in place of" in request.messages[-1].content else "Yes."

    assert set(states(run, model=mender(answer)).values()) == {"mended"}
    assert run.text == MENDED


def test_talk_and_seams_around_the_passage_are_taken_off(tmp_path: Path) -> None:
    run = imported(tmp_path)
    before = "for the first week of March."

    def answer(request: Request) -> str:
        return f"Here is the revised passage:\n\n{right(request)}"

    run.revise(model=mender(answer))
    assert before not in run.text
    assert run.text == MENDED


def test_what_is_taken_out_of_the_list_is_left_alone_in_every_pass(tmp_path: Path) -> None:
    run = imported(tmp_path)
    listed = run.folder / "findings.json"
    assert run.revise(dry_run=True, model=mender()).edits == 0
    assert run.text == DRAFT
    told = json.loads(listed.read_text())
    told["findings"] = [f for f in told["findings"] if f["check"] == "cut"]
    listed.write_text(json.dumps(told))
    assert states(run, model=mender(), passes=3) == {"cut": "mended"}
    assert run.text == DRAFT.replace(CUT, WHOLE)
    assert json.loads(listed.read_text())["findings"] == []


def test_a_person_says_which_place_is_to_change(tmp_path: Path) -> None:
    run = imported(tmp_path)
    run.revise(dry_run=True, model=mender())
    told = json.loads((run.folder / "findings.json").read_text())
    own = tmp_path / "own.json"
    own.write_text(json.dumps([f | {"edit": 1} for f in told["findings"] if f["check"] == "passage"]))
    run.revise(model=mender(), findings=own)
    assert run.text == DRAFT.replace(COPIED, NEW, 1)


NONSENSE = {
    "{": "is no JSON",
    "[" * 5000: "is no JSON",
    "3": "holds no list of findings",
    '{"findings": {}}': "holds no list of findings",
    "[3]": "finding 1: is no object",
    '[{"kind": "own"}]': "finding 1: quotes",
    '[{"kind": "own", "quotes": ["herring"], "edit": 2}]': "finding 1: edit: 2 is the number of no quote",
    '[{"kind": "own", "quotes": ["whales"]}]': "finding 1: its quote 'whales' is not in the text",
    '[{"kind": "own", "quotes": ["herring"], "colour": 1}]': "finding 1: colour",
}


@pytest.mark.parametrize("text", NONSENSE)
def test_a_list_edited_into_nonsense_is_named_and_nothing_is_lost(tmp_path: Path, text: str) -> None:
    run = imported(tmp_path)
    run.revise(dry_run=True, model=mender())
    listed = run.folder / "findings.json"
    listed.write_text(text)
    journal = (run.folder / JOURNAL).read_bytes()
    with pytest.raises(InputError) as raised:
        run.revise(model=mender())
    assert NONSENSE[text] in str(raised.value)
    assert str(listed) in str(raised.value)
    assert (listed.read_text(), (run.folder / JOURNAL).read_bytes(), run.text) == (text, journal, DRAFT)


def test_an_edited_list_of_another_text_is_not_followed_by_itself(tmp_path: Path) -> None:
    run = imported(tmp_path)
    run.revise(dry_run=True, model=mender())
    listed = run.folder / "findings.json"
    told = json.loads(listed.read_text())
    told["findings"] = told["findings"][:1]
    listed.write_text(json.dumps(told))
    run.edit(2, f"Nothing of this is said.\n\n{COPIED}")
    with pytest.raises(InputError, match="edited, but the text has changed"):
        run.revise(model=mender())


@pytest.mark.parametrize("calls", [0, 1, 2])
def test_a_run_that_stops_at_any_call_goes_on_to_the_same_text(tmp_path: Path, calls: int) -> None:
    """Its first answers are refused, so that there are more calls than findings."""

    def answer(request: Request) -> str:
        return right(request) if "could not be used" in request.messages[-1].content else "Yes."

    whole = imported(tmp_path / "whole") if (tmp_path / "whole").mkdir() is None else None
    assert whole is not None
    whole.revise(model=mender(answer))
    (tmp_path / "cut").mkdir()
    run, asked = imported(tmp_path / "cut"), []

    def failing(request: Request) -> str:
        asked.append(request)
        if len(asked) > calls:
            raise Unavailable("gone")
        return answer(request)

    with pytest.raises(Unavailable):
        run.revise(model=mender(failing))
    going = mender(answer)
    result = run.revise(model=going)
    assert len(going.requests) == 4 - calls
    assert result.edits == 2
    assert run.text == whole.text == MENDED
    assert kinds(run) == kinds(whole)


def kinds(run: Run) -> list[object]:
    entries = Journal(run.folder / JOURNAL, read_only=True)
    return [
        (e.kind, e.data.get("step"), e.data.get("mends"), e.data.get("finding")) for e in entries if e.kind != "stopped"
    ]


def test_the_same_again_after_its_end_finds_nothing_to_do(tmp_path: Path) -> None:
    run, model = imported(tmp_path), mender()
    run.revise(model=model)
    again = mender()
    result = run.revise(model=again)
    assert (result.outcomes, result.edits, again.requests) == ((), 0, [])


JUDGE = ModelConfig(model="fake")


def judging(*findings: dict[str, object], gone: bool = True) -> FakeModel:
    """A judge that says this of the first section."""

    def answer(request: Request) -> str:
        asked = request.messages[-1].content
        if "Is the fault gone" in asked:
            return json.dumps({"gone": gone})
        return json.dumps({"findings": list(findings) if "Marta walked" in asked else []})

    return mender(answer)


SLOW = "Nobody spoke to her\non the way"


@pytest.mark.parametrize("gone", [True, False])
def test_a_judges_finding_counts_where_its_quote_stands_and_is_mended_where_it_says_so(
    tmp_path: Path, *, gone: bool
) -> None:
    run = imported(tmp_path)
    said = [
        {"quotes": [SLOW], "message": "say it the other way round"},
        {"quotes": ["Nobody sang to her on the way"], "message": "invented"},
    ]
    notes: list[str] = []

    def answer(request: Request) -> str:
        return right(request).replace(SLOW, "She met nobody\non the way")

    result = run.revise(
        model=mender(answer),
        judge=judging(*said, gone=gone),
        on_event=lambda e: notes.append(str(getattr(e, "message", ""))),
    )
    judged = [o for o in result.outcomes if o.finding.source == "model"]
    assert [o.finding.quotes for o in judged] == [(SLOW,)]
    assert [o.state for o in judged] == ["mended" if gone else "unmended"]
    assert any("1 of the judge's findings quote what is not in the text" in note for note in notes)
    assert run.text == (MENDED.replace(SLOW, "She met nobody\non the way") if gone else MENDED)


def test_a_draft_with_other_line_ends_keeps_them(tmp_path: Path) -> None:
    run = imported(tmp_path, DRAFT.replace("\n", "\r\n"))
    run.revise(model=mender())
    assert run.text == MENDED.replace("\n", "\r\n")


def test_a_finding_without_a_passage_is_told_and_left(tmp_path: Path) -> None:
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps([{"kind": "own", "quotes": [], "message": "too cold"}]))
    (outcome,) = imported(tmp_path).revise(model=mender(), findings=listed).outcomes
    assert (outcome.state, outcome.why) == ("unmended", "it is about the whole text, and no single passage")


def test_a_chinese_text_is_asked_for_in_chinese(tmp_path: Path) -> None:
    copied = "海港在晨光里安静下来，船都拉到了石滩上，没有一个人说话。"
    new = "那天夜里南边起了大风，码头上的人都没有见过这样的阵势。"
    text = f"# 海港\n\n## 一\n\n{copied}玛尔塔提着灯走到水边，数了数渔网。\n\n## 二\n\n{copied}老人坐在炉边补筐子。\n"
    run = imported(tmp_path, text)
    model = mender(lambda request: passage(request).replace(copied, new))
    assert states(run, model=model) == {"passage": "mended"}
    assert run.text == text[::-1].replace(copied[::-1], new[::-1], 1)[::-1]
    assert "请重写这段文字" in model.requests[0].messages[-1].content


def test_what_a_person_says_is_so_decides_which_place_is_at_fault(tmp_path: Path) -> None:
    blue = "Marta's eyes were blue. She took the lamp from the shelf and went down to the boats before it was light."
    brown = "Marta's eyes were brown. Nobody on the quay spoke of it, and the boats came home one after the other."
    run = imported(tmp_path, f"# The Harbour\n\n## One\n\n{blue}\n\n## Two\n\n{brown}\n")
    assert [f.message for f in run.revise(dry_run=True).findings] == ["Marta: eyes blue, then brown"]
    run.set_facts([{"subject": "Marta", "relation": "eyes", "value": "brown"}])
    [finding] = run.revise(dry_run=True).findings
    assert (finding.message, finding.quotes) == (
        run.check("contradictions").findings[0].message,
        (blue.split(".")[0] + ".",),
    )
    outcome = run.revise(model=mender(lambda r: passage(r).replace("blue", "brown"))).outcomes[0]
    assert outcome.state == "mended"
    assert "blue" not in run.text


def test_a_run_with_sources_keeps_them_and_mends_what_it_cites_wrongly(tmp_path: Path) -> None:
    mill = "The mill was built in 1884 by Ada Brown, and it ground 3,500 sacks a year."
    (tmp_path / "mill.md").write_text(f"# Mills\n\n{mill}\n")
    told = "The mill was built in 1848 by Ada Brown [s1]. It was loved (Smith, 2020) by all [s99]."
    writer = FakeModel.scripted(lambda _: f"{told} {'The wind was in the sails of the old mill. ' * 6}")
    plan = Plan(title="Mills", sections=(Section(title="The mill", point="who built the mill", words=70),))
    options = {"model": writer, "plan": plan, "sources": [str(tmp_path / "mill.md")], "runs": tmp_path / "runs"}
    made = longwriter.write("Write about a mill", **options)
    run = Run.open(made.folder)
    assert "[s1]" in run.text
    assert "s99" not in run.text
    assert [f.check for f in run.check("citations").findings] == ["number"]
    asked = list[str]()

    def right_year(request: Request) -> str:
        asked.append(request.messages[-1].content)
        return passage(request).replace("1848", "1884")

    result = run.revise(model=mender(right_year))
    assert [(o.finding.check, o.state) for o in result.outcomes if o.finding.kind == "citation"] == [
        ("number", "mended")
    ]
    assert "s1| The mill was built in 1884 by Ada Brown" in asked[0]
    assert result.text == run.text == made.text.replace("1848", "1884")


def test_a_contradiction_that_goes_on_at_another_place_is_mended_in_part(tmp_path: Path) -> None:
    died = "Peter Marsh died in the spring, and the whole town walked behind him to the chapel on the hill."
    quiet = "The harbour lay quiet in the early light, and the boats were drawn up along the shingle."
    acts = f"Peter Marsh walked into the kitchen and sat down. {quiet}\n\nNobody spoke. Peter Marsh laughed and poured the tea."
    run = imported(tmp_path, f"# The Harbour\n\n## One\n\n{died}\n\n## Two\n\n{acts}\n")
    assert [f.check for f in run.revise(dry_run=True).findings] == ["dead"]
    [outcome] = run.revise(
        model=mender(lambda r: passage(r).replace("Peter Marsh walked", "His brother walked"))
    ).outcomes
    assert (outcome.state, outcome.edits) == ("partly", 1)
    assert '"edit": 1' in outcome.why
    assert [f.check for f in run.check().findings] == ["dead"]


def test_a_finding_that_a_revision_does_not_look_for_is_left_and_not_called_gone(tmp_path: Path) -> None:
    blue = "Marta's eyes were blue. She took the lamp from the shelf and went down to the boats before it was light."
    run = imported(tmp_path, f"# The Harbour\n\n## One\n\n{blue}\n\n## Two\n\nNobody on the quay spoke of it.\n")
    run.set_facts([{"subject": "Marta", "relation": "eyes", "value": "green", "until": 9}])
    report = run.check("contradictions")
    assert [f.check for f in report.findings] == ["colour"]
    (tmp_path / "list.json").write_text(report.model_dump_json())
    done = run.revise(findings=tmp_path / "list.json", model=mender(lambda r: pytest.fail("nothing is to be asked")))
    [outcome] = done.outcomes
    assert (outcome.state, outcome.edits, done.mended) == ("unmended", 0, ())
    assert "a revision does not find it" in outcome.why


def test_what_ends_a_revision_is_in_the_journal_whatever_it_is(tmp_path: Path) -> None:
    def broken(request: Request) -> str:
        raise ZeroDivisionError("inside")

    run = imported(tmp_path)
    with pytest.raises(ZeroDivisionError):
        run.revise(model=mender(broken))
    session = stored(run.folder)
    assert session is not None
    assert session.manuscript.stopped is not None
    assert session.manuscript.stopped.message.startswith("longwriter itself failed (ZeroDivisionError)")
    assert run.state == "finished"
    assert len(run.revise(model=mender()).mended) == 2
    assert run.text == MENDED


def named(name: str, answer: Callable[[Request], str] = right) -> FakeModel:
    model = mender(answer)
    model.name = name
    return model


def test_another_model_mends_is_named_and_goes_on_after_a_stop(tmp_path: Path) -> None:
    run, asked = imported(tmp_path), []

    def failing(request: Request) -> str:
        asked.append(request)
        if len(asked) == 2:
            raise Unavailable("gone")
        return right(request)

    with pytest.raises(Unavailable):
        run.revise(by=named("larger", failing))
    journal = [e.data for e in Journal(run.folder / JOURNAL, read_only=True) if e.kind == "revision"]
    assert [one["by"]["model"] for one in journal] == ["larger"]
    with pytest.raises(SetupError, match="no key"):  # who began it goes on, and is not to be reached by its name
        run.revise()
    result = run.revise(by=named("larger", right))
    assert (result.by, result.edits, run.text) == ("larger", 2, MENDED)
    assert len([e for e in Journal(run.folder / JOURNAL, read_only=True) if e.kind == "revision"]) == 1
    assert [(v.why, v.model) for v in run.versions(1)] == [("given", ""), ("revised", "larger")]


def test_the_price_of_who_mends_counts_and_the_runs_own_model_is_not_asked(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    price = '[[price]]\nmodel = "{}"\ninput = {}\noutput = 0.0\nas_of = 2026-11-01\n'
    prices.write_text(price.format("fake*", 1.0) + price.format("larger", 1000.0))
    run = imported(tmp_path)
    result = run.revise(by=named("larger", right), prices=prices)
    calls = [e.data for e in Journal(run.folder / JOURNAL, read_only=True) if e.kind == "call"]
    assert len(calls) == 2
    spent = sum(call["reply"]["usage"]["prompt_tokens"] or call["prompt_tokens"] for call in calls)
    assert result.report.cost == pytest.approx(spent / 1000)
    other = Path(tmp_path / "other")
    other.mkdir()
    with pytest.raises(SetupError, match="no price is known for unpriced"):
        imported(other).revise(by=named("unpriced", right), prices=prices, max_cost=5)


def test_a_run_of_before_there_were_other_menders_goes_on(tmp_path: Path) -> None:
    run = imported(tmp_path)
    run.revise(model=mender())
    records = [e.data for e in Journal(run.folder / JOURNAL, read_only=True) if e.kind == "revision"]
    assert [set(record) for record in records] == [
        {"number", "judge", "words"}
    ]  # nothing is added where nobody is named
