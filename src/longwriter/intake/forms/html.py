"""HTML -> Markdown."""

import re
from pathlib import Path

from longwriter.errors import InputError
from longwriter.intake.forms.draft import Draft
from longwriter.intake.forms.text import bytes_of
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.readers.html import parse


def read_html_draft(path: Path) -> Draft:
    """A page; its encoding is the one that it names, or that its bytes tell. Raises InputError."""
    data = bytes_of(path)
    soup = parse(data)
    if soup.original_encoding is None and data.strip():
        raise InputError(f"{path}: its encoding is not known; save it as UTF-8")
    named = soup.find("meta", attrs={"name": re.compile("^author$", re.IGNORECASE)})
    author = " ".join(str(named.get("content", "")).split()) if named is not None else ""
    title = " ".join(soup.title.get_text().split()) if soup.title is not None else ""
    shown = title_above(soup)
    text, warnings = markdown(soup)
    return Draft(text, "md", soup.original_encoding or "utf-8", shown or title, (author,) if author else (), warnings)
