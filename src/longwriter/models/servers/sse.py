"""The events of an answer, read from its bytes: server-sent events, lines of JSON, or one body where a server streams not.

Lenient in form: any line end, a byte order mark, blank lines and comments anywhere, an event on several `data:` lines or
ended by a single newline. Strict in size: an answer, a line and the depth of JSON are bounded, and so is memory. An
event is a dict; `event: error` arrives as {"error": ...}. Pure, apart from what it holds.
"""

import json

MOST_LINE = 8 * 2**20
"""Bytes of one line or event; a whole book in one piece is a tenth of that."""
MOST_BODY = 32 * 2**20
"""Bytes of a body that does not stream."""
TRIES = 16
"""Times that a body is looked at for being complete before the connection ends."""
SHOWN = 120


class Malformed(Exception):  # noqa: N818 - a state of the answer
    """The bytes are not an answer; the message holds their beginning."""


class TooMuch(Exception):  # noqa: N818 - as above
    """A ceiling on bytes was passed."""


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None  # Python refuses above 4,300 digits, and nothing counts so far


_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)


def parsed(text: str) -> object:
    """The value of a JSON text. Raises Malformed, also for JSON nested too deep to be read."""
    try:
        return _DECODER.decode(text)
    except ValueError:
        raise Malformed(f"no JSON: {text[:SHOWN]!r}") from None
    except RecursionError:
        raise Malformed("JSON nested too deep") from None


def decoded(raw: bytes) -> str:
    """Text of a JSON body in any Unicode encoding, without its byte order mark."""
    return raw.decode(json.detect_encoding(raw[:4]), "replace").lstrip("\ufeff")


class Events:
    """Takes bytes as they come, cut anywhere."""

    def __init__(self, most: int, *, by_line: bool = False) -> None:
        """`most`: bytes of the whole answer. `by_line`: each line is an event (Ollama's own form)."""
        self._by_line = by_line
        self.done = False
        """The answer said that it is over."""
        self.whole = False
        """It is one JSON body."""
        self._most, self._size = most, 0
        self._begun = False
        self._parts: list[bytes] = []  # of an unfinished line, or of the body
        self._held = 0  # bytes in them
        self._data: list[str] = []  # of an event on several lines
        self._data_size = 0
        self._error = False  # the event's name says so
        self._tries = 0

    def feed(self, chunk: bytes) -> list[dict[str, object]]:
        """Events that are complete. Raises Malformed or TooMuch."""
        self._size += len(chunk)
        if self._size > self._most:
            raise TooMuch(f"the answer is longer than {self._most >> 20} MiB")
        if not self._begun:
            chunk = b"".join([*self._parts, chunk]).lstrip()
            self._parts = []
            if len(chunk) < 4:  # a byte order mark may be cut
                self._parts = [chunk] * bool(chunk)
                return []
            self._begin(chunk)
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        return self._body(chunk) if self.whole else self._lines(chunk)

    def close(self) -> list[dict[str, object]]:
        """The bytes are over; the events that they end with. Raises Malformed."""
        rest = b"".join(self._parts)
        self._parts = []
        if not self._begun:
            self._begin(rest)
        if self.whole:
            return [_event(parsed(decoded(rest)))] if rest.strip() and not self.done else []
        return [event for line in (rest, b"") for event in self._line(line.rstrip(b"\r"))]

    def _begin(self, chunk: bytes) -> None:
        self._begun = True
        first = chunk.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        self.whole = not self._by_line and first not in (
            b":",
            b"d",
            b"e",
            b"i",
            b"r",
        )  # comment, data, event, id, retry

    def _hold(self, chunk: bytes, most: int) -> None:
        self._parts.append(chunk)
        self._held += len(chunk)
        if self._held > most:
            raise TooMuch(f"one {'body' if self.whole else 'line'} is longer than {most >> 20} MiB")

    def _body(self, chunk: bytes) -> list[dict[str, object]]:
        self._hold(chunk, MOST_BODY)
        if not chunk.rstrip().endswith(b"}") or self._tries == TRIES:
            return []
        self._tries += 1  # some servers leave the connection open
        try:
            event = _event(parsed(decoded(b"".join(self._parts))))
        except Malformed:
            return []
        self.done = True
        return [event]

    def _lines(self, chunk: bytes) -> list[dict[str, object]]:
        lines = chunk.splitlines(keepends=True)
        last = b"" if lines and lines[-1].endswith(b"\n") else lines.pop() if lines else b""
        found: list[dict[str, object]] = []
        for line in lines:
            if self._parts:
                line = b"".join([*self._parts, line])
                self._parts, self._held = [], 0
            found += self._line(line.rstrip(b"\r\n"))
        if last:  # "\r" too: its "\n" may come
            self._hold(last, MOST_LINE)
        return found

    def _line(self, line: bytes) -> list[dict[str, object]]:
        """The event that a line completes."""
        if self._by_line and line.strip():
            event = _event(parsed(line.decode("utf-8", "replace")))
            self.done = event.get("done") is True
            return [event]
        if not line:
            return self._flush()
        if line.startswith(b"data:"):
            data = line[5:].decode("utf-8", "replace").strip()
            if self._data or self._error or not (data.startswith("{") and data.endswith("}")):
                return self._more(data)
            try:
                return [_event(parsed(data))]
            except Malformed as error:
                if "deep" in str(error):
                    raise
                return self._more(data)
        if line.startswith(b"event:"):
            self._error = b"error" in line.lower()
        return []

    def _more(self, data: str) -> list[dict[str, object]]:
        if data.upper() == "[DONE]":
            self.done = True
            return self._flush()
        if data:
            self._data.append(data)
            self._data_size += len(data)
            if self._data_size > MOST_LINE:
                raise TooMuch(f"one event is longer than {MOST_LINE >> 20} MiB")
        return []

    def _flush(self) -> list[dict[str, object]]:
        data, failed = "\n".join(self._data), self._error
        self._data, self._data_size, self._error = [], 0, False
        if not data:
            return []
        try:
            event = _event(parsed(data))
        except Malformed:
            if not failed:
                raise
            event = {"error": data}
        return [{"error": event} if failed and "error" not in event else event]


def _event(value: object) -> dict[str, object]:
    if isinstance(value, list) and len(value) == 1:  # Gemini wraps its errors
        value = value[0]
    if not isinstance(value, dict):
        raise Malformed(f"no object: {str(value)[:SHOWN]!r}")
    return value
