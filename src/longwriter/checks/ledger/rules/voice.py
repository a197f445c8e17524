"""How a text is told, paragraph by paragraph: narration that leaves its tense or its person.

Only what can be shown: a text told in the past whose narrator, in some paragraph, has people act in the present; a text
told of "he" and "she" in which the narrator says "I". Speech does not count, nor do letters.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from longwriter.checks.ledger.passages import Passages, joined

_PAST = """was were had did said went came saw took knew thought felt made could began stood told gave found got
    left kept sat ran held heard brought rose fell spoke wrote drew threw grew wore shook drove ate
    drank rode broke chose woke flew laid lay led met paid sent slept won""".split()  # noqa: SIM905
_NOW = """says goes comes sees takes reads knows thinks feels makes begins stands tells gives finds gets leaves
    keeps sits runs holds hears brings rises falls speaks writes draws throws shakes drives eats drinks
    rides wakes walks looks turns opens closes smiles nods asks answers replies steps pulls pushes pours
    reaches waits listens watches laughs whispers picks puts sets lifts stops stares glances climbs
    hands leans closes waves follows crosses enters hurries moves leans shrugs sighs calls shouts
    touches unlocks presses drops places folds lights tries remembers wipes slips slides strides raises
    lowers kneels""".split()  # noqa: SIM905
_NO_VERBS = """was is has does always perhaps sometimes besides thus towards backwards afterwards yes its his
    hers""".split()  # noqa: SIM905
_ACTS_NOW = re.compile(
    r"\b(?:(?P<who>[Hh]e|[Ss]he|(?!It|This|That|What|One|Who|There|Everyone|Nobody|Man|God)[A-Z][a-z]+)|and|then)"
    rf"(?: [a-z]+ly)? (?P<verb>{joined(_NOW)})\b|, (?P<verb2>{joined(_NOW)})\b"
    rf"|\b(?P<who2>[Hh]e|[Ss]he) (?P<verb3>(?!{joined(_NO_VERBS)}\b)[a-z]{{2,}}[a-rt-z]s)\b"
)
_PASTS = re.compile(
    rf"\b(?:{joined(_PAST)}|(?:[Hh]e|[Ss]he|they|[Tt]hey|and|it|who|[A-Z][a-z]+) (?:[a-z]+ly )?[a-z]{{2,}}ed)\b"
)
_FIRST = re.compile(r"\b(?:I\b(?!\.)|(?:[Mm]y|[Mm]e|[Mm]yself|[Mm]ine)\b)")
_THIRD = re.compile(r"\b(?:[Hh](?:e|im|er|is)|[Ss]he)\b")
_GENERAL = re.compile(
    r"(?:^|[.!?] )(?:Every|Each|Most|On) (?:[a-z]+ )?(?:morning|evening|night|day|week|month|year|spring|summer|autumn|winter"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b|\b(?:[Hh]e|[Ss]he|[Tt]hose|[Oo]ne|[Ww]hoever|[Aa]nyone|[Aa] (?:man"
    r"|woman|person)) who [a-z]+s\b"
    r"|\b[Ii]n (?:the|his|her|this|that) (?:[a-z]+ )?(?:novel|film|book|play|poem|song|painting|picture|photograph|story"
    r"|dream|opera"
    r"|game|legend|tale)\b|\b[Tt]he (?:novel|film|book|play|poem|song|painting|picture|story|opera|legend|tale) (?:tells"
    r"|shows|begins"
    r"|opens|ends|goes)\b|\b(?:proverb|saying|song|rule|law) (?:says|goes|has it)\b"
    r"|(?:^|[.!?] )(?:To this day|Nowadays|These days|Even now|Even today|Today)\b"
)
"""What is always so stands in the present, whatever a text is told in."""
_QUOTED_NOTE = re.compile(r"\b(?:diary|journal|letter|note)\b[^.!?\n]{0,40}:")
_MEANT_SO = {"tense": _GENERAL, "person": _QUOTED_NOTE}
"""What shows in its paragraph that a turn is none."""
_LETTER = re.compile(r"\b(?:[Mm]y dear|[Dd]ear [A-Z][a-z]+|Yours|P\.S\.|[Rr]eader)\b|^\s*(?:>|_)", re.MULTILINE)
_BEFORE_LETTER = re.compile(
    r"\b(?:letter|wrote|writes|diary|journal|read|note|story|tale)\b[^\n]*\Z|[:-]\s*\Z", re.IGNORECASE
)
_ZH_FIRST, _ZH_THIRD = re.compile("我(?!们|国|军|方|校)"), re.compile("[他她]")
_ZH_LETTER = re.compile(
    "亲爱的|此致|敬礼|来信|回信|信上|信[里中]|[读念写看]信|封信|信是|书信|日记|写道|读者|笔者|[:：]\\s*$", re.MULTILINE
)
_LEAST_BEFORE = 12
"""Verbs, or words for persons, that tell how a text is told before anything can leave it."""
_SURE = 6
"""How often the text's own tense has to outnumber the other, and the third person the first."""
_SURER = 15
_SHORTEST = 2
_ZH_TELLING = 8
"""Characters of a Chinese sentence without an I that is counted as one about others."""
_IN_A_ROW = 3
"""Sentences that are looked at together."""


VOICE = ("tense", "person")
"""The checks; of a finding of theirs, the first place shows how the text is told, and what leaves that follows."""


class VoiceTurn(NamedTuple):
    """A paragraph that leaves how the text is told, and one before it that shows how."""

    check: str
    before: tuple[int, int, int]
    """Section, start and end."""
    after: tuple[int, int]
    message: str
    lasts: bool = False
    """The section before has such a turn, too: it is one change."""


class Voice:
    """How a text has been told so far."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._past = self._now = self._first = self._third = 0
        self._shown: dict[str, tuple[int, int, int]] = {}
        self._left: set[str] = set()
        """Checks with a turn, and no section since that is told as the text is."""

    def read(self, section: int, passages: Passages) -> list[VoiceTurn]:
        """The first turn of each kind in a section, if the text before it tells surely."""
        found: dict[str, VoiceTurn] = {}
        if not len(passages):
            return []
        earlier, sets = "", _Having.of(passages)
        for start, end in paragraphs(passages.text):
            sentences = list(self._counted(passages, start, end, sets))
            if not sentences:
                continue
            whole = passages.text[start:end]
            if self.language == "zh":
                letter = _ZH_LETTER.search(f"{earlier[-60:]}\n{whole}")
            else:
                letter = _LETTER.search(whole) or _BEFORE_LETTER.search(earlier[-200:])
            for check in ("tense",) if letter else ("tense", "person"):
                turn = self._turn(check, sentences)
                if turn and check not in found and not _MEANT_SO[check].search(whole):
                    found[check] = turn
            self._note(section, start, end, sentences)
            earlier = whole
        turns = [turn._replace(lasts=check in self._left) for check, turn in found.items()]
        back = {check for check, place in self._shown.items() if place[0] == section}
        self._left = (self._left - back) | set(found)
        return turns

    def _counted(self, passages: Passages, start: int, end: int, sets: "_Having") -> Iterator["_Told"]:
        """Each sentence of a paragraph with what its narration shows; those that people say are left out."""
        for number in range(passages.at(start), passages.at(end - 1) + 1):
            first, last = passages.span(number)
            text = passages.unspoken(max(start, first), min(end, last))
            if len(text) < _SHORTEST:
                continue
            if self.language == "zh":
                me, them = len(_ZH_FIRST.findall(text)), len(_ZH_THIRD.findall(text))
                them += not me and not them and len(text) >= _ZH_TELLING  # a name instead of a pronoun, mostly
                yield _Told(first, last, frozenset(), False, 0, me, me, them)
                continue
            yield _told(text, first, last, sets, number)

    def _turn(self, check: str, sentences: Sequence["_Told"]) -> VoiceTurn | None:
        """The first sentences in a row that leave the text's tense, or its person."""
        if check not in self._shown:
            return None
        if check == "tense" and self._past < max(_LEAST_BEFORE, _SURE * self._now):
            return None
        if check == "person" and self._third < max(_LEAST_BEFORE, _SURER * self._first):
            return None
        for i in range(len(sentences)):
            row = sentences[i : i + _IN_A_ROW]
            if check == "tense":
                row = [*takewhile(lambda one: not one.past, row)]
                verbs = frozenset().union(*(one.now for one in row))
                shows = len(verbs) >= 2 and any(one.named for one in row)
            else:
                least = 2 if self.language == "zh" else 3  # Chinese leaves I out where it is clear
                shows = sum(one.eyes for one in row) >= 2 and sum(one.me for one in row) >= least and row[0].me > 0
            if shows:
                message = (
                    "told in the past, then in the present"
                    if check == "tense"
                    else "told in the third person, then by an I"
                )
                return VoiceTurn(check, self._shown[check], (row[0].start, row[-1].end), message)
        return None

    def _note(self, section: int, start: int, end: int, sentences: Sequence["_Told"]) -> None:
        """How a paragraph is told counts for what comes after."""
        past, now = sum(one.past for one in sentences), sum(len(one.now) for one in sentences)
        me, them = sum(one.me for one in sentences), sum(one.them for one in sentences)
        if past >= 2 and not now:
            self._shown["tense"] = (section, start, end)
        if them >= 2 and not me:
            self._shown["person"] = (section, start, end)
        self._past, self._now = self._past + past, self._now + now
        self._first, self._third = self._first + me, self._third + them


class _Told(NamedTuple):
    """What the narration of one sentence shows."""

    start: int
    end: int
    now: frozenset[str]
    """Verbs in the present of people who act."""
    named: bool
    """Some of them are he, she or a name."""
    past: int
    me: int
    eyes: int
    """I itself."""
    them: int


class _Having(NamedTuple):
    """Numbers of the sentences that are worth a closer look; reading all of them closely took twice as long."""

    now: frozenset[int]
    near_now: frozenset[int]
    past: frozenset[int]
    me: frozenset[int]

    @classmethod
    def of(cls, passages: Passages) -> "_Having":
        now = frozenset(passages.having(" ".join(_NOW)))
        near = frozenset(number + step for number in now for step in range(1 - _IN_A_ROW, _IN_A_ROW))
        return cls(
            now, near, frozenset(passages.having(" ".join(_PAST))), frozenset(passages.having("i my me myself mine"))
        )


def _told(text: str, start: int, end: int, sets: _Having, number: int) -> _Told:
    """What one sentence's narration shows, in English."""
    acting = list(_ACTS_NOW.finditer(text)) if number in sets.now else []
    verbs = frozenset(match["verb"] or match["verb2"] or match["verb3"] for match in acting)
    past = len(_PASTS.findall(text)) if number in sets.near_now else int(number in sets.past)
    me = _FIRST.findall(text) if number in sets.me else []
    return _Told(
        start,
        end,
        verbs,
        any(match["who"] or match["who2"] for match in acting),
        past,
        len(me),
        me.count("I"),
        len(_THIRD.findall(text)),
    )


_PARAGRAPH = re.compile(r"\S.*")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Start and end of each line with text that is no heading, item, table or quotation."""
    return [match.span() for match in _PARAGRAPH.finditer(text) if match[0][:1] not in "#>|*-+"]
