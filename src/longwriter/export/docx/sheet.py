"""The page that a document is set on, in twips (1/1440 inch)."""

from typing import NamedTuple

from longwriter.export.settings import ExportSettings

MOST_SHARE = 0.8
"""Of a page's height that a picture takes."""


class Sheet(NamedTuple):
    """Paper and margins."""

    width: int
    height: int
    side: int
    """Left and right margin."""
    top: int
    """Top and bottom margin."""
    size: int
    """Of running text, in half points."""

    @property
    def text_width(self) -> int:
        """Between the margins."""
        return self.width - 2 * self.side

    @property
    def text_height(self) -> int:
        """Between the margins."""
        return self.height - 2 * self.top


_PAGES = {
    "a4": Sheet(11906, 16838, 1701, 1559, 24),
    "a5": Sheet(8391, 11906, 1021, 1077, 21),
    "letter": Sheet(12240, 15840, 1800, 1440, 24),
}


def page_of(settings: ExportSettings) -> Sheet:
    """The page of these settings."""
    return _PAGES[settings.paper]
