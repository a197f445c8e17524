"""What a word, a sentence end and a repetition are: the text maths every other room uses.

1. `count_words` is the one counter of this package, for every language; budgets, scores and ceilings mean its words.
2. A word is a longest run of letters, digits and underscores. Marks and invisible joiners belong to the character
   before them. An apostrophe between letters and a full stop or comma between digits do not split (don't, 3,000.5).
3. Each Han, Hiragana or Katakana character is one word; Hangul and every other script counts by run.
4. Thai, Lao, Khmer and Burmese put no spaces between words, so a run there is a phrase: their counts are far below what
   a reader would say. No dictionary is shipped for them.

Pure functions on strings; no model, no file. Tokens are none of its business.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, count
from typing import Literal

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]

BREAK, LETTER, DIGIT, OTHER, CJK, MARK, APOSTROPHE, POINT = range(8)
"""Classes of characters; LETTER to OTHER make up runs, and are neighbours so that one comparison finds them."""

CJK_CHARACTER = re.compile(
    "[\u2e80-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00016ff0-\U00016ff1\U0001aff0-\U0001b16f\U00020000-\U0003fffd]"
)
KANA_OR_HANGUL = re.compile(
    "[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d\u1100-\u11ff\u3131-\u318e"
    "\uac00-\ud7a3\U0001aff0-\U0001b16f]"
)


def is_cjk(char: str) -> bool:
    """Whether one character is Han, Hiragana or Katakana, that is, a word by itself."""
    return CJK_CHARACTER.match(char) is not None


def _class_of(char: str) -> int:
    if is_cjk(char):
        return CJK
    if char in "'’":
        return APOSTROPHE
    if char in ".,":
        return POINT
    if char == "_":
        return OTHER
    if char in "\uff9e\uff9f":  # the voicing marks of half-width kana are letters in Unicode
        return MARK
    category = unicodedata.category(char)
    if category == "Nd":
        return DIGIT
    if category[0] in "LN":
        return LETTER if category[0] == "L" else OTHER
    if category[0] == "M" or (category == "Cf" and char != "\u200b"):  # a zero-width space does separate words
        return MARK
    return BREAK


_ASCII = bytes(_class_of(chr(code)) for code in range(128)) + bytes(128)


@cache
def _bmp() -> Codes:
    """Class of each code below 0x10000; built on the first text that is not ASCII, in about 50 ms."""
    table = np.fromiter((_class_of(chr(code)) for code in range(0x10000)), np.uint8, 0x10000)
    table.setflags(write=False)
    return table


def _classes(text: str) -> Codes:
    """Class of each character. Lone surrogates are breaks."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii").translate(_ASCII), np.uint8)
    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) == 2 * len(text):
        classes: Codes = _bmp().take(np.frombuffer(raw, "<u2"))
        return classes
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    high, place = np.unique(codes[codes >= 0x10000], return_inverse=True)
    classes = _bmp().take(np.minimum(codes, 0xFFFF))
    classes[codes >= 0x10000] = np.array([_class_of(chr(code)) for code in high], np.uint8)[place]
    return classes


def _joints(classes: Codes) -> npt.NDArray[np.intp]:
    """Indices of apostrophes between letters and of points between digits."""
    found = []
    for joint, side in ((APOSTROPHE, LETTER), (POINT, DIGIT)):
        at = np.flatnonzero(classes[1:-1] == joint) + 1
        found.append(at[(classes[at - 1] == side) & (classes[at + 1] == side)])
    return np.concatenate(found)


def count_words(text: str) -> int:
    """Number of words by the definition above. Texts joined by a blank line have the sum of their words."""
    classes = _classes(text)
    if not text.isascii():
        classes = classes[classes != MARK]
    if not classes.size:
        return 0
    run = classes - np.uint8(LETTER) < OTHER  # BREAK wraps round to 255
    starts = int(np.count_nonzero(run[1:] > run[:-1])) + int(run[0])
    cjk = 0 if text.isascii() else int(np.count_nonzero(classes == CJK))
    return starts + cjk - len(_joints(classes))


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, for people: "1 section", "2,000 words", "2 tries"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def word_spans(text: str) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Start and end index of each word that `count_words` counts, in order."""
    every = _classes(text)
    classes = every[every != MARK]
    classes[_joints(classes)] = OTHER
    run = np.zeros(len(classes) + 2, np.bool_)
    run[1:-1] = classes - np.uint8(LETTER) < OTHER
    starts, ends = np.flatnonzero(run[1:] > run[:-1]), np.flatnonzero(run[1:] < run[:-1])
    if not text.isascii() and len(cjk := np.flatnonzero(classes == CJK)):
        starts, ends = np.sort(np.concatenate([starts, cjk])), np.sort(np.concatenate([ends, cjk + 1]))
    if len(classes) < len(every):
        place = np.append(np.flatnonzero(every != MARK), len(text))
        starts, ends = place[starts], place[ends]
    return starts, ends


def words_of(text: str) -> list[str]:
    """The words `count_words` counts, as written."""
    return [text[start:end] for start, end in zip(*(places.tolist() for places in word_spans(text)), strict=True)]


STRETCH = 1 << 16
"""Characters of a long text that are looked at at once: all words of a million as strings take 200 MB."""


def each_word(text: str) -> Iterator[str]:
    """The words of `words_of` one by one, for long texts: memory does not grow with the text, as far as it has lines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + STRETCH) + 1 or len(text)  # a line break parts words, whatever stands beside it
        yield from words_of(text[start:end])
        start = end


def count_longwriter(text: str) -> int:
    r"""Words as LongBench-Write counts them: Han characters plus matches of `\b[a-zA-Z]+\b` (arXiv:2408.07055, 4.1).

    Digits, and words with a digit or an accent, count nothing. For comparison with published numbers only.
    """
    return len(re.findall("[\u4e00-\u9fff]", text)) + len(re.findall(r"\b[a-zA-Z]+\b", text))


def count_self_lengthen(text: str) -> int:
    """Words as Self-Lengthen counts them: each Han or full-width character, punctuation too, and each other chunk.

    Chunks are what whitespace separates, so a dash between spaces is a word. For comparison with published numbers only.
    """
    wide = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
    return len(re.findall(wide, text)) + len(re.sub(wide, " ", text).split())


def count_superwriter(text: str) -> int:
    r"""Words as SuperWriter counts them: each Han character, and each run of `\w` in the rest.

    For comparison with published numbers only.
    """
    han = "[\u4e00-\u9fff]"
    return len(re.findall(han, text)) + len(re.findall(r"\w+", re.sub(han, " ", text)))


def language(text: str) -> Literal["en", "zh"]:
    """The prompts to use: "zh" when Han characters outnumber the other words, else "en".

    Han with kana or Hangul above a fifth of it is Japanese or Korean, for which there are no prompts: "en".
    """
    foreign = len(KANA_OR_HANGUL.findall(text))
    classes = _classes(text)
    han = int(np.count_nonzero(classes == CJK)) - foreign
    others = count_words(text) - han
    return "zh" if han > others and 5 * foreign <= han else "en"


_TAG = re.compile(r"<\s*+/?\s*+([\w-]++)[^<>]*+>")
"""A tag, with attributes or whatever else may stand in one."""


def fenced(template: str, values: Iterable[str]) -> str:
    """The template of a prompt with its tags numbered where a value holds one of them: no text can close its own tags."""
    own = {name.lower() for name in _TAG.findall(template)}
    if not own:
        return template
    taken = {name.lower() for value in values for name in _TAG.findall(value)}
    mark = next(m for m in chain([""], (f"-{n}" for n in count(2))) if not {name + m for name in own} & taken)
    return _TAG.sub(lambda tag: tag[0].replace(tag[1], tag[1] + mark), template) if mark else template


def repeated_ngrams(text: str, n: int = 8) -> float:
    """Share of the text's word n-grams that stood earlier in it, 0 to 1; case is ignored, CJK goes by character.

    0.0 for a text of fewer than `n` words. Catches copied sentences, not a scene told twice in other words.
    """
    names: dict[str, int] = {}
    words = np.fromiter((names.setdefault(word.casefold(), len(names)) for word in each_word(text)), np.int64)
    total = len(words) - n + 1
    if total <= 0:
        return 0.0
    different, grams = len(names), words
    for shift in range(1, n):  # a gram and the word after it as one number, then numbered from 0 again: no two collide
        _, grams = np.unique(grams[: len(words) - shift] * len(names) + words[shift:], return_inverse=True)
        different = int(grams.max()) + 1
    return 1 - different / total


_CLOSERS = "\"'”’»)\\]}」』》〉）】*_"
_CANDIDATE = re.compile(rf"[.!?…。！？｡]+[{_CLOSERS}]*|\n")
_BLOCK_LINE = re.compile(r"\s*(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)、]\s?\S|\||>|(?:-\s?){3}|```)")
_WORD_BEFORE = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*$")
_ALWAYS_GOES_ON = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "dr",
        "prof",
        "st",
        "mt",
        "gen",
        "col",
        "sgt",
        "capt",
        "cpt",
        "lt",
        "cmdr",
        "rev",
        "hon",
        "sen",
        "gov",
        "messrs",
        "mme",
        "mlle",
        "vs",
        "cf",
        "viz",
        "approx",
        "e.g",
        "i.e",
        "a.k.a",
    ]
)
_GOES_ON_BEFORE_NUMBER = frozenset(
    ["no", "nos", "fig", "figs", "vol", "vols", "p", "pp", "ch", "sec", "art", "eq", "op", "c", "ca", "al"]
)


def _period_goes_on(text: str, dot: int, rest: str) -> bool:
    """Whether the single full stop at `dot` belongs to an abbreviation, an initial or a list number."""
    before = text[max(0, dot - 40) : dot]
    if re.search(r"(?:^|\n)\s*(?:\d{1,3}|[A-Za-z])$", before):
        return True
    match = _WORD_BEFORE.search(before)
    if not match:
        return False
    word = match[0]
    if word.lower() in _ALWAYS_GOES_ON or (len(word) == 1 and word.isupper() and word != "I"):
        return True
    if "." in word:
        return bool(rest.strip())
    return word.lower() in _GOES_ON_BEFORE_NUMBER and rest.lstrip()[:1].isdigit()


def _ends_at(text: str, match: re.Match[str]) -> bool:
    marks = match[0]
    rest = text[match.end() : match.end() + 40]
    if any(mark in marks for mark in "。！？｡"):
        return True
    after = rest[:1]
    if after and not after.isspace() and not (is_cjk(after) and marks[0] in "!?"):
        return False
    following = rest.lstrip()[:1]
    if following.islower() and "\n\n" not in rest[: len(rest) - len(rest.lstrip())]:
        return False
    single = marks[0] == "." and marks[1:2] != "."
    return not (single and _period_goes_on(text, match.start(), rest))


def sentence_ends(text: str, start: int = 0) -> Iterator[int]:
    """Indices just after each complete sentence from `start` on, closing quotes and brackets included.

    A line break ends a heading, list or table line, and a blank line ends anything. No ends: full stops of common
    English abbreviations, initials and decimals, and marks followed by a lowercase word ("What?" he said).
    """
    last = start
    for match in _CANDIDATE.finditer(text, start):
        if match[0] != "\n":
            if _ends_at(text, match):
                last = match.end()
                yield last
            continue
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        if line.strip() and not _BLOCK_LINE.match(line):
            continue
        written = text[last : match.start()].rstrip()  # only here, and from here on: lines without end stay linear
        last += len(written)
        if written:
            yield last
        else:
            last = match.start()


def last_sentence_end(text: str) -> int:
    """Index just after the last complete sentence (see `sentence_ends`), 0 if there is none."""
    window = 4000  # characters; nearly every sentence is shorter, so long texts are not scanned from their beginning
    while True:
        start = max(0, len(text) - window)
        start = text.rfind("\n", 0, start) + 1
        end = max(sentence_ends(text, start), default=0)
        if end or not start:
            return end
        window *= 4


def ends_complete(text: str) -> bool:
    """Whether the text's last sentence is complete; a text without any is not."""
    return 0 < len(text.rstrip()) <= last_sentence_end(text)


def tail_words(text: str, n: int) -> str:
    """The last `n` words as written, from a word's start to the text's end.

    A sentence start within the first third of them is preferred, so up to a third may be missing.
    """
    starts, ends = word_spans(text)
    if n <= 0:
        return ""
    if n >= len(starts):
        return text
    cut, third, word_before = starts[-n], starts[-n + n // 3], ends[-n - 1]
    for end in sentence_ends(text[:third], max(0, text.rfind("\n", 0, cut))):
        if end >= word_before:  # an opening quote or a heading's mark may stand before the word
            return text[end + len(text[end:third]) - len(text[end:third].lstrip()) :]
    return text[cut:]


def head_words(text: str, n: int) -> str:
    """The first `n` words as written; a sentence end within the last third of them is preferred."""
    starts, ends = word_spans(text)
    if n <= 0:
        return ""
    if n >= len(starts):
        return text
    cut, third = starts[n], ends[n - 1 - n // 3]
    fitting = [end for end in sentence_ends(text[: cut + 40]) if third <= end <= cut] if n >= 3 else []
    return text[: fitting[-1]] if fitting else text[: ends[n - 1]]
