"""Tables of a page: which of them are tables in Markdown, and their cells."""

from bs4.element import Tag

MOST_COLUMNS = 64
MOST_PARAGRAPHS = 3
"""Paragraphs in a cell; one with more holds text, and its table is a layout."""
_NO_CELL = ["table", "ul", "ol", "dl", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6"]


def is_table(table: Tag) -> bool:
    """Whether a table has rows of short cells, and nothing outside of them. A layout of other blocks is none."""
    if table.find(_NO_CELL) is not None:
        return False
    cells = table.find_all(["td", "th"])
    if any(cell.find(["td", "th", "tr"]) is not None for cell in cells):
        return False
    if any(len(cell.find_all(["p", "div", "li"])) > MOST_PARAGRAPHS for cell in cells):
        return False
    held = [cell for cell in cells if cell.find_parent("tr") is not None]
    if _letters(table) != sum(map(_letters, [*held, *table.find_all("caption")])):
        return False
    widths = [len(row) for row in rows(table)]
    return bool(widths) and 2 <= max(widths) <= MOST_COLUMNS


def rows(table: Tag) -> list[list[Tag | None]]:
    """Cells by row, all of one width; None where a wider or taller cell reaches, or none is."""
    out: list[list[Tag | None]] = []
    tall: dict[int, int] = {}
    for tr in table.find_all("tr"):
        row: list[Tag | None] = []
        for cell in tr.find_all(["td", "th"]):
            while tall.get(len(row), 0):
                tall[len(row)] -= 1
                row.append(None)
            width = min(_span(cell, "colspan"), MOST_COLUMNS + 1)
            for column in range(len(row), len(row) + width):
                tall[column] = _span(cell, "rowspan") - 1
            row += [cell, *[None] * (width - 1)]
        if row:
            out.append(row)
    width = max(map(len, out), default=0)
    return [row + [None] * (width - len(row)) for row in out]


def _span(cell: Tag, name: str) -> int:
    said = str(cell.get(name, ""))
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 6 else 1


def _letters(tag: Tag) -> int:
    return sum(len("".join(s.split())) for s in tag.find_all(string=True))
