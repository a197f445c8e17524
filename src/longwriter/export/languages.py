"""Which lines of a text are in another language than the whole: readers, fonts and voices want to be told."""

import re
from functools import lru_cache
from typing import NamedTuple

from longwriter.language import LATIN, Direction, direction, script, tongue

RIGHT_TO_LEFT = ("ar", "he", "fa", "ur", "yi")
_SCRIPTS = ("zh", "ja", "ko", "ar", "he", "ru", "el", "hi", "th")


UPRIGHT = re.compile("[\u0590-\u10ff\u1200-\u1cff\u2e80-\ud7ff\uf900-\ufaff\ufb1d-\ufdff\ufe70-\uff60]")
"""Letters of scripts that have no italics: what is stressed is bold."""


class Foreign(NamedTuple):
    """What a line is, where the whole is something else."""

    language: str
    """BCP 47; `und` where only its script is known."""
    direction: Direction


def is_traditional_chinese(language: str) -> bool:
    """Whether a language (BCP 47) is Chinese in the traditional script."""
    return language.lower().startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo"))


def script_of(language: str) -> str:
    """The script that `language.script` finds in a text of this language (BCP 47)."""
    primary = language.partition("-")[0]
    return primary if primary in _SCRIPTS else LATIN


@lru_cache(maxsize=4096)
def foreign(text: str, language: str) -> Foreign | None:
    """What a line is in a text of this language (BCP 47); None: the same, or too little to tell."""
    own = script_of(language)
    if (own == LATIN and text.isascii()) or not (found := script(text)) or found == own:
        return None
    if own == "ja" and found == "zh":  # a line without kana
        return None
    code = (tongue(text) or "und") if found == LATIN else found
    return Foreign(code, direction(text))
