"""A page as a tree -> its Markdown, and what of it is left out."""

from collections import Counter
from collections.abc import Container

from bs4 import BeautifulSoup
from bs4.element import Tag

from longwriter.intake.markdown.blocks import LISTS, Walk
from longwriter.intake.markdown.notes import take_notes
from longwriter.intake.markdown.unmarked import mark_headings
from longwriter.readers.html import HEADINGS
from longwriter.text import counted

_MEDIA = ["audio", "canvas", "embed", "iframe", "object", "svg", "video"]


def markdown(soup: BeautifulSoup, pictures: Container[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Markdown that shows what the page shows, and a line for each kind of thing that it cannot hold. Changes the tree.

    `pictures`: names of those that are there (`pictures.MARK`); of others the descriptions stay.
    """
    _close_open_items(soup)
    _write_formulas(soup)
    notes = take_notes(soup)
    mark_headings(soup)
    walk = Walk(notes, pictures)
    text = walk.page(soup.body or soup)
    return text, tuple(_lost(walk.left_out))


def _lost(left_out: Counter[str]) -> list[str]:
    out = []
    if pictures := left_out["img"]:
        out.append(f"{counted(pictures, 'picture')} left out; descriptions of pictures are kept as text")
    if media := sum(left_out[name] for name in _MEDIA):
        out.append(
            f"{counted(media, 'drawing, recording or embedded page', 'drawings, recordings or embedded pages')} left out"
        )
    if menus := left_out["nav"]:
        out.append(f"{counted(menus, 'table of contents or menu', 'tables of contents or menus')} left out")
    return out


def _write_formulas(soup: BeautifulSoup) -> None:
    """Formulas that hold their source in TeX, as pandoc's do, are that: the letters alone would say another thing."""
    for formula in soup.find_all("math"):
        source = formula.find("annotation", attrs={"encoding": "application/x-tex"})
        if source is not None:
            sign = "$$" if formula.get("display") == "block" else "$"
            formula.replace_with(f"{sign}{source.get_text().strip()}{sign}")


def _close_open_items(soup: BeautifulSoup) -> None:
    """Items, cells and rows whose end tags are left out stand beside each other, and lists in a list in its items."""
    for name, ends in (("li", tuple(LISTS)), ("tr", ("table",)), ("td", ("table", "tr")), ("th", ("table", "tr"))):
        alike = [name] if name in ("li", "tr") else ["td", "th"]
        for tag in soup.find_all(name):
            around = tag.find_parent([*alike, *ends])
            if isinstance(around, Tag) and around.name in alike:
                around.insert_after(tag)
    for inner in soup.find_all(LISTS):
        before = inner.find_previous_sibling()
        if inner.parent is not None and inner.parent.name in LISTS and before is not None and before.name == "li":
            before.append(inner)


def title_above(soup: BeautifulSoup) -> str:
    """The title that a page shows as such, "" for none; the headings below it go down a level. Changes the tree."""
    titles = soup.find_all("h1", class_="title")
    if len(titles) != 1:
        return ""
    for heading in soup.find_all(HEADINGS):
        if heading is not titles[0]:
            heading.name = f"h{min(6, int(heading.name[1]) + 1)}"
    return " ".join(titles[0].get_text(" ").split())
