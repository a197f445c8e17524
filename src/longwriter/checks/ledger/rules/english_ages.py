"""What English sentences say of people's ages."""

import re
from collections.abc import Iterator
from itertools import chain

from longwriter.checks.ledger.numbers import NUMBER, NUMBER_WORDS, ORDINAL, english_number
from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.rules.claims import NAMED, Claim, Patterns, SectionSource
from longwriter.checks.ledger.rules.english_kin import KIN
from longwriter.checks.ledger.rules.english_looks import INDEED, SOMEBODY

_AGE = rf"(?P<age>(?i:{NUMBER}))"
_NAME = rf"(?P<name>{NAMED})"
_OWNER = rf"(?:(?:the )?{_NAME}['’]s?|\b(?P<pronoun>[Hh]is|[Hh]er))"
_WHO = rf"(?:\b(?P<pronoun>[Hh]e|[Ss]he)\b|{_NAME})"
_EXACT = r"(?:now |just |only |still |barely |exactly |already |then |all of |but |scarcely |no more than )?"
_OLD = r"(?: years? old\b| years? of age| summers old| winters old)"
_BOUND = r"(?=[,.;:!?\"”’)—-]| and\b| now\b| when\b| that\b| this\b| but\b| at (?:the|that) time|$)"
_PEOPLE = """man woman girl boy lad lass lady gentleman child youth fellow person widow widower bachelor spinster maiden
    bride groom veteran student lawyer doctor farmer sailor soldier teacher clerk merchant matron creature"""
_BODY = joined(_PEOPLE.split())
_ADJECTIVES = r"(?:[a-z-]+,? ){0,3}?"
_AGES: Patterns = {
    "": [
        re.compile(rf"{_WHO},? (?:(?:was|is)(?:,? [a-z]+,)?|being|had already been) {_EXACT}{_AGE}(?:{_OLD}|{_BOUND})"),
        re.compile(
            rf"{_NAME}, (?:aged |age |who (?:was|is) |now |only |just |being )?{_EXACT}{_AGE}(?:{_OLD}(?=[,)]| and)|(?=[,)]))"
        ),
        re.compile(rf"{_NAME},? (?:aged|age) {_AGE}\b"),
        re.compile(rf"{_NAME} \((?:aged )?{_AGE}\)"),
        re.compile(
            r"^(?:Now |Already|Being|Only|Just|Barely|Still|Aged|Not yet|Turned|Then|Now)?(?: only| just| barely)? ?"
            rf"{_AGE}(?:{_OLD})?"
            rf"(?: (?:now|then|already))?(?:,| and)[^.;!?\"“”]{{0,30}}? {_NAME} "
        ),
    ],
    "turned lived seen completed": [
        re.compile(
            rf"{_WHO},? (?:who )?(?:had|has|having) (?:just |only just |recently |lately )?(?:turned|lived|seen|"
            rf"completed) {_AGE}\b"
            r"(?! (?:[a-z]+ )?(?:times|things|men|people|of|days|weeks|months|hours|corners|pages)\b)(?! years? (?:in|"
            r"at|with|on)\b(?! this| the world| earth))"
        ),
    ],
    "birthday birthdays": [
        re.compile(rf"{_OWNER} (?P<nth>{ORDINAL}) birthday"),
        re.compile(rf"\b(?:[Tt]he |[Aa] )?(?P<nth>{ORDINAL}) birthday of {_NAME}"),
    ],
    _PEOPLE: [
        re.compile(
            rf"{_WHO} (?:was|is|had become) (?:now |only |still |then |in (?:his|her) [a-z]+, |already )?an? {_ADJECTIVES}"
            rf"{_BODY} of {_AGE}(?: years| summers)?(?:{_BOUND}| with| who)"
        ),
        re.compile(rf"{_NAME}, (?:though |still |now )?an? {_ADJECTIVES}{_BODY} of {_AGE}(?: years| summers)?{_BOUND}"),
        re.compile(rf"(?:^|[;:—] ?|[Ll]ike |For )[Aa]n? {_ADJECTIVES}{_BODY} of {_AGE}(?: years)?, {_NAME}\b"),
    ],
    "age": [
        re.compile(rf"{_OWNER} (?:own )?age(?: was| is| as|,? which was|:| then was)? {_AGE}\b"),
    ],
    "at": [
        re.compile(
            rf"\b[Aa]t (?:the (?:ripe |early |tender |advanced )?(?:old )?age of )?{_AGE},? (?:[a-z]+ )?{_NAME} "
            r"(?:was|is|still|already|the|now|had never|could still|knew)\b"
        ),
    ],
    "reached attained": [
        re.compile(
            rf"{_WHO}\b[^.;!?,]{{0,40}}? (?:reached|attained) (?:the |h(?:is|er) )(?:ripe )?(?:old )?(?:age of )?{_AGE}\b"
        ),
    ],
    "years": [
        re.compile(
            rf"{_NAME}\b[^.;!?\"“”]{{0,60}}?(?:\b[Ff]or|[Dd]espite|[Ii]n spite of|[Ww]ith|under|of) (?:all )?(?:his|her"
            rf") {_AGE} years{_BOUND}"
        ),
        re.compile(rf"(?:[Ff]or|[Dd]espite|[Ii]n spite of|[Ww]ith|[Ii]n) (?:all )?(?:his|her) {_AGE} years,? {_NAME}"),
        re.compile(rf"{_OWNER} {_AGE} years (?:weighed|sat|lay|hung|had not|did not)\b"),
    ],
    "years age summers": [
        re.compile(rf"(?:years|age|summers) of {_NAME} (?:was|were|numbered|is) {_AGE}\b"),
    ],
    "i i'm": [
        re.compile(
            rf"(?:[\"“‘]|^)I(?: am|['’]m) {_EXACT}{_AGE}(?:{_OLD})?(?:,? [a-z ]{{2,20}})?[,.!?—]*[\"”’] ?(?:(?:said|replied"
            rf"|answered|cried|told|whispered|added|called) {_NAME}|(?P<name2>{NAMED}) [a-z]+)"
        ),
    ],
    "you you're": [
        re.compile(rf"\b[Yy]ou(?: are|['’]re) {_EXACT}{_AGE}(?:{_OLD})?(?:,? now)?, {_NAME}"),
    ],
    "year": [
        re.compile(rf"\b{_AGE}[- ]year[- ]old (?:[a-z]+ )?{_NAME}"),
    ],
}
_HE_WAS, _BEFORE_HE_WAS = "he was", re.compile(rf"\b{_AGE} (?P<pronoun>he|she) (?:was|is){_BOUND}")
"""What begins with a number takes long; this is looked for in sentences with these words alone."""
_OF_ONE: Patterns = {
    f"old age summers winters aged turned {_PEOPLE}": [
        re.compile(
            rf"\b(?:(?P<age>(?i:{NUMBER})){_OLD}|(?:[Aa]ged|age of|turned) (?P<age2>{NUMBER})\b"
            rf"|(?:[Aa]n?|young|old) {_ADJECTIVES}{_BODY} of (?P<age3>{NUMBER})(?: years| summers)?(?:{_BOUND}| with)"
            rf"|{_BODY}, (?P<age4>{NUMBER}) years)"
        )
    ],
    "at": [re.compile(rf"\bat (?P<age>{NUMBER})\.$")],
}
"""The age of the only one whom a sentence names."""
_BEGINS_ANOTHER_TIME = re.compile(r"(?:When|Since|Until|Till|If|Before|After|Once|While|Although|Not) ")
_AT_ANOTHER_TIME = re.compile(
    r"\b(?:when|since|until|till|if|before|after|once|ever|while|almost|nearly|about|would|as if|as though|not"
    r"|by the time)(?: \w+)?,? $",
    re.I,
)
_WOULD_HAVE = re.compile(r"[^.;!?]*\bwould have\b")
_OF_A_THING = re.compile(
    rf"(?:The|This|That|His|Her|Their|Its|An?) (?:[a-z-]+ )?(?!{_BODY}\b|age\b|years\b|birthday\b|register\b)[a-z]+"
    rf"(?: (?:that |which |where )?(?:{NAMED}|he|she) [a-z ]+|, (?:{NAMED}|he|she) [a-z]+,| of {NAMED}| in {NAMED})?"
    r" (?:was|is|were|are|had been|turned) "
)
"""The house that Anne bought was ninety."""
_OTHERS_AGE = re.compile(
    rf"\b(?:{joined(KIN)}|when|since|until|if|before|would|had been|as old|for|house|like|wine|[Ii]|son|he's"
    rf"|she's|ago|looked|seemed|not)\b"
)
_TRIGGERS = " ".join(["birthday", *NUMBER_WORDS, *(f"{word}-year-old" for word in NUMBER_WORDS)])
_OLDEST = 120


def ages(source: SectionSource) -> Iterator[Claim]:
    """How old somebody is."""
    for number in source.passages.having(_TRIGGERS):
        start, text = source.sentence(number)
        told = False
        if not _SOMEONE.search(text):
            continue
        number_first = _BEFORE_HE_WAS.finditer(text) if _HE_WAS in text else ()
        for match in chain(source.matches(number, _AGES), number_first):
            groups = match.groupdict()
            age = english_number(next((groups[one] for one in ("age", "age2", "nth") if groups.get(one)), ""))
            other_time = _AT_ANOTHER_TIME.search(text[: match.start()]) or _BEGINS_ANOTHER_TIME.match(match[0])
            if age is None or not 0 < age < _OLDEST or other_time or _WOULD_HAVE.search(text, match.end()):
                continue
            subject = _subject(source, match, start)
            if subject and source.people.person(subject):
                told = True
                yield Claim(subject, "age", str(age), start + match.start(), start + match.end())
        if not told:
            for claim in _of_one(source, number, start, text):
                told = True
                yield claim
        if not told:
            yield from _one_number(source, number, start, text)


def _subject(source: SectionSource, match: re.Match[str], at: int) -> str | None:
    """The name of a match, or whom its pronoun means; `at` is where the match's text begins in the section."""
    groups = match.groupdict()
    for group in ("name", "name2"):
        if groups.get(group):
            return source.named(match, group, at)
    pronoun = groups.get("pronoun")
    return source.meant(at + match.start("pronoun"), pronoun) if pronoun else None


def _one_number(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """The only number of a sentence that is about the age of the only one whom it names, in whatever words."""
    subject = source.only(number) or (source.meant(start + len(text), "") if _PRONOUN.search(text) else None)
    if (
        not subject
        or not source.people.person(subject)
        or _ANOTHER_TIME.search(text)
        or _OF_A_THING.match(text)
        or not _ABOUT_AGE.search(text)
    ):
        return
    numbers = list(_ONE_NUMBER.finditer(text))
    if len(numbers) != 1 or SOMEBODY.search(INDEED.sub("", text)):
        return
    age = english_number(numbers[0]["age"] or numbers[0]["nth"])
    if age and _YOUNGEST <= age < _OLDEST:
        yield Claim(subject, "age", str(age), start + numbers[0].start(), start + numbers[0].end())


_SOMEONE = re.compile(r"ꙮ|\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
_YOUNGEST = 4
"""Smaller numbers count other things more often than years."""
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
_ABOUT_AGE = re.compile(
    r"\b(?:age|aged|ages|birthdays?|candles|years old|years of age|years of life|years in (?:this|the) world|years"
    r" on (?:this )?earth"
    rf"|alive|(?:[Bb]eing|[Bb]e|is|was|am|at|to|[Aa]t|[Aa] (?:[a-z-]+ )?{_BODY} of|turned|turning|reached|past|seen"
    rf"|see) {NUMBER}{_BOUND}|{NUMBER} (?:was|is) (?:no|an?|not|young|old|too)"
    rf"|(?:his|her|['’]s) (?:[a-z-]+ )?{NUMBER} years|{NUMBER} (?:winters|summers|birthdays|candles|springs|autumns"
    r")|years old)\b"
)
_ONE_NUMBER = re.compile(
    rf"\b(?:(?P<age>(?i:{NUMBER}))(?=[,.;:!?\"”’)—-]|$| (?:years?|summers|winters|springs|autumns|birthdays|candles"
    r"|of them|was|is|and|when|that|but|now|he|she|in|to|ꙮ|next|last|this|on|by|already|did|does|could|for|with|"
    r"or|as|at)\b)"
    rf"(?!-(?!year)[a-z])|(?P<nth>{ORDINAL}) (?:birthday|year\b))"
)
_ANOTHER_TIME = re.compile(
    r"\b(?:ago|since (?!the)|until|till|before|after|if|would have|had been|had (?:gone|left|come|married|lost|"
    r"died)|as (?:young|old) as|seemed?|looked|like|looks"
    r"|almost|nearly|about|or so|guess\w*|perhaps|thought|o'clock|miles?|pounds|dollars|shillings|feet|inches|"
    r"hours?|minutes|days|weeks|months|hundred|past|half"
    rf"|{joined(KIN)}|(?:son|daughter|brother|sister|child)s|for \w+ years|years later|in \w+ years|not yet|[Ww]hen"
    r" (?:I|he|she|ꙮ+) was|[Ss]ince|[Uu]ntil|[Bb]efore|[Aa]fter|[Oo]nce|used to)\b|n['’]t\b"
)


def _of_one(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """The age in a sentence that names one person and nobody without a name."""
    for match in source.matches(number, _OF_ONE):
        age = english_number(next(filter(None, match.groups()), ""))
        subject = source.only(number)
        rest = text[: match.start()] + text[match.end() :]
        unsure = (
            _OF_A_THING.match(text)
            or _AT_ANOTHER_TIME.search(text[: match.start()])
            or SOMEBODY.search(INDEED.sub("", rest))
            or _OTHERS_AGE.search(rest)
        )
        if subject and age and age < _OLDEST and not unsure and source.people.person(subject):
            yield Claim(subject, "age", str(age), start + match.start(), start + match.end())
