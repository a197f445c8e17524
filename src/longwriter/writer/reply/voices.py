"""How models speak to their user in several languages, as regular expressions: `voices.toml`, put together once."""

import re
import tomllib
from functools import cache
from pathlib import Path

VOICES = Path(__file__).parent / "voices.toml"
UNSPACED = ("zh", "ja", "ko")
"""Languages whose words stand without spaces, or with endings on them."""


@cache
def _read() -> dict[str, dict[str, str]]:
    return tomllib.loads(VOICES.read_text("utf-8"))


def _any(name: str) -> str:
    """What matches a name's phrases in any language; whole words where a language has spaces."""
    parts = []
    for language, phrases in _read().items():
        if name in phrases:
            edge = "" if language in UNSPACED else r"(?!\w)" if name in ("sure", "thing") else ""
            before = r"(?<!\w)" if edge and name == "thing" else ""
            parts.append(f"{before}(?:{phrases[name]}){edge}")
    return "(?:" + "|".join(parts) + ")"


@cache
def heard(pattern: str) -> re.Pattern[str]:
    """A regular expression in which `{name}` stands for the phrases of that name. Letter case does not count."""
    return re.compile(re.sub(r"\{([a-z]+)\}", lambda m: _any(m[1]), pattern), re.IGNORECASE)


def plain(text: str) -> str:
    """The text with straight apostrophes, of the same length, as the phrases are written."""
    return text.replace("’", "'").replace("‘", "'").replace("`", "'")
