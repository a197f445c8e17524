"""Whether a text has begun to go round in circles, in any language, and where it was still good.

1. *In step*: the end of the text is one short unit again and again ("the the the", 茶茶茶, a line of dots excepted).
2. *Said before*: more than `MOST_SAID` of its last words stand in runs of `RUN` words (`RUN_CJK` characters) that stood
   earlier, in this text or in what came before it, and fewer than `NEW` of them are words that no text had yet.

A song has a chorus between verses of new words, a glossary a new word a line; sentences that return with a number or a word
changed are caught by the second. What is kept ends with the last sentence before the circle begins, the first of the
sentences that return included. Pure; text told again in wholly other words is `rewards`' work.
"""

import re
from functools import lru_cache

from longwriter.text import is_cjk, sentence_ends, words_of

STEP_SPAN = 1200
"""Characters of the end that are looked at for one unit in step."""
STEP_TIMES, STEP_LEAST = 4, 40
"""The unit stands so often in a row at least, over so many letters: "Yes." and "No." may alternate for a while."""
SIGNS_LEAST = 400
"""Characters of marks or whitespace alone (rules, dots, rows of a table) that count as a circle."""
RUN, RUN_CJK = 6, 10
LAST, LAST_CJK = 80, 140
"""Words, and characters, of the end that are looked at for what was said before."""
LEAST, LEAST_CJK = 30, 50
"""A text shorter than `LAST` is looked at from so many on, and has to have stood earlier almost whole."""
MOST_SAID, MOST_SAID_SHORT = 0.5, 0.8
NEW = 0.09
"""Share of new words from which on it is no circle: a list that counts up has 0.05, a song 0.2."""
EMOJI = 0x1F000
"""From this code on, signs count as letters."""
BEFORE = 20_000
"""Characters of earlier text that are looked at."""


def loops(text: str, before: str = "") -> bool:
    """Whether the end of the text goes round in circles; `before`: what the text follows."""
    blanks = len(text) - len(text.rstrip())
    return blanks >= SIGNS_LEAST or _in_step(text) is not None or _said(text, before)


def good_part(text: str, before: str = "") -> str:
    """The text up to the last sentence before its circle; the text itself where it has none; "" where all is circle."""
    while text and loops(text, before):
        if step := _in_step(text):
            start, unit = step
            while start and text[start - 1] == text[start - 1 + unit]:
                start -= 1
            ends = [*sentence_ends(text[:start]), *(end for end in sentence_ends(text) if end <= start + unit)]
            kept = text[: max(ends, default=0)]  # the first list: a circle may begin in lower case
        elif _said(text, before):
            kept = text[: _circle(text, before)].rstrip()
        else:
            kept = text.rstrip()
        if kept == text:
            kept = text[: max((end for end in sentence_ends(text) if end < len(text)), default=0)]
        text = kept
    return text


def _in_step(text: str) -> tuple[int, int] | None:
    """Where the end that repeats one unit begins, and characters of the unit: the shortest, by the border of the reverse."""
    body = text.rstrip()
    end = body[-STEP_SPAN:]
    back = end[::-1]
    letters = [0]
    for char in back:
        letters.append(letters[-1] + (char.isalnum() or ord(char) >= EMOJI))
    borders = [0] * len(back)
    best = None
    for i in range(1, len(back)):
        k = borders[i - 1]
        while k and back[i] != back[k]:
            k = borders[k - 1]
        borders[i] = k + (back[i] == back[k])
        unit, length = i + 1 - borders[i], i + 1
        worded = letters[length] >= STEP_LEAST or (not letters[unit] and length >= SIGNS_LEAST)
        if length >= STEP_TIMES * unit and worded:
            best = (len(body) - length, unit)
    return best


def _words(text: str) -> list[str]:
    return [word.casefold() for word in words_of(text)]


@lru_cache(maxsize=8)  # a reply is looked at again and again as it comes, over the same earlier text
def _words_before(before: str) -> list[str]:
    return _words(before[-BEFORE:])


def _measures(words: list[str]) -> tuple[int, int]:
    """Length of a run, and of the end that is looked at, for these words."""
    chinese = 2 * sum(is_cjk(word[0]) for word in words[-LAST:]) > len(words[-LAST:])
    return (RUN_CJK, LAST_CJK) if chinese else (RUN, LAST)


def _said(text: str, before: str) -> bool:
    """Whether most of the last words stand in runs which stood earlier, and hardly one of them is new."""
    new = _words(text[-BEFORE:])
    run, last = _measures(new)
    short = len(new) < last
    if len(new) < (LEAST_CJK if run == RUN_CJK else LEAST):
        return False
    last = min(last, len(new))
    words = _words_before(before) + new
    grams = list(zip(*(words[shift:] for shift in range(run)), strict=False))
    first = len(words) - last
    begin = max(0, first - run + 1)
    seen = set(grams[:begin])
    covered = [False] * len(words)
    for i in range(begin, len(grams)):
        if grams[i] in seen:
            covered[i : i + run] = [True] * run
        seen.add(grams[i])
    if sum(covered[first:]) <= (MOST_SAID_SHORT if short else MOST_SAID) * last:
        return False
    fresh = {word for word in words[first:] if not _number(word)} - set(words[:first])
    return len(fresh) < NEW * last


def _number(word: str) -> bool:
    """Whether a word counts: such words are new in every line of a list without saying anything."""
    return word in _NUMBERS or word[0].isdigit() or word.endswith(("teen", "teenth", "tieth"))


def _circle(text: str, before: str) -> int:
    """Where the last stretch of sentences begins of which most say what was said."""
    old = _words_before(before)
    run, _ = _measures(_words(text[-BEFORE:]))
    seen = {tuple(old[i : i + run]) for i in range(len(old) - run + 1)}
    starts, gains, place, tail = [], [], 0, old[-run + 1 :]
    for end in [*sentence_ends(text), len(text)]:
        words = _words(text[place:end])
        if words:
            joined = tail + words
            grams = [tuple(joined[i : i + run]) for i in range(len(joined) - run + 1)]
            said = sum(gram in seen for gram in grams)
            seen.update(grams)
            tail = joined[-run + 1 :]
            starts.append(place)
            gains.append(2.0 * said - len(grams) if grams else 0.0)  # above 0: more than half was said before
            place = end
    best, total, where = 0.0, 0.0, starts[-1] if starts else 0
    for start, gain in zip(reversed(starts), reversed(gains), strict=True):
        total += gain
        if total > best:
            best, where = total, start
    return where


_NUMBERS = frozenset(
    re.findall(
        r"\w+",
        "one two three four five six seven eight nine ten eleven twelve first second third fourth fifth sixth seventh eighth"
        " ninth tenth eleventh twelfth twenty thirty forty fifty 一 二 三 四 五 六 七 八 九 十 百",
    )
)
