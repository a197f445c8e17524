"""How long the text should be: reads the wanted length out of a request.

1. `bilingual` finds the amounts of a request in English and Chinese, `spoken` those in other languages.
2. Pieces that make up a text ("Introduction: 200 words. Body: 800 words") are added up, unless a whole is named beside them.
3. Of several totals the first kind present decides: a stated total ("in total", "word count", "总字数"); the amount in
   "write a N-word" or "in N words"; the largest of the other amounts and of parts times length; pages and characters.
   Within a kind the largest decides.

Amounts below 20 or above 1,000,000 words are ignored. Nothing here asks a model.
"""

import re
import unicodedata
from typing import Literal

from longwriter.length.amounts import ASKED, ESTIMATED, OTHER, TOTAL, Amount, LengthReading, apart
from longwriter.length.bilingual import bilingual
from longwriter.length.languages import language_of
from longwriter.length.numerals import half_width
from longwriter.length.spoken import spoken
from longwriter.length.wording import Bound
from longwriter.types import Record

LEAST, MOST = 20, 1_000_000
READ = 6_000
"""Characters at each end of a request that are read: a length is not named in the middle of a book, and patterns over a
whole one, made to be slow, would take hours."""
_GAP = re.compile(r"(\s)\s{8,}")


class Target(Record):
    """Wanted length in words as `text.count_words` counts them."""

    aim: int
    low: int
    high: int | None
    """None: no upper bound was asked for."""
    source: Literal["option", "request", "plan"]
    quote: str
    """The words in the request it was read from."""


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


_QUOTE_BEGINS = re.compile(r"(?:[\"“„«「『]|(?<!\w)['‘])[^\"”»」』'’\n]*$")
_QUOTE_ENDS = re.compile(r"[^\"“„«「『\n]*?(?:[\"”»」』]|['’](?!\w))")
_BEFORE_NUMBER = (
    r"(?:of|is|about|around|approximately|roughly|at\s+least|up\s+to|~|大?约|写|为|占|至少|不少于|不超过|\s)*$"
)
_NAMED = re.compile(
    r"[\s)）\]*]*(?:[,;.，；。、،|/&+•\n-]|\b(?:and|then|y|et|und|e|en|и|dan|và)\b)[\s,;.，；。、•*#-]*(?:(?:and|then|y|et|und|e|en|и)\s+)?"
    r"(?:[^\W\d_][\w'’&/-]*+\s*+){1,5}(?:\d{1,2})?[\s:：=(（,，–—-]*(?:(?:about|of|with|in|de|von|di|约|大约|~|at\s+least|up\s+to)\s*)*"
)
"""What stands between the lengths of two pieces, the name of the second with it: ", literature review "."""
_FIRST = re.compile(r"(?:^|[:：,，;；.。(（\n])[\s•*-]*(?:[^\W\d_][\w'’&/-]*+\s*+){1,4}[\s:：=(（–—-]*$")
"""What stands before the first of pieces with names of their own."""
_ITEM = re.compile(rf"(?<!words)(?<!length)\s?[:：(（]\s*{_BEFORE_NUMBER}", re.I)
"""What stands before the length of a piece with a name of its own: "History of tea: "; after an introduction only."""
_WHOLE_JOINT = re.compile(r"[^,，、;；:：]*[:：]|[)）]?[.。]")
"""What stands between a whole and the first of its pieces: "An essay (1500 words). Introduction", "a 5000-word thesis: "."""
MOST_OFF = 0.25
"""A length that those after it add up to, as far as this, is theirs together."""
LEAST_NAMED = 3
"""So many lengths in a row, each with a name, are a list of pieces even where none is called an introduction."""


def _pieces(text: str, found: list[Amount]) -> list[Amount]:
    """Amounts, in order, that are each named for a piece of the text; [] where a list of such is not told for sure."""
    pieces, run = list[Amount](), list[Amount]()
    last: Amount | None = None
    for amount in found:
        heading = text[max(0, amount.start - 40) : amount.start]
        named = last and amount.rank != ASKED and _NAMED.fullmatch(text[last.end : amount.start])
        if amount.rank != TOTAL:
            main = amount._replace(piece="main")
            if amount.piece:
                pieces.append(amount)
            elif pieces and (_ITEM.search(heading) or (named and last and pieces[-1].start == last.start)):
                pieces.append(main)
            if run and last and run[-1].start == last.start and (named or amount.piece):
                run.append(main)
            elif len(run) < LEAST_NAMED:
                run = [main] if amount.rank != ASKED and _FIRST.search(heading) else []
        last = amount
    if len(run) > 2 and run[0].high and abs(sum(piece.high for piece in run[1:]) / run[0].high - 1) < MOST_OFF:
        whole = _WHOLE_JOINT.match(text[run[0].end : run[1].start])
        run = run[1:] if whole else run
    if len(run) >= max(LEAST_NAMED, len(pieces)):
        return run
    within = [
        amount._replace(piece="main")
        for amount in found
        if pieces and " … " in amount.quote and pieces[0].start < amount.start < pieces[-1].start
    ]  # "introduction 500 words, 5 chapters of 1000 words each, conclusion 500 words"
    return sorted([*pieces, *within], key=lambda amount: amount.start)


def _together(text: str, found: list[Amount]) -> list[Amount]:
    """The amounts with those of pieces as one sum; without it where a main piece is missing or a whole is named."""
    pieces = _pieces(text, sorted(found, key=lambda amount: amount.start))
    places = {piece.start for piece in pieces}
    others = [amount for amount in found if amount.start not in places]
    if len(pieces) < 2 or len({piece.rank == ESTIMATED for piece in pieces}) > 1:
        return found
    most = max(piece.high for piece in pieces)
    if not any(piece.piece == "main" for piece in pieces) or any(amount.high > most for amount in others):
        return others
    bounds = {piece.bound for piece in pieces}
    bound = bounds.pop() if len(bounds) == 1 else "about"
    low, high = sum(piece.low for piece in pieces), sum(piece.high for piece in pieces)
    quote, rank = f"{pieces[0].quote} … {pieces[-1].quote}", max(OTHER, pieces[0].rank)
    return [*others, Amount(low, high, bound, rank, quote, pieces[0].start, pieces[-1].end)]


def reading(request: str) -> LengthReading:
    """Everything that a request says of the length of the whole text, and of parts without a number."""
    if len(request) > 2 * READ:
        request = f"{request[:READ]}\n\n{request[-READ:]}"
    asked = _GAP.sub(r"\1", unicodedata.normalize("NFC", request))
    text = half_width(asked)
    told = language_of(asked)
    own, other = bilingual(text), spoken(text, told)
    first, second = (other, own) if told and told.reads else (own, other)
    found = first.amounts + apart(second.amounts, first.spans, len(text))
    found = [amount for amount in found if not _mentioned(text, amount)]
    loose = first.loose + [quote for quote in second.loose if quote not in first.loose]
    found = [a if " … " in a.quote else a._replace(quote=asked[a.start : a.end].strip()) for a in found]
    kept = [amount for amount in _together(text, found) if amount.low >= LEAST and amount.high <= MOST]
    return LengthReading(kept, loose, first.spans + second.spans)


def _mentioned(text: str, amount: Amount) -> bool:
    """Whether the amount stands in a short quotation within the request: "explain what 'in 500 words' means"."""
    before, after = text[max(0, amount.start - 24) : amount.start], text[amount.end : amount.end + 24]
    opening, closing = _QUOTE_BEGINS.search(before), _QUOTE_ENDS.match(after)
    if not opening or not closing:
        return False
    around = text[: max(0, amount.start - len(opening[0]))] + text[amount.end + closing.end() :]
    return bool(around.strip(" .!?。！？"))


def amounts(request: str) -> list[Amount]:
    """Every amount that says something about the whole text."""
    return reading(request).amounts


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
