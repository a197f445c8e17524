"""What a person should know of a finished text, in plain words: one finding for each thing that may be wrong with it.

Length, circles, a refusal, its end, its language, sections that failed, how many of the things that the request names
appear in it, and what the checks found that a person should look at. Nobody should have to find these out by reading. Pure.
"""

import math
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from longwriter.checks.finding import TextFinding
from longwriter.checks.repetition.repetition import Repetition, repetition
from longwriter.language import NAMES, differs, languages_in, tongue
from longwriter.length.target import Target
from longwriter.text import count_words, counted, ends_complete, is_cjk, repeated_ngrams, sentence_ends
from longwriter.types import Record
from longwriter.writer.outcome.named import absent, named_things
from longwriter.writer.reply.prose import refusal

Kind = Literal[
    "refusal", "looping", "length", "ending", "language", "sections", "asked", "contradictions", "slop", "citations"
]
REMARKS: frozenset[Kind] = frozenset({"asked", "contradictions", "slop", "citations"})
"""Kinds that are said, and make no text be other than it was asked for: rules err, and a person judges."""

MOST_OFF = 0.1
"""A text further from its length, or from the bounds of it, is not as asked."""
MOST_AGAIN = 0.3
"""A text of which more is said again goes round in circles."""
FEW, LEAST_RUNS = 4, 0.1
"""Runs of so many words have to return too, at least so many of them: rephrased circles have 0.4, other texts up to 0.08.
Else the words are just few: those of a fake model drawn by chance from 230 are "said again" to 0.8, and to 0.02 in runs."""
LEAST_NAMED = 0.5
"""Share of the named things that should appear."""
SHOWN = 5
"""Missing things that are listed."""
LEAST_LOOKED_AT = 40
"""Words from which on the language of a section is looked at."""
QUOTED = 60
_BODY = re.compile(r"\A(?:#{1,6}[ \t][^\n]*\n+)+")
_GOES_ON = re.compile(r"[\w,;:，；：、(（\-–—&/]\Z")
VERSE = 60
"""Characters: a last paragraph of shorter lines is verse, which needs no full stop."""
SIGNATURE = 5
"""Words: a last line as short, in capitals, is a name or "The End"."""


class Finding(Record):
    """One thing that was looked at."""

    kind: Kind
    ok: bool
    text: str
    """For a person; "" where there is nothing to say."""
    sections: tuple[int, ...] = ()
    """Numbers, from 1, of the sections that it is about, where it is about some alone."""


class AskedLength(NamedTuple):
    """A length as a person would say it."""

    low: float
    high: float
    text: str


def findings(instruction: str, target: Target, sections: Sequence[str], document: str, faults: Sequence[str],
             language: str | None = None, again: Repetition | None = None) -> tuple[Finding, ...]:  # fmt: skip
    """The verdict on a finished document of these sections, the worst first.

    `faults`: what its sections said; `language`: of the prompts, where a person set it; `again`: of the document, where it
    is known.
    """
    wanted = ({language} if language else {tongue(instruction)} - {""}) | languages_in(instruction)
    found = (
        _refused(sections),
        _circles(document, again or repetition(document)),
        length(target, count_words(document)),
        _ending(sections[-1] if sections else ""),
        _language(sections, document, wanted),
        Finding(kind="sections", ok=not faults, text="; ".join(faults)),
        _asked(instruction, document, wanted),
    )
    return tuple(sorted(found, key=lambda f: f.ok))


def flawed(verdict: Sequence[Finding]) -> list[Finding]:
    """What makes a text not be what was asked for; `REMARKS` are none of it."""
    return [f for f in verdict if not f.ok and f.kind not in REMARKS]


def remarks(found: Sequence[TextFinding]) -> tuple[Finding, ...]:
    """What of the checks' findings a person should look at: a contradiction by its quotes, and stock phrases and citations.

    Stock phrases are said only where people hardly ever have as many (`checks.slop`).
    """
    contradictions = [one for one in found if one.kind == "contradiction"]
    rate = [one for one in found if one.kind == "slop" and one.check == "rate"]
    citations = [one for one in found if one.kind == "citation"]
    said = []
    if contradictions:
        first = contradictions[0]
        quotes = " / ".join(f'"{_cut(quote)}"' for quote in first.quotes[:2])
        told = f"{counted(len(contradictions), 'contradiction')}, by rules: {first.message} ({quotes})"
        said.append(Finding(kind="contradictions", ok=False, text=told, sections=_sections(contradictions)))
    if rate:
        said.append(Finding(kind="slop", ok=False, text=rate[0].message))
    if citations:
        told = f"{counted(len(citations), 'citation')} to look at: {citations[0].message}"
        said.append(Finding(kind="citations", ok=False, text=told, sections=_sections(citations)))
    return tuple(said)


def _sections(found: Sequence[TextFinding]) -> tuple[int, ...]:
    return tuple(sorted({place.section for one in found for place in one.places if place.section}))


def _cut(quote: str) -> str:
    """One line of a quote."""
    line = " ".join(quote.split())
    return line if len(line) <= QUOTED else f"{line[:QUOTED].rstrip()}..."


def asked_length(target: Target) -> AskedLength:
    """Bounds of a length, and how to say them."""
    aim, low, high = target.aim, target.low, target.high
    if high is None:
        return AskedLength(low, math.inf, f"at least {counted(low, 'word')}")
    if (aim, low) == (round(0.9 * high), round(0.8 * high)):
        return AskedLength(0, high, f"at most {counted(high, 'word')}")
    if low >= math.floor(0.95 * aim) and high <= math.ceil(1.05 * aim):
        return AskedLength(aim, aim, counted(aim, "word"))
    return AskedLength(low, high, f"{low:,} to {counted(high, 'word')}")


def length(target: Target, written: int) -> Finding:
    """How long it is, of what was asked for."""
    low, high, asked = asked_length(target)
    bound = low if written < low else high if written > high else 0
    off = written / bound - 1 if bound else 0.0
    exact = low == high
    said = f"{written:,} of {asked}" + (f" ({100 * off:+.1f} %)" if bound or exact else "")
    ok = abs(off) <= MOST_OFF + 1e-9
    text = said if ok else f"it is too {'short' if off < 0 else 'long'}: {said}"
    return Finding(kind="length", ok=ok, text=text)


def _refused(sections: Sequence[str]) -> Finding:
    numbers = [n for n, text in enumerate(sections, 1) if refusal(_BODY.sub("", text))]
    text = f"the model refuses to write {_listed(numbers, len(sections))}" if numbers else ""
    return Finding(kind="refusal", ok=not numbers, text=text, sections=tuple(numbers))


def _circles(document: str, found: Repetition) -> Finding:
    if found.share <= MOST_AGAIN or repeated_ngrams(document, FEW) <= LEAST_RUNS:
        return Finding(kind="looping", ok=True, text="no loops")
    said = f"it goes round in circles: {100 * found.share:.0f} % of it says again what stood earlier"
    if found.passages:
        first = " ".join(document[found.passages[0].start : found.passages[0].end].split())
        said += f' ("{first[:QUOTED]}{"..." if len(first) > QUOTED else ""}")'
    return Finding(kind="looping", ok=False, text=said)


def _ending(text: str) -> Finding:
    body = text.rstrip()
    last = body.rpartition("\n")[2]
    if last.startswith("#") or not body:
        return Finding(kind="ending", ok=False, text="its end is missing: the last section has a heading alone")
    if ends_complete(f"{body}\n") or not _GOES_ON.search(body) or _needs_no_mark(body):
        return Finding(kind="ending", ok=True, text="ends on a full sentence")
    end = " ".join(body[-QUOTED:].split())
    return Finding(kind="ending", ok=False, text=f'its end is missing: it breaks off at "...{end}"')


def _needs_no_mark(body: str) -> bool:
    """Verse, a signature, The End."""
    lines = body.rpartition("\n\n")[2].split("\n")
    if len(lines) > 1 and all(len(line) <= VERSE for line in lines):
        return body[-1] not in ",;:，；：、"
    words = lines[-1].split()
    if len(lines[-1]) <= SIGNATURE and all(map(is_cjk, lines[-1])):
        return True
    one = len(lines) == 1 and len(words) <= SIGNATURE and not any(sentence_ends(lines[-1]))
    return one and all(w[:1].isupper() for w in words if w[:1].isalpha())


def _language(sections: Sequence[str], document: str, wanted: set[str]) -> Finding:
    long = {n: text for n, text in enumerate(sections, 1) if count_words(text) >= LEAST_LOOKED_AT} or {0: document}
    other = [n for n, text in long.items() if differs(text, wanted)]
    if other:
        spoken = NAMES.get(tongue(long[other[0]]), ("another language",))[0]
        asked = " or ".join(NAMES[code][0] for code in NAMES if code in wanted)
        part = "it" if len(other) == len(long) else _listed(other, len(sections))
        verb = "are" if part.startswith("sections") else "is"
        text = f"{part} {verb} in {spoken}, not in {asked}"
        return Finding(kind="language", ok=False, text=text, sections=tuple(n for n in other if n))
    spoken = tongue(document)
    return Finding(kind="language", ok=True, text=f"in {NAMES[spoken][0]}" if spoken else "")


def _asked(instruction: str, document: str, wanted: set[str]) -> Finding:
    things = named_things(instruction)
    if not things or differs(document, {tongue(instruction)} & wanted):
        return Finding(kind="asked", ok=True, text="")
    missing = absent(things, document)
    there = len(things) - len(missing)
    more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
    left = f" (missing: {', '.join(missing[:SHOWN])}{more})" if missing else ""
    appear = "appears" if len(things) == 1 else "appear"
    text = f"of what was asked for: {there} of {counted(len(things), 'named thing')} {appear}{left}"
    return Finding(kind="asked", ok=there >= LEAST_NAMED * len(things), text=text)


def _listed(numbers: Sequence[int], count: int) -> str:
    """Such as "sections 2, 5"; "it" where there is but one."""
    if count <= 1:
        return "it"
    shown = ", ".join(map(str, numbers[:SHOWN])) + (" and more" if len(numbers) > SHOWN else "")
    return f"section{'' if len(numbers) == 1 else 's'} {shown}"
