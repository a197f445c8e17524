"""Plans as Markdown tables: headers in any language of `planwords` and any order of columns. `parse` calls it.

Without a header that is known, the column of counts is found by what stands in it; the first other column with words is
the titles', the next one the points'. Of several tables, each stands under the heading above it. Nothing here raises.
"""

import re
from itertools import pairwise

from longwriter.writer.plan.reading.counts import is_count, words_in
from longwriter.writer.plan.reading.draft import Draft, clean
from longwriter.writer.plan.reading.lines import LONGEST_LINE, TOTAL_CELL
from longwriter.writer.plan.reading.words import FIELDS, is_field, names, plain

Rows = list[list[str]]

_RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")
_HEADING = re.compile(r"\s*(?:#{1,6}\s*|\*\*)(?P<title>.+?)[*#:：\s]*")
_ORDINAL = re.compile(r"\d{1,3}(?:[.．)、）:：]\s*|$)")


def _cells(line: str) -> list[str]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return [clean(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", bare)]


def _columns(header: list[str]) -> dict[str, int]:
    """Column of each field that the header names; a lone chapter column without a title column is the title's."""
    found: dict[str, int] = {}
    for place, cell in enumerate(map(plain, header)):
        if cell in names("chapter"):
            found.setdefault("chapter", place)
        elif name := next((field for field in FIELDS if is_field(cell, field)), None):
            found.setdefault(name, place)
        elif cell in names("section"):
            found.setdefault("section", place)
    section = found.pop("section", None)
    if section is not None and "title" not in found:
        found["title"] = section
    if "title" not in found and "chapter" in found:
        found["title"] = found.pop("chapter")
    return found


def _number(row: list[str], place: int) -> int | None:
    cell = row[place] if place < len(row) else ""
    return words_in(cell) if re.search(r"\d|[一二三四五六七八九十百千]", cell) and is_count(cell) else None


def _guessed(rows: Rows) -> dict[str, int]:
    """Columns by what stands in them; {} without one of counts."""
    places = range(max(map(len, rows)))
    numbers = {place: [n for row in rows if (n := _number(row, place))] for place in places}
    counts = [
        place
        for place, found in numbers.items()
        if 2 * len(found) > len(rows) and not all(b == a + 1 for a, b in pairwise([0, *found]))
    ]
    if not counts:
        return {}
    words = max(counts, key=lambda place: (sorted(numbers[place])[len(numbers[place]) // 2], place))
    texts = [
        place
        for place in places
        if place != words
        and 2 * sum(place < len(row) and bool(re.search(r"[^\W\d]", row[place])) for row in rows) > len(rows)
    ]
    return {"words": words, **dict(zip(("title", "point"), texts, strict=False))}


def _blocks(reply: str) -> list[tuple[str, Rows]]:
    """Tables in order, each with the heading above it: rows of cells, without rules."""
    lines = [line[:LONGEST_LINE] for line in reply.splitlines()]
    ruled = {n + step for n, line in enumerate(lines) if "|" in line and _RULE.fullmatch(line) for step in (-1, 0, 1)}
    blocks: list[tuple[str, Rows]] = []
    heading, open_ = "", False
    for number, line in enumerate(lines):
        if line.lstrip().startswith("|") or ("|" in line and (open_ or number in ruled)):
            if not open_:
                blocks.append((heading, []))
            if not _RULE.fullmatch(line):
                blocks[-1][1].append(_cells(line))
            open_ = True
            continue
        open_ = False
        if (match := _HEADING.fullmatch(line)) and "**" not in match["title"]:
            heading = clean(match["title"])
    return blocks


def from_tables(reply: str) -> list[Draft]:
    """Sections of the tables that have titles or points, and counts or both; none if there is no such table."""
    drafts = list[Draft]()
    blocks = _blocks(reply)
    for heading, rows in blocks:
        columns = _columns(rows[0]) if rows else {}
        known = len(columns) > 1 and bool({"title", "point"} & columns.keys())
        body = rows[1:]
        if not known:
            body = rows if rows and any(_number(rows[0], place) for place in range(len(rows[0]))) else body
            columns = _guessed(body) if body else {}
        if not {"title", "point"} & columns.keys():
            continue
        drafts += _read(body, columns, heading if len(blocks) > 1 else "")
    return drafts


def _read(rows: Rows, columns: dict[str, int], heading: str) -> list[Draft]:
    drafts, chapter = list[Draft](), ""
    for row in rows:
        if any(TOTAL_CELL.fullmatch(cell) for cell in row[:3]):
            continue
        cells = {name: row[place] for name, place in columns.items() if place < len(row)}
        if not (cells.get("title") or cells.get("point")):
            continue
        chapter = cells.get("chapter") or chapter
        title = _ORDINAL.sub("", cells.get("title", ""))
        words = words_in(cells.get("words", ""))
        path = tuple(name for name in (heading, chapter) if name)
        drafts.append(Draft(title, cells.get("point", ""), words, path))
    return drafts
