"""Marks become numbers of their sources in every form; references go into files of their own."""

import json
from pathlib import Path

import pytest

from longwriter.errors import InputError
from longwriter.export.formats import Original, made
from longwriter.export.references import Reference, bibtex, cited
from longwriter.export.settings import ExportSettings

REFERENCES = (
    Reference(
        ("s1", "s2"), "Mills & <b>wheels</b> [x](javascript:1)", "https://a.example/mills", "2026-01-02", ("Ada Brown",)
    ),
    Reference(("s3",), "Unused", "unused.md", "2026-01-02"),
    Reference(("s4",), "Bread_{1}", "bread.md", "2026-01-03"),
)
TEXT = "# T\n\n## One\n\nBread [s4]. Mills [s1][s2] and both [s2] [s4].\n\nNone [s9]. `x [s1]`\n"


def of(form: str, **settings: str) -> str:
    content, _ = made(Original(TEXT, references=REFERENCES), form, ExportSettings(**settings))
    assert isinstance(content, bytes)
    return content.decode("utf-8", "replace")


def test_notes_in_markdown_are_numbered_by_source_in_the_order_of_the_text() -> None:
    assert of("md") == (
        "# T\n\n## One\n\nBread[^source-1]. Mills[^source-2] and both[^source-2][^source-1].\n\nNone [s9]. `x [s1]`\n\n"
        "[^source-1]: *Bread\\_\\{1\\}*. bread.md (accessed 2026-01-03)\n"
        "[^source-2]: Ada Brown. *Mills \\& \\<b\\>wheels\\</b\\> \\[x\\]\\(javascript\\:1\\)*. <https://a.example/mills> "
        "(accessed 2026-01-02)\n"
    )


def test_a_list_in_markdown() -> None:
    assert of("md", references="list").splitlines()[4:] == [
        "Bread \\[1\\]. Mills \\[2\\] and both \\[2, 1\\].", "", "None [s9]. `x [s1]`", "", "## References", "",
        "1. *Bread\\_\\{1\\}*. bread.md (accessed 2026-01-03)",
        "2. Ada Brown. *Mills \\& \\<b\\>wheels\\</b\\> \\[x\\]\\(javascript\\:1\\)*. <https://a.example/mills> "
        "(accessed 2026-01-02)",
    ]  # fmt: skip


@pytest.mark.parametrize("references", ["notes", "list"])
def test_a_page_shows_sources_as_words_with_their_link(references: str) -> None:
    page = of("html", references=references)
    assert "Mills &amp; &lt;b&gt;wheels&lt;/b&gt; [x](javascript:1)" in page
    assert 'href="https://a.example/mills"' in page
    assert "accessed 2026-01-03" in page
    assert 'href="javascript' not in page
    assert "[s4]" not in page


@pytest.mark.parametrize("form", ["epub", "docx", "txt"])
@pytest.mark.parametrize("references", ["notes", "list"])
def test_every_form_takes_them(form: str, references: str) -> None:
    content, _ = made(Original(TEXT, references=REFERENCES), form, ExportSettings(references=references))
    assert isinstance(content, bytes)
    if form == "txt":
        assert "https://a.example/mills" in content.decode()


def test_bibtex() -> None:
    assert of("bib") == (
        "@misc{source1,\n  title = {{Bread\\_\\{1\\}}},\n  howpublished = {bread.md},\n  urldate = {2026-01-03},\n}\n\n"
        "@misc{source2,\n  title = {{Mills \\& <b>wheels</b> [x](javascript:1)}},\n  author = {{Ada Brown}},\n"
        "  url = {https://a.example/mills},\n  urldate = {2026-01-02},\n}\n"
    )
    assert bibtex([Reference(("s1",), "a\\b", "https://a.example/}x{", "")]).decode().count("}") == 4 + 1


def test_csl_json() -> None:
    assert json.loads(of("json"))[1] == {
        "id": "source2", "type": "webpage", "title": REFERENCES[0].title, "author": [{"literal": "Ada Brown"}],
        "URL": "https://a.example/mills", "accessed": {"date-parts": [[2026, 1, 2]]},
    }  # fmt: skip


def test_a_text_without_citations_has_no_references() -> None:
    with pytest.raises(InputError, match="cites none"):
        made(Original("# T\n\nNone.\n", references=REFERENCES), "bib", ExportSettings())
    with pytest.raises(InputError, match="--sources"):
        made(Original(TEXT), "json", ExportSettings())
    assert cited(TEXT, ()) == []


def test_a_text_without_sources_is_left_as_it_is(tmp_path: Path) -> None:
    assert made(Original(TEXT), "md", ExportSettings())[0] == TEXT.encode()
