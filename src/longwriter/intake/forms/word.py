"""Word files -> Markdown, by way of mammoth's HTML: headings by their styles, notes, lists, tables, quotes, emphasis."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from bs4 import BeautifulSoup

from longwriter.errors import SetupError
from longwriter.intake.forms.draft_file import DraftFile
from longwriter.intake.forms.word_package import WordPackage, inspected, parts_alone, reading_word
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.intake.pictures import Album, of_archive
from longwriter.readers.html import parse

_QUOTES = ("Quote", "Intense Quote", "Quotations", "Block Text", "Block Quotation")
_CODE = ("Source Code", "Preformatted Text", "HTML Preformatted", "HTML Code")
_CODE_INSIDE = ("Verbatim Char", "Source Text", "Source_Text", "HTML Code")
_TITLE_PAGE = ("Author", "Date", "Rights")
LONGEST_NAME = 1_000
"""Bytes of a file's name in a package."""
NOTE_MARK, ABOUT = "note-mark", "about"


def read_word_draft(path: Path, *, pictures: bool = False) -> DraftFile:
    """Raises InputError for a file that cannot be read, SetupError without mammoth."""
    mammoth = _mammoth()
    package = inspected(path)
    with reading_word(path, AttributeError, TypeError), parts_alone(path) as file:  # as mammoth lets out
        html = mammoth.convert_to_html(
            file,
            style_map=_style_map(package),
            include_embedded_style_map=False,  # a document's own map could leave its text out
            convert_image=mammoth.images.img_element(_source),
        ).value
    soup = parse(html)
    _second_marks(soup)
    told = _title_page(soup)
    title = title_above(soup) or package.title
    with reading_word(path), of_archive(path) as read:
        album = Album(read)
        if pictures:
            album.mark(soup)
    text, warnings = markdown(soup, album.pictures)
    left = (f"of the title page this is left out: {', '.join(told)}",) if told else ()
    return DraftFile(text, "md", "utf-8", title, package.author, (*package.warnings, *left, *warnings), album.pictures)


def _source(image: Any) -> dict[str, str]:  # noqa: ANN401 - mammoth has no types
    """What `parts_alone` put in the picture's place: its name in the file; nothing for one that lies elsewhere."""
    try:
        with image.open() as held:
            return {"src": held.read(LONGEST_NAME).decode()}
    except (LookupError, ValueError, OSError):
        return {}


def _title_page(soup: BeautifulSoup) -> list[str]:
    """Takes out what stands right below the title in styles of a title page, as this program and pandoc write it."""
    out = list[str]()
    title = soup.select_one("h1.title")
    while title is not None and (line := title.find_next_sibling()) is not None and ABOUT in (line.get("class") or []):
        out.append(line.extract().get_text())
    return out


def _second_marks(soup: BeautifulSoup) -> None:
    """A note that is referred to again: its mark stands there as text, which becomes a link like the first one's."""
    links = {link.get_text(): link for link in soup.select(f"sup.{NOTE_MARK} a[href]")}
    for mark in soup.select(f"sup.{NOTE_MARK}"):
        first = links.get(f"[{mark.get_text().strip()}]")
        if mark.find("a") is None and first is not None:
            mark.clear()
            mark.append(soup.new_tag("a", attrs={"href": str(first["href"]), "epub:type": "noteref"}))


def _mammoth() -> ModuleType:
    try:
        return import_module("mammoth")
    except ModuleNotFoundError as error:
        raise SetupError("mammoth is not installed: pip install 'longwriter[docx]'") from error


def _style_map(package: WordPackage) -> str:
    lines = [f"p[style-name={_quoted(name)}] => h{level}:fresh" for name, level in package.headings.items()]
    lines += ["p[style-name='Title'] => h1.title:fresh", "r[style-name='Emphasis'] => em"]
    lines += [f"p[style-name='toc {level}'] => nav.toc > p:fresh" for level in range(1, 10)]
    lines += [
        "p[style-name='TOC Heading'] => nav.toc > p:fresh",
        "p[style-name='table of contents heading'] => nav.toc > p:fresh",
    ]
    lines += [f"r[style-name='{name}'] => code" for name in _CODE_INSIDE]
    lines += [f"r[style-name='{name}'] => sup.{NOTE_MARK}" for name in ("footnote reference", "endnote reference")]
    lines += [f"p[style-name='{name}'] => p.{ABOUT}:fresh" for name in _TITLE_PAGE]
    lines += [f"p[style-name='{name}'] => blockquote > p:fresh" for name in _QUOTES]
    lines += [f"p[style-name='{name}'] => pre:separator('\\n')" for name in _CODE]
    return "\n".join(lines)


def _quoted(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"
