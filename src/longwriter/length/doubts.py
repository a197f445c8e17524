"""Numbers of a request that may be its length and were not understood as one: said to the person, never passed over.

A number is doubted where the request bounds it ("at least 3000 please"), where its unit cannot be turned into words
("5000 tokens"), where it ends the request, or where the request's language is unknown ("5000 sanaa"). Years, prices and
numbers of things are left alone.
"""

import re
import unicodedata
from itertools import islice

from longwriter.length.languages import Language, language_of, languages, scores
from longwriter.length.numerals import DIGITS, digits_value, half_width
from longwriter.length.spoken import patterns
from longwriter.length.target import MOST, reading
from longwriter.length.wording import bound_of, is_given

LEAST_DOUBTED = 100
MOST_NUMBERS = 40
"""Numbers of a request that are looked at: it is seldom that many, and each is tried in every language."""
LEAST_TOPIC = 500
"""The least number after "about" that is doubted: a smaller one is more often what the text is about."""
YEARS = range(1000, 2101)
ROUND = 50
"""What a length is a multiple of."""
_NUMBER = re.compile(rf"{DIGITS}(?:\s?k(?![^\W\d_]))?", re.I)
_UNIT = re.compile(
    r"[\s-]*(?:tokens?|lines?|sentences?|verses?|syllables?|signs|bytes?|kb|chars?|letters\s+long|wds|wrds|wrods|wods"
    r"|wor[ds]?|woords?|行|句)(?!\w)",
    re.I,
)
_NO_LENGTH_BEFORE = re.compile(
    r"(?:[$€£¥₹₽#№@/:]|\b(?:year|in|since|until|no\.?|room|highway|route|page|chapter|version|top|part|vol(?:ume)?))\s*$",
    re.I,
)
_NO_LENGTH_AFTER = re.compile(r"\s*(?:[%$€£¥₹₽°/:]|[-–]\d|\.\d|年|元|人|岁|歲|A\.?D|B\.?C|CE\b|BCE\b)", re.I)
_ABOUT = re.compile(r"\b(?:about|around|circa|ca\.|roughly|approximately)\s+$", re.I)
_ENDS = re.compile(r"\s*(?:$|[)）.,;!?。，；！？\n])")
_CLOSES = re.compile(r"\s*(?:please|pls|thanks|thank\s+you|or\s+so|long|total)\b", re.I)
_APART = re.compile(r"[,;:(（，；：–—-]\s*$")
_LAST = re.compile(r"\s*[)）]?\s*[.。!]?\s*$")


def doubts(request: str) -> tuple[str, ...]:
    """What a person should know of the length of a request that names none which is understood; () where one is."""
    found = reading(request)
    if found.amounts:
        return ()
    if found.loose:
        return (
            f"{found.loose[0]!r} is the length of each part, and the request does not say how many parts there are: "
            "the plan decides how long the whole will be; --words N sets it",
        )
    asked = unicodedata.normalize("NFC", request)
    text = half_width(asked)
    told = language_of(asked)
    for number in islice(_NUMBER.finditer(text), MOST_NUMBERS):
        if any(start <= number.start() < end for start, end in found.spans):
            continue
        end = _doubted(text, number, told)
        if end:
            said = " ".join(asked[number.start() : end].split())
            return (f"{said!r} was not taken for the length, as its unit is not known here: --words N sets the length",)
    return ()


def _doubted(text: str, number: re.Match[str], told: Language | None) -> int:
    """Where the words end that make a number look like a length; 0 where nothing does."""
    thousand = number[0][-1] in "kK"
    value = digits_value(number[0].rstrip("kK ")) * (1000 if thousand else 1)
    before, after = text[max(0, number.start() - 60) : number.start()], text[number.end() : number.end() + 60]
    if not LEAST_DOUBTED <= value <= MOST or value % ROUND:
        return 0
    if _NO_LENGTH_BEFORE.search(before) or _NO_LENGTH_AFTER.match(after) or is_given(before, number[0], after):
        return 0
    if unit := _UNIT.match(after):
        return number.end() + unit.end()
    closes = _CLOSES.match(after) or (told and re.match(rf"\s*{told.words('please')}", after, re.I))
    if closes:
        return number.end() + closes.end()
    if _ENDS.match(after):
        topic = _ABOUT.search(before)
        bound = bound_of(before, after, False) != "about" or any(
            patterns(code).bound.search(before) for code in _reading()
        )
        if bound or (topic and value >= LEAST_TOPIC and value not in YEARS):
            return number.end()
        return number.end() if value not in YEARS and _APART.search(before) and _LAST.match(after) else 0
    word = re.match(r"[\s-]{0,2}(?!(?:k?m|cm|kg|km/h|eur|usd|euros?|m²|kw|mg|g|l)\b)\w[\w\u0900-\u0dff]*", after)
    others = len(re.findall(r"[^\W\d_]+", text))
    unknown = (
        (told is None or not (told.reads or told.code in ("en", "zh")))
        and others >= 2
        and 3 * scores(text)["en"] < others
    )
    return number.end() + word.end() if unknown and word and (value not in YEARS or value % 500 == 0) else 0


def _reading() -> list[str]:
    return [code for code, language in languages().items() if language.reads]
