"""Separates what a model thought aloud from what it wrote.

`split` takes a whole reply, `ThinkFilter` one that streams; both give the same text. Tags are <think>, <thinking> and
<reasoning> in any case:

1. An opening tag counts at the start of a line (blanks before it allowed) or right after a closing tag; elsewhere it
   is prose that mentions it. A tag that is never closed makes all that follows thinking.
2. A closing tag without an opening makes everything before it thinking: some servers put the opening tag into the
   prompt. In backticks, or after an opening tag mentioned on the same line, it is prose. By the time it arrives a
   stream may have shown the thinking; `text` never holds it.
3. <answer> as the first thing written, with or without its closing tag, is LongWriter-Zero's wrapper and is dropped.
4. Blanks around a leading think block or <answer> go with it. All other blanks stay.

Pure. Left out: code fences (a tag alone on a line of a code block counts), and tags with attributes.
"""

import re

TAG = re.compile(r"<(/?)(think|thinking|reasoning|answer)>", re.IGNORECASE)
TAG_START = re.compile(r"<(?:/?[a-z]{0,9})?\Z", re.IGNORECASE)  # "reasoning", the longest name, has 9 letters
TAGS = tuple(f"<{slash}{name}>" for slash in ("", "/") for name in ("think", "thinking", "reasoning", "answer"))


def split(raw: str) -> tuple[str, str]:
    """(text, thinking) of a whole reply."""
    whole = ThinkFilter()
    whole.feed(raw)
    whole.close()
    return whole.text, whole.thinking


class ThinkFilter:
    """Passes the visible part of a reply that arrives in pieces cut anywhere."""

    def __init__(self) -> None:
        self._pending = ""  # may be the beginning of a tag
        self._shown: list[str] = []
        self._thoughts: list[str] = []
        self._inside = ""  # name of the open think tag
        self._wrapped = False  # inside <answer>
        self._start = ""  # blanks held back while nothing else is visible
        self._started = False
        self._dropped = False  # a leading block was dropped, so the blanks after it go too
        self._at_line_start = True
        self._last = ""
        self._mentioned: set[str] = set()  # opening tags that stand as prose on the current line

    @property
    def text(self) -> str:
        """What is visible; complete after `close`."""
        return "".join(self._shown)

    @property
    def thinking(self) -> str:
        """What stood in think tags, blocks parted by a blank line, without outer blanks."""
        return "".join(self._thoughts).strip()

    def feed(self, delta: str) -> str:
        """Take the next piece; returns what became visible."""
        shown = len(self._shown)
        buffer, done = self._pending + delta, 0
        for match in TAG.finditer(buffer):
            self._pass(buffer[done : match.start()])
            self._tag(match[0], match[2].lower(), closing=bool(match[1]))
            done = match.end()
        rest = buffer[done:]
        cut = TAG_START.search(rest)
        held = cut[0] if cut and any(tag.startswith(cut[0].lower()) for tag in TAGS) else ""
        self._pass(rest[: len(rest) - len(held)])
        self._pending = held
        return "".join(self._shown[shown:])

    def close(self) -> str:
        """The reply is over; returns what was held back."""
        shown = len(self._shown)
        self._pass(self._pending)
        self._pending = ""
        if self._start and not self._dropped:
            self._shown.append(self._start)
        self._start = ""
        return "".join(self._shown[shown:])

    def _tag(self, tag: str, name: str, closing: bool) -> None:
        if self._inside:
            if closing and name == self._inside:
                self._inside = ""
                self._at_line_start = True
                self._thoughts.append("\n\n")
            else:
                self._thoughts.append(tag)
        elif name == "answer":
            if not closing and not self._started and not self._wrapped:
                self._wrapped = True
                self._drop_start()
            elif closing and self._wrapped:
                self._wrapped = False
            else:
                self._pass(tag)
        elif not closing and self._at_line_start:
            self._inside = name
            if not self._started:
                self._drop_start()
        elif closing and self._last != "`" and name not in self._mentioned:
            self._orphan()
        else:
            self._mentioned.add(name)
            self._pass(tag)

    def _drop_start(self) -> None:
        self._start = ""
        self._dropped = True

    def _orphan(self) -> None:
        self._thoughts += [self._start, *self._shown, "\n\n"]
        # Emptied in place of a new list, and padded: `feed` counts on the length only growing.
        self._shown[:] = [""] * len(self._shown)
        self._started = self._wrapped = False
        self._at_line_start, self._last = True, ""
        self._mentioned.clear()
        self._drop_start()

    def _pass(self, piece: str) -> None:
        if not piece:
            return
        if self._inside:
            self._thoughts.append(piece)
            return
        _, newline, line = piece.rpartition("\n")
        if newline:
            self._mentioned.clear()
            self._at_line_start = True
        self._at_line_start = self._at_line_start and not line.strip()
        self._last = piece[-1]
        if not self._started:
            blanks = piece[: len(piece) - len(piece.lstrip())]
            self._start += blanks
            piece = piece[len(blanks) :]
            if not piece:
                return
            if self._dropped:
                self._start = ""
            self._shown.append(self._start)
            self._start = ""
            self._started = True
        self._shown.append(piece)
