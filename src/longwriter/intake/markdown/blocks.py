"""A page as a tree -> Markdown: headings, paragraphs, quotes, lists, tables, code, notes and breaks, in the page's order.

Goes: scripts and styles, navigation, what is hidden; of pictures their description stays. Deep trees are walked without
recursion; quotes and lists deeper than `DEEPEST` are written at that depth, as parsers of Markdown stop reading below
about ten.
"""

import re
from collections import Counter
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from bs4.element import Comment, NavigableString, PageElement, PreformattedString, Tag

from longwriter.characters import whole
from longwriter.intake.markdown.inline import LINE_BREAK, Mark, TextRun, one_line, paragraphs, picture
from longwriter.intake.markdown.notes import NOTE_TAG
from longwriter.intake.markdown.tables import is_table, rows
from longwriter.intake.pictures import MARK
from longwriter.readers.clean import SCENE_BREAK
from longwriter.readers.html import HEADINGS

DEEPEST = 5
MOST_NUMBER = 999_999_999
"""The greatest number that an item of a list can have in Markdown."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BLOCKS = HEADINGS | _set(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form header hgroup html legend li main menu ol p section summary table tbody td tfoot th thead title tr ul"
)
LISTS = _set("ul ol menu dir")
_GONE = _set(
    "script style head nav template noscript iframe object embed audio video canvas svg area input select textarea "
    "button datalist rp col colgroup annotation annotation-xml"
)
_MARKS: dict[str, Mark] = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "cite": "em", "var": "em", "dfn": "em", "s": "strike",
    "strike": "strike", "del": "strike",
}  # fmt: skip
_CODE = _set("code tt kbd samp")
_AROUND = {"q": ("“", "”"), "rt": ("（", "）")}
_SCHEMES = ("http://", "https://", "mailto:")
_STYLES: list[tuple[Mark, re.Pattern[str], re.Pattern[str]]] = [
    ("em", re.compile(r"font-style:\s*italic"), re.compile(r"font-style:\s*normal")),
    ("strong", re.compile(r"font-weight:\s*(?:bold|[6-9]00)"), re.compile(r"font-weight:\s*(?:normal|400)")),
]
"""Of a style that is written beside an element: what gives a mark, and what takes it away."""
_HIDDEN = re.compile(r"display:\s*none")
_BREAKS = re.compile("[\x0b\x0c\x85]")
_STARS = re.compile(r"\\\*(?: *\\?\*){2,}|⁂")
"""A break between scenes that is written as a paragraph."""
_TICKS = re.compile("`+")


@dataclass
class _Frame:
    """A quote, a list, an item of one, or a note that is open."""

    kind: Literal["quote", "list", "item", "note"]
    first: str = ""
    """What the first line in it begins with."""
    rest: str = ""
    """What every other line in it begins with."""
    begun: bool = False
    """Whether anything in it is written."""
    tight: bool = False
    """Of a list: no blank line between its items."""
    ordered: bool = False
    number: int = 1
    """Of the next item."""
    sign: str = ""


@dataclass
class Walk:
    """One page's Markdown as it grows."""

    notes: dict[str, Tag]
    pictures: Container[str] = ()
    """Names of those that are there."""
    lines: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    """Names of elements that are left out, and how many."""
    _frames: list[_Frame] = field(default_factory=list)
    _runs: list[TextRun] = field(default_factory=list)
    _marks: Counter[Mark] = field(default_factory=Counter)
    _code: int = 0
    _links: list[str] = field(default_factory=list)
    _flat: int = 0
    """Above 0 in a heading or a cell, where blocks are parts of one line."""
    _headed: bool = False
    """In a heading."""
    _below: list[str] = field(default_factory=list)
    """Pictures of a heading, which stand below it."""
    _due: list[str] = field(default_factory=list)
    """Labels of notes that are referred to and not yet written."""
    _last: str = ""
    """Kind of the block that was written last."""
    _closed: tuple[int, int, str] = (0, 0, "")
    """Of the list that was closed last: frames around it, lines written by then, its sign."""

    def page(self, root: Tag) -> str:
        """The Markdown of a whole tree; notes stand after the last block before the next heading."""
        self._inside(root)
        self._flush()
        self._write_notes()
        return "\n".join([*self.lines, ""])

    def _inside(self, root: Tag) -> None:
        stack: list[tuple[list[PageElement], Callable[[], None]]] = [(list(root.contents)[::-1], _nothing)]
        while stack:
            nodes, close = stack[-1]
            if not nodes:
                stack.pop()
                close()
                continue
            node = nodes.pop()
            if isinstance(node, Tag):
                if (closes := self._enter(node)) is not None:
                    stack.append((list(node.contents)[::-1], closes))
            elif isinstance(node, NavigableString) and not isinstance(node, Comment | PreformattedString):
                self._text(str(node))

    def _text(self, text: str) -> None:
        marks = frozenset(mark for mark, depth in self._marks.items() if depth > 0)
        shown = whole(_BREAKS.sub(" ", text))
        self._runs.append(TextRun(shown, marks, self._code > 0, self._links[-1] if self._links else ""))

    def _enter(self, tag: Tag) -> Callable[[], None] | None:
        """What to do when the element ends; None where nothing in it is looked at."""
        name = tag.name.lower()
        if name in _GONE or tag.has_attr("hidden") or _HIDDEN.search(str(tag.get("style", ""))):
            self.left_out[name] += 1
        elif name == NOTE_TAG:
            self._due.append(str(tag["label"]))
            self._runs.append(TextRun("", note=self._due[-1]))
        elif name == "br":
            self._runs.append(TextRun(LINE_BREAK))
        elif name == "img":
            self._picture(tag)
        elif self._flat or name not in _BLOCKS | {"hr", "pre"}:
            return self._enter_inline(tag, name)
        else:
            return self._enter_block(tag, name)
        return None

    def _picture(self, tag: Tag) -> None:
        """A picture that is there, with its description; of another, and of one in a heading, the description alone."""
        name, said = str(tag.get(MARK, "")), "" if _says_caption(tag) else str(tag.get("alt") or "")
        if not name or name not in self.pictures:
            self.left_out["img"] += 1
            self._text(said)
        elif self._headed:
            self._below.append(name)
            self._text(said)
        else:
            self._runs.append(picture(name, whole(said)))

    def _enter_inline(self, tag: Tag, name: str) -> Callable[[], None]:
        if name in _BLOCKS | {"hr", "pre"}:  # in a heading or a cell
            self._text(" ")
            return partial(self._text, " ")
        if name in _CODE:
            self._code += 1
            return self._end_code
        if name in _AROUND:
            self._text(_AROUND[name][0])
            return partial(self._text, _AROUND[name][1])
        href = str(tag.get("href", "")).strip()
        if name == "a" and href.lower().startswith(_SCHEMES):
            self._links.append(href)
            return self._end_link
        marks = _marks_of(name, str(tag.get("style", "")))
        self._marks.update(marks)
        return partial(self._marks.subtract, marks)

    def _end_code(self) -> None:
        self._code -= 1

    def _end_link(self) -> None:
        self._links.pop()

    def _enter_block(self, tag: Tag, name: str) -> Callable[[], None] | None:
        self._flush()
        if name in HEADINGS:
            self._heading(tag, int(name[1]))
        elif name == "hr":
            self._break()
        elif name == "pre":
            self._preformatted(tag)
        elif name == "table" and is_table(tag):
            self._table(tag)
        else:
            frame = self._frame(tag, name)
            if frame is not None:
                self._frames.append(frame)
            return self._flush if frame is None else self._end_frame
        return None

    def _frame(self, tag: Tag, name: str) -> _Frame | None:
        """What an element opens; None for nothing that Markdown has."""
        deep = sum(frame.kind != "list" for frame in self._frames) >= DEEPEST
        if name == "blockquote" and not deep:
            return _Frame("quote", "> ", "> ")
        if name in LISTS and not deep:
            start = str(tag.get("start", ""))
            number = int(start) if start.isascii() and start.isdigit() and int(start[:12]) <= MOST_NUMBER else 1
            signs = (".", ")") if name == "ol" else ("-", "*")
            again = self._closed == (len(self._frames), len(self.lines), signs[0])  # two lists would be one
            tight = all(len(li.find_all("p", recursive=False)) < 2 for li in tag.find_all("li", recursive=False))
            return _Frame("list", tight=tight, ordered=name == "ol", number=number, sign=signs[again])
        if name == "li" and self._frames and self._frames[-1].kind == "list":
            own = self._frames[-1]
            sign = f"{own.number}{own.sign} " if own.ordered else f"{own.sign} "
            own.number = min(own.number + 1, MOST_NUMBER)
            return _Frame("item", sign, " " * len(sign), sign=own.sign)
        return None

    def _end_frame(self) -> None:
        self._flush()
        frame = self._frames.pop()
        if frame.kind == "list":
            self._closed = (len(self._frames), len(self.lines), frame.sign)

    def _gathered(self, tag: Tag) -> list[TextRun]:
        """Everything in an element as the text of one block."""
        held, self._runs = self._runs, []
        self._flat += 1
        self._inside(tag)
        self._flat -= 1
        runs, self._runs = self._runs, held
        return runs

    def _heading(self, tag: Tag, level: int) -> None:
        if not self._frames:
            self._write_notes()
        self._headed = True
        runs = [run._replace(marks=run.marks - {"strong"}) for run in self._gathered(tag)]
        self._headed = False
        if text := one_line(runs):
            self._emit([f"{'#' * level} {text[:-1]}\\#" if text.endswith("#") else f"{'#' * level} {text}"], "heading")
        below, self._below = self._below, []
        for name in below:
            self._emit(paragraphs([picture(name, "")])[0], "paragraph")

    def _preformatted(self, tag: Tag) -> None:
        for line_break in tag.find_all("br"):
            line_break.replace_with("\n")
        text = whole(tag.get_text()).strip("\n")
        if text.strip():
            fence = "`" * max(3, 1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
            self._emit([fence, *text.split("\n"), fence], "code")

    def _table(self, table: Tag) -> None:
        for caption in table.find_all("caption"):
            self._runs = self._gathered(caption)
            self._flush()
        lines = []
        for row in rows(table):
            cells = [one_line(self._gathered(cell)).replace("|", "\\|") if cell is not None else "" for cell in row]
            lines.append(f"| {' | '.join(cells)} |")
        self._emit([lines[0], f"|{' --- |' * len(rows(table)[0])}", *lines[1:]], "table")

    def _flush(self) -> None:
        """Write the text that has been gathered as a paragraph."""
        runs, self._runs = self._runs, []
        for lines in paragraphs(runs):
            if len(lines) == 1 and _STARS.fullmatch(lines[0]):
                self._break()
            else:
                self._emit(lines, "paragraph")

    def _break(self) -> None:
        self._emit(["---" if self._frames and self._frames[-1].sign == "*" else SCENE_BREAK], "break")

    def _emit(self, lines: list[str], kind: str) -> None:
        new = next((n for n, frame in enumerate(self._frames) if not frame.begun), len(self._frames))
        if self.lines and not self._is_tight(new):
            self.lines.append("".join(frame.rest for frame in self._frames[:new]).rstrip())
        for line in lines:
            before = "".join(frame.rest if frame.begun else frame.first for frame in self._frames)
            for frame in self._frames:
                frame.begun = True
            self.lines.append(before + line if line else before.rstrip())
        self._last = kind

    def _is_tight(self, new: int) -> bool:
        """Whether the next block follows without a blank line. `new`: index of the first frame that it begins."""
        if new == len(self._frames) or self._last != "paragraph":
            return False
        frame = self._frames[new]
        if frame.kind == "list":  # one that begins with another number cannot follow a paragraph
            inner = new > 0 and self._frames[new - 1].kind == "item"
            return (
                inner
                and frame.tight
                and (not frame.ordered or self._frames[new + 1].first.startswith("1" + frame.sign))
            )
        return frame.kind == "item" and self._frames[new - 1].tight

    def _write_notes(self) -> None:
        while self._due:
            label = self._due.pop(0)
            if (body := self.notes.pop(label, None)) is not None:
                self._frames.append(_Frame("note", f"[^{label}]: ", "    "))
                self._inside(body)
                self._flush()
                if not self._frames[-1].begun:
                    self._emit([""], "paragraph")
                self._frames.pop()


def _says_caption(picture: Tag) -> bool:
    """Whether a picture's description is what stands below it, as pandoc and editors of pages write both."""
    figure, paragraph = picture.find_parent("figure"), picture.find_parent("p")
    caption = figure.find("figcaption") if figure is not None else None
    if caption is None and paragraph is not None and not paragraph.get_text(strip=True):
        caption = paragraph.find_next_sibling()
    return caption is not None and caption.get_text().split() == str(picture.get("alt") or "").split()


def _nothing() -> None:
    pass


def _marks_of(name: str, style: str) -> list[Mark]:
    marks = {_MARKS[name]} if name in _MARKS else set[Mark]()
    for mark, sets, ends in _STYLES:
        if style and sets.search(style):
            marks.add(mark)
        if style and ends.search(style):
            marks.discard(mark)
    return list(marks)
