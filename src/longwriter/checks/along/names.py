"""Names and numbers of a text, by rules: whether those that come up stood earlier, and whether they agree.

Names, where words have capitals: a capitalised word that stands at least once after a small gap inside a sentence and is
lowercase in at most a fifth of its places; function words, titles, days and months are none. Not for German, which writes
nouns so.

Names in Chinese, from the beginning of a clause: a surname (`SURNAMES`) with one or two characters before a verb of
saying or doing, and the parts of a dotted name; then every place where those characters stand. Names that are never so
used are missed, and characters that only look like a name are found now and then.

The ledger (`checks/ledger/people.py`) shares `NO_NAMES`, `SURNAME` and `CHINESE_NAME`, but reads section by section and takes a
name that stands at the beginning of its only sentence; these measures look at whole texts, and leave such names out.

Numbers: a number and the plural noun right after it ("12 rooms"), in Chinese a number, a classifier and two characters.
A mention conflicts when the noun's first number was another. Measures of time, distance, weight and money are left out,
but nothing tells whether the rooms are the same rooms: honest novels have about 0.1 in 1,000 words, nearly all of them no
contradiction. Compare the rate, do not read it.
"""

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from longwriter.checks.along.language import LATIN, Tongues
from longwriter.checks.along.reading import Hashes, Ints, Mask, TextReading, among, hashes_of
from longwriter.checks.repetition.overlap import FUNCTION_WORDS

NO_NAMES = """mr mrs ms miss mister dr doctor sir lady lord madam saint captain colonel god monday tuesday wednesday thursday
    friday saturday sunday january february march april june july august september october november december chapter part
    english french german american latin christmas monsieur madame""".split()  # noqa: SIM905
LEAST_NAMES = 3
"""Different names of a text that has any to measure."""
KNOWN = 3
"""Mentions that make a name one that the text should come back to."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石"
    "姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文施洪季柳温严章梅盛殷祝霍纪舒屈项虞祁骆葛齐尤邢裴闵陶凌穆鲁费柏褚卫蒙苗颜佟窦翟聂岳甘樊詹庞莫庄卓吉欧邬晏游关"
)
SURNAME = f"(?:欧阳|上官|司马|司徒|诸葛|慕容|皇甫|端木|夏侯|令狐|南宫|[{SURNAMES}])"
"""A regular expression of a surname."""
_DID = "说道问答笑想喊叫看听点走站坐摇抬转推拿握望低皱沉忽终没却也突"
_HAN = "[\u4e00-\u9fff]"
CHINESE_NAME = re.compile(
    rf"(?<!{_HAN})(?:({SURNAME}{_HAN}{{1,2}}?)(?=[{_DID}])"
    rf"|({_HAN}{{2,4}})·({_HAN}{{2,4}}?)(?=[{_DID}的了和在与对把被是也都不]|(?!{_HAN})))"
)
_MOST_CHINESE_NAMES = 200

_DIGITS = "〇一二三四五六七八九"
_CHINESE_COUNT = re.compile(
    "([0-9]{1,12}|[二两三四五六七八九十百千万][一二两三四五六七八九十百千万零]{0,12})[个名间座本张只条位家所棵匹艘扇层幅把]([\u4e00-\u9fff]{2})"
)
_NUMBERS: dict[str, int] = dict(
    zip(
        """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen twenty thirty forty fifty sixty seventy eighty ninety""".split(),  # noqa: SIM905
        [*range(2, 20), *range(20, 100, 10)],
        strict=True,
    )
)
_MEASURES = """times years months weeks days hours minutes seconds nights mornings others thousands hundreds millions pounds
    dollars cents pence shillings francs guineas miles yards inches metres meters kilometres kilometers degrees points
    steps paces words ones thirds tons ounces acres gallons moments is was has this as his its us""".split()  # noqa: SIM905


class Names(NamedTuple):
    """Mentions of names, in the text's order, in two arrays."""

    name: Ints
    """Number of the name, from 0 without gaps."""
    at: Ints
    """Index of the word."""


def names_of(words: TextReading, spoken: Tongues) -> Names | None:
    """Mentions of names; None in a language without a rule or with fewer than `LEAST_NAMES` names."""
    if spoken.home == "zh":
        found = _chinese_names(words)
    elif spoken.home not in ("", "de"):
        found = _capitalised(words, spoken)
    else:
        return None
    return found if len(found.name) and found.name.max() + 1 >= LEAST_NAMES else None


def known_and_kept(names: Names, tenths: Ints) -> tuple[list[float | None], list[float | None]]:
    """For each tenth: share of its names that an earlier tenth has; share of the `KNOWN` ones that come again.

    The second counts names with at least `KNOWN` mentions before the tenth, and asks for one in it or later. None where
    there is no name to count, and for the first tenth.
    """
    counts = np.zeros((int(names.name.max()) + 1, 10), np.int64)
    np.add.at(counts, (names.name, tenths[names.at]), 1)
    before = np.cumsum(counts, 1) - counts
    here, earlier, established = counts > 0, before > 0, before >= KNOWN
    later = before < counts.sum(1, keepdims=True)
    known = [_share(earlier[:, k][here[:, k]]) if k else None for k in range(10)]
    return known, [_share(later[:, k][established[:, k]]) for k in range(10)]


def number_conflicts(words: TextReading, spoken: Tongues) -> float | None:
    """Mentions of a number of things that conflict with the first, for 1,000 words; None but for English and Chinese."""
    if not len(words.starts) or spoken.home not in ("en", "zh"):
        return None
    first: dict[str, int] = {}
    pairs = _chinese_counts(words.text) if spoken.home == "zh" else _english_counts(words)
    conflicts = sum(first.setdefault(noun, number) != number for noun, number in pairs)
    return 1000 * conflicts / len(words.starts)


def _share(mask: Mask) -> float | None:
    return float(mask.mean()) if len(mask) else None


def _capitalised(words: TextReading, spoken: Tongues) -> Names:
    starts, ends, chars = words.starts, words.ends, words.chars
    second = np.minimum(starts + 1, len(chars) - 1)
    capital = (spoken.script == LATIN) & words.upper[starts] & ~words.upper[second] & (ends - starts > 1)
    hashes = words.owners()
    gap = starts - np.append(0, ends[:-1])
    inside = (gap == 1) & (chars[starts - 1] == ord(" ")) | (gap == 2) & (chars[np.maximum(starts - 2, 0)] == ord(","))
    at = np.flatnonzero(capital & ~words.structured)
    if not len(at):
        return Names(at, at)
    types, name = np.unique(hashes[at], return_inverse=True)
    within, times = np.bincount(name, inside[at], len(types)), np.bincount(name, minlength=len(types))
    place = np.minimum(np.searchsorted(words.types, types), len(words.types) - 1)
    written_small = np.bincount(words.type[~capital], minlength=len(words.types))
    small = np.where(words.types[place] == types, written_small[place], 0)
    real = (within > 0) & (4 * small <= times) & ~among(types, _no_names())
    kept = real[name]
    return Names((np.cumsum(real) - 1)[name[kept]], at[kept])


def _chinese_names(words: TextReading) -> Names:
    found: dict[str, int] = {}
    for match in CHINESE_NAME.finditer(words.text):
        for part in filter(None, match.groups()):
            found.setdefault(part, len(found))
    longest_first = sorted(list(found)[:_MOST_CHINESE_NAMES], key=len, reverse=True)
    if not longest_first:
        return Names(np.zeros(0, np.int64), np.zeros(0, np.int64))
    mentions = [(found[match[0]], match.start()) for match in re.finditer("|".join(longest_first), words.text)]
    name, at = np.array(mentions).T
    return Names(np.unique(name, return_inverse=True)[1], np.searchsorted(words.starts, at))


def _english_counts(words: TextReading) -> list[tuple[str, int]]:
    """Plural nouns and the number before each; numbers of several words are read as far as twenty-one."""
    first = words.chars[words.starts]
    digits = (first >= ord("0")) & (first <= ord("9"))
    counted = np.flatnonzero((digits | among(words.types, _number_words())[words.type])[:-1])
    last = words.chars[words.ends - 1]
    gap = words.starts[1:] - words.ends[:-1]
    counted = counted[(gap[counted] == 1) & (last[counted + 1] == ord("s")) & (words.chars[words.ends[counted]] == 32)]
    pairs = []
    for i in counted.tolist():
        noun = words.text[words.starts[i + 1] : words.ends[i + 1]]
        number = _value(words.text[words.starts[i] : words.ends[i]])
        if i and gap[i - 1] == 1:
            ahead = words.text[words.starts[i - 1] : words.ends[i - 1]].lower()
            joined = words.text[words.ends[i - 1]] == "-"
            tens = _NUMBERS.get(ahead, 0)
            if (joined and tens < 20) or ahead in ("hundred", "thousand") or ahead[0].isdigit():
                continue
            number = None if number is None else number + (tens if joined else 0)
        if number is not None and number > 1 and noun.islower() and len(noun) > 3 and noun not in _MEASURES:
            pairs.append((noun, number))
    return pairs


def _value(written: str) -> int | None:
    """The whole number that a word says, if it is a small one."""
    if written.lower() in _NUMBERS:
        return _NUMBERS[written.lower()]
    plain = written.replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None


def _chinese_counts(text: str) -> list[tuple[str, int]]:
    return [(match[2], _chinese_value(match[1])) for match in _CHINESE_COUNT.finditer(text)]


def _chinese_value(written: str) -> int:
    if written.isdigit() and written.isascii():
        return int(written[:9])
    total, digit = 0, 0
    units = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
    for char in written.replace("两", "二"):
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        elif char != "零":
            unit = units[char]
            total, digit = (total + digit) * unit if unit == 10_000 else total + max(1, digit) * unit, 0
    return total + digit


@cache
def _no_names() -> Hashes:
    return hashes_of([*NO_NAMES, *FUNCTION_WORDS])


@cache
def _number_words() -> Hashes:
    return hashes_of(_NUMBERS)
