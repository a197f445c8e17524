"""HTML -> Markdown."""

import re
from pathlib import Path

from longwriter.intake.forms.draft_file import DraftFile
from longwriter.intake.forms.encodings import decoded
from longwriter.intake.forms.text import bytes_of
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.readers.html import parse

_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
AUTHORS = " · "
"""Between the authors of an exported page."""
_HEAD = 2_048
"""Bytes from the beginning in which a page says its encoding."""


def read_html_draft(path: Path) -> DraftFile:
    """Raises InputError."""
    text, encoding, warnings = _characters(bytes_of(path), path)
    soup = parse(text.removeprefix("\ufeff"))
    named = soup.find_all("meta", attrs={"name": re.compile("^author$", re.IGNORECASE)})
    author = tuple(filter(None, (" ".join(str(meta.get("content", "")).split()) for meta in named)))
    for line in soup.select("header p"):  # as exported pages show them below their title
        if author and line.get_text() == AUTHORS.join(author):
            line.decompose()
    title = " ".join(soup.title.get_text().split()) if soup.title is not None else ""
    shown = title_above(soup)
    text, lost = markdown(soup)
    return DraftFile(text, "md", encoding, shown or title, author, (*warnings, *lost))


def _characters(data: bytes, path: Path) -> tuple[str, str, tuple[str, ...]]:
    """As `decoded`, but what is no UTF-8 is what it says it is, if it can be."""
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        declared = _DECLARED.search(data[:_HEAD])
    try:
        said = declared[1].decode("ascii").lower() if declared else "utf-8"
        return data.decode(said), said, ()
    except (UnicodeDecodeError, LookupError):
        return decoded(data, path)
