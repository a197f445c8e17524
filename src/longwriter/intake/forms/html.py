"""HTML -> Markdown."""

import re
from pathlib import Path

from longwriter.export.labels import AUTHORS
from longwriter.intake.forms.draft_file import DraftFile
from longwriter.intake.forms.encodings import decoded
from longwriter.intake.forms.text import bytes_of
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.readers.html import declared, parse


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
    for encoding in ("utf-8", declared(data)):
        try:
            return data.decode(encoding), encoding, ()
        except (UnicodeDecodeError, LookupError):
            continue
    return decoded(data, path)
