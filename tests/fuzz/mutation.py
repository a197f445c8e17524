"""Faults laid over a text: what a cut connection, a bad copy, another editor, or somebody who wishes ill makes of it."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from tests.fuzz.grammar import RULES, made

ROOT = Path(__file__).parents[2]
LONGEST = 40_000
"""Characters of a case; what takes time that grows with the square takes over a second there."""

_ALONE = "\x00\x1b\x7f\x85\xa0\xad\u0301\u200b\u200d\u2028\u202e\u2066\u3000\ud800\udfff\ufeff\uffff\U0010ffff\t\f \r\n"
_SIGNS = """\\ " ' ` ``` * ** _ # | - — … : ： ( （ { } [ ] [[ < > </ <!-- --> & &# $ % @ ~ \\u \\ud83d \\" 0 9999999999
١ ² [^ ]( ![ ~~~ ::: {. +++ <![CDATA[ <? \U0001f600 İ ß ﬁ 字 第 가 ا"""
ODD = (*_ALONE, *_SIGNS.split(), "\r\n", "\n\n\n", "\\\n", "---\n")
"""What is rare, or has a meaning of its own."""


@cache
def real() -> tuple[str, ...]:
    """Real texts: this package's own documents, prompts and tables."""
    paths = [
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("src/longwriter/**/*.toml"),
        *ROOT.glob("src/longwriter/**/prompts/*/*.txt"),
    ]
    texts = (path.read_text("utf-8") for path in sorted(paths))
    return tuple(text[start : start + 3000] for text in texts for start in range(0, len(text), 3000))


def _span(text: str, random: Random) -> tuple[int, int]:
    start = random.randrange(len(text) + 1)
    return start, min(len(text), start + random.choice((1, 1, 2, 5, 20, 200)))


def _without(text: str, random: Random) -> str:
    start, end = _span(text, random)
    return text[:start] + text[end:]


def _repeated(text: str, random: Random) -> str:
    start, end = _span(text, random)
    return text[:start] + text[start:end] * random.choice((2, 3, 9, 50)) + text[end:]


def _moved(text: str, random: Random) -> str:
    start, end = _span(text, random)
    rest = text[:start] + text[end:]
    at = random.randrange(len(rest) + 1)
    return rest[:at] + text[start:end] + rest[at:]


def _with_odd(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    odd = random.choice(ODD) if random.random() < 0.9 else chr(random.randrange(0x110000))
    return text[:at] + odd * random.choice((1, 1, 1, 2, 7)) + text[at:]


def _cut(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] if random.random() < 0.7 else text[at:]


def _with_other(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    return text[:at] + made(random.choice(list(RULES)), random, 5) + text[at:]


def _with_real(text: str, random: Random) -> str:
    at = random.randrange(len(text) + 1)
    found = random.choice(real())
    start = random.randrange(len(found))
    return text[:at] + found[start : start + random.choice((20, 200, 2000))] + text[at:]


def _cased(text: str, random: Random) -> str:
    return random.choice((str.upper, str.lower, str.title, str.swapcase))(text)


FAULTS: tuple[Callable[[str, Random], str], ...] = (
    *(_without, _repeated, _moved, _with_odd, _with_odd, _with_odd, _cut, _with_other, _with_real, _cased),
)


def mutated(text: str, random: Random) -> str:
    """The text with none to eight faults."""
    for _ in range(random.choice((0, 0, 1, 1, 2, 3, 5, 8))):
        text = random.choice(FAULTS)(text, random)[:LONGEST]
    return text


def long(text: str, random: Random) -> str:
    """A text of `LONGEST` characters that says one or two things again and again, with something else at an end."""
    pieces = [
        random.choice(ODD),
        random.choice(RULES["mark"]) or "a",
        made("line", random, 6) or "b",
        random.choice((" ", "a", "a ", "x\n")),
    ]
    chosen = random.choice(pieces) + (random.choice(pieces) if random.random() < 0.5 else "")
    half = chosen * (LONGEST // len(chosen) // random.choice((1, 1, 2)))
    return random.choice((half, half + text[:200], text[:200] + half, half + random.choice(pieces) * (LONGEST // 8)))[
        :LONGEST
    ]
