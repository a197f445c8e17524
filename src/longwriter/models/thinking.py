"""Separates what a model thought aloud, and the marks of its training, from what it wrote.

`split` takes a whole reply, `ThinkFilter` one that streams; both give the same text, made `whole` (characters.py). The
marks are data (`markers.toml`), in any case. What stands in backticks is prose. Else:

1. A thinking tag counts at the start of a line (whitespace before it allowed) or right after a closing tag; elsewhere it is
   prose that mentions it. Other opening marks of thinking count anywhere, those in square brackets as tags do. What is
   never closed makes all that follows thinking.
2. A closing mark without an opening makes everything before it thinking: some servers put the opening one into the
   prompt. After an opening tag mentioned on the same line, it is prose. By the time it arrives a stream may have shown
   the thinking; `text` never holds it.
3. A header (`<|channel|>analysis<|message|>`) opens thinking or text, as its words say. Another turn after text ends it.
4. The text ends at control tokens such as <|im_end|>; `ended` says at which. Tool calls go, and so do other control tokens.
5. <answer> as the first thing written, with or without its closing tag, is LongWriter-Zero's wrapper and is dropped.
6. Whitespace around what is dropped at the start goes with it; all other stays.

Pure. Left out: code fences (a mark alone on a line of a code block counts).
"""

import re

from longwriter.characters import Joiner
from longwriter.models.markers import (
    CLOSES,
    FIRST,
    HEADER_CLOSES,
    HEADER_ENDS,
    LONGEST,
    MARK,
    OPENERS,
    TEXT_WORDS,
    THINKING_WORDS,
    begins,
    closing,
    kind_of,
)

HEADER = 200
"""Characters of the longest header, its closing mark included."""
BLANKS = re.compile(r"\s*")
WORDS = re.compile(r"[a-z]+")


def split(raw: str) -> tuple[str, str]:
    """(text, thinking) of a whole reply."""
    whole = ThinkFilter()
    whole.feed(raw)
    whole.close()
    return whole.text, whole.thinking


class ThinkFilter:
    """Passes the visible part of a reply that arrives in pieces cut anywhere."""

    def __init__(self) -> None:
        self.ended = ""
        """The mark at which the text ended, if it did not end by itself."""
        self.beyond = 0
        """Characters that came after it."""
        self._joiner = Joiner()
        self._pending = ""  # may be the beginning of a mark, or is a header
        self._shown: list[str] = []
        self._visible = 0  # characters of `_shown`
        self._fresh: list[str] = []  # of `_shown`, what this call made visible
        self._thoughts: list[str] = []
        self._closes: tuple[str, ...] = ()  # what closes the open block
        self._opened = ""  # by which mark
        self._kept = False  # the open block is thinking
        self._wrapped = ""  # the tag that will close the wrapper
        self._start: list[str] = []  # whitespace held back while nothing else is visible
        self._started = False
        self._dropped = False  # a leading block was dropped, so the whitespace after it goes too
        self._struck = False  # inside <s>
        self._line = _Line()

    @property
    def text(self) -> str:
        """What is visible; complete after `close`."""
        return "".join(self._shown)

    @property
    def thinking(self) -> str:
        """What stood in marks of thinking, blocks parted by a blank line, without outer whitespace."""
        return "".join(self._thoughts).strip()

    def feed(self, delta: str) -> str:
        """Take the next piece; returns what became visible."""
        return self._take(self._joiner.feed(delta), last=False)

    def close(self) -> str:
        """The reply is over; returns what was held back."""
        shown = self._take(self._joiner.close(), last=True)
        if not (self._started or self._dropped or self.ended):
            self._shown += self._start
            shown += "".join(self._start)
        self._start.clear()
        return shown

    def _take(self, piece: str, last: bool) -> str:
        self._fresh.clear()
        buffer, self._pending, at = self._pending + piece, "", 0
        while at >= 0 and not self.ended:
            if not self._closes:
                at = self._in_text(buffer, at, last)
            elif self._closes == HEADER_CLOSES:
                at = self._in_header(buffer, at, last)
            else:
                at = self._in_block(buffer, at, last)
        if at >= 0:
            self.beyond += len(buffer) - at
        return "".join(self._fresh)

    def _in_text(self, buffer: str, at: int, last: bool) -> int:
        """Go on behind the next mark, and return where that is; -1: all was taken or is held back."""
        if not self._started:
            after = self._first_words(buffer, at, last)
            if after is not None:
                return after
        match = MARK.search(buffer, at) if OPENERS.search(buffer, at) else None
        if match is None:
            cut = len(buffer) if last else max(begins(buffer), at)
            self._pass(buffer[at:cut])
            self._pending = buffer[cut:]
            return -1
        self._pass(buffer[at : match.start()])
        self._mark(match)
        return match.end()

    def _first_words(self, buffer: str, at: int, last: bool) -> int | None:
        """What `_in_text` returns; None: the text does not begin with words that open thinking."""
        blanks = BLANKS.match(buffer, at)
        begin = blanks.end() if blanks else at
        rest = buffer[begin : begin + LONGEST].lower()
        for opening, pattern, close in FIRST:
            if pattern.match(buffer, begin):
                self._open(opening, (close,), kept=True)
                return begin + len(opening)
            if rest and not last and opening.startswith(rest):
                self._pass(buffer[at:begin])
                self._pending = buffer[begin:]
                return -1
        return None

    def _in_header(self, buffer: str, at: int, last: bool) -> int:
        match = closing(HEADER_CLOSES)[0].search(buffer, at, at + HEADER)
        if match is None:
            if last or len(buffer) >= at + HEADER:
                self._closes = ()  # it was none
                return at
            self._pending = buffer[at:]
            return -1
        words = set(WORDS.findall(buffer[at : match.start()].lower()))
        self._closes = ()
        if (words | set(WORDS.findall(match[0].lower()))) & THINKING_WORDS:
            self._open(self._opened, HEADER_ENDS, kept=True)
        elif words and not words & TEXT_WORDS:
            self.ended = self._opened
        return match.end()

    def _in_block(self, buffer: str, at: int, last: bool) -> int:
        pattern, unfinished = closing(self._closes)
        match = pattern.search(buffer, at)
        if match is None:
            cut = None if last else unfinished.search(buffer, max(at, len(buffer) - LONGEST))
            end = cut.start() if cut else len(buffer)
            if self._kept:
                self._thoughts.append(buffer[at:end])
            self._pending = buffer[end:]
            return -1
        if self._kept:
            self._thoughts += [buffer[at : match.start()], "\n\n"]
        read_again = self._closes == HEADER_ENDS and self._closes.index(match[0].lower()) > 2
        self._closes = ()
        self._line.at_start = True
        return match.start() if read_again else match.end()

    def _mark(self, match: re.Match[str]) -> None:
        kind, mark = kind_of(match)
        reading = self._reading(kind, mark)
        if reading == "prose":
            if kind == "think":
                self._line.mentioned.add(CLOSES[mark])
            self._struck = mark == "<s>" or (self._struck and mark != "</s>")
            self._pass(match[0])
        elif reading == "end":
            self.ended = match[0]
        elif reading in ("think", "drop"):
            self._open(mark, (CLOSES[mark],), kept=reading == "think")
        elif reading == "header":
            self._open(mark, HEADER_CLOSES, kept=False)
        elif reading == "orphan":
            self._thoughts += [*self._start, *self._shown, "\n\n"]
            self._forget()
        elif reading == "late":
            words = set(WORDS.findall(self.text.lower()))
            self._forget()
            if words & THINKING_WORDS:
                self._open(mark, HEADER_ENDS, kept=True)
        else:
            if kind in ("wrap", "wrap_close"):
                self._wrapped = "" if kind == "wrap_close" else f"</{mark[1:]}"
            if not self._started:
                self._drop_start()

    def _reading(self, kind: str, mark: str) -> str:
        """What a mark is here: prose, or what is to be done with it."""
        if self._line.quoted:
            return "prose"
        if kind == "think":
            return "think" if self._line.at_start or mark[0] == "◁" or mark[1] in "|｜" else "prose"
        if kind == "think_close":
            return "prose" if mark in self._line.mentioned else "orphan"
        if kind == "wrap":
            return "prose" if self._started or self._wrapped else "mark"
        if kind == "wrap_close":
            return "mark" if mark == self._wrapped else "prose"
        if kind == "strike":
            begun, closes = (self._started, "mark") if mark == "<s>" else (self._struck, "end")
            return "prose" if begun else closes
        if kind in ("turn", "own"):
            return "end" if self._started else {"turn": "header", "own": "mark"}[kind]
        if kind == "message":
            words = set(WORDS.findall(self.text.lower())) if self._visible <= HEADER else {""}
            return "late" if words and words <= TEXT_WORDS | THINKING_WORDS else "mark"
        return "header" if kind == "channel" else kind

    def _open(self, mark: str, closes: tuple[str, ...], kept: bool) -> None:
        self._opened, self._closes, self._kept = mark, closes, kept
        if not self._started:
            self._drop_start()

    def _drop_start(self) -> None:
        self._start.clear()
        self._dropped = True

    def _forget(self) -> None:
        """Nothing is visible any more."""
        self._shown.clear()
        self._visible = 0
        self._fresh.clear()
        self._started, self._wrapped = False, ""
        self._line = _Line()
        self._drop_start()

    def _pass(self, piece: str) -> None:
        if not piece:
            return
        self._line.take(piece)
        if not self._started:
            bare = piece.lstrip()
            if not self._dropped:
                self._start.append(piece[: len(piece) - len(bare)])
            piece = bare
            if not piece:
                return
            piece = "".join(self._start) + piece
            self._start.clear()
            self._started = True
        self._shown.append(piece)
        self._visible += len(piece)
        self._fresh.append(piece)


class _Line:
    """What the current line of the text holds so far."""

    def __init__(self) -> None:
        self.at_start = True
        self.mentioned: set[str] = set()
        """Closing tags whose opening ones stand as prose."""
        self._head = ""  # its first 3 characters
        self._ticks = 0
        self._last = ""

    @property
    def quoted(self) -> bool:
        """Whether backticks are open, those of a code block aside."""
        return self._head != "```" and (self._ticks % 2 == 1 or self._last == "`")

    def take(self, piece: str) -> None:
        """More of the text."""
        _, newline, line = piece.rpartition("\n")
        if newline:
            self.mentioned.clear()
            self.at_start, self._head, self._ticks = True, "", 0
        self.at_start = self.at_start and not line.strip()
        if len(self._head) < 3:
            self._head = (self._head + line).lstrip()[:3]
        self._ticks += line.count("`")
        self._last = piece[-1]
