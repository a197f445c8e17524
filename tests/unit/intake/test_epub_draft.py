from pathlib import Path

import pytest
from tests.helpers.epubs import METADATA, harbour, package, page, write

from longwriter.errors import InputError
from longwriter.intake.pieces import split
from longwriter.intake.source import read_source

PROSE = "It rained on the harbour and on the boats, and nobody went out to look at them. " * 10


def test_a_book_as_its_reader_sees_it(tmp_path: Path) -> None:
    source = read_source(harbour(tmp_path / "draft.epub"))
    assert (source.title, source.author, source.form, source.encoding) == (
        "The Quiet Harbour",
        ("Ann Teller",),
        "md",
        "utf-8",
    )
    assert source.text.startswith("# I\n\nSnow\n\nThe harbour lay quiet")
    verse = "> Snow on the water,\\\n> snow on the oar.\n\n"
    assert f"*very* cold.[^1] [12]So they said:\n\n{verse}* * *\n\nThen “nothing” & night." in source.text
    assert "[^1]: A note.\n\n# II\n\n## Thaw\n" in source.text
    assert [(p.kind, p.title) for p in split(source)] == [
        ("chapter", "I"),
        ("chapter", "II"),
        ("appendix", "Licence"),
    ]


def test_headings_have_the_levels_of_the_contents_and_titles_that_are_no_headings_become_them(tmp_path: Path) -> None:
    contents = (
        '<nav epub:type="toc"><ol><li><a href="a.xhtml">Part One</a><ol><li><a href="a.xhtml#c1">Rain</a></li>'
        '<li><a href="b.xhtml">Snow</a></li></ol></li><li><a href="c.xhtml">Ice</a></li></ol></nav>'
    )
    files = {
        "nav.xhtml": page(contents),
        "a.xhtml": page(f'<h3>Part One</h3><p class="t" id="c1">Rain</p><p>{PROSE}</p><h2>Noon</h2><p>{PROSE}</p>'),
        "b.xhtml": page(f"<p>{PROSE}</p>"),
        "c.xhtml": page(
            f'<p><img src="ice.png" alt=""/></p><h1><b>Ice</b></h1><p>{PROSE}</p><h1>Night</h1><p>{PROSE}</p>'
        ),
    }
    pages = {name: 'properties="nav"' if name == "nav.xhtml" else "" for name in files}
    source = read_source(write(tmp_path / "draft.epub", package(pages, METADATA), files))
    found = [line for line in source.text.split("\n") if line.startswith("#")]
    assert found == ["# Part One", "## Rain", "### Noon", "## Snow", "# Ice", "## Night"]
    assert [(p.kind, p.chapter, p.title) for p in split(source)] == [
        ("section", "Part One", "Rain"),
        ("section", "Part One", "Snow"),
        ("chapter", "", "Ice"),
    ]
    assert source.warnings == (
        "cover, title page and contents left out; title and author are kept",
        "1 picture left out; descriptions of pictures are kept as text",
    )


def test_notes_on_a_page_of_their_own_come_to_their_chapters(tmp_path: Path) -> None:
    note = '<li id="n{0}"><p>Note {0}. <a href="{1}.xhtml#r{0}">back</a></p></li>'
    files = {
        "a.xhtml": page(f'<h1>One</h1><p>{PROSE.strip()}<a id="r1" href="notes.xhtml#n1">1</a></p>'),
        "b.xhtml": page(f'<h1>Two</h1><p>{PROSE.strip()}<sup><a id="r2" href="notes.xhtml#n2">2</a></sup></p>'),
        "notes.xhtml": page(f"<h1>Notes</h1><ol>{note.format(1, 'a')}{note.format(2, 'b')}</ol>"),
    }
    source = read_source(write(tmp_path / "draft.epub", package(dict.fromkeys(files, ""), METADATA), files))
    prose = PROSE.strip()
    assert source.text == f"# One\n\n{prose}[^1]\n\n[^1]: Note 1.\n\n# Two\n\n{prose}[^2]\n\n[^2]: Note 2.\n"


def test_a_file_that_is_no_epub_is_refused(tmp_path: Path) -> None:
    (tmp_path / "draft.epub").write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"draft\.epub"):
        read_source(tmp_path / "draft.epub")


def test_a_page_that_the_contents_forget_has_the_level_of_its_like(tmp_path: Path) -> None:
    files = {
        "nav.xhtml": page('<nav epub:type="toc"><ol><li><a href="a.xhtml">One</a></li></ol></nav>'),
        "a.xhtml": page(f"<h2>One</h2><p>{PROSE}</p>"),
        "b.xhtml": page(f"<h2>Two</h2><p>{PROSE}</p><h3>Noon</h3><p>{PROSE}</p>"),
    }
    pages = {name: 'properties="nav"' if name == "nav.xhtml" else "" for name in files}
    source = read_source(write(tmp_path / "draft.epub", package(pages, METADATA), files))
    assert [line for line in source.text.split("\n") if line.startswith("#")] == ["# One", "# Two", "## Noon"]
