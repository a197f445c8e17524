"""Whether a paragraph talks about the text in place of being it: "In the first paragraph", "I added more details".

Small models slip into it in the middle of a section. Too broad for larger ones, whose characters may well write books: it
chooses between candidates, and takes paragraphs away only from models with short prompts. Patterns of both languages are
looked for in every text. Pure. Novels have less than one such paragraph in 100,000 words (docs/checks.md).
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from string import Template


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """English and Chinese. English ones begin where a word or a mark does: said once, that takes a third of the time."""
    told = tomllib.loads((Path(__file__).parent / "about_writing.toml").read_text("utf-8"))
    english, chinese = (
        "|".join(Template(one).substitute(told["names"]).replace(" ", r"\s+") for one in told["patterns"][language])
        for language in ("en", "zh")
    )
    begins = r"(?:(?<!\w)(?=\w)|(?=[<#\[(]))"
    return re.compile(f"{begins}(?:{english})", re.IGNORECASE), re.compile(chinese)


_QUOTED = re.compile(r'"[^"\n]*"|“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』')


def about_writing(paragraph: str) -> bool:
    """Whether it does, outside of quotation marks."""
    english, chinese = _patterns()
    told = _QUOTED.sub(" ", paragraph)
    return english.search(told) is not None or (not told.isascii() and chinese.search(told) is not None)


def without_such(text: str) -> str:
    """The text without paragraphs that do; the text itself where no other is left."""
    parts = re.split(r"(\n[ \t]*\n)", text)
    kept = [i for i in range(0, len(parts), 2) if parts[i].strip() and not about_writing(parts[i])]
    if not kept or len(kept) == len(range(0, len(parts), 2)):
        return text
    return "\n\n".join(parts[i].strip("\n") for i in kept)
