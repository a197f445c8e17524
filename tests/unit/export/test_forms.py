"""The forms of a text: by the name of a file, as plain text, as a page, as a folder of chapters."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longwriter.errors import InputError
from longwriter.export.chapters import chapters
from longwriter.export.formats import FORMATS, Original, form_of, made
from longwriter.export.html import html
from longwriter.export.markdown import publication
from longwriter.export.references import Reference
from longwriter.export.settings import ExportSettings

TEXT = (
    "# The Fog & Co\n\nFor <Ada>.\n\n## One\n\nIt *came*[^1] in.\n\n- a\n- b\n\n> said\n\n| h | i |\n|---|--:|\n| 1 | 2 |\n\n"
    "## Two\n\n***\n\n[x](https://a.b/?q=1&r=2) <script>alert(1)</script>\n\n[^1]: At *night*.\n"
)
PLAIN = ExportSettings()


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.md", "md"), ("a.MARKDOWN", "md"), ("b.c.htm", "html"), ("a.epub", "epub"), ("a.text", "txt"),
     ("chapters", "chapters"), ("x/", "chapters")],
)  # fmt: skip
def test_a_name_stands_for_a_form(name: str, form: str) -> None:
    assert form_of(name) == form


@pytest.mark.parametrize("name", ["a.odt", "a.doc", "book", ".epub", "a.epub.zip", "a."])
def test_a_form_that_is_not_known_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match=r"there are \.md, \.html, \.epub"):
        form_of(name)


def test_a_folder_stands_for_chapters(tmp_path: Path) -> None:
    assert form_of(tmp_path) == "chapters"


def test_plain_text() -> None:
    content, told = made(Original(TEXT), "txt", PLAIN)
    assert told == ()
    assert isinstance(content, bytes)
    assert content.decode() == (
        "The Fog & Co\n\nFor <Ada>.\n\n\n\nOne\n\nIt came[1] in.\n\n- a\n- b\n\n    said\n\nh\ti\n1\t2\n\n[1] At night.\n\n"
        "\n\nTwo\n\n* * *\n\nx <script>alert(1)</script>\n"
    )


def test_contents_of_a_word_file_say_that_word_alone_counts_its_pages() -> None:
    pytest.importorskip("docx")
    two = Original("# The Fog\n\n## One\n\nFog.\n\n## Two\n\nFog.\n")
    said = (
        "the contents of the .docx have no page numbers, since Word alone knows its pages: open it, press Ctrl+A, then F9",
    )
    assert made(two, "docx", PLAIN)[1] == said
    assert made(Original("# The Fog\n\n## One\n\n### A\n\nFog.\n"), "docx", PLAIN)[1] == said
    for original, form, chosen in [
        (two, "docx", ExportSettings(contents=False)), (two, "epub", PLAIN),
        (Original("# The Fog\n\n## One\n\nFog.\n"), "docx", PLAIN),
    ]:  # fmt: skip
        assert made(original, form, chosen)[1] == ()


class Reader(HTMLParser):
    """Checks that all elements are closed in order, and gathers ids, addresses and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.add(tag)
        self.ids += [said["id"] or ""] if "id" in said else []
        self.addresses += [v or "" for k, v in attrs if k in ("href", "src")]
        if tag not in ("meta", "br", "hr", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text += data


def read(text: str, book: ExportSettings = PLAIN) -> Reader:
    found = Reader()
    found.feed(html(publication(text, book.metadata()), book).decode())
    found.close()
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    inside = [a for a in found.addresses if a.startswith("#")]
    assert {a[1:] for a in inside} <= set(found.ids)
    return found


def test_a_page_holds_the_text_and_asks_for_nothing() -> None:
    found = read(TEXT)
    assert "script" not in found.tags
    assert {a for a in found.addresses if not a.startswith("#")} == {"https://a.b/?q=1&r=2"}
    words = re.sub(r"\s+", " ", found.text)
    for said in ("The Fog & Co", "For <Ada>.", "It came1 in.", "<script>alert(1)</script>", "1. At night."):
        assert said in words


def test_a_page_says_what_the_book_says_of_itself() -> None:
    book = ExportSettings(title='A "T"', author=("Ada & Co",), language="he", description="d", contents=False)
    page = html(publication(TEXT, book.metadata()), book).decode()
    assert '<html lang="he"' in page
    assert "<title>A &quot;T&quot;</title>" in page
    assert '<meta name="author" content="Ada &amp; Co">' in page
    assert "<nav" not in page


def test_lines_in_another_language_are_told() -> None:
    page = html(
        publication("The keeper of the light wrote that he was there.\n\nكتب الحارس رسالة\n\n海边的少年\n"), PLAIN
    ).decode()
    assert '<html lang="en" dir="ltr">' in page
    assert '<p lang="ar" xml:lang="ar" dir="rtl">كتب' in page
    assert '<p lang="zh" xml:lang="zh" dir="ltr">海边' in page


def test_chapters_are_the_text_cut_in_pieces() -> None:
    said = "---\ntitle: x\n---\n" + TEXT
    assert b"".join(chapters(said).values()) == said.encode()
    assert list(chapters(said)) == ["01.md", "02-one.md", "03-two.md"]
    found = chapters(TEXT.replace("\n", "\r\n"))
    assert list(found) == ["01.md", "02-one.md", "03-two.md"]
    assert b"".join(found.values()) == TEXT.replace("\n", "\r\n").encode()
    assert found["03-two.md"].startswith(b"## Two\r\n")


PIECES = st.sampled_from(
    [
        "# A\n",
        "## B\n",
        "### 第一部\n",
        "x\n=\n",
        "> # q\n",
        "- # i\n",
        "```\n",
        "\r\n",
        "\n",
        "\x0c",
        "a",
        "\r",
        "[^1]: n\n",
        "\u2028",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
@example("a[^1]: n\nx\n=\n[^1]: n")
@example("# a[^1]\n\nb[^1]\n\n[^1]: n\n")
def test_any_text_is_its_chapters_and_a_whole_page(text: str) -> None:
    assert b"".join(chapters(text).values()).decode() == text
    read(text)


def test_equal_texts_are_equal_files() -> None:
    for form in ("html", "txt", "epub"):
        assert made(Original(TEXT), form, PLAIN) == made(Original(TEXT), form, PLAIN)


def test_every_form_has_its_function() -> None:
    for form in FORMATS:
        original = Original("# T\n\n## A\n\ntext [s1]\n", references=(Reference(("s1",), "Mills", "mills.md"),))
        content, _ = made(original, form, PLAIN)
        assert isinstance(content, bytes)
        assert len(content) > 10


def test_a_text_that_is_no_markdown_is_its_own_plain_text() -> None:
    kept = Original("CHAPTER I\r\n\r\nIt is *so*.\r\n", "## CHAPTER I\n\nIt is \\*so\\*.\n", plain=True)
    assert made(kept, "txt", PLAIN)[0] == made(kept, "md", PLAIN)[0] == kept.text.encode()
    page = made(kept, "html", PLAIN)[0]
    assert isinstance(page, bytes)
    assert b"<p>It is *so*.</p>" in page
