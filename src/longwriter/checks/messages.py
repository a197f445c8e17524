"""What rules say in English, said in Chinese: of findings, of why an edit was not taken, of a finished text.

Records, files and JSON hold the English sentence, so that they stay what they are. `messages.zh.toml` of a room has its
sentences with {fields}, English to Chinese, in tables by what they are about; a sentence is read by those, and its fields are
put into the other. `[words.FIELD]` has what a field may say (FIELD2, too); a field `message` or `part` is a sentence itself.
What is in no table, such as a judge's own words, stays as it is.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from longwriter.checks.finding import TextFinding

F = TypeVar("F", bound=TextFinding)
FILE = "messages.zh.toml"
ROOM = Path(__file__).parent
WHOLE = ("message", "part", "asked")
"""Fields that hold a sentence of their own."""
_FIELD = re.compile(r"\{(\w+)\}")


class Messages:
    """The sentences of some rooms."""

    def __init__(self, *rooms: Path) -> None:
        """`rooms`: folders with a `FILE`."""
        self.tables: dict[str, dict[str, str]] = {}
        """Group -> English with its fields -> Chinese."""
        self.words: dict[str, dict[str, str]] = {}
        for room in rooms:
            tree = tomllib.loads((room / FILE).read_text("utf-8"))
            self.words |= tree.pop("words", {})
            self.tables |= dict(_tables(tree))
        self._read = {
            group: [(_pattern(english), chinese) for english, chinese in table.items()]
            for group, table in self.tables.items()
        }

    def told(self, said: str, *groups: str) -> str:
        """A sentence in Chinese, as the first of the groups has it; none given: any group."""
        for group in groups or self._read:
            for pattern, chinese in self._read.get(group, ()):
                if (match := pattern.fullmatch(said)) is not None:
                    return chinese.format_map(
                        {name: self._field(name, value) for name, value in match.groupdict().items()}
                    )
        return said

    def _field(self, name: str, value: str) -> str:
        return self.told(value) if name in WHOLE else self.words.get(name.rstrip("0123456789"), {}).get(value, value)


def _tables(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Tables of sentences by their dotted names."""
    sentences = {english: told for english, told in tree.items() if isinstance(told, str)}
    if sentences:
        yield above.rstrip("."), sentences
    for name, below in tree.items():
        if isinstance(below, dict):
            yield from _tables(below, f"{above}{name}.")


def _pattern(english: str) -> re.Pattern[str]:
    """{s} is the s of a plural, every other field anything."""
    parts = _FIELD.split(english)
    fields = ("(?P<s>s?)" if name == "s" else f"(?P<{name}>.*?)" for name in parts[1::2])
    return re.compile("".join(re.escape(text) + next(fields, "") for text in parts[::2]), re.DOTALL)


@cache
def messages() -> Messages:
    """The sentences of findings, read once."""
    return Messages(ROOM)


def in_language(findings: Iterable[F], language: str) -> tuple[F, ...]:
    """Findings whose messages are in a language: "zh"; in any other they stay English."""
    if language != "zh":
        return tuple(findings)
    told = messages().told
    return tuple(
        one.model_copy(update={"message": told(one.message, f"{one.kind}.{one.check}", "contradiction.user")})
        for one in findings
    )
