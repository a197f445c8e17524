"""HTML -> Markdown."""

import re
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from longwriter.export.labels import AUTHORS
from longwriter.intake.forms.draft_file import DraftFile
from longwriter.intake.forms.encodings import decoded
from longwriter.intake.forms.text import bytes_of
from longwriter.intake.markdown.page import markdown, title_above
from longwriter.intake.pictures import Album, of_page
from longwriter.readers.html import declared, parse
from longwriter.text import count_words, counted

_UNSEEN = frozenset(["nav", "noscript", "script", "style", "template"])


def read_html_draft(path: Path, *, pictures: bool = False) -> DraftFile:
    """Raises InputError."""
    text, encoding, warnings = _characters(bytes_of(path), path)
    soup = parse(text.removeprefix("\ufeff"))
    named = soup.find_all("meta", attrs={"name": re.compile("^author$", re.IGNORECASE)})
    author = tuple(filter(None, (" ".join(str(meta.get("content", "")).split()) for meta in named)))
    for line in soup.select("header p"):  # as exported pages show them below their title
        if author and line.get_text() == AUTHORS.join(author):
            line.decompose()
    title = " ".join(soup.title.get_text().split()) if soup.title is not None else ""
    around = _take_article(soup)
    shown, album = title_above(soup), Album(of_page(path.parent))
    if pictures:
        album.mark(soup)
    text, lost = markdown(soup, album.pictures)
    headlines = [" ".join(heading.get_text(" ").split()) for heading in soup.find_all("h1")]
    if len(headlines) == 1 and headlines[0] and title.startswith(headlines[0]):  # behind it is the name of the site
        title = headlines[0]
    return DraftFile(text, "md", encoding, shown or title, author, (*warnings, *around, *lost), album.pictures)


def _take_article(soup: BeautifulSoup) -> tuple[str, ...]:
    """Leave the one article of a saved page, where it is most of the page; what went, in one line. Changes the tree."""
    for name in ("article", "main"):
        own = soup.find_all(name)
        if len(own) != 1 or soup.body is None or _needs_more(soup, own[0]):
            continue
        body, words = soup.body, count_words(own[0].get_text(" "))
        around = sum(count_words(str(text)) for text in body.find_all(string=True) if _is_around(text, own[0]))
        if words > around:
            article = own[0].extract()
            body.clear()
            body.append(article)
            return (f"{counted(around, 'word')} around the article left out",) if around else ()
    return ()


def _needs_more(soup: BeautifulSoup, article: Tag) -> bool:
    """Whether the page's title, or a note that the article refers to, stands outside it."""
    if soup.find("h1") is not None and article.find("h1") is None:
        return True
    places = {str(link["href"])[1:] for link in article.select('a[href^="#"]')}
    inside = {str(tag["id"]) for tag in article.find_all(id=True)}
    return any(str(tag["id"]) in places - inside for tag in soup.find_all(id=True))


def _is_around(text: NavigableString, article: Tag) -> bool:
    """Whether a string is shown outside the article, and no menu's."""
    if isinstance(text, PreformattedString):
        return False
    return all(parent is not article and parent.name not in _UNSEEN for parent in text.parents)


def _characters(data: bytes, path: Path) -> tuple[str, str, tuple[str, ...]]:
    """As `decoded`, but what is no UTF-8 is what it says it is, if it can be."""
    for encoding in ("utf-8", declared(data)):
        try:
            return data.decode(encoding), encoding, ()
        except (UnicodeDecodeError, LookupError):
            continue
    return decoded(data, path)
