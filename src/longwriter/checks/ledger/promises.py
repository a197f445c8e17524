"""Promises of a text: who gives one, and whether a later section keeps or breaks it. Modest: what rules can see."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from longwriter.checks.ledger.people import NAME
from longwriter.checks.ledger.records import LedgerPromise
from longwriter.checks.ledger.rules.claims import SectionSource

_GIVEN = re.compile(
    rf"(?P<name>{NAME}) (?:had )?(?:promised|vowed|swore|pledged|undertook)(?: (?:him|her|them|himself|herself"
    rf"|that|solemnly|to himself|to herself))*"
    r" (?P<what>(?:to|he would|she would|they would|never to) [^.;!?\n]{8,160})"
)
_GIVEN_CHINESE = re.compile(
    r"(?P<name>[\u4e00-\u9fff·]{2,8}?)(?:答应|发誓|承诺|保证|许诺)(?:过"
    r"|了)?(?:[他她你我]们?)?[，,：:]?(?P<what>[^。！？\n]{3,40})"
)
_KEPT = re.compile(
    r"\b(?:kept|broke|broken|fulfilled|forgot|forgotten|honou?red|redeemed) (?:his|her|their|the|that) (?:promise"
    r"|vow|word|oath|pledge)\b|\bas (?:he|she|they) had promised\b"
)
_KEPT_CHINESE = re.compile(
    "(?:兑现|实现|履行|信守|违背|打破|忘记)了?[^。！？\n]{0,8}(?:诺言|承诺|誓言|约定)|如约|没有食言"
)


class Promises:
    """The promises of a text so far."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._open: list[tuple[str, LedgerPromise]] = []
        self._done: list[LedgerPromise] = []

    def read(self, section: int, source: SectionSource) -> None:
        """Close what this section keeps or breaks, then note what it promises."""
        text = source.passages.text
        self._close(section, source)
        for match in self._matches(source, _GIVEN, _GIVEN_CHINESE, "promised vowed swore pledged undertook"):
            found = source.mention(match.start("name"), match.end("name"))
            if found is None:
                continue
            start, end = source.passages.quote(match.start(), match.end())
            promise = LedgerPromise(text=match[0], opened=section, quote=text[start:end])
            self._open.append((found.name, promise))

    def _close(self, section: int, source: SectionSource) -> None:
        """Promises whose giver stands near the words for keeping one."""
        for match in self._matches(source, _KEPT, _KEPT_CHINESE, "promise promised vow word oath pledge"):
            first = bisect_left(source.mentions, match.start() - 200, key=lambda one: one.start)
            near = {one.name for one in source.mentions[first:] if one.start < match.end()}
            for held in [one for one in self._open if one[0] in near]:
                self._open.remove(held)
                self._done.append(held[1].model_copy(update={"closed": section}))

    def _matches(
        self, source: SectionSource, english: re.Pattern[str], chinese: re.Pattern[str], words: str
    ) -> Iterator[re.Match[str]]:
        """What a pattern finds; in English, in sentences with one of these words alone."""
        text = source.passages.text
        if self.language == "zh":
            yield from chinese.finditer(text)
            return
        for number in source.passages.having(words):
            yield from english.finditer(text, *source.passages.span(number))

    def all(self) -> tuple[LedgerPromise, ...]:
        """In the order of the text."""
        both = [*self._done, *(promise for _, promise in self._open)]
        return tuple(sorted(both, key=lambda one: one.opened))
