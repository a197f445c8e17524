"""The EPUB of a text: its notes, contents, files, directions and covers, and the structure of every one."""

import io
import re
import time
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.epub_check import problems
from tests.helpers.lighthouses import WRITTEN
from tests.helpers.nasty_markdown import Nasty, lost

from longwriter.export.document import Metadata
from longwriter.export.epub import book, pieces
from longwriter.export.epub.book import epub
from longwriter.export.markdown import publication
from longwriter.export.plain import plain
from longwriter.export.settings import ExportSettings

BODY = "{http://www.w3.org/1999/xhtml}body"
PLAIN = ExportSettings(cover=False)
GIF = b"GIF89a" + (2).to_bytes(2, "little") + (3).to_bytes(2, "little") + b"\x00" * 10


def made(text: str, settings: ExportSettings = PLAIN, folder: Path | None = None, **said: object) -> dict[str, str]:
    """The text files of a book, by name; it has no faults."""
    data = epub(publication(text, Metadata(**said), folder, "named"), settings)
    assert problems(data) == []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            n.removeprefix("EPUB/"): archive.read(n).decode()
            for n in archive.namelist()
            if not n.endswith((".png", ".gif"))
        }


def test_each_part_and_chapter_is_a_file_and_the_contents_list_all() -> None:
    files = made("Before.\n\n# Part One\n\n## A\n\n### A.1\n\nx\n\n## B\n\ny\n\n# Part Two\n\n## C\n\nz")
    texts = [n for n in files if n.endswith(".xhtml")]
    assert texts == [
        "title.xhtml",
        "contents.xhtml",
        "front-1.xhtml",
        "part-1.xhtml",
        "chapter-1.xhtml",
        "chapter-2.xhtml",
        "part-2.xhtml",
        "chapter-3.xhtml",
    ]
    toc = re.findall(r'href="([^"]*)"[^>]*>([^<]*)', files["contents.xhtml"].partition("landmarks")[0])[1:]
    assert toc == [
        ("front-1.xhtml#front", "Before."),
        ("part-1.xhtml#h1", "Part One"),
        ("chapter-1.xhtml#h2", "A"),
        ("chapter-1.xhtml#h3", "A.1"),
        ("chapter-2.xhtml#h4", "B"),
        ("part-2.xhtml#h5", "Part Two"),
        ("chapter-3.xhtml#h6", "C"),
    ]
    assert re.findall(r'content src="([^"]*)"', files["toc.ncx"]) == [address for address, _ in toc]


def test_notes_stand_in_the_file_that_first_refers_to_them_and_lead_back() -> None:
    files = made("# T\n\n## A\n\na[^x]\n\n## B\n\nb[^x] c[^y]\n\n[^x]: X[^z]\n\n[^y]: Y\n\n[^z]: Z")
    first, second = files["chapter-1.xhtml"], files["chapter-2.xhtml"]
    assert re.findall(r'<aside id="(note-\d)" epub:type="footnote"', first) == ["note-1", "note-3"]
    assert re.findall(r'<aside id="(note-\d)"', second) == ["note-2"]
    assert 'id="mark-1" epub:type="noteref" role="doc-noteref" href="#note-1"' in first
    assert '<a role="doc-backlink" href="#mark-1">1.</a> X' in first
    assert 'href="chapter-1.xhtml#note-1">1</a>' in second


def test_a_long_chapter_goes_over_files_and_its_links_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONGEST", 300)
    paragraphs = "\n\n".join(f"{'word ' * 20}{n}" for n in range(5))
    files = made(
        f"## A\n\n[to the end](#last)\n\n{paragraphs}\n\n### Last\n\nend[^1]\n\n{paragraphs}\n\n[^1]: note [back](#a)\n\n"
        "## B\n\n[x](#last)"
    )
    names = [n for n in files if n.startswith("chapter")]
    assert names == [*(f"chapter-1{n}.xhtml" for n in ("", "-2", "-3", "-4", "-5")), "chapter-2.xhtml"]
    assert all(len(files[name]) < 1100 for name in names)
    heading = next(name for name in names if "<h2" in files[name])
    assert "<h2" not in files[heading][-60:]
    assert f'href="{heading}#h2">to the end' in files["chapter-1.xhtml"]
    assert f'href="{heading}#h2">x' in files["chapter-2.xhtml"]
    assert 'href="chapter-1.xhtml#h1">back' in files[heading]
    assert f'href="{heading}#h2">Last' in files["contents.xhtml"]


def test_a_heading_never_ends_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LONGEST", 100)
    files = made("## A\n\n" + "\n\n".join(f"### S{n}\n\n{'w ' * 60}" for n in range(4)))
    assert [len(re.findall("<h2", files[n])) for n in files if n.startswith("chapter")] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "language", "direction", "contents"),
    [
        ("# كتاب البحر\n\nكان البحر هادئا في ذلك المساء وكان القارب بعيدا", "ar", "rtl", "المحتويات"),
        ("# ספר הים\n\nהים היה שקט בערב ההוא והסירה הייתה רחוקה", "he", "rtl", "תוכן העניינים"),
        ("# 海\n\n那天晚上海很平静，船在很远的地方。", "zh-Hans", "ltr", "目录"),
        ("# Snow\n\nThe harbour was quiet that evening and the boat was far away.", "en", "ltr", "Contents"),
    ],
)  # fmt: skip
def test_language_and_direction_are_told_everywhere(text: str, language: str, direction: str, contents: str) -> None:
    files = made(text)
    assert ('page-progression-direction="rtl"' in files["package.opf"]) == (direction == "rtl")
    assert f"<dc:language>{language}</dc:language>" in files["package.opf"]
    for name in (n for n in files if n.endswith(".xhtml")):
        assert f'lang="{language}" xml:lang="{language}" dir="{direction}"' in files[name]
    assert f">{contents}</h1>" in files["contents.xhtml"]


def test_the_package_holds_all_that_is_said_of_the_book() -> None:
    opf = made(
        "x",
        title=" A & B\n<C> ",
        author=("Ann", " ", "Bo\x00b"),
        language="pt-BR",
        date="2026-11-27",
        description="About\x0c it",
        subjects=("Sea", "Snow"),
        rights="CC0",
        identifier="urn:isbn:1",
    )["package.opf"]
    package = ET.fromstring(opf)
    told = [(e.tag.partition("}")[2], e.text) for e in package.iter() if "purl.org/dc" in e.tag]
    assert told == [
        ("identifier", "urn:isbn:1"), ("title", "A & B <C>"), ("creator", "Ann"), ("creator", "Bob"), ("language", "pt-BR"),
        ("date", "2026-11-27"), ("description", "About it"), ("subject", "Sea"), ("subject", "Snow"), ("rights", "CC0"),
    ]  # fmt: skip
    assert '<meta property="dcterms:modified">2026-11-27T00:00:00Z</meta>' in opf


@pytest.mark.parametrize(
    ("language", "tag"),
    [("english language", "und"), ("zh-cmn-Hans-CN", "zh-cmn-Hans-CN"), ("en-x-a", "en-x-a"), ("e", "und")],
)
def test_what_is_no_language_is_not_told(language: str, tag: str) -> None:
    assert f"<dc:language>{tag}</dc:language>" in made("x", language=language)["package.opf"]


def test_a_date_that_is_none_and_a_book_without_a_name() -> None:
    opf = epub(publication("", Metadata(date="2026-02-30")), PLAIN)
    assert problems(opf) == []
    files = made("", date="2026-02-30")
    assert "dc:date" not in files["package.opf"]
    assert "2000-01-01T00:00:00Z" in files["package.opf"]


def test_pictures_come_along_and_their_words_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(GIF)
    files = made("# T\n\n![a boat](a.gif)\n\nin ![it](a.gif) line", folder=tmp_path)
    assert (
        '<figure><img src="images/picture-1.gif" alt="a boat" width="2" height="3" /></figure>'
        in files["chapter-1.xhtml"]
    )
    assert "alternativeText" in files["package.opf"]
    assert 'schema:accessibilityHazard">unknown<' in files["package.opf"]
    assert "alternativeText" not in made("![](a.gif)", folder=tmp_path)["package.opf"]


def test_the_contents_can_be_left_out_of_the_pages() -> None:
    files = made("## A\n\nx\n\n## B\n\ny", ExportSettings(cover=False, contents=False))
    assert 'idref="nav"' not in files["package.opf"]
    assert 'epub:type="toc" href' not in files["contents.xhtml"]


def test_links_hold_no_links_and_no_marks() -> None:
    page = made(
        "[![b](https://b.org/b.png) *![e](https://e.org)*](https://c.org) [](https://d.org)\n\n[^[n]w](http://f.org)"
    )["chapter-1.xhtml"]
    assert '<p><a href="http://f.org">w</a><sup><a id="mark-1"' in page
    assert '<p><a href="https://c.org">b <em>e</em></a> <a href="https://d.org">https://d.org</a></p>' in page


def test_a_mark_in_the_words_of_a_picture_is_no_place_to_lead_back_to() -> None:
    page = made("![a[^1]](b.png) and[^1] more[^2]\n\n[^1]: n\n\n[^2]: ![c[^1]](d.png)")["chapter-1.xhtml"]
    assert 'a and<sup><a id="mark-1"' in page
    assert 'href="#mark-1">1.</a> n' in page


@pytest.mark.parametrize(
    "address",
    ["https://a%20b.org", "http://a..b", "http:///x", "http://a@b@c", "https://xn--", "javascript:x", "mailto:x"],
)
def test_what_leads_nowhere_is_words(address: str) -> None:
    page = made(f"[words](<{address}>)")["chapter-1.xhtml"]
    assert "words" in page
    assert "<a" not in page


def test_headings_without_words_are_places_but_no_lines_of_the_contents() -> None:
    files = made("## A\n\n###\n\n##\n\nwhat stands here begins it and goes on for many more words\n\n## ![x](y.png)")
    toc = re.findall(r'href="([^"]*)"[^>]*>([^<]*)', files["contents.xhtml"].partition("landmarks")[0])[1:]
    assert [title for _, title in toc] == ["A", "what stands here begins it and goes on …", "x"]


def test_a_title_may_speak_of_links_and_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "cover_png", lambda svg: None)  # as where resvg is not installed
    files = made("# <a href='x'>url(y)</a> <script>\n\nx", ExportSettings())
    assert "&lt;script&gt;" in files["cover.svg"]


def test_equal_texts_are_equal_bytes() -> None:
    text = "# T\n\n## A\n\nx[^1]\n\n[^1]: n"
    first, second = (epub(publication(text), ExportSettings()) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("language", WRITTEN)
def test_the_pages_say_what_the_text_says(language: str) -> None:
    title, chapter, paragraph, note = WRITTEN[language]
    text = f"# {title}\n\n{note}\n\n" + f"## {chapter}\n\n{paragraph}[^1] *{note}*\n\n- {note}\n\n[^1]: {note}\n\n" * 3
    files = made(text, ExportSettings(cover=False, contents=False))
    pages = "".join(
        "".join(ET.fromstring(page).find(BODY).itertext())
        for n, page in files.items()
        if n.endswith(".xhtml") and n != "contents.xhtml"
    )
    assert [c for c in pages if c.isalpha()] == [c for c in plain(publication(text), PLAIN).decode() if c.isalpha()]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.integers(min_value=0))
def test_every_text_is_a_sound_book(text: str, seed: int) -> None:
    for written in (
        text,
        Nasty(seed).text(),
        f"# {text}\n\n- {text}\n\n> {text}\n\n|{text}|\n|-|\n|{text}|\n\n[^1]: {text}",
    ):
        assert problems(epub(publication(written, Metadata(title=text, author=(text,))), PLAIN)) == []


@pytest.mark.slow
def test_nothing_of_hard_markdown_is_lost_and_its_books_are_sound() -> None:
    for seed in range(1500):
        text = Nasty(seed).text()
        read = publication(text)
        assert list(lost(text, plain(read, PLAIN).decode())) == [], seed
        assert problems(epub(read, PLAIN)) == [], seed


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 50_000, "# \n\n" * 5_000, "*a **b " * 3_000, "[" * 100_000, "**" * 4_000 + "w" + "**" * 4_000,
        "> " * 50_000 + "w", "- " * 5_000 + "w",
        "".join(f"w[^{n}]\n\n[^{n}]: n[^{n + 1}]\n\n" for n in range(3_000)), "w " * 500_000, "|a|\n|-|\n|" + "x|" * 50_000,
    ],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    began = time.process_time()
    epub(publication(text), PLAIN)
    assert time.process_time() - began < 5


def test_the_checker_sees_what_is_wrong() -> None:
    good = epub(publication("# T\n\n## A\n\na[^1] [x](#b)\n\n## B\n\nb\n\n[^1]: n"), PLAIN)

    def spoiled(name: str, old: str, new: str) -> list[str]:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as archive, zipfile.ZipFile(out, "w") as made:
            for entry in archive.infolist():
                data = archive.read(entry)
                if entry.filename == f"EPUB/{name}":
                    assert old.encode() in data
                    data = data.replace(old.encode(), new.encode())
                made.writestr(entry, data)
        return problems(out.getvalue())

    assert spoiled("style.css", "h1", "h1") == []
    assert spoiled("chapter-1.xhtml", "#note-1", "#note-2")
    assert spoiled("chapter-1.xhtml", 'id="note-1"', 'id="mark-1"')
    assert spoiled("chapter-1.xhtml", "chapter-2.xhtml", "chapter-9.xhtml")
    assert spoiled("chapter-1.xhtml", "<p>", "<p onclick='x'>")
    assert spoiled("chapter-1.xhtml", "<p>a", "<p><script/>a")
    assert spoiled("chapter-1.xhtml", "</section>", "")
    assert spoiled("chapter-2.xhtml", "<p>b</p>", "<p><p>b</p></p>")
    assert spoiled("contents.xhtml", '<li><a href="chapter-2.xhtml#h3">B</a></li>', "")
    assert spoiled("package.opf", '<itemref idref="chapter-2"/>', "")
    assert spoiled("package.opf", "<dc:title>T</dc:title>", "<dc:title> </dc:title>")
    assert spoiled("style.css", "h1", "@import 'x'; h1")
