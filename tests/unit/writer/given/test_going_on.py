"""What comes after a draft: where it is cut, what is planned, what the model sees, how the seam reads."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.helpers.drafts import CHAPTERS, imported, in_memory, markdown, plain, written
from tests.helpers.making import settings as made_settings
from tests.helpers.making import varied

from longwriter.api.runs import Run
from longwriter.errors import InputError
from longwriter.models.fake import FakeModel
from longwriter.runs.folders import DRAFT
from longwriter.types import Request
from longwriter.writer.given.making import AFTER
from longwriter.writer.given.wording import main_name
from longwriter.writer.section.earlier import stretches

REST = [
    {"title": "Home", "point": "Tom comes home with a stranger.", "words": 60},
    {"title": "The Boat", "point": "A boat comes for her.", "words": 60},
]
WALK = "They walked home."
MORE = varied("The tide went out, and nobody spoke of", 8)


def answering(*texts: str, rest: list[dict[str, object]] | None = None) -> FakeModel:
    """A model that gives this outline of the rest, and these texts one by one."""
    left = iter(texts)

    def answer(request: Request) -> str:
        if request.json_schema is not None:
            return json.dumps({"sections": rest or REST})
        return next(left, WALK + " " + varied(f"Part {len(model.requests)} of the way was long and led past", 6))

    model = FakeModel.scripted(answer)
    model.prefill = False
    return model


def prompt(request: Request) -> str:
    return "\n".join(message.content for message in request.messages)


def section_prompts(model: FakeModel) -> list[str]:
    return [prompt(r) for r in model.requests if r.json_schema is None]


def test_what_comes_after_is_planned_and_written_behind_the_draft(tmp_path: Path) -> None:
    folder = imported(tmp_path, markdown(), words=200)
    run, model = Run(folder), answering()
    assert run.lacks_outline
    assert run.state == "unfinished"
    assert (folder / DRAFT).read_text("utf-8") == markdown()
    run.resume(model=model)
    outline = prompt(model.requests[0])
    for title, text in CHAPTERS:  # the lines and the end of what stands
        assert f"**{title}**" in outline or f"{title} (" in outline
        assert text in outline
    assert "Home" not in outline
    first, second = section_prompts(model)[0], section_prompts(model)[-1]
    shown = "\n\n".join(text for _, text in CHAPTERS)
    assert shown in first  # earlier text, as of written sections
    assert shown in second
    assert "They walked home" in second
    assert [s.title for s in run.plan.sections[-2:]] == ["Home", "The Boat"]
    assert run.text.startswith(markdown().rstrip() + "\n\n## Home\n\nThey walked home")
    assert run.text.endswith("\n")
    assert run.report.target.aim == 200
    assert run.state == "finished"
    again = answering()
    run.resume(model=again)
    assert not again.requests


def test_appendices_stand_behind_the_rest(tmp_path: Path) -> None:
    text = markdown() + "\n## Index\n\nBell, 3. Boy, 2.\n"
    run = Run(imported(tmp_path, text, words=200))
    assert run.text == text
    model = answering()
    run.resume(model=model)
    ends = ["brings the whole text to its end" in asked for asked in section_prompts(model)]
    assert (ends[0], ends[-1]) == (False, True)  # the last that is written, not the index
    assert [s.title for s in run.plan.sections[-3:]] == ["Home", "The Boat", "Index"]
    assert run.text.endswith("\n\n## Index\n\nBell, 3. Boy, 2.\n")
    assert run.text.startswith(markdown().rstrip())


@pytest.mark.parametrize(
    ("place", "kept", "goes_on"),
    [
        ("2", "For three days he said nothing at all.\n\n", False),
        ("He was to", "He was to", True),
        ("His name was  Peter", "His name was Peter.", True),
        ("nothing at all", "nothing at all.\n\n", False),
    ],
)
def test_where_a_draft_is_cut(place: str, kept: str, goes_on: bool, tmp_path: Path) -> None:
    folder = imported(tmp_path, markdown(), continue_from=place)
    run = Run(folder)
    assert run.text.endswith(kept)
    assert run.text + (folder / AFTER).read_text("utf-8") == markdown()
    session = in_memory(markdown(), place=place)
    frame = session.manuscript.given(len(session.manuscript.ids) - 1)
    assert frame is not None
    assert frame.open == goes_on


def test_after_a_cut_nothing_of_what_came_behind_is_seen(tmp_path: Path) -> None:
    run, model = Run(imported(tmp_path, markdown(), words=200, continue_from="2")), answering()
    run.resume(model=model)
    assert model.requests
    assert not any("October" in prompt(request) for request in model.requests)


@pytest.mark.parametrize("place", ["9", "0", "no such words", "the", "e letter"])
def test_a_place_that_is_none_is_named(place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--continue-from"):
        imported(tmp_path, markdown(), continue_from=place)
    assert not (tmp_path / "runs").exists()


SEAMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "goes on": (
        "stay until the winter, and nobody asked him why. ",
        lambda _: " stay until the winter, and nobody asked him why.",
    ),
    "begins the sentence again": ("He was to stay until the winter. ", lambda _: " stay until the winter."),
    "repeats the last words": (
        "His name was Peter. He was to stay until the winter. ",
        lambda _: " stay until the winter.",
    ),
    "gives it a heading": ("## The Boy\n\nstay until the winter. ", lambda _: " stay until the winter."),
}


@pytest.mark.parametrize(("reply", "seam"), SEAMS.values(), ids=SEAMS)
def test_the_section_that_was_cut_goes_on_without_a_seam(
    reply: str, seam: Callable[[str], str], tmp_path: Path
) -> None:
    run = Run(imported(tmp_path, markdown(), words=200, continue_from="He was to"))
    model = answering(reply + MORE)
    run.resume(model=model)
    assert "breaks off" in prompt(model.requests[0])
    asked = section_prompts(model)[0]
    assert "He was to\n" in asked[-600:]  # the last lines, to go on from
    assert "Write what follows these last lines" in asked
    before = markdown().partition(" stay.")[0]
    assert run.text.startswith(before + seam(reply))
    assert run.text.count("He was to") == 1
    assert "## Home" not in run.text  # the first of the rest has no heading
    assert "\n\n## The Boat\n\n" in run.text
    assert run.sections[2].written == run.report.written - sum(s.written or 0 for s in run.sections if s.number != 3)


def test_a_small_model_finishes_the_sentence_by_beginning_with_it(tmp_path: Path) -> None:
    run = Run(
        imported(tmp_path, markdown(), words=200, continue_from="He was to", run="small", model="fake:smollm2-135m")
    )
    model = answering(*(f" stay until the winter. {MORE} {n}." for n in range(8)))
    model.prefill = True
    run.resume(model=model)
    first = section_prompts(model)[0]
    messages = next(r.messages for r in model.requests if r.json_schema is None)
    assert [m.role for m in messages[-2:]] == ["user", "assistant"]
    assert messages[-1].content == "He was to"
    assert first.count("He was to") == 1
    assert "His name was Peter. He was to stay until the winter." in run.text


def test_a_persons_text_is_no_models_refusal(tmp_path: Path) -> None:
    sorry = "I'm sorry, but I can't help with that request."
    text = f"# A\n\n{sorry}\n\n# B\n\n{sorry}\n\n# C\n\nThe end.\n"
    run = Run(imported(tmp_path, text))
    assert run.report.finished
    assert not [f for f in run.report.verdict if f.kind in ("refusal", "asked") and not f.ok]


def test_long_sections_are_noted_in_stretches() -> None:
    lines = [f"Line {n} of a long chapter that nobody cut." for n in range(600)]
    parts = stretches("\n".join(lines))
    assert [line for part in parts for line in part.splitlines()] == lines
    assert all(700 < len(part.split()) < 900 for part in parts[:-1])
    assert stretches("A short one.\n\nOf two.") == ["A short one.\n\nOf two."]


def test_an_edit_of_the_cut_section_moves_the_seam(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, markdown(), words=200, continue_from="He was to"))
    run.resume(model=answering("stay until the winter. " + MORE))
    run.edit(2, "He was called Paul, and he would")
    assert "## The Boy\n\nHe was called Paul, and he would stay until the winter." in run.text


def test_plain_text_goes_on_as_plain_text(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, plain(), "draft.txt", words=200))
    run.resume(model=answering())
    assert run.text.startswith(plain().rstrip() + "\n\nHome\n\nThey walked")
    assert "#" not in run.text.replace("#1", "")


def test_lines_that_a_person_adds_are_written(tmp_path: Path) -> None:
    folder = imported(tmp_path, markdown())
    run = Run(folder)
    assert run.state == "finished"
    path = folder / "plan.md"
    path.write_text(path.read_text("utf-8") + "\n9. **Home** (50 words): Tom comes home.\n", "utf-8")
    run.resume(model=answering())
    assert run.text.startswith(markdown().rstrip() + "\n\n## Home\n\n")


def test_the_same_call_finds_the_run_and_a_changed_draft_changes_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, markdown())
    options: dict[str, object] = {"model": "fake", "runs": tmp_path / "runs"}
    run = Run.import_draft(file, **options)  # type: ignore[arg-type]
    run.edit(1, "Mine.")
    text = run.text
    assert Run.import_draft(file, **options).folder == run.folder  # type: ignore[arg-type]
    assert Run(run.folder).text == text
    file.write_text(markdown().replace("October", "June"), "utf-8")
    run.resume(model=answering())
    assert run.text == text
    other = Run.import_draft(file, **options)  # type: ignore[arg-type]
    assert other.folder != run.folder
    with pytest.raises(InputError, match=f"--run NAME.*longwriter runs rm {run.name}"):
        Run.import_draft(file, run=run.name, **options)  # type: ignore[arg-type]
    assert run.text == text


def test_a_length_that_the_draft_has_already_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the draft has 56 words already"):
        imported(tmp_path, markdown(), words=60)
    assert not (tmp_path / "runs").exists()


def test_python_plans_the_rest_at_once_unless_told_not_to(tmp_path: Path) -> None:
    file = written(tmp_path, markdown())
    run = Run.import_draft(file, words=200, model=answering(), runs=tmp_path / "runs", run="now")
    assert [s.title for s in run.plan.sections[-2:]] == ["Home", "The Boat"]
    assert run.text == markdown()
    later = Run.import_draft(file, words=200, model="fake", runs=tmp_path / "runs", run="later", outline=False)
    assert later.lacks_outline


def test_a_small_model_is_told_the_name_that_the_draft_says_most(tmp_path: Path) -> None:
    told = "On Sunday the boy and Peter rang, and Peter slept. Then Anna and Peter left on Sunday, and on Sunday it rained."
    assert main_name(told) == "Peter"
    assert main_name(markdown()) == ""
    text = markdown().replace("came home.", f"came home. {told}")
    model = answering()
    Run(imported(tmp_path, text, words=200, model="fake:smollm2-135m")).resume(model=model)
    assert "The main person is called Peter." in section_prompts(model)[0]


def test_the_planner_sees_old_lines_of_a_long_draft_by_their_titles(tmp_path: Path) -> None:
    chapters = (f"## Day {n}\n\nOn day {n} the {n}th lamp was lit again.\n\n" for n in range(1, 63))
    model = answering()
    Run(imported(tmp_path, "".join(chapters), words=900)).resume(model=model)
    outline = prompt(model.requests[0]).partition("<tail>")[0]
    assert "Day 2 " in outline
    assert "On day 2 the 2th lamp" not in outline
    assert "On day 3 the 3th lamp" in outline


def test_a_snapshot_of_the_bare_draft_brings_back_that_its_rest_is_to_be_planned(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, markdown(), words=200))
    entry = run.snapshot("bare")
    run.resume(model=answering())
    run.restore(entry)
    assert run.text == markdown()
    assert run.lacks_outline
    assert run.state == "unfinished"
    run.resume(model=answering())
    assert "## Home" in run.text


def test_settings_given_whole_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one by one"):
        imported(tmp_path, markdown(), settings=made_settings())
