"""What stands around and between the sections that an imported draft gave, whatever their texts become."""

import re
from collections.abc import Iterable, Mapping

from longwriter.intake.markdown_headings import body_of, markdown_headings
from longwriter.writer.given.plain import as_markdown, readable
from longwriter.writer.manuscript import Manuscript
from longwriter.writer.records.written import GivenRecord

GAP = "\n\n"
LEVEL = 2
"""Of a heading under that of the whole."""
_ATX = re.compile(r"^ {0,3}(#{1,6})(?=[ \t])", re.M)
_SETEXT = re.compile(r"^[^\S\n]{0,3}(=+|-+)[ \t]*\r?$", re.M)
_MARKS = re.compile(r"^[^\S\n]*(?:#{1,6}(?=[ \t])|(?:=+|-+)[ \t]*$)", re.M)
"""Of Markdown's headings, which some plain texts have."""
_MARK = re.compile(r"\A#{1,6} ")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_AROUND = re.compile(r"(\*{1,3}|_{1,3})(?=\S)(.+)(?<=\S)\1")
_ENDS_LINE = re.compile("[\r\n\x0b\x0c\x85\u2028\u2029][\\s\ufeff]*\\Z")


class Frames:
    """The frames of one manuscript's sections, as its plan has them when this is made."""

    def __init__(self, manuscript: Manuscript) -> None:
        self._manuscript = manuscript
        given = [(i, frame) for i in range(len(manuscript.ids)) if (frame := manuscript.given(i)) is not None]
        self.plain = any(frame.form == "txt" for _, frame in given)
        """Whether the draft was plain text, in which no heading is marked."""
        self.newline = "\r\n" if any("\r\n" in f"{f.heading}{f.text}{f.tail}" for _, f in given) else "\n"
        self.level = self._level(given)
        """Of headings of chapters, and of sections that are in none: as the draft has them."""

    def _level(self, given: Iterable[tuple[int, GivenRecord]]) -> int:
        sections = self._manuscript.plan.sections if self._manuscript.planned else ()
        found = [(i, level - bool(sections[i].chapter)) for i, frame in given if (level := marked_level(frame.heading))]
        if not found or found == [(0, 1)]:  # one that is the title of the whole
            return LEVEL
        return min(5, max(1, found[-1][1]))

    def of(self, index: int) -> GivenRecord | None:
        """The frame of a section of the plan; None: it has none."""
        return self._manuscript.given(index) if index < len(self._manuscript.ids) else None

    def goes_on(self, index: int) -> bool:
        """Whether a section goes on in the middle of the one before it, where the draft was cut."""
        before = self.of(index - 1) if index else None
        return before is not None and before.open and self.of(index) is None

    def neighbours(self, before: int, index: int) -> bool:
        """Whether nothing comes between two sections, because nothing does in the draft, or one goes on with the other."""
        a, b = self.of(before), self.of(index)
        if a is not None and b is not None:
            return b.place == a.place + 1
        return index == before + 1 and self.goes_on(index)

    def joined(self, pieces: Iterable[tuple[int, str]], title: str) -> str:
        """A document of these sections' pieces, under the heading of the whole where there is one."""
        return "".join(self.parts(pieces, title)[0])

    def parts(self, pieces: Iterable[tuple[int, str]], title: str) -> tuple[list[str], dict[int, int]]:
        """What makes `joined`, and which of it is each section's piece."""
        parts, last = [f"# {title}"] if title else [], None
        places = dict[int, int]()
        for i, piece in pieces:
            if not piece:
                continue
            if parts and (last is None or not self.neighbours(last, i)):
                if last is not None and self.of(last):
                    parts[-1] = parts[-1].rstrip()
                parts.append(self.own_lines(GAP))
                piece = self.apart(i, piece)
            places[i] = len(parts)
            parts.append(piece)
            last = i
        if last is None or not self.of(last):
            parts[-1:] = ["".join(parts[-1:]).rstrip() + self.newline]
        return parts, places

    def apart(self, index: int, piece: str) -> str:
        """A piece that does not stand where it did in the draft: without what stood before its heading there."""
        return piece.removeprefix("\ufeff").lstrip() if self.of(index) else piece

    def around(self, frame: GivenRecord, text: str) -> str:
        """Another text than its own in a frame."""
        heading, text = frame.heading, self.own_lines(text)
        if heading.replace("\ufeff", "").strip() and not _ENDS_LINE.search(heading):
            heading += self.own_lines(GAP)
        return f"{heading}{text}{frame.tail}"

    def headed(self, index: int, frame: GivenRecord) -> str:
        """What stands before a section's text as Markdown: its own lines, those that no sign marks as headings marked.

        Of Markdown, line for line: what follows stands in the line in which it stood.
        """
        sections = self._manuscript.plan.sections
        chapter = sections[index].chapter
        opens = bool(chapter) and (index == 0 or sections[index - 1].chapter != chapter)
        plain = frame.form == "txt"
        text = _MARKS.sub("", readable(frame.heading)) if plain else frame.heading
        ends = list(_LINE.finditer(text, 0 if plain else body_of(text)))
        known = [] if plain else [(h.start, h.end) for h in markdown_headings(text)]
        bare = {n: words for n, line in enumerate(ends) if (words := _bare(line[1], plain=plain))
                and not any(start <= line.start() < end for start, end in known)}  # fmt: skip
        over = _opening(bare, chapter) if opens else []
        groups = [(over, self.level), ([n for n in bare if n not in over], self.level + bool(chapter))]
        heads = {own[0]: f"{'#' * level} {' '.join(bare[n] for n in own)}" for own, level in groups if own}
        if plain:
            return "".join(f"{heads[n]}{GAP}" for n in sorted(heads))
        lines = (f"{heads.get(n, '') if n in bare else line[1]}{line[2]}" for n, line in enumerate(ends))
        return text[: body_of(text)] + "".join(lines)

    def own_lines(self, text: str) -> str:
        """A text with the line ends of the draft."""
        return text if self.newline == "\n" else text.replace("\n", self.newline)


def _bare(line: str, *, plain: bool) -> str:
    """The words of a heading's line as Markdown, without the signs of emphasis around them."""
    words = " ".join(line.replace("\ufeff", "").split())
    if plain:
        return as_markdown(words)
    while (around := _AROUND.fullmatch(words)) is not None:
        words = around[2].strip()
    return words


def _opening(lines: Mapping[int, str], chapter: str) -> list[int]:
    """The numbers of the lines that say what a section is in, from the first one on; none where they say another thing."""
    wanted, said = _letters(chapter), ""
    for at, (n, words) in enumerate(lines.items()):
        said += _letters(words)
        if said == wanted and at + 1 < len(lines):
            return list(lines)[: list(lines).index(n) + 1]
    return []


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def marked_level(heading: str) -> int:
    """The level of the last Markdown heading in a frame; 0: there is none."""
    if marks := _ATX.findall(heading):
        return len(marks[-1])
    underlined = _SETEXT.findall(heading)
    return (1 if underlined[-1][0] == "=" else 2) if underlined else 0


def unmarked(text: str) -> str:
    """A text whose heading, if it has one, is a line like any other."""
    return _MARK.sub("", text)
