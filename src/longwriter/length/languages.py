"""What each language calls the length of a text (`languages.toml`), put together once, and which one a request is in.

A request is a sentence or two, so `language_of` decides by the words of the table, which knows what requests say. Which
language a whole text is in is `longwriter.language`'s work: it needs function words in plenty and stays silent on less.
"""

import re
import tomllib
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

from longwriter.length.numerals import CHINESE, DIGITS, chinese_number, half_width, spoken_value
from longwriter.text import CJK_CHARACTER, KANA_OR_HANGUL

LANGUAGES = Path(__file__).parent / "languages.toml"
NEVER = r"(?!)"
LOOKED_AT = 4000
"""Characters of a request that tell its language."""
LEAST_SCORE, LEAST_SHARE = 2, 0.15
"""Frequent words of a language that a request must have, and their part of all its words."""
_AND = r"[\s-]*(?:(?:y|e|et|und|en|och|og|и|і|i|dan|και|و)\s*)?"
_HANGUL = str.maketrans("일이삼사오육륙칠팔구영십백천만억", "一二三四五六六七八九零十百千万亿")
_HANGUL_DIGIT = "[일이삼사오육칠팔구십백천만억]"
_HANGUL_SCALE = r"(?:\s?(?:[백천만억]|k(?![a-z]))(?:\s?\d{1,4}[십백천]?(?!\d))?)*"
_HANGUL_NUMBER = rf"{DIGITS}{_HANGUL_SCALE}|(?<![가-힣]){_HANGUL_DIGIT}{{1,10}}"
_SCALE = re.compile(r"[万千百만천백]\s*$")
_SCRIPTS = (
    ("ko", re.compile("[가-힣ㄱ-ㆎ]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("el", re.compile("[\u0370-\u03ff\u1f00-\u1fff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("zh", CJK_CHARACTER),
)
_LETTER = re.compile(r"[^\W\d_]")


def _bare(char: str) -> str:
    """A letter without its accents, in scripts whose accents people leave out."""
    base = unicodedata.normalize("NFD", char)[0]
    return base if ord(base) < 0x530 else char


def _loose(fragment: str, exact: bool) -> str:
    """A fragment of a pattern in the spelling that texts are read in, its accents optional."""
    plain = half_width(unicodedata.normalize("NFC", fragment)).replace("\u093c", "\u093c?")
    if exact:
        return plain
    return "".join(f"[{char}{_bare(char)}]" if _bare(char) != char else char for char in plain)


def _folded(word: str, exact: bool) -> str:
    """A number word as tables of them have it."""
    plain = " ".join(half_width(unicodedata.normalize("NFC", word)).lower().replace("\u093c", "").split())
    return plain if exact else "".join(map(_bare, plain))


class Language:
    """One entry, as patterns. A text must be read in its plain spelling (`half_width`)."""

    def __init__(self, code: str, entry: dict[str, str | float | bool]) -> None:
        """`entry`: of the table."""
        self.code, self.name = code, str(entry["name"])
        self.exact = bool(entry.get("exact"))
        self.common = frozenset(str(entry.get("common", "")).split())
        self.never = frozenset(str(entry.get("never", "")))
        self.letters, self.page = float(entry.get("letters", 6)), int(entry.get("page", 500))
        self.han = str(entry.get("digits", ""))
        spaced = bool(entry.get("spaced", True))
        joined = str(entry.get("prefix", ""))
        self.left = (rf"(?:(?<!\w)|(?<=(?<!\w)[{joined}]))" if joined else r"(?<!\w)") if spaced else ""
        self.right = r"(?!\w)" if spaced else ""
        self._entry = {k: _loose(v, self.exact) for k, v in entry.items() if isinstance(v, str)}
        self.reads = "words" in entry
        self._worth = {"k": 1000.0}
        for pair in str(entry.get("numbers", "")).split():
            word, _, value = pair.partition("=")
            self._worth[_folded(word.replace("_", " "), self.exact)] = float(value)
        self.number = self._number(str(entry.get("numbers", "")))
        """A pattern without groups."""

    def part(self, key: str) -> str:
        """What the entry says, as a pattern of its own."""
        return f"(?:{self._entry.get(key, NEVER)})"

    def words(self, *keys: str) -> str:
        """Any of those, as whole words."""
        return rf"{self.left}(?:{'|'.join(self.part(key) for key in keys)}){self.right}"

    def _number(self, table: str) -> str:
        names = [pair.partition("=") for pair in table.split()]
        spelt = {_loose(name.replace("_", r"\s"), self.exact): float(value) for name, _, value in names}
        longest = sorted(spelt, key=len, reverse=True)
        word = f"(?:{'|'.join(longest)})" if longest else NEVER
        self._token = re.compile(rf"{DIGITS}|{word}|k", re.I)
        if self.han == "han":
            return f"(?:{CHINESE})"
        if self.han == "hangul":
            return rf"(?:{_HANGUL_NUMBER}|(?<![가-힣]){word})"
        scale = "|".join([*(name for name in longest if spelt[name] >= 100), "k"])
        edge = self.right
        scaled = rf"{DIGITS}(?:[\s-]?(?:{scale}){edge}\.?(?:\s{DIGITS})?)*"
        return rf"(?:{scaled}|{self.left}{word}(?:{_AND}{word})*{edge})"

    def value(self, text: str) -> float | None:
        """What a match of `number` is worth."""
        known = self._worth.get(_folded(text, self.exact))
        if known is not None:
            return known
        if self.han:
            return chinese_number(re.sub(r"\s", "", text).translate(_HANGUL))
        tokens = [token if token[0].isdigit() else _folded(token, self.exact) for token in self._token.findall(text)]
        return spoken_value(tokens, self._worth) if tokens else None

    def ends(self, low: str, high: str | None) -> tuple[float, float] | None:
        """Both ends; "2-3 mil" gives the first the second's scale."""
        first, second = self.value(low), self.value(high or low)
        if not first or not second:
            return None
        last = [] if self.han else self._token.findall(high or "")
        scale = _SCALE.search(high or "") if self.han else None
        factor = (
            self.value("1" + scale[0].strip())
            if scale
            else self._worth.get(_folded(last[-1], self.exact))
            if last
            else None
        )
        if factor and factor >= 100 and first < second and first < factor and first <= second / factor:
            first *= factor
        return (second, second) if second < first else (first, second)


@cache
def languages() -> dict[str, Language]:
    """Every language, by its code."""
    return {code: Language(code, entry) for code, entry in tomllib.loads(LANGUAGES.read_text("utf-8")).items()}


def scores(text: str) -> Counter[str]:
    """How many frequent words of each language a text has."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text[:LOOKED_AT])]
    letters = set(text[:LOOKED_AT].lower())
    out = Counter[str]()
    for code, language in languages().items():
        if not language.never & letters:
            out[code] = sum(word in language.common for word in words)
    return out


def language_of(text: str) -> Language | None:
    """The language of a request, by its script or its frequent words; None where neither tells it for sure."""
    shown = unicodedata.normalize("NFC", text[:LOOKED_AT])
    letters = len(_LETTER.findall(shown))
    by_script = {code: len(found.findall(shown)) for code, found in _SCRIPTS}
    kana = len(KANA_OR_HANGUL.findall(shown)) - by_script["ko"]
    script = max(by_script, key=lambda code: by_script[code])
    known = languages()
    if letters and 2 * by_script[script] > letters:
        if script == "zh":
            return known["ja" if 5 * kana > by_script["zh"] - kana else "zh"]
        if script == "ar":
            return known["fa" if re.search("[پچژگکی]", shown) else "ar"]
        if script == "ru":
            return known["uk" if re.search("[іїєґ]", shown, re.I) else "ru"]
        return known[script]
    if letters and any(2 * n > letters // 4 for n in by_script.values()):
        return None
    (best, most), (_, second) = scores(shown).most_common(2)
    sure = most >= LEAST_SCORE and most >= second + 1 and most >= LEAST_SHARE * len(re.findall(r"[^\W\d_]+", shown))
    return known[best] if sure else None
