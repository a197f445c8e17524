"""An EPUB's zip as it is: names found whatever their case and slashes, XML read whatever is wrong with it, all bounded."""

import lzma
import posixpath
import re
import unicodedata
import zipfile
import zlib
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

from longwriter.readers.html import characters, plain_marks

MOST_BYTES = 32 * 2**20
"""Unpacked size of the pages of one book; a larger one is no book, or a zip made to fill memories."""
MOST_FILES = 50_000
MOST_XML_BYTES, MOST_XML_TAGS = 16 * 2**20, 300_000
"""Of the package document, the contents and the like."""
DEEPEST = 200
"""Levels of XML that are told apart; what nests deeper hangs on the last of them."""
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, lzma.LZMAError, ValueError)
"""What reading a file of a damaged zip may raise."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How files of books and of documents are packed. Python unpacks those of other kinds without a bound: 3 kB of bzip2 that say
they hold 1 kB took 3 GB."""


class EpubArchive:
    """A book's zip, open."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Raises ValueError for a zip of more files than a book has."""
        if len(archive.filelist) > MOST_FILES:
            raise ValueError(f"over {MOST_FILES:,} files in it; that is no book")
        self._archive = archive
        self._own = {_plain(name): name for name in reversed(archive.namelist())}
        self.names = list(self._own)
        """With slashes, whatever the zip has."""
        self._loose = {unquote(name).casefold(): name for name in self.names}
        self._loose |= {name.casefold(): name for name in self.names}

    def find(self, name: str) -> str | None:
        """Which of `names` is what a package calls so, or None."""
        for asked in (name, unquote(name)):
            plain = _plain(asked)
            if plain in self._own:
                return plain
            if found := self._loose.get(plain.casefold()):
                return found
        return None

    def size(self, name: str) -> int:
        """Unpacked bytes of a file, one of `names`."""
        return self._info(name).file_size

    def is_locked(self, name: str) -> bool:
        """Whether a file, one of `names`, needs a password."""
        return bool(self._info(name).flag_bits & 1)

    def _info(self, name: str) -> zipfile.ZipInfo:
        return self._archive.getinfo(self._own[name])

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """Raises ValueError for a larger file, and `DAMAGED`."""
        if self._info(name).compress_type not in PACKED:
            raise ValueError(f"{name} is packed as no book is")
        if self.size(name) > most:
            raise ValueError(f"{name} unpacks to more than {most >> 20} MB")
        return self._archive.read(self._own[name])

    def tree(self, name: str) -> ElementTree.Element:
        """A file as XML, its names in lowercase and without namespaces. Raises ValueError, and `DAMAGED`."""
        content = self.read(name, MOST_XML_BYTES)
        if content.count(b"<") > 2 * MOST_XML_TAGS:
            raise ValueError(f"{name} has over {MOST_XML_TAGS:,} tags; that is no book")
        return _tree(content)


def place(folder: str, href: str) -> tuple[str, str]:
    """Path in the archive of what a file in `folder` refers to, and the fragment."""
    file, _, fragment = href.strip().partition("#")
    file = file.replace("\\", "/")
    return posixpath.normpath(posixpath.join("" if file.startswith("/") else folder, unquote(file))), unquote(fragment)


def _plain(name: str) -> str:
    return posixpath.normpath(unicodedata.normalize("NFC", name.replace("\\", "/"))).lstrip("/")


def _tree(content: bytes) -> ElementTree.Element:
    """By the rules of XML; where it breaks them, or defines entities, by those of HTML."""
    root = None
    if b"<!ENTITY" not in content:
        try:
            wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16
            root = ElementTree.fromstring(content if wide else content.lstrip(b"\xef\xbb\xbf\0 \t\r\n"))
        except (ElementTree.ParseError, LookupError, ValueError):
            root = None
    if root is None:
        lenient = _Lenient()
        try:
            lenient.feed(plain_marks(characters(content)).lstrip("\ufeff\0 \t\r\n"))
            lenient.close()
        except AssertionError as error:  # how Python's parser says that it goes no further
            raise ValueError(f"no XML: {error}") from error
        root = lenient.root
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = _local(element.tag)
        for key in [k for k in element.attrib if k != _local(k)]:
            element.attrib.setdefault(_local(key), element.attrib.pop(key))
    return root


def _local(name: str) -> str:
    return re.sub(r"^(?:\{.*\}|[^:]*:)", "", name).lower()


class _Lenient(HTMLParser):
    """A tree of XML that is none: open entities and ampersands, tags that are not closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = ElementTree.Element("root")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = ElementTree.SubElement(self._open[-1], tag, {key: value or "" for key, value in attrs})
        if len(self._open) < DEEPEST:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        ElementTree.SubElement(self._open[-1], tag, {key: value or "" for key, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        at = next((i for i in range(len(self._open) - 1, 0, -1) if self._open[i].tag == tag), 0)
        if at:
            del self._open[at:]

    def handle_data(self, data: str) -> None:
        parent = self._open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data

    def unknown_decl(self, data: str) -> None:
        if data.upper().startswith("CDATA["):
            self.handle_data(data[6:])
