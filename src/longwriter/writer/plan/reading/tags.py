"""Plans in tags, as XML or HTML have them, as the objects that JSON would hold: `objects` says what they mean.

An element is what stands in its attributes and in the elements within it; several elements of one name, or one that is
called a section or chapter, are a list. A table's rows become lines with bars, which `tables` reads. Nothing here raises.
"""

import re
from collections import Counter
from html import unescape

from longwriter.writer.plan.reading.keys import PART_NAMES, Item
from longwriter.writer.plan.reading.words import names, plain

DEEPEST_TAGS, MOST_TAGS = 12, 20_000
LONGEST_LINE = 4000
"""Characters; the rest of a longer line is no plan."""

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[^\W\d_][\w.-]{0,40})(?P<given>(?:\s+[\w:.-]{1,40}\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*(?P<empty>/?)>"
)
_GIVEN = re.compile(r"([\w:.-]{1,40})\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>]*)')")
_STYLE = frozenset(["b", "i", "em", "strong", "u", "p", "span", "br"])
_ROW = re.compile(r"<tr\b[^<>]*>(.*?)(?=<tr\b|</t(?:able|body|head)\b|\Z)", re.S | re.I)
_CELL = re.compile(r"<t[dh]\b[^<>]*>", re.I)
_LISTED = re.compile(r"^[ \t]*<(?:li|item)\b[^<>]*>[ \t]*")
_BOLD = re.compile(r"</?(?:b|strong)>", re.I)
_LATEX = re.compile(r"(?m)^[ \t]*\\(chapter|section|subsection)\*?\{([^{}\n]{1,300})\}")
_FIRST = re.compile(r"^[ \t]*(?:</?[^\W\d_][\w.-]{0,40}>[ \t]*)+")
_LAST = re.compile(r"(?:</?[^\W\d_][\w.-]{0,40}>[ \t]*+)+$")


def tree_of(reply: str) -> object:
    """The elements of a reply as objects and lists; None without a plan's names in them, or where a tag is not closed."""
    tags = list(_TAG.finditer(reply)) if "</" in reply or "/>" in reply else []
    known = names("title") | PART_NAMES
    if not 1 < len(tags) <= MOST_TAGS or not any(plain(tag["name"]) in known for tag in tags) or _CELL.search(reply):
        return None
    root = _Element("")
    open_, end = [root], 0
    for tag in tags:
        open_[-1].text += reply[end : tag.start()]
        end = tag.end()
        if tag["name"].lower() in _STYLE:
            open_[-1].text += " "
        elif tag["close"]:
            if open_.pop().name != tag["name"] or not open_:
                return None
        else:
            found = _Element(tag["name"], {key: unescape(a or b) for key, a, b in _GIVEN.findall(tag["given"])})
            open_[-1].inner.append(found)
            if not tag["empty"]:
                open_.append(found)
        if len(open_) > DEEPEST_TAGS:
            return None
    if len(open_) > 1:
        return None
    root.text = ""  # talk
    return root.inner[0].value() if len(root.inner) == 1 else root.value()


class _Element:
    """A tag with what stands in it."""

    def __init__(self, name: str, given: Item | None = None) -> None:
        self.name, self.given, self.text = name, given or {}, ""
        self.inner: list[_Element] = []

    def value(self) -> object:
        """A text, or an object of attributes and elements."""
        text = " ".join(unescape(self.text).split())
        if not self.inner and not self.given:
            return text
        out: Item = dict(self.given)
        times = Counter(element.name for element in self.inner)
        several = {name for name in times if times[name] > 1 or plain(name) in PART_NAMES}
        for element in self.inner:
            if element.name not in several:
                out[element.name] = element.value()
        if several:
            out["sections"] = [element.value() for element in self.inner if element.name in several]
        elif text and not any(plain(key) in names("point") for key in out):
            out["point"] = text
        return out


def without_tags(reply: str) -> str:
    """A reply whose lines are a plan, without the tags around them; a table's rows with bars, LaTeX's sections as headings."""
    reply = _LATEX.sub(lambda found: f"{'#' if found[1] == 'chapter' else '##'} {found[2]}", reply)
    if "</" not in reply:
        return reply
    if re.search(r"</td\s*>", reply, re.I):
        rows = (
            "|".join(" ".join(_TAG.sub(" ", cell).split()) for cell in _CELL.split(row)) for row in _ROW.findall(reply)
        )
        return "\n".join(f"{row}|" for row in rows)
    lines = (line[:LONGEST_LINE] for line in reply.split("\n"))
    return "\n".join(_LAST.sub("", _FIRST.sub("", _BOLD.sub("**", _LISTED.sub("- ", line)))) for line in lines)
