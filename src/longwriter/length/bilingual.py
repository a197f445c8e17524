"""The lengths that a request names in English and Chinese.

1. Amounts ("5,000 words", "2-3万字", "a 20-page report") are found by one pattern per language.
2. The words around an amount (`wording`) say what it is: a bound ("at least", "don't exceed"), a part's length ("each",
   "每章"), the length of a text that is given or told of ("this 20-page report", "I wrote 500 words"), or the whole
   ("in total", "共").

Both scripts of Chinese are read alike: `numerals.half_width` has made them one. Nothing here asks a model.
"""

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

from longwriter.length.amounts import ASKED, ESTIMATED, OTHER, TOTAL, WORDS_PER_PAGE, Amount, LengthReading, at_ends
from longwriter.length.numerals import CHINESE, ENGLISH, NUMERAL, chinese_number, english_number
from longwriter.length.wording import Bound, bound_of, is_given

WORDS_PER_DOUBLE_SPACED_PAGE = 250
WORDS_PER_CHINESE_PAGE = 800
"""字 on an A4 page in 小四 at one and a half lines."""
SIGNS_A_WORD = 6
"""Characters of an English word, the blank after it included."""
LEAST_SIGNS = 100
"""Fewer characters are the people of a story."""
_PEOPLE = re.compile(
    r"\b(?:with|cast\s+of|has|have|having|featuring|includes?|main|describe|the|these|those)\s+$", re.I
)
_HAN_ASKED = re.compile(r"\b(?:chinese|japanese|mandarin|cantonese)\b", re.I)
_TO_ENGLISH = (
    r"(?:[\s-]*(?:words?|pages?)|-(?=\s+(?:to|or)\s))?(?:\s*(?:-|–|—|~|to|or|(?P<and>and))\s*"
    r"|,?\s*(?:but|and)\s+(?:no\s+more\s+than|not\s+more\s+than|at\s+most|less\s+than|under|up\s+to)\s+)"
)
_TO_CHINESE = r"(?:个?字|页)?(?:\s*(?:-|–|—|——|~|到|至|或)\s*|[,，、]?(?:且|但|并)?(?:不超过|不多于|最多|至多))"
_PLUS_MINUS = r"(?:±|\+\s?/?\s?-|plus\s+or\s+minus|give\s+or\s+take|(?:上下)?浮动|误差(?:不超过|在)?|正负)"
_WITHIN = rf"\s*{_PLUS_MINUS}\s*\d[\d,.]{{0,9}}\s*%?"
_TOLERANCE = re.compile(
    rf"[\s,，(（]*{_PLUS_MINUS}\s*(?P<by>\d[\d,]{{0,8}}(?:\.\d)?)\s*(?P<percent>%|per\s?cent)?", re.I
)
_AMOUNT = re.compile(
    rf"(?P<low>{ENGLISH})(?:{_TO_ENGLISH}(?P<high>{ENGLISH}))?(?P<within>{_WITHIN})?"
    r"(?P<more>\s*\+|\s+or\s+more|\s+plus)?"
    r"(?:\s*-\s*|\s*)(?:(?:english|chinese|total|written)\s+)?(?P<unit>words?|pages?|chinese\s+characters|(?:characters|chars)(?!\s+(?:from|who|that|and|in\s+the|called|named)))(?![a-z0-9_])"
    rf"|(?P<zlow>{CHINESE})(?:{_TO_CHINESE}(?P<zhigh>{CHINESE}))?(?P<zwithin>{_WITHIN})?\s*(?P<zmore>\+|多|余|来)?\s*个?"
    r"(?P<zunit>(?:汉|中文|英文)?字|(?:英文)?单?词|页)(?!典|母|段|体|幕|语|汇|组|性)",
    re.I,
)
_COUNT_LABEL = re.compile(  # an atomic group: "1,500 words" and "800到1000字" are no numbers without a unit, nor is "1,50"
    r"(?<![a-z])(?P<label>word\s+(?:count|limit|target))(?P<gap>\s*(?:[a-z]+\s+){0,4}(?:[a-z]+(?=[:：=]))?[:：=]?\s*"
    r"(?:(?:about|around|approximately|between|from|at\s+least|at\s+most|min(?:imum)?|max(?:imum)?|under|up\s+to"
    r"|(?:no|not)\s+(?:more|less|fewer)\s+than)\s+)?)"
    rf"(?>(?P<low>{ENGLISH})(?:{_TO_ENGLISH}(?P<high>{ENGLISH}))?)(?!\d|\.\d|\s*(?:%|words?\b|pages?\b|字|万|千|页))",
    re.I,
)
_CHINESE_LABEL = re.compile(  # one numeral may be a word's part: "字数十分重要", "字数一般", "字数千万别超过"
    rf"(?P<label>字数|篇幅)(?P<gap>\s*(?:[a-z]+\s+){{1,4}}|[^\d\n。.]{{0,8}}?)(?>(?P<low>(?=\d|{NUMERAL}{{2}}(?![别不]))(?:{CHINESE}))"
    rf"(?:(?:{_TO_CHINESE}|\s*to\s*)(?P<high>{CHINESE}))?)(?!\d|\.\d|\s*(?:%|words|个?汉?字|单?词|万|千|页|年))",
    re.I,
)
_BARE_LABEL = re.compile(  # "Words: 1200" with nothing after it: "length: 30 cm" is no length of a text
    rf"(?<![a-z])(?<!key )(?<!key-)(?P<label>words|length)(?P<gap>\s*[:：=]\s*)(?P<low>{ENGLISH})"
    rf"(?:{_TO_ENGLISH}(?P<high>{ENGLISH}))?(?=\s*(?:[.,;]?\s*$|[;\n。，；]|[.,]\s))",
    re.I,
)
_RANGE_LEFT = re.compile(r"(?:between|from|在|介于)[\s\w]{0,12}$", re.I)
_BETWEEN = re.compile(r"\bbetween\s+(?:about\s+|around\s+)?$", re.I)
_PART_STEM = (
    "(?:chapter|section|part|paragraph|essay|article|scene|episode|act|lesson|module|letter|post|poem|volume|book|unit"
    "|page)"
)
_PARTS = rf"(?:{_PART_STEM}s|stories|entries)"
_PART = rf"(?:{_PART_STEM}|story|entry)"
_ZH_PART = r"(?:章节|章|节|部分|部|段落|段|篇|集|回|卷|话|幕|单元|小节|页)"
_LOOSE = (
    r"(?:about|around|approximately|roughly|some|at\s+(?:least|most)|up\s+to|(?:no|not)\s+(?:more|less|fewer)\s+than"
    r"|over|under|between|an?)"
)
_EACH_BEFORE = re.compile(
    rf"(?:\b(?:each|every|per)\b(?:\s+of\s+the)?(?:\s+{ENGLISH})?\s*(?P<noun>{_PARTS}|{_PART})?"
    rf"|(?:[每毎]\s*一?\s*个?|各|(?<![^,，;；])一(?=[章回话])|(?<!简)单\s*一?个?(?={_ZH_PART}))\s*(?P<zh>{_ZH_PART})?|章均"
    r")[^.,，;。；！？!?\n]{0,40}(?:[,，]\s*(?:about|around|approximately|at\s+least|大?约)\s*)?$"
    rf"|\b(?P<of>{_PARTS})\s+(?:of|at|averaging)\s+(?:{_LOOSE}\s+)*$|(?P<times>{_PARTS}|{_ZH_PART})\s*[x×*]\s*$",
    re.I,
)
_EACH_AFTER = re.compile(
    rf"\s*(?:long\s*)?[,，]?\s*(?:each|apiece|(?:(?:per|an?|every|for\s+each|in\s+each)\s+(?P<noun>{_PART})))\b"
    rf"|\s+(?:[\w-]+\s+)?(?P<plural>{_PARTS})\b|\s*(?:/|每|一)\s*(?P<zh>{_ZH_PART})",
    re.I,
)
_LABEL_EACH = re.compile(
    rf"\b(?:each|every|per)\s+(?P<noun>{_PART})\b[^.,;\n]{{0,24}}$"
    rf"|(?:每\s*一?\s*个?|(?<!简)单\s*一?个?|各)\s*(?P<zh>{_ZH_PART})的?(?:[^总全，。；\n]{{0,12}})$|章均(?:字数|篇幅)[^，。\n]{{0,8}}$",
    re.I,
)
"""That a labelled number is of each part."""
_COUNT = re.compile(
    rf"(?P<n>{ENGLISH})[\s-]+(?:(?!(?:words?|pages?|per|each|every|an?|to|in|of|and)\b)[\w-]{{1,30}}\s+){{0,2}}?"
    rf"(?P<noun>{_PARTS}|{_PART})\b|(?<!第)(?P<zn>{CHINESE})\s*个?\s*(?P<zh>{_ZH_PART})",
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
_BEFORE_NUMBER = (
    r"(?:of|is|about|around|approximately|roughly|at\s+least|up\s+to|~|大?约|写|为|占|至少|不少于|不超过|\s)*$"
)
_PIECE = re.compile(
    rf"(?:\b(?:introduction|intro|opening|conclusion|ending|closing|abstract|summary|background"
    rf"|(?P<main>(?:main\s+)?body|main\s+(?:part|section)|{_PART_STEM}\s+(?:\d{{1,2}}|[ivx]{{1,4}}|one|two|three|four|five)))"
    rf"(?:\s+(?:part|section|paragraph))?|引言|绪[言论]|导[言语论]|前言|开头|结尾|结论|结语|摘要"
    rf"|(?P<zh>正文|主体|中间|第(?:\d|{NUMERAL}){{1,3}}{_ZH_PART}))(?:部分|段落?)?\s*[:：(（,，—–-]?\s*{_BEFORE_NUMBER}",
    re.I,
)


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


def _split(low: str) -> tuple[float, float] | None:
    """Both ends of number words that an "and" joins: "five hundred and a thousand" after "between"."""
    for joint in reversed(list(re.finditer(r"\s+and\s+", low, re.I))):
        ends = _range(low[: joint.start()], low[joint.end() :], False)
        if ends and ends[0] < ends[1]:
            return ends
    return None


def _tolerated(ends: tuple[float, float], said: str) -> tuple[float, float]:
    """The ends that `said`, which begins with "± 100" or "+/- 10%", makes of one number."""
    found = _TOLERANCE.match(said)
    if not found or ends[0] != ends[1]:
        return ends
    by = float(found["by"].replace(",", "")) * (ends[0] / 100 if found["percent"] else 1)
    return (ends[0] - by, ends[0] + by) if by < ends[0] else ends


def _ends(match: re.Match[str], before: str, after: str) -> tuple[float, float] | None:
    """Both ends of an amount."""
    if match["zunit"] is not None:
        ends, within = _range(match["zlow"], match["zhigh"], True), match["zwithin"]
    else:
        ends, within = _range(match["low"], match["high"], False), match["within"]
        if not match["high"] and _BETWEEN.search(before):
            ends = _split(match["low"]) or ends
        if ends and match["and"] and not _RANGE_LEFT.search(before):
            ends = (ends[1], ends[1])
    if ends and ends[1] < ends[0]:
        ends = (ends[1], ends[1])
    return _tolerated(ends, within or after) if ends else None


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
    kind = [
        count
        for count in counts
        if not noun or count.noun[:4] == noun[:4] or (not noun.isascii() and count.noun[0] == noun[0])
    ]
    kind = [count for count in kind if count.number > 1] or kind  # "写一篇", "每天一篇": a measure word, not a number
    before = bisect_right(kind, at, key=lambda count: count.start)
    return kind[before - 1] if before else kind[0] if kind else None


def _page(text: str, chinese: bool) -> int:
    if chinese:
        return WORDS_PER_CHINESE_PAGE
    double = re.search(r"double[\s-]spac", text, re.I)
    return WORDS_PER_DOUBLE_SPACED_PAGE if double else WORDS_PER_PAGE


class _Reader:
    """Reads one text."""

    def __init__(self, text: str) -> None:
        self.text, self.counts = text, _counts(text)
        self.loose: list[str] = []

    def times(self, each: re.Match[str] | None, at: int, quote: str) -> _Count | None:
        """The parts that a length at `at` is of each; without their number the length is a loose one."""
        names = each.groupdict() if each else {}
        noun = next((names[name] for name in ("noun", "zh", "of", "times") if names.get(name)), "")
        parts = _parts(self.counts, noun.lower(), at)
        if not parts:
            self.loose.append(quote)
        return parts

    def amount(self, match: re.Match[str]) -> Amount | None:
        """What this amount says about the whole text; None if it says nothing."""
        text = self.text
        before, after = text[max(0, match.start() - 80) : match.start()], text[match.end() : match.end() + 40]
        chinese, unit = match["zunit"] is not None, (match["zunit"] or match["unit"]).lower()
        ends = _ends(match, before, after)
        if not ends or is_given(before, match[0], after):
            return None
        low, high = ends
        pages, signs = unit.startswith(("page", "页")), unit.startswith("char")
        if signs and (low < LEAST_SIGNS or _PEOPLE.search(before)):
            return None
        more = bool(match["zmore"] or match["more"])
        bound: Bound = bound_of(before, after, more) if low == high else "about"
        rank = ESTIMATED if pages or signs else OTHER
        if rank == OTHER and (_WHOLE_AFTER.match(after) or _WHOLE_BEFORE.search(before)):
            rank = TOTAL
        elif rank == OTHER and _ASKED_BEFORE.search(before):
            rank = ASKED
        quote, factor = match[0].strip(), float(_page(text, chinese)) if pages else 1.0
        if signs and not _HAN_ASKED.search(text):
            factor = 1 / SIGNS_A_WORD
        each = _EACH_AFTER.match(after)
        if each and each["plural"] and unit not in ("word", "page"):
            each = None
        each = each or _LABEL_EACH.search(before)
        each = each or (None if rank == TOTAL else _EACH_BEFORE.search(before))
        if each:
            parts = self.times(each, match.start(), quote)
            if not parts:
                return None
            factor, quote, rank = factor * parts.number, f"{parts.quote} … {quote}", OTHER
        heading = _PIECE.search(text[max(0, match.start() - 40) : match.start()])
        piece: Literal["", "end", "main"] = "" if not heading else "main" if heading["main"] or heading["zh"] else "end"
        return Amount(round(low * factor), round(high * factor), bound, rank, quote, *match.span(), piece)

    def labelled(self, match: re.Match[str]) -> Amount | None:
        """A number without a unit after "word count" or "字数"."""
        text = self.text
        ends = _range(match["low"], match["high"], match.re is _CHINESE_LABEL)
        if not ends:
            return None
        before, after = text[max(0, match.start() - 30) : match.start("low")], text[match.end() : match.end() + 40]
        low, high = _tolerated(ends, after)
        bound: Bound = bound_of(before, after, False) if low == high else "about"
        if bound == "about" and low == high and "limit" in match["label"].lower():
            bound = "most"
        quote, rank, factor = match[0].strip(), TOTAL, 1
        each = _LABEL_EACH.search(text[max(0, match.start() - 30) : match.end("gap")]) or _EACH_AFTER.match(after)
        if each:
            parts = self.times(each, match.start(), quote)
            if not parts:
                return None
            factor, quote, rank = parts.number, f"{parts.quote} … {quote}", OTHER
        return Amount(round(low * factor), round(high * factor), bound, rank, quote, *match.span())


def bilingual(text: str) -> LengthReading:
    """What `text`, in its plain spelling (`numerals.half_width`), says of lengths in English and Chinese."""
    reader = _Reader(text)
    matches = list(_AMOUNT.finditer(text))
    found = [amount for match in at_ends(matches) if (amount := reader.amount(match))]
    for label in (_COUNT_LABEL, _CHINESE_LABEL, _BARE_LABEL):
        found += [amount for match in at_ends(label.finditer(text)) if (amount := reader.labelled(match))]
    return LengthReading(found, reader.loose, [match.span() for match in matches])
