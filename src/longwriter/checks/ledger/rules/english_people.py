"""What English sentences say of people: looks, age and kin."""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.numbers import NUMBER, ORDINAL, english_number
from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.people import NAME
from longwriter.checks.ledger.rules.claims import Claim, SectionSource

COLOURS = """blue grey gray green brown black hazel amber violet dark white red fair blond blonde golden yellow
    auburn ginger copper chestnut flaxen raven silver""".split()  # noqa: SIM905
_COLOUR = rf"(?P<colour>{joined(COLOURS)})"
_PART = "(?P<part>eyes?|hair|curls|locks|braids|tresses|beard|moustache|mustache)"
_OWNER = rf"(?:(?:the )?(?P<name>{NAME})['’]s?|\b(?P<pronoun>[Hh]is|[Hh]er))"
_WHO = rf"(?:\b(?P<pronoun>[Hh]e|[Ss]he)\b|(?P<name>{NAME}))"
_BE = "(?:was|were|is|are|had been|looked|shone)"
_LOOKS = [
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} {_PART}\b"),
    re.compile(
        rf"{_OWNER} (?:[a-z-]+,? ){{0,2}}?{_PART},? (?:which |that )?{_BE}(?: [a-z]+){{0,2}}? (?:an? )?(?:[a-z]+,? "
        rf")?{_COLOUR}\b"
    ),
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,2}}?{_PART}, (?:[a-z]+,? ){{0,2}}?(?:and )?{_COLOUR}\b"),
    re.compile(
        rf"{_WHO},? (?:who )?(?:had|has|with) (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} "
        rf"{_PART}\b"
    ),
    re.compile(rf"\b{_COLOUR}(?:,? (?:and )?[a-z]+)? {_PART} of (?:the )?(?P<name>{NAME})"),
    re.compile(rf"\bthe {_COLOUR} of (?P<name>{NAME})['’]s? (?:[a-z]+ )?{_PART}"),
    re.compile(rf"\b{_COLOUR}-(?P<part>eyed|haired|bearded),? (?:[a-z]+ )?(?P<name>{NAME})"),
]
"""Whose looks are told by the words themselves; below, those of the only one whom the sentence names."""
_LOOKS_OF_ONE = [
    re.compile(rf"\b{_COLOUR}(?:,? (?:and )?[a-z-]+)? {_PART}\b"),
    re.compile(rf"\b{_COLOUR}-(?P<part>eyed|haired|bearded)\b"),
    re.compile(
        rf"\b(?:[Tt]he|[Hh]is|[Hh]er|whose|with|and) (?:[a-z-]+,? ){{0,2}}?{_PART},? (?:which |that )?{_BE}(?: "
        rf"[a-z]+)? (?:an? )?{_COLOUR}\b"
    ),
]
_SOMEBODY = re.compile(
    r"\b(?:an?|the|another|this|that|some) (?:[a-z-]+,? ){0,3}?(?:man|woman|girl|boy|lady|gentleman|child|baby"
    r"|stranger|fellow|doctor|dog|horse"
    r"|cat|one|person|face|youth|lad|officer|soldier|servant|maid)\b|\b(?:[Tt]heir|[Mm]y|[Yy]our|[Oo]ur|they"
    r"|people|men|women|eyes of)\b"
)
"""Somebody without a name, whose looks they may be."""
_PARTS = {
    "curls": "hair",
    "locks": "hair",
    "braids": "hair",
    "tresses": "hair",
    "eye": "eyes",
    "eyed": "eyes",
    "haired": "hair",
    "bearded": "beard",
    "mustache": "moustache",
}
_NO_LOOKS = re.compile(
    r"\b(?:not|never|no longer|n['’]t|dyed|dye|wig|painted|turned|turning|grown|grew|gone|going|went|like|as if"
    r"|as though|if|whites?"
    r"|rimmed|shadows?|circles|rings?|glasses|spectacles|bandaged?|dead|became|become|almost|nearly)\b|n['’]t\b"
)

_EXACT = r"(?:now |just |only |still |barely |exactly |already |then )?"
_OLD = r"(?: years? old| years? of age)"
_BOUND = r"(?=[,.;:!?\"”’)—-]| and\b| when\b| that\b| this\b| but\b|$)"
_BODY = "(?:man|woman|girl|boy|lad|lady|gentleman|child|youth|fellow|person|widow|bachelor|spinster|maiden)"
_AGES = [
    re.compile(rf"{_WHO} (?:was|is) {_EXACT}(?P<age>{NUMBER})(?:{_OLD}|{_BOUND})"),
    re.compile(
        rf"(?P<name>{NAME}), (?:aged |age |who (?:was|is) |now |only |just "
        rf")?{_EXACT}(?P<age>{NUMBER})(?:{_OLD}(?=[,)]| and)|(?=[,)]))"
    ),
    re.compile(rf"(?P<name>{NAME}),? (?:aged|age) (?P<age>{NUMBER})\b"),
    re.compile(rf"(?P<name>{NAME}) \((?:aged )?(?P<age>{NUMBER})\)"),
    re.compile(rf"\b(?P<age>{NUMBER})[- ]year[- ]old (?:[a-z]+ )?(?P<name>{NAME})"),
    re.compile(
        rf"{_WHO},? (?:who )?(?:had|has|having) (?:just |only just |recently |lately )?(?:turned|lived) (?P<age>{NUMBER})\b"
    ),
    re.compile(rf"{_OWNER} (?P<nth>{ORDINAL}) birthday"),
    re.compile(
        rf"{_WHO} (?:was|is) (?:now |only |still |then )?an? (?:[a-z-]+,? ){{0,3}}?{_BODY} of (?P<age>{NUMBER}){_BOUND}"
    ),
    re.compile(rf"(?P<name>{NAME}), an? (?:[a-z-]+,? ){{0,3}}?{_BODY} of (?P<age>{NUMBER}){_BOUND}"),
    re.compile(rf"{_OWNER} age (?:was|is|as) (?P<age>{NUMBER})\b"),
    re.compile(rf"\b[Aa]t (?:the age of )?(?P<age>{NUMBER}),? (?P<name>{NAME}) (?:was|is) (?:still|already|the|now)"),
    re.compile(
        rf"(?P<name>{NAME})\b[^.;!?,]{{0,40}}? (?:reached|attained) the (?:ripe )?(?:old )?age of "
        rf"(?P<age>{NUMBER})\b"
    ),
]
_AGES_OF_ONE = re.compile(
    rf"\b(?:(?P<age>{NUMBER}){_OLD}|(?:aged|age of|turned) (?P<age2>{NUMBER})\b|(?:[Aa]n?|young|old) (?:[a-z-]+,? "
    rf")?{_BODY} of (?P<age3>{NUMBER}){_BOUND})"
)
"""The age of the only one whom a sentence names."""
_BEGINS_ANOTHER_TIME = re.compile(r"(?:When|Since|Until|Till|If|Before|After|Once|While|Although|Not) ")
_AT_ANOTHER_TIME = re.compile(
    r"\b(?:when|since|until|till|if|before|after|once|ever|while|almost|nearly|about|would|as if|as though|not"
    r"|by the time)(?: \w+)?,? $",
    re.I,
)

KIN = """brother sister father mother son daughter uncle aunt cousin nephew niece husband wife grandfather
    grandmother grandson granddaughter widow widower fiancée fiancé""".split()  # noqa: SIM905
_KIN = rf"(?P<kin>(?:step|half-|foster-?|god|great-)?{joined(KIN)}(?:-in-law)?)"
_KIND = (
    r"(?:(?:elder|eldest|older|oldest|younger|youngest|little|big|twin|dear|only|late|own|poor|dead|beloved|young"
    r"|old) )?"
)
SUBJECT = rf"(?P<name>{NAME})"
_OTHER = rf"(?P<other>{NAME})"
_RELATED = [
    re.compile(rf"{_OWNER} {_KIND}{_KIN},? {_OTHER}(?!['’]s)"),
    re.compile(
        rf"{_OWNER} {_KIND}{_KIN},? (?:whose name (?:was|is)|(?:was|is)(?: called| named)?|who was called|named"
        rf"|called) {_OTHER}(?!['’]s)"
    ),
    re.compile(rf"{_OTHER}(?:,| was| is|, who was| had been|, formerly) {_OWNER} {_KIND}{_KIN}\b(?!['’])"),
    re.compile(rf"{_OTHER} as {_OWNER} {_KIND}{_KIN}\b(?!['’])"),
    re.compile(rf"{_OTHER}(?:,| was| is|, who was)(?: the| an?)? {_KIND}{_KIN} of {SUBJECT}(?!['’]s)"),
    re.compile(rf"\bthe {_KIND}{_KIN} of {SUBJECT},? {_OTHER}"),
    re.compile(rf"{_WHO} (?:had|has) an? {_KIND}{_KIN},? (?:called |named |whose name was )?{_OTHER}"),
    re.compile(
        rf"{_OTHER} (?:was|is|had been|had always been) (?:always )?(?:an?|the) (?:[a-z]+ ){{0,2}}?{_KIN} to "
        rf"{SUBJECT}(?!['’]s)"
    ),
]
_PAIRS = re.compile(
    rf"{SUBJECT} and {_OTHER},? (?:were|are|had been|being) (?:two )?"
    r"(?P<kin>brothers|sisters|cousins|brother and sister|sister and brother|husband and wife|man and wife"
    r"|siblings|twins)"
)
_PLURALS = {
    "brothers": "brother",
    "sisters": "sister",
    "cousins": "cousin",
    "husband and wife": "spouse",
    "man and wife": "spouse",
}
_NONE = re.compile(
    rf"{_WHO}(?:,? (?:who )?(?:was|is|had been) (?:an|the) only (?P<only>child|son|daughter)"
    r"|,? (?:who )?(?:had|has) (?:no|never had any|never had an?|neither) "
    r"(?P<lacking>brothers?(?: (?:or|and|nor) sisters?)?|sisters?(?: (?:or|and|nor) brothers?)?|siblings?|children))\b"
)


def people_claims(source: SectionSource) -> Iterator[Claim]:
    """Looks, ages and kin."""
    yield from _looks(source)
    yield from _ages(source)
    yield from _kin(source)


def _subject(source: SectionSource, match: re.Match[str], at: int, besides: str = "") -> str | None:
    """The name of a match, or whom its pronoun means; `at` is where the match's text begins in the section."""
    groups = match.groupdict()
    if groups.get("name"):
        return source.named(match, "name", at)
    pronoun = groups.get("pronoun")
    return source.meant(at + match.start("pronoun"), pronoun, besides) if pronoun else None


def _looks(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having(
        "eyes eye hair curls locks braids tresses eyed haired beard moustache mustache bearded"
    ):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        told = False
        for pattern in _LOOKS:
            for match in pattern.finditer(text):
                subject = _subject(source, match, start)
                if subject and not _NO_LOOKS.search(match[0]):
                    told = True
                    yield _look(subject, match, start)
        if not told:
            yield from _looks_of_one(source, number, start, text)
        if number + 1 < len(source.passages):
            yield from _they_were(
                source, number + 1, source.passages.starts[number + 1], source.passages.sentence(number + 1)
            )


def _looks_of_one(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """Looks in a sentence that names one person and nobody without a name; or names none and follows one that does."""
    if _NO_LOOKS.search(text):
        return
    for pattern in _LOOKS_OF_ONE:
        for match in pattern.finditer(text):
            subject = source.only(number)
            if not subject:
                pronoun = _PRONOUN.search(text, 0, match.start())
                subject = source.meant(
                    start + (pronoun.start() if pronoun else match.start()), pronoun[0] if pronoun else ""
                )
            somebody = _SOMEBODY.search(_INDEED.sub("", text))
            if subject and not somebody:
                yield _look(subject, match, start)


_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
_INDEED = re.compile(
    r"(?:(?:was|is),? |(?<=[a-z]), )(?:an? )?(?:[a-z-]+,? ){0,3}?(?:man|woman|girl|boy|lady|gentleman|child|fellow"
    r"|youth|lad|person)\b"
)


def _they_were(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """Looks told in the sentence behind: she opened her eyes; they were blue."""
    match = _THEY_WERE.match(text)
    if not match or not number or not source.passages.same_paragraph(number - 1, number):
        return
    part = _LAST_PART.search(source.passages.sentence(number - 1))
    first = source.passages.starts[number - 1]
    if part:
        subject = source.only(number - 1) or source.meant(first + part.start(), part["pronoun"] or "")
        if subject:
            yield Claim(
                subject, _PARTS.get(part["part"], part["part"]), match["colour"].lower(), first, start + match.end()
            )


_THEY_WERE = re.compile(rf"(?:They|Those|It) (?:were|was|are|is) (?:[a-z]+ )?{_COLOUR}\b")
_LAST_PART = re.compile(rf"\b(?P<pronoun>his|her)?(?: [a-z]+)? {_PART}\b[^.]{{0,20}}\.$")


def _look(subject: str, match: re.Match[str], start: int) -> Claim:
    part = _PARTS.get(match["part"], match["part"])
    return Claim(subject, part, match["colour"].lower(), start + match.start(), start + match.end())


def _ages(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having(_AGE_WORDS):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        told = False
        for pattern in _AGES:
            for match in pattern.finditer(text):
                groups = match.groupdict()
                age = english_number(groups.get("age") or groups.get("nth") or "")
                other_time = _AT_ANOTHER_TIME.search(text[: match.start()]) or _BEGINS_ANOTHER_TIME.match(match[0])
                if age is None or not 0 < age < 120 or other_time:
                    continue
                subject = _subject(source, match, start)
                if subject and source.people.person(subject):
                    told = True
                    yield Claim(subject, "age", str(age), start + match.start(), start + match.end())
        if not told:
            yield from _ages_of_one(source, number, start, text)


_AGE_NUMBERS = " ".join(map(str, range(2, 120)))
_AGE_WORDS = f"""aged age old birthday turned two three four five six seven eight nine ten eleven twelve thirteen
    fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty
    ninety hundred {_AGE_NUMBERS}"""


def _ages_of_one(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """The age in a sentence that names one person and nobody without a name."""
    for match in _AGES_OF_ONE.finditer(text):
        age = english_number(match["age"] or match["age2"] or match["age3"])
        subject = source.only(number)
        rest = text[: match.start()] + text[match.end() :]
        unsure = (
            _AT_ANOTHER_TIME.search(text[: match.start()])
            or _SOMEBODY.search(_INDEED.sub("", rest))
            or _OTHERS_AGE.search(rest)
        )
        if subject and age and age < 120 and not unsure and source.people.person(subject):
            yield Claim(subject, "age", str(age), start + match.start(), start + match.end())


_OTHERS_AGE = re.compile(
    rf"\b(?:{joined(KIN)}|when|since|until|if|before|would|had been|as old|for|house|like|wine|[Ii]|son|he's"
    rf"|she's|ago|looked|seemed|not)\b"
)


def _kin(source: SectionSource) -> Iterator[Claim]:
    triggers = " ".join(
        [
            *KIN,
            *(f"step{kin}" for kin in KIN[:6]),
            "brothers sisters cousins siblings twins child children godfather godmother",
        ]
    )
    for number in source.passages.having(triggers):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        for pattern in _RELATED:
            for match in pattern.finditer(text):
                other = source.named(match, "other", start)
                subject = _subject(source, match, start, other or "")
                if subject and other and subject != other:
                    yield Claim(subject, f"kin:{match['kin']}", other, start + match.start(), start + match.end())
        for match in _PAIRS.finditer(text):
            subject, other = _subject(source, match, start), source.named(match, "other", start)
            if subject and other:
                kin = _PLURALS.get(match["kin"], "sibling")
                yield Claim(subject, f"kin:{kin}", other, start + match.start(), start + match.end())
        for match in _NONE.finditer(text):
            subject = _subject(source, match, start)
            lacking = (
                "siblings"
                if match["only"] == "child" or (match["lacking"] or "").startswith("sib")
                else match["lacking"]
            )
            if subject and lacking:
                yield Claim(subject, "kin:none", lacking, start + match.start(), start + match.end())
