"""An imported draft is the run's text, byte for byte, until somebody changes it; then its headings and ends stay."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.helpers.drafts import imported, in_memory, markdown, plain

from longwriter.api.runs import Run
from longwriter.errors import InputError
from longwriter.runs.folders import DRAFT, PLAN
from longwriter.writer.given.divisions import divisions
from longwriter.writer.given.plain import as_markdown
from longwriter.writer.revision.edits import Edits
from longwriter.writer.stored import stored

TEXTS = {
    "plain": markdown(),
    "windows": markdown("\r\n", "\ufeff"),
    "no-last-line-end": markdown(end=""),
    "blanks": markdown(end="\n\n \t\n\x0c\n"),
    "form-feeds": markdown().replace("\n\n## The Fog", "\x0c\n## The Fog"),
    "indented": markdown().replace("The letter came", "\u3000\u3000The letter came"),
    "no-headings": "One line only.",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_untouched_import_is_the_draft_byte_for_byte(text: str, tmp_path: Path) -> None:
    folder = imported(tmp_path, text)
    assert (folder / DRAFT).read_bytes() == text.encode()
    assert Run(folder).text == text
    assert "".join(Run(folder).stream()) == text
    assert (folder / DRAFT).read_bytes() == text.encode()


PIECES = st.text(st.sampled_from("aB .\n\r\t\x0c#*_->`1=\u3000\u2028中。\ufeff\x00\\（"), max_size=40)
HEADINGS = st.sampled_from(["# A\n", "## B b\r\n", "C\n===\n", "Chapter 1\n\n", "第一章 海\n", "# \\* a\n", "", "\n"])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@example(parts=[("", "\u30001")], form="md", new=" New text.")  # blanks before a text are no heading
@given(
    parts=st.lists(st.tuples(HEADINGS, PIECES), min_size=1, max_size=6),
    form=st.sampled_from(["md", "txt"]),
    new=st.sampled_from([" New text.", "Two.\n\nParagraphs.", "文字。"]),
)
def test_any_text_comes_out_as_it_came_in_and_edits_keep_all_else(
    parts: list[tuple[str, str]], form: str, new: str
) -> None:
    text = "".join(f"{heading}{body}" for heading, body in parts)
    if not text.strip("\ufeff \t\r\n\x0b\x0c"):
        return
    session = in_memory(text, form)
    document, newline = session.document, "\r\n" if "\r\n" in text else "\n"
    assert document.text() == text
    wanted = ""
    for i in range(len(session.manuscript.ids)):
        frame = session.manuscript.given(i)
        assert frame is not None
        if document.texts[i]:
            Edits(session).edit(i, new)
        body = new.strip().replace("\n", newline) if document.texts[i] else frame.text
        wanted += f"{frame.heading}{body}{frame.tail}"
    assert document.text() == wanted


def test_an_edit_that_changes_nothing_is_none(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, TEXTS["windows"]))
    before = run.versions(1)
    assert run.edit(1, before[0].text) == before[0].entry
    assert run.versions(1) == before
    assert before[0].why == "given"
    assert before[0].hand
    assert run.text == TEXTS["windows"]


def test_given_texts_are_never_stale_and_never_written_again_unasked(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, markdown()))
    run.edit(1, "Another letter came.")
    assert not any(section.stale for section in run.sections)
    run.redo(stale=True)
    assert run.text == markdown().replace(run_text(markdown(), 0), "Another letter came.")


def run_text(text: str, number: int) -> str:
    """The text of a chapter of a draft."""
    return text.split("## ")[number + 1].split("\n\n", 1)[1].strip()


def test_a_redo_that_was_asked_for_keeps_the_heading(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, markdown("\r\n")))
    run.redo(2)
    before, _, rest = run.text.partition("## The Boy\r\n\r\n")
    written, _, after = rest.partition("## The Fog")
    assert before == markdown("\r\n").partition("## The Boy")[0]
    assert after == markdown("\r\n").partition("## The Fog")[2]
    assert "Peter" not in written
    assert written[-4:] == "\r\n\r\n"
    assert [v.why for v in run.versions(2)] == ["given", "redone"]
    run.accept(2, run.versions(2)[0].entry)
    assert run.text == markdown("\r\n")


def test_a_line_that_is_reworded_keeps_its_text(tmp_path: Path) -> None:
    folder = imported(tmp_path, markdown())
    path = folder / PLAN
    path.write_text(path.read_text("utf-8").replace("**The Boy**", "**The Nephew**"), "utf-8")
    run = Run(folder)
    run.resume()
    assert run.text == markdown().replace("## The Boy", "## The Nephew")
    path.write_text(path.read_text("utf-8").replace("His name was Peter.", "Peter comes to stay."), "utf-8")
    run.resume()
    assert run.text == markdown().replace("## The Boy", "## The Nephew")
    assert "Peter comes to stay." in run.plan.sections[1].point


def test_sections_that_are_moved_stand_apart_and_come_back(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, markdown("\r\n", "\ufeff", "")))
    plan = run.plan
    first, second, third = plan.sections
    run.outline(plan.model_copy(update={"sections": (first, third, second)}))
    parts = run.text.split("\r\n\r\n## ")
    assert [part.partition("\r\n")[0] for part in parts] == ["\ufeff# The Keeper", "The Letter", "The Fog", "The Boy"]
    run.outline(plan.model_copy(update={"sections": (second, first, third)}))
    assert run.text.startswith("## The Boy\r\n\r\nHis name")
    assert "at all.\r\n\r\n# The Keeper\r\n\r\n## The Letter" in run.text
    run.outline(plan)
    assert run.text == markdown("\r\n", "\ufeff", "")


def test_plain_text_as_markdown(tmp_path: Path) -> None:
    folder = imported(tmp_path, plain(), "draft.txt")
    session = stored(folder)
    assert session is not None
    assert session.document.text() == plain()
    assert divisions(session.document)[0] == (
        "## Chapter 1: The Letter\n\nThe letter came on a Tuesday. She read it twice.\n\nThen she put it behind the clock.\n\n"
        "## Chapter 2: The Boy\n\nHis name was \\*Peter\\* of No. #1. He was to stay.\n\n"
        "For three days he said nothing at all.\n\n"
        "## Chapter 3: The Fog\n\nThe fog came in October. They rang the bell all night, and\n1\\. nobody came home.\n"
    )
    Run(folder).export(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count("<h2 ") == 3
    assert "His name was *Peter* of No. #1." in page
    Run(folder).export(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == plain().encode()


def test_signs_are_no_marks() -> None:
    assert as_markdown("# a\n- b\n3) c\n+ d\n===\n<i>&amp;") == "\\# a\n\\- b\n3\\) c\n\\+ d\n* * *\n\\<i\\>\\&amp;"
    assert as_markdown("-5 * 1984. x_y") == "\\-5 \\* 1984. x\\_y"


def test_a_section_of_nothing_is_refused(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, markdown()))
    with pytest.raises(InputError, match="cannot be empty"):
        run.edit(2, " \n")


def test_headings_that_plain_text_marks_are_marked_once() -> None:
    session = in_memory("# Tin\n\nIt was cold.\n\nThe Sea\n=======\n\nIt was colder.\n", "txt")
    assert divisions(session.document)[0] == "# Tin\n\nIt was cold.\n\n# The Sea\n\nIt was colder.\n"
