"""Where a judge's quotes stand in a text: a quote that is not there proves nothing.

Whitespace, quotation marks and apostrophes, dashes, Markdown's emphasis and the case of letters may differ; words may not.
"""

import re
from typing import NamedTuple

from longwriter.text import count_words

LEAST_WORDS = 3
"""Words of a quote: shorter ones stand in any text."""
_SAME = str.maketrans("—–", "--", "'’‘\"“”„«»「」『』*_")
_ENDS = " .…,;:"


class QuotePlace(NamedTuple):
    """Where a quote stands."""

    start: int
    end: int
    """Indices of characters of the text."""


class QuotedText:
    """A text in which quotes are looked up."""

    def __init__(self, text: str) -> None:
        """`text`: any; it is read once."""
        kept, places = list[str](), list[int]()
        blank = True
        for at, char in enumerate(text):
            small = _plain(char)
            if char.isspace():
                small = "" if blank else " "
            if small:
                kept.append(small)
                places.extend([at] * len(small))
                blank = char.isspace()
        self._plain, self._places = "".join(kept), places

    def find(self, quote: str, after: int = 0) -> QuotePlace | None:
        """The first place of a quote that begins at `after` or later; None where it is not, or is too short to say."""
        wanted = re.sub(r"\s+", " ", _plain(quote)).strip(_ENDS)
        if count_words(wanted) < LEAST_WORDS:
            return None
        begin = self._plain.find(wanted)
        while begin >= 0 and self._places[begin] < after:
            begin = self._plain.find(wanted, begin + 1)
        return None if begin < 0 else QuotePlace(self._places[begin], self._places[begin + len(wanted) - 1] + 1)


def _plain(text: str) -> str:
    return text.translate(_SAME).lower()
