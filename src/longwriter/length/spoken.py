"""The lengths that a request names in languages other than English and Chinese, by the table of `languages`.

An amount is found by its unit, and read backwards from there ("entre 500 y 1.000 |palabras"), so that the work for one is
bounded. What the words around it make of it follows the rules of `target`. Nothing here asks a model.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from longwriter.length.amounts import ASKED, ESTIMATED, OTHER, TOTAL, Amount, LengthReading, apart, at_ends
from longwriter.length.languages import Language, languages, scores
from longwriter.length.wording import Bound

NEAR = 80
"""Characters before an amount that may say something of it."""


class Patterns(NamedTuple):
    """One language's, compiled."""

    unit: re.Pattern[str]
    number: re.Pattern[str]
    bound: re.Pattern[str]
    bound_after: re.Pattern[str]
    into: re.Pattern[str]
    given: re.Pattern[str]
    told_after: re.Pattern[str]
    whole: re.Pattern[str]
    whole_after: re.Pattern[str]
    asked: re.Pattern[str]
    asked_after: re.Pattern[str]
    each: re.Pattern[str]
    each_after: re.Pattern[str]
    parts: re.Pattern[str]
    piece: re.Pattern[str]
    label: re.Pattern[str]


@cache
def patterns(code: str) -> Patterns:
    """Those of a language."""
    lang = languages()[code]
    p, words, n, right = lang.part, lang.words, lang.number, lang.right
    units = f"(?:{p('words')}|{p('characters')}|{p('pages')}){right}"
    blank = r"\s*" if not lang.left or lang.code in ("ar", "he") else r"\s+"
    joined = rf"\s*(?:[-–—~]|{words('to')})\s*"
    range_ = (
        rf"{words('between')}\s*(?P<a>{n})(?:\s*{units})?{blank}{lang.left}{p('and')}{blank}(?P<b>{n})"
        rf"|(?P<low>{n})(?:\s*{units})?(?:{joined}(?P<high>{n}))?"
    )
    empty = rf"(?:[\s:：,、]|{words('about')}|{words('fill')}|{lang.left}{p('of')}){{0,8}}"
    bounds = rf"(?P<most>{words('most')})|(?P<least>{words('least')})"
    nouns = rf"(?:{p('parts')}|{p('part')})"
    gap = r"[^.,，;；。!！?？\n]{0,40}"
    link = r"(?:\s*(?:개의?|つの|個の|个の))?"

    def made(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.I)

    return Patterns(
        unit=made(
            rf"(?<![^\W\d_]\w)(?:(?P<words>{p('words')})|(?P<characters>{p('characters')})|(?P<pages>{p('pages')})){right}"
        ),
        number=made(rf"(?:{range_})(?P<more>\s*\+|\s*[여余])?[\s-]*(?:{p('of')}\s*)?$"),
        bound=made(rf"(?:{bounds}){empty}$"),
        bound_after=made(
            rf"\s*[,，(（]?\s*(?:(?P<most>{p('most_after')})|(?P<least>{p('least_after')}|\+(?!\s?/?\s?-)))"
        ),
        into=made(rf"{lang.left}{p('into')}\s*(?:{words('about')}\s*)?$"),
        given=made(rf"(?:{lang.left}{p('given')}|{words('told')}{empty})$"),
        told_after=made(rf"\s*{lang.left}{p('told_after')}{right}"),
        whole=made(rf"{words('whole')}(?:{empty}|{gap}[:：=]\s*)(?:(?:{bounds}){empty})?$"),
        whole_after=made(rf"\s*[,，]?\s*{words('whole_after')}"),
        asked=made(
            rf"(?:{words('asked')}(?:\s+[^\W\d_]+){{0,3}}|{lang.left}{p('inside')})\s*(?:(?:{bounds}|{words('about')})\s*)*$"
        ),
        asked_after=made(rf"\s*{p('asked_after')}"),
        each=made(
            rf"(?:{words('each')}\s*(?P<noun>{nouns}{right})?{gap}|(?P<by>{nouns})\s*(?:に|を)?{p('by')}{gap}"
            rf"|(?P<of>{p('parts')}){right}\s+{p('parts_of')}\s*(?:(?:{bounds}|{words('about')})\s*)*)$"
        ),
        each_after=made(
            rf"\s*(?:{lang.left}{p('per')}\s*(?P<noun>{nouns}{right})|[,，(（]?\s*{lang.left}{p('each_after')}{right})"
        ),
        parts=made(rf"(?<![第제.])(?P<n>{n}){link}[\s-]*(?:{p('of')}\s*)?(?:[^\W\d_]+\s)?(?P<noun>{nouns}){right}"),
        piece=made(
            rf"(?:{lang.left}(?P<main>{p('body')})|{lang.left}{p('opening')}){right}\s*[:：(（,，—–-]?\s*"
            rf"(?:(?:{bounds})\s*)?{empty}[:：]?\s*$"
        ),
        label=made(
            rf"{words('label')}\s*(?:[:：=]|{words('fill')})\s*(?P<said>[^\n\d]{{0,20}}?)"
            rf"(?P<low>{n})(?:{joined}(?P<high>{n}))?(?=\s*(?:[.,;。、)）\n]\s|[。、)）\n]|[.;,]?\s*$|{p('least_after')}|{p('most_after')}))"
        ),
    )


def _chosen(text: str, told: Language | None) -> list[Language]:
    """Languages some unit or label of which stands in the text, the likeliest first; `told`: what it is known to be in."""
    known = scores(text)
    found = [lang for lang in languages().values() if lang.reads and patterns(lang.code).unit.search(text)]
    found += [
        lang
        for lang in languages().values()
        if lang.reads and lang not in found and patterns(lang.code).label.search(text)
    ]
    return sorted(found, key=lambda lang: (lang is not told, -known[lang.code]))


class _Count(NamedTuple):
    start: int
    number: int
    noun: str
    quote: str


class _Reader:
    """Reads one text in one language."""

    def __init__(self, text: str, lang: Language) -> None:
        self.text, self.lang, self.p = text, lang, patterns(lang.code)
        self.loose: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self._counts: list[_Count] | None = None

    def amounts(self) -> Iterator[Amount]:
        """Everything that says something of the whole."""
        for unit in at_ends(self.p.unit.finditer(self.text)):
            begin = max(0, unit.start() - NEAR)
            found = self.p.number.search(self.text[begin : unit.start()])
            if found:
                self.spans.append((begin + found.start(), unit.end()))
                if amount := self._amount(unit, found, begin):
                    yield amount
        for label in at_ends(self.p.label.finditer(self.text)):
            ends = self.lang.ends(label["low"], label["high"])
            if ends:
                after = self.text[label.end() : label.end() + NEAR]
                bound = self._bound(label["said"], after) if ends[0] == ends[1] else "about"
                quote = self.text[label.start() : label.end()].strip()
                yield Amount(round(ends[0]), round(ends[1]), bound, TOTAL, quote, label.start(), label.end())

    def _amount(self, unit: re.Match[str], found: re.Match[str], begin: int) -> Amount | None:
        start = begin + found.start()
        before, after = self.text[max(0, start - NEAR) : start], self.text[unit.end() : unit.end() + NEAR]
        ends = self.lang.ends(found["a"] or found["low"], found["b"] or found["high"])
        asked = self.p.into.search(before) or self.p.bound.search(before)
        asked = asked or self.p.asked_after.match(after) or self.p.bound_after.match(after)
        if ends is None or self.p.told_after.match(after) or (not asked and self.p.given.search(before)):
            return None
        kind = str(unit.lastgroup)
        factor = {"words": 1.0, "pages": self.lang.page, "characters": 1 / self.lang.letters}[kind]
        bound: Bound = "about"
        if ends[0] == ends[1]:
            bound = "least" if found["more"] else self._bound(before, after)
        rank, quote = self._rank(before, after) if kind == "words" else ESTIMATED, self.text[start : unit.end()].strip()
        each = self.p.each_after.match(after) or (self.p.each.search(before) if rank != TOTAL else None)
        if each:
            names = each.groupdict()
            noun = names.get("noun") or names.get("by") or names.get("of") or ""
            parts = self._parts(noun, start)
            if parts is None:
                self.loose.append(quote)
                return None
            factor, quote, rank = factor * parts.number, f"{parts.quote} … {quote}", max(rank, OTHER)
        heading = self.p.piece.search(self.text[max(0, start - 40) : start])
        piece: Literal["", "end", "main"] = "" if each or not heading else "main" if heading["main"] else "end"
        low, high = (round(end * factor) for end in ends)
        return Amount(low, high, bound, rank, quote, start, unit.end(), piece)

    def _bound(self, before: str, after: str) -> Bound:
        found = self.p.bound_after.match(after) or self.p.bound.search(before)
        return "about" if not found else "most" if found["most"] else "least"

    def _rank(self, before: str, after: str) -> int:
        if self.p.whole_after.match(after) or self.p.whole.search(before):
            return TOTAL
        return ASKED if self.p.asked.search(before) or self.p.asked_after.match(after) else OTHER

    def _parts(self, noun: str, at: int) -> _Count | None:
        """The number of parts meant by a length at `at`: the last of that kind before it, or else the first after it."""
        if self._counts is None:
            self._counts = []
            for match in self.p.parts.finditer(self.text):
                number = self.lang.value(match["n"])
                if number and 1 < number < 10_000 and number == int(number):
                    self._counts.append(_Count(match.start(), int(number), match["noun"].lower(), match[0].strip()))
        kind = [count for count in self._counts if not noun or self._stem(count.noun) == self._stem(noun)]
        before = bisect_right(kind, at, key=lambda count: count.start)
        return kind[before - 1] if before else kind[0] if kind else None

    def _stem(self, noun: str) -> str:
        """What singular and plural of a noun have in common."""
        if self.lang.code == "ar":
            return re.sub("[اويءةت]|^ال", "", noun)[:2]
        return noun.lower()[: 3 if self.lang.left else 1]


def spoken(text: str, told: Language | None) -> LengthReading:
    """What `text`, in its plain spelling (`numerals.half_width`), says of lengths in any of the languages of the table."""
    amounts, loose, spans = list[Amount](), list[str](), list[tuple[int, int]]()
    for lang in _chosen(text, told):
        reader = _Reader(text, lang)
        amounts += apart(list(reader.amounts()), spans, len(text))
        loose += reader.loose
        spans += reader.spans
    widest = sorted(amounts, key=lambda amount: (amount.start, -amount.end))
    kept = list[Amount]()
    for amount in widest:
        if not kept or amount.start >= kept[-1].end:
            kept.append(amount)
    return LengthReading(kept, loose, spans)
