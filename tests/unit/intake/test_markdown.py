import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.helpers.random_drafts import letters_of_markdown, letters_of_page, random_page

from longwriter.intake.markdown.inline import LINE_BREAK, TextRun, one_line, paragraphs
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.readers.html import parse


def of(page: str) -> str:
    return markdown(parse(f"<body>{page}</body>"))[0].strip("\n")


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>1984. A year.</p>", r"1984\. A year."),
        ("<p># one</p><p>- two</p><p>+ three</p><p>&gt; four</p>", "\\# one\n\n\\- two\n\n\\+ three\n\n\\> four"),
        ("<p>a * b, snake_case, _under_, [sic], x[1](y)</p>", r"a * b, snake_case, \_under\_, [sic], x[1\](y)"),
        ("<p>one<br>===</p><p>one<br>--- | ---</p>", "one\\\n\\===\n\none\\\n\\--- | ---"),
        ("<p>&lt;b&gt; &amp;amp; `x` \\*</p>", r"\<b> \&amp; \`x\` \\\*"),
        ("<p>[x]: http://a.b</p><p>[^1]: none</p>", "[x\\]: http://a.b\n\n\\[^1\\]: none"),
        ("<h2>C#</h2><h3>A<br>B</h3>", "## C\\#\n\n### A B"),
        ("<p>a<i> b </i>c <b>d</b><b>e</b></p>", "a *b* c **de**"),
        ("<p>中<b>文（粗）</b>字，“<i>斜</i>”</p>", "中**文（粗**）字，“*斜*”"),
        ("<p>中文\n第二行 and\nEnglish</p>", "中文第二行 and English"),
        ("<p>أهلا <b>بالعالم</b></p>", "أهلا **بالعالم**"),
        ("<p>one<br><br>two</p>", "one\n\ntwo"),
        ('<a href="http://a.b/c (d)">go <i>on</i> </a>now <a href="#x">stay</a>', "[go *on*](http://a.b/c%20%28d%29) now stay"),
        ('<p><a href="javascript:x">no</a></p>', "no"),
        ("<p>a <code>b`c</code></p><pre>x\n```\n  y</pre>", "a ``b`c``\n\n````\nx\n```\n  y\n````"),
        ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote><blockquote>c</blockquote>", "> a\n>\n> > b\n\n> c"),
        ("<ul><li>a<ul><li>b</ul></li><li>c</ul><ul><li>d</ul>", "- a\n  - b\n- c\n\n* d"),
        ("<p>a</p><ol start=3><li>e<li>f</ol>", "a\n\n3. e\n4. f"),
        ("<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>", "- a\n\n  b\n\n- c"),
        ("<ol><li>a</li><ul><li>b</li></ul></ol>", "1. a\n   - b"),
        ("<table><tr><th>a|b<th>c<tr><td colspan=2>d<br>e</table>", "| a\\|b | c |\n| --- | --- |\n| d e |  |"),
        ("<table><tr><td><p>a</p><ul><li>b</ul></table>", "a\n\n- b"),
        ("<p>a</p><hr><p>* * *</p><p>b</p>", "a\n\n* * *\n\n* * *\n\nb"),
        ("<p>x<script>y</script><span hidden>z</span><!-- c --></p>", "x"),
        ('<p><img alt="T" src="t.png">he end</p>', "The end"),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字 <q>so</q></p>", "漢（かん）字 “so”"),
        ('<b style="font-weight:normal">a <span style="font-style:italic">b</span></b>', "a *b*"),
    ],
)  # fmt: skip
def test_a_page_as_markdown(page: str, shown: str) -> None:
    assert of(page) == shown


NOTES = {
    "mammoth": (
        '<p>A<sup><a href="#footnote-1" id="footnote-ref-1">[1]</a></sup> b</p><h2>Next</h2><p>c</p>'
        '<ol><li id="footnote-1"><p>Note <i>one</i>. <a href="#footnote-ref-1">↑</a></p></li></ol>'
    ),
    "pandoc": (
        '<p>A<a href="#fn1" id="fnref1" role="doc-noteref"><sup>1</sup></a> b</p><h2>Next</h2><p>c</p>'
        '<section role="doc-endnotes"><hr><ol><li id="fn1"><p>Note <i>one</i>.'
        '<a href="#fnref1" role="doc-backlink">↩</a></p></li></ol></section>'
    ),
    "gutenberg": (
        '<p>A<a id="FNanchor_1" href="#Footnote_1" class="fnanchor">[1]</a> b</p><h2>Next</h2><p>c</p><div class="footnote">'
        '<p><a id="Footnote_1" href="#FNanchor_1"><span class="label">[1]</span></a> Note <i>one</i>.</p></div>'
    ),
    "libreoffice": (
        '<p>A<a name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a> b</p><h2>Next</h2><p>c</p><div id="sdfootnote1">'
        '<p><a name="sdfootnote1sym" href="#sdfootnote1anc">1</a>Note <i>one</i>.</p></div>'
    ),
}


@pytest.mark.parametrize("page", NOTES.values(), ids=NOTES)
def test_notes_stand_after_the_text_that_refers_to_them(page: str) -> None:
    assert of(page) == "A[^1] b\n\n[^1]: Note *one*.\n\n## Next\n\nc"


def test_a_note_of_two_paragraphs_is_referred_to_twice() -> None:
    page = (
        '<p id="r1">A<a href="#n">1</a></p><p>B<a href="#n" id="r2" epub:type="noteref">1</a></p>'
        '<aside id="n"><p><a href="#r1">1</a>. One.</p><p>Two. <a href="#r2">^</a></p></aside>'
    )
    assert of(page) == "A[^1]\n\nB[^1]\n\n[^1]: One.\n\n    Two."


def test_links_between_a_chapter_and_the_contents_are_no_notes() -> None:
    page = '<p><a id="c1" href="#h1">I</a></p><h2 id="h1"><a href="#c1">I</a></h2><p>Text.</p>'
    assert of(page) == "I\n\n## I\n\nText."
    contents = '<p>To <a id="c1" href="#h1">I</a> and <a id="c2" href="#h2">II</a></p>'
    assert (
        of(f'{contents}<p><a id="h1" href="#c1">I</a></p><p><a id="h2" href="#c2">II</a></p>')
        == "To I and II\n\nI\n\nII"
    )


def test_what_is_left_out_is_told() -> None:
    soup = parse("<nav>x</nav><p>a<img src=x></p><svg></svg><iframe></iframe><p>b<img alt=c></p>")
    assert markdown(soup)[1] == (
        "2 pictures left out; descriptions of pictures are kept as text",
        "2 drawings, recordings or embedded pages left out",
        "1 table of contents or menu left out",
    )


def test_headings_go_down_below_a_title() -> None:
    soup = parse('<h1 class="title">The Sea</h1><h1>One</h1><h2>Rain</h2>')
    assert title_above(soup) == "The Sea"
    assert markdown(soup)[0] == "# The Sea\n\n## One\n\n### Rain\n"


def test_emphasis_that_markdown_cannot_write_goes_and_the_text_stays() -> None:
    runs = [TextRun("a"), TextRun("（x）", frozenset(["strong"])), TextRun("b"), TextRun("。", frozenset(["em"]))]
    assert paragraphs(runs) == [["a（**x**）b。"]]
    assert (
        one_line([TextRun("a"), TextRun(LINE_BREAK), TextRun("b|", note=""), TextRun("", note="3"), TextRun("(c)")])
        == "a b|[^3]\\(c)"
    )


@pytest.mark.parametrize("page", ["<blockquote>", "<ul><li>", "<b>", "<div>", "<h1>", "<table><tr><td>"])
def test_depth_has_no_end(page: str) -> None:
    assert of(page * 1_000 + "x").strip("> -*#") == "x"


RUNS = st.builds(
    TextRun,
    st.text("ab1.*_`~[]()<>!&#-+=|:\\ \n中（。é\0", max_size=8),
    st.frozensets(st.sampled_from(["strong", "em", "strike"])),
    st.booleans(),
    st.sampled_from(["", "", "", "http://a.b/c"]),
    st.just(""),
    st.just(""),
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(RUNS, max_size=5))
def test_a_paragraph_of_any_characters_shows_them(runs: list[TextRun]) -> None:
    text = "\n\n".join("\n".join(lines) for lines in paragraphs(runs))
    shown = "".join("".join(run.text for run in runs).replace("\0", " ").split())
    assert letters_of_markdown(text) == shown


@pytest.mark.slow
def test_pages_by_chance_show_the_same_as_markdown() -> None:
    for seed in range(400):
        page = random_page(seed)
        assert letters_of_markdown(of(page)) == letters_of_page(page), seed


@pytest.mark.slow
def test_a_novel_takes_seconds() -> None:
    paragraph = f"<p>{'The quick brown fox jumped <i>over</i> the lazy dog again. ' * 10}</p>"
    begun = time.process_time()
    assert len(of(f"<h2>One</h2>{paragraph * 20}" * 50).split()) == 100_100
    assert time.process_time() - begun < 6
