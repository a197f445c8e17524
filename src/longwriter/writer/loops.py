"""Whether a text has begun to go round in circles, in any language, and where it was still good.

1. *In step*: the end of the text is one short unit again and again ("the the the", 茶茶茶, a line of dots excepted).
2. *Said before*: more than `MOST_SAID` of its last words stand in runs of `RUN` words (`RUN_CJK` characters) that stood
   earlier, in this text or in what came before it.

A refrain or a quotation is far below both; sentences that return with one word changed are caught by the second. What is
kept ends with the last sentence before the circle begins. Pure; text told again in wholly other words is `rewards`' work.
"""

from longwriter.text import is_cjk, sentence_ends, words_of

STEP_SPAN = 1200
"""Characters of the end that are looked at for one unit in step."""
STEP_TIMES, STEP_LEAST = 4, 48
"""The unit stands so often in a row at least, over so many characters."""
SIGNS_LEAST = 400
"""Characters of marks alone (rules, dots, rows of a table) that count as a circle."""
RUN, RUN_CJK = 6, 10
LAST, LAST_CJK = 80, 140
"""Words, and characters, of the end that are looked at for what was said before."""
MOST_SAID = 0.5
BEFORE = 20_000
"""Characters of earlier text that are looked at."""


def loops(text: str, before: str = "") -> bool:
    """Whether the end of the text goes round in circles; `before`: what the text follows."""
    return _in_step(text) > 0 or _said(text, before) > MOST_SAID


def good_part(text: str, before: str = "") -> str:
    """The text up to the last sentence before its circle; the text itself where it has none; "" where all is circle."""
    if step := _in_step(text):
        start = len(text) - step
        text = text[: max((end for end in sentence_ends(text) if end <= start), default=0)]
        return good_part(text, before) if text else ""
    if _said(text, before) <= MOST_SAID:
        return text
    return text[: _circle(text, before)].rstrip()


def _in_step(text: str) -> int:
    """Characters at the end that repeat one unit; 0 for none. The unit is the shortest, by the border of the reverse."""
    end = text.rstrip()[-STEP_SPAN:]
    back = end[::-1]
    borders = [0] * len(back)
    best = 0
    for i in range(1, len(back)):
        k = borders[i - 1]
        while k and back[i] != back[k]:
            k = borders[k - 1]
        borders[i] = k + (back[i] == back[k])
        unit, length = i + 1 - borders[i], i + 1
        if length >= max(STEP_TIMES * unit, STEP_LEAST) and _worded(end[-unit:], length):
            best = length
    return best + len(text) - len(text.rstrip()) if best else 0


def _worded(unit: str, length: int) -> bool:
    """Whether a unit has letters; marks alone count from `SIGNS_LEAST` characters on."""
    return any(c.isalnum() for c in unit) or length >= SIGNS_LEAST


def _words(text: str) -> list[str]:
    return [word.casefold() for word in words_of(text)]


def _measures(words: list[str]) -> tuple[int, int]:
    """Length of a run, and of the end that is looked at, for these words."""
    chinese = 2 * sum(is_cjk(word[0]) for word in words[-LAST:]) > len(words[-LAST:])
    return (RUN_CJK, LAST_CJK) if chinese else (RUN, LAST)


def _said(text: str, before: str) -> float:
    """Share of the last words that stand in runs which stood earlier, 0 to 1; 0 for a text too short to say."""
    new = _words(text[-BEFORE:])
    run, last = _measures(new)
    if len(new) < last:
        return 0.0
    words = _words(before[-BEFORE:]) + new
    grams = [tuple(words[i : i + run]) for i in range(len(words) - run + 1)]
    first = len(words) - last
    seen = set(grams[: max(0, first - run + 1)])
    covered = [False] * len(words)
    for i in range(max(0, first - run + 1), len(grams)):
        if grams[i] in seen:
            covered[i : i + run] = [True] * run
        seen.add(grams[i])
    return sum(covered[first:]) / last


def _circle(text: str, before: str) -> int:
    """Where the last stretch of sentences begins of which most say what was said."""
    old = _words(before[-BEFORE:])
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
