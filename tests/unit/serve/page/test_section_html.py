"""A section as HTML: what Markdown it keeps, that hostile text does nothing and is not lost, that none takes long."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.helpers.prose import ENGLISH

from longwriter.language import direction
from longwriter.serve.page.markdown import RenderedSections, render
from longwriter.text import count_words

TAGS = {
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "hr",
        "br",
        "em",
        "strong",
        "s",
    ),
    *("a", "div", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"id", "dir", "class", "rel", "href", "title", "tabindex", "start"}


class Harmless(HTMLParser):
    """Fails for any element or attribute that is not expected; keeps the text and the links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.ids = "", list[str](), list[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "href":
                assert value is not None
                assert value.lower().startswith(("http://", "https://", "mailto:")), value
                assert dict(attrs)["rel"] == "noopener noreferrer"
                self.links.append(value)
            if name == "id":
                self.ids.append(str(value))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def test_markdown_is_shown_and_each_block_has_an_id() -> None:
    text = "## Part\n\nOne *two* **three** ~~four~~ [five](https://a.example/b).\n\n- six\n- seven\n"
    text += "\n> eight\n\n    nine\n\n---\n"
    rendered = render(text, 7)
    assert Harmless(rendered.html).ids == [f"s7-p{n}" for n in range(6)]
    assert "<em>two</em> <strong>three</strong> <s>four</s>" in rendered.html
    assert '<a href="https://a.example/b" rel="noopener noreferrer">five</a>' in rendered.html
    assert rendered.lines == (0, 2, 4, 7, 9, 11)


def test_a_table_aligns_by_class_and_scrolls_by_keyboard() -> None:
    html = render("|a|b|\n|:--|--:|\n|1|2|\n", 0).html
    assert '<div class="wide" tabindex="0"><table id="s0-p0" dir="auto">' in html
    assert '<td class="right" dir="auto">2</td>' in html
    assert "style" not in html


@pytest.mark.parametrize(("at", "paragraph"), [("Part", 0), ("two", 1), ("seven", 2), ("END", 3)])
def test_a_place_in_the_text_is_a_paragraph(at: str, paragraph: int) -> None:
    text = "## Part\n\nOne two\nthree.\n\n- six\n\n- seven\n\nThe END"
    assert render(text, 0).paragraph(text, text.index(at)) == paragraph


@pytest.mark.parametrize("text", ["text", "one\n\n[x]: http://a.example\n\n", "", "\n\n", "> " * 60 + "deep"])
def test_any_place_is_some_paragraph(text: str) -> None:
    rendered = render(text, 0)
    assert all(0 <= rendered.paragraph(text, at) <= max(0, len(rendered.lines) - 1) for at in range(len(text) + 1))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<svg/onload=alert(1)>\n\n<iframe src=//evil.example></iframe>",
        "<!-- --><!doctype html><style>*{display:none}</style>",
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1)) [b]( javascript:alert(1)) [c](java&#10;script:alert(1)) [d](&#106;avascript:alert(1))",
        "[a](data:text/html;base64,PHNjcmlwdD4=) [b](vbscript:x) [c](file:///etc/passwd) [d](//evil.example) [e](/api/runs)",
        "<javascript:alert(1)> <data:text/html,x>",
        '[a](https://a.example/"onmouseover="alert(1)) [b](https://a.example \'"><script>\')',
        "![a](https://evil.example/pixel.png) ![b](data:image/svg+xml,x)",
        "[x]: javascript:alert(1)\n\n[x] ![x][x]",
        '```js"><script>alert(1)</script>\ncode </code></pre><script>\n```',
        "# <b onclick=alert(1)>\n\n|<script>|\n|---|\n|<img src=x>|",
        "\u202eright to left\u202c \u2066isolate \ud800 lone \x00\x1b[31m",
        "&lt;script&gt; &#60;script&#62; &#x3c;img src=x&#x3e;",
        "> " * 60 + "<script>",
        "[" * 500 + "<img src=x>",
    ],
)
def test_hostile_text_does_nothing(text: str) -> None:
    html = render(text, 0).html
    found = Harmless(html)
    assert "<img" not in html
    assert not any("evil.example" in link for link in found.links if "pixel" not in link)
    html.encode()


def test_what_is_no_markdown_here_is_shown_as_it_was_written() -> None:
    text = "<b>bold</b> [a](javascript:x) ![alt](data:x) [^1]\n\n[r]: http://a.example"
    shown = Harmless(render(text, 0).html).text
    for part in ("<b>bold</b>", "[a](javascript:x)", "![alt](data:x)", "[^1]", "[r]: http://a.example"):
        assert part in shown


@pytest.mark.parametrize(
    "text", ["> " * 150 + "deep", ">" * 150 + "deep", "- " * 150 + "deep", "1. " * 99 + "> " * 99 + "deep"]
)
def test_what_is_nested_deeper_than_is_read_is_shown_as_it_was_written(text: str) -> None:
    assert "deep" in Harmless(render(text, 0).html).text


def test_what_is_nested_deeply_by_its_indent_is_shown() -> None:
    assert "- a 149" in Harmless(render("\n".join(f"{'  ' * n}- a {n}" for n in range(150)), 0).html).text


@given(st.text(st.sampled_from(list("<>[]()!*_`#|-:\"'&;/\\ \n\tahref=javscript\u202e\ud800")), max_size=200))
@settings(max_examples=500, deadline=None)
@example("[x]()")
def test_no_text_makes_another_element(text: str) -> None:
    Harmless(render(text, 0).html)


SLOW = {
    "one paragraph of 1 MB": "word " * 200_000,
    "one word of 1 MB": "a" * 10**6,
    "lines": "a\n" * 50_000,
    "brackets": "[" * 10**6,
    "brackets in paragraphs": ("[" * 190 + "\n\n") * 5_000,
    "brackets, a few each": ("[" * 59 + "\n\n") * 10_000,
    "pictures": "![" * 100_000,
    "stars": "*a " * 6_000,
    "emphasis": "**a_b " * 3_000,
    "backticks": "".join("`" * n + " " for n in range(400)),
    "deep quotes": ">" * 100_000 + "a",
    "deep lists": "\n".join("  " * n + "- a" for n in range(2_000)),
    "quotes": (">" * 20 + " a\n\n") * 1_500,
    "wide table": "|a" * 5_000 + "\n" + "|-" * 5_000 + "\n" + ("|b" * 5_000 + "\n") * 3,
    "spaces": " " * 10**6 + "a",
    "entities": "&#x41;" * 20_000,
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW.keys())
def test_no_text_takes_long(text: str) -> None:
    begun = time.thread_time()
    html = render(text, 0).html
    assert time.thread_time() - begun < 2
    assert len(html) < 40 * len(text) + 1_000


def test_a_hundred_thousand_words_in_well_under_a_second() -> None:
    section = ("### A heading\n\n" + ENGLISH.replace(". ", " *so* it was. ")) * 4
    sections = -(-100_000 // count_words(section))
    times = []
    for _ in range(3):
        begun = time.thread_time()
        for index in range(sections):
            render(section, index)
        times.append(time.thread_time() - begun)
    assert min(times) < 0.8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello", "ltr"),
        ("שלום עולם", "rtl"),
        ("السلام", "rtl"),
        ("你好", "ltr"),
        ("", "ltr"),
        ("12 !", "ltr"),
        ("ab שלום", "rtl"),
    ],
)
def test_which_way_a_text_is_read(text: str, expected: str) -> None:
    assert direction(text) == expected


def test_a_section_is_rendered_once_and_the_last_are_kept() -> None:
    rendered = RenderedSections(most=100)
    first = rendered.of("One.", 0)
    assert first == render("One.", 0)
    assert rendered.of("One.", 0) is first
    assert rendered.of("One.", 1).html != first.html
    rendered.of("x" * 50, 0)
    assert rendered.of("One.", 0) is not first  # others came since, and 100 characters hold two of them
    rendered.of("y" * 200, 0)
    assert rendered.of("One.", 0) == first
