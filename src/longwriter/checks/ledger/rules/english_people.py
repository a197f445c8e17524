"""What English sentences say of people: looks, age, kin, death, and who does something."""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.numbers import NUMBER, ORDINAL, english_number
from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.people import NAME
from longwriter.checks.ledger.rules.claims import Claim, SectionSource

COLOURS = """blue grey gray green brown black hazel amber violet dark white red fair blond blonde golden yellow auburn ginger copper
    chestnut flaxen raven silver""".split()  # noqa: SIM905
_COLOUR = rf"(?P<colour>{joined(COLOURS)})"
_PART = "(?P<part>eyes?|hair|beard|moustache|mustache)"
_OWNER = rf"(?:(?:the )?(?P<name>{NAME})['’]s?|\b(?P<pronoun>[Hh]is|[Hh]er))"
_WHO = rf"(?:\b(?P<pronoun>[Hh]e|[Ss]he)\b|(?P<name>{NAME}))"
_BE = "(?:was|were|is|are|had been|looked|shone)"
_LOOKS = [
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} {_PART}\b"),
    re.compile(
        rf"{_OWNER} (?:[a-z-]+,? ){{0,2}}?{_PART},? (?:which |that )?{_BE}(?: [a-z]+){{0,2}}? (?:an? )?(?:[a-z]+,? )?{_COLOUR}\b"
    ),
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,2}}?{_PART}, (?:[a-z]+,? ){{0,2}}?{_COLOUR}\b"),
    re.compile(
        rf"{_WHO},? (?:who )?(?:had|has|with) (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} {_PART}\b"
    ),
    re.compile(
        rf"{_WHO}\b[^.;!?]{{0,50}}?,? with (?:(?:his|her|those|the) )?(?:[a-z-]+,? ){{0,2}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} {_PART}\b"
    ),
    re.compile(rf"\b{_COLOUR}(?:,? (?:and )?[a-z]+)? {_PART} of (?:the )?(?P<name>{NAME})"),
    re.compile(rf"\bthe {_COLOUR} of (?P<name>{NAME})['’]s? (?:[a-z]+ )?{_PART}"),
    re.compile(rf"\b{_COLOUR}-(?P<part>eyed|haired|bearded),? (?:[a-z]+ )?(?P<name>{NAME})"),
    re.compile(rf"{_WHO}(?: {_BE}|,)(?: [a-z]+,?){{0,4}}? {_COLOUR}-(?P<part>eyed|haired|bearded)"),
]
_PARTS = {"eye": "eyes", "eyed": "eyes", "haired": "hair", "bearded": "beard", "mustache": "moustache"}
_NO_LOOKS = re.compile(
    r"\b(?:not|never|no longer|n['’]t|dyed|dye|wig|painted|turned|turning|grown|grew|gone|going|went|like|as if|as though|if|whites?"
    r"|rimmed|shadows?|circles|rings?|glasses|spectacles|bandaged?|dead|became|become|almost|nearly)\b|n['’]t\b"
)

_EXACT = r"(?:now |just |only |still |barely |exactly |already |then )?"
_OLD = r"(?: years? old| years? of age)"
_BOUND = r"(?=[,.;:!?\"”’)—-]| and\b| when\b| that\b| this\b| but\b|$)"
_BODY = "(?:man|woman|girl|boy|lad|lady|gentleman|child|youth|fellow|person|widow|bachelor|spinster|maiden)"
_AGES = [
    re.compile(rf"{_WHO} (?:was|is) {_EXACT}(?P<age>{NUMBER})(?:{_OLD}|{_BOUND})"),
    re.compile(
        rf"(?P<name>{NAME}), (?:aged |age |who (?:was|is) |now |only |just )?{_EXACT}(?P<age>{NUMBER})(?:{_OLD})?(?=[,)])"
    ),
    re.compile(rf"(?P<name>{NAME}),? (?:aged|age) (?P<age>{NUMBER})\b"),
    re.compile(rf"(?P<name>{NAME}) \((?:aged )?(?P<age>{NUMBER})\)"),
    re.compile(rf"\b(?P<age>{NUMBER})[- ]year[- ]old (?:[a-z]+ )?(?P<name>{NAME})"),
    re.compile(rf"{_WHO},? (?:had|has|having) (?:just |only just |recently |lately )?turned (?P<age>{NUMBER})\b"),
    re.compile(rf"{_OWNER} (?P<nth>{ORDINAL}) birthday"),
    re.compile(
        rf"{_WHO} (?:was|is) (?:now |only |still |then )?an? (?:[a-z-]+,? ){{0,3}}?{_BODY} of (?P<age>{NUMBER}){_BOUND}"
    ),
    re.compile(rf"(?P<name>{NAME}), an? (?:[a-z-]+,? ){{0,3}}?{_BODY} of (?P<age>{NUMBER}){_BOUND}"),
    re.compile(rf"{_OWNER} age (?:was|is) (?P<age>{NUMBER})\b"),
    re.compile(rf"\b[Aa]t (?:the age of )?(?P<age>{NUMBER}),? (?P<name>{NAME}) (?:was|is) (?:still|already|the)"),
    re.compile(rf"\b(?:the age of|[Aa]t) (?P<age>{NUMBER}),? (?P<name>{NAME}) was (?:still|already|the)"),
]
_AT_ANOTHER_TIME = re.compile(
    r"\b(?:when|since|until|till|if|before|after|once|ever|while|almost|nearly|about|would|as if|as though|not|by the time)(?: \w+)?,? $",
    re.I,
)

KIN = """brother sister father mother son daughter uncle aunt cousin nephew niece husband wife grandfather grandmother
    grandson granddaughter widow widower fiancée fiancé""".split()  # noqa: SIM905
_KIN = rf"(?P<kin>(?:step|half-|foster-?|god|great-)?{joined(KIN)}(?:-in-law)?)"
_KIND = r"(?:(?:elder|eldest|older|oldest|younger|youngest|little|big|twin|dear|only|late|own|poor|dead|beloved|young|old) )?"
_SUBJECT = rf"(?P<name>{NAME})"
_OTHER = rf"(?P<other>{NAME})"
_RELATED = [
    re.compile(rf"{_OWNER} {_KIND}{_KIN},? {_OTHER}(?!['’]s)"),
    re.compile(
        rf"{_OWNER} {_KIND}{_KIN},? (?:whose name (?:was|is)|(?:was|is)(?: called| named)?|who was called|named|called) {_OTHER}(?!['’]s)"
    ),
    re.compile(rf"{_OTHER}(?:,| was| is|, who was) {_OWNER} {_KIND}{_KIN}\b(?!['’])"),
    re.compile(rf"{_OTHER}(?:,| was| is|, who was) (?:the |an? )?{_KIND}{_KIN} of {_SUBJECT}(?!['’]s)"),
    re.compile(rf"\bthe {_KIND}{_KIN} of {_SUBJECT},? {_OTHER}"),
    re.compile(rf"{_WHO} (?:had|has) an? {_KIND}{_KIN},? (?:called |named |whose name was )?{_OTHER}"),
]
_PAIRS = re.compile(
    rf"{_SUBJECT} and {_OTHER},? (?:were|are|had been|being) (?:two )?"
    r"(?P<kin>brothers|sisters|cousins|brother and sister|sister and brother|husband and wife|man and wife|siblings|twins)"
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

_DIED = [
    re.compile(
        rf"{_SUBJECT},? (?:had )?(?:died|perished|drowned|bled to death|breathed (?:his|her) last)\b(?! away| down| out| of (?:laugh|shame|bore|curio))"
    ),
    re.compile(
        rf"{_SUBJECT} (?:was|lay|is|fell) (?:now |already |quite |stone |long |stone-)?dead\b(?! to| asleep| tired| set| certain| sure| against| drunk| beat| wrong| right| on| in| as| when)"
    ),
    re.compile(
        rf"{_SUBJECT} (?:was|had been|is) (?:[a-z]+ly )?(?:killed|murdered|drowned|hanged|buried|shot dead|executed|slain|beheaded|laid to rest)\b"
    ),
    re.compile(rf"\b(?:[Tt]hey|[Ww]e|family|village|town|men|had) (?:had )?buried {_SUBJECT}(?!['’]s)"),
    re.compile(
        rf"(?<!before )(?<!until )(?<!of )\b{_SUBJECT}['’]s (?:funeral|grave|burial|corpse|dead body|lifeless body)\b"
    ),
    re.compile(rf"\b(?:the|[Tt]he) (?:funeral|burial|corpse|dead body|lifeless body|grave) of {_SUBJECT}(?!['’]s)"),
]
_NOT_SURELY = re.compile(
    r"\b(?:if|as though|thought|think|thinks|believed?|would|might|may|could|should|perhaps|maybe|must|will|shall|rumou?rs?|fear(?:ed|s)?|suppos\w+"
    r"|pretend\w*|almost|nearly|until|till|unless|not|never|no|hop(?:ed?|ing)|wish\w*|suspect\w*|imagin\w*|dream\w*|wonder\w*|whether|like|half|told"
    r"|tell|say|says|said|swore|heard|hear|read|as good as|when|before|after|than|once|soon|nobody|dug|apparently|presumed|seem\w*)\b|n['’]t\b|\?"
)
_VERBS = """said asked replied answered cried walked went came stood sat turned looked smiled nodded laughed took opened ran put whispered
    shouted shook picked stepped poured entered climbed waved reached leaned rose began called muttered exclaimed sighed grinned frowned
    handed pointed returned arrived hurried crossed pulled pushed closed drew lifted threw drank ate knelt bowed shrugged glanced stared gave
    wrote rode jumped followed moved appeared says asks replies answers walks goes comes stands sits turns looks smiles nodded nods laughs takes
    opens runs puts whispers shouts shakes picks steps pours enters climbs""".split()  # noqa: SIM905
_ACTS = re.compile(rf",? (?:then |now |himself |herself |also |just |[a-z]+ly )?{joined(_VERBS)}\b(?! by\b)")
_SAID = re.compile(
    r"(?:[,!?.—]['\"”’] ?|[a-z] )(?:said|asked|replied|answered|cried|whispered|shouted|muttered|exclaimed|called|laughed) (?:the )?$"
)
_ANOTHER_TIME = re.compile(
    r"\b(?:had|remember\w*|recall\w*|dream\w*|ghosts?|spirits?|memor\w+|years ago|used to|portrait|alive|photograph|vision|would|if|apparition"
    r"|imagin\w*|picture|once|letter|will|diary|story|before|could|as though|namesake|corpse|body)\b|n['’]t\b"
)


def people_claims(source: SectionSource) -> Iterator[Claim]:
    """Looks, ages, kin and deaths."""
    yield from _looks(source)
    yield from _ages(source)
    yield from _kin(source)
    yield from _deaths(source)


def acts(source: SectionSource) -> Iterator[Claim]:
    """Who does something in the narration, in the past or the present: relation "acts"."""
    text = source.passages.text
    for mention in source.mentions:
        does = _ACTS.match(text, mention.end)
        if does or _SAID.search(text, max(0, mention.start - 20), mention.start):
            end = does.end() if does else mention.end
            if source.passages.spoken(mention.start, mention.end):
                continue
            number = source.passages.at(mention.start)
            around = (n for n in (number - 1, number) if n >= 0 and source.passages.same_paragraph(n, number))
            if not any(_ANOTHER_TIME.search(source.passages.sentence(n)) for n in around):
                yield Claim(mention.name, "acts", "", mention.start, end)


def _subject(source: SectionSource, match: re.Match[str], at: int) -> str | None:
    """The name of a match, or whom its pronoun means; `at` is where the match's text begins in the section."""
    groups = match.groupdict()
    if groups.get("name"):
        return named(source, match, "name", at)
    pronoun = groups.get("pronoun")
    return source.meant(at + match.start("pronoun"), pronoun) if pronoun else None


def named(source: SectionSource, match: re.Match[str], group: str, at: int) -> str | None:
    """The name that stands where a group of a match is, as the mentions have it; None where there is none."""
    start, end = at + match.start(group), at + match.end(group)
    found = source.mention(start, end)
    return found.name if found else None


def _looks(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having("eyes eye hair eyed haired beard moustache mustache bearded"):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        for pattern in _LOOKS:
            for match in pattern.finditer(text):
                if _NO_LOOKS.search(match[0]) or text[match.end() :].startswith(" with "):
                    continue
                subject = _subject(source, match, start)
                part = _PARTS.get(match["part"], match["part"])
                if subject:
                    yield Claim(subject, part, match["colour"].lower(), start + match.start(), start + match.end())


def _ages(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having(_AGE_WORDS):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        for pattern in _AGES:
            for match in pattern.finditer(text):
                groups = match.groupdict()
                age = english_number(groups.get("age") or groups.get("nth") or "")
                if age is None or not 0 < age < 120 or _AT_ANOTHER_TIME.search(text[: match.start()]):
                    continue
                subject = _subject(source, match, start)
                if subject and source.people.person(subject):
                    yield Claim(subject, "age", str(age), start + match.start(), start + match.end())


_AGE_WORDS = """aged age old birthday turned one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred """ + " ".join(
    map(str, range(1, 120))
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
                subject, other = _subject(source, match, start), named(source, match, "other", start)
                if subject and other and subject != other:
                    yield Claim(subject, f"kin:{match['kin']}", other, start + match.start(), start + match.end())
        for match in _PAIRS.finditer(text):
            subject, other = _subject(source, match, start), named(source, match, "other", start)
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


def _deaths(source: SectionSource) -> Iterator[Claim]:
    triggers = """died dead killed murdered drowned hanged buried shot executed slain beheaded perished bled breathed rest funeral grave burial
        corpse body"""
    for number in source.passages.having(triggers):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        for pattern in _DIED:
            for match in pattern.finditer(text):
                place = start + match.start()
                if source.passages.spoken(place, start + match.end()) or _NOT_SURELY.search(text):
                    continue
                subject = named(source, match, "name", start)
                if subject and source.people.person(subject):
                    yield Claim(subject, "dead", "dead", place, start + match.end())
