"""One reading of a text for all measures along it: words as numbers, sentences, paragraphs and where they stand.

Words are those of `text.words_of`. A word's number is a 64-bit hash of its letters in lowercase, computed for all
words at once; two words of 100,000 share one by accident once in a billion texts. ’ is read as '.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from longwriter.text import is_cjk, word_spans

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

_ABBREVIATIONS = "Mr Mrs Ms Dr Prof St Gen Col Capt Lt Sgt Rev Hon vs cf viz No vol fig pp"
_MARK, _WIDE, _CLOSER, _BLANK, _SMALL, _CJK = (1 << bit for bit in range(6))
_CLOSERS = 4
"""Quotation marks and brackets between the end of a sentence and the whitespace, at most."""
_LINE = re.compile(
    r"[^\S\n]*(?:(?P<structured>#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|\d{1,3}、|\|)|(?P<speech>[\"“„«‹「『‘'—–]))"
)


class TextReading(NamedTuple):
    """A text's words and where they stand; arrays of one length, one entry a word, unless said otherwise."""

    text: str
    chars: npt.NDArray[np.uint32]
    """Code point of each character."""
    upper: Mask
    """Whether each character has a lowercase form."""
    starts: Ints
    ends: Ints
    """Indices of characters."""
    hashes: Hashes
    types: Hashes
    """The different hashes, sorted; not one a word."""
    type: Ints
    """Place of each word's hash in `types`."""
    sentence: Ints
    """Number of its sentence, without gaps."""
    line: Ints
    """Number of its line that has words, without gaps."""
    structured: Mask
    """In a heading, list or table line."""
    speech: Mask
    """In a line that opens with a quotation mark or a dash."""
    small: npt.NDArray[np.uint32]
    """The lowercase form of each character."""

    def owners(self) -> Hashes:
        """Numbers of the words without a last 's."""
        marks = self.small[self.ends - 2] == ord("'")
        owned = marks & (self.ends - self.starts > 3) & (self.small[self.ends - 1] == ord("s"))
        changed = self.hashes.copy()
        shorter = self.ends[owned] - self.starts[owned] - 2
        powers, _ = _powers((int(shorter.max(initial=0)) + 2).bit_length())
        for letter, place in (("'", shorter), ("s", shorter + 1)):
            changed[owned] -= _random()[ord(letter)] * powers[place]
        return changed

    def tenths(self) -> Ints:
        """The tenth of the text that each word is in, 0 to 9, all of them of as many words."""
        return np.arange(len(self.starts)) * 10 // max(1, len(self.starts))


def read(text: str) -> TextReading:
    """Read a text in time linear in its length. A text without words has arrays of length 0."""
    letters = _letters(text)
    starts, ends = word_spans(text)
    hashes = _hashes(letters.small, starts, ends)
    types, type_ = np.unique(hashes, return_inverse=True)
    lines, structured, speech = _lines(text, letters.chars)
    line = np.searchsorted(lines, starts, side="right") - 1
    marked = _sentence_ends(letters, starts, ends, hashes)
    return TextReading(
        text=text,
        chars=letters.chars,
        upper=letters.upper,
        starts=starts,
        ends=ends,
        hashes=hashes,
        types=types,
        type=type_,
        sentence=_sentences(starts, marked, line, structured[line]),
        line=np.cumsum(_grown(line) > 0),
        structured=structured[line],
        speech=speech[line],
        small=letters.small,
    )


def hashes_of(words: Iterable[str]) -> Hashes:
    """The numbers of words, sorted."""
    text = "\n".join(words)
    starts, ends = word_spans(text)
    return np.unique(_hashes(_letters(text).small, starts, ends))


def hash_runs(hashes: Hashes, length: int) -> Hashes:
    """A number for each run of `length` neighbours: one entry for each place where a run begins."""
    runs = np.zeros(max(0, len(hashes) - length + 1), np.uint64)
    for shift in range(length):  # a polynomial modulo 2**64
        runs = runs * np.uint64(0x9E3779B97F4A7C15) + hashes[shift : shift + len(runs)]
    return runs


def among(hashes: Hashes, listed: Hashes) -> Mask:
    """Whether each number is one of a sorted list."""
    if not len(listed):
        return np.zeros(len(hashes), np.bool_)
    found: Mask = listed[np.minimum(np.searchsorted(listed, hashes), len(listed) - 1)] == hashes
    return found


class _Letters(NamedTuple):
    """A text's characters: codes, codes of lowercase forms, bits of kinds, whether a lowercase form differs."""

    chars: npt.NDArray[np.uint32]
    small: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint8]
    upper: Mask


def _hashes(small: npt.NDArray[np.uint32], starts: Ints, ends: Ints) -> Hashes:
    """A number for each range of characters: the sum of a random number of each, times a power of its place."""
    powers, inverse = _powers((len(small) + 1).bit_length())
    mixed = _random().take(small & 0xFFFF)
    if len(small) and small.max() > 0xFFFF:
        mixed += np.where(small > 0xFFFF, small, 0)
    mixed *= powers[: len(small)]
    sums = np.zeros(len(small) + 1, np.uint64)
    np.cumsum(mixed, out=sums[1:])
    hashes: Hashes = (sums[ends] - sums[starts]) * inverse[starts]
    return hashes


def _lines(text: str, chars: npt.NDArray[np.uint32]) -> tuple[Ints, Mask, Mask]:
    """Starts of lines, and of each whether it is structured and whether it is speech."""
    lines = np.concatenate([[0], np.flatnonzero(chars == ord("\n")) + 1])
    kinds = np.zeros((2, len(lines)), np.bool_)
    for number, at in enumerate(lines.tolist()):
        match = _LINE.match(text, at)
        if match:
            kinds[int(match.lastgroup == "speech"), number] = True
    return lines, kinds[0], kinds[1]


def _sentence_ends(letters: _Letters, starts: Ints, ends: Ints, hashes: Hashes) -> Ints:
    """Indices just after the marks that end a sentence.

    No ends: marks inside words, marks before a small letter, and the full stop of an abbreviation or a single letter.
    """
    chars = np.concatenate([letters.chars, np.zeros(_CLOSERS + 3, np.uint32)])
    kinds = np.concatenate([letters.kinds, np.full(_CLOSERS + 3, _BLANK, np.uint8)])
    found = np.flatnonzero(kinds & (_MARK | _WIDE))
    wide = found[kinds[found] & _WIDE > 0]
    marks = found[(kinds[found] & _MARK > 0) & (kinds[found + 1] & _MARK == 0)]
    after = marks + 1
    for _ in range(_CLOSERS):
        closers = kinds[after] & _CLOSER > 0
        if not closers.any():
            break
        after = after + closers
    next_word = after + 1 + (chars[after + 1] == ord(" "))
    closed = (kinds[after] & _BLANK > 0) & (kinds[next_word] & _SMALL == 0)
    closed |= (kinds[after] & _CJK > 0) & (chars[marks] != ord(".")) & (chars[marks] != ord("…"))
    if len(starts):
        before = np.maximum(np.searchsorted(starts, marks) - 1, 0)
        first = starts[before]
        letter = (ends[before] - first == 1) & (letters.upper[first] | (kinds[first] & _SMALL > 0))
        letter &= chars[first] != ord("I")
        short = (ends[before] == marks) & (letter | among(hashes[before], _abbreviations()))
        closed &= ~(short & (chars[marks] == ord(".")))
    ends = marks[closed]
    return (np.union1d(ends, wide) if len(wide) else ends) + 1


def _sentences(starts: Ints, marked: Ints, line: Ints, structured: Mask) -> Ints:
    """The sentence of each word: marks end one, and so do a blank line and the borders of a structured line."""
    down, apart = _grown(line), structured.copy()
    apart[1:] |= structured[:-1]
    return np.cumsum((_grown(np.searchsorted(marked, starts, side="right")) > 0) | (down > 1) | ((down > 0) & apart))


def _grown(numbers: Ints) -> Ints:
    """What each number is more than the one before; the first is 0 more."""
    more = np.zeros_like(numbers)
    np.subtract(numbers[1:], numbers[:-1], out=more[1:])
    return more


def _letters(text: str) -> _Letters:
    chars = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    smalls, kinds = _tables()
    known = np.minimum(chars, 0xFFFF)
    small = smalls.take(known)
    small[chars > 0xFFFF] = chars[chars > 0xFFFF]
    return _Letters(chars, small, kinds.take(known), (small != chars) & (chars != ord("’")))


@cache
def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    """Small form, where it is one character, and kinds of each code below 0x10000; built once in about 40 ms."""
    smalls, kinds = np.arange(0x10000, dtype=np.uint32), np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        char = chr(code)
        if len(char.lower()) == 1:
            smalls[code] = ord(char.lower())
        kinds[code] = _SMALL * char.islower() + _CJK * is_cjk(char) + _BLANK * char.isspace()
    smalls[ord("’")] = ord("'")
    for kind, marks in ((_MARK, ".!?…"), (_WIDE, "。！？｡"), (_CLOSER, "\"'”’»)]}」』》〉）】*_")):
        kinds[[ord(mark) for mark in marks]] |= kind
    return smalls, kinds


@cache
def _random() -> Hashes:
    """A number for each of 65,536 characters."""
    return np.random.default_rng(1).integers(0, 1 << 63, 1 << 16, np.uint64)


@cache
def _powers(bits: int) -> tuple[Hashes, Hashes]:
    """The first 2 ** `bits` powers of an odd number and of its inverse, modulo 2 ** 64."""
    base = 0x9E3779B97F4A7C15
    both = np.full((2, 1 << bits), 1, np.uint64)
    both[0, 1:], both[1, 1:] = base, pow(base, -1, 1 << 64)
    powers, inverse = np.cumprod(both, 1, dtype=np.uint64)
    return powers, inverse


@cache
def _abbreviations() -> Hashes:
    return hashes_of(_ABBREVIATIONS.split())
