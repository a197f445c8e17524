"""Texts by the grammar of `grammar.toml`: `made("plan", random)`.

Beyond `DEEPEST` rules within one another the first alternative is taken, so that all texts end.
"""

import json
import re
import tomllib
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

DEEPEST = 9

RULES: dict[str, list[str]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_HOLE = re.compile(r"«([=&]?)(\w+)([*+]?)»")
_TIMES = {"": (1, 1), "*": (0, 6), "+": (1, 40)}


def made(rule: str, random: Random, depth: int = 0) -> str:
    """A text of a rule."""
    alternatives = RULES[rule]
    chosen = alternatives[0] if depth > DEEPEST else random.choice(alternatives)

    def filled(hole: re.Match[str]) -> str:
        coded, name, several = hole.groups()
        least, most = _TIMES[several]
        times = random.randint(least, most) if depth < DEEPEST else least
        text = "".join(made(name, random, depth + 1) for _ in range(times)) if depth <= DEEPEST + 2 else ""
        return json.dumps(text, ensure_ascii=random.random() < 0.2) if coded == "=" else escape(text) if coded else text

    return _HOLE.sub(filled, chosen)
