"""Characters that every reader can take: what arrives from outside may hold halves, controls and tricks of terminals.

`whole` makes text that any file or export can hold: lone surrogates become U+FFFD, line ends become
newlines, other control characters but tab go, and so do marks of byte order and noncharacters, which XML refuses.
`Joiner` gives the same text from pieces cut anywhere, also inside a character. `printable` is for a terminal: no escape
sequence, no control but newline and tab, no bidi override. Pure.
"""

import re

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")  # dropped alone, a carriage return would join two words
_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_OPEN_END = re.compile("[\r\ud800-\udbff]\\Z")  # the next piece may hold the other half

_SEQUENCE = re.compile(  # of a terminal: CSI; OSC and its kin with all that they carry; those of two bytes
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"
    "|\x1b[ -~]?"
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def whole_characters(text: str) -> str:
    """The text with halves that belong together joined, and U+FFFD for each lone surrogate."""
    return _HALF.sub("\ufffd", _PAIR.sub(_joined, text)) if _HALF.search(text) else text


def whole(text: str) -> str:
    """The text without lone surrogates and control characters; as long or shorter."""
    if not _ODD.search(text):
        return text
    return _DROPPED.sub("", _LINE_END.sub("\n", whole_characters(text)))


def printable(text: str) -> str:
    """The text as it may be shown on a terminal."""
    return _BIDI.sub("", whole(_SEQUENCE.sub("", text)))


class Joiner:
    """`whole` for text that arrives in pieces."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What is certain so far."""
        piece, self._held = self._held + piece, ""
        if _OPEN_END.search(piece):
            piece, self._held = piece[:-1], piece[-1]
        return whole(piece)

    def close(self) -> str:
        """The text is over; returns what was held back."""
        last, self._held = self._held, ""
        return whole(last)


def _joined(pair: re.Match[str]) -> str:
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")
