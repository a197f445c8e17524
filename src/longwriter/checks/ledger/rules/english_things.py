"""What English sentences say of things with names: how many, how large, and when something was."""

import re
from collections.abc import Iterator
from itertools import chain

from longwriter.checks.ledger.numbers import NUMBER, NUMBER_WORDS, english_number
from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.rules.claims import NAMED, Claim, Patterns, SectionSource
from longwriter.checks.ledger.rules.dates import DATE, MONTHS, DayInText, days_of
from longwriter.checks.ledger.rules.english_kin import KIN

_ADJECTIVES = r"(?:[a-z]+(?:-[a-z]+)?,? ){0,2}?"
_NOUN = r"(?P<noun>[a-z]{3,}s|men|women|children|feet|geese|oxen)\b"
_SUBJECT = rf"(?:[Tt]he )?(?P<name>{NAMED})"
_HAVE = (
    "(?:had|has|boasts?|boasted|contains?|contained|counts?|counted|holds?|held|houses?|housed|comprised|kept|employed"
    "|carried|lost|owned|possessed|numbered|was home to|is home to|consisted of|was built with|was divided into"
    "|had grown to)"
)
_JUST = "(?:exactly |just |only |precisely |altogether |in all |no fewer than |all of )?"
_COUNTS: Patterns = {
    "": [
        re.compile(
            rf"{_SUBJECT},? (?:which |who |that )?{_HAVE} {_JUST}(?P<number>(?i:{NUMBER})) {_ADJECTIVES}{_NOUN}"
        ),
        re.compile(
            rf"\b(?:[Tt]he|[Aa]ll|[Tt]hose|[Ii]ts|[Oo]f|[Ee]ach of the) (?:other )?(?P<number>(?i:{NUMBER})) "
            rf"{_ADJECTIVES}{_NOUN} (?:of|in|at|on|aboard|on board) (?:the )?(?P<name>{NAMED})(?!['’]s)"
        ),
        re.compile(rf"(?:[Tt]he )?(?P<name>{NAMED})['’]s? (?P<number>(?i:{NUMBER})) {_ADJECTIVES}{_NOUN}"),
        re.compile(
            rf"{_SUBJECT}\b[^.;!?\"“”]{{0,50}}?\b(?:its|with|had|has|of) {_JUST}(?P<number>(?i:{NUMBER})) "
            rf"{_ADJECTIVES}{_NOUN}"
        ),
    ],
    "there": [
        re.compile(
            rf"\b[Tt]here (?:were|are) {_JUST}(?P<number>(?i:{NUMBER})) {_ADJECTIVES}{_NOUN} (?:in|at|on|aboard|on board) "
            rf"(?:the )?(?P<name>{NAMED})(?!['’]s)"
        ),
    ],
    "with": [
        re.compile(rf"{_SUBJECT},? with (?:its|her|his|all|the) (?P<number>(?i:{NUMBER})) {_ADJECTIVES}{_NOUN}"),
    ],
    "number": [
        re.compile(
            rf"\b[Tt]he number of {_ADJECTIVES}{_NOUN} (?:in|at|of|on|aboard) (?:the )?(?P<name>{NAMED}) (?:was|is|came"
            r" to|stood at) "
            rf"{_JUST}(?P<number>(?i:{NUMBER}))\b"
        ),
    ],
}
_OF_NAME = re.compile(" of (?:the )?ꙮ")
_COUNT_OF_NAME = re.compile(rf"\b(?P<number>(?i:{NUMBER})) of (?:the )?(?P<name>{NAMED})['’]s? {_ADJECTIVES}{_NOUN}")
"""What begins with a number takes long; this is looked for in sentences that have the other alone."""
_COUNT = re.compile(rf"\b(?P<number>(?i:{NUMBER})) {_ADJECTIVES}{_NOUN}")
_COUNT_BEHIND = re.compile(
    rf"\b{_NOUN}(?: (?:of|in|at) (?:the )?{NAMED})?(?:,|:| -| —|—)?(?: (?:there )?(?:were|are|was|is|numbered|came "
    r"to|amounted to|stood at|totalled|counted"
    rf"|to the number of|had been))? {_JUST}(?P<number>(?i:{NUMBER}))(?= of them| in (?:all|number|total)| "
    r"altogether| all told|[.,;:!?)—]|$)"
)
_ADJECTIVE = re.compile(
    rf"\b(?P<number>(?i:{NUMBER}))-(?P<noun>(?!year|mile|foot|hour|day|pound|inch|minute|week|month|penny)[a-z]{{3,}})\b"
)
_SIZE = r"(?P<unit>feet|foot|metres|meters|yards|miles|kilometres|kilometers|fathoms|inches|tons|acres)"
_WAY = r"(?P<way>high|tall|long|wide|deep|across|thick|in height|in length|in width|in depth)"
_SIZES = [
    re.compile(
        rf"(?P<subject>(?:\b[Tt]he (?:[a-z]+ )?[a-z]+|{NAMED})) (?:was|is|stood|rose|stands|measured|rises"
        rf"|towered|ran) {_JUST}(?P<number>(?i:{NUMBER})) {_SIZE}(?: {_WAY})?\b"
    ),
]
_UNITS = """times years months weeks days hours minutes seconds nights mornings others thousands hundreds millions
    pounds dollars cents pence shillings francs guineas miles yards inches metres meters kilometres
    kilometers degrees points steps paces words ones thirds tons ounces acres gallons moments this has
    was always feet men women people hands eyes crowns marks roubles rubles lives thing things persons
    parts sides ways voices""".split()  # noqa: SIM905
_MEASURES = frozenset(_UNITS)
"""Nouns whose number may change from one sentence to the next."""
_YEAR = r"(?P<when>1[0-9]{3}|20[0-9]{2})"
_YEARS, _MONTHS = re.compile("1[0-9]{3}|20[0-9]{2}"), " ".join(MONTHS)
_BUILT = "founded|built|established|opened|completed|launched|erected|finished|consecrated"
_WHEN = rf"(?:{DATE}|(?:the year )?{_YEAR}\b)"
_EVENTS = [
    re.compile(
        rf"{_SUBJECT},? (?:who |which )?(?:was |had been |is )?(?P<event>born|came into the world"
        rf"|{_BUILT})\b(?! (?:to|for|again|anew|once more)\b)[^.;!?]{{0,40}}?\b(?:on|in|of) {_WHEN}"
    ),
    re.compile(rf"{_SUBJECT} (?:had )?(?P<event>died|drowned|perished)\b[^.;!?]{{0,30}}?\b(?:on|in|of) {_WHEN}"),
    re.compile(rf"\b[Bb](?P<event>orn) (?:on|in) {_WHEN},? (?:[a-z]+ ){{0,3}}?(?P<name>{NAMED})"),
]
_OCCASION = (
    "wedding|trial|funeral|ball|election|coronation|auction|hearing|execution|duel|concert|christening|exhibition"
    "|inauguration|ceremony|race|tournament|earthquake|flood|great fire|fire|shipwreck"
    "|eclipse|marriage|nuptials|burial|baptism|battle|siege|fair|feast|opening"
)
_THINGS_OF_IT = "rehearsal|list|anniversary|home|run|period|game|gown|alarm|drill|engine|campaign|posters?|track"
_OCCASIONS = re.compile(
    rf"(?:(?P<owner>{NAMED})['’]s |\b(?:[Tt]he|[Tt]hat|[Tt]heir|[Ii]ts|[Hh]is|[Hh]er|[Aa]) )(?:(?!day\b)[a-z]+ ){{0,2}}?"
    rf"(?P<event>{_OCCASION})(?: day| ceremony)?\b(?!-|(?: day| ceremony)? (?:{_THINGS_OF_IT})\b)(?: (?:of|at"
    rf"|between) (?:the )?(?P<name>{NAMED}))?"
)
_OF_WHAT = re.compile(r" of (?:the|an?|his|her|their) (?:[a-z]+ ){0,2}?[a-z]+(?= |[.,;])")
_ANOTHER = re.compile(
    r"\b(?:second|third|fourth|fifth|another|other|next|new|last|final|previous|former|earlier|later|annual|yearly|golden|silver|diamond|ruby|civil|mock|sham)\b"
)
_KIN_BORN = re.compile(
    rf"(?:['’]s|\b[Hh]is|\b[Hh]er|\b[Tt]heir) (?:[a-z-]+ )?(?:{joined(KIN)}|child|baby|twin|friend)s?"
    r"(?: (?:was|were|had been|is) (?:[a-z]+ )?(?:born|christened)\b|['’]s? birth)"
)
"""Her sister was born on that day."""
_SOME_YEAR = re.compile(r"\b(?:[Ii]n|[Oo]f) (1[0-9]{3}|20[0-9]{2})\b")
_SAME_OCCASION = {"marriage": "wedding", "nuptials": "wedding", "burial": "funeral"}
_MARRIED = re.compile(r"\b(?:married|wed|was wedded|led to the altar|became (?:his|her) (?:wife|husband))\b")
_BIRTH = re.compile(
    r"\bborn\b|\bbirthday\b|\bbirth\b|(?:saw|seen|see) the light\b|first (?:cry|breath)\b|\bchristened\b|(?:entere"
    r"d|came to|into) th(?:e|is) world|\b(?:came|come|brought) into (?:the|this) world\b"
)
_ONE_YEAR = re.compile(rf"\b(?:[Ii]n|[Oo]f|year|autumn|winter|spring|summer) (?:the year )?{_YEAR}\b(?![-/])")
_OTHER_DAY = re.compile(
    r"\b(?:before|after|since|until|till|between|by|from|than)(?: (?:the|that|it))? \ue000|\b(?:days?|weeks?|"
    r"months?) (?:before|after|later)"
    r"|\b(?:letter|invitations?|dated|postponed|instead of|moved from|if|never)\b"
)


def things_claims(source: SectionSource) -> Iterator[Claim]:
    """Counts, sizes and dates."""
    yield from _counts(source)
    yield from _sizes(source)
    yield from _events(source)


def _counts(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having(_NUMBER_WORDS):
        start, text = source.sentence(number)
        number_first = _COUNT_OF_NAME.finditer(text) if _OF_NAME.search(text) else ()
        for match in chain(source.matches(number, _COUNTS) if "ꙮ" in text else (), number_first):
            subject, value, noun = source.named(match, "name", start), english_number(match["number"]), match["noun"]
            if subject and value and value > 1 and noun not in _MEASURES and not noun.endswith("ss"):
                yield Claim(subject, f"number:{noun}", str(value), start + match.start(), start + match.end())
        places = source.places(number)
        if not places and number and _OF_IT.match(text) and source.passages.same_paragraph(number - 1, number):
            places = source.places(number - 1)
        if len(places) == 1:
            yield from _counts_of_place(places[0], start, text)


_OF_IT = re.compile(r"(?:It|There|Its|Of|All|They|Inside|Behind|In|The building|The house|The place)\b|[\"“]")


def _counts_of_place(place: str, start: int, text: str) -> Iterator[Claim]:
    """Counts in a sentence that names one place."""
    for pattern in (_COUNT, _COUNT_BEHIND, *([_ADJECTIVE] if "-" in text else ())):
        for match in pattern.finditer(text):
            value, noun = english_number(match["number"]), match["noun"]
            noun = noun if pattern is not _ADJECTIVE else f"{noun}s"
            if value and value > 1 and noun not in _MEASURES and not noun.endswith("ss"):
                yield Claim(place, f"number:{noun}", str(value), start + match.start(), start + match.end())


def _sizes(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having(
        "feet foot metres meters yards miles kilometres kilometers fathoms inches tons acres"
    ):
        start, text = source.sentence(number)
        for pattern in _SIZES:
            for match in pattern.finditer(text):
                value = english_number(match["number"])
                subject = (
                    match["subject"]
                    if match["subject"].lower().startswith("the ")
                    else source.named(match, "subject", start)
                )
                if subject and value:
                    relation = f"number:{match['unit']} {match['way'] or ''}".strip()
                    yield Claim(subject, relation, str(value), start + match.start(), start + match.end())


def _events(source: SectionSource) -> Iterator[Claim]:
    for number in source.passages.having(_EVENT_WORDS):
        start, text = source.sentence(number)
        if not source.passages.has(number, _MONTHS) and not _YEARS.search(text):
            continue
        for pattern in _EVENTS:
            for match in pattern.finditer(text):
                event = _SAME_EVENT.get(match["event"], match["event"])
                subject = source.named(match, "name", start)
                day = next(days_of(match[0], "en"), None)
                value = day.value if day else match["when"]
                if subject and value:
                    yield Claim(subject, f"date:{event}", value, start + match.start(), start + match.end())
        days = list(days_of(text, "en"))
        years = list(_ONE_YEAR.finditer(text)) if not days else []
        if len(years) == 1:
            days = [DayInText(int(years[0]["when"]), 0, 0, None, *years[0].span("when"))]
        if len(days) == 1 and not _OTHER_DAY.search(f"{text[: days[0].start]}\ue000{text[days[0].end :]}"):
            yield from _on_a_day(source, number, days[0])


_SAME_EVENT = {"orn": "born", "came into the world": "born", "drowned": "died", "perished": "died"}


def _on_a_day(source: SectionSource, number: int, day: DayInText) -> Iterator[Claim]:
    """What a sentence with one day says of its only occasion, or of the birth of the only one whom it names."""
    start, text = source.sentence(number)
    if not day.year and day.month and len(years := set(_SOME_YEAR.findall(text))) == 1:
        day = day._replace(year=int(next(iter(years))))
    occasions = list(_OCCASIONS.finditer(text))
    if any(_ANOTHER.search(match[0]) for match in occasions):
        return
    if len({match["event"] for match in occasions}) == 1:
        match = occasions[0]
        group = "name" if match["name"] else "owner"
        name = source.named(match, group, start) if match[group] else None
        of = _OF_WHAT.match(text, match.end()) if match["event"] == "opening" else None
        subject: str | None = f"the {match['event']}" + (f" of {name}" if name else of[0] if of else "")
        event = _SAME_OCCASION.get(match["event"], match["event"])
        subject = subject.replace(match["event"], event) if subject else None
    elif _MARRIED.search(text):
        name = source.only(number)
        subject, event = f"the wedding of {name}" if name else None, "wedding"
    elif _BIRTH.search(text):
        if _KIN_BORN.search(text):
            return
        subject, event = source.only(number), "born"
        if subject is None and (who := re.search(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b", text)):
            subject = source.meant(start + who.start(), who[0])
    else:
        return
    if subject:
        value = (
            str(day.year)
            if not day.month
            else day.value
            if event != "born" or "birthday" not in text or not day.year
            else f"--{day.value[5:]}"
        )
        yield Claim(subject, f"date:{event}", value, start, start + len(text))


_NUMBER_WORDS = " ".join(NUMBER_WORDS)
_EVENT_WORDS = (
    f"married wed wedded altar birth birthday light born world died drowned perished {_BUILT} {_OCCASION}".replace(
        "|", " "
    )
)
