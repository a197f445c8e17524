"""How a text is told, paragraph by paragraph: narration that leaves its tense or its person.

Only what can be shown: a text told in the past whose narrator, in some paragraph, has people act in the present; a text
told of "he" and "she" in which the narrator says "I". Speech does not count, nor do letters.
"""

import re
from typing import NamedTuple

from longwriter.checks.ledger.passages import Passages, joined

_PAST = """was were had did said went came saw took knew thought felt made could began stood told gave found got left kept sat ran
    held heard brought rose fell spoke wrote drew threw grew wore shook drove ate drank rode broke chose woke flew laid lay led met paid
    sent slept won""".split()  # noqa: SIM905
_NOW = """says goes comes sees takes knows thinks feels makes begins stands tells gives finds gets leaves keeps sits runs holds hears
    brings rises falls speaks writes draws throws shakes drives eats drinks rides wakes walks looks turns opens closes smiles nods asks
    answers replies steps pulls pushes pours reaches waits listens watches laughs whispers picks puts sets lifts stops stares glances climbs
    crosses enters hurries moves leans shrugs sighs calls shouts touches unlocks presses drops places folds lights tries remembers wipes
    slips slides strides raises lowers kneels""".split()  # noqa: SIM905
_ACTS_NOW = re.compile(
    rf"(?:\b(?:[Hh]e|[Ss]he|and|then)|(?<=[a-z,] )[A-Z][a-z]+|^[A-Z][a-z]+|(?<=[.!?] )[A-Z][a-z]+)(?: [a-z]+ly)? (?P<verb>{joined(_NOW)})\b"
)
_PASTS = re.compile(
    rf"\b(?:{joined(_PAST)}|(?:[Hh]e|[Ss]he|they|[Tt]hey|and|it|who|[A-Z][a-z]+) (?:[a-z]+ly )?[a-z]{{2,}}ed)\b"
)
_FIRST = re.compile(r"\b(?:I|my|me|myself|mine|I'm|I'd|I've|I'll)\b", re.IGNORECASE)
_EYE = re.compile(r"\bI\b(?!\.)")
_THIRD = re.compile(r"\b(?:he|she|him|her|his)\b", re.IGNORECASE)
_LETTER = re.compile(
    r"\b(?:dear|yours|sir|letter|wrote|writes|diary|journal|read|p\.s\.|postscript|reader)\b|:\s*$|^\s*(?:>|_)",
    re.IGNORECASE | re.MULTILINE,
)
_ZH_FIRST, _ZH_THIRD = re.compile("我(?!们|国|军|方|校)"), re.compile("[他她]")
_ZH_LETTER = re.compile("亲爱的|此致|敬礼|信|日记|写道|读者|笔者|[:：]\\s*$", re.MULTILINE)
_LEAST_BEFORE = 12
"""Verbs, or words for persons, that tell how a text is told before anything can leave it."""
_SURE = 8
"""How often the text's own tense has to outnumber the other."""


class VoiceTurn(NamedTuple):
    """A paragraph that leaves how the text is told, and one before it that shows how."""

    check: str
    before: tuple[int, int, int]
    """Section, start and end."""
    after: tuple[int, int]
    message: str


class Voice:
    """How a text has been told so far."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._past = self._now = self._first = self._third = 0
        self._shown: dict[str, tuple[int, int, int]] = {}

    def read(self, section: int, passages: Passages) -> list[VoiceTurn]:
        """The first turn of each kind in a section, if the text before it tells surely."""
        found: dict[str, VoiceTurn] = {}
        earlier = ""
        for start, end in paragraphs(passages.text):
            text = narration(passages, start, end)
            if not text.strip():
                continue
            letter = (_ZH_LETTER if self.language == "zh" else _LETTER).search(earlier[-200:] + "\n" + text)
            for turn in self._turns(section, start, end, text):
                if not letter and turn.check not in found:
                    found[turn.check] = turn
            earlier = passages.text[start:end]
        return list(found.values())

    def _turns(self, section: int, start: int, end: int, text: str) -> list[VoiceTurn]:
        turns = []
        if self.language == "zh":
            first, third = len(_ZH_FIRST.findall(text)), len(_ZH_THIRD.findall(text))
            eyes = first
        else:
            first, third, eyes = len(_FIRST.findall(text)), len(_THIRD.findall(text)), len(_EYE.findall(text))
            verbs = {match["verb"] for match in _ACTS_NOW.finditer(text)}
            now, past = len(verbs), len(_PASTS.findall(text))
            if now >= 2 and not past and self._past >= max(_LEAST_BEFORE, _SURE * self._now) and "tense" in self._shown:
                turns.append(
                    VoiceTurn("tense", self._shown["tense"], (start, end), "told in the past, then in the present")
                )
            if past >= 2 and not now:
                self._shown["tense"] = (section, start, end)
            self._past, self._now = self._past + past, self._now + now
        if eyes >= 2 and first >= 3 and self._third >= max(_LEAST_BEFORE, 40 * self._first) and "person" in self._shown:
            turns.append(
                VoiceTurn("person", self._shown["person"], (start, end), "told in the third person, then by an I")
            )
        if third >= 2 and not first:
            self._shown["person"] = (section, start, end)
        self._first, self._third = self._first + first, self._third + third
        return turns


_PARAGRAPH = re.compile(r"\S.*")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Start and end of each line with text that is no heading, item, table or quotation."""
    return [match.span() for match in _PARAGRAPH.finditer(text) if match[0][:1] not in "#>|*-+"]


def narration(passages: Passages, start: int, end: int) -> str:
    """A stretch without what people say in it."""
    return passages.unspoken(start, end)
