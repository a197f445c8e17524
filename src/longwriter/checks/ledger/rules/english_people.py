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
_PART = "(?P<part>eyes?|hair|curls|locks|braids|tresses|beard|moustache|mustache)"
_OWNER = rf"(?:(?:the )?(?P<name>{NAME})['’]s?|\b(?P<pronoun>[Hh]is|[Hh]er))"
_WHO = rf"(?:\b(?P<pronoun>[Hh]e|[Ss]he)\b|(?P<name>{NAME}))"
_BE = "(?:was|were|is|are|had been|looked|shone)"
_LOOKS = [
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} {_PART}\b"),
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,2}}?{_PART},? (?:which |that )?{_BE}(?: [a-z]+){{0,2}}? (?:an? )?(?:[a-z]+,? )?{_COLOUR}\b"),
    re.compile(rf"{_OWNER} (?:[a-z-]+,? ){{0,2}}?{_PART}, (?:[a-z]+,? ){{0,2}}?(?:and )?{_COLOUR}\b"),
    re.compile(rf"{_WHO},? (?:who )?(?:had|has|with) (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? (?:and )?[a-z-]+){{0,2}} {_PART}\b"),
    re.compile(rf"\b{_COLOUR}(?:,? (?:and )?[a-z]+)? {_PART} of (?:the )?(?P<name>{NAME})"),
    re.compile(rf"\bthe {_COLOUR} of (?P<name>{NAME})['’]s? (?:[a-z]+ )?{_PART}"),
    re.compile(rf"\b{_COLOUR}-(?P<part>eyed|haired|bearded),? (?:[a-z]+ )?(?P<name>{NAME})"),
]
"""Whose looks are told by the words themselves; below, those of the only one whom the sentence names."""
_LOOKS_OF_ONE = [
    re.compile(rf"\b{_COLOUR}(?:,? (?:and )?[a-z-]+)? {_PART}\b"),
    re.compile(rf"\b{_COLOUR}-(?P<part>eyed|haired|bearded)\b"),
    re.compile(rf"\b(?:[Tt]he|[Hh]is|[Hh]er|whose|with|and) (?:[a-z-]+,? ){{0,2}}?{_PART},? (?:which |that )?{_BE}(?: [a-z]+)? (?:an? )?{_COLOUR}\b"),
]
_SOMEBODY = re.compile(
    r"\b(?:an?|the|another|this|that|some) (?:[a-z-]+,? ){0,3}?(?:man|woman|girl|boy|lady|gentleman|child|baby|stranger|fellow|doctor|dog|horse"
    r"|cat|one|person|face|youth|lad|officer|soldier|servant|maid)\b|\b(?:[Tt]heir|[Mm]y|[Yy]our|[Oo]ur|they|people|men|women|eyes of)\b"
)
"""Somebody without a name, whose looks they may be."""
_PARTS = {"curls": "hair", "locks": "hair", "braids": "hair", "tresses": "hair", "eye": "eyes", "eyed": "eyes", "haired": "hair", "bearded": "beard", "mustache": "moustache"}
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
    re.compile(rf"(?P<name>{NAME}), (?:aged |age |who (?:was|is) |now |only |just )?{_EXACT}(?P<age>{NUMBER})(?:{_OLD}(?=[,)]| and)|(?=[,)]))"),
    re.compile(rf"(?P<name>{NAME}),? (?:aged|age) (?P<age>{NUMBER})\b"),
    re.compile(rf"(?P<name>{NAME}) \((?:aged )?(?P<age>{NUMBER})\)"),
    re.compile(rf"\b(?P<age>{NUMBER})[- ]year[- ]old (?:[a-z]+ )?(?P<name>{NAME})"),
    re.compile(rf"{_WHO},? (?:had|has|having) (?:just |only just |recently |lately )?turned (?P<age>{NUMBER})\b"),
    re.compile(rf"{_OWNER} (?P<nth>{ORDINAL}) birthday"),
    re.compile(
        rf"{_WHO} (?:was|is) (?:now |only |still |then )?an? (?:[a-z-]+,? ){{0,3}}?{_BODY} of (?P<age>{NUMBER}){_BOUND}"
    ),
    re.compile(rf"(?P<name>{NAME}), an? (?:[a-z-]+,? ){{0,3}}?{_BODY} of (?P<age>{NUMBER}){_BOUND}"),
    re.compile(rf"{_OWNER} age (?:was|is|as) (?P<age>{NUMBER})\b"),
    re.compile(rf"\b[Aa]t (?:the age of )?(?P<age>{NUMBER}),? (?P<name>{NAME}) (?:was|is) (?:still|already|the|now)"),
    re.compile(rf"(?P<name>{NAME})\b[^.;!?,]{{0,40}}? (?:reached|attained) the (?:ripe )?(?:old )?age of (?P<age>{NUMBER})\b"),
]
_AGES_OF_ONE = re.compile(
    rf"\b(?:(?P<age>{NUMBER}){_OLD}|(?:aged|age of|turned) (?P<age2>{NUMBER})\b|(?:an?|young|old) (?:[a-z-]+,? )?{_BODY} of (?P<age3>{NUMBER}){_BOUND})"
)
"""The age of the only one whom a sentence names."""
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
    re.compile(rf"{_OWNER} {_KIND}{_KIN},? (?:whose name (?:was|is)|(?:was|is)(?: called| named)?|who was called|named|called) {_OTHER}(?!['’]s)"),
    re.compile(rf"{_OTHER}(?:,| was| is|, who was| had been|, formerly) {_OWNER} {_KIND}{_KIN}\b(?!['’])"),
    re.compile(rf"{_OTHER} as {_OWNER} {_KIND}{_KIN}\b(?!['’])"),
    re.compile(rf"{_OTHER}(?:,| was| is|, who was)(?: the| an?)? {_KIND}{_KIN} of {_SUBJECT}(?!['’]s)"),
    re.compile(rf"\bthe {_KIND}{_KIN} of {_SUBJECT},? {_OTHER}"),
    re.compile(rf"{_WHO} (?:had|has) an? {_KIND}{_KIN},? (?:called |named |whose name was )?{_OTHER}"),
    re.compile(rf"{_OTHER} (?:was|is|had been|had always been) (?:always )?(?:an?|the) (?:[a-z]+ ){{0,2}}?{_KIN} to {_SUBJECT}(?!['’]s)"),
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
    re.compile(rf"{_SUBJECT},? (?:had )?(?:died|perished|drowned|bled to death|passed away|breathed (?:his|her) last|lost (?:his|her) life|met (?:his|her) (?:death|end))\b(?! away| down| out| of (?:laugh|shame|bore|curio))"),
    re.compile(rf"{_SUBJECT} (?:was|lay|is|fell|had been|was found|had been found) (?:now |already |quite |stone |long |stone-|lying )?dead\b(?! to| asleep| tired| set| certain| sure| against| drunk| beat| wrong| right| on| in| as| when)"),
    re.compile(rf"{_SUBJECT} (?:was|had been|is) (?:[a-z]+ly )?(?:killed|murdered|drowned|hanged|buried|shot dead|executed|slain|beheaded|laid to rest|no more)\b"),
    re.compile(rf"\b(?:[Tt]hey|[Ww]e|family|village|town|men|had) (?:had )?buried {_SUBJECT}(?!['’]s)"),
    re.compile(rf"\b(?:fever|plague|cholera|bullet|arrow|fall|cold|illness|disease|blow|shot|storm|flood|fire|accident|cancer|consumption|[a-z]+|[A-Z][a-z]+) (?:had )?(?:killed|murdered|carried off|strangled|poisoned|stabbed to death) {_SUBJECT}(?!['’]s)"),
    re.compile(rf"{_SUBJECT}\b[^.;!?\"“”]{{0,40}} and (?:died|drowned|was killed|was drowned)\b(?! away| down| out)"),
    re.compile(rf"{_SUBJECT} (?:did not|didn't|had not) live(?:d)? (?:to see|through|long enough)"),
    re.compile(rf"(?<!before )(?<!until )(?<!of )\b{_SUBJECT}['’]s (?:funeral|grave|tomb|coffin|burial|corpse|dead body|lifeless body)\b"),
    re.compile(rf"\b(?:the|[Tt]he) (?:funeral|burial|corpse|dead body|lifeless body|grave|tomb|coffin) of {_SUBJECT}(?!['’]s)"),
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
_STATES = """died lived loved seemed belonged wanted used killed murdered drowned buried executed named called hated passed owned married
    supposed reminded remained looked appeared deserved earned wounded perished""".split()  # noqa: SIM905
"""What may be said of the dead."""
_ACTS = re.compile(
    rf",? (?:then |now |himself |herself |also |just |[a-z]+ly )?(?:{joined(_VERBS)}|(?!{joined(_STATES)}\b)[a-z]{{2,}}ed)\b(?! by\b)"
)
_SAID = re.compile(r"(?:[,!?.—]['\"”’] ?|[a-z] )(?:said|asked|replied|answered|cried|whispered|shouted|muttered|exclaimed|called|laughed) (?:the )?$")
_UNREAL = re.compile(
    r"\b(?:remember\w*|recall\w*|dream\w*|ghosts?|spirits?|memor\w+|years ago|used to|portrait|photograph|vision|apparition|imagin\w*|once|diary|story)\b"
)
_ANOTHER_TIME = re.compile(_UNREAL.pattern + r"|\b(?:had|alive|would|if|picture|letter|will|before|could|as though|namesake|corpse|body)\b|n['’]t\b")


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
            before = source.passages.sentence(number - 1) if number else ""
            if not _ANOTHER_TIME.search(source.passages.sentence(number)) and not _UNREAL.search(before):
                yield Claim(mention.name, "acts", "", mention.start, end)


def _subject(source: SectionSource, match: re.Match[str], at: int, besides: str = "") -> str | None:
    """The name of a match, or whom its pronoun means; `at` is where the match's text begins in the section."""
    groups = match.groupdict()
    if groups.get("name"):
        return named(source, match, "name", at)
    pronoun = groups.get("pronoun")
    return source.meant(at + match.start("pronoun"), pronoun, besides) if pronoun else None


def named(source: SectionSource, match: re.Match[str], group: str, at: int) -> str | None:
    """The name that stands where a group of a match is, as the mentions have it; None where there is none."""
    start, end = at + match.start(group), at + match.end(group)
    found = source.mention(start, end)
    return found.name if found else None


def _looks(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having("eyes eye hair curls locks braids tresses eyed haired beard moustache mustache bearded"):
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
            yield from _they_were(source, number + 1, source.passages.starts[number + 1], source.passages.sentence(number + 1))


def _looks_of_one(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """Looks in a sentence that names one person and nobody without a name; or names none and follows one that does."""
    if _NO_LOOKS.search(text):
        return
    for pattern in _LOOKS_OF_ONE:
        for match in pattern.finditer(text):
            subject = source.only(number)
            if not subject:
                pronoun = _PRONOUN.search(text, 0, match.start())
                subject = source.meant(start + (pronoun.start() if pronoun else match.start()), pronoun[0] if pronoun else "")
            somebody = _SOMEBODY.search(_INDEED.sub("", text))
            if subject and not somebody:
                yield _look(subject, match, start)


_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
_INDEED = re.compile(r"(?:(?:was|is),? |(?<=[a-z]), )(?:an? )?(?:[a-z-]+,? ){0,3}?(?:man|woman|girl|boy|lady|gentleman|child|fellow|youth|lad|person)\b")


def _they_were(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """"She opened her eyes. They were blue." """
    match = _THEY_WERE.match(text)
    if not match or not number or not source.passages.same_paragraph(number - 1, number):
        return
    part = _LAST_PART.search(source.passages.sentence(number - 1))
    first = source.passages.starts[number - 1]
    if part:
        subject = source.only(number - 1) or source.meant(first + part.start(), part["pronoun"] or "")
        if subject:
            yield Claim(subject, _PARTS.get(part["part"], part["part"]), match["colour"].lower(), first, start + match.end())


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
                if age is None or not 0 < age < 120 or _AT_ANOTHER_TIME.search(text[: match.start()]):
                    continue
                subject = _subject(source, match, start)
                if subject and source.people.person(subject):
                    told = True
                    yield Claim(subject, "age", str(age), start + match.start(), start + match.end())
        if not told:
            yield from _ages_of_one(source, number, start, text)


def _ages_of_one(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """The age in a sentence that names one person and nobody without a name."""
    for match in _AGES_OF_ONE.finditer(text):
        age = english_number(match["age"] or match["age2"] or match["age3"])
        subject = source.only(number)
        rest = text[: match.start()] + text[match.end() :]
        unsure = _AT_ANOTHER_TIME.search(text[: match.start()]) or _SOMEBODY.search(_INDEED.sub("", rest)) or _OTHERS_AGE.search(rest)
        if subject and age and age < 120 and not unsure and source.people.person(subject):
            yield Claim(subject, "age", str(age), start + match.start(), start + match.end())


_OTHERS_AGE = re.compile(
    rf"\b(?:{joined(KIN)}|when|since|until|if|before|would|had been|as old|for|house|like|wine|[Ii]|son|he's|she's|ago|looked|seemed|not)\b"
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
                other = named(source, match, "other", start)
                subject = _subject(source, match, start, other or "")
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
    triggers = """live coffin tomb passed lost met more taken carried strangled poisoned stabbed died dead killed murdered drowned hanged buried shot executed slain beheaded perished bled breathed rest funeral grave burial
        corpse body"""
    for number in source.passages.having(triggers):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        for pattern in _DIED:
            for match in pattern.finditer(text):
                place = start + match.start()
                if source.passages.spoken(place, start + match.end()) or _NOT_SURELY.search(text.replace(match[0], "")):
                    continue
                subject = named(source, match, "name", start)
                if subject and source.people.person(subject):
                    yield Claim(subject, "dead", "dead", place, start + match.end())
