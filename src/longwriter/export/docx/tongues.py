"""How Word names languages, and which fonts of its own each is set in.

Word has four sets of fonts and three languages for each letter's kind: Latin, East Asian and complex (right to left, Indic,
Thai). What a paragraph does not say comes from the document's own.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

from longwriter.export.languages import is_traditional_chinese

Kind = Literal["latin", "east", "complex"]

SERIF, CODE = "Times New Roman", "Courier New"


class Tongue(NamedTuple):
    """A language as Word has it."""

    tag: str
    """With a region: Word checks the spelling of no other. "": not known."""
    kind: Kind
    body: str = SERIF
    """Font of running text."""
    head: str = SERIF
    """Font of headings."""


_TONGUES = {
    "zh": Tongue("zh-CN", "east", "SimSun", "SimHei"),
    "zh-Hant": Tongue("zh-TW", "east", "PMingLiU", "Microsoft JhengHei"),
    "ja": Tongue("ja-JP", "east", "Yu Mincho", "Yu Gothic"),
    "ko": Tongue("ko-KR", "east", "Batang", "Malgun Gothic"),
    "ar": Tongue("ar-SA", "complex"),
    "he": Tongue("he-IL", "complex"),
    "fa": Tongue("fa-IR", "complex"),
    "ur": Tongue("ur-PK", "complex"),
    "yi": Tongue("yi-001", "complex"),
    "hi": Tongue("hi-IN", "complex", "Nirmala UI", "Nirmala UI"),
    "th": Tongue("th-TH", "complex", "Leelawadee UI", "Leelawadee UI"),
}
_REGIONS = {"en": "US", "el": "GR", "vi": "VN", "sv": "SE"}
"""Of languages whose region is not called as they are."""


@lru_cache
def tongue(language: str) -> Tongue:
    """A language (BCP 47) as Word has it."""
    primary, _, rest = language.partition("-")
    if language in ("", "und"):
        return Tongue("", "latin")
    known = _TONGUES.get("zh-Hant" if is_traditional_chinese(language) else primary)
    if known:
        return known
    if rest:
        return Tongue(language, "latin")
    return Tongue(f"{primary}-{_REGIONS.get(primary, primary.upper())}", "latin")
