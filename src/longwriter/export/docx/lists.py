"""The numbering of lists: one definition for bullets, one for numbers, and for each numbered list its own first number."""

from longwriter.export.docx.package import ROOT

STEP = 425
"""Twips (1/1440 inch) that a list stands further in than what it is in."""
DEEPEST = 8
"""Levels of a definition begin at 0."""
_BULLETS, _NUMBERS = 0, 1
_SIGNS = "\u2022\u2013\u2022"


class Numbering:
    """The lists of a document."""

    def __init__(self) -> None:
        self._starts: list[tuple[int, int]] = []
        """Level and first number of each numbered list."""

    def bullets(self) -> int:
        """The number of the definition that every list with bullets has."""
        return 1

    def numbers(self, depth: int, start: int) -> int:
        """A new numbered list's definition."""
        self._starts.append((min(depth, DEEPEST), start))
        return len(self._starts) + 1

    def part(self) -> str:
        """`numbering.xml`."""
        out = [f"<w:numbering {ROOT}>", _definition(_BULLETS, "bullet"), _definition(_NUMBERS, "decimal")]
        out.append(f'<w:num w:numId="1"><w:abstractNumId w:val="{_BULLETS}"/></w:num>')
        for number, (level, start) in enumerate(self._starts, 2):
            out.append(
                f'<w:num w:numId="{number}"><w:abstractNumId w:val="{_NUMBERS}"/><w:lvlOverride w:ilvl="{level}">'
                f'<w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
            )
        return "".join([*out, "</w:numbering>"])


def _definition(id_: int, form: str) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{_SIGNS[level % 3] if form == "bullet" else f"%{level + 1}."}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="{(level + 1) * STEP}" w:hanging="{STEP}"/></w:pPr></w:lvl>'
        for level in range(DEEPEST + 1)
    )
    return (
        f'<w:abstractNum w:abstractNumId="{id_}"><w:multiLevelType w:val="hybridMultilevel"/>{levels}</w:abstractNum>'
    )
