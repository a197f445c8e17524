"""Plain text, Project Gutenberg's and others', and Markdown: chapters, titles, and what is known of the book."""

import pytest
from tests.helpers.books import CHINESE, ENGLISH, FOOTER, HEADER, MARKDOWN, ONE, TWO

from longwriter.readers.gutenberg import PUBLIC_DOMAIN, strip
from longwriter.readers.markdown import read_markdown
from longwriter.readers.plain import read_plain

OLD_HEADER = """Project Gutenberg Etext of The Harbour, by Ann Teller

Please do not remove this.

Title: The Harbour

Author: Ann Teller

***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***
Why is this "Small Print!" statement here?

*END THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.12.12.00*END*





This etext was produced from the 1908 edition by David Somebody.



"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_gutenberg_text(end: str) -> None:
    body = f"CHAPTER I.\nSnow\n\n\n{ONE}\n\n\n\n\nCHAPTER II.\n\nThe Great Thaw\n\n{TWO}"
    stripped = strip((HEADER + body + FOOTER).replace("\n", end), "11-0")
    assert stripped.book is not None
    assert stripped.book.title == "The Harbour A Story of the North"
    assert stripped.book.author == ("Ann Teller", "Carl Writer")
    assert (stripped.book.language, stripped.book.rights) == ("en", PUBLIC_DOMAIN)
    chapters = read_plain(stripped.body, stripped.book.title)
    assert [(c.title, c.text) for c in chapters if not c.drop] == [
        ("CHAPTER I. Snow", "\n\n".join(ENGLISH)),
        ("CHAPTER II: The Great Thaw", "\n\n".join(ENGLISH[::-1])),
    ]
    assert {c.drop for c in chapters if c.drop} == {"front matter", "contents"}


def test_an_old_gutenberg_text() -> None:
    stripped = strip(OLD_HEADER + f"CHAPTER I:  SNOW AND ICE\n\n\n\n{ONE}" + FOOTER, "x")
    chapters = read_plain(stripped.body, "x")
    assert [(c.title, c.text) for c in chapters] == [("CHAPTER I: SNOW AND ICE", "\n\n".join(ENGLISH))]


def test_a_copyrighted_gutenberg_text_says_so() -> None:
    notice = HEADER.replace("This eBook is", "This is a COPYRIGHTED Project Gutenberg eBook. It is")
    book = strip(notice + ONE + FOOTER, "x").book
    assert book is not None
    assert book.rights != PUBLIC_DOMAIN


def test_other_texts_are_left_whole() -> None:
    assert strip(ONE, "x") == (ONE, None)


@pytest.mark.parametrize(
    "heading",
    ["CHAPTER 1", "Chapter One", "Chapter the First.", "CHAPTER IV. THE SEA", "Part Two: Of Ships", "Prologue", "PREFACE.",
     "第一章", "第十二回 风雪", "第3章：海", "Kapitel 3", "Capítulo IV", "Book Twenty-One", "LETTER II",
     "ADVENTURE I. A SCANDAL"],
)  # fmt: skip
def test_headings(heading: str) -> None:
    chapters = read_plain(f"{heading}\n\n{ONE}\n\n{heading}\n\n{TWO}", "t")
    assert [c.title for c in chapters] == [heading, heading]


@pytest.mark.parametrize(
    "line",
    ["Chapter one was the longest of all.", "Part of him wished to go.", "Part I played in this was small", "第一章写得很长。",
     "Letter by letter he read it.", "Introduction to the sea is given here.", "Book nine rooms at once!"],
)  # fmt: skip
def test_lines_that_are_no_headings(line: str) -> None:
    chapters = read_plain(f"{ONE}\n\n{line}\n\n{TWO}", "t")
    assert [c.title for c in chapters] == ["t"]
    assert line in chapters[0].text


def test_bare_numbers_and_capitals_are_headings_where_there_are_no_others() -> None:
    numbered = "\n\n".join(f"{n}\n\n{ONE}\n\n{TWO}" for n in ("I.", "II.", "III.", "IV."))
    assert [c.title for c in read_plain(numbered, "t")] == ["I.", "II.", "III.", "IV."]
    stories = f"THE SNOW\n\n{ONE}\n\n\n\n\nTHE THAW\n\n{TWO}\n\nSTOP!\n\n{ONE}\n\n\n\n\nTHE FLOOD\n\n{ONE}"
    assert [c.title for c in read_plain("\n\n\n\n" + stories, "t")] == ["THE SNOW", "THE THAW", "THE FLOOD"]


def test_books_with_parts_notes_and_an_index() -> None:
    text = f"BOOK I\n\nCHAPTER 1\n\n{ONE}\n\nCHAPTER 2\n\n{TWO}\n\nFOOTNOTES\n\n[1] See there.\n\nINDEX\n\nBoats, 12"
    assert [(c.title, c.drop) for c in read_plain(text, "t")] == [
        ("CHAPTER 1", ""),
        ("CHAPTER 2", ""),
        ("FOOTNOTES", "notes"),
        ("INDEX", "index"),
    ]


def test_front_matter_is_kept_where_it_is_text() -> None:
    preface = "\n\n".join([ONE, TWO, ONE, TWO])
    chapters = read_plain(f"THE HARBOUR\n\nby Ann\n\n{preface}\n\nCHAPTER 1\n\n{ONE}\n\nCHAPTER 2\n\n{TWO}", "t")
    assert [(c.kind, c.drop) for c in chapters] == [("front", ""), ("chapter", ""), ("chapter", "")]
    assert chapters[0].text.startswith(ENGLISH[0])


def test_text_after_contents_is_kept() -> None:
    contents = "CONTENTS\n\nSnow 1\n\nThaw 12\n\nThe Flood 30"
    chapters = read_plain(f"THE HARBOUR\n\n{contents}\n\n{ONE}\n\n{TWO}", "t")
    assert [(c.title, c.drop) for c in chapters] == [("t", "front matter"), ("t", "")]
    assert chapters[1].text == "\n\n".join(ENGLISH + ENGLISH[::-1])
    chapters = read_plain(f"{contents}\n\nCHAPTER 1\n\n{ONE}", "t")
    assert [(c.title, c.drop) for c in chapters] == [("t", "contents"), ("CHAPTER 1", "")]


def test_a_chinese_text_with_a_line_a_paragraph() -> None:
    text = (
        "第一章 长江\n"
        + "\n".join(f"　　{p}" for p in CHINESE * 3)
        + "\n第二章 三峡\n"
        + "\n".join(f"　　{p}" for p in CHINESE[::-1] * 3)
    )
    chapters = read_plain(text, "t")
    assert [c.title for c in chapters] == ["第一章 长江", "第二章 三峡"]
    assert chapters[0].text == "\n\n".join(CHINESE * 3)


def test_markdown() -> None:
    book, chapters = read_markdown(MARKDOWN, "harbour")
    assert (book.title, book.author, book.licence) == ("The Harbour", ("Ann Teller", "Carl Writer"), "CC-BY-4.0")
    assert (book.language, book.fiction, book.subjects, book.description) == ("en", True, ("Sea stories",), "Of boats")
    assert [(c.title, c.kind) for c in chapters] == [("The Harbour", "front"), ("Snow", "chapter"), ("Thaw", "chapter")]
    assert chapters[1].text == (
        "It was very cold and quiet there, on the next line. A *star*, 3 < 4 & bold.\n\nQuoted.\n\none\n\ntwo\n\nx = 1\n\n"
        "* * *\n\na b\n\n1 2\n\nInside\n\nRain."
    )


def test_markdown_with_chapters_of_the_first_level_or_none() -> None:
    _, chapters = read_markdown("# One\n\na\n\n## x\n\nb\n\n# Two\n\nc\n", "f")
    assert [(c.title, c.text) for c in chapters] == [("One", "a\n\nx\n\nb"), ("Two", "c")]
    book, chapters = read_markdown("Just text.\n", "my-file")
    assert (book.name, [(c.title, c.kind, c.text) for c in chapters]) == (
        "my-file",
        [("my-file", "text", "Just text.")],
    )
    _, chapters = read_markdown("# Title\n\nonly text\n", "f")
    assert [(c.title, c.text) for c in chapters] == [("Title", "only text")]


@pytest.mark.parametrize(
    "headings",
    [["Erstes Kapitel", "Zweites Kapitel", "Drittes Kapitel"], ["CAPÍTULO PRIMERO", "CAPÍTULO SEGUNDO", "CAPÍTULO TERCERO"],
     ["Глава I", "Глава II", "Глава III"], ["제1장 안개", "제2장 폭풍", "제3장 귀향"], ["第1话 雾", "第2话 风暴", "第3话 归来"],
     ["【第一章】雾", "【第二章】风暴", "【第三章】归来"], ["1. The Black Bird", "2. The Grey Sea", "3. The White Wall"],
     ["ONE", "TWO", "THREE"], ["一、雾", "二、风暴", "三、归来"], ["Prologue", "1. The Sea", "2. The Wind", "3. The Wall"],
     ["Birinci Bölüm", "İkinci Bölüm", "Son Bölüm"]],
)  # fmt: skip
def test_books_of_other_languages_and_forms(headings: list[str]) -> None:
    text = "\n\n".join(f"{heading}\n\n{ONE}\n\n{TWO}" for heading in headings)
    chapters = read_plain(text, "t")
    assert [(c.title, c.text) for c in chapters] == [(h, "\n\n".join(ENGLISH + ENGLISH[::-1])) for h in headings]


def test_a_sentence_that_begins_as_a_heading_is_prose() -> None:
    text = f"第一章 雾\n\n{CHINESE[0]}\n\n第二部电影开始放映\n\n{CHINESE[1]}\n\n第二章 风暴\n\n{CHINESE[0]}"
    chapters = read_plain(text, "t")
    assert [c.title for c in chapters] == ["第一章 雾", "第二章 风暴"]
    assert "第二部电影开始放映" in chapters[0].text


def test_a_list_is_no_row_of_chapters() -> None:
    text = f"{ONE}\n\n1. Bread\n\n2. Salt\n\n3. Oil\n\n{TWO}\n\n“One.”\n\n“Index!”\n\nNotes!"
    assert [c.title for c in read_plain(text, "t")] == ["t"]


def test_headings_directly_over_their_text() -> None:
    text = "\n\n".join(f"CHAPTER {n}\n{ONE.replace(chr(10) * 2, chr(10))}" for n in "123")
    chapters = read_plain(text, "t")
    assert [c.title for c in chapters] == ["CHAPTER 1", "CHAPTER 2", "CHAPTER 3"]
    assert chapters[0].text.startswith(ENGLISH[0])


@pytest.mark.parametrize("end", ["THE END", "FIN.", "（完）", "Ende", "КОНЕЦ", "終わり", "— 끝 —", "全书完"])
def test_what_closes_a_book_goes(end: str) -> None:
    assert read_plain(f"{ONE}\n\n{end}", "t")[0].text == "\n\n".join(ENGLISH)
