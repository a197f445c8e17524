"""What English says of another time, a change, a namesake, a part of the whole: why two facts may both be so."""

import re
from functools import lru_cache

from longwriter.checks.ledger.explained.wordings import Wordings
from longwriter.checks.ledger.numbers import NUMBER

_KIN = """brother|sister|father|mother|son|daughter|uncle|aunt|cousin|nephew|niece|husband|wife|grandfather|grandmother|grandson
|granddaughter""".replace("\n", "")
_YEAR = re.compile(r"(?<![\d,.£$-])\b(1[5-9]\d\d|20\d\d)\b(?![\d,-]|\.\d)")
_WORLD = """novel|film|movie|play|opera|musical|ballet|game|dream|nightmare|tale|legend|painting|picture|portrait|photograph|photo
|snapshot|sketch|comic|series|sequel|rehearsal|script|pantomime|charade|simulation|fairy tale|vision|mirror image""".replace(
    "\n", ""
)
_DISASTER = "war|fire|flood|storm|earthquake|bombing|sale|move|merger|renovation|rebuilding|revolution|crash|strike|epidemic|plague"
_AGED = "[Yy]oung|[Oo]ld|[Ll]ittle"
_RANK = "Private|Corporal|Sergeant|Lieutenant|Captain|Major|Colonel|General|Inspector|Constable|Admiral"
_WET, _DRY = re.compile(r"\b(?:wet|damp|soaked|dripping)\b", re.I), re.compile(r"\b(?:dry|dried)\b", re.I)


def _year_in(words: str) -> int | None:
    found = set(_YEAR.findall(words))
    return int(next(iter(found))) if len(found) == 1 else None


def _wet_or_dry(words: str) -> str:
    return "wet" if _WET.search(words) else "dry" if _DRY.search(words) else ""


@lru_cache(maxsize=64)
def _seemed(colour: str) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:looked|seemed|appeared|might have been|almost|nearly|could (?:look"
        rf"|seem))\b[^.;!?]{{0,20}}\b{re.escape(colour)}\b"
    )


WORDINGS = Wordings(
    says=re.compile(r"[“”\"]"),
    namesake=re.compile(
        r"\bnamesakes?\b|\b(?:of|with|by) the same name\b|\balso (?:called|named)\b|\b(?:both|all|two are|two were) (?:called|named)\b"
        r"|\b(?:called|named|christened) (?:[a-z]+ ){0,2}[A-Z]\w+,? (?:too|also|as well|after|like)\b"
        r"|\b[Tt]he other [A-Z][a-z]+\b(?! [A-Z])|\b[Tt]here (?:were|are) two [A-Z][a-z]+s\b|\b(?:Senior|Junior|Sr\.|Jr\.)"
        r"|\bthe (?:[Ee]lder|[Yy]ounger)\b(?! (?:brother|sister|son|daughter|man|woman|of|boy|girl|one))"
        rf"|\b([A-Z][a-z]+)\b[^.!?]{{0,40}}[.,]?\s+(?:and )?(?:[Hh]is|[Hh]er) (?:[a-z]+ )?(?:{_KIN}),? \1\b"
        rf"|\b(?P<age>{_AGED}) (?:(?:Mr|Mrs|Dr)\. )?(?P<who>[A-Z][a-z]+)\b(?s:.*)\b(?!(?P=age))(?:{_AGED}) (?:(?:Mr|Mrs|Dr)\. )?(?P=who)\b"
        rf"|\b(?P<rank>{_RANK}) (?P<whom>[A-Z][a-z]+)\b(?s:.*)\b(?!(?P=rank))(?:{_RANK}) (?P=whom)\b"
    ),
    unreal=re.compile(
        rf"\b(?:[Ii]n|[Oo]n|[Ff]or|[Aa]t|[Oo]f) (?:the|an?|his|her|that|this|one) (?:[a-z]+ )?(?:{_WORLD})\b(?! of (?:health"
        rf"|despair))"
        rf"|\b[Tt]he (?:{_WORLD}) (?:showed?|shows|had|got|made|gave|was of|is of|depicted|version)\b|\b[Oo]n stage\b"
        rf"|\bcurtain call\b"
        r"|\b(?:first|second|third|fourth|fifth|last) act\b|\bphotograph(?:ed)?\b|\b(?:role|part) of\b|\bplayed (?:her|his"
        r"|the)"
        r" (?:husband|wife|father|mother|brother|sister|son|daughter)|\b(?:left|right|centre|middle) of the (?:photo|picture)"
        r"|\b[Ii]n (?:Act|Scene|Chapter|Book) \w+\b|\bversion\b|\bdream(?:ed|t|s)?\b"
    ),
    lie=re.compile(
        r"\b[Oo]r so (?:the [a-z]+|[a-z]+|[A-Z]\w+) (?:said|says|told|tells|thought|thinks|believed?s?|claim\w*|swore|seemed"
        r"|wrote|hoped|was told)\b|\bpretend\w*|\b(?:lied|lying about|liar|untrue|false(?:ly)? (?:papers|name|passport|age"
        r"|claim"
        r"\w*))\b|\bfak(?:ed?|ing)\b|\b(?:posed|posing|passed) as\b|\bdisguise\w*|\bforged\b|\b(?:a|the|his|her) (?:lie|hoax"
        r"|ruse)\b"
        r"|\bsupposedly\b"
    ),
    year_in=_year_in,
    looking_back=re.compile(
        r"\b(?:remember\w*|recall\w*|thinks? (?:of|back)|thought (?:of|back)|thinking of|memor(?:y|ies)|years (?:ago|before"
        r"|earlier)|as an? "
        r"(?:child|boy|girl|young)|when (?:he|she|I) (?:was|were) (?:young|little|small|a)|looking back|childhood|once told"
        r"|back then"
        r"|(?:that|the) (?:summer|winter|year|spring|autumn|time|day) (?:[A-Z]\w+|he|she) (?:was|were|had been))\b"
    ),
    dated=re.compile(r"\bwhen ((?:he|she|the|his|her|they|it|[A-Z])[^,.;]*)"),
    time_goes_on=re.compile(
        r"(?:^|[.!?;] )(?:Now|Today|Then|Later|At|By|In|On)\b|\b(?:now|later|years|then)\b|\bbirthday|\bturned\b|\bgrew\b"
        r"|\bgrown\b"
        r"|(?:^|, | and )(?:at|by) [a-z-]+ (?:he|she|[A-Z])"
    ),
    recoloured=re.compile(
        r"\b(?:dye[ds]?|dyeing|bleach\w*|henna\w*|tint(?:ed|s)?|peroxide|wigs?|rinsed?|highlights|re-?coloured|(?:coal|soot"
        r"|chalk|brick|plaster)"
        r"[ -]?dust|soot|flour|paint(?:ed|s)?|powder(?:ed)?|(?:contact )?lens(?:es)?|contacts|greasepaint|make-?up|costume"
        r"|disguise\w*"
        r"|(?:goes|went|gone|going|turn(?:ed|s|ing)?|fad(?:ed|es|ing)|bec[ao]me|grew|grown|darken\w*|lighten\w*"
        r"|bleached) (?:[a-z]+ )?(?:blonde?"
        r"|grey|gray|white|red|brown|black|dark|fair|golden|auburn|ginger|green|blue|hazel|silver)(?! eyes?\b)|trick of|jaundice\w*"
        r"|shaved|hairdresser"
        r"|salon|coloured it|washed)\b|\b(?:glass|artificial|false) eye"
    ),
    wet_or_dry=_wet_or_dry,
    seemed=_seemed,
    part=re.compile(
        r"\b(?:first|last|top|upper|lower|next|other|remaining|best|new|front|back|bottom|lowest|highest|largest|smallest"
        r"|eldest|oldest"
        rf"|youngest) {NUMBER}\b|"
        r"^(?:Only|Just|Barely|Some|Another|More than|Fewer than)\b|\b(?:with|beside"
        r"|behind|around) (?:him|her|them|it)\b|\bat home\b|\bon the (?:field|pitch|road|bench)\b|\b(?:left(?=[,.;]|$)|more"
        r"|apiece|per|at a time|to"
        r" spare|in (?:hand|stock)|a (?:day|week|month|year)|every (?:day|week|month|year))\b(?! than)|\b(?:some|most|part"
        r"|half) of\b"
        r"|\bof which\b"
    ),
    when=re.compile(
        r"\b(?:[Ii]n|[Bb]y|[Uu]ntil|[Tt]ill|[Ss]ince|[Bb]efore|[Aa]fter|[Dd]uring) (?:the (?:year |end of |beginning of "
        r"|days of )?)?(?:1\d{3}|20\d\d|Q[1-4]"
        rf"|(?:[A-Z][a-z]+ )?(?:{_DISASTER})|January|February|March|April|May|June|July|August|September|October|November"
        rf"|December|"
        r"(?:Phase|Year|Week|Round|Season|Act|Part|Chapter) \w+|(?:early |late )?(?:spring|summer|autumn|winter)\b(?= [A-Z]"
        r"|,)|season|quarter)\b"
        r"|\b(?:today|nowadays|these days|at first|originally|formerly|(?<!at )once|in those days|at the (?:start|beginning"
        r"|end|outset|peak|height)"
        r"|at its (?:peak|height)|last (?:year|month|week)|this (?:year|month|week)|next (?:year|month|week)|years (?:ago"
        r"|later|before|after)"
        r"|now (?:ha[sd]|there|stood|number\w*))\b|^Now\b"
    ),
    counted_anew=re.compile(
        r"\b(?:kept (?:digging|building|adding|growing)|add(?:ed|ing|s)\b|built on|lost|sold|sells|bought|buys|burn\w*|fire"
        r"|demolish\w*|pulled down"
        r"|knocked down|rebuil[dt]\w*|extend\w*|enlarg\w*|renovat\w*|closed down|flood|new wing|another wing|joined|merged?"
        r"|died|born|hired|fired|left"
        r"|arrived|doubled|halved|grown|grew|shrank|shrunk|after that|hatched|stole|stolen|found)\b"
    ),
    calendar=re.compile(
        r"\b(?:(?:old|new|other) (?:style|calendar|one)|(?:Julian|Gregorian|lunar|Chinese|Hebrew|Jewish|Islamic"
        r"|church) calendar|O\.S\.|N\.S\.|old style"
        r"|calendar)\b"
    ),
    again=re.compile(
        r"\b(?:again|once more|re-?opened|rescheduled|re-?elected|anniversary|postponed|moved to|put off|brought forward"
        r"|every year|each year|annual"
        r"|yearly|(?:a|the) (?:second|third|fourth|next|following|new|final|previous|last) (?:time|one|round|leg|day))\b"
    ),
    owner=re.compile(
        r"\b(my|your|his|her|their|our) (?:[a-z]+ ){0,2}?(?:wedding|funeral|birthday|trial|christening|marriage|nuptials"
        r"|burial|baptism|ball)\b",
        re.I,
    ),
    recurring=re.compile(
        r":(?:race|fair|election|ball|concert|feast|exhibition|tournament|eclipse|flood|opened|opening|ceremony)$"
    ),
    ends=re.compile(
        r"\b(?:ended|ends|closed|closes|finished|over|was put out|went out|burnt out|adjourned|concluded|lasted|until)\b"
    ),
    real_kin=re.compile(rf"\b(?:real|true|actual|biological|birth|natural|own flesh) (?:{_KIN})"),
    loose_kin=re.compile(
        rf"\b(?:call(?:ed|s|ing)? (?:him|her|them|[A-Z]\w+) (?:his|her|a|an)|by marriage|by courtesy|adopt(?:ed|s|ive)"
        rf"|strictly speaking|in name"
        rf" only|in all but name|honorary|so[- ]called|(?:like|as good as|almost|was|been|is|as) a (?:{_KIN}) to|call(?:ed"
        rf"|s) (?:me|us) "
        rf"|half-(?:brother|sister)|step(?:{_KIN}))\b"
    ),
    joined=re.compile(
        r"\b(?:married|marries|marry|remarried|wed|wedded|divorced?|widow(?:ed|er)?|became|become|separated|adopted|proposed"
        r"|engaged)\b"
    ),
    revived=re.compile(
        r"\b(?:reviv\w+|resuscitat\w+|came (?:to|round|back to life)|come back to life|cough(?:ed|s|ing)|(?:was|is"
        r"|were) (?:still )?(?:alive|breathing)"
        r"|breathed (?:into|again)|gasp(?:ed|s|ing)|pulse|stirred|restart\w*|respawn\w*|resurrect\w*|rose from the dead"
        r"|woke up)\b"
    ),
    alive=re.compile(
        r"\b(?:(?:is|was|were|be|been) (?:still )?alive|when (?:he|she) was alive|alive (?:here|then|and well)"
        r"|years (?:before|earlier|ago|younger)"
        r"|before (?:that|it|then|(?:his|her|the) death)\b|long before|(?:ten|twenty|thirty|forty|[a-z]+) years later"
        r"|months later|weeks later)\b"
    ),
    backwards=re.compile(
        r"(?:^|[.!?;] )(?:Before (?:it|that|then|his|her|the)|Earlier|Until then|Back (?:in|then)|Years (?:before|earlier)"
        r"|Once|In (?:his|her) (?:life|"
        r"youth|lifetime|day)|When alive|In life|While alive|As a (?:boy|girl|child))\b|\bgo(?:es)? back to\b"
        r"|\bwent back to\b|\brewind\w*|\bflash"
        r"(?:ed)? ?backs?\b"
    ),
    no_death=re.compile(
        r"\b(?:[Oo]r so|alive after all|not dead|wasn['’]t dead|still breath\w+|only (?:asleep|sleeping|stunned)"
        r"|faint(?:ed)?|play(?:ed|ing) dead|(?:was|were)"
        r" still alive)\b"
    ),
)
