"""Which file of the book everything stands in: a division each; long ones go over several, cut between blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from longwriter.export.document import (
    Block,
    Blocks,
    CodeBlock,
    Division,
    Heading,
    Publication,
    bare,
    headings_of,
    inlines_of,
    marks_of,
)
from longwriter.text import head_words

LONGEST = 200_000
"""Bytes of text from which a file is long for readers of the 2010s, some of which stop at 300 KB of markup."""
OPENING = 8
"""Words that stand for a division without a title in the contents."""


@dataclass(frozen=True)
class TextFile:
    """A file of text."""

    name: str
    """ASCII."""
    division: Division
    opens: bool
    """Whether its division begins here."""
    label: str
    """A line of the contents: its division's title, else the words with which it begins, else the title of the book."""


class TextFiles:
    """The files of a publication, in reading order, and where each id is."""

    def __init__(self, publication: Publication, title: str, elsewhere: str) -> None:
        """`title`: of the book; `elsewhere`: the file for what is in none, such as the heading that became that title."""
        self._elsewhere = elsewhere
        self.all = tuple(_pieces(publication.divisions, title))
        self.publication = replace(publication, divisions=tuple(piece.division for piece in self.all))
        """The same, as it is divided here."""
        self._files = {id_: piece.name for piece in self.all for id_ in self._ids(piece.division)}

    def address(self, id_: str, inside: str = "") -> str:
        """Where something is, as a link from the file `inside` has it."""
        file = self._files.get(id_)
        return self._elsewhere if file is None else f"#{id_}" if file == inside else f"{file}#{id_}"

    def _ids(self, division: Division) -> Iterator[str]:
        yield division.id
        notes = self.publication.notes_of(division)
        yield from (f"note-{note.number}" for note in notes)
        for blocks in (division.blocks, *(note.blocks for note in notes)):
            yield from (heading.id for heading in headings_of(blocks))
            yield from (f"mark-{mark.number}" for mark in marks_of(inlines_of(blocks)) if not mark.again)
        yield from (f"mark-{mark.number}" for mark in marks_of((division.title,)) if not mark.again)


def _pieces(divisions: Sequence[Division], title: str) -> Iterator[TextFile]:
    counts = dict.fromkeys(("front", "part", "chapter"), 0)
    for division in divisions:
        counts[division.kind] += 1
        name = f"{division.kind}-{counts[division.kind]}"
        label = " ".join(bare(division.title).split()) or _opening(division.blocks) or title
        for number, blocks in enumerate(_portions(division.blocks), 1):
            if number == 1:
                yield TextFile(f"{name}.xhtml", replace(division, blocks=blocks), opens=True, label=label)
            else:
                rest = Division(division.kind, f"{division.id}-{number}", (), blocks)
                yield TextFile(f"{name}-{number}.xhtml", rest, opens=False, label=label)


def _portions(blocks: Blocks) -> Iterator[Blocks]:
    """Blocks in portions of about `LONGEST`, at least one; a heading stands with what follows it."""
    portion, size = list[Block](), 0
    for block in blocks:
        own = _bytes((block,))
        if size and size + own > LONGEST and not isinstance(portion[-1], Heading):
            yield tuple(portion)
            portion, size = [], 0
        portion.append(block)
        size += own
    yield tuple(portion)


def _bytes(blocks: Blocks) -> int:
    """About how long blocks are as markup."""
    total = sum(len(bare(line).encode()) + 20 for line in inlines_of(blocks))
    return total + sum(len(code.text.encode()) for code in blocks if isinstance(code, CodeBlock))


def _opening(blocks: Blocks) -> str:
    """The first words of blocks."""
    for line in inlines_of(blocks):
        if words := " ".join(bare(line).split()):
            opening = head_words(words, OPENING)[:60]
            return opening if opening == words else f"{opening} …"
    return ""
