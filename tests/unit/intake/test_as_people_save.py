"""Drafts as people's own programs save them."""

from pathlib import Path

import docx
import pytest
from tests.helpers.drafts import imported_source, written

from longwriter.export.settings import ExportSettings
from longwriter.intake.pieces import split
from longwriter.intake.source import read_source
from longwriter.writer.outcome.exported import book_of

STORY = "The boat went out at six, and nobody on the quay looked up. " * 12


def page(tmp_path: Path, body: str) -> Path:
    return written(tmp_path, f"<html><head><title>Blog</title></head><body>{body}</body></html>", "page.html")


def test_headings_typed_as_paragraphs_in_word_become_headings_and_their_numbers_hold_their_titles(
    tmp_path: Path,
) -> None:
    document = docx.Document()
    document.core_properties.author = "Ada Woods"
    document.add_paragraph("Salt", "Title")
    for line in ("PART ONE", "Chapter 1", "The Quay", STORY, "Chapter 2", STORY, "PART TWO", "Chapter 3", STORY):
        document.add_paragraph().add_run(line).bold = line != STORY
    document.save(str(tmp_path / "salt.docx"))
    source = read_source(tmp_path / "salt.docx")
    headings = [line for line in source.text.split("\n") if line.startswith("#")]
    assert headings == [
        "# Salt", "## PART ONE", "### Chapter 1: The Quay", "### Chapter 2", "## PART TWO", "### Chapter 3",
    ]  # fmt: skip
    assert source.text.count("The Quay") == 1
    assert [(piece.chapter, piece.title) for piece in split(source)] == [
        ("PART ONE", "Chapter 1: The Quay"), ("PART ONE", "Chapter 2"), ("PART TWO", "Chapter 3"),
    ]  # fmt: skip
    assert book_of(imported_source(tmp_path, source)) == ExportSettings(author=("Ada Woods",))


def test_headings_of_a_page_s_own_are_not_joined_by_others(tmp_path: Path) -> None:
    body = f"<h2>Out</h2><p>Chapter 1</p><p>{STORY}</p><h2>Home</h2><p>Chapter 2</p><p>{STORY}</p>"
    text = read_source(page(tmp_path, body)).text
    assert [line for line in text.split("\n") if line.startswith("#")] == ["## Out", "## Home"]


def test_of_a_saved_blog_the_article_is_the_draft(tmp_path: Path) -> None:
    body = f"<nav>Home</nav><article><h1>Out</h1><p>{STORY}</p></article><aside>Related posts</aside><footer>By Press</footer>"
    source = read_source(page(tmp_path, body))
    assert source.text == f"# Out\n\n{STORY.strip()}\n"
    assert source.warnings == ("4 words around the article left out",)
    (tmp_path / "page.html").write_text(f"<title>Out - Blog</title><h1>Out</h1><p>{STORY}</p>")
    assert read_source(tmp_path / "page.html").title == "Out"


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>Out</h1><article><p>{STORY}</p></article><p>End.</p>",
        f"<article><h1>Out</h1><p>{STORY}<a href='#n'>1</a></p></article><p id='n'>End.</p>",
        f"<article><p>One.</p></article><p>{STORY}</p><p>End.</p>",
        f"<article><p>{STORY}</p></article><article><p>End.</p></article>",
    ],
)
def test_what_belongs_to_an_article_stays(body: str, tmp_path: Path) -> None:
    assert "End." in read_source(page(tmp_path, body)).text


def test_a_description_that_is_the_caption_stands_once_and_a_shout_needs_no_mark(tmp_path: Path) -> None:
    figure = "<figure><img alt='The map' src='m.png'><figcaption>The map</figcaption></figure>"
    body = f"{figure}<p>A <em>map</em>!</p><p><img alt='A hill'></p><p>No!<a href='https://a.example/'>x</a></p>"
    assert read_source(page(tmp_path, body)).text == ("The map\n\nA *map*!\n\nA hill\n\nNo\\![x](https://a.example/)\n")


def test_word_s_caption_stands_once_and_a_formula_is_its_source(tmp_path: Path) -> None:
    formula = '<math><msup><mi>c</mi><mn>2</mn></msup><annotation encoding="application/x-tex">c^2</annotation></math>'
    body = f"<p><img alt='The map'></p><p>The map</p><p>So {formula}.</p>"
    assert read_source(page(tmp_path, body)).text == "The map\n\nSo $c^2$.\n"


def test_a_chinese_novel_says_its_title_and_its_author_in_its_first_lines(tmp_path: Path) -> None:
    novel = "《夜渡长河》\r\n作者：青衫客\r\n\r\n第一章 桥头\r\n\r\n雨下了一夜。\r\n\r\n第二章 老人\r\n\r\n他来了。\r\n"
    source = read_source(written(tmp_path, novel, "novel.txt"))
    assert (source.title, source.author, source.text) == ("夜渡长河", ("青衫客",), novel)
    quoted = read_source(written(tmp_path, "《夜渡长河》是一部小说。\n作者：青衫客\n", "other.txt"))
    assert (quoted.title, quoted.author) == ("", ())
