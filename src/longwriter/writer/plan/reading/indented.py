"""Plans as YAML, nearly: keys and dashes nested by indentation, as the objects that JSON would hold.

More lenient than YAML: a value may hold a colon, and talk may stand around the block. `objects` says what they mean.
Nothing here raises.
"""

import re

from longwriter.writer.plan.reading.keys import PART_NAMES, Item
from longwriter.writer.plan.reading.words import FIELDS, is_field, names, plain

LONGEST_LINE = 4000
DEEPEST_BLOCK = 12

_ROW = re.compile(
    r"(?P<indent>[ \t]*)(?P<dash>-[ \t]+)?(?P<key>[^\s:：#\-*|>{\[][^:：]{0,60}?)[ \t]*[:：](?:[ \t]+(?P<value>.*))?"
)
_ITEM = re.compile(r"(?P<indent>[ \t]*)-[ \t]+(?P<value>.*)")
_QUOTED = re.compile(r"(\"|')(.*)\1")


class _Row:
    """A line: how far its key stands from the left, whether it begins an item, its key and its value."""

    def __init__(self, line: str) -> None:
        found = _ROW.fullmatch(line) or _ITEM.fullmatch(line)
        parts = found.groupdict() if found else {}
        self.fits = found is not None
        self.item = bool(parts.get("dash")) or "key" not in parts
        self.at = len(parts.get("indent", "").expandtabs())
        self.inner = self.at + len(parts.get("dash") or "")
        self.key = _bare(parts.get("key") or "")
        self.value = _bare(parts.get("value") or "")

    @property
    def known(self) -> bool:
        """Whether a plan has such a key."""
        name = "" if re.search(r"[\d()（）]", self.key) else plain(self.key)
        return name in names("parts") | PART_NAMES or any(is_field(name, field) for field in FIELDS)


def _bare(text: str) -> str:
    text = text.strip()
    quoted = _QUOTED.fullmatch(text)
    return quoted[2] if quoted else "" if text in ("|", ">", "|-", ">-") else text


def block_of(reply: str) -> object:
    """The objects and lists of a block; None without two items of several keys, or two keys with more below them."""
    lines = [
        line[:LONGEST_LINE].rstrip()
        for line in reply.splitlines()
        if line.strip() and not line.lstrip().startswith("```")
    ]
    rows = [_Row(line) for line in lines]
    first = next((n for n, row in enumerate(rows) if row.fits and row.known), None)
    if first is None:
        return None
    if first and rows[first].at > rows[first - 1].at and rows[first - 1].fits and not rows[first - 1].value:
        first -= 1  # "Fog:" over its keys
    last = next((n for n in range(first, len(rows)) if not rows[n].fits), len(rows))
    block = rows[first:last]
    if not _nests(block) or any(row.fits and row.known for row in rows[last:]):
        return None
    value, end = _block(block, 0, 0)
    return value if end == len(block) else None


def _nests(block: list[_Row]) -> bool:
    """Whether there are two items, of several keys or a title alone, or two keys with more below them."""
    alone = several = 0
    following: list[_Row | None] = [*block[1:], None]
    for row, after in zip(block, following, strict=True):
        goes_on = after is not None and not after.item and after.at == row.inner
        if row.item and row.key and not goes_on:
            if plain(row.key) not in names("title"):
                return False  # a line of a list, with its label
            alone += 1
        several += (row.item and row.key != "" and goes_on) or (
            after is not None and not row.value and after.inner > row.at
        )
    return alone + several > 1


def _block(rows: list[_Row], at: int, depth: int) -> tuple[object, int]:
    """What stands from a row on at its indentation, and the row after it."""
    if depth > DEEPEST_BLOCK:
        return None, len(rows) + 1
    first = rows[at]
    if not first.item:
        return _keys(rows, at, first.at, depth)
    out: list[object] = []
    while at < len(rows) and rows[at].item and rows[at].at == first.at:
        if rows[at].key:
            value, at = _keys(rows, at, rows[at].inner, depth)
        else:
            value, at = rows[at].value, at + 1
        out.append(value)
    return out, at


def _keys(rows: list[_Row], at: int, column: int, depth: int) -> tuple[object, int]:
    """The keys that stand in a column; the first one may stand behind a dash."""
    out: Item = {}
    begin = at
    while at < len(rows) and (at == begin or (not rows[at].item and rows[at].at == column)):
        row, at = rows[at], at + 1
        value: object = row.value
        below = at < len(rows) and (rows[at].at > column or (rows[at].item and rows[at].at >= column and not row.value))
        if below:
            value, at = _block(rows, at, depth + 1)
        if row.key in out or (below and row.value):
            return None, len(rows) + 1  # a key twice, or a value with more below it: not such a block
        out[row.key] = value
    return out, at
