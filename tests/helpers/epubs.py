"""EPUBs made by hand for the tests."""

import zipfile
from pathlib import Path

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
RIGHTS = "Released under the CC0 1.0 Universal Public Domain Dedication."
PROSE = "The harbour lay quiet under the first snow of the year, and nobody went out to look at the boats. " * 8


def page(body: str, attributes: str = "", title: str = "x") -> str:
    """An XHTML page."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title><style>p {{}}</style></head>\n'
        f"<body {attributes}>\n{body}\n</body></html>"
    )


def package(pages: dict[str, str], metadata: str, spine: str = "", manifest: str = "") -> str:
    """A package of EPUB 3; `pages`: file and its attributes in the manifest."""
    items = "".join(
        f'<item id="{name}" href="text/{name}" media-type="application/xhtml+xml" {extra}/>'
        for name, extra in pages.items()
    )
    refs = spine or "".join(f'<itemref idref="{name}"/>' for name in pages)
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="u">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">{metadata}</metadata>'
        f"<manifest>{items}{manifest}</manifest><spine>{refs}</spine></package>"
    )


def write(path: Path, opf: str, files: dict[str, str]) -> Path:
    """The archive; `files` by their path in EPUB/text."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("EPUB/content.opf", opf)
        for name, content in files.items():
            archive.writestr(f"EPUB/text/{name}", content)
    return path


METADATA = f"""<dc:title>The Quiet Harbour</dc:title><dc:creator id="a">Ann Teller</dc:creator>
<meta property="role" refines="#a" scheme="marc:relators">aut</meta><dc:creator id="b">Bob Brush</dc:creator>
<meta property="role" refines="#b" scheme="marc:relators">ill</meta><dc:language>en-GB</dc:language>
<dc:rights>{RIGHTS}</dc:rights><dc:subject>Sea stories -- Fiction</dc:subject>
<dc:description>&lt;p&gt;A &lt;b&gt;harbour&lt;/b&gt; in winter.&lt;/p&gt;</dc:description>"""


def harbour(path: Path, metadata: str = METADATA) -> Path:
    """Cover, title page, contents, two chapters with a note and verse, and a licence page."""
    contents = (
        '<nav epub:type="toc"><h2>Contents</h2><ol><li><a href="one.xhtml">I: Snow</a></li>'
        '<li><a href="two.xhtml">II: Thaw</a></li><li><a href="licence.xhtml">Licence</a></li></ol></nav>'
    )
    one = (
        '<section epub:type="chapter"><hgroup><h2 epub:type="ordinal">I</h2><p epub:type="title">Snow</p></hgroup>'
        f'<p>{PROSE}</p><p>It was   <i>very</i>\n cold.<a epub:type="noteref" href="#n1">1</a> '
        '<span class="pagenum">[12]</span>So they said:</p>'
        "<blockquote><p><span>Snow on the water,</span><br/><span>snow on the oar.</span></p></blockquote>"
        "<hr/><p>Then &ldquo;nothing&rdquo; &amp; night.</p>"
        '<aside epub:type="footnote" id="n1"><p>1. A note.</p></aside></section>'
    )
    licence = f"<h1>Licence</h1><p>{RIGHTS} First published in 1901. All rights reserved elsewhere.</p>"
    pages = {
        "cover.xhtml": "",
        "title.xhtml": "",
        "nav.xhtml": 'properties="nav"',
        "one.xhtml": "",
        "two.xhtml": "",
        "licence.xhtml": "",
    }
    files = {
        "cover.xhtml": page(
            '<svg viewBox="0 0 9 9"><text>The Quiet Harbour</text></svg><p>A cover</p>', 'epub:type="cover"'
        ),
        "title.xhtml": page("<h1>The Quiet Harbour</h1><p>by Ann Teller</p>", 'epub:type="frontmatter titlepage"'),
        "nav.xhtml": page(contents),
        "one.xhtml": page(one, 'epub:type="bodymatter"'),
        "two.xhtml": page(f"<h2>II</h2><h3>Thaw</h3><p>{PROSE.replace('snow', 'rain').replace('first', 'last')}</p>"),
        "licence.xhtml": page(licence),
    }
    return write(path, package(pages, metadata), files)
