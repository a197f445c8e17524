"""Which characters a font has: its `cmap` table, read as arrays, since a font of Chinese has 45,000 of them.

Source: https://learn.microsoft.com/typography/opentype/spec/cmap. Embedded fonts are listed in `embedded.tsv`: family,
style, weight, ranges of characters (hexadecimal).
"""

import struct
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
"""Characters by number, sorted, each once."""
_NONE: Codes = np.empty(0, np.int64)
_UNICODE = {(0, encoding) for encoding in (0, 1, 2, 3, 4, 6)} | {(3, 1), (3, 10)}
"""Platform and encoding of tables that hold Unicode."""


@lru_cache(maxsize=256)
def characters(path: Path, number: int, changed: int) -> Codes:  # noqa: ARG001 - a font that has changed is another
    """Those of a font file, or of one in a collection; none, where it cannot be read: another font is taken then."""
    from fontTools.ttLib import TTFont, TTLibError  # noqa: PLC0415 - an extra

    try:
        with TTFont(path, fontNumber=number, lazy=True) as font:
            return _characters(font.reader["cmap"])
    except (TTLibError, OSError, ValueError, KeyError, IndexError, AssertionError, struct.error):
        return _NONE


def _characters(table: bytes) -> Codes:
    found = [_NONE]
    for record in range(struct.unpack_from(">H", table, 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * record)
        if (platform, encoding) in _UNICODE:
            form = struct.unpack_from(">H", table, offset)[0]
            found.append(_segments(table[offset:]) if form == 4 else _groups(table[offset:]) if form == 12 else _NONE)
    return np.unique(np.concatenate(found))


def _segments(table: bytes) -> Codes:
    """Format 4: segments with a difference to the glyph's number, or an offset into an array of them."""
    half = struct.unpack_from(">H", table, 6)[0]
    words = np.frombuffer(table, ">u2", len(table) // 2).astype(np.int64)
    count = half // 2
    ends, starts = words[7 : 7 + count], words[8 + count : 8 + 2 * count]
    deltas, offsets = words[8 + 2 * count : 8 + 3 * count], words[8 + 3 * count : 8 + 4 * count]
    codes = _ranges(starts, ends)
    segment = np.repeat(np.arange(count), np.maximum(ends - starts + 1, 0))
    place = 8 + 3 * count + segment + offsets[segment] // 2 + codes - starts[segment]
    listed = words[np.minimum(place, len(words) - 1)]
    direct = offsets[segment] == 0
    glyphs = np.where(direct, codes + deltas[segment], np.where(listed == 0, 0, listed + deltas[segment])) & 0xFFFF
    kept: Codes = codes[(glyphs != 0) & (codes != 0xFFFF)]
    return kept


def _groups(table: bytes) -> Codes:
    """Format 12: ranges of characters, each with the number of its first glyph."""
    count = struct.unpack_from(">I", table, 12)[0]
    groups = np.frombuffer(table, ">u4", 3 * count, 16).astype(np.int64).reshape(-1, 3)
    groups = groups[(groups[:, 1] < 0x110000) & (groups[:, 2] > 0)]
    return _ranges(groups[:, 0], groups[:, 1])


def _ranges(starts: Codes, ends: Codes) -> Codes:
    """All numbers from each start to its end."""
    sizes = np.maximum(ends - starts + 1, 0)
    before = np.cumsum(sizes) - sizes
    return np.repeat(starts - before, sizes) + np.arange(sizes.sum())


def embedded(family: str, weight: int, *, italic: bool) -> Codes:
    """Those of a font that is in typst itself; none, where it is not known."""
    return _embedded().get((family, italic, weight), _NONE)


@cache
def _embedded() -> dict[tuple[str, bool, int], Codes]:
    out = {}
    for line in files("longwriter.export.pdf").joinpath("embedded.tsv").read_text("utf-8").splitlines():
        family, style, weight, ranges = line.split("\t")
        ends = np.array([[int(end, 16) for end in (r.split("-") * 2)[:2]] for r in ranges.split()], np.int64)
        out[family, style == "italic", int(weight)] = _ranges(ends[:, 0], ends[:, 1])
    return out
