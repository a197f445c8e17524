"""How long the text should be: reads the wanted length out of a request in English or Chinese.

1. Amounts ("5,000 words", "2-3万字", "a 20-page report") are found by one pattern per language.
2. The words around an amount say what it is: a bound ("at least"), a part's length ("each", "每章"), the length of a
   text that is quoted or given ("this 20-page report", "the last 500 words of"), or the whole ("in total", "共").
3. Of several totals the first kind present decides: a stated total ("in total", "word count", "总字数"); the amount in
   "write a N-word" or "in N words"; the largest of the other amounts and of parts times length; pages. Within a kind
   the largest decides.

Amounts below 20 or above 1,000,000 words are ignored. Nothing here asks a model.
"""

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from longwriter.types import Record

LEAST, MOST = 20, 1_000_000
WORDS_PER_PAGE = 500
"""An English page, single-spaced, 12 points."""
WORDS_PER_DOUBLE_SPACED_PAGE = 250
WORDS_PER_CHINESE_PAGE = 800
"""字 on an A4 page in 小四 at one and a half lines."""


class Target(Record):
    """Wanted length in words as `text.count_words` counts them."""

    aim: int
    low: int
    high: int | None
    """None: no upper bound was asked for."""
    source: Literal["option", "request", "plan"]
    quote: str
    """The words in the request it was read from."""


Bound = Literal["about", "least", "most"]


def target(low: int, high: int, bound: Bound, source: Literal["option", "request", "plan"], quote: str) -> Target:
    """The target of `low` to `high` words (equal unless a range was given).

    About n: aim n, 5 % either way. At least n: aim 1.05 n, no upper bound. At most n: aim 0.9 n, from 0.8 n to n.
    A range: aim its middle.
    """
    if bound == "least":
        return Target(aim=round(1.05 * low), low=low, high=None, source=source, quote=quote)
    if bound == "most":
        return Target(aim=round(0.9 * high), low=round(0.8 * high), high=high, source=source, quote=quote)
    if low < high:
        return Target(aim=round((low + high) / 2), low=low, high=high, source=source, quote=quote)
    return Target(aim=low, low=round(0.95 * low), high=round(1.05 * low), source=source, quote=quote)


_ONES = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * tens
    for tens, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ONES |= {"couple": 2, "dozen": 12}
_SCALES = {"hundred": 100, "thousand": 1000, "k": 1000, "million": 1_000_000}


def english_number(text: str) -> float | None:
    """The value of "3,000", "1.5k", "10 000", "two and a half thousand" or "half a million"; None if it is none."""
    plain = re.sub(r"(?<=\d)[,\u00a0\u202f ](?=\d{3})", "", text.lower())
    plain = re.sub(r"(?<=\d)\.(?=\d{3}(?!\d))(?!\d+\s*(?:k|thousand|million))", "", plain)
    total, current, seen = 0.0, 0.0, False
    for token in re.findall(r"\d+(?:\.\d+)?|[a-z]+", plain):
        seen = seen or token not in ("a", "an", "and", "of")
        if token[0].isdigit():
            current += float(token)
        elif token in _ONES:
            current += _ONES[token]
        elif token == "half":
            current += 0.5
        elif token == "hundred":
            current = (current or 1) * 100
        elif token in _SCALES:
            total, current = total + (current or 1) * _SCALES[token], 0.0
        elif token not in ("a", "an", "and", "of"):
            return None
    return total + current if seen else None


_NUMERALS = dict(zip("零〇一二三四五六七八九两", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2), strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}


def chinese_number(text: str) -> float | None:
    """The value of "三千五百", "1.5万", "1万5千", "一万五" (15,000) or "２０００"; None if it is none."""
    total, section, unit = 0.0, 0.0, 1.0
    current: float | None = None
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|\S", text.translate(_HALF_WIDTH).lower()):
        if token in _UNITS:
            unit = _UNITS[token]
            if unit < 10_000:
                section, current = section + (1 if current is None else current) * unit, None
            else:
                total, section, current = (total + section + (current or 0) or 1) * unit, 0.0, None
        elif token in _NUMERALS:
            unit = 1.0 if not _NUMERALS[token] else unit
            current = 10 * (current or 0) + _NUMERALS[token]
        elif token[0].isdigit():
            current = float(token.replace(",", ""))
        else:
            return None
    if unit > 10 and current is not None and current < 10:
        current *= unit / 10
    return total + section + (current or 0) if text.strip() else None


_HALF_WIDTH = {0xFF10 + digit: ord("0") + digit for digit in range(10)} | {
    ord("．"): ".",
    ord("～"): "~",
}
_WORD = rf"(?:{'|'.join(_ONES)}|hundred|thousand|million|half)\b"
_DIGITS = r"(?<!\d)(?<!\d[.,])\d{1,9}(?:,\d{3}){0,3}(?:[\u00a0\u202f]\d{3}|[ ]000\b){0,3}(?:\.\d{1,4})?"
_ENGLISH = (
    rf"(?:{_DIGITS}(?:\s?k(?![a-z])|[\s-](?:hundred|thousand|million)(?![a-z])){{0,2}}"
    rf"|\b(?:half\s+)?(?:an?\s+)?{_WORD}(?:(?:\s*-\s*|\s+(?:and\s+|of\s+)?(?:an?\s+)?){_WORD}){{0,8}})"
)
_NUMERAL = "[零〇一二两三四五六七八九十百千万亿]"

_CHINESE = (
    rf"(?:{_DIGITS}(?:\s?[kKwW万千百](?:\d千?|{_NUMERAL}{{0,8}}))?|(?<![几数第])(?<!{_NUMERAL}){_NUMERAL}{{1,16}})"
)
_TO_ENGLISH = (
    r"(?:[\s-]*(?:words?|pages?))?(?:\s*(?:-|–|—|~|to|or|(?P<and>and))\s*"
    r"|,?\s*(?:but|and)\s+(?:no\s+more\s+than|not\s+more\s+than|at\s+most|less\s+than|under|up\s+to)\s+)"
)
_TO_CHINESE = r"(?:个?字|页)?(?:\s*(?:-|–|—|——|~|到|至|或)\s*|[,，、]?(?:且|但|并)?(?:不超过|不多于|最多|至多))"
_AMOUNT = re.compile(
    rf"(?P<low>{_ENGLISH})(?:{_TO_ENGLISH}(?P<high>{_ENGLISH}))?(?P<more>\s*\+|\s+or\s+more|\s+plus)?"
    r"(?:\s*-\s*|\s*)(?:(?:english|chinese|total|written)\s+)?(?P<unit>words?|pages?|chinese\s+characters)(?![a-z0-9_])"
    rf"|(?P<zlow>{_CHINESE})(?:{_TO_CHINESE}(?P<zhigh>{_CHINESE}))?\s*(?P<zmore>\+|多|余|来)?\s*个?"
    r"(?P<zunit>(?:汉|中文|英文)?字|(?:英文)?单?词|页)(?!典|母|段|体|幕|语|汇|组|性)",
    re.I,
)
_COUNT_LABEL = re.compile(
    rf"(?<![a-z])(?P<label>word\s+(?:count|limit|target)|字数)(?P<gap>\s*(?:[a-z]+\s+){{0,4}}|[^\d\n。.]{{0,8}})"
    rf"[:：=]?\s*(?P<low>{_ENGLISH})(?:{_TO_ENGLISH}(?P<high>{_ENGLISH}))?(?![\d%.]|\s*(?:words|字|万|千|页))",
    re.I,
)
_BARE_LABEL = re.compile(  # "Words: 1200" with nothing after it: "length: 30 cm" is no length of a text
    rf"(?<![a-z])(?<!key )(?<!key-)(?P<label>words|length)(?P<gap>\s*[:：=]\s*)(?P<low>{_ENGLISH})"
    rf"(?:{_TO_ENGLISH}(?P<high>{_ENGLISH}))?(?=\s*(?:[.,;]?\s*$|[;\n。，；]|[.,]\s))",
    re.I,
)

_LEAST_BEFORE = re.compile(
    r"(?:at\s+least|no\s+less\s+than|not\s+less\s+than|no\s+fewer\s+than|no\s+shorter\s+than|min(?:imum)?\.?(?:\s+of)?"
    r"|(?<!no\s)(?<!not\s)(?:more|longer)\s+than|over|exceed(?:s|ing)?|above|upwards?\s+of|minimum[\s\w]{0,24}"
    r"|不[得要能可]?(?:少于|低于|小于|短于)|至少|最少|起码|(?<![不得要能可别])(?:超过|多于|大于|高于)|上)"
    r"(?:[\s:：]|about|approximately|around|a|an|the|total|length|word|count|of|is|为|有|在|要|写){0,12}$",
    re.I,
)
_MOST_BEFORE = re.compile(
    r"(?:at\s+most|(?:no|not)\s+(?:more|longer)\s+than|not\s+exceed(?:ing)?|under|below|up\s+to|within"
    r"|(?<!no\s)(?<!not\s)(?:less|fewer)\s+than|max(?:imum)?\.?(?:\s+of)?|maximum[\s\w]{0,24}|limit(?:ed)?(?:\s+to)?"
    r"|[不别勿][得要能可]?(?:超过|多于|大于|高于|超出)|最多|至多|(?<![不得要能可])(?:少于|低于|小于)|控制在|限制?在?)"
    r"(?:[\s:：]|about|approximately|around|a|an|the|total|length|word|count|of|is|为|有|在|到){0,12}$",
    re.I,
)
_LEAST_AFTER = re.compile(r"\s*(?:or\s+(?:more|longer|above)|min(?:imum)?\b|at\s+least|及?以上|起|\+)", re.I)
_MOST_AFTER = re.compile(r"\s*(?:or\s+(?:less|fewer|under)|max(?:imum)?\b|at\s+most|limit|及?以[内下]|之?内)", re.I)
_RANGE_LEFT = re.compile(r"(?:between|from|在|介于)[\s\w]{0,12}$", re.I)
_GIVEN = re.compile(
    r"(?:\b(?:this|that|these|those|attached|following|the\s+above|existing|given|original|worth|every)\s+(?:a\s+)?"
    r"|(?:\b(?:his|her|their)|(?<!\bit)(?<!that)(?<!let)['’]s)\s+(?:\w+\s+)?|(?:这|那)[份篇个部本段]?|[该前]|每隔?|附件"
    r"|上述|[以上下]面的?|最后|开头|原文)[\s的约是有]{0,3}$",
    re.I,
)
_PLACE = re.compile(r"\b(?:last|first|final|opening|previous)\s+$", re.I)
_PART_STEM = (
    "(?:chapter|section|part|paragraph|essay|article|scene|episode|act|lesson|module|letter|post|poem|volume|book|unit"
    "|page)"
)
_PARTS = rf"(?:{_PART_STEM}s|stories|entries)"
_PART = rf"(?:{_PART_STEM}|story|entry)"
_ZH_PART = r"(?:章节|章|节|部分|部|段落|段|篇|集|回|卷|话|幕|单元|小节|页)"
_EACH_BEFORE = re.compile(
    rf"(?:\b(?:each|every|per)\b(?:\s+of\s+the)?(?:\s+{_ENGLISH})?\s*(?P<noun>{_PARTS}|{_PART})?"
    rf"|每\s*一?\s*个?\s*(?P<zh>{_ZH_PART})?|各)[^.,，;。；！？!?\n]{{0,40}}"
    r"(?:[,，]\s*(?:about|around|approximately|at\s+least|大?约)\s*)?$",
    re.I,
)
_EACH_AFTER = re.compile(
    rf"\s*(?:long\s*)?[,，]?\s*(?:each|apiece|(?:(?:per|an?|every|for\s+each|in\s+each)\s+(?P<noun>{_PART})))\b"
    rf"|\s+(?:[\w-]+\s+)?(?P<plural>{_PARTS})\b|\s*(?:/|每)\s*(?P<zh>{_ZH_PART})",
    re.I,
)
_COUNT = re.compile(
    rf"(?P<n>{_ENGLISH})[\s-]+(?:(?!(?:words?|pages?|per|each|every|an?|to|in|of|and)\b)[\w-]{{1,30}}\s+){{0,2}}?"
    rf"(?P<noun>{_PARTS}|{_PART})\b|(?<!第)(?P<zn>{_CHINESE})\s*个?\s*(?P<zh>{_ZH_PART})",
    re.I,
)
_WHOLE_BEFORE = re.compile(
    r"(?:\btotal(?:l?ing)?(?:\s+(?:length|word\s+count))?(?:\s+(?:of|is|should\s+be|about|around|at\s+least))*\s*[:：]?"
    r"|word\s+(?:count|limit|target)\b[\s\w]{0,24}[:：]?|length\s*(?:of|is)?\s*[:：]?|altogether|overall"
    r"|(?:总[共计]?|一?共|全文|全书|合计|总字数|字数|篇幅)[^。；\n\d]{0,10})[\s:：]*$",
    re.I,
)
_WHOLE_AFTER = re.compile(r"\s*(?:in\s+total|total\b|altogether|overall|in\s+all\b)", re.I)
_ASKED_BEFORE = re.compile(
    r"(?:\b(?:write|compose|draft|create|produce|generate|make|give\s+me|need|want)\b(?:\s+me)?(?:\s+(?:an?|the|one))?"
    r"(?:\s+[\w-]+){0,3}|\b(?:in|into|to)(?:\s+(?:about|around|approximately|at\s+least|at\s+most|just|only|exactly))*"
    r"|写(?:一?[篇个部份本])?|用|以|成)[\s约]*$",
    re.I,
)


class _Amount(NamedTuple):
    low: int
    high: int
    bound: Bound
    rank: int
    """0 stated total, 1 asked for directly, 2 other, 3 pages."""
    quote: str


def _range(low: str, high: str | None, chinese: bool) -> tuple[float, float] | None:
    """Both ends; "2-3 thousand" gives the first the second's scale, and "两三千" is 2,000 to 3,000."""
    read = chinese_number if chinese else english_number
    pair = re.fullmatch(r"([一二两三四五六七八九])([一二两三四五六七八九])([十百千万]+)", low)
    if pair and not high:
        low, high = pair[1] + pair[3], pair[2] + pair[3]
    first, second = read(low), read(high or low)
    if first is None or second is None:
        return None
    scale = re.search(r"(?:k|thousand|million|hundred|[千万百wW])\s*$", high or "", re.I)
    if scale and first < second:
        factor = read("1" + scale[0].strip()) or 1
        if first < factor and first <= second / factor:
            first *= factor
    return first, second


def _bound(before: str, after: str, more: str | None) -> Bound:
    if more or _LEAST_AFTER.match(after):
        return "least"
    if _MOST_AFTER.match(after) or _MOST_BEFORE.search(before):
        return "most"
    return "least" if _LEAST_BEFORE.search(before) else "about"


class _Count(NamedTuple):
    start: int
    number: int
    noun: str
    quote: str


def _counts(text: str) -> list[_Count]:
    """Every number of parts, in order, such as "10 chapters"."""
    found = []
    for match in _COUNT.finditer(text):
        number = english_number(match["n"]) if match["n"] else chinese_number(match["zn"])
        if number and number < 10_000:
            found.append(_Count(match.start(), int(number), (match["noun"] or match["zh"]).lower(), match[0].strip()))
    return found


def _parts(counts: list[_Count], noun: str, at: int) -> _Count | None:
    """The number of parts meant by a length at `at`: the last of that kind before it, or else the first after it."""
    kind = [count for count in counts if not noun or count.noun[:4] == noun[:4]]
    kind = [count for count in kind if count.number > 1] or kind  # "写一篇", "每天一篇": a measure word, not a number
    before = bisect_right(kind, at, key=lambda count: count.start)
    return kind[before - 1] if before else kind[0] if kind else None


def _page(text: str, chinese: bool) -> int:
    if chinese:
        return WORDS_PER_CHINESE_PAGE
    double = re.search(r"double[\s-]spac", text, re.I)
    return WORDS_PER_DOUBLE_SPACED_PAGE if double else WORDS_PER_PAGE


def _amount(text: str, match: re.Match[str], counts: list[_Count]) -> _Amount | None:
    """What this amount says about the whole text; None if it says nothing."""
    before, after = text[max(0, match.start() - 80) : match.start()], text[match.end() : match.end() + 40]
    chinese = match["zunit"] is not None
    ends = _range(match["zlow"], match["zhigh"], True) if chinese else _range(match["low"], match["high"], False)
    joined_by_and = not chinese and match["and"] and not _RANGE_LEFT.search(before)
    unit = (match["zunit"] or match["unit"]).lower()
    if not ends or _GIVEN.search(before) or (unit == "words" and _PLACE.search(before)):
        return None
    low, high = (ends[1], ends[1]) if joined_by_and or ends[1] < ends[0] else ends
    pages = unit.startswith(("page", "页"))
    bound = _bound(before, after, match["zmore"] or match["more"]) if low == high else "about"
    rank = 3 if pages else 2
    if _WHOLE_AFTER.match(after) or _WHOLE_BEFORE.search(before):
        rank = 0 if not pages else 3
    elif not pages and _ASKED_BEFORE.search(before):
        rank = 1
    quote = match[0].strip()
    factor = _page(text, chinese) if pages else 1
    each = _EACH_AFTER.match(after)
    if each and each["plural"] and unit not in ("word", "page"):
        each = None
    if not each and rank:
        each = _EACH_BEFORE.search(before)
    if each:
        parts = _parts(counts, (each["noun"] or each["zh"] or "").lower(), match.start())
        if not parts:
            return None
        factor, quote, rank = factor * parts.number, f"{parts.quote} … {quote}", 2
    return _Amount(round(low * factor), round(high * factor), bound, rank, quote)


def _labelled(text: str, match: re.Match[str]) -> _Amount | None:
    """A number without a unit after "word count"."""
    ends = _range(match["low"], match["high"], False)
    if not ends:
        return None
    most = "limit" in match["label"].lower() or _MOST_BEFORE.search(match["gap"])
    least = _LEAST_BEFORE.search(text[max(0, match.start() - 20) : match.start()] + match["gap"])
    bound: Bound = "most" if most else "least" if least else "about"
    return _Amount(round(ends[0]), round(ends[1]), bound, 0, match[0].strip())


def amounts(instruction: str) -> list[_Amount]:
    """Every amount that says something about the whole text, in order."""
    text = instruction.translate(_HALF_WIDTH)
    counts = _counts(text)
    found = [_amount(text, match, counts) for match in _AMOUNT.finditer(text)]
    found += [_labelled(text, match) for label in (_COUNT_LABEL, _BARE_LABEL) for match in label.finditer(text)]
    return [amount for amount in found if amount and amount.low >= LEAST and amount.high <= MOST]


def read_target(instruction: str) -> Target | None:
    """The length the request asks for, by the rules above; None if it names none for the whole text."""
    found = amounts(instruction)
    if not found:
        return None
    if {amount.bound for amount in found} == {"least", "most"} and len(found) == 2:
        least, most = sorted(found, key=lambda amount: amount.bound)
        if least.low < most.high:
            return target(least.low, most.high, "about", "request", f"{least.quote} … {most.quote}")
    rank = min(amount.rank for amount in found)
    chosen = max((amount for amount in found if amount.rank == rank), key=lambda amount: amount.high)
    return target(chosen.low, chosen.high, chosen.bound, "request", chosen.quote)


def exact(words: int, source: Literal["option", "plan"]) -> Target:
    """The target of an option or of a plan's own sum: that many words, 5 % either way."""
    return target(words, words, "about", source, "")
