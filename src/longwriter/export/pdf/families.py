"""Families of fonts for a script, the best first, and what to install where none is there.

A script is called as Unicode names its letters (`DEVANAGARI`); those of Han by the language that is written.
"""

import unicodedata

from longwriter.export.languages import is_traditional_chinese

LATIN = ("Libertinus Serif",)
EMBEDDED = ("New Computer Modern", "New Computer Modern Math", "DejaVu Sans Mono")
"""In every copy of typst, for letters and signs that no other chosen family has."""
MONO = ("DejaVu Sans Mono",)
_HAN = {
    "zh-Hans": (
        "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", "Songti SC", "STSong", "SimSun", "Noto Sans CJK SC",
        "Source Han Sans SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei",
    ),
    "zh-Hant": (
        "Noto Serif CJK TC", "Source Han Serif TC", "Noto Serif TC", "Songti TC", "PMingLiU", "MingLiU", "Noto Sans CJK TC",
        "Source Han Sans TC", "Noto Sans TC", "PingFang TC", "Microsoft JhengHei",
    ),
    "ja": (
        "Noto Serif CJK JP", "Source Han Serif JP", "Source Han Serif", "Noto Serif JP", "Hiragino Mincho ProN", "Yu Mincho",
        "MS Mincho", "IPAexMincho", "Noto Sans CJK JP", "Source Han Sans", "Noto Sans JP", "Hiragino Sans", "Yu Gothic",
        "MS Gothic",
    ),
    "ko": (
        "Noto Serif CJK KR", "Source Han Serif KR", "Source Han Serif K", "Noto Serif KR", "AppleMyungjo", "Nanum Myeongjo",
        "NanumMyeongjo", "Batang", "Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic",
    ),
}  # fmt: skip
_SCRIPTS = {
    "ARABIC": ("Noto Naskh Arabic", "Amiri", "Scheherazade New", "Geeza Pro", "Traditional Arabic", "Noto Sans Arabic"),
    "HEBREW": ("Noto Serif Hebrew", "Frank Ruehl CLM", "David CLM", "David", "Noto Sans Hebrew"),
    "DEVANAGARI": ("Noto Serif Devanagari", "Noto Sans Devanagari", "Kohinoor Devanagari", "Nirmala UI", "Mangal"),
    "THAI": ("Noto Serif Thai", "Noto Sans Thai", "Thonburi", "Leelawadee UI", "Tahoma"),
    "EMOJI": ("Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", "Noto Emoji"),
    "SYMBOL": (
        "Noto Sans Symbols",
        "Noto Sans Symbols2",
        "Noto Sans Math",
        "Noto Music",
        "DejaVu Sans",
        "Segoe UI Symbol",
    ),
}
_OF_LANGUAGE = {
    "ar": "ARABIC",
    "fa": "ARABIC",
    "ur": "ARABIC",
    "he": "HEBREW",
    "yi": "HEBREW",
    "hi": "DEVANAGARI",
    "th": "THAI",
}
_CJK = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH", "KANGXI")
_ASTRAL = 0x1F000
"""From here to U+1FAFF stand emoji and their kin."""


def han(language: str) -> str:
    """Whose forms of Han characters a language (BCP 47) is written in; "" for none."""
    if language.startswith("zh"):
        return "zh-Hant" if is_traditional_chinese(language) else "zh-Hans"
    return language[:2] if language[:2] in _HAN else ""


def of_language(language: str) -> tuple[str, ...]:
    """Families that a language's own letters are set in; () where `LATIN` has them."""
    if own := han(language):
        return _HAN[own]
    script = _OF_LANGUAGE.get(language.partition("-")[0])
    return _SCRIPTS[script] if script else ()


def of_script(script: str, forms: str) -> tuple[str, ...]:
    """Families for a script; `forms`: whose forms of Han, a key of `han`."""
    if script == "CJK":
        return _HAN[forms] + tuple(family for families in _HAN.values() for family in families[:1])
    name = script.title()
    return _SCRIPTS.get(script, ()) or (f"Noto Serif {name}", f"Noto Sans {name}")


def script_of(char: str) -> str:
    """The script of a character, by its name; `EMOJI`, `SYMBOL` or `CJK` for these."""
    if _ASTRAL <= ord(char) <= 0x1FAFF:
        return "EMOJI"
    name = unicodedata.name(char, "")
    if name.startswith(_CJK):
        return "CJK"
    return name.partition(" ")[0] if unicodedata.category(char)[0] in "LM" else "SYMBOL"


def advice(script: str, forms: str, installed: set[str]) -> str:
    """What to install for a script, of which letters are in no font."""
    package = {"CJK": "fonts-noto-cjk", "EMOJI": "fonts-noto-color-emoji"}.get(script, "fonts-noto-core")
    wanted = of_script(script, forms)[0]
    if wanted not in installed:
        return f"{wanted} (https://fonts.google.com/noto; Debian: {package})"
    return "HanaMinB (Debian: fonts-hanazono)" if script == "CJK" else "a font that has them (Debian: fonts-noto-extra)"
