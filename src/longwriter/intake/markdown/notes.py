"""Footnotes and endnotes of a page: references that point to a text which points back, whatever the page calls them."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from longwriter.readers.html import HEADINGS, types_of

NOTE_TAG = "note-reference"
"""Stands in the tree where a note is referred to; its `label` is the note's."""
_LONGEST_MARK = 12
_HOMES = frozenset(["li", "aside", "dd"])
_BLOCKS = _HOMES | frozenset(["p", "div", "section", "td", "blockquote", "body"])
_NOTE_NAME = re.compile(r"(?:sd|foot|end|fn|note)*\d+\Z", re.IGNORECASE)
_AFTER_LABEL = re.compile(r"\s*[.:)\]]?\s*")


def take_notes(soup: BeautifulSoup) -> dict[str, Tag]:
    """Text of each note by its label, "1" for the first that is referred to. Takes them out of the tree."""
    root = soup.body or soup
    places: dict[str, Tag] = {}
    order: dict[int, int] = {}
    for number, tag in enumerate(root.find_all(True)):
        order[id(tag)] = number
        for name in _names(tag):
            places.setdefault(name, tag)
    found: dict[int, tuple[str, Tag]] = {}
    homes: list[Tag] = []
    for link in root.find_all("a", href=True):
        target = places.get(str(link["href"]).removeprefix("#")) if str(link["href"]).startswith("#") else None
        if target is None or link.parent is None:
            continue
        body = _body(target)
        known = found.get(id(body))
        if known is None and not (order.get(id(body), -1) > order[id(link)] and _is_note(link, body)):
            continue
        if known is None:
            known = found[id(body)] = (str(len(found) + 1), body)
            _drop_label(body, link.get_text(strip=True).strip("[]()"))
        elif link in body.descendants:
            continue
        _unlink(link, body)
        link.replace_with(soup.new_tag(NOTE_TAG, attrs={"label": known[0]}))
    for _, body in found.values():
        homes += [parent for parent in body.parents if parent is not root][:3]
        body.extract()
    for home in homes:
        if home is not soup and home.parent is not None and not _text_outside_headings(home):
            home.extract()
    return {label: body for label, body in found.values()}


def _names(tag: Tag) -> Iterator[str]:
    if tag.get("id"):
        yield str(tag["id"])
    if tag.name == "a" and tag.get("name"):
        yield str(tag["name"])


def _body(target: Tag) -> Tag:
    """The block that a link to a note means."""
    block = target
    while block.name not in _BLOCKS and block.parent is not None:
        block = block.parent
    parent = block.parent
    if parent is not None and parent.name in _HOMES | {"div"} and (parent.name in _HOMES or _is_called_note(parent)):
        return parent
    return block


def _is_called_note(tag: Tag) -> bool:
    """Whether a division is one note, by its class, type or name."""
    named = {str(c).lower() for c in tag.get_attribute_list("class") if c}
    return (
        bool({"footnote", "endnote", "note"} & (named | types_of(tag)))
        or _NOTE_NAME.match(str(tag.get("id", ""))) is not None
    )


def _is_note(link: Tag, body: Tag) -> bool:
    if body.name == "body" or body in link.parents or body.find(HEADINGS) is not None or body.find_parent(HEADINGS):
        return False
    if "noteref" in types_of(link):
        return True
    if len(link.get_text(strip=True)) > _LONGEST_MARK or not (back := list(_back(link, body))):
        return False
    return len(body.get_text(strip=True)) > sum(len(tag.get_text(strip=True)) for tag in back)


def _back(link: Tag, body: Tag) -> Iterator[Tag]:
    """Links in a note to the place where it is referred to."""
    around = [link, *link.find_all(True), *list(link.parents)[:2]]
    before = link.find_previous_sibling()
    names = {f"#{name}" for tag in [*around, *([before] if before else [])] for name in _names(tag)}
    return (tag for tag in body.find_all("a", href=True) if tag["href"] in names)


def _unlink(link: Tag, body: Tag) -> None:
    """Take the links back out of a note, and its number where that is one of them."""
    for tag in list(_back(link, body)):
        after = tag.next_sibling
        begins = not "".join(str(s) for s in tag.find_all_previous(string=True, limit=3) if body in s.parents).strip()
        if begins and isinstance(after, NavigableString):
            after.replace_with(NavigableString(_AFTER_LABEL.sub("", str(after), count=1)))
        tag.extract()


def _drop_label(body: Tag, mark: str) -> None:
    """Take the number off that a note begins with, if it is written as one: "1." or "[1]"."""
    first = next((text for text in body.find_all(string=True) if text.strip()), None)
    label = re.compile(rf"\s*(?:{re.escape(mark)}[.:)\]]|[\[(]{re.escape(mark)}[)\]])\s+")
    if first is not None and mark and first.find_parent("a") is None and label.match(first):
        first.replace_with(NavigableString(label.sub("", first, count=1)))


def _text_outside_headings(tag: Tag) -> bool:
    return any(s.strip() and s.find_parent(HEADINGS) is None for s in tag.find_all(string=True))
