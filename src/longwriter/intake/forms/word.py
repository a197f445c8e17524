"""Word files -> Markdown, by way of mammoth's HTML: headings by their styles, notes, lists, tables, quotes, emphasis."""

import zipfile
import zlib
from importlib import import_module
from pathlib import Path
from types import ModuleType
from xml.parsers import expat

from longwriter.errors import InputError, SetupError
from longwriter.intake.forms.draft import Draft
from longwriter.intake.forms.word_package import WordPackage, inspected
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.readers.html import parse

_QUOTES = ("Quote", "Intense Quote", "Quotations", "Block Text", "Block Quotation")
_CODE = ("Source Code", "Preformatted Text", "HTML Preformatted", "HTML Code")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError, ValueError, LookupError,
    AttributeError, TypeError, OSError,
)  # fmt: skip
"""What mammoth lets out of files that break Word's rules."""


def read_word_draft(path: Path) -> Draft:
    """Raises InputError for a file that cannot be read, SetupError without mammoth."""
    mammoth = _mammoth()
    package = inspected(path)
    try:
        with path.open("rb") as file:
            html = mammoth.convert_to_html(
                file,
                style_map=_style_map(package),
                include_embedded_style_map=False,  # a document's own map could leave its text out
                convert_image=mammoth.images.img_element(lambda _: {}),
            ).value
    except _DAMAGE as error:
        raise InputError(
            f"{path}: damaged Word file: {error or type(error).__name__}; open it in Word and save it anew"
        ) from error
    soup = parse(html)
    title = title_above(soup) or package.title
    text, warnings = markdown(soup)
    return Draft(text, "md", "utf-8", title, package.author, (*package.warnings, *warnings))


def _mammoth() -> ModuleType:
    try:
        return import_module("mammoth")
    except ModuleNotFoundError as error:
        raise SetupError("mammoth is not installed: pip install 'longwriter[docx]'") from error


def _style_map(package: WordPackage) -> str:
    lines = [f"p[style-name={_quoted(name)}] => h{level}:fresh" for name, level in package.headings.items()]
    lines += ["p[style-name='Title'] => h1.title:fresh"]
    lines += [f"p[style-name='{name}'] => blockquote > p:fresh" for name in _QUOTES]
    lines += [f"p[style-name='{name}'] => pre:separator('\\n')" for name in _CODE]
    return "\n".join(lines)


def _quoted(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"
