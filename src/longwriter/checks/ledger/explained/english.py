"""What English says of another time, a change, a namesake, a part of the whole: why two facts may both be so."""

import re
from functools import lru_cache

from longwriter.checks.ledger.explained.wordings import Wordings
from longwriter.checks.ledger.numbers import NUMBER

_KIN = (
    "brother|sister|father|mother|son|daughter|uncle|aunt|cousin|nephew|niece|husband|wife|grandfather|grandmother|grandson"
    "|granddaughter"
)
_YEAR = re.compile(r"(?<![\d,.£$-])\b(1[5-9]\d\d|20\d\d)\b(?![\d,-]|\.\d)")
_WORLD = (
    "novel|film|movie|play|opera|musical|ballet|game|dream|nightmare|tale|legend|comic|series|sequel|rehearsal|script|pantomime"
    "|charade|simulation|fairy tale|vision"
)
_PICTURE = "painting|picture|portrait|photograph|photo|snapshot|sketch|mirror image"
_DISASTER = (
    "war|fire|flood|storm|earthquake|bombing|sale|move|merger|renovation|rebuilding|revolution|crash|strike|plague"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_COLOURS = "blonde?|grey|gray|white|red|brown|black|dark|fair|golden|auburn|ginger|green|blue|hazel|silver"
_AGED = "[Yy]oung|[Oo]ld|[Ll]ittle"
_RANK = "Private|Corporal|Sergeant|Lieutenant|Captain|Major|Colonel|General|Inspector|Constable|Admiral"
_NAME = "[A-Z][a-z]+"
_WET, _DRY = re.compile(r"\b(?:wet|damp|soaked|dripping)\b", re.I), re.compile(r"\b(?:dry|dried)\b", re.I)


def _year_in(words: str) -> int | None:
    found = set(_YEAR.findall(words))
    return int(next(iter(found))) if len(found) == 1 else None


def _wet_or_dry(words: str) -> str:
    return "wet" if _WET.search(words) else "dry" if _DRY.search(words) else ""


@lru_cache(maxsize=64)
def _seemed(colour: str) -> re.Pattern[str]:
    seems = "looked|seemed|appeared|might have been|almost|nearly|could (?:look|seem)"
    return re.compile(rf"\b(?:{seems})\b[^.;!?]{{0,20}}\b{re.escape(colour)}\b")


WORDINGS = Wordings(
    says=re.compile(r"[“”\"]"),
    namesake=re.compile(
        r"\bnamesakes?\b|\b(?:of|with|by) the same name\b|\balso (?:called|named)\b|\b(?:both|all|two are|two were) (?:called"
        r"|named)\b"
        rf"|\b(?:called|named|christened) (?:[a-z]+ ){{0,2}}{_NAME},? (?:too|also|as well|after|like)\b"
        r"|\b(?:named|called) (?:the|her|his|their|an?) (?:[a-z]+ )?(?:dog|cat|horse|ship|boat|doll|parrot|car|puppy|kitten"
        r"|cow)\b"
        rf"|\b[Tt]he other {_NAME}\b(?! [A-Z])|\b[Tt]here (?:were|are) two {_NAME}s\b|\b{_NAME} (?:II|III|IV)\b"
        r"|\b(?:Senior|Junior|Sr\.|Jr\.)|\bthe (?:Second|Third)\b"
        r"|\bthe (?:[Ee]lder|[Yy]ounger)\b(?! (?:brother|sister|son|daughter|man|woman|of|boy|girl|one))"
        rf"|\b({_NAME})\b[^.!?]{{0,40}}[.,]?\s+(?:and )?(?:[Hh]is|[Hh]er) (?:[a-z]+ )?(?:{_KIN}),? \1\b"
        rf"|\b(?P<age>{_AGED}) (?:(?:Mr|Mrs|Dr)\. )?(?P<who>{_NAME})\b(?s:.*)\b(?!(?P=age))(?:{_AGED}) (?:(?:Mr|Mrs"
        rf"|Dr)\. )?(?P=who)\b"
        rf"|\b(?P<rank>{_RANK}) (?P<whom>{_NAME})\b(?s:.*)\b(?!(?P=rank))(?:{_RANK}) (?P=whom)\b"
    ),
    unreal=re.compile(
        rf"\b(?:[Ii]n|[Oo]n|[Ff]or|[Aa]t) (?:the|an?|his|her|that|this|one) (?:[a-z]+ )?(?:{_WORLD})\b"
        rf"|\b[Tt]he (?:{_WORLD}) (?:had|got|made|gave|version)\b|\b[Oo]n stage\b|\bcurtain call\b"
        r"|\b(?:first|second|third|fourth|fifth|last) act\b|\b(?:role|part) of [A-Z]|\b[Ii]n (?:Act|Scene|Chapter|Book) \w+\b"
        rf"|\bplayed (?:her|his|the) (?:{_KIN})|\bdream(?:ed|t)\b"
    ),
    pictured=re.compile(
        rf"\b(?:[Ii]n|[Oo]n|[Oo]f) (?:the|an?|his|her|that|this|one) (?:[a-z]+ )?(?:{_PICTURE})\b|\bphotographed\b"
        rf"|\b[Tt]he (?:[a-z]+ )?(?:{_PICTURE}) (?:showed?|shows|had|got|made|gave|was of|is of|depicted)\b"
        r"|\b(?:left|right|centre|middle) of the (?:photo|picture)"
    ),
    lie=re.compile(
        r"\b[Oo]r so (?:the [a-z]+|[a-z]+|[A-Z]\w+) (?:said|says|told|tells|thought|thinks|believed?s?|claim\w*|swore|seemed"
        r"|wrote|hoped"
        r"|was told)\b|\bpretend\w*|\bfak(?:ed?|ing)\b|\b(?:posed|posing|passed) as\b|\bdisguise\w*|\bforged\b"
        r"|\b(?:lied|lying about|liar|untrue|(?:a|the|his|her) (?:lie|hoax|ruse))\b|\bsupposedly\b"
        r"|\bfalse(?:ly)? (?:papers|name|passport|age|claim\w*)\b"
    ),
    year_in=_year_in,
    looking_back=re.compile(
        r"\b(?:remember\w*|recall\w*|(?:thinks?|thought|thinking) (?:of|back)|memor(?:y|ies)|years (?:ago|before|earlier)"
        r"|once told"
        r"|as an? (?:child|boy|girl|young)|when (?:he|she|I) (?:was|were) (?:young|little|small|a)|looking back|back then"
        r"|childhood|boyhood|girlhood|in (?:his|her) (?:youth|teens)|old (?:diary|letter|film|photo)s?"
        r"|the (?:boy|girl|child) (?:he|she|[A-Z]\w+) (?:was|had been|once was)"
        r"|(?:that|the) (?:summer|winter|year|spring|autumn|time|day) (?:[A-Z]\w+|he|she) (?:was|were|had been))\b"
    ),
    hedged=re.compile(
        r"\b(?:felt|feels|feeling|acted|pass(?:ed|es)? for|taken for|mistaken for|claim(?:s|ed)?|guess\w*|going on|at heart"
        r"|in spirit"
        r"|(?:could|might|must) (?:be|have been)|(?:would|will|will have) (?:be|been)|dressed|dog years|mental age|not yet)\b"
    ),
    dated=re.compile(r"\bwhen ((?:he|she|the|his|her|they|it|[A-Z])[^,.;]*)"),
    time_goes_on=re.compile(
        r"(?:^|[.!?;] )(?:Now|Today|Then|Later|At|By|In|On)\b|\b(?:now|later|years|then)\b|\bbirthday|\bturned\b|\bgrew\b"
        r"|\bgrown\b"
        r"|(?:^|, | and )(?:at|by) [a-z-]+ (?:he|she|[A-Z])"
    ),
    recoloured=re.compile(
        r"\b(?:dye[ds]?|dyeing|bleach\w*|henna\w*|tint(?:ed|s)?|peroxide|wigs?|rinsed?|highlights|re-?coloured|coloured it"
        r"|soot|flour"
        r"|(?:coal|chalk|brick|plaster)[ -]?dust|paint(?:ed|s)?|powder(?:ed)?|(?:contact )?lens(?:es)?|contacts|greasepaint"
        r"|make-?up"
        r"|costume|disguise\w*|trick of|jaundice\w*|shaved|hairdresser|salon|washed|(?:glass|artificial|false"
        r"|stuck-on) (?:eye|beard)"
        r"|(?:goes|went|gone|going|turn(?:ed|s|ing)?|fad(?:ed|es|ing)|bec[ao]me|grew|grown|darken\w*|lighten\w*)"
        rf" (?:[a-z]+ )?(?:{_COLOURS})(?! eyes?\b))\b"
    ),
    wet_or_dry=_wet_or_dry,
    seemed=_seemed,
    rough=re.compile(
        rf"\b(?<!no )(?:about|around|some|nearly|almost|roughly|over|more than|fewer than|less than|at least|up to"
        rf"|close to) {NUMBER}\b"
    ),
    part=re.compile(
        r"\b(?:first|last|top|upper|lower|next|other|remaining|best|new|front|back|bottom|lowest|highest|largest|smallest|eldest"
        rf"|oldest|youngest) {NUMBER}\b|(?<![Aa]ll )\b{NUMBER} of (?:its|his|her|their|them|these|those)\b"
        r"|^(?:Only|Just|Barely|Some|Another|More than|Fewer than)\b|\bwith (?:him|her|them)\b|\bat home\b"
        r"|\bon the (?:field|pitch|road|bench)\b|\b(?:apiece|at a time|to spare|in (?:hand|stock))\b(?! than)"
        rf"|\b{NUMBER} (?:more|[a-z]+ left)\b|\b(?:planned?|plans|(?:was|were|is|are) to have|designed"
        rf"|promised|intended"
        r"|down from|up from|reduced|collapsed)\b|s (?:upstairs|downstairs|free|vacant|occupied"
        r"|available"
        r"|on (?:the (?:ground|first|second|third|top|upper|lower)|each|every) floor|in the [a-z]+ wing|to (?:let|rent)"
        r"|under repair"
        r"|out of order|for (?:guests|rent|sale|hire|children|staff|women|men))\b"
    ),
    place=re.compile(r" (?:in|at) ([A-Z][a-z]+)"),
    when=re.compile(
        r"\b(?:[Ii]n|[Bb]y|[Uu]ntil|[Tt]ill|[Ss]ince|[Bb]efore|[Aa]fter|[Dd]uring) (?:the (?:year |end of |beginning of "
        r"|days of )?)?"
        rf"(?:1\d{{3}}|20\d\d|Q[1-4]|(?:[A-Z][a-z]+ )?(?:{_DISASTER})|{_MONTHS}|(?:Phase|Year|Week|Round|Season|Act|Part"
        rf"|Chapter) \w+"
        r"|(?:early |late )?(?:spring|summer|autumn|winter)\b(?= [A-Z]|,)|season|quarter)\b"
        r"|\b(?:today|nowadays|these days|at first|originally|formerly|(?:last|this|next) (?:year"
        r"|month|week)"
        r"|at the (?:start|beginning|end|outset|peak|height)|at its (?:peak|height)|years (?:ago|later|before|after)"
        r")\b"
    ),
    counted_anew=re.compile(
        r"\b(?:kept (?:digging|building|adding|growing)|add(?:ed|ing|s)\b|built on|lost|sold|sells|bought|buys|burn\w*|fire"
        r"|demolish\w*"
        r"|pulled down|knocked down|rebuil[dt]\w*|extend\w*|enlarg\w*|renovat\w*|closed down|flood|new wing|another wing"
        r"|joined|merged?"
        r"|died|born|hired|fired|left|arrived|doubled|halved|grown|grew|shrank|shrunk|after that|hatched|stole|stolen|found)\b"
    ),
    calendar=re.compile(
        r"\b(?:(?:old|new) (?:style|calendar|one)|(?:Julian|Gregorian|lunar|Chinese|Hebrew|Jewish|Islamic|church) calendar"
        r"|O\.S\.|N\.S\.)"
    ),
    christened=re.compile(r"\b(?:christen\w*|bapti[sz]\w*|regist\w*)\b"),
    again=re.compile(
        r"\b(?:again|once more|re-?opened|rescheduled|re-?elected|postponed|moved to|put off|brought forward"
        r"|(?:a|the) (?:second|third|fourth|next|following|new|final|previous|last) (?:time|one|round|leg|day))\b"
    ),
    owner=re.compile(
        r"\b(his|her) (?:[a-z]+ ){0,2}?(?:wedding|funeral|birthday|trial|christening|marriage|nuptials"
        r"|burial|baptism"
        r"|ball)\b",
        re.I,
    ),
    recurring=re.compile(
        r":(?:race|fair|election|ball|concert|feast|exhibition|tournament|eclipse|flood|opened|opening|ceremony)$"
    ),
    ends=re.compile(
        r"\b(?:ended|ends|closed|closes|finished|over|was put out|went out|burnt out|adjourned|concluded|lasted|until)\b"
    ),
    real_kin=re.compile(
        rf"\b(?:real|true|actual|biological|birth|natural|own flesh) (?:{_KIN})|\b(?:turn(?:ed|s) out|reveal\w*|the truth"
        rf"|in truth"
        r"|learn(?:ed|t)|found out|discover\w*|confess\w*|admitted)\b.*\bnot\b.*\bbut\b"
    ),
    loose_kin=re.compile(
        r"\b(?:by marriage|by courtesy|adopt(?:ed|s|ive)|strictly speaking|in name only|in all but name|honorary|so[- ]called"
        rf"|(?:like|as good as|almost|was|been|is|as) a (?:{_KIN}) to|father figure|(?:brother|sister)s?[- ]in[- ](?:arms"
        rf"|Christ)"
        rf"|brother officers?|half-(?:brother|sister)|step(?:{_KIN}))\b"
    ),
    joined=re.compile(
        r"\b(?:married|marries|marry|remarried|wed|wedded|divorced?|widow(?:ed|er)?|became|become|separated|adopted|proposed|engaged"
        rf"|call(?:ed|s|ing)? (?:him|her|them|{_NAME}) (?:his|her|a|an)|call(?:ed|s) (?:me|us)"
        rf"|(?:believed|assumed|supposed|mistook|mistaken|took|taken) (?:him|her|them|{_NAME}) (?:to be|for)"
        rf"|(?<!have )(?:believed|assumed|thought) (?:that )?(?:he|she|{_NAME}) was)\b"
    ),
    revived=re.compile(
        r"\b(?:reviv\w+|resuscitat\w+|came (?:to|round|back to life)|come back to life|cough(?:ed|s|ing)|breathed (?:into"
        r"|again)"
        r"|(?:was|is|were) (?:still )?(?:alive|breathing)|gasp(?:ed|s|ing)|pulse|stirred|restart\w*|respawn\w*|resurrect\w*"
        r"|rose from the dead|woke up)\b"
    ),
    alive=re.compile(
        r"\b(?:(?:is|was|were|be|been) (?:still )?alive|when (?:he|she) was alive|alive (?:here|then|and well)|long before"
        r"|(?:years?|summers?|winters?) (?:before|earlier|ago|younger)|before (?:that|it|then|(?:his|her"
        r"|the) death)"
        r"|(?:years|months|weeks) later|heaven|afterlife|ghosts?|vampires?|zombies?|undead|s[eé]ance|underworld)\b"
    ),
    backwards=re.compile(
        r"(?:^|[.!?;] )(?:Before (?:it|that|then|his|her|the)|Earlier|Until then|Back (?:in|then)|Years (?:before|earlier)|Once"
        r"|In (?:his|her) (?:life|youth|lifetime|day)|When alive|In life|While alive|As a (?:boy|girl|child))\b"
        r"|\bgo(?:es)? back to\b"
        r"|\bwent back to\b|\brewind\w*|\bflash(?:ed)? ?backs?\b"
    ),
    no_death=re.compile(
        r"\b(?:Or so|alive after all|not dead|wasn['’]t dead|still breath\w+|only (?:asleep|sleeping|stunned)|faint(?:ed)?"
        r"|play(?:ed|ing) dead|(?:was|were) still alive)\b"
    ),
)
