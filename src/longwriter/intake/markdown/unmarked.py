"""Headings that a page shows as paragraphs like any other, as writers without styles type them: they become headings."""

from bs4 import BeautifulSoup
from bs4.element import Tag

from longwriter.intake.plain_headings import plain_headings
from longwriter.text import CJK_CHARACTER

_NOT_IN = ["blockquote", "li", "nav", "table", "pre"]
_MARKED = ["h1", "h2", "h3", "h4", "h5", "h6"]
LEAST = 2
"""Fewest headings that a page needs, and that the rules of plain text must find, as in `intake.headings`."""


def mark_headings(soup: BeautifulSoup) -> None:
    """Make headings, one level below the page's title, of paragraphs that are some by the rules of plain text.

    Pages that have headings of their own are left as they are. Changes the tree.
    """
    if len(soup.find_all(_MARKED)) >= LEAST:
        return
    own = [tag for tag in soup.find_all("p") if tag.find_parent(_NOT_IN) is None]
    text, starts = "", []
    for tag in own:
        starts.append(len(text))
        text += f"{' '.join(tag.get_text().split())}\n\n"
    found = plain_headings(text)
    if len(found) < LEAST:
        return
    for heading in found:
        first, *others = (
            tag
            for tag, at in zip(own, starts, strict=True)
            if heading.start <= at < heading.end and tag.get_text(strip=True)
        )
        first.name = f"h{heading.level + 1}"
        for other in others:
            _join(first, other)


def _join(heading: Tag, below: Tag) -> None:
    """A title in a paragraph of its own, behind the number above it."""
    above = heading.get_text().rstrip()
    heading.append(" " if CJK_CHARACTER.search(above) or above.endswith((":", ".")) else ": ")
    for node in list(below.contents):
        heading.append(node.extract())
    below.decompose()
