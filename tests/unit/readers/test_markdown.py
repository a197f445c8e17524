"""Markdown of other dialects: front matter, attributes, what is prose though it looks like a mark."""

import pytest
from tests.helpers.growing import grows_slowly

from longwriter.readers.markdown import read_markdown


def read(text: str) -> list[tuple[str, str]]:
    return [(c.title, c.text) for c in read_markdown(text, "f")[1]]


@pytest.mark.parametrize(
    "front",
    ['+++\ntitle = "The Harbour"\nauthors = ["Ann Teller", "Carl Writer"]\nlanguage = "en"\ndate = 2020-01-02\n+++\n',
     "---\ntitle: The Harbour\nauthor:\n  - name: Ann Teller\n  - Carl Writer\nlang: en\n...\n",
     '\ufeff---\n# a comment\ntitle: "The Harbour"\nauthor: [Ann Teller, Carl Writer]\nlang: en\nbody: >\n  a text\n---\n',
     "% The Harbour\n% Ann Teller; Carl Writer\n% 2020\n"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_front_matter(front: str, end: str) -> None:
    book, chapters = read_markdown((front + "\n# One\nText.\n").replace("\n", end), "f")
    assert (book.title, book.author) == ("The Harbour", ("Ann Teller", "Carl Writer"))
    assert [(c.title, c.text) for c in chapters] == [("One", "Text.")]


def test_a_text_in_a_field_and_broken_toml() -> None:
    book, _ = read_markdown("---\ntitle: T\ndescription: >-\n  Of boats\n  and snow\n---\nx", "f")
    assert book.description == "Of boats and snow"
    book, chapters = read_markdown("+++\ntitle = \n+++\nText.", "f")
    assert (book.title, chapters[0].text) == ("f", "Text.")
    assert read_markdown("+++\na = " + "[" * 20_000 + "\n+++\nText.", "f")[1][0].text == "Text."


def test_a_scene_break_at_the_beginning_is_no_front_matter() -> None:
    assert read("---\n\nHe said: come.\n\nShe came.\n\n---\n\nThe end of it.") == [
        ("f", "He said: come.\n\nShe came.\n\n* * *\n\nThe end of it.")
    ]


@pytest.mark.parametrize(
    ("text", "chapters"),
    [
        ("# One {#one .big}\na\n# Two {-}\nb", [("One", "a"), ("Two", "b")]),
        ("One {#one}\n===\na\n\nTwo\n===\nb", [("One", "a"), ("Two", "b")]),
        ("# One #\na\n# Two\n## Inside\nb", [("One", "a"), ("Two", "Inside\n\nb")]),
        ("#One\na\n\n#Two\nb", [("One", "a"), ("Two", "b")]),
        ("# One\n#tag is no heading", [("One", "#tag is no heading")]),
        ("1984. It was cold.\n\n1985. It was warm.", [("f", "1984. It was cold.\n\n1985. It was warm.")]),
        ("30. May was warm.", [("f", "30. May was warm.")]),
        ("1. one\n2. two\n\nand\n\n3. three", [("f", "one\n\ntwo\n\nand\n\nthree")]),
        ("He left the house.\n---\nShe stayed.", [("f", "He left the house.\n\n* * *\n\nShe stayed.")]),
        ("One line\nand another\n---\nmore", [("f", "One line and another\n\n* * *\n\nmore")]),
        ("a <!-- gone\n\n# not there -->b\n\n<!-- c", [("f", "a b\n\n<!-- c")]),
        ("[small]{.smallcaps} and `x`{.py} and {this} stay", [("f", "small and x and {this} stay")]),
        ("::: {.note}\nText.\n:::\n\n{: .lead}\nMore.\n\n{% include x %}", [("f", "Text.\n\nMore.")]),
        ("See [[Page|the page]] and [[Other]]. ![[a.png]]", [("f", "See the page and Other.")]),
        ("~~~\n1984. x\n---\n#y\n~~~\nz", [("f", "1984. x\n\n* * *\n\n#y\n\nz")]),
    ],
)
def test_dialects(text: str, chapters: list[tuple[str, str]]) -> None:
    assert read(text) == chapters


def test_a_long_text_is_read_some_blocks_at_a_time() -> None:
    text = "# One\n\n" + "\n\n".join(f"“Paragraph” {n} & more." for n in range(2000)) + "\n\n# Two\n\nend"
    (_, one), (title, two) = read(text)
    assert one.split("\n\n") == [f"“Paragraph” {n} & more." for n in range(2000)]
    assert (title, two) == ("Two", "end")


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[a](", "[a](b", "`", "`a``", "*a", "*a_ ", "**a ", "<", "<!--", "&", "[^", "{#", "[[", "> ", "- ", "|a", "\\",
     "~~a", "1. ", "# ", "[a]: b\n", "a\n", "---\n", "a\n---\n", "<div>", "[^1]: a\n", "  ", "# a  ", "a {#"],
)  # fmt: skip
def test_time_grows_with_the_text(piece: str) -> None:
    assert grows_slowly(lambda size: read_markdown(piece * size, "f"), 1000, 4000, 8, slack=0.3)
