"""Who is dead by what English sentences say, and who does something."""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.people import NAME
from longwriter.checks.ledger.rules.claims import Claim, SectionSource

_SUBJECT = rf"(?P<name>{NAME})"
_DIED = [
    re.compile(
        rf"{_SUBJECT},? (?:had )?(?:died|perished|drowned|bled to death|passed away|breathed (?:his|her) last|lost "
        rf"(?:his|her) life|met (?:his|her) (?:death|end))\b(?! away| down| out| of (?:laugh|shame|bore|curio))"
    ),
    re.compile(
        rf"{_SUBJECT} (?:was|lay|is|fell|had been|was found|had been found) (?:now |already |quite |stone |long "
        rf"|stone-|lying )?dead\b(?! to| asleep| tired| set| certain| sure| against| drunk| beat| wrong| right| as| "
        rf"when| in (?:the water|love|my|your))"
    ),
    re.compile(
        rf"{_SUBJECT} (?:was|had been|is) (?:[a-z]+ly )?(?:killed|murdered|drowned|hanged|buried|shot dead|executed"
        rf"|slain|beheaded|laid to rest|laid in (?:the|her|his) (?:ground|earth|grave)|no more)\b"
    ),
    re.compile(rf"\b(?:[Tt]hey|[Ww]e|family|village|town|men|had) (?:had )?buried {_SUBJECT}(?!['’]s)"),
    re.compile(
        rf"\b(?:fever|plague|cholera|bullet|arrow|fall|cold|illness|disease|blow|shot|storm|flood|fire|accident"
        rf"|cancer|consumption|[a-z]+|[A-Z][a-z]+) (?:had )?(?:killed|murdered|carried off|strangled|poisoned"
        rf"|stabbed to death) {_SUBJECT}(?!['’]s)"
    ),
    re.compile(rf"{_SUBJECT}\b[^.;!?\"“”]{{0,40}} and (?:died|drowned|was killed|was drowned)\b(?! away| down| out)"),
    re.compile(rf"{_SUBJECT} (?:did not|didn't|had not) live(?:d)? (?:to see|through|long enough)"),
    re.compile(
        rf"(?<!before )(?<!until )(?<!of )\b{_SUBJECT}['’]s (?:funeral|grave|tomb|coffin|burial|corpse|dead body"
        rf"|lifeless body)\b"
    ),
    re.compile(
        rf"\b(?:the|[Tt]he) (?:funeral|burial|corpse|dead body|lifeless body|grave|tomb|coffin) of "
        rf"{_SUBJECT}(?!['’]s)"
    ),
]
_NOT_SURELY = re.compile(
    r"\b(?:if|as though|thought|think|thinks|believed?|would|might|may|could|should|perhaps|maybe|must|will"
    r"|shall|rumou?rs?|fear(?:ed|s)?|suppos\w+"
    r"|pretend\w*|almost|nearly|until|till|unless|not|never|no|hop(?:ed?|ing)|wish\w*|suspect\w*|imagin\w*"
    r"|dream\w*|wonder\w*|whether|like|half|told"
    r"|tell|say|says|said|swore|heard|hear|read|as good as|when|before|after|than|(?<!at )once|soon|nobody|dug"
    r"|apparently|presumed|seem\w*)\b|n['’]t\b|\?"
)
_UNSURE_AFTER = re.compile(r"\b(?:would|might|seem\w*|perhaps|said|thought|to the world|again)\b|\?")
_VERBS = """said asked replied answered cried walked went came stood sat turned looked smiled nodded laughed took
    opened ran put whispered shouted shook picked stepped poured entered climbed waved reached leaned
    rose began called muttered exclaimed sighed grinned frowned handed pointed returned arrived hurried
    crossed pulled pushed closed drew lifted threw drank ate knelt bowed shrugged glanced stared gave
    wrote rode jumped followed moved appeared got shut blew sang spoke held made set felt kept left bent
    brought caught chose cut fought heard hid hit lit rang sent slid spun struck swung told thought wore
    woke says asks replies answers walks goes comes stands sits turns looks smiles nodded nods laughs
    takes opens runs puts whispers shouts shakes picks steps pours enters climbs""".split()  # noqa: SIM905
_STATES = """died lived loved seemed belonged wanted used killed murdered drowned buried executed named called hated
    passed owned married supposed reminded remained looked appeared deserved earned wounded perished""".split()  # noqa: SIM905
"""What may be said of the dead."""
_ACTS = re.compile(
    rf",? (?:then |now |himself |herself |also |just |[a-z]+ly )?(?:{joined(_VERBS)}"
    rf"|(?!{joined(_STATES)}\b)[a-z]{{2,}}ed)\b(?! by\b)"
)
_SAID = re.compile(
    r"(?:[,!?.—]['\"”’] ?|[a-z] )(?:said|asked|replied|answered|cried|whispered|shouted|muttered|exclaimed|called"
    r"|laughed) (?:the )?$"
)
_UNREAL = re.compile(
    r"\b(?:remember\w*|recall\w*|dream\w*|ghosts?|spirits?|memor\w+|years ago|used to|portrait|photograph"
    r"|vision|apparition|imagin\w*|once|diary|story)\b"
)
_ANOTHER_TIME = re.compile(
    _UNREAL.pattern + r"|\b(?:had|alive|would|if|before|could|as though|namesake|corpse|body)\b|n['’]t\b"
)
_DEATH_WORDS = """live coffin tomb passed lost met more taken ground earth carried strangled poisoned stabbed died dead
    killed murdered drowned hanged buried shot executed slain beheaded perished bled breathed rest funeral grave burial
    corpse body"""


def death_claims(source: SectionSource) -> Iterator[Claim]:
    """Deaths that the narration tells for sure."""
    for number in source.passages.having(_DEATH_WORDS):
        start, text = source.passages.span(number)[0], source.passages.sentence(number)
        for pattern in _DIED:
            for match in pattern.finditer(text):
                place = start + match.start()
                unsure = _NOT_SURELY.search(text[: match.start()]) or _UNSURE_AFTER.search(text, match.end())
                if unsure or source.passages.spoken(place, start + match.end()):
                    continue
                subject = source.named(match, "name", start)
                if subject and source.people.person(subject):
                    yield Claim(subject, "dead", "dead", place, start + match.end())


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
