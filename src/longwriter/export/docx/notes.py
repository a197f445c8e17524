"""Notes as Word has them: numbered in the order in which the text refers to them, each where its page ends.

Word has no note that only another note refers to, or nothing at all: those stand after the text, with the numbers that come
next. A second mark of a note is a field that repeats its number.
"""

SEPARATORS = (-1, 0)
"""Ids of the line above notes, and of that above a note that goes on from the page before."""


class Notes:
    """Which notes a document refers to, as it is written; and ids that no two things of it share."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        """Number of a note in the publication -> in the document, in the document's order."""
        self.at_foot = 0
        """How many of them are Word's own notes."""
        self.closed = False
        """The text is written: what is first referred to now stands after it."""
        self._last = 0

    def fresh(self) -> int:
        """A new id."""
        self._last += 1
        return self._last

    def number(self, note: int) -> int:
        """A note's number in the document."""
        return self.numbers.setdefault(note, len(self.numbers) + 1)

    def mark(self, note: int) -> str:
        """A place that refers to a note."""
        first, number = note not in self.numbers, self.number(note)
        if first and not self.closed:
            self.at_foot += 1
            found = f'<w:r>{RAISED}<w:footnoteReference w:id="{number}"/></w:r>'
            return marked(f"note{number}", found, self.fresh())
        shown = f"<w:r>{RAISED}<w:t>{number}</w:t></w:r>"
        if number > self.at_foot:
            return f'<w:hyperlink w:anchor="note{number}" w:history="1">{shown}</w:hyperlink>'
        return field(f" NOTEREF note{number} \\h ", shown)


RAISED = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'


def marked(name: str, content: str, id_: int) -> str:
    """Something that is referred to by name."""
    return f'<w:bookmarkStart w:id="{id_}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{id_}"/>'


def field(code: str, result: str) -> str:
    """What Word works out, with what it shows until then."""
    opening, closing = ends_of_field(code)
    return f"{opening}{result}{closing}"


def ends_of_field(code: str) -> tuple[str, str]:
    """What stands before and after a field's result, which may be several paragraphs."""
    code = code.replace('"', "&quot;")
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    ), '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
