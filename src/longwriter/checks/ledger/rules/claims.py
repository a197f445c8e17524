"""A claim that rules found in a section, and who its pronouns mean."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from longwriter.checks.ledger.passages import Passages
from longwriter.checks.ledger.people import Mention, People


class Claim(NamedTuple):
    """Something said of a subject; becomes a fact if the subject is a name."""

    subject: str
    relation: str
    value: str
    start: int
    end: int
    """Place of the words that say it, in the section's text."""
    sure: bool = True
    """For kin: which of the two is whose; else only that they are."""


NAMED = "ꙮ(?<!ꙮꙮ)ꙮ*+"
"""A regular expression of a name in a veiled text."""
_PLACED = re.compile(
    r"\b(?:[Tt]he|[Ii]n|[Aa]t|[Ii]nside|[Aa]board|[Ww]ithin|[Tt]hroughout|[Ee]ntered)(?: old| great| whole| little| big)? $"
)
_FRONTED = re.compile(
    r"(?:With|In|For|At|On|Under|Beneath|Behind|Despite|From|Through|Before|After|As|When|Though|Although|While"
    r"|Because|Since|Without|Once|[A-Z][a-z]+ing|[A-Z][a-z]+ed)\b"
)
_ANOTHER_SUBJECT = re.compile(r"\b(?:he|she|they|we|it|I|you)\b")
_A_MAN = """man|boy|gentleman|lad|fellow|husband|father|brother|son|uncle|nephew|grandfather|grandson|king|prince|monk|priest
|butler|footman|fisherman|policeman|landlord|stepfather|widower|bridegroom""".replace("\n", "")
_A_WOMAN = """woman|girl|lady|lass|wife|mother|sister|daughter|aunt|niece|grandmother|granddaughter|queen|princess|nun|nurse
|landlady|maid|stepmother|widow|bride|hostess""".replace("\n", "")
_UNNAMED = {
    pronoun: re.compile(
        rf"\b(?:[Tt]he|[Aa]n?|[Tt]his|[Tt]hat|[Hh]is|[Hh]er|[Tt]heir|[Aa]nother|ꙮ['’]s?) (?:[a-z-]+ ){{0,2}}?(?:{words})"
        r"\b(?!,? (?:(?:called|named|of|to) )?ꙮ|[-'’])"
    )
    for pronouns, words in (("he his him himself", _A_MAN), ("she her hers herself", _A_WOMAN))
    for pronoun in pronouns.split()
} | {
    pronoun: re.compile(
        rf"(?:[外里边面]的(?:人|{words})|(?:个|位|那|名|ꙮ的?)(?:[老小年轻]{{1,2}})?(?:{words}))(?![的是了家们]|ꙮ)"
    )
    for pronoun, words in (
        ("他", "男人|男孩|男子|老头|丈夫|哥哥|弟弟|父亲|爸爸|儿子|爷爷|叔叔|先生|小伙子|少年"),
        ("她", "女人|女孩|女子|姑娘|妇人|老太太|妻子|姐姐|妹妹|母亲|妈妈|女儿|奶奶|阿姨|太太|少女|小姐"),
    )
}
"""Somebody without a name, whom a pronoun behind may mean."""
_PREDICATE = re.compile(
    r"(?:\b(?:was|is|were|are|being|be|been|as|like|than|[Ff]or|but|[Oo]nly|not|[Ii]t)|,|^) \Z|^\Z|[是像][^，。！？]{0,12}\Z"
)
_BACK = 2
"""Sentences of a paragraph before a pronoun's own that may have its name; names in between are meant instead."""
NEARBY = 60
"""Characters within which "With his long nose" and the name behind it may stand without a comma."""
_NOT_OWN = """had has have with was were is are of and the a an who whose which that brother sister father mother son daughter
    uncle aunt cousin nephew niece husband wife grandfather grandmother friend companion neighbour neighbor servant
    maid child baby dog horse cat master mistress man woman boy girl to in on at like from"""
_WORDS_OF_IT = rf"(?:(?!(?:{'|'.join(_NOT_OWN.split())})\b)[a-z-]+,? ){{0,4}}"
_BEFORE = re.compile(
    rf"(?:(?P<name>{NAMED})['’]s?|\b(?P<pronoun>[Hh]is|[Hh]er)|(?P<other>\b(?:[Mm]y|[Yy]our|[Oo]ur|[Tt]heir|[Ii]ts)"
    rf"|[a-z]['’]s?)),? {_WORDS_OF_IT}$"
)
INHERITED = re.compile(r"\b(?:inherited|had|has|have|got|given|with) (?:his|her) [a-z]+['’]s [a-z -]{0,20}\Z")
"""He had his mother's eyes: they are his."""
_BEHIND = re.compile(
    rf",? (?:of (?:the |old |young |poor |dear |little )*(?P<name>{NAMED})|(?:that|which|with which|in which) "
    rf"(?:(?P<name2>{NAMED})|(?P<pronoun>he|she)) [a-z]+|(?P<other>of (?:the|an?|my|your|their|our|one) [a-z]+))"
)


def veil(text: str, mentions: Sequence[Mention]) -> str:
    """The text with a character of its own for each letter of a name: patterns see names without looking for them."""
    parts, last, text = [], 0, text.replace("ꙮ", " ")
    for mention in mentions:
        parts += [text[last : mention.start], "ꙮ" * (mention.end - mention.start)]
        last = mention.end
    return _NO_DENIAL.sub(lambda match: "x" * len(match[0]), "".join([*parts, text[last:]]))


_NO_DENIAL = re.compile(
    r"(?:n(?<!\w.)(?:o (?:mistaking|denying|forgetting|doubt|secret)|ot (?:only|forget|mistake|deny)"
    r"|ever (?:forgot|forget|forgotten|tired))|c(?<!\w.)annot (?:help|deny|mistake))\b"
)
"""Denials that deny nothing; veiled, too."""


Patterns = Mapping[str, Sequence[re.Pattern[str]]]
"""Patterns by words (separated by spaces) of which a sentence must have one for them to find anything, "" for any."""


class SectionSource(NamedTuple):
    """A section as every rule gets it."""

    passages: Passages
    mentions: Sequence[Mention]
    """In the order of the text."""
    people: People
    veiled: str = ""
    """The section's text with its names veiled, of the same length."""

    def sentence(self, number: int) -> tuple[int, str]:
        """Where a sentence begins, and its veiled text."""
        start, end = self.passages.span(number)
        return start, self.veiled[start:end]

    def matches(self, number: int, patterns: "Patterns") -> Iterator[re.Match[str]]:
        """What patterns find in a sentence, in their order; those alone of which it has a word."""
        text = self.sentence(number)[1]
        for words, having in patterns.items():
            if not words or self.passages.has(number, words):
                for pattern in having:
                    yield from pattern.finditer(text)

    def whose(self, start: int, end: int, thing: int) -> tuple[str | None, bool]:
        """Whose the thing is that the words from `start` to `end` are about, by the words around or among them.

        `thing` is where the word for it ends.

        The second says whether they tell of an owner at all; without one it may be the only person of the sentence.
        """
        number = self.passages.at(start)
        first, last = self.passages.span(number)
        within = re.search(rf"(?P<name>{NAMED})['’]s?\b|\b(?P<pronoun>[Hh]is|[Hh]er)\b", self.veiled[start:end])
        for found, at in (
            (within, start),
            (_BEFORE.search(self.veiled[max(first, start - 80) : start]), max(first, start - 80)),
            (_BEHIND.match(self.veiled[thing : min(last, thing + 80)]), thing),
            (_BEHIND.match(self.veiled[end : min(last, end + 80)]), end),
        ):
            if found and not (at < start and INHERITED.search(self.veiled, first, start)):
                groups = found.groupdict()
                for group in ("name", "name2"):
                    if groups.get(group):
                        return self.named(found, group, at), True
                if groups.get("pronoun"):
                    return self.meant(at + found.start("pronoun"), groups["pronoun"]), True
                return None, True
        return None, False

    def meant(self, place: int, pronoun: str, besides: str = "") -> str | None:
        """Whom a pronoun at `place` means: the only name before it in its sentence, or else in the last before it that has one.

        None where two names could be meant, or the name does not go with the pronoun. `besides`: a name that is not meant.
        """
        number = self.passages.at(place)
        for back in range(number, number - _BACK - 1, -1):
            if back < 0 or not self.passages.same_paragraph(back, number):
                return None
            names = [name for name in self._named(self.passages.starts[back], place) if name != besides]
            if names and self._another(self.passages.starts[back], place, pronoun):
                return None
            if names:
                fitting = [name for name in names if self.people.fits(name, pronoun)]
                if len(names) <= 2 and (len(fitting) == 1 or self._opens(fitting, back)):
                    return fitting[0]
                return None
            if back == number and (named := self._said_later(number, place)) and self.people.fits(named, pronoun):
                return named if named != besides else None
        return None

    def _another(self, start: int, place: int, pronoun: str) -> bool:
        """Whether somebody without a name stands between the last name in a stretch and its end, whom a pronoun may mean."""
        unnamed = _UNNAMED.get(pronoun.lower())
        last = self.mention(start, place)
        if unnamed is None or last is None:
            return False
        found = unnamed.search(self.veiled, last.start, place)
        return found is not None and not _PREDICATE.search(self.veiled, last.start, found.start())

    def _opens(self, fitting: Sequence[str], number: int) -> bool:
        """Whether a sentence begins with the first of two names: its subject, whom "his" then means more often."""
        found = self.mention(*self.passages.span(number)) if fitting else None
        start = self.passages.span(number)[0]
        return found is not None and self.veiled.startswith("ꙮ", start) and self.veiled[start - 1 : start] != '"'

    def _said_later(self, number: int, place: int) -> str | None:
        """The name behind the first comma of a sentence whose beginning belongs to it: "With his long nose, James ..."."""
        start, end = self.passages.span(number)
        if not _FRONTED.match(self.veiled, start) or self.passages.spoken(start, place):
            return None
        first = bisect_left(self.mentions, place, key=lambda one: one.start)
        found = self.mentions[first] if first < len(self.mentions) else None
        if found is None or found.start >= end:
            return None
        between = self.veiled[place : found.start]
        fronted = between.endswith(", ") and between.count(",") == 1
        if not fronted and not (
            self.veiled.startswith("With ", start) and "," not in between and len(between) < NEARBY
        ):
            return None
        return None if _ANOTHER_SUBJECT.search(between) else found.name

    def only(self, number: int) -> str | None:
        """The name of a sentence that has just one."""
        names = self._named(*self.passages.span(number))
        if len(names) > 1:
            names = [name for name in names if self.people.sure(name)]
        return names[0] if len(names) == 1 else None

    def places(self, number: int) -> list[str]:
        """The names of a sentence that are no people's: by their last word, or by what stands before them."""
        start, end = self.passages.span(number)
        first = bisect_left(self.mentions, start, key=lambda one: one.start)
        last = bisect_left(self.mentions, end, key=lambda one: one.start)
        found = (
            one.name
            for one in self.mentions[first:last]
            if not self.people.person(one.name)
            or (
                _PLACED.search(self.veiled[max(start, one.start - 20) : one.start])
                and self.veiled[one.end : one.end + 1] not in "'’"
            )
        )
        return list(dict.fromkeys(found))

    def mention(self, start: int, end: int) -> Mention | None:
        """The last mention that begins in this stretch."""
        last = bisect_left(self.mentions, end, key=lambda one: one.start) - 1
        return self.mentions[last] if last >= 0 and self.mentions[last].start >= start else None

    def named(self, match: re.Match[str], group: str, at: int) -> str | None:
        """The name that stands where a group of a match is, the match's text beginning at `at`; None for none."""
        found = self.mention(at + match.start(group), at + match.end(group))
        return found.name if found else None

    def _named(self, start: int, end: int) -> list[str]:
        """Different names mentioned from `start` to before `end`."""
        first = bisect_left(self.mentions, start, key=lambda one: one.start)
        last = bisect_left(self.mentions, end, key=lambda one: one.start)
        return list(dict.fromkeys(one.name for one in self.mentions[first:last]))
