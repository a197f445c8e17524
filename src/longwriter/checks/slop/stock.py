"""Lists of stock phrases: a shipped one for English, and what `longwriter slop learn` makes for any model and language.

A list is TOML: a phrase as it is written, and how often people write it, in times per million words; and the percentiles
of the whole list's rate in human texts, by kind. The most overused phrases stand first.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from longwriter.checks.slop.matching import Matcher
from longwriter.config import build, read_toml
from longwriter.text import count_words
from longwriter.types import Record

Kind = Literal["fiction", "non-fiction", "all"]
"""What human texts a text is compared with; a learned list has one kind, all."""
STEPS = 21
"""Percentiles of a list: 0, 5, ... 100."""
LONGEST = 12
"""Words of a phrase, Chinese characters among them."""
MOST = 50_000
"""Phrases of a list."""
SHIPPED = Path(__file__).parent / "lists"
Rate = Annotated[float, Field(ge=0, le=1e6)]


class StockList(Record):
    """Stock phrases of one language."""

    language: str = ""
    """Code of the language ("en", "zh" ...); "" where it is not known."""
    source: str = ""
    """Of what the list was made; for people."""
    phrases: dict[str, Rate] = Field(max_length=MOST)
    """As written, case ignored -> times per million words in human texts."""
    patterns: dict[str, Rate] = Field(default={})
    """Names of `patterns.PATTERNS` -> the same."""
    human: dict[Kind, tuple[Rate, ...]] = Field(default={})
    """Kind of human text -> percentiles 0, 5, ... 100 of a text's phrases and patterns per 1,000 words."""

    @cached_property
    def matcher(self) -> Matcher:
        """Finds the phrases."""
        return Matcher(self.phrases)

    @model_validator(mode="after")
    def _usable(self) -> Self:
        """Phrases of 1 to `LONGEST` words, and percentiles that rise."""
        for phrase in self.phrases:
            if not 1 <= count_words(phrase) <= LONGEST:
                raise ValueError(f"{phrase!r:.80} has {count_words(phrase)} words; a phrase has 1 to {LONGEST}")
        for kind, steps in self.human.items():
            if len(steps) != STEPS or any(low > high for low, high in pairwise(steps)):
                raise ValueError(f"human.{kind} is not {STEPS} numbers, each at least the one before")
        return self


def read_list(path: Path) -> StockList:
    """The list of a file. Raises InputError naming what is wrong with it."""
    return build(StockList, read_toml(path), str(path))


@cache
def shipped(language: str) -> StockList | None:
    """The list that comes with the package; None for a language without one."""
    path = SHIPPED / f"{language}.toml"
    return read_list(path) if language.isalpha() and path.is_file() else None


def phrases_to_ban(lists: Iterable[StockList]) -> tuple[str, ...]:
    """Phrases of two and more words, or of three and more Chinese characters, as written, the most overused first.

    Single words are left out: who bans them bans plain speech, and a sampler finds worse ones.
    """
    found = {phrase.casefold(): phrase for one in lists for phrase in one.phrases if count_words(phrase) > 1}
    return tuple(found.values())


def as_toml(stock: StockList, notes: Mapping[str, str] | None = None) -> str:
    """The list as a file; `notes`: remarks that stand behind phrases."""
    lines = [f"language = {_quoted(stock.language)}", f"source = {_quoted(stock.source)}", ""]
    if stock.human:
        lines += ["[human]  # a text's phrases per 1,000 words: percentiles 0, 5, ... 100 of people's texts"]
        lines += [f"{kind} = [{', '.join(f'{step:g}' for step in steps)}]" for kind, steps in stock.human.items()] + [
            ""
        ]
    for name, table in (("patterns", stock.patterns), ("phrases", stock.phrases)):
        lines += [f"[{name}]  # times per million words that people write it"] if table else []
        lines += [f"{_quoted(key)} = {rate:g}{_remark((notes or {}).get(key, ''))}" for key, rate in table.items()]
        lines += [""] if table else []
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _remark(note: str) -> str:
    return f"  # {note}" if note else ""
