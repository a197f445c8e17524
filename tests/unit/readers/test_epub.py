"""EPUBs made by hand: what is read, what is left out and why, and what is said of broken ones."""

import zipfile
from pathlib import Path

import pytest
from tests.helpers import epubs
from tests.helpers.epubs import METADATA, PROSE, RIGHTS, page
from tests.helpers.growing import grows_slowly

from longwriter.errors import InputError
from longwriter.readers.epub import read_epub
from longwriter.readers.html import blocks, parse


def test_two_chapters_with_cover_contents_and_licence(tmp_path: Path) -> None:
    book, chapters = read_epub(epubs.harbour(tmp_path / "a.epub"))
    assert book.name == "ann-teller_the-quiet-harbour"
    assert (book.title, book.author, book.language, book.rights) == (
        "The Quiet Harbour",
        ("Ann Teller",),
        "en-GB",
        RIGHTS,
    )
    assert (book.fiction, book.subjects, book.description) == (
        True,
        ("Sea stories -- Fiction",),
        "A harbour in winter.",
    )
    kept = [c for c in chapters if not c.drop]
    assert [c.title for c in kept] == ["I: Snow", "II: Thaw"]
    assert kept[0].text == (
        f"{PROSE.strip()}\n\nIt was very cold. So they said:\n\nSnow on the water,\nsnow on the oar.\n\n* * *\n\n"
        "Then “nothing” & night."
    )
    assert kept[1].text.startswith("The harbour lay quiet under the last rain")
    assert [c.drop for c in chapters if c.drop] == ["cover", "title page", "licence page"]


def old(tmp_path: Path, points: str, files: dict[str, str]) -> Path:
    """EPUB 2 with an NCX."""
    ncx = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>'
    manifest = '<item id="ncx" href="text/toc.ncx" media-type="application/x-dtbncx+xml"/>'
    opf = epubs.package(dict.fromkeys(files, ""), METADATA, manifest=manifest)
    return epubs.write(tmp_path / "old.epub", opf, files | {"toc.ncx": ncx})


def point(title: str, src: str, inner: str = "") -> str:
    return f'<navPoint><navLabel><text>{title}</text></navLabel><content src="{src}"/>{inner}</navPoint>'


def test_files_cut_by_size_are_joined_and_cut_at_the_contents(tmp_path: Path) -> None:
    files = {
        "f0.html": page('<h2 id="c1">Chapter One</h2><p>Begin one.</p>'),
        "f1.html": page(
            '<p>Still one.</p><h2 id="c2">Chapter Two</h2><p>All of two.</p><h3>A part of two</h3><p>More.</p>'
        ),
        "f2.html": page('<p>End of two.</p><p><a id="c3"></a>Three has no heading.</p>'),
    }
    points = point("One", "f0.html#c1") + point("Two", "f1.html#c2") + point("Three", "f2.html#c3")
    _, chapters = read_epub(old(tmp_path, points, files))
    assert [(c.title, c.text) for c in chapters] == [
        ("One", "Begin one.\n\nStill one."),
        ("Two", "All of two.\n\nA part of two\n\nMore.\n\nEnd of two."),
        ("Three", "Three has no heading."),
    ]


def test_parts_are_cut_into_chapters_and_chapters_are_not_cut_into_numbers(tmp_path: Path) -> None:
    files = {
        "p.html": page('<h1>Part I</h1><h2 id="a">Alpha</h2><p>First.</p><h2 id="b">Beta</h2><p>Second.</p>'),
        "s.html": page('<h2>A Story</h2><h3 id="i">I</h3><p>Third.</p><h3 id="ii">II</h3><p>Fourth.</p>'),
    }
    inner = point("Alpha", "p.html#a") + point("Beta", "p.html#b")
    points = point("Part I", "p.html", inner)
    points += point("A Story", "s.html", point("I", "s.html#i") + point("II", "s.html#ii"))
    _, chapters = read_epub(old(tmp_path, points, files))
    assert [(c.title, c.text) for c in chapters] == [
        ("Alpha", "First."),
        ("Beta", "Second."),
        ("A Story", "Third.\n\nII\n\nFourth."),
    ]


def test_a_book_without_contents_is_cut_at_its_largest_headings(tmp_path: Path) -> None:
    files = {
        "a.html": page("<h2>One</h2><p>1</p><h3>x</h3><p>2</p><h2>Two</h2><p>3</p>"),
        "b.html": page("<p>No heading.</p>"),
    }
    path = epubs.write(tmp_path / "b.epub", epubs.package(dict.fromkeys(files, ""), METADATA), files)
    assert [(c.title, c.text) for c in read_epub(path)[1]] == [
        ("One", "1\n\nx\n\n2"),
        ("Two", "3"),
        ("", "No heading."),
    ]


def test_notices_lists_of_links_notes_and_old_guides(tmp_path: Path) -> None:
    links = "".join(f'<p><a href="t.html#{n}">Chapter {n} and its title</a></p>' for n in range(9))
    legal = "<p>Copyright © 1999 by Somebody. All rights reserved. ISBN 1-2345-6789-0.</p>"
    files = {
        "c.html": page(links),
        "l.html": page(legal),
        "t.html": page(
            '<section class="pg-boilerplate pgheader" id="pg-header"><h2>The Project Gutenberg eBook</h2><p>terms</p></section>'
            f"<h1>Chapter</h1><p>{PROSE}</p>"
        ),
        "endnotes.html": page("<p>1. See there.</p>"),
        "side.html": page("<p>Beside the text.</p>"),
        "g.html": page("<p>Printed by a printer.</p>"),
    }
    spine = "".join(f'<itemref idref="{n}"{" linear=" * (n == "side.html")}/>' for n in files).replace(
        "linear=", 'linear="no"'
    )
    opf = epubs.package(dict.fromkeys(files, ""), METADATA, spine).replace(
        "</package>", '<guide><reference type="copyright-page" href="text/g.html"/></guide></package>'
    )
    _, chapters = read_epub(epubs.write(tmp_path / "c.epub", opf, files))
    assert [(c.title, c.drop) for c in chapters] == [
        ("", "contents"),
        ("", "licence page"),
        ("Chapter", ""),
        ("", "notes"),
        ("", "aside"),
        ("", "licence page"),
    ]
    assert chapters[2].text == PROSE.strip()


def test_chinese_lines_join_without_blanks(tmp_path: Path) -> None:
    files = {"a.html": page("<h1>第一章</h1><p>长江从青藏高原\n  流下来，\n一路穿过高山。</p>")}
    path = epubs.write(
        tmp_path / "z.epub",
        epubs.package({"a.html": ""}, "<dc:title>茶</dc:title><dc:language>zho</dc:language>"),
        files,
    )
    book, chapters = read_epub(path)
    assert (book.name, book.language, book.rights) == ("茶", "zh", "")
    assert [(c.title, c.text) for c in chapters] == [("第一章", "长江从青藏高原流下来，一路穿过高山。")]


def broken(path: Path, **change: str | None) -> Path:
    """The harbour with files replaced or (None) left out; keys with / as __."""
    new = {k.replace("__", "/").replace("_dot_", "."): v for k, v in change.items()}
    with zipfile.ZipFile(epubs.harbour(path.with_suffix(".good"))) as good, zipfile.ZipFile(path, "w") as bad:
        for name in {*good.namelist(), *new}:
            content = new.get(name, good.read(name).decode() if name in good.namelist() else None)
            if content is not None:
                bad.writestr(name, content)
    return path


LOCK = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:CipherData><enc:CipherReference URI="EPUB/text/{}"/></enc:CipherData>'
    "</enc:EncryptedData></encryption>"
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"EPUB__content_dot_opf": None}, "malformed EPUB: .*container.xml"),
        ({"EPUB__content_dot_opf": "<package/>"}, "no pages"),
        ({"META-INF__encryption_dot_xml": LOCK.format("one.xhtml")}, "one.xhtml is encrypted"),
        ({"META-INF__encryption_dot_xml": LOCK.format("One.xhtml")}, "one.xhtml is encrypted"),
    ],
)
def test_malformed_books_are_named(tmp_path: Path, change: dict, said: str) -> None:
    path = broken(tmp_path / "bad.epub", **change)
    with pytest.raises(InputError, match=said) as caught:
        read_epub(path)
    assert str(path) in str(caught.value)


def test_fonts_may_be_encrypted(tmp_path: Path) -> None:
    path = broken(tmp_path / "f.epub", **{"META-INF__encryption_dot_xml": LOCK.format("font.otf")})
    assert sum(not c.drop for c in read_epub(path)[1]) == 2


def test_no_zip_and_cut_zip(tmp_path: Path) -> None:
    (tmp_path / "n.epub").write_text("no zip")
    with pytest.raises(InputError, match=r"n\.epub: malformed EPUB"):
        read_epub(tmp_path / "n.epub")
    whole = epubs.harbour(tmp_path / "w.epub").read_bytes()
    for size in range(10, len(whole) - 1, 97):
        (tmp_path / "c.epub").write_bytes(whole[:size])
        with pytest.raises(InputError, match=r"c\.epub"):
            read_epub(tmp_path / "c.epub")
    with pytest.raises(InputError, match="cannot read"):
        read_epub(tmp_path / "none.epub")


TOC = '<item id="ncx" href="text/toc.ncx" media-type="application/x-dtbncx+xml"/>'
TWO_PAGES = {"a.html": page(f"<h2>One</h2><p>{PROSE}</p>"), "b.html": page("<h2>Two</h2><p>More of it.</p>")}
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
    + point("One", "a.html")
    + point("Two", "b.html")
    + "</navMap></ncx>"
)


def rebuilt(
    path: Path,
    opf: tuple[str, str] = ("", ""),
    ncx: str | None = NCX,
    names: dict[str, str] | None = None,
    **files: str,
) -> Path:
    """Two pages and an NCX, with a piece of the package replaced, files renamed, and files of other content."""
    good = epubs.write(
        path.with_suffix(".good"),
        epubs.package(dict.fromkeys(TWO_PAGES, ""), METADATA, manifest=TOC).replace(*opf),
        TWO_PAGES | ({} if ncx is None else {"toc.ncx": ncx}) | {k.replace("_", "."): v for k, v in files.items()},
    )
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr((names or {}).get(name, name), old.read(name))
    return path


ALL_NAMES = ("META-INF/container.xml", "EPUB/content.opf", "EPUB/text/toc.ncx", "EPUB/text/a.html", "EPUB/text/b.html")
HREF = 'href="text/a.html" media-type="application/xhtml+xml"'


@pytest.mark.parametrize(
    "broken",
    [
        {"ncx": None},
        {"ncx": "no XML"},
        {"ncx": NCX.replace("One", "One&nbsp;")},
        {"ncx": NCX.replace("<text>Two", "<text>Two & </b>")},
        {"ncx": "\n \ufeff<?xml version='1.0'?>" + NCX},
        {"ncx": NCX.replace("</navMap>", "")},
        {"ncx": NCX.replace("</navMap>", "<![odd[x]]></navMap>")},
        {"ncx": "<!DOCTYPE ncx [<!ENTITY a 'aaaa'>]>" + NCX},
        {"ncx": NCX.replace("a.html", "A.HTML").replace("b.html", "..\\text\\b.html")},
        {"ncx": NCX.replace("a.html", "gone.html").replace("b.html", "gone.html")},
        {"opf": (">The Quiet", ">Tom & Jerry&nbsp;&eacute;")},
        {"opf": ("<?xml", " \n<?xml")},
        {"opf": ('<itemref idref="b.html"/>', '<itemref idref="b.html"/><itemref idref="none"/>')},
        {"opf": (HREF, HREF.replace("text/a", "TEXT/A"))},
        {"opf": (HREF, HREF.replace("text/a", "text\\a"))},
        {"opf": (HREF, HREF.replace("text/a", "/EPUB/text/a"))},
        {"opf": (HREF, HREF.replace("application/xhtml+xml", "text/xml"))},
        {"opf": (HREF, HREF.replace("application/xhtml+xml", "application/octet-stream"))},
        {"opf": (HREF, HREF.replace("application/xhtml+xml", "image/jpeg"))},
        {"opf": ('<spine><itemref idref="a.html"/><itemref idref="b.html"/>', "<spine>")},
        {"opf": ("</manifest>", "")},
        {"names": {"META-INF/container.xml": "meta-inf/Container.XML"}},
        {"names": {"META-INF/container.xml": "gone.xml"}},
        {"names": {"EPUB/content.opf": "EPUB/other.opf"}},
        {"names": {"EPUB/text/a.html": "EPUB\\text\\a.html"}},
        {"names": {"EPUB/text/a.html": "epub/Text/A.html"}},
        {"names": {name: name.replace("/", "\\") for name in ALL_NAMES}},
        {"opf": (HREF, HREF.replace("text/a", "text/a%20b")), "names": {"EPUB/text/a.html": "EPUB/text/a%20b.html"}},
    ],
)
def test_what_is_wrong_with_a_package_costs_no_page(tmp_path: Path, broken: dict) -> None:
    _, chapters = read_epub(rebuilt(tmp_path / "a.epub", **broken))
    kept = [c for c in chapters if not c.drop]
    assert [c.text for c in kept] == [PROSE.strip(), "More of it."]
    assert kept[0].title.startswith("One")


def test_titles_with_entities_and_ampersands(tmp_path: Path) -> None:
    ncx = NCX.replace(">One<", ">Caf&eacute;&nbsp;& Bar<")
    book, chapters = read_epub(rebuilt(tmp_path / "a.epub", opf=("The Quiet Harbour", "Tom & the S&ocirc;n"), ncx=ncx))
    assert (book.title, chapters[0].title) == ("Tom & the Sôn", "Café & Bar")


def test_pages_that_are_not_there_are_named_one_by_one(tmp_path: Path) -> None:
    path = rebuilt(tmp_path / "a.epub", names={"EPUB/text/b.html": "EPUB/text/c.html"})
    assert [(c.title, c.drop) for c in read_epub(path)[1]] == [("One", ""), ("EPUB/text/b.html", "missing page")]
    damaged = bytearray(rebuilt(tmp_path / "b.epub").read_bytes())
    at = damaged.index(b"More of it")
    damaged[at : at + 4] = b"less"  # the checksum tells
    (tmp_path / "b.epub").write_bytes(damaged)
    assert [(c.title, c.drop) for c in read_epub(tmp_path / "b.epub")[1]] == [
        ("One", ""),
        ("EPUB/text/b.html", "damaged page"),
    ]


def test_a_files_name_alone_decides_nothing(tmp_path: Path) -> None:
    files = {
        "cover.html": page(f"<p>{PROSE * 9}</p>"),
        "index.html": page(f"<p>{PROSE}</p>"),
        "notes.html": page(f"<h2>Notes from the Underground</h2><p>{PROSE}</p>"),
        "copyright.html": page("<p>Printed in Oslo.</p>"),
    }
    chapters = read_epub(epubs.write(tmp_path / "n.epub", epubs.package(dict.fromkeys(files, ""), METADATA), files))[1]
    assert [c.drop for c in chapters] == ["", "", "", "licence page"]
    points = point("Chapter 1", "cover.html") + point("Chapter 2", "notes.html")
    chapters = read_epub(old(tmp_path, points, {n: page(f"<p>{PROSE}</p>") for n in ("cover.html", "notes.html")}))[1]
    assert [(c.title, c.drop) for c in chapters] == [("Chapter 1", ""), ("Chapter 2", "")]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('<p><img alt="T" src="t.png"/>he harbour lay quiet.</p>', "The harbour lay quiet."),
        ('<p><span><img alt="T"/></span> he harbour.</p>', "The harbour."),
        ('<p><img alt="A"/> harbour.</p>', "A harbour."),
        ('<p><img alt="Drop cap S"/>now fell.</p>', "Snow fell."),
        ('<p><img alt="“I"/>t is.”</p>', "“It is.”"),
        ('<p><img alt="A boat at sea"/>he harbour.</p>', "he harbour."),
        ("<p><ruby>長<rp>(</rp><rt>なが</rt><rp>)</rp></ruby>い</p>", "長い"),
        ("<!-- a comment --><p>Text<!-- x -->.</p>", "Text."),
        ("<![if !x]><p>Text.</p><![endif]>", "Text."),
        ("<p>Text <![odd[x]]> more.</p>", "Text <![odd[x]]> more."),
    ],
)
def test_pictures_of_letters_and_readings(tmp_path: Path, body: str, shown: str) -> None:
    files = {"a.html": page(body)}
    assert (
        read_epub(epubs.write(tmp_path / "p.epub", epubs.package({"a.html": ""}, METADATA), files))[1][0].text == shown
    )


@pytest.mark.parametrize(
    ("body", "ncx", "said"),
    [
        ("<p>" + "word " * 7_000_000 + "</p>", NCX, "unpack to more than 32 MB"),
        ("<b></b>" * 250_000, NCX, "a page of over 250,000 tags"),
        ("&amp;" * 450_000, NCX, "a page of over 250,000 tags"),
        ("<p>x</p>", NCX.replace("</navMap>", point("T", "a.html") * 25_000 + "</navMap>"), "over 20,000 lines"),
    ],
)
def test_books_made_to_fill_memory_are_refused(tmp_path: Path, body: str, ncx: str, said: str) -> None:
    path = rebuilt(tmp_path / "bomb.epub", ncx=ncx, a_html=page(body))
    with pytest.raises(InputError, match=said):
        read_epub(path)


def test_a_book_of_many_pages_of_tags_is_refused(tmp_path: Path) -> None:
    files = {f"{n}.html": page("<b></b>" * 120_000) for n in range(5)}
    path = epubs.write(tmp_path / "t.epub", epubs.package(dict.fromkeys(files, ""), METADATA), files)
    with pytest.raises(InputError, match="its pages have over 1,000,000 tags"):
        read_epub(path)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>x",
        "<span>x",
        '<a href="#">',
        "<header>x",
        "<table><tr>",
        "<!",
        "<?",
        "</",
        "<a ",
        "<script>",
        "<![CDATA[",
        "\n" * 9,
    ],
)
def test_time_grows_with_the_page(tmp_path: Path, piece: str) -> None:
    """Four times the page takes about four times as long; what looks something up per tag takes sixteen times."""
    for size in (1000, 4000):
        files = {"a.html": page(f"<p>长{piece * size}x<p>Text.</p>")}
        epubs.write(tmp_path / f"{size}.epub", epubs.package({"a.html": ""}, METADATA), files)
    assert grows_slowly(lambda size: read_epub(tmp_path / f"{size}.epub"), 1000, 4000, 8)


def test_any_text_is_a_page() -> None:
    for text in ("\ud800", "name.html", "", "http://x.y", "<![odd["):
        assert "".join(b.text for b in blocks(parse(text))) == text
