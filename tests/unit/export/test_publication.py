"""What a Markdown text is as a publication: divisions, blocks, notes, links, pictures; nothing that is read is lost."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longwriter.export.document import (
    CodeBlock,
    CodeSpan,
    Emphasis,
    Heading,
    Image,
    LineBreak,
    Link,
    Listing,
    Metadata,
    NoteMark,
    Paragraph,
    Quote,
    SceneBreak,
    Strong,
    Table,
    Text,
    bare,
    inlines_of,
)
from longwriter.export.markdown import publication
from longwriter.export.plain import plain
from longwriter.export.settings import ExportSettings

PNG = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + (3).to_bytes(4) + (2).to_bytes(4) + b"\x08\x02\x00\x00\x00"


def titles(text: str) -> list[tuple[str, str]]:
    return [(d.kind, bare(d.title)) for d in publication(text).divisions]


def test_a_title_a_front_and_chapters() -> None:
    found = publication("# The Fog\n\nFor Ada.\n\n## One\n\na\n\n### Within\n\nb\n\n## Two\n\nc\n")
    assert found.metadata.title == "The Fog"
    assert [(d.kind, bare(d.title), d.id) for d in found.divisions] == [
        ("front", "", "front"), ("chapter", "One", "h2"), ("chapter", "Two", "h4"),
    ]  # fmt: skip
    assert found.divisions[1].blocks[1] == Heading(2, "h3", (Text("Within"),))
    assert [(e.title, [c.title for c in e.children]) for e in found.contents()] == [("One", ["Within"]), ("Two", [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no heading\n", [("chapter", "")]),
        ("# A\n\na\n\n# B\n\nb\n", [("chapter", "A"), ("chapter", "B")]),  # two of the first level: no title
        ("# T\n\n## Part One\n\n### A\n\n### B\n", [("part", "Part One"), ("chapter", "A"), ("chapter", "B")]),
        ("# 书\n\n## 第一部\n\n### 雾\n\n### 风\n", [("part", "第一部"), ("chapter", "雾"), ("chapter", "风")]),
        ("# T\n\n## Parting\n\n### A\n\n## Partners\n\n### B\n", [("chapter", "Parting"), ("chapter", "Partners")]),
        ("# T\n\n#### deep\n\na\n", [("chapter", "deep")]),
        ("A\n=\n\nB\n-\n\nb\n", [("chapter", "B")]),
        ("# T\n\n# One\n\na\n\n# Two\n\nb\n", [("chapter", "One"), ("chapter", "Two")]),  # nothing stands below T
        ("# Part One\n\n# A\n\na\n\n# B\n\nb\n", [("chapter", "Part One"), ("chapter", "A"), ("chapter", "B")]),
        (
            "---\ntitle: On  tides\n---\n\n# On Tides\n\n## Abstract\n\n# Part One\n\n## A\n\nb\n\n# Part Two\n\n## B\n\nc\n",
            [("chapter", "Abstract"), ("part", "Part One"), ("chapter", "A"), ("part", "Part Two"), ("chapter", "B")],
        ),
    ],
)  # fmt: skip
def test_what_begins_a_page(text: str, expected: list[tuple[str, str]]) -> None:
    assert titles(text) == expected


def test_attributes_behind_headings_are_not_their_words() -> None:
    text = "# Tides {#sec:tides .unnumbered}\n\n[up](#sec:tides) [none](#)\n\nB {-}\n=\n\n"
    text += "# Set {1, 2}\n\n# {#x}\n\n# C \\{#c\\}\n\n# D{: .x}\n"
    found = publication(text)
    assert [bare(d.title) for d in found.divisions] == ["Tides", "B", "Set {1, 2}", "{#x}", "C {#c}", "D"]
    assert found.divisions[0].blocks == (Paragraph((Link("#h1", (Text("up"),)), Text(" none"))),)


def test_blocks_and_lines() -> None:
    text = (
        "a *b **c*** `d`  \ne\nf\n\n> q\n\n- x\n- y\n\n3. m\n\n4. n\n\n***\n\n```py\n1\n```\n\n"
        "| h | i |\n|:-:|--:|\n| 1<br>2 | [w](https://a.b) |\n"
    )
    assert publication(text).divisions[0].blocks == (
        Paragraph((
            Text("a "), Emphasis((Text("b "), Strong((Text("c"),)))), Text(" "), CodeSpan("d"), LineBreak(), Text("e f"),
        )),
        Quote((Paragraph((Text("q"),)),)),
        Listing(((Paragraph((Text("x"),)),), (Paragraph((Text("y"),)),)), None, tight=True),
        Listing(((Paragraph((Text("m"),)),), (Paragraph((Text("n"),)),)), 3, tight=False),
        SceneBreak(),
        CodeBlock("1", "py"),
        Table(
            ("center", "right"), ((Text("h"),), (Text("i"),)),
            (((Text("1"), LineBreak(), Text("2")), (Link("https://a.b", (Text("w"),)),)),),
        ),
    )  # fmt: skip


def test_a_line_that_begins_with_a_year_is_no_list() -> None:
    blocks = publication("1984. It was cold.\n\n1999. It was not.\n\n---\n\n1. So.\n").divisions[0].blocks
    assert blocks[0] == Paragraph((Text("1984. It was cold."),))
    assert blocks[1] == Paragraph((Text("1999. It was not."),))
    assert isinstance(blocks[3], Listing)


def test_front_matter_is_what_a_book_says_of_itself() -> None:
    text = "---\ntitle: The Fog\nauthor: Ada\nlang: fr\ndate: 2026-01-02T10:00\ntags: [sea, fog]\n---\n\n## One\n\na\n"
    found = publication(text, Metadata(language="de"))
    assert found.metadata.title == "The Fog"
    assert (found.metadata.author, found.metadata.language, found.metadata.date) == (("Ada",), "de", "2026-01-02")
    assert found.metadata.subjects == ("sea", "fog")
    assert [bare(d.title) for d in found.divisions] == ["One"]
    assert publication("---\ntitle: Fog\n---\n# Mist\n\na\n").metadata.title == "Mist"
    scene = publication("---\n\nHe said: no.\n\n---\n").divisions[0].blocks
    assert scene == (SceneBreak(), Paragraph((Text("He said: no."),)), SceneBreak())


def test_lines_of_chinese_are_joined_without_a_blank() -> None:
    assert publication("雾\n起\na\nb").divisions[0].blocks == (Paragraph((Text("雾起 a b"),)),)


def test_a_note_that_is_defined_again_belongs_to_the_text_before_it() -> None:
    found = publication("## A\n\na[^1] b[^1]\n\n[^1]: first\n\n## B\n\nc[^1]\n\n[^1]: second\n\n`[^1]`\n")
    assert [bare(n.blocks[0].content) for n in found.notes if isinstance(n.blocks[0], Paragraph)] == ["first", "second"]
    assert [n.marks for n in found.notes] == [2, 1]
    assert [[n.number for n in found.notes_of(d)] for d in found.divisions] == [[1], [2]]
    first = found.divisions[0].blocks[0]
    assert isinstance(first, Paragraph)
    assert [i for i in first.content if isinstance(i, NoteMark)] == [NoteMark(1, 0), NoteMark(1, 1)]
    last = found.divisions[1].blocks[-1]
    assert last == Paragraph((CodeSpan("[^1]"),))


def test_notes_that_nothing_leads_to_are_kept_at_the_end() -> None:
    found = publication(
        "## A\n\na[^a]\n\n## B\n\nb\n\n[^x]: alone\n\n[^a]: see[^b]\n\n[^b]: and[^c]\n\n[^c]: round[^b]\n"
    )
    said = {n.number: bare(n.blocks[0].content) for n in found.notes if isinstance(n.blocks[0], Paragraph)}
    assert [[said[n.number] for n in found.notes_of(d)] for d in found.divisions] == [
        ["see", "and", "round"],
        ["alone"],
    ]


def test_a_mark_without_a_note_is_shown() -> None:
    assert publication("a[^9] b").divisions[0].blocks == (Paragraph((Text("a[^9] b"),)),)


def test_links_within_and_away() -> None:
    text = "## The Fog\n\n[a](#the-fog) [b](https://x.org/y) [c](other.md) [d](javascript:x) [e](#nowhere) <http://z.org>\n"
    paragraph = publication(text).divisions[0].blocks[0]
    assert isinstance(paragraph, Paragraph)
    links = [(i.address, bare(i.content)) for i in paragraph.content if isinstance(i, Link)]
    assert links == [("#h1", "a"), ("https://x.org/y", "b"), ("http://z.org", "http://z.org")]
    assert bare(paragraph.content) == "a b c d e http://z.org"


def test_pictures_are_files_below_the_text(tmp_path: Path) -> None:
    folder = tmp_path / "text"
    folder.mkdir()
    (folder / "a b.png").write_bytes(PNG)
    (tmp_path / "out.png").write_bytes(PNG)
    (folder / "no.png").write_bytes(b"GIF, it says")
    text = "![sea](a%20b.png) ![o](../out.png) ![n](no.png) ![m](gone.png) ![w](https://x.org/p.png)\n"
    found = publication(text, folder=folder)
    assert [(p.name, p.media, p.width, p.height) for p in found.pictures] == [("picture-1.png", "image/png", 3, 2)]
    paragraph = found.divisions[0].blocks[0]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.content[0] == Image("picture-1.png", "sea")
    assert Link("https://x.org/p.png", (Text("w"),)) in paragraph.content
    assert bare(paragraph.content) == "sea o n m w"
    assert [w.partition(" is left out: ")[2] for w in found.warnings] == [
        "it lies outside the text's folder", "it is no PNG, JPEG or GIF", "there is no such file",
        "it is not a file beside the text",
    ]  # fmt: skip


def test_what_a_book_says_of_itself() -> None:
    text = "# 雾\n\n" + "海边的少年发现了一封旧信，他慢慢走向灯塔。" * 5
    found = publication(text)
    assert (found.metadata.title, found.metadata.language, found.direction) == ("雾", "zh-Hans", "ltr")
    assert publication(text).metadata.identifier == found.metadata.identifier
    assert publication(text + "。").metadata.identifier != found.metadata.identifier
    said = Metadata("Fog", ("A",), "fr", "2026-01-02", identifier="urn:uuid:1")
    assert publication(text, said).metadata == said
    assert publication("كتب الحارس رسالة إلى البحر في الليل").direction == "rtl"
    assert publication("x", named="file").metadata.title == "file"


@pytest.mark.parametrize(
    "text",
    [
        ">" * 5000 + " a", "[" * 50_000, "*" * 50_000, "- " * 3000 + "a", "a\n" * 30_000, "`" * 30_001, "\n" * 60_000,
        "[^1]" * 5000 + "\n\n[^1]: n", "| a " * 2000 + "|\n" + "|-" * 2000 + "|\n", "![" * 5000, "<!--" * 10_000, "# " * 9000,
        "\n\n".join(f"[^{n}]: [^{n + 1}]" for n in range(2000)),
    ],
)  # fmt: skip
def test_texts_made_to_be_slow_are_not(text: str) -> None:
    began = time.process_time()
    plain(publication(text), ExportSettings())
    assert time.process_time() - began < 5


PIECES = st.sampled_from(
    [
        *(
            "# ",
            "## ",
            "- ",
            "1. ",
            "> ",
            "    ",
            "\n",
            "\n\n",
            "**",
            "*",
            "_",
            "`",
            "```\n",
            "[^1]",
            "\n[^1]: ",
            "~~word~~",
            "\\",
        ),
        *(
            "| a | b |\n|-|-|\n| c | d |\n",
            "word",
            "雾起",
            "نص",
            "***\n",
            "=\n",
            "[",
            "]",
            "(",
            ")",
            "\t",
            "\r\n",
            "\x0c",
        ),
        *("&", "--"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_letter_is_lost(text: str) -> None:
    """All words of a text are in its divisions and notes."""
    found = publication(text)
    blocks = [b for d in found.divisions for b in d.blocks] + [b for n in found.notes for b in n.blocks]
    shown = found.metadata.title + "".join(bare(d.title) for d in found.divisions)
    shown += "".join(map(bare, inlines_of(tuple(blocks)))) + "".join(_code(tuple(blocks)))
    for word in ("word", "雾起", "نص"):
        assert shown.count(word) >= text.count(word)


def _code(blocks: tuple[object, ...]) -> list[str]:
    out = []
    for block in blocks:
        match block:
            case CodeBlock():
                out.append(block.text + block.language)
            case Quote():
                out += _code(block.blocks)
            case Listing():
                out += [code for item in block.items for code in _code(item)]
    return out


def test_what_a_row_holds_beyond_its_head_and_a_note_within_a_note_are_kept() -> None:
    (table,) = publication("| a |\n|---|\n| b | c |\n").divisions[0].blocks
    assert table == Table(("",), ((Text("a"),),), (((Text("b | c"),),),))
    found = publication("x[^1] y[^2]\n\n[^1]: one\n\n    [^2]: two\n")
    assert [bare(line) for note in found.notes for line in inlines_of(note.blocks)] == ["one", "two"]


def test_pictures_that_are_too_large_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wide.png").write_bytes(PNG.replace((3).to_bytes(4) + (2).to_bytes(4), (20_000).to_bytes(4) * 2))
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(PNG)
    monkeypatch.setattr("longwriter.export.reading.pictures.ALL_BYTES", 2 * len(PNG))
    found = publication("![](wide.png) ![](a.png) ![](b.png)", folder=tmp_path)
    assert [p.source for p in found.pictures] == ["a.png"]
    assert [w.rpartition(": ")[2] for w in found.warnings] == [
        "it has over 100 million pixels", "all pictures have over 0 MB",
    ]  # fmt: skip
