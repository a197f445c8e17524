"""A line -> the heading that it is, in the forms that books of many languages have.

Some lines are headings wherever they stand alone: a word for a division with a number ("CHAPTER IV. The Sea", 第三章), or
the name of a part of a book (Preface). Others are so only if the text bears them out: numbers and numbered titles that
count up (`counted`), and capitals where the layout sets them apart. `heading_of` tells what a line would be; who asks
looks at the lines around it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from longwriter.readers.numbering.numbers import HAN, HANGUL, Words, han, numbered, roman, spelled
from longwriter.readers.numbering.words import table, words_in
from longwriter.text import CJK_CHARACTER

Kind = Literal["chapter", "part", "named", "matter", "number", "item", "capitals"]
STRONG = frozenset(["chapter", "part", "named", "matter"])
"""Kinds that are headings by themselves."""
MOST_CHARACTERS, MOST_WORDS, MOST_CJK = 160, 24, 40
"""Of a line that may be a heading; the last are characters of Chinese and Japanese."""
SMALL_WORDS = 800
"""Most words of a text that is taken for a licence page and the like by its title or by what is written in it."""
LEAST_COUNTED = 3
"""Fewest numbers that count up, for any of them to be a heading."""

_ORNAMENTS, _DASHES = " \t\u00a0\u3000\ufeff*_#=~·•⁂†§|", "—–-"
_SEPARATOR = re.compile(r"\s*[.:：)\]）】」』》、·|/–—-]+\s*")
_COMMA = re.compile(r"[,،]\s+")
_END = re.compile(r"[.!?…。！？؟।]")
_QUOTES = "\"'“”‘„«»-—–"
_OPENERS = "\"'“‘«„「『《(（¿¡"
_PREFIX = re.compile(r"(?:正文|最新章节|VIP章[节節]|VIP卷)[\s:：]+")
_OPEN, _CLOSE = "[【〔「『《<〈\\[(（]?", "(?:\\s*[】〕」』》>〉\\])）])?"
_SAID = "的|是|了|里|裡|讲|講|说|說|写|寫|也|就|才|之[后後前]|以[后後前]|开始|開始|结束|結束|已经|已經|电影|電影"
_CJK = re.compile(
    rf"{_OPEN}\s*第\s*(?P<n>{HAN})\s*(?:(?P<chapter>[章回节節话話折出讲講课課场場夜]|章节)|"
    rf"(?P<part>部分|单元|單元|[卷巻部册冊季集幕篇編编])){_CLOSE}(?P<rest>.*)"
    rf"|{_OPEN}\s*(?P<vol>[卷巻])(?:[之のノ])?(?P<vn>{HAN}){_CLOSE}(?P<vrest>.*)"
    rf"|{_OPEN}\s*(?:[其之]|その|ソノ)(?P<sn>{HAN}){_CLOSE}(?P<srest>.*)"
    rf"|{_OPEN}\s*(?P<bn>{HAN})\s*[章話话回节節]{_CLOSE}(?P<brest>.*)"
)
_INNER = re.compile(rf"(?:(?<=[\s:：])|^)第\s*{HAN}\s*[章回节節話话]")
_KOREAN = re.compile(
    rf"{_OPEN}\s*(?:제\s*(?P<n>{HANGUL}|{HAN})\s*|(?P<bn>\d{{1,4}})\s?)(?:(?P<chapter>[장화회절막강])|(?P<part>부|권|편)){_CLOSE}"
    r"(?P<rest>(?:[\s.:：,·–—-].*)?)"
)
_NUMBERS = r"\d{1,3}|[IVXLC]{1,8}|[一二三四五六七八九十百〇零]{1,5}"
_BARE = re.compile(rf"(?:[(（\[【]\s*)?(?P<n>{_NUMBERS})\s*(?:[)）\]】]|[.．、])?")
_ITEM = re.compile(
    rf"(?:[(（](?P<b>{_NUMBERS})[)）]|(?P<n>{_NUMBERS})(?:\s*[.．、)]|\s*[:：–—]|\s+-(?=\s)|(?=[\s\u3000])))\s*(?P<rest>\S.*)"
)
_ADDED = re.compile(r"\s+(?P<n>\d{1,3}|[IVXLC]{1,8}|[A-ZА-Я])(?!\w)")
_CJK_NAMED = re.compile(rf"(?P<name>\D+?)之?(?P<n>{HAN})(?=[\s:：、.]|$)")


@dataclass(frozen=True)
class FoundHeading:
    """What a line is."""

    title: str
    """All of it, without ornaments around it and doubled blanks."""
    kind: Kind
    """A numbered chapter or part, a named part of a book, contents and the like (`matter`), a bare number, a numbered
    title (`item`), or a line in capitals."""
    number: int | None = None
    """None where there is none, or it is "the last"."""
    rest: str = ""
    """The chapter's own title after its number, as it stands in the line; "" where none does."""
    at: int = 0
    """Index of `rest` in the line; the end of the heading where there is none."""


def heading_of(line: str) -> FoundHeading | None:
    """What heading a line is that stands alone; None for prose. Time is bounded: long lines are none."""
    if not len(line.rstrip()) > 0 or len(line.strip()) > MOST_CHARACTERS or "\n" in line.strip():
        return None
    dashed = line.rstrip().endswith(tuple(_DASHES))  # a dash before the line alone begins what somebody says
    start = len(line) - len(line.lstrip(_ORNAMENTS + _DASHES * dashed))
    core = line[start:].rstrip(_ORNAMENTS + _DASHES + "\r\n\f")
    prefix = _PREFIX.match(core)
    start, core = (start + prefix.end(), core[prefix.end() :]) if prefix else (start, core)
    words = words_in(core)
    if not core or core[0] in _QUOTES or len(words) > MOST_WORDS or len(CJK_CHARACTER.findall(core)) > MOST_CJK:
        return None
    found = _cjk(core) or _divided(core, words) or _named(core, words) or _counted(core, words) or _capitals(core)
    if found is None:
        return None
    kind, number, at = found
    rest = core[at:]
    inner = heading_of(rest) if kind == "part" and rest else None
    if inner is not None and inner.kind == "chapter":  # BOOK I. CHAPTER II. The Storm
        kind, number, at, rest = "chapter", inner.number, at + inner.at, inner.rest
    return FoundHeading(" ".join(core.split()), kind, number, rest, start + at)


def dropped(heading: str, words: int = 0) -> str:
    """Why what stands under such a heading is no text to keep (contents, notes, index...); "" otherwise.

    `words`: of what stands there; a licence page is short.
    """
    if len(heading) > MOST_CHARACTERS or heading.rstrip().endswith(("!", "?", ",", ";", '"', "”")):
        return ""
    said = " ".join(word for word, _, _ in words_in(heading))
    reason = table().matter.get(said, "") or next((r for p, r in _MORE_MATTER if p.fullmatch(said)), "")
    return "" if reason == "licence page" and words >= SMALL_WORDS else reason


def closes(line: str) -> bool:
    """Whether a line is "THE END", FINIS, （完） and the like."""
    if len(line) > 80:
        return False
    words = " ".join(word for word, _, _ in words_in(line))
    return words in table().ends or words.startswith("end of ")


_MORE_MATTER = (
    (re.compile(r"transcriber'?s'? notes?(?: .{1,60})?|(?:foot|end)?notes? to .{1,40}"), "notes"),
    (re.compile(r"(?:other )?(?:books|works|novels) by .{1,60}"), "advertisement"),
)


def counted(numbers: Sequence[int | None]) -> list[int]:
    """Which of the numbers of weak headings, in their order in the text, count up from one, begun anew or not.

    None of them where they are fewer than `LEAST_COUNTED`.
    """
    out, last = [], 0
    for i, number in enumerate(numbers):
        if number == 1 or (number is not None and number == last + 1 and last):
            out.append(i)
            last = number
    return out if len(out) >= LEAST_COUNTED else []


_Found = tuple[Kind, int | None, int]
"""Kind, number, and where the rest begins."""


def _cjk(core: str) -> _Found | None:
    """Chinese, Japanese and Korean: the number stands before the word for the division."""
    if match := _KOREAN.fullmatch(core):
        rest, at = match["rest"], match.start("rest")
        value = han(match["n"] or match["bn"])
        if value is None or rest.rstrip(" \"'”’」』").endswith((".", "다", "요")):
            return None
        return ("chapter" if match["chapter"] else "part"), value, _after(rest, at)
    match = _CJK.fullmatch(core)
    if match is None:
        return None
    group = next(g for g in ("n", "vn", "sn", "bn") if match[g])
    rest_group = {"n": "rest", "vn": "vrest", "sn": "srest", "bn": "brest"}[group]
    rest, at, value = match[rest_group], match.start(rest_group), han(match[group])
    apart = (
        not rest.strip() or rest[0] in " \t\u3000\u00a0:：、.．·—–-「『《【（(" or core[at - 1] in "】〕」』》>〉])）"
    )
    after = _after(rest, at)
    if (match["part"] or match["vol"]) and (inner := _INNER.search(rest)):  # 第一卷 风起 第三章 云涌
        found = _cjk(rest[inner.start() :])
        return found and (found[0], found[1], at + inner.start() + found[2])
    attached = bool(match["chapter"]) and len(rest) <= 30 and not re.match(rf"{_SAID}|[,，。;；]", rest)
    if value is None or not (apart or attached):
        return None
    if rest.rstrip(" \u3000”」』").endswith(("。", "，", "；", ",")) or (not apart and re.search("[。！？]", rest)):
        return None
    return ("part" if match["part"] or match["vol"] else "chapter"), value, after


def _after(rest: str, at: int) -> int:
    """Index of what stands after the separator, if there is any."""
    match = re.match(r"[\s.:：、．·–—-]*", rest)
    return at + (match.end() if match else 0)


def _divided(core: str, words: Words) -> _Found | None:
    """A word for a division and its number, in either order."""
    known = table()
    for code in known.divisions.get(words[0][0], ()) if words else ():
        language, at = known.languages[code], 1
        while at < len(words) and words[at][0] in language.between and at < 3:
            at += 1
        gap = core[words[0][2] : words[at][1]] if at < len(words) else ""
        number = numbered(core, words[at:], language) if len(gap) <= 12 and "," not in gap else None
        if number is not None and (end := _rest(core, words, at + number.words - 1, language.of)) is not None:
            return language.divisions[words[0][0]], number.value, end
    skip = 1 if words and words[0][0] in ("the", "la", "el", "le", "o", "a", "das", "der", "die") else 0
    return _number_first(core, words, skip)


def _number_first(core: str, words: Words, skip: int) -> _Found | None:
    """Erstes Kapitel, Primera parte, 1. Bölüm, 12 глава."""
    known, own = table(), words[skip:]
    if len(own) < 2:
        return None
    for taken in range(1, min(4, len(own))):
        for code in known.divisions.get(own[taken][0], ()):
            language = known.languages[code]
            number = spelled(core, own, language.numbers, language.joins)
            if number is not None and own[taken - 1][0] not in language.ordinals:
                number = None
            if number is None and taken <= 2 and not skip:
                number = numbered(core, own, language)
                gap = core[own[taken - 1][2] : own[taken][1]]
                digits = own[0][0][:1].isdigit() or roman(core[own[0][1] : own[0][2]]) is not None
                suffixed = not own[0][0].isdigit() and own[0][0][:1].isdigit()
                if not digits or not (suffixed or (language.first and not gap.strip(" .º°ª"))):
                    number = None
            if number is not None and number.words == taken:
                end = _rest(core, own, taken, language.of)
                apart = end is not None and (core.isupper() or not core[own[taken][2] : end].isspace())
                if end is not None and apart:
                    return language.divisions[own[taken][0]], number.value, end
    return None


def _rest(core: str, words: Words, last: int, of: frozenset[str]) -> int | None:
    """Index of the title after word `last`, the end of the line if there is none; None where the line goes on as prose."""
    end = words[last][2]
    tail = core[end:]
    if not tail.strip(" \t.:：,)]）】"):
        return len(core)
    if separator := _SEPARATOR.match(tail):
        return end + separator.end()
    if comma := _COMMA.match(tail):  # Part One, Chapter Two
        inner = heading_of(tail[comma.end() :])
        return end + comma.end() if inner is not None and inner.kind == "chapter" else None
    at = end + len(tail) - len(tail.lstrip())
    first = core[at:].lstrip(_OPENERS)[:1]
    if not tail[0].isspace() or not first.isalnum() or first.islower():
        return None
    if first.isupper() or first.isdigit():
        return at
    after = [word for word, start, _ in words if start >= at]
    prose = len(after) > 6 or _END.search(core[at:]) is not None or (bool(after) and after[0] in of)
    return None if prose else at


def _named(core: str, words: Words) -> _Found | None:
    """The name of a part of a book, with a number or a title after it or not."""
    if dropped(core):
        return "matter", None, len(core)
    known = table()
    if known.also.fullmatch(core.rstrip(" .:")):
        return "named", None, len(core)
    cjk = _CJK_NAMED.match(core)
    for taken in range(min(5, len(words)), 0, -1):
        name, end, number = " ".join(word for word, _, _ in words[:taken]), words[taken - 1][2], None
        if cjk and taken == 1 and cjk["name"] in known.named:
            name, end, number = cjk["name"], cjk.end(), han(cjk["n"])
        elif name in known.named and (added := _ADDED.match(core, end)):
            end, number = added.end(), _value(added["n"])
        if name not in known.named:
            continue
        tail = core[end:]
        if not tail.strip(" .:：)]）】」』"):
            return "named", number, len(core)
        return _titled(core, end, number)
    return None


def _titled(core: str, end: int, number: int | None) -> _Found | None:
    """A named part whose title goes on at `end`: "Epilogue: Ten Years Later", "Preface to the Second Edition"."""
    tail = core[end:]
    separator = re.match(r"\s*[:：.]\s*|\s+[–—-]+\s+|\s*—\s*|[\s\u3000]+(?=[^\x00-\u2fff])", tail)
    at = end + (separator.end() if separator else len(tail) - len(tail.lstrip()))
    title = core[at:]
    long_words = re.findall(r"[^\W\d_]{4,}", title)
    if not title or (title.endswith((".", "。", ",", "，", ";")) and not title.isupper()) or _END.search(title[:-1]):
        return None
    if separator is not None:
        return None if title[0].islower() or len(long_words) > 12 else ("named", number, at)
    joined = at > end and re.match(r"(?:to|by|of|de|von|zu[rm]?|à|al|к)\s", title)
    capitals = bool(long_words) and not any(w[0].islower() for w in long_words)
    return ("named", number, at) if joined and capitals else None


def _counted(core: str, words: Words) -> _Found | None:
    """A bare number, or a title after one."""
    if match := _BARE.fullmatch(core):
        return ("number", _value(match["n"]), len(core)) if _value(match["n"]) is not None else None
    if words and len(words) <= 3 and not core[0].islower():
        for code in table().numbers.get(words[0][0], ()):
            language = table().languages[code]
            number = spelled(core, words, language.numbers, language.joins)
            if number is not None and number.words == len(words) and number.value:
                return "number", number.value, len(core)
    match = _ITEM.fullmatch(core)
    value = _value(match["n"] or match["b"]) if match else None
    if (
        match is None
        or value is None
        or match["rest"].rstrip("\"'”’」』)").endswith((".", "。", ",", "，", ";", ":", "：", "；"))
    ):
        return None
    title = match["rest"].lstrip(_OPENERS)
    blank = core[match.start("rest") - 1].isspace() and not re.search(r"[.．、):：–—-]", core[: match.start("rest")])
    wide = CJK_CHARACTER.match(title) is not None
    if not title or not title[0].isalpha() or title[0].islower() or (blank and not wide):
        return None
    return "item", value, match.start("rest")


def _value(number: str) -> int | None:
    if number.isdigit():
        return int(number)
    return roman(number) if number.isascii() else han(number)


def _capitals(core: str) -> _Found | None:
    letters = [c for c in core if c.isalpha()]
    return ("capitals", None, 0) if core.isupper() and len(letters) > 1 else None
