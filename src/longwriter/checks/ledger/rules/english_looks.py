"""What English sentences say of how people look: the colour of eyes, hair and beards."""

import re
from collections.abc import Iterator

from longwriter.checks.ledger.passages import joined
from longwriter.checks.ledger.rules.claims import INHERITED, NAMED, Claim, SectionSource
from longwriter.checks.ledger.rules.english_kin import KIN

_COLOURS = """blue grey gray green brown black hazel amber violet dark white red fair blond blonde golden yellow auburn
    ginger copper chestnut flaxen raven silver slate sapphire azure cornflower emerald jet ebony sandy straw
    carroty russet""".split()  # noqa: SIM905
_COLOURED = " ".join(f"{one} {one}ish {one}coloured {one}colored" for one in _COLOURS)
_COLOUR = rf"(?P<colour>(?i:{joined(_COLOURS)}))(?:-?coloured|-?colored)?"
_PART = """(?P<part>eyes?|irises|hair|curls|locks|braids?|tresses|plaits?|ponytail|fringe|ringlets|beard|moustache
|mustache)""".replace("\n", "")
_PARTS = {
    "eye": "eyes", "eyed": "eyes", "irises": "eyes", "beard": "beard", "bearded": "beard", "mustache": "moustache",
    "moustache": "moustache", "eyes": "eyes",
}  # fmt: skip
"""What a word stands for; all others are hair."""
_BE = (
    "(?:was|were|is|are|had (?:always |ever |never )?been|have (?:always )?been|looked|shone|seemed|appeared|remained"
    "|gleamed|glowed|showed)"
)
_MUCH = (
    r"(?:(?:of )?(?:an?|the|that|so|such an?|very|quite|as|in fact) )?(?:(?!(?:on|upon|at|in|by|to|from|with|not|than)"
    r"\b)[a-z-]+,? ){0,3}?"
)
_BOUND = (
    r"(?=[,.;:!?)—\"”’-]|$| (?:and|as|in|with|like|but|by|that|which|under|for|or|than|when|from|behind|beneath|on|at"
    r"|too|enough|eyes|ones|once|now|again|against|to|of|beside)\b)"
)
_OWNER = rf"(?:{NAMED}['’]s?|\b[Hh]is|\b[Hh]er)"
_LOOKS = [
    re.compile(rf"\b{_COLOUR}(?:,? (?:and |but |or )?[a-z-]+){{0,2}} {_PART}\b"),
    re.compile(rf"\b{_COLOUR}-(?P<part>eyed|haired|bearded)\b"),
    re.compile(rf"\b{_PART}\b[^.;:!?\"“”]{{0,60}}? {_BE},? {_MUCH}{_COLOUR}{_BOUND}"),
    re.compile(rf"\b{_PART}(?: of {NAMED}(?:['’]s)?)? ?(?:,|—|–|-|\() ?{_MUCH}{_COLOUR}{_BOUND}"),
    re.compile(
        rf"\b{_PART} (?:of (?:an? |the )?|(?:fell|hung|lay|tumbled|streamed|flowed|came|was|had|has|caught|kept|took)"
        rf"(?: down| out| on)?(?: in| into| with| like| to)?(?: an?| the| its)? )(?:[a-z-]+,? ){{0,2}}?{_COLOUR}"
        rf"(?: (?:waves|curls|sheen|locks|ringlets|gleam|tint|shade|mane|cascade|tangle|fringe)|{_BOUND})"
    ),
    re.compile(rf"\b{_COLOUR} (?:was|were|is|are) (?:the )?(?:{_OWNER} )?(?:[a-z-]+ )?{_PART}\b"),
    re.compile(rf"\b[Hh]ow {_COLOUR} (?:{_OWNER}|the) (?:[a-z-]+ )?{_PART}\b"),
    re.compile(rf"\b[Tt]he {_COLOUR} of (?:{_OWNER}|those|the) (?:[a-z]+ )?{_PART}\b"),
]
"""Colours of a part, in whatever order; whose, the words around them tell."""
_HEAD = re.compile(
    rf"{_OWNER} (?:[a-z]+ )?(?P<colour>black|brown|chestnut|auburn|red|copper|ginger|blonde?|fair|golden|flaxen) head\b"
)
_TO_HIM = re.compile(
    rf"\b[Yy]ou(?:['’]ve| have)(?: got)? (?:[a-z-]+,? ){{0,3}}?{_COLOUR}(?:,? [a-z-]+)? {_PART}\b[^.;!?\"“”]{{0,30}}, "
    rf"(?P<name>{NAMED})|\b[Yy]our (?:[a-z-]+ )?(?P<part2>eyes|hair) (?:are|is) {_MUCH}(?P<colour2>{joined(_COLOURS)})\b"
    rf"[^.;!?\"“”]{{0,30}}, (?P<name2>{NAMED})"
)
_NO_LOOKS = re.compile(
    r"\b(?:not|never|no longer|dyed|dye|wig|painted|turned|turning|grown|grew|gone|going|went|as if"
    r"|as though|if|whites?|rimmed|shadows?|circles|rings?|glasses|spectacles|bandaged?|dead|became|become|almost"
    r"|nearly)\b|n['’]t\b"
)
_INTO_HIS = re.compile(
    rf"{NAMED} (?:[a-z]+ly )?(?:(?:looked|gazed|stared|peered|glanced|smiled) (?:[a-z]+ )?(?:into|at)|met|kissed|admired"
    rf"|noticed|loved|saw)"
    r" (?:his|her) (?:[a-z-]+,? ){0,2}$"
)
"""Into his blue eyes: another's."""
_ONE_OF_TWO = re.compile(r"\b(?:one|left|right|other)\b")
_SOMEBODY_BEHIND = re.compile(
    rf"(?:,? [a-z-]+){{0,2}}? (?:{joined(KIN)}|twin|friend|companion|servant|maid|neighbour|rival|child|baby|doll|dog|lover)\b"
)
"""Anne's blue-eyed brother."""
_THAT_SHE_TURNED = re.compile(rf"\b(?:that|which) (?:{NAMED}|he|she) [a-z]+")
_NOT_BEFORE = re.compile(
    r"\b(?:no|not|never|nor|neither|without|like|as if|as though|if|whether|would|dyed|two|both|many|several|those who"
    r"|anyone|everyone|any|some|other|(?<!of )all|every)(?: [a-z-]+){0,2} $|n['’]t(?: [a-z]+){0,2} $",
)
_UNREAL = re.compile(r"\b(?:if|whether|wish\w*|would|dream\w*|as though|as if|imagin\w*|used to)\b")
SOMEBODY = re.compile(
    r"\b(?:an?|the|another|this|that|some) (?:[a-z-]+,? ){0,3}?(?:man|woman|girl|boy|lady|gentleman|child|baby"
    r"|stranger|fellow|doctor|dog|horse|cat|one|person|face|youth|lad|officer|soldier|servant|maid)\b"
    r"|\b(?:[Tt]heir|[Mm]y|[Yy]our|[Oo]ur|they|people|men|women|eyes of)\b"
)
"""Somebody without a name, whose looks they may be."""
INDEED = re.compile(
    r"(?:(?:was|is|but|than),? |(?<=[a-zꙮ]), )(?:an? )?(?:[a-z-]+,? ){0,3}?(?:man|woman|girl|boy|lady|gentleman|child|fellow"
    r"|youth|lad|person)\b|\b(?:[Ii]t|[Tt]his|[Tt]hat) was (?:an? )?(?:[a-z-]+,? ){0,4}face\b"
)
"""No other than the one who is named: "Anne was a girl who ..."."""
_KIN_BEFORE = re.compile(rf"\b(?:{joined(KIN)}|friend|companion|servant|maid)s?\b")
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er)\b")
_THEY_WERE = re.compile(rf"(?:They|Those|It)(?: had (?:always )?been| were| was| are| is) {_MUCH}{_COLOUR}\b")
_LAST_PART = re.compile(rf"\b(?P<pronoun>his|her)?(?: [a-z]+)? {_PART}\b[^.]{{0,20}}\.$")
_TRIGGERS = """eyes eye irises hair curls locks braid braids tresses plait plaits ponytail fringe ringlets eyed haired beard
    moustache mustache bearded head"""


def looks(source: SectionSource) -> Iterator[Claim]:
    """Colours of eyes, hair and beards, of whoever the words give them to."""
    for number in source.passages.having(_TRIGGERS):
        if source.passages.has(number, _COLOURED):
            yield from _coloured(source, number)
        if number + 1 < len(source.passages):
            yield from _they_were(source, number)


def _coloured(source: SectionSource, number: int) -> Iterator[Claim]:
    """What a sentence with a colour says."""
    start, text = source.sentence(number)
    seen: set[int] = set()
    for pattern in _LOOKS:
        for match in pattern.finditer(text):
            if match.start("colour") not in seen and _told(text, match):
                subject = _owner(source, number, match, start, text)
                if subject:
                    seen.add(match.start("colour"))
                    yield _look(subject, match["part"], match["colour"], start, match)
    for match in _HEAD.finditer(text):
        subject, _ = source.whose(start + match.start(), start + match.end(), start + match.end())
        if subject:
            yield _look(subject, "hair", match["colour"], start, match)
    for match in _TO_HIM.finditer(text):
        group = "name" if match["name"] else "name2"
        subject = source.named(match, group, start)
        if subject:
            part, colour = match["part"] or match["part2"], match["colour"] or match["colour2"]
            yield _look(subject, part, colour, start, match)
    if not seen:
        yield from _one_colour(source, number, start, text)


def _one_colour(source: SectionSource, number: int, start: int, text: str) -> Iterator[Claim]:
    """The only colour of a sentence with one part of one person, in whatever words: no colour of a dress or a door."""
    colours, parts = list(_ONE_COLOUR.finditer(text)), list(_ONE_PART.finditer(text))
    if len(colours) != 1 or not parts or len({_PARTS.get(part["part"], "hair") for part in parts}) != 1:
        return
    colour, part = colours[0], min(parts, key=lambda one: abs(one.start() - colours[0].start()))
    begin, end = sorted((colour.start(), part.start()))
    if end - begin > _FAR or _NO_LOOKS.search(text) or _UNREAL.search(text) or _NOT_BEFORE.search(text[:begin]):
        return
    subject, told = source.whose(start + part.start(), start + part.end(), start + part.end())
    if not told and not SOMEBODY.search(INDEED.sub("", text)) and not _KIN_BEFORE.search(text):
        subject = source.only(number) or source.meant(start + part.start(), "")
    if subject:
        place = start + begin, start + max(colour.end(), part.end())
        yield Claim(subject, _PARTS.get(part["part"], "hair"), colour["colour"].lower(), *place)


_FAR = 100
"""Characters between a colour and the part that it may belong to."""
_ONE_COLOUR = re.compile(
    rf"(?<!-)\b{_COLOUR}(?:ish)?(?=[,.;:!?)—\"”’]|$| (?:and|as|in|with|like|but|by|that|which|under|for|or|than|"
    r"when|from|on|at|they|it|she|he|was"
    rf"|were|is|are|of|to|enough|ones?|again|if|though|because|had|people)\b)"
)
_ONE_PART = re.compile(rf"\b{_PART}\b")


def _told(text: str, match: re.Match[str]) -> bool:
    """Whether a colour is told as a fact."""
    begin = min(match.start("colour"), match.start("part"))
    if match.start("part") < match.start("colour") and _UNREAL.search(text, 0, match.start()):
        return False
    if _NOT_BEFORE.search(text[max(0, begin - 40) : begin]):
        return False
    if match["part"] == "eye" and (match["colour"] == "black" or _ONE_OF_TWO.search(text)):
        return False
    return not _NO_LOOKS.search(_THAT_SHE_TURNED.sub("", match[0]))


def _owner(source: SectionSource, number: int, match: re.Match[str], start: int, text: str) -> str | None:
    """Whose eyes they are, by the words or as the only person of the sentence, or of the one before."""
    subject, told = source.whose(start + match.start(), start + match.end(), start + match.end("part"))
    if told:
        if subject and _INTO_HIS.search(text, 0, match.start("colour")) and source.only(number):
            return None
        of_kin = match["part"] in ("eyed", "haired", "bearded") and _SOMEBODY_BEHIND.match(text, match.end())
        return None if of_kin else subject
    before = text[: match.start()]
    own = INHERITED.search(text, 0, match.start())
    if SOMEBODY.search(INDEED.sub("", text)) or (_KIN_BEFORE.search(before) and not own):
        return None
    subject = source.only(number)
    if subject:
        return subject
    pronoun = _PRONOUN.search(before)
    return source.meant(start + (pronoun.start() if pronoun else match.start()), pronoun[0] if pronoun else "")


def _they_were(source: SectionSource, before: int) -> Iterator[Claim]:
    """Looks told in the sentence behind: she opened her eyes; they were blue."""
    start, text = source.sentence(before + 1)
    match = _THEY_WERE.match(text)
    if not match or not source.passages.same_paragraph(before, before + 1):
        return
    first, earlier = source.sentence(before)
    part = _LAST_PART.search(earlier)
    if part:
        subject = source.only(before) or source.meant(first + part.start(), part["pronoun"] or "")
        if subject:
            yield Claim(subject, _PARTS.get(part["part"], "hair"), match["colour"].lower(), first, start + match.end())


def _look(subject: str, part: str, colour: str, start: int, match: re.Match[str]) -> Claim:
    return Claim(subject, _PARTS.get(part, "hair"), colour.lower(), start + match.start(), start + match.end())
