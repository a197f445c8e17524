"""Exports of an imported draft are cut where the draft was, whatever its headings look like."""

import zipfile
from pathlib import Path

import pytest
from tests.helpers.drafts import imported, in_memory

from longwriter.api.runs import Run
from longwriter.export.document import Publication
from longwriter.export.markdown import publication
from longwriter.writer.given.divisions import divisions

PROSE = "It rained on the harbour and on the boats, and nobody went out to look at them that day.\n\n" * 30


def shown(text: str, form: str = "md") -> Publication:
    session = in_memory(text, form)
    markdown, opened = divisions(session.document)
    return publication(markdown, opened=opened)


def cut(text: str, form: str = "md") -> list[tuple[str, str]]:
    """Kind and title of what begins on a page of its own."""
    found = shown(text, form)
    titles = {entry.id: entry.title for top in found.contents() for entry in (top, *top.children)}
    return [(division.kind, titles.get(division.id, "")) for division in found.divisions]


BOLD = (
    f"# The Harbour\n\n**Chapter One**\n\n**Rain At Night**\n\n{PROSE}## The letter\n\n{PROSE}"
    f"**Chapter Two**\n\n{PROSE}_Chapter Three_\n\n{PROSE}"
)


def test_lines_in_bold_begin_chapters_in_every_form(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, BOLD))
    assert run.text == BOLD
    run.export(tmp_path / "chapters")
    files = sorted((tmp_path / "chapters").iterdir())
    assert [file.name for file in files] == [
        "01-chapter-one-rain-at-night.md", "02-chapter-two.md", "03-chapter-three.md",
    ]  # fmt: skip
    assert b"".join(file.read_bytes() for file in files).decode() == BOLD
    run.export(tmp_path / "a.epub")
    with zipfile.ZipFile(tmp_path / "a.epub") as book:
        assert sum(name.rpartition("/")[2].startswith("chapter-") for name in book.namelist()) == 3
    run.export(tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert page.count("<h2 ") == 3
    assert page.count("<h3 ") == 1  # the heading within a chapter stays one
    run.export(tmp_path / "a.md")
    assert (tmp_path / "a.md").read_text("utf-8") == BOLD


def test_the_title_is_no_chapter_and_what_stands_before_it_stays() -> None:
    found = shown(f"![Cover](c.png)\n\n## The Harbour\n\n*by Ann*\n\n### Chapter 1\n\n{PROSE}### Chapter 2\n\n{PROSE}")
    assert found.metadata.title == "The Harbour"
    assert [d.kind for d in found.divisions] == ["front", "chapter", "chapter"]
    assert len(found.divisions[0].blocks) == 2


@pytest.mark.parametrize(("form", "mark"), [("md", ""), ("md", "**"), ("txt", "")])
def test_parts_hold_their_chapters(form: str, mark: str) -> None:
    lines = ["PART ONE", "CHAPTER I", "CHAPTER II", "PART TWO", "CHAPTER III"]
    text = "".join(f"{mark}{line}{mark}\n\n{'' if 'PART' in line else PROSE}" for line in lines)
    assert cut(text, form) == [("part" if "PART" in line else "chapter", line) for line in lines]


def test_parts_that_are_not_called_so_hold_chapters_that_are() -> None:
    text = (
        f"# Book\n\n## Morning\n\n### Chapter 1\n\n{PROSE}### Chapter 2\n\n{PROSE}## Night\n\n### Chapter 3\n\n{PROSE}"
    )
    assert cut(text) == [
        ("part", "Morning"), ("chapter", "Chapter 1"), ("chapter", "Chapter 2"), ("part", "Night"), ("chapter", "Chapter 3"),
    ]  # fmt: skip


def test_front_matter_of_a_file_stays_where_it_is(tmp_path: Path) -> None:
    text = f"---\ntitle: Mine\n---\n\n**CHAPTER I**\n\n{PROSE}**CHAPTER II**\n\n{PROSE}# Acknowledgements\n\nThanks.\n"
    run = Run(imported(tmp_path, text))
    run.export(tmp_path / "chapters")
    files = sorted((tmp_path / "chapters").iterdir())
    assert [file.name for file in files] == ["01-chapter-i.md", "02-chapter-ii.md", "03-acknowledgements.md"]
    assert b"".join(file.read_bytes() for file in files).decode() == text


def test_sections_that_are_written_behind_a_draft_begin_chapters_too(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, BOLD, words=2600))
    run.resume()
    assert run.text.startswith(BOLD.rstrip())
    run.export(tmp_path / "chapters")
    files = sorted((tmp_path / "chapters").iterdir())
    assert len(files) == len(run.plan.sections) > 3
    assert b"".join(file.read_bytes() for file in files).decode() == run.text


def test_a_draft_without_headings_is_cut_as_any_text() -> None:
    markdown, opened = divisions(in_memory(PROSE * 40).document)
    assert opened == {}
    assert markdown == PROSE * 40


def test_edited_sections_keep_their_places(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, BOLD))
    run.edit(2, "Short.\n\n## Within\n\nMore.")
    run.export(tmp_path / "chapters")
    assert len(list((tmp_path / "chapters").iterdir())) == 3
