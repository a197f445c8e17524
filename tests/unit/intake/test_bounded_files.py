"""Files that are made to fill memory or time: named errors, at once."""

import bz2
import struct
import time
import zipfile
from pathlib import Path

import docx
import pytest
from tests.helpers.epubs import METADATA, harbour, package, page, write

from longwriter.errors import InputError
from longwriter.intake.source import read_source
from longwriter.readers import epub_package
from longwriter.readers.epub import read_epub

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def packed_by_bzip2(path: Path, name: str, content: bytes) -> Path:
    """The zip with a file that says it holds 9 bytes."""
    with zipfile.ZipFile(path) as archive:
        held = {own: archive.read(own) for own in archive.namelist() if own != name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for own, text in held.items():
            archive.writestr(own, text)
        entry = zipfile.ZipInfo(name)
        archive.writestr(entry, bz2.compress(content))
        entry.compress_type, entry.file_size, at = zipfile.ZIP_BZIP2, 9, entry.header_offset
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, at + 8, zipfile.ZIP_BZIP2)
    struct.pack_into("<I", data, at + 22, 9)
    path.write_bytes(data)
    return path


def test_word_parts_that_unpack_without_a_bound_are_refused(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "draft.docx"))
    with pytest.raises(InputError, match="packed as no Word file is"):
        read_source(packed_by_bzip2(tmp_path / "draft.docx", "word/document.xml", b" " * 10**7))


def test_pages_of_a_book_that_unpack_without_a_bound_are_missing(tmp_path: Path) -> None:
    book = harbour(tmp_path / "draft.epub")
    with zipfile.ZipFile(book) as archive:
        name = next(n for n in archive.namelist() if n.endswith("html"))
    packed_by_bzip2(book, name, b" " * 10**7)
    assert any("cannot be read" in line for line in read_source(book).warnings)


@pytest.mark.parametrize("name", ["word/document.bin", "word/document.XML", "word/media/image1.png"])
def test_a_main_part_under_a_name_that_is_not_inspected_is_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "draft.docx"
    docx.Document().save(str(path))
    with zipfile.ZipFile(path) as archive:
        held = {own: archive.read(own) for own in archive.namelist()}
    held["_rels/.rels"] = held["_rels/.rels"].replace(b"word/document.xml", name.encode())
    held[name] = f"<w:document {W}><w:body><w:p><w:r><w:t>Rain.</w:t></w:r></w:p></w:body></w:document>".encode()
    with zipfile.ZipFile(path, "w") as archive:
        for own, content in held.items():
            archive.writestr(own, content)
    with pytest.raises(InputError, match=r"damaged Word file|no text in it"):
        read_source(path)


def test_pages_with_more_tags_than_a_book_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_package, "MOST_TAGS", 10)
    for read in (read_source, read_epub):
        with pytest.raises(InputError, match="over 10 tags; that is no book"):
            read(harbour(tmp_path / "draft.epub"))


@pytest.mark.slow
def test_contents_that_lead_thousands_of_times_into_one_page(tmp_path: Path) -> None:
    """Minutes, when every line looked through the page."""
    began = time.process_time()
    lines = "".join(
        f'<li><a href="a.xhtml#p{n % 5000}">Rain</a></li><li><a href="a.xhtml">All</a></li>' for n in range(9000)
    )
    files = {
        "nav.xhtml": page(f'<nav epub:type="toc"><ol>{lines}</ol></nav>'),
        "a.xhtml": page("".join(f'<p id="p{n}">x</p>' for n in range(20_000)) + "<h1>End</h1><p>It ends.</p>"),
    }
    pages = {name: 'properties="nav"' if name == "nav.xhtml" else "" for name in files}
    assert "It ends." in read_source(write(tmp_path / "draft.epub", package(pages, METADATA), files)).text
    assert time.process_time() - began < 20
