"""How much of a plan's line a text keeps: the share of its content words that stand in it, by stems. Pure."""

from collections.abc import Collection

from longwriter.checks.repetition.overlap import FUNCTION_CHARACTERS, stem
from longwriter.text import each_word, is_cjk


def content_words(text: str) -> dict[str, str]:
    """Stem -> the first word with it, in order; a Chinese character is its own stem."""
    out: dict[str, str] = {}
    for word in each_word(text):
        name = ("" if word in FUNCTION_CHARACTERS else word) if is_cjk(word[0]) else stem(word.lower())
        if name:
            out.setdefault(name, word)
    return out


def missing_words(line: str, text: str, stems: Collection[str] = ()) -> list[str]:
    """Content words of a line, as it writes them, that neither a text has nor these stems are of."""
    there = content_words(text)
    return [word for name, word in content_words(line).items() if name not in there and name not in stems]


def covered(line: str, text: str) -> float:
    """Share of a line's content words that a text has, 0 to 1; 1 for a line without any."""
    asked = content_words(line)
    return 1 - len(missing_words(line, text)) / len(asked) if asked else 1.0
