"""Which characters a font has to have: those of a text by language, by style, and by what stands on them."""

import re
import unicodedata
from collections import defaultdict
from typing import NamedTuple

IGNORED = re.compile(
    "[\\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Blanks, and what Unicode calls ignorable by default: nothing is to be seen of them."""


_CJK = re.compile("[^\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")


class Letterform(NamedTuple):
    """How letters are set."""

    italic: bool = False
    bold: bool = False
    mono: bool = False


class Letters:
    """The letters of a text, by the language of their line and by style."""

    def __init__(self) -> None:
        self._texts: defaultdict[str, defaultdict[Letterform, list[str]]] = defaultdict(lambda: defaultdict(list))

    def add(self, text: str, language: str, style: Letterform) -> None:
        """Letters that stand in the file."""
        self._texts[language][style].append(text)

    def languages(self) -> list[str]:
        """In the order in which they appear."""
        return list(self._texts)

    def han(self) -> str:
        """All characters of Chinese, Japanese and Korean, often enough to tell which of them is written."""
        return "".join(
            _CJK.sub("", text) for styles in self._texts.values() for texts in styles.values() for text in texts
        )

    def of(self, language: str) -> dict[Letterform, set[str]]:
        """What one font has to have whole: characters, each with the marks that stand on it."""
        return {style: clusters("\n".join(texts)) for style, texts in self._texts[language].items()}


def clusters(text: str) -> set[str]:
    """The characters of a text, each with its marks; without what is not seen."""
    chars = set(text)
    marks = "".join(c for c in chars if unicodedata.category(c)[0] == "M")
    found = {c for c in chars if c not in marks}
    if marks:
        marked = f"[{re.escape(marks)}]"
        found |= set(re.findall(f"(?s:.?){marked}+", text))
    return {seen for one in found if (seen := IGNORED.sub("", one))}
