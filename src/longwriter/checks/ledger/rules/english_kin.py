"""What English sentences say of who is whose kin.

A word for kin has an owner ("Anne's aunt", "his aunt", "an aunt of Anne's", "Anne had an aunt") and somebody who is it, beside
it ("his aunt Anne", "his aunt, called Anne") or joined to it by a verb ("Anne had been his aunt").
"""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.rules.claims import NAMED, Claim, SectionSource

KIN = """brother sister father mother son daughter uncle aunt cousin nephew niece husband wife grandfather
    grandmother grandson granddaughter widow widower fiancée fiancé""".split()  # noqa: SIM905
_KIN = rf"(?P<kin>(?:step|half-|foster-?|god|great-)?{joined(KIN)}(?:-in-law)?)\b"
_KINDS = """elder eldest older oldest younger youngest little big twin dear dearest only late own poor dead beloved young
    old favourite favorite first second third good very maternal paternal long-lost estranged absent other true full
    real natural lost unmarried married widowed clever rich famous kind"""
_KIND = rf"(?:(?:{joined(_KINDS.split())}) ){{0,2}}"
_NAME, _OTHER = rf"(?P<name>{NAMED})", rf"(?P<other>{NAMED})"
_OWNER = rf"(?:(?:the )?{_NAME}['’]s?|\b(?P<pronoun>[Hh]is|[Hh]er))"
_WHO = rf"(?:\b(?P<pronoun>[Hh]e|[Ss]he)\b|{_NAME})"
_NO_OWNER = "(?!['’]s)"
_IS = (
    r"(?:was|is|were|being|became|had become|remained|had been|has been|had always been|must be|turned out to be"
    r"|proved to be|happened to be|'s|had been born)"
)
_ADVERBS = (
    r"(?:,? (?:in fact|after all|indeed|of course|none other than|also|really|only|still|now|always|[a-z]+ly),?){0,2}"
)
_CALLED = (
    r"(?:,? (?:(?:who|which) (?:was|is) |whose (?:own )?name (?:was|is) |(?:whom )?(?:everyone|everybody|they|people|he|she)"
    r" called |(?:was|is) )?(?:called|named|christened|known as)?|,? (?:an?|the) [a-z -]{3,40}?(?:called|named|by "
    r"the name of)"
    r"|,? by (?:the )?name(?: of)?|['’]s name (?:was|is)|,? (?:was|is)|,? (?:to|from|with|for|by|of|in)|,? the [a-z]+)"
)
_HAVE = "(?:had|has|had once had|possessed|still had|could count on)"
_BESIDE = rf"[, (—–-]+(?:(?:who|that|he|she) (?:{_IS} )?|{_IS} |or rather |the )?"
_PLURAL = rf"(?P<kin>{joined(KIN)})s"
_RELATED = [
    re.compile(rf"{_OWNER} {_KIND}{_KIN}{_CALLED}?[,:—–]? ?(?:{_IS} )?{_OTHER}{_NO_OWNER}"),
    re.compile(rf"{_OTHER}{_ADVERBS}(?:{_BESIDE}| {_IS}{_ADVERBS} | as |: ){_OWNER} {_KIND}{_KIN}(?!['’])"),
    re.compile(
        rf"{_OTHER}{_ADVERBS}(?:{_BESIDE}| {_IS}{_ADVERBS} |[, ]+as )(?:(?:the|an?|that|this) )?{_KIND}{_KIN} (?:of|to) "
        rf"(?:the )?{_NAME}(?!['’]s [a-z])"
    ),
    re.compile(
        rf"\b(?:the|[Tt]he|[Aa]n?|[Tt]hat) {_KIND}{_KIN} of {_NAME}(?:['’]s)?{_CALLED}?[,:]? {_OTHER}{_NO_OWNER}"
    ),
    re.compile(rf"\b[Aa]s (?:the|an?) {_KIND}{_KIN} (?:of|to) {_NAME}(?:['’]s)?, {_OTHER}"),
    re.compile(rf"\b[Aa]s {_OWNER} {_KIND}{_KIN},? {_OTHER}"),
    re.compile(rf"{_WHO},? (?:who )?{_HAVE} (?:an?|one|this|the) {_KIND}{_KIN}{_CALLED}?[,:—]? {_OTHER}{_NO_OWNER}"),
    re.compile(rf"\b[Ii]n {_OTHER},? {_WHO} {_HAVE} (?:an?|the) {_KIND}{_KIN}\b"),
    re.compile(rf"{_OTHER}\b[^.;!?\"“”ꙮ]{{0,30}}? (?:an?|the|both) (?:[a-z]+ ){{0,2}}?{_KIN} to {_NAME}(?!['’]s)"),
    re.compile(
        rf"(?:[\"“‘]|[Tt]his is |meet )(?:[Tt]his is |[Mm]eet )?my {_KIND}{_KIN},? {_OTHER}[,.!]*[\"”’] ?(?:(?:said|cried"
        rf"|announced|explained|called|told) {_NAME}|(?P<name2>{NAMED}) [a-z]+)"
    ),
    re.compile(
        rf"{_OTHER},? (?:is|was) my {_KIND}{_KIN}\b[^.!?\"“”]{{0,30}}[,.!][\"”’] ?(?:(?:said|cried|explained|told) "
        rf"{_NAME}|(?P<name2>{NAMED}) [a-z]+)"
    ),
    re.compile(
        rf"{_OTHER}[^.;!?\"“”ꙮ]{{0,40}}[,;:—] (?:that|he|she|this|who|it) (?:{_IS}){_ADVERBS} {_OWNER} {_KIND}{_KIN}(?!['’])"
    ),
    re.compile(rf"{_OTHER}\? (?:That|He|She|This) (?:{_IS}){_ADVERBS} {_OWNER} {_KIND}{_KIN}(?!['’])"),
    re.compile(rf"{_NAME},? whose {_KIND}{_KIN} (?:(?:was|is|had been) )?{_OTHER}"),
    re.compile(
        rf"(?:{_OWNER}|\b(?:the|[Tt]he|an?|that)) {_KIND}{_KIN} (?:that|whom|who|to whom|of whom|with whom|for whom"
        rf")?\b[^.;!?\"“”ꙮ]{{0,40}}"
        rf"(?:(?P<name2>{NAMED}) [^.;!?\"“”ꙮ]{{0,30}})?(?:{_IS}|,) {_OTHER}(?!['’]s)"
    ),
    re.compile(rf"{_NAME}[^.;!?\"“”ꙮ]{{0,50}}? (?:an?|no|any) (?:[a-z]+ )?{_KIN} (?:[a-z]+ )?than {_OTHER}"),
    re.compile(
        rf"{_OTHER}{_ADVERBS}(?:{_BESIDE}| {_IS}{_ADVERBS} |[, ]+as )(?:(?:the|an?|that|this|one) )?{_KIND}{_KIN} ("
        r"?:of|to) (?P<pronoun>his|hers|him|her)\b(?! [a-z]+['’]s)"
    ),
    re.compile(
        rf"{_NAME}\b[^.;!?\"“”ꙮ]{{0,30}} (?:called|calls|to call|addressed|knew|know|remembered|regarded|counted|"
        r"considered|claimed|had|loved|introduced|acknowledged|owned|presented|greeted|honoured|treated|adopted) "
        rf"{_OTHER}(?:,| as| for| to be| [“‘\"])? ?(?:an?|his|her|the|[“‘\"])? ?{_KIND}{_KIN}\b(?!['’]s)"
    ),
    re.compile(
        rf"[“\"‘, ]{_KIN}[,.!?]+[”\"’] (?:said|cried|called|asked|whispered|answered|replied) {_NAME} to {_OTHER}"
    ),
    re.compile(rf"\b(?:[Tt]he|[Aa]) {_KIND}{_KIN},? {_OTHER},? (?:[a-z]+ ){{0,3}}(?:of|to) {_NAME}"),
    re.compile(rf"\b[Oo]f (?:all )?{_OWNER} {_KIND}{_PLURAL}\b[^.;!?\"“”ꙮ]{{0,30}} {_OTHER}"),
    re.compile(rf"{_OTHER}\b[^.;!?\"“”ꙮ]{{0,30}} one of {_OWNER} {_KIND}{_PLURAL}\b"),
    re.compile(
        rf"\b(?:[Aa]n?|[Tt]he|[Hh]is|[Hh]er|[Oo]nly|[Bb]eing) (?:[a-z]+ )?{_KIN} (?:is|was) (?:an? |what |all )?[^."
        rf";!?\"“”ꙮ]{{0,30}}{_OTHER} (?:was|is) {_NAME}['’]s"
    ),
    re.compile(
        rf"{_OTHER}\b[^.;!?\"“”ꙮ]{{0,12}}(?:was|is|had been|being) {_NAME}['’]s[^.;!?\"“”ꙮ]{{0,20}}? {_KIN}\b(?!['’])"
    ),
]
_PAIRS = re.compile(
    rf"{_NAME} and {_OTHER},? (?:were|are|had been|being) (?:two )?"
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
_UNREAL = re.compile(
    r"\b(?:if|like|as though|as if|would|might|whether|perhaps|wish\w*|pretend\w*)(?: [a-z]+){0,2} $|n['’]t(?: [a-z]+){0,2} $"
)
_NOT_REALLY = re.compile(r"\b(?:not|never|no longer|almost|like|as if)\b|n['’]t\b")
_TRIGGERS = " ".join(
    [
        *KIN,
        *(f"step{kin}" for kin in KIN[:6]),
        "brothers sisters cousins siblings twins child children godfather godmother",
    ]
)


def kin(source: SectionSource) -> Iterator[Claim]:
    """Who is whose brother, aunt, widow ..., and who has none."""
    for number in source.passages.having(_TRIGGERS):
        start, text = source.sentence(number)
        if number and "? " not in text and source.sentence(number - 1)[1].endswith("?"):
            start, text = _with_question(source, number)
        if "ꙮ" not in text:
            continue
        related = list(_related(source, start, text))
        yield from related or _of_two(source, start, text)
        for match in _PAIRS.finditer(text):
            subject, other = source.named(match, "name", start), source.named(match, "other", start)
            if subject and other:
                word = _PLURALS.get(match["kin"], "sibling")
                yield Claim(subject, f"kin:{word}", other, start + match.start(), start + match.end())
        for match in _NONE.finditer(text):
            subject = _owner(source, match, start)
            only = match["only"] == "child" or (match["lacking"] or "").startswith("sib")
            lacking = "siblings" if only else match["lacking"]
            if subject and lacking:
                yield Claim(subject, "kin:none", lacking, start + match.start(), start + match.end())


def _related(source: SectionSource, start: int, text: str) -> Iterator[Claim]:
    """Kin whose owner and whose name the words tell."""
    for pattern in _RELATED:
        for match in pattern.finditer(text):
            if _UNREAL.search(text, 0, match.start()) or _NOT_REALLY.search(match[0]):
                continue
            other = source.named(match, "other", start)
            subject = _owner(source, match, start, other or "")
            if subject and other and subject != other:
                yield Claim(subject, f"kin:{match['kin']}", other, start + match.start(), start + match.end())


def _of_two(source: SectionSource, start: int, text: str) -> Iterator[Claim]:
    """The only word for kin of a sentence with two names and a verb that may join them, in whatever words."""
    words, places = list(_ONE_KIN.finditer(text)), list(_TWO.finditer(text))
    if len(words) != 1 or _OF_OTHERS.search(text) or not _JOINS.search(text):
        return
    names = list(dict.fromkeys(name for one in places if (name := source.named(one, "who", start))))
    if len(names) != 2 or not all(source.people.person(name) for name in names):
        return
    word = words[0]
    own = next(
        (one for one in places if re.fullmatch(r"['’]s? (?:[a-z-]+ ){0,2}", text[one.end() : word.start()])), None
    )
    behind = _OF_NAME.match(text, word.end())
    owner = source.named(own, "who", start) if own else source.named(behind, "who", start) if behind else names[0]
    other = names[0] if owner == names[1] else names[1]
    if owner:
        sure = own is not None or behind is not None
        yield Claim(owner, f"kin:{word['kin']}", other, start, start + len(text), sure)


_ONE_KIN = re.compile(rf"\b{_KIN}(?:['’]s\b)?(?!-)")
_TWO = re.compile(rf"(?P<who>{NAMED})")
_OF_NAME = re.compile(rf" (?:of|to) (?P<who>{NAMED})")
_JOINS = re.compile(
    r"\b(?:was|is|were|being|been|be|as|called|call|calls|named|whose|than|whom|what|became|remained|stood|made|"
    r"meant|like|by name|by the name)\b"
    rf"|, (?:(?:the|an?|his|her|{NAMED}['’]s) )?(?:[a-z]+ )?{joined(KIN)}\b|{joined(KIN)}, "
)
_OF_OTHERS = re.compile(
    r"\b(?:[Tt]heir|[Mm]y|[Yy]our|[Oo]ur|they|we|us|them|not|never|if|would|whether|another|someone|somebody|"
    r"everyone|nobody's|man's"
    r"|woman's|[a-z]+['’]s)\b|n['’]t\b|\?"
)


def _with_question(source: SectionSource, number: int) -> tuple[int, str]:
    """A sentence with the question before it, which names whom it is about: "Anne? That is his aunt"."""
    start = source.passages.span(number - 1)[0]
    end = source.passages.span(number)[1]
    return (start, source.veiled[start:end]) if end - start < _SHORT else source.sentence(number)


_SHORT = 120
"""Characters of a question and its answer that are read together."""


def _owner(source: SectionSource, match: re.Match[str], at: int, besides: str = "") -> str | None:
    """Whose kin it is: the name of a match, or whom its pronoun means."""
    groups = match.groupdict()
    for group in ("name", "name2"):
        if groups.get(group):
            return source.named(match, group, at)
    pronoun = groups.get("pronoun")
    return source.meant(at + match.start("pronoun"), pronoun, besides) if pronoun else None
