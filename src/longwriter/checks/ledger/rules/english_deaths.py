"""Who is dead by what English sentences say, and who does something."""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.rules.claims import NAMED, Claim, Patterns, SectionSource

_SUBJECT = rf"(?P<name>{NAMED})"
_KILLED = (
    "killed|murdered|drowned|hanged|buried|shot dead|executed|slain|beheaded|strangled|poisoned to death|cremated|guillotined"
    "|stabbed to death|beaten to death|burnt to death|burned to death|crushed to death|trampled to death|laid to rest"
    "|interred"
)
_PERISHED = (
    "died|perished|drowned|bled to death|passed away|succumbed|expired|starved to death|froze to death|burned to death"
    "|burnt to death|choked to death|breathed (?:his|her) last|lost (?:his|her) life|gave up the ghost"
    "|gave (?:his|her) life(?! to| an?| over| meaning| new)"
    "|met (?:his|her) (?:death|end(?! of))|went to (?:his|her) grave(?! site| side)|drew (?:his|her) last breath(?! of)"
    "|departed this life"
)
_FUNERAL = (
    "funeral(?! (?:plans|home|parlour|parlor|business|suit|hat|director|insurance))|grave(?! (?:[a-z]+ )?(?:face|voice|manner"
    "|expression"
    "|eyes|look|smile|mistake|concern|tone|doubts|error|nod|words?|answer|reply|air|courtesy|politeness|warning|condition|illness))"
)
_BY = r"(?:,? (?:[a-z]+ly|at last|in the end|finally|indeed|himself|herself|too|also),?)?"
_IN_GRAVE = "in (?:the|a|her|his) (?:ground|earth|grave|tomb|coffin|vault|churchyard|cemetery)"
_DEAD = "(?:dead|lifeless|a corpse|cold and (?:stiff|still)|stone cold)"
_DIED: Patterns = {
    "": [
        re.compile(
            rf"{_SUBJECT}\b[^.;!?\"“”ꙮ]{{0,40}}?\b(?:lay|lying|was found|had been found|was|sat|hung)\b[^.;!?\"“”ꙮ]{{"
            rf"0,25}}?,? {_DEAD}(?=[,.;:]|$| (?:in|on|at|by|from|beside|under|before|upon) )"
        ),
        re.compile(
            rf"{_SUBJECT}['’]s (?:widow|widower|ghost|last breath|last words|murderer|killer|heart (?:had )?(?:stopped|"
            r"ceased)|pulse (?:had )?(?:stopped|ceased)|orphans)\b"
        ),
        re.compile(
            rf"{_SUBJECT} (?:breathed|drew breath|breathes) no (?:more|longer)|{_SUBJECT.replace('name', 'name2')} (?:h"
            r"ad gone|went|was called|has gone) to (?:his|her) (?:rest|maker|Maker|long home|reward|God)"
        ),
        re.compile(
            rf"{_SUBJECT} (?:passed|had passed) (?:over|from this (?:life|world))\b(?= ?[.,;]| in| at| before| last)"
        ),
        re.compile(
            rf"{_SUBJECT}\b[^.;!?\"“”ꙮ]{{0,25}} (?:lies|lay|rests|rested|sleeps) (?:buried|beneath|under the (?:stone|"
            r"grass|earth|turf|ground|yew)|in (?:the churchyard|the cemetery|(?:his|her) (?:grave|coffin)))"
        ),
        re.compile(
            rf"{_SUBJECT}{_BY},? (?:who )?(?:had )?{_BY} ?(?:{_PERISHED})\b"
            r"(?! away| down| out| of (?:laugh|shame|bore|curio))"
        ),
        re.compile(
            rf"{_SUBJECT} (?:was|lay|is|fell|had been|was found|had been found|dropped|sank) (?:now |already |quite |stone "
            r"|long |stone-|lying |down )?dead\b(?! to| asleep| tired| set| certain| sure| against| drunk| beat| wrong| right"
            r"| as| when| in (?:the water|love|my|your)| serious| broke| calm| last| quiet| silent| easy| slow| keen| straight"
            r"| weight| on (?:his|her|the|time)| ahead| level| from the)"
        ),
        re.compile(
            rf"{_SUBJECT} (?:was|had been|is|lay|has been) (?:[a-z]+ly )?(?:{_KILLED}|laid {_IN_GRAVE}|no more|no longer (?:"
            rf"alive|among the living|of this world|living)|lowered into the (?:grave|earth|ground)|put into the (?:ground"
            rf"|earth)|past (?:all )?(?:help|saving)|gone for ever|gone forever|dead and buried|{_IN_GRAVE})\b"
        ),
        re.compile(
            rf"{_SUBJECT} (?:never|did not|didn't) (?:wake|woke|open(?:ed)? (?:his|her) eyes|breathed?|rose|rise) again\b"
        ),
        re.compile(rf"{_SUBJECT} (?:was|is) never to (?:wake|breathe|rise)"),
        re.compile(
            rf"{_SUBJECT} (?:fell|had fallen) (?:in the war|in battle|at the front|at the battle|for (?:his|her) country)\b"
        ),
        re.compile(
            rf"{_SUBJECT}\b[^.;!?\"“”]{{0,40}} and (?:died|drowned|was killed|was drowned|was dead)\b(?! away| down| out)"
        ),
        re.compile(
            rf"{_SUBJECT},? (?:did not|didn't|had not) (?:survived?|live(?:d)? (?:to see|through|long enough|out))"
        ),
    ],
    "dead lifeless corpse cold body": [
        re.compile(
            rf"\b(?:lay|hung|sat|found|saw|discovered)\b[^.;!?\"“”ꙮ]{{0,40}} {_SUBJECT}(?:['’]s body)?,? (?:[a-z]+ ){{"
            rf"0,2}}{_DEAD}\b"
        ),
        re.compile(rf"\b[Dd]ead\b[^.;!?\"“”ꙮ]{{0,30}} (?:lay|was|fell|were) {_SUBJECT}"),
        re.compile(
            rf"\b(?:[Tt]he )?dead (?:man|woman|girl|boy|body|one)(?: in the [a-z]+)? (?:was|is|had been) {_SUBJECT}(?!["
            rf"'’]s)|\b[Tt]he body (?:was|had been) (?P<name2>{NAMED})['’]s"
        ),
        re.compile(
            rf"\b[Tt]he dead (?!man|woman){_SUBJECT}|{_SUBJECT.replace('name', 'name2')},? (?:now |long |already )?dead"
            r" (?:these|for|since|and buried)"
        ),
        re.compile(
            rf"\bfound {_SUBJECT} (?:lying )?(?:stone |quite )?dead\b|\bfound (?P<name2>{NAMED})['’]s (?:dead )?body\b"
        ),
    ],
    "mourned wept keened grieved mourning": [
        re.compile(
            rf"\b(?:mourned|wept|keened|grieved) (?:for|over) {_SUBJECT}\b(?!['’]s (?:loss|absence))|\b(?:mo"
            rf"urned|in mourning for) (?P<name2>{NAMED})"
        ),
    ],
    "life end death": [
        re.compile(
            rf"\b[Ll]ife (?:had )?(?:left|gone out of|went out of|ebbed from|departed from|fled) {_SUBJECT}|(?:the end|"
            rf"death) (?:had )?(?:come|came) (?:to|for|upon) (?P<name2>{NAMED})"
        ),
        re.compile(
            rf"\b[Dd]eath (?:had )?(?:took|taken|came for|come for|claimed|overtook|fetched) {_SUBJECT}(?!['’]s)"
        ),
        re.compile(
            rf"\b(?:cost|costing|taken|took|ended|claimed) {_SUBJECT} (?:his|her) life\b(?! to )|\b(?:taken|took|ended|claimed)"
            rf" (?P<name2>{NAMED})['’]s life\b"
        ),
        re.compile(
            rf"(?:^|[Ss]ince |[Aa]fter |[Tt]he day of |[Nn]ews of |[Tt]he year of |[Tt]he night of ){_SUBJECT}['’]s "
            r"death\b(?! (?:would|might|could|sentence|(?:was|had been) (?:announced|reported|rumoured|faked|staged|foretold)))"
        ),
        re.compile(
            rf"\b(?:the|[Tt]he) (?:sudden |early )?death of {_SUBJECT} "
            r"(?:was|had|left|came|changed|in|on|made|did|shook|took)\b"
        ),
    ],
    "face": [
        re.compile(rf"\b(?:over|across) {_SUBJECT}['’]s face\b(?=.*\b(?:dead|death|doctor|priest|prayer)\b)"),
    ],
    "dead died killed murdered drowned perished buried": [
        re.compile(
            rf"\b(?:[Ww]here|[Ss]ince|[Tt]hat|[Dd]ay|[Nn]ight|[Hh]ow|[Aa]fter|[Ii]n which) {_SUBJECT} (?:had )?(?:died|"
            r"fallen dead|been killed|been murdered|drowned|perished|lay dead|lay buried)\b"
        ),
        re.compile(
            rf"\b(?:[Ii]t was|was) {_SUBJECT} (?:who|whom) (?:(?:had )?(?:died|perished|drowned)|was dead|lay dead|(?:h"
            r"ad been|was) (?:killed|murdered|buried|drowned)|they (?:had )?buried)"
        ),
    ],
    "dead death hanged beheaded executed murdered drowned put": [
        re.compile(
            rf"\b(?:shot|beat|stabbed|struck|clubbed|beaten) {_SUBJECT} (?:dead|to death)|\b(?:hanged|beheaded|executed"
            rf"|murdered|drowned|put) {_SUBJECT.replace('name', 'name2')} (?:at dawn|in the|on the|to death|for)"
        ),
    ],
    "grave tomb coffin funeral tombstone gravestone burial corpse body remains ashes heart murderer killer": [
        re.compile(
            rf"\b(?:laid|put|placed|planted|left|put fresh)\b[^.;!?]{{0,30}} on {_SUBJECT}['’]s (?:grave|tomb|coffin)"
        ),
        re.compile(
            rf"(?<!before )(?<!until )(?<!of )\b{_SUBJECT}['’]s (?:{_FUNERAL}|tomb|tombstone|gravestone|coffin|burial|corpse"
            r"|dead body|lifeless body|remains|ashes|heart (?:had )?stopped(?! when| at| as| for an?| to|,? then)|body (?:lay"
            r"|washed|(?:was|had been) (?:[a-z]+ )?(?:found|carried|brought|buried|burnt|burned|washed|laid|taken|recovered"
            r"|discovered|lying|cold|lifeless|sent|shipped|lowered|cut|wrapped|never)))\b"
        ),
        re.compile(
            rf"\b(?:the|[Tt]he) (?:funeral|burial|corpse|dead body|lifeless body|grave|tomb|coffin|tombstone|gravestone|remains"
            rf"|ashes|murderer|killer|body) of (?:the late |poor )?{_SUBJECT}(?!['’]s)"
        ),
    ],
    "buried cremated killed murdered carried strangled poisoned stabbed drowned": [
        re.compile(
            r"\b(?:[Tt]hey|[Ww]e|family|village|town|men|women|had|neighbours|villagers|who) (?:had )?(?:buried|"
            rf"cremated) {_SUBJECT}(?!['’]s)"
        ),
        re.compile(
            rf"\b(?:fever|plague|cholera|bullet|arrow|fall|cold|illness|disease|blow|shot|storm|flood|fire|accident"
            rf"|cancer|consumption|[a-z]+|[A-Z][a-z]+) (?:had )?(?:killed|murdered|carried off|strangled|poisoned"
            rf"|stabbed to death|drowned) {_SUBJECT}(?!['’]s)"
        ),
    ],
    "grave ground earth tomb vault coffin last rest": [
        re.compile(
            rf"\b(?:lowered|laid|carried|put) (?:the body of )?{_SUBJECT} (?:down )?(?:into|to|in) (?:the|his|her|a) "
            rf"(?:grave|ground|earth|tomb|vault|coffin|last|rest)"
        ),
    ],
    "late": [
        re.compile(rf"\b(?:the|[Tt]he) late {_SUBJECT}(?:['’]s| had| was| left| would)\b"),
    ],
}
_WORLDS = (
    "act|play|game|film|movie|novel|book|dream|nightmare|opera|scene|sequel|series|story|rehearsal|simulation|exercise|stage|cards"
    "|chess|level|round|chapter|episode|video|performance|cartoon|tragedy|re-?enactment|pageant|tale|myth|imagination|finale|season"
    "|script|charade|vision"
)
_HEAPS = (
    "(?: (?:an?|the|his|her|all|that|those|these|some|more|so much|much|(?:pile|heap|mountain|stack|sea|flood)s? of))*"
)
_NO_GRAVE = (
    r"paper|work\b|books?\b|letters|bills|debts?\b|thoughts?\b|newspaper|sand\b|cushion|pillow|blanket|quilt|applause|noise"
    r"|sorrows?\b|praise|critics|press\b|reviews|e-?mails?\b|homework|stud(?:y|ies)|details|questions|requests|kindness|looks\b"
    r"|laughter|curiosity|jokes|compliments|chores|duties|guilt|shame|happiness|self-pity|love\b|kisses|flowers"
)
_FIGURE = re.compile(
    r",? (?:(?:off|up to|inside|alive|a little|a bit|a thousand|every (?:day|time|night)|laughing|as an?|savings|in effigy"
    r"|the (?!next|same|following|very|day|night|morning|moment|hour|week|year|spring|summer|autumn|winter)"
    r"|(?:his|her|my|our|their) (?!sleep|bed|own|grave|wounds|child|home)"
    r"|of (?:laugh|shame|bore|curio|embarrass|envy|jealous|impatience|happiness|joy\b|mortification)"
    r"|with (?:laughter|envy|shame|embarrassment|impatience|kindness)|for (?:an?|want of an?) (?:drink|smoke|cigarette|coffee"
    r"|cup)"
    rf"|(?:under|in|beneath|by|with|behind){_HEAPS} (?:{_NO_GRAVE})|at (?:chess|cards|tennis|darts|the (?:net|box office)))"
    rf"|(?:in|on|at|during) (?:the|an?|his|her) (?:[a-z]+ )?(?:{_WORLDS})\b)"
)
"""What makes a figure of speech, a thing, or a play of a word for death before it."""
_NOT_WITHIN = re.compile(
    r"\b(?:as good as|half|nearly|almost|practically|virtually|all but|like|feigning|pretending)\b"
)
_REPORTED = re.compile(
    r"(?:Or so|At least so|At least,? that|So|That was what|Or that was what) (?:the |an? |he|she|they|it|ꙮ|everybody|everyone)"
    r"|(?:They|Everybody|Everyone|All of them|The [a-z]+|He|She) (?:were|was|had been) (?:all )?(?:wrong|mistaken)\b"
    r"|It was (?:a lie|not true|untrue|a mistake|only|just|a joke)|Or not|Not really|Officially|On paper"
)
"""Begins the sentence behind one that only says what people said."""
_NOT_SURELY = re.compile(
    r"\b(?:if|as though|thought|think|thinks|believed?|would|might|may|could|should|perhaps|maybe|must|will"
    r"|shall|rumou?rs?|fear(?:ed|s)?|suppos\w+"
    r"|pretend\w*|almost|nearly|until|till|unless|not|never|no|hop(?:ed?|ing)|wish\w*|suspect\w*|imagin\w*"
    r"|dream\w*|wonder\w*|whether|like|half|told"
    r"|tell|say|says|said|swore|heard|hear|read|as good as|when|before|after|than|(?<!at )once|soon|nobody|dug"
    r"|apparently|presumed|seem\w*)\b|n['’]t\b|\?"
)
_UNSURE_AFTER = re.compile(r"\b(?:would|might|seem\w*|perhaps|said|thought|to the world|again)\b|\?")
_VERBS = """said asked replied answered cried walked went came stood sat turned looked smiled nodded laughed took opened
    ran put whispered shouted shook picked stepped poured entered climbed waved reached leaned rose began called
    muttered exclaimed sighed grinned frowned handed pointed returned arrived hurried crossed pulled pushed closed
    drew lifted threw drank ate knelt bowed shrugged glanced stared gave wrote rode jumped followed moved appeared
    got shut blew sang spoke held made set felt kept left bent brought caught chose cut fought heard hid hit lit
    rang sent slid spun struck swung told thought wore woke broke paid swept swung sought leapt dealt crept dug
    flung ground lent meant read sank shot slammed snapped sprang stole strode swore tore threw bit blew bound
    built burst bought clung fed forgave froze rid says asks replies answers walks goes comes stands sits turns
    looks smiles nodded nods laughs takes opens runs puts whispers shouts shakes picks steps pours enters climbs""".split()  # noqa: SIM905
_STATES = """died lived loved seemed belonged wanted used killed murdered drowned buried executed named called hated
    passed owned married supposed reminded remained looked appeared deserved earned wounded perished""".split()  # noqa: SIM905
"""What may be said of the dead."""
_ACTS = re.compile(
    rf"(?:, [a-z]+ing(?: [a-z]+){{0,3}},)?,? (?:(?:was|were|is) (?!dying|lying|being|missing|going|rotting|sleeping"
    rf")[a-z]+ing\b|(?:then |now |himself |herself |also |just |[a-z]+ly )?(?:{joined(_VERBS)}"
    rf"|(?!{joined(_STATES)}\b)[a-z]{{2,}}ed)\b(?! by\b))"
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
    _UNREAL.pattern
    + r"|\b(?:had|alive|would|if|before|could|as though|namesake|corpse|body|coffin|statue|bust|recording|tape|heaven|afterlife"
    r"|(?:his|her|the) will|last letter)\b|n['’]t\b"
)
_DEATH_WORDS = """mourned mourning wept grieved widow widower pulse lifeless sleeps rests rested lies dead maker reward end live
    survive survived death life succumbed expired starved froze cremated interred guillotined ghost gave breath
    remains ashes tombstone gravestone wake woke late fell fallen heart alive living again ever forever help
    beaten burnt burned crushed trampled choked claimed cost murderer killer lowered laid carried vault finished
    departed coffin tomb passed lost met more taken ground earth strangled poisoned stabbed died killed murdered
    drowned hanged buried shot executed slain beheaded perished bled breathed rest funeral grave burial corpse
    body"""


_SIGNS = re.compile(
    "[Dd]ead|passed|wake|woke|[Dd]eath|died|kill|murder|bur[iy]|burn|grave|coffin|tomb|funeral|corpse|body|drown|hang|shot"
    "|slain|perish|execut|head|breath|[Ll]i[fv]e|ghost"
    "|succumb|expire|starv|froze|rest|no more|never|last|widow|heart|pulse|late "
    "|wept|mourn|griev|fell|grave|ground|earth|ashes|remains|poison|strangl|stab|stone"
    "|carried off|choked|crush|trampl|beaten|laid|end |no longer|help|ever|vault|cremat|interred|keened|orphans|took"
    "|taken|cost|claimed|face|maker|reward|lies"
)


def death_claims(source: SectionSource) -> Iterator[Claim]:
    """Deaths that the narration tells for sure."""
    for number in source.passages.having(_DEATH_WORDS):
        start, text = source.sentence(number)
        for match in source.matches(number, _DIED) if "ꙮ" in text else ():
            place = start + match.start()
            unsure = _NOT_SURELY.search(text[: match.start()]) or _UNSURE_AFTER.search(text, match.end())
            figure = _FIGURE.match(text, match.end()) or _NOT_WITHIN.search(match[0])
            if unsure or figure or source.passages.spoken(place, start + match.end()) or not _SIGNS.search(text):
                continue
            if number + 1 < len(source.passages) and _REPORTED.match(source.sentence(number + 1)[1]):
                continue
            subject = source.named(match, "name" if match["name"] else "name2", start)
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
            if not source.passages.readable(number):
                continue
            before = source.passages.sentence(number - 1) if number else ""
            if not _ANOTHER_TIME.search(source.passages.sentence(number)) and not _UNREAL.search(before):
                yield Claim(mention.name, "acts", "", mention.start, end)
