"""A text as a Word document: what its parts say, and that others read it as it was meant."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import mammoth
import pytest
from lxml import etree
from tests.helpers.docx_check import W, faults, parts_of
from tests.helpers.word_files import noted, opened, paragraphs, read, said, shown, style_of

from longwriter.export.document import Metadata
from longwriter.export.docx import docx
from longwriter.export.markdown import publication
from longwriter.export.settings import ExportSettings

ALL = """# The Lighthouse

Before all chapters.

## Salt and *wind*

The keeper climbed *slowly*, **surely**, ***both***, ~~never~~.[^a] See `code()`, [a link](https://example.org/a?b=1&c=2#d)
or [below](#lists). And again.[^a]

A second paragraph.[^b]

> A quotation.
>
> > One within it.

* * *

### Lists

- one
- two
  - nested

7. seven
8. eight

   more of eight

   1. first

| Name | Value |
|:-----|------:|
| alpha | 1.5[^c] |
| 灯塔 | **300** |

```python
def f(x):
    return x  # a\tcomment
```

![A red square](red.png)

## Two

A line\\
break. <&>

[^a]: A note with *emphasis*.
[^b]: Another.

    With a second paragraph.
[^c]: In a table.
"""


def red(width: int, height: int) -> bytes:
    """A PNG."""
    rows = b"".join(b"\0" + b"\xc0\x20\x20" * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def word(text: str, metadata: Metadata | None = None, folder: Path | None = None, **settings: object) -> bytes:
    return docx(publication(text, metadata, folder), ExportSettings(**settings))


def tree(data: bytes, part: str = "document") -> etree._Element:
    return parts_of(data).trees[f"word/{part}.xml"]


def values(element: etree._Element, path: str) -> list[str]:
    return element.xpath(path, namespaces={"w": W[1:-1]})


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    (tmp_path / "red.png").write_bytes(red(30, 20))
    return word(ALL, None, tmp_path)


def test_it_says_what_the_text_says_and_keeps_to_the_schema(whole: bytes) -> None:
    source = publication(ALL)
    assert faults(whole) == []
    assert read(whole) == [line for line in said(source) if line != "A red square"]
    notes = {
        note.get(f"{W}id"): "\n".join(map(shown, note.iter(f"{W}p"))).strip()
        for note in tree(whole, "footnotes").iter(f"{W}footnote")
    }
    assert notes == {"-1": "", "0": "", "1": noted(source)[0], "2": noted(source)[1], "3": noted(source)[2]}


def test_python_docx_reads_it(whole: bytes) -> None:
    document = opened(whole)
    styles = [(p.style.name, p.text) for p in document.paragraphs]
    assert styles[0] == ("Title", "The Lighthouse")
    assert ("Heading 1", "Salt and wind") in styles
    assert ("Heading 2", "Lists") in styles
    assert ("Quote", "A quotation.") in styles
    assert ("List Bullet", "nested") in styles
    assert ("List Continue", "more of eight") in styles
    assert ("Source Code", "def f(x):\n    return x  # a\tcomment") in styles
    assert [[c.text for c in row.cells] for row in document.tables[0].rows] == [
        ["Name", "Value"],
        ["alpha", "1.5"],
        ["灯塔", "300"],
    ]
    link = next(p for p in document.paragraphs if p.hyperlinks).hyperlinks[0]
    assert (link.text, link.url) == ("a link", "https://example.org/a?b=1&c=2#d")
    assert (document.inline_shapes[0].width.inches, document.inline_shapes[0].height.inches) == (
        pytest.approx(30 / 96, abs=1e-4),
        pytest.approx(20 / 96, abs=1e-4),
    )


def test_mammoth_reads_it_with_its_notes(whole: bytes) -> None:
    found = mammoth.convert_to_html(BytesIO(whole)).value
    for piece in (
        "<em>slowly</em>", "<strong>surely</strong>", "<strong><em>both</em></strong>", "<s>never</s>",
        '<a href="https://example.org/a?b=1&amp;c=2#d">a link</a>', "<li>two<ul><li>nested</li></ul></li>",
        "<th><p>Name</p></th>", "<strong>300</strong>", 'alt="A red square"', "line<br />break. &lt;&amp;&gt;",
        "A note with <em>emphasis</em>.", "With a second paragraph.", "In a table.",
    ):  # fmt: skip
        assert piece in found, piece


def test_the_same_text_is_the_same_file_whenever_it_is_made(whole: bytes, tmp_path: Path) -> None:
    assert word(ALL, None, tmp_path) == whole
    assert b"2026" not in whole
    dates = {info.date_time for info in ZipFile(BytesIO(whole)).infolist()}
    assert dates == {(1980, 1, 1, 0, 0, 0)}


def test_properties_say_what_the_metadata_says() -> None:
    metadata = Metadata(
        title="A & B", author=("C. D", "E"), language="fr", date="2026-11-27", description="<of>", subjects=("sea", "salt"),
        rights="CC BY", identifier="urn:uuid:1",
    )  # fmt: skip
    found = opened(word("Du texte.", metadata)).core_properties
    assert (found.title, found.author, found.language) == ("A & B", "C. D; E", "fr")
    assert (found.keywords, found.comments, found.identifier) == ("sea, salt", "<of>", "urn:uuid:1")
    assert str(found.created) == str(found.modified) == "2026-11-27 00:00:00+00:00"
    assert opened(word("Text.")).core_properties.created is None


def test_numbers_begin_where_the_list_does_and_each_list_counts_for_itself() -> None:
    data = word("7. a\n8. b\n   1. c\n\ntext\n\n1. d\n\n- e\n  - f\n\n0. g")
    found = {
        shown(p): (values(p, "string(.//w:ilvl/@w:val)"), values(p, "string(.//w:numId/@w:val)"))
        for p in paragraphs(data)
    }
    assert found["a"] == found["b"] == ("0", "2")
    assert (found["c"], found["d"], found["e"], found["f"], found["g"]) == (
        ("1", "3"),
        ("0", "4"),
        ("0", "1"),
        ("1", "1"),
        ("0", "5"),
    )
    numbering = tree(data, "numbering")
    starts = {
        n: (
            values(numbering, f"string(//w:num[@w:numId={n}]//@w:ilvl)"),
            values(numbering, f"string(//w:num[@w:numId={n}]//w:startOverride/@w:val)"),
        )
        for n in (2, 3, 4, 5)
    }
    assert starts == {2: ("0", "7"), 3: ("1", "1"), 4: ("0", "1"), 5: ("0", "0")}


def test_what_stands_in_a_list_or_a_quotation_stands_further_in() -> None:
    data = word("- a\n\n  b\n\n  > c\n\n  ```\n  d\n  ```\n\n> - e\n>\n> f\n>\n> > g")
    indents = {shown(p): values(p, "string(./w:pPr/w:ind/@w:left)") for p in paragraphs(data)}
    assert indents == {"a": "", "b": "", "c": "992", "d": "425", "e": "992", "f": "", "g": "1134"}


def test_an_item_that_begins_with_no_text_has_its_sign() -> None:
    data = word("- - a\n-\n- ```\n  b\n  ```")
    signs = [(shown(p), values(p, "string(.//w:ilvl/@w:val)")) for p in paragraphs(data)]
    assert signs == [("", "0"), ("a", "1"), ("", "0"), ("b", "0")]
    assert faults(data) == []


def test_lists_as_deep_as_can_be_stay_on_the_page() -> None:
    data = word("".join(f"{'  ' * n}- w{n}\n" for n in range(45)))
    assert faults(data) == []
    assert max(int(v) for v in values(tree(data), "//w:ind/@w:left")) <= 0.6 * (11906 - 2 * 1701)


def test_a_second_mark_of_a_note_is_a_field_that_repeats_its_number(whole: bytes) -> None:
    assert values(tree(whole), "//w:footnoteReference/@w:id") == ["1", "2", "3"]
    codes = [code.text for code in tree(whole).iter(f"{W}instrText") if "NOTEREF" in code.text]
    assert codes == [" NOTEREF note1 \\h "]
    assert values(
        tree(whole), "//w:bookmarkStart[@w:name='note1']/following-sibling::w:r[1]/w:footnoteReference/@w:id"
    ) == ["1"]


def test_notes_that_word_cannot_have_stand_after_the_text() -> None:
    text = "A.[^1] B.[^3]\n\n[^1]: One, see[^2].\n[^2]: Two.\n[^3]: Three.\n[^4]: Four."
    data = word(text)
    assert faults(data) == []
    assert [shown(p).strip() for p in paragraphs(data)] == ["A. B.", "Two.", "Four."]
    notes = ["".join(map(shown, n.iter(f"{W}p"))).strip() for n in tree(data, "footnotes").iter(f"{W}footnote")]
    assert notes == ["", "", "One, see.", "Three."]
    assert values(tree(data, "footnotes"), "//w:hyperlink/@w:anchor") == ["note3"]
    last = paragraphs(data)[-2:]
    assert [values(p, "string(.//w:bookmarkStart/@w:name)") for p in last] == ["note3", "note4"]


@pytest.mark.parametrize(
    ("language", "text", "eastern", "fonts"),
    [
        ("zh-Hans", "风从海上来,吹过灯塔的窗。", "zh-CN", "SimSun"),
        ("zh-Hant", "風從海上來,吹過燈塔的窗。這個國家沒有船。", "zh-TW", "PMingLiU"),
        ("ja", "海から風が吹いて、灯台の窓を過ぎる。", "ja-JP", "Yu Mincho"),
        ("ko", "바람이 바다에서 불어와 등대의 창을 지난다.", "ko-KR", "Batang"),
    ],
)
def test_east_asian_texts_have_fonts_of_their_own(language: str, text: str, eastern: str, fonts: str) -> None:
    data = word(text)
    assert opened(data).core_properties.language == language
    own = "//w:rPrDefault/w:rPr"
    styles = tree(data, "styles")
    assert values(styles, f"{own}/w:rFonts/@w:eastAsia") == [fonts]
    assert values(styles, f"{own}/w:lang/@w:eastAsia") == [eastern]


def test_quotation_marks_in_chinese_are_chinese() -> None:
    data = word("他说:“今夜有雾……”\n\nHe said: “There is fog tonight, and it will not lift.”")
    hints = [values(p, "string(.//w:rFonts/@w:hint)") for p in paragraphs(data)]
    assert hints == ["eastAsia", ""]


def test_what_is_stressed_in_a_script_without_italics_is_bold() -> None:
    data = word("他*只有*说 *Moby Dick* 一次。")
    runs = {"".join(r.itertext()): r for r in paragraphs(data)[0].iter(f"{W}r")}
    assert values(runs["只有"], "./w:rPr/w:rStyle/@w:val") == ["Emphasis"]
    assert values(runs["只有"], "boolean(./w:rPr/w:i)") is False
    assert values(runs["Moby Dick"], "boolean(./w:rPr/w:i)") is True
    assert values(tree(data, "styles"), "boolean(//w:style[@w:styleId='Emphasis']//w:b)") is True


@pytest.mark.parametrize(("text", "tag"), [("كان الحارس يعد الدرجات.", "ar-SA"), ("השומר ספר את המדרגות.", "he-IL")])
def test_texts_from_right_to_left_are_so_throughout(text: str, tag: str) -> None:
    english, table = "This is an English line of the book, and that is that.", f"| a | b |\n|:--|--:|\n| {text} | 2 |"
    data = word(f"{text} Smith & Co. {text}\n\n{english}\n\n{table}")
    assert faults(data) == []
    styles = tree(data, "styles")
    assert values(styles, "//w:style[@w:styleId='Normal']/w:pPr/w:bidi") != []
    assert values(styles, "//w:rPrDefault//w:lang/@w:bidi") == [tag]
    first, second = paragraphs(data)[:2]
    assert [("".join(r.itertext()), r.find(f".//{W}rtl") is not None) for r in first.iter(f"{W}r")] == [
        (f"{text} ", True),
        ("Smith & Co", False),
        (f". {text}", True),
    ]
    assert values(second, "./w:pPr/w:bidi/@w:val") == ["0"]
    assert values(second, ".//w:lang/@w:val") == ["en-US"]
    assert values(tree(data), "//w:tblPr/w:bidiVisual") != []
    assert values(tree(data), "//w:sectPr/w:bidi") != []
    cells = [values(p, "string(./w:pPr/w:jc/@w:val)") for p in tree(data).iter(f"{W}p") if style_of(p) == "TableText"]
    assert cells == ["right", "left"]  # Word's right is where a paragraph ends: here the left


def test_a_line_in_another_language_says_so() -> None:
    data = word(
        "The keeper went up the stairs, and it was the last time that he did.\n\n灯塔在海边。\n\nكان الحارس هنا.\n\n"
        "Il était une fois un gardien qui ne parlait pas et la mer."
    )
    found = [
        (
            values(p, "string(.//w:lang/@w:*)"),
            values(p, "string(.//w:rFonts/@w:*)"),
            values(p, "boolean(./w:pPr/w:bidi)"),
        )
        for p in paragraphs(data)
    ]
    assert found == [("", "", False), ("zh-CN", "SimSun", False), ("ar-SA", "Times New Roman", True), ("", "", False)]


def test_hebrew_within_an_english_line_is_a_run_of_its_own() -> None:
    runs = [
        ("".join(r.itertext()), r.find(f".//{W}rtl") is not None)
        for r in paragraphs(word("He said שלום, עולם to her."))[0].iter(f"{W}r")
    ]
    assert runs == [("He said ", False), ("שלום, עולם", True), (" to her.", False)]


CHAPTERS = "# Book\n\n" + "".join(
    f"## {name}\n\n{'It was a long night and the sea was loud. ' * 90}\n\n" for name in ("One", "Two")
)


def test_a_book_begins_chapters_on_new_pages_and_a_report_does_not() -> None:
    book, report = word(CHAPTERS), word("# Report\n\n## One\n\nText.\n\n## Two\n\nText.")
    broken = "//w:style[@w:styleId='Heading1']//w:pageBreakBefore"
    assert values(tree(book, "styles"), broken) != []
    assert values(tree(report, "styles"), broken) == []
    assert values(tree(book), "//w:sectPr/w:pgNumType/@w:fmt") == ["lowerRoman"]
    assert values(tree(book), "//w:sectPr/w:pgNumType/@w:start") == ["1", "1"]
    assert len(values(tree(report), "//w:sectPr")) == 1
    assert [style_of(p) for p in paragraphs(report)] == ["Heading1", "FirstParagraph", "Heading1", "FirstParagraph"]


def test_parts_have_chapters_below_them() -> None:
    text = "# Part One\n\n## Salt\n\nText.\n\n### Below\n\nText.\n\n# Part Two\n\n## Wind\n\nText."
    data = word(text)
    assert [(style_of(p), shown(p)) for p in paragraphs(data) if "Heading" in style_of(p)] == [
        ("Heading1", "Part One"), ("Heading2", "Salt"), ("Heading3", "Below"), ("Heading1", "Part Two"), ("Heading2", "Wind"),
    ]  # fmt: skip
    assert [p.text for p in toc(data)] == ["Part One\t", "Salt\t", "Below\t", "Part Two\t", "Wind\t"]
    assert [p.style.name for p in toc(data)] == ["toc 1", "toc 2", "toc 3", "toc 1", "toc 2"]


def test_parts_of_a_book_stand_on_pages_of_their_own() -> None:
    chapters = CHAPTERS.removeprefix("# Book\n\n")
    data = word(f"# Part One\n\n{chapters}# Part Two\n\n{chapters}")
    alone, chapter, section = (f"//w:style[@w:styleId='Heading{n}']" for n in (1, 2, 3))
    look = tree(data, "styles")
    assert [values(look, f"boolean({style}//w:pageBreakBefore)") for style in (alone, chapter, section)] == [
        True,
        True,
        False,
    ]
    assert [values(look, f"string({style}//w:jc/@w:val)") for style in (alone, chapter)] == ["center", ""]


def toc(data: bytes) -> list:
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    document = opened(data)
    return [
        Paragraph(p, document._body)
        for p in document.element.body.iter(f"{W}p")
        if style_of(p).startswith("TOC") and style_of(p) != "TOCHeading"
    ]


def test_the_contents_are_a_field_that_is_filled_and_asks_nobody() -> None:
    data = word(CHAPTERS)
    assert [p.text for p in toc(data)] == ["One\t", "Two\t"]
    codes = [code.text.strip() for code in tree(data).iter(f"{W}instrText")]
    assert codes[:3] == ['TOC \\o "1-2" \\h \\z \\u', "PAGEREF h2", "PAGEREF h3"]
    every = b"".join(parts_of(data).files.values())
    assert b"updateFields" not in every
    assert b"dirty" not in every
    assert toc(word(CHAPTERS, contents=False)) == []
    assert toc(word("# Book\n\n## Only one\n\nText.")) == []
    assert "目录" in {
        p.text for p in opened(word("# 书\n\n## 一\n\n今夜有雾。\n\n## 二\n\n今夜有雾。"))._body._element.iter(f"{W}t")
    }


@pytest.mark.parametrize(("paper", "size"), [("a4", (210, 297)), ("a5", (148, 210)), ("letter", (216, 279))])
def test_paper_and_what_stands_at_its_edges(paper: str, size: tuple[int, int]) -> None:
    document = opened(word(CHAPTERS, Metadata(author=("A",)), paper=paper))
    front, text = document.sections
    assert (round(text.page_width.mm), round(text.page_height.mm)) == size
    assert text.header.paragraphs[0].text == "Book"
    assert "PAGE" in text.footer.paragraphs[0]._p.xml
    assert front.different_first_page_header_footer
    assert not text.different_first_page_header_footer


def test_pictures_are_as_wide_as_the_text_at_most_and_are_packed_once(tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(red(3000, 60))
    (tmp_path / "tall.png").write_bytes(red(10, 4000))
    data = word('![a "quoted" <one>](red.png)\n\nIn ![it](red.png) a line.\n\n![tall](tall.png)', None, tmp_path)
    shapes = opened(data).inline_shapes
    assert [round(s.width.twips) for s in shapes][:2] == [11906 - 2 * 1701] * 2
    assert round(shapes[0].width / shapes[0].height) == 50
    assert shapes[2].height.twips == pytest.approx(0.8 * (16838 - 2 * 1559), abs=1)
    assert sorted(n for n in parts_of(data).files if "media" in n) == [
        "word/media/picture-1.png",
        "word/media/picture-2.png",
    ]
    assert [e.get("descr") for e in tree(data).iter("{*}docPr")] == ['a "quoted" <one>', "it", "tall"]
    assert faults(data) == []


def test_a_picture_in_a_note_belongs_to_the_notes(tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(red(10, 10))
    data = word("A.[^1]\n\n[^1]: ![it](red.png) and [there](https://example.org).", None, tmp_path)
    assert faults(data) == []
    kinds = {kind for kind, _ in parts_of(data).relations("word/footnotes.xml").values()}
    assert kinds == {"image", "hyperlink"}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://example.org/%zz#a#b", "https://example.org/%25zz#a%23b"),
        ("https://example.org/[x]", "https://example.org/%5Bx%5D"),
        ("https://example.org/" + "a" * 2_100, ""),
    ],
)
def test_addresses_are_such_that_word_opens_the_file(address: str, kept: str) -> None:
    data = word(f"See [there]({address}) now.")
    assert faults(data) == []
    assert shown(paragraphs(data)[0]) == "See there now."
    links = [target for kind, target in parts_of(data).relations("word/document.xml").values() if kind == "hyperlink"]
    assert links == ([kept] if kept else [])


def test_a_table_with_more_columns_than_word_has_is_lines_with_tabs() -> None:
    wide = "|".join(f"c{n}" for n in range(64))
    data = word(f"|{wide}|\n|{'---|' * 64}\n|{wide}|")
    assert faults(data) == []
    assert read(data) == ["\t".join(f"c{n}" for n in range(64))] * 2


def test_header_rows_are_repeated_and_tables_stay_apart() -> None:
    data = word("| a |\n|---|\n| b |\n\n| c |\n|---|\n| d |")
    assert faults(data) == []
    assert [values(row, "boolean(.//w:tblHeader)") for row in tree(data).iter(f"{W}tr")] == [True, False, True, False]


@pytest.mark.parametrize(
    "text", ["", "\n", "#", "# \n\n##", "[^1]: x", "> ", "-", "|a|\n|-|", "\x00\x07\ud800\ufffe\x1b[0m&#1;&#xFFFE;"]
)
def test_next_to_nothing_is_a_document(text: str) -> None:
    assert faults(word(text)) == []


def test_characters_that_xml_cannot_hold_do_not_reach_it() -> None:
    odd = "a\x00\x08\x0b\x1f\x7f\x85\ud800\ufdd0\ufffe\uffffz\t\U0010ffff"
    data = word(f"# {odd}\n\n## {odd}\n\n{odd}[^1] `{odd}`\n\n[^1]: {odd}\n\n```\n{odd}\n```")
    assert faults(data) == []
    assert "a\ufffd\ufdd0z" in read(data)[0]


def test_links_within_the_text_lead_to_its_headings_and_its_title() -> None:
    data = word(
        "# Sea\n\nTo [the top](#sea), [there](#salt-wind), [an empty one](#) and back.\n\n## Salt *wind*\n\nText."
    )
    assert faults(data) == []
    assert values(tree(data), "//w:body/w:p//w:hyperlink/@w:anchor") == ["title", "h2"]


def test_a_file_s_name_is_no_title_that_is_shown() -> None:
    data = docx(publication("## One\n\nText.\n\n## Two\n\nText.", named="draft-3"), ExportSettings())
    assert faults(data) == []
    assert opened(data).core_properties.title == "draft-3"
    assert b"draft-3" not in parts_of(data).files["word/document.xml"]
    assert "word/header.xml" not in parts_of(data).files
