"""A manuscript as its exporters see it: metadata, divisions that each begin on a page, their blocks, notes and pictures.

`markdown.publication` makes one of a text; each format is one function from it to bytes. All tuples: the same text gives
the same publication, and a publication the same file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from longwriter.language import Direction

LANGUAGE = "[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"
"""What a language's code looks like (BCP 47)."""
DATE = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
DivisionKind = Literal["part", "chapter", "section"]
"""What a heading opens in a book; a section stands in its chapter."""
Align = Literal["left", "right", "center", ""]


@dataclass(frozen=True)
class Text:
    """Letters as they are."""

    text: str


@dataclass(frozen=True)
class Emphasis:
    """Stressed words, mostly in italics."""

    content: "Inlines"


@dataclass(frozen=True)
class Strong:
    """Words in bold."""

    content: "Inlines"


@dataclass(frozen=True)
class Struck:
    """Words that are struck out."""

    content: "Inlines"


@dataclass(frozen=True)
class CodeSpan:
    """Code within a line."""

    text: str


@dataclass(frozen=True)
class Link:
    """Words that lead to a web or mail address, or to `#ID` of a heading of this text."""

    address: str
    content: "Inlines"


@dataclass(frozen=True)
class Image:
    """A picture of this publication."""

    picture: str
    """Name of a `Picture`."""
    alt: str


@dataclass(frozen=True)
class NoteMark:
    """A place that refers to a note."""

    number: int
    """Of the note, from 1."""
    again: int
    """How many places before it refer to the same note."""


@dataclass(frozen=True)
class LineBreak:
    """A new line within a paragraph."""


Inline = Text | Emphasis | Strong | Struck | CodeSpan | Link | Image | NoteMark | LineBreak
Inlines = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """A heading below that of a division."""

    level: int
    """2 for a section of a chapter, to 6. Inside quotes and lists, too."""
    id: str
    content: Inlines


@dataclass(frozen=True)
class Paragraph:
    """Running text. One with an `Image` alone is a figure."""

    content: Inlines


@dataclass(frozen=True)
class Quote:
    """A quotation set off from the text."""

    blocks: "Blocks"


@dataclass(frozen=True)
class Listing:
    """A list."""

    items: tuple["Blocks", ...]
    start: int | None
    """Number of its first item; None: bullets."""
    tight: bool
    """Its items stand without space between them."""


@dataclass(frozen=True)
class Table:
    """A table: every row has as many cells as the head."""

    align: tuple[Align, ...]
    head: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]


@dataclass(frozen=True)
class CodeBlock:
    """Lines of code, without a newline at their end."""

    text: str
    language: str


@dataclass(frozen=True)
class SceneBreak:
    """A pause between scenes."""


Block = Heading | Paragraph | Quote | Listing | Table | CodeBlock | SceneBreak
Blocks = tuple[Block, ...]


@dataclass(frozen=True)
class Note:
    """A footnote."""

    number: int
    """From 1, in the order of the text; notes that nothing refers to come last."""
    blocks: Blocks
    marks: int
    """Places that refer to it."""


@dataclass(frozen=True)
class Picture:
    """A picture that goes into the file."""

    name: str
    """Such as `picture-1.png`."""
    media: Literal["image/png", "image/jpeg", "image/gif"]
    data: bytes
    width: int
    """Pixels."""
    height: int
    source: str = ""
    """What the text calls it."""


@dataclass(frozen=True)
class Division:
    """What begins on a page of its own in a book."""

    kind: Literal["front", "part", "chapter"]
    """`front`: what stands before the first heading, without a title. `part`: its chapters are the divisions after it."""
    id: str
    title: Inlines
    """() for the front, and for a text without headings."""
    blocks: Blocks


@dataclass(frozen=True)
class Metadata:
    """What a book says of itself; "" and () where it says nothing."""

    title: str = ""
    author: tuple[str, ...] = ()
    language: str = ""
    """BCP 47, such as en, zh-Hans, ar; `und`: it could not be told."""
    date: str = ""
    """YYYY-MM-DD: the only date that a file holds."""
    description: str = ""
    subjects: tuple[str, ...] = ()
    rights: str = ""
    identifier: str = ""
    """`urn:uuid:...`, the same for the same text or run."""


@dataclass(frozen=True)
class TocEntry:
    """A line of the contents."""

    title: str
    id: str
    division: int
    """Index of the division in which it stands."""
    children: tuple["TocEntry", ...] = ()


@dataclass(frozen=True)
class Publication:
    """A whole text, ready to be set."""

    metadata: Metadata
    direction: Direction
    """Which way most of it is read."""
    divisions: tuple[Division, ...]
    notes: tuple[Note, ...] = ()
    pictures: tuple[Picture, ...] = ()
    paged: bool = False
    """Divisions are long enough to begin on a new page."""
    titled: bool = True
    """The title stands in the text, or a person gave it; else it is a file's name, and shown where there must be one."""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    """For people: what is left out and why."""

    def note(self, number: int) -> Note:
        """A note by its number."""
        return self.notes[number - 1]

    def notes_of(self, division: Division) -> list[Note]:
        """The notes that a division is the first to refer to, in order, and those that they refer to.

        The last division's include the notes that no division leads to.
        """
        return self._placed[division.id]

    @cached_property
    def _placed(self) -> dict[str, list[Note]]:
        """Notes by the id of their division: each once."""
        out, seen = dict[str, list[Note]](), set[int]()
        for division in self.divisions:
            out[division.id] = list(self._led_to((division.title, *inlines_of(division.blocks)), seen))
        out[self.divisions[-1].id] += [note for note in self.notes if note.number not in seen]
        return out

    def _led_to(self, lines: Iterable[Inlines], seen: set[int]) -> Iterator[Note]:
        """The notes that lines refer to, each followed by those that it refers to, but those that were seen before."""
        ways = [marks_of(lines)]
        while ways:
            mark = next(ways[-1], None)
            if mark is None:
                ways.pop()
            elif mark.number not in seen:
                seen.add(mark.number)
                yield self.note(mark.number)
                ways.append(marks_of(inlines_of(self.note(mark.number).blocks)))

    @property
    def is_listed(self) -> bool:
        """Whether its contents have two lines or more, from which on they are shown."""
        found = self.contents()
        return len(found) > 1 or any(entry.children for entry in found)

    def contents(self) -> tuple[TocEntry, ...]:
        """The table of contents: parts with chapters, chapters with sections; two levels below a part."""
        out: list[TocEntry] = []
        part: TocEntry | None = None
        for at, division in enumerate(self.divisions):
            if not division.title:
                continue
            sections = tuple(
                TocEntry(bare(b.content), b.id, at) for b in division.blocks if isinstance(b, Heading) and b.level == 2
            )
            entry = TocEntry(bare(division.title), division.id, at, sections)
            if division.kind == "part":
                part = entry
                out.append(entry)
            elif part is None:
                out.append(entry)
            else:
                part = TocEntry(part.title, part.id, part.division, (*part.children, entry))
                out[-1] = part
        return tuple(out)


def bare(content: Iterable[Inline]) -> str:
    """The letters of a line, without emphasis and note marks; a picture's are what it shows."""
    return "".join(_letters(content))


def _letters(content: Iterable[Inline]) -> Iterator[str]:
    for inline in content:
        match inline:
            case Text() | CodeSpan():
                yield inline.text
            case Emphasis() | Strong() | Struck() | Link():
                yield from _letters(inline.content)
            case Image():
                yield inline.alt
            case LineBreak():
                yield "\n"


def inlines_of(blocks: Blocks) -> Iterator[Inlines]:
    """Every line of blocks, in reading order, those of quotes, lists and tables included."""
    for block in blocks:
        match block:
            case Heading() | Paragraph():
                yield block.content
            case Quote():
                yield from inlines_of(block.blocks)
            case Listing():
                for item in block.items:
                    yield from inlines_of(item)
            case Table():
                for row in (block.head, *block.rows):
                    yield from row


def headings_of(blocks: Blocks) -> Iterator[Heading]:
    """Every heading of blocks, in reading order, those within quotes and lists included."""
    for block in blocks:
        match block:
            case Heading():
                yield block
            case Quote():
                yield from headings_of(block.blocks)
            case Listing():
                for item in block.items:
                    yield from headings_of(item)


def each_inline(lines: Iterable[Inlines]) -> Iterator[Inline]:
    """Everything in lines, in reading order; what holds others before those."""
    for content in lines:
        for inline in content:
            yield inline
            if isinstance(inline, Emphasis | Strong | Struck | Link):
                yield from each_inline((inline.content,))


def marks_of(lines: Iterable[Inlines]) -> Iterator[NoteMark]:
    """Every place in lines that refers to a note, in reading order."""
    return (inline for inline in each_inline(lines) if isinstance(inline, NoteMark))
