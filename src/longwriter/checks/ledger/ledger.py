"""The ledger of a text: fed section after section, it says at once what a new section contradicts."""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import islice, takewhile

from longwriter.checks.finding import TextFinding, TextPlace
from longwriter.checks.ledger.compare import ONE_ONLY, Clash, clash, kin_clash, tie
from longwriter.checks.ledger.explained.explained import Said, explained
from longwriter.checks.ledger.passages import Passages
from longwriter.checks.ledger.people import People
from longwriter.checks.ledger.promises import Promises
from longwriter.checks.ledger.records import LedgerEntity, LedgerFact, LedgerPromise
from longwriter.checks.ledger.rules.claims import Claim, SectionSource, veil
from longwriter.checks.ledger.rules.dates import date_faults
from longwriter.checks.ledger.rules.passing import time_goes_on
from longwriter.checks.ledger.rules.spelling import introduced, spellings
from longwriter.checks.ledger.rules.voice import Voice, VoiceTurn
from longwriter.checks.ledger.said import ALIVE, as_ruled, bare
from longwriter.text import count_words

RULED = ("en", "zh")
"""Languages with rules."""
_EITHER_SIDE = -1
NEAR, FEW = 20, 3
"""Facts of one kind that are looked at, and ties of one kind between two people: what is said thousands of times is known."""
MOST_PLACES = 20
"""Of one finding."""
Located = tuple[int, int, int]
"""Section, start and end in its text."""


def verified(fact: LedgerFact, text: str) -> bool:
    """Whether the fact's quote stands in the section's text, word for word, at its place or anywhere."""
    return bool(fact.quote) and fact.quote in text


class Ledger:
    """Facts, entities and promises of the sections that were added."""

    def __init__(self, language: str, user: Sequence[LedgerFact] = ()) -> None:
        """Begin a ledger for a text in `language` ("en", "zh"; others have no rules) with what a person says is so."""
        self.language = language
        self._facts: list[LedgerFact] = []
        self._people = People(language)
        self._voice = Voice(language)
        self._promises = Promises(language)
        self._texts: dict[int, tuple[str, int]] = {}
        self._held: dict[tuple[str, str], list[LedgerFact]] = {}
        self._ties: dict[tuple[str, str], list[tuple[tuple[str, int], LedgerFact]]] = {}
        self._dead: dict[str, LedgerFact] = {}
        self._keys: dict[str, set[str]] = {}
        """Subjects, and names that are values -> the keys under which facts of them were put."""
        self._said: set[tuple[str, ...]] = set()
        self._unsure: set[Located] = set()
        self._why = ""
        """Why the fact that is compared may be so though another says otherwise."""
        self._skips: list[tuple[int, int]] = []
        self._changes: list[tuple[VoiceTurn, list[Located]]] = []
        self.take(user)

    def add(self, section: int, text: str, offset: int = 0) -> list[TextFinding]:
        """Read a section by rules; returns what contradicts earlier sections, a person's facts or itself.

        Places are of the whole text, in which the section begins at `offset`.
        """
        return in_order([*self.read(section, text, offset), *self.whole()])

    def read(self, section: int, text: str, offset: int = 0) -> list[TextFinding]:
        """As `add`, but for `whole`."""
        source = self._source(section, text, offset)
        if self.language not in RULED:
            return []
        self._people.spelt(section, source.mentions)
        self._skips += [(section, place) for place in time_goes_on(source.passages, self.language)]
        found = []
        for claim in sorted([*self._claims(source), *self._doing(source)], key=lambda one: one.start):
            if claim.relation == "acts":
                found += self._acts(section, claim, source)
            else:
                found += self._compare(self._fact(section, claim, source))
        for fault in date_faults(source, self.language):
            found += self._finding(fault.check, fault.message, [(section, *place) for place in fault.places])
        for turn in self._voice.read(section, source.passages):
            if not turn.lasts:
                self._changes.append((turn, [turn.before]))
            places = next(places for first, places in reversed(self._changes) if first.check == turn.check)
            places.append((section, *turn.after))
        self._promises.read(section, source)
        return found

    def whole(self) -> list[TextFinding]:
        """What is surer when the whole text is known, told once: names spelt in two ways, how long the voice is another."""
        uses = self._people.name_uses()
        found = []
        for common, rare in spellings(uses, self.language == "zh"):
            if introduced(self._texts[uses[rare].section][0], uses[rare], self.language == "zh"):
                continue
            places = [(use.section, use.start, use.end) for use in (uses[common], uses[rare])]
            found += self._finding("spelling", f"one name in two spellings: {common}, {rare}", places, (common, rare))
        for number, (turn, places) in enumerate(self._changes):
            lasts = f", in {len(places) - 1} sections" if len(places) > 2 else ""
            found += self._finding(turn.check, turn.message + lasts, places[:MOST_PLACES], (str(number),))
        return found

    def learn(self, section: int, text: str) -> None:
        """Names and facts of a section alone: quicker than `read`, for who does not ask for contradictions."""
        source = self._source(section, text, 0)
        for claim in sorted(self._claims(source), key=lambda one: one.start):
            self._compare(self._fact(section, claim, source))

    def against(self, section: int, text: str, offset: int = 0) -> list[TextFinding]:
        """What a section would contradict, without being kept. Takes a copy of the ledger: milliseconds."""
        return deepcopy(self).add(section, text, offset)

    def take(self, facts: Iterable[LedgerFact]) -> list[TextFinding]:
        """Facts of a model or a person, compared alike. Sections must have been added before facts of theirs are taken."""
        found = []
        for fact in facts:
            if fact.source != "rule":
                self._people.learn(bare(fact.subject))
            found += self._compare(fact)
        return found

    @property
    def facts(self) -> tuple[LedgerFact, ...]:
        """All facts, a person's first, then in the order of the text."""
        return tuple(sorted(self._facts, key=lambda fact: (fact.source != "user", fact.section, fact.start)))

    @property
    def entities(self) -> tuple[LedgerEntity, ...]:
        """Who and what has a name, most mentions first."""
        return self._people.entities()

    @property
    def promises(self) -> tuple[LedgerPromise, ...]:
        """What was promised, in the order of the text."""
        return self._promises.all()

    def about(self, line: str, most_words: int) -> list[LedgerFact]:
        """Facts of whoever a plan's line names, a person's first, then the latest, in at most `most_words` words.

        Of several of one kind the latest is given, but a person's before any of the text's.
        """
        named = self._people.named_in(line)
        last = {word.rstrip(".").lower() for name in named for word in name.split()}  # how any form of theirs may end
        maybe = (one for one in self._keys if one.rpartition(" ")[2].rstrip(".").lower() in last)
        keys = {subject: key for subject in maybe if (key := self._key(subject)) in named}
        theirs = [fact for fact in self._facts if fact.subject in keys]
        known: dict[tuple[str, ...], LedgerFact] = {}
        for fact in sorted(theirs, key=lambda fact: (fact.source == "user", fact.section, fact.start)):
            kin = (fact.value,) if fact.relation.startswith("kin:") else ()
            known[(keys[fact.subject], fact.relation, *kin)] = fact
        chosen, words = [], 0
        for fact in sorted(known.values(), key=lambda fact: (fact.source != "user", -fact.section, -fact.start)):
            words += count_words(f"{fact.subject} {fact.relation} {fact.value}")
            if words > most_words:
                break
            chosen.append(fact)
        return chosen

    def _source(self, section: int, text: str, offset: int) -> SectionSource:
        """A section as the rules read it, its names learned."""
        self._texts[section] = (text, offset)
        known = self._people.version
        mentions = self._people.read(section, text) if self.language in RULED else []
        if self._people.version > known:
            self._by_name()
        return SectionSource(Passages(text), mentions, self._people, veil(text, mentions))

    def _claims(self, source: SectionSource) -> Iterator[Claim]:
        """What a section says of somebody or something. A language's patterns are compiled for its first text: 0.1 s."""
        if self.language == "zh":
            from longwriter.checks.ledger.rules.chinese import chinese_claims  # noqa: PLC0415 - as said

            yield from chinese_claims(source)
        elif self.language == "en":
            from longwriter.checks.ledger.rules.english_ages import ages  # noqa: PLC0415 - as said
            from longwriter.checks.ledger.rules.english_deaths import death_claims  # noqa: PLC0415 - as said
            from longwriter.checks.ledger.rules.english_kin import kin  # noqa: PLC0415 - as said
            from longwriter.checks.ledger.rules.english_looks import looks  # noqa: PLC0415 - as said
            from longwriter.checks.ledger.rules.english_things import things_claims  # noqa: PLC0415 - as said

            yield from looks(source)
            yield from ages(source)
            yield from kin(source)
            yield from death_claims(source)
            yield from things_claims(source)

    def _doing(self, source: SectionSource) -> Iterator[Claim]:
        """Who does something, if anybody is dead or dies here."""
        if self.language == "zh":
            from longwriter.checks.ledger.rules.chinese import chinese_acts  # noqa: PLC0415 - as `_claims` says

            yield from chinese_acts(source)
        else:
            from longwriter.checks.ledger.rules.english_deaths import acts  # noqa: PLC0415 - as `_claims` says

            yield from acts(source)

    def _fact(self, section: int, claim: Claim, source: SectionSource) -> LedgerFact:
        start, end = source.passages.quote(claim.start, claim.end)
        if not claim.sure:
            self._unsure.add((section, start, end))
        return LedgerFact(
            subject=claim.subject,
            relation=claim.relation,
            value=claim.value,
            section=section,
            quote=source.passages.text[start:end],
            start=start,
            end=end,
        )

    def _key(self, name: str) -> str:
        name = bare(name)
        if name.lower().startswith("the "):
            return name.lower()
        return self._people.key(name) or ""

    def _by_name(self) -> None:
        """Put all facts under the forms that their names have now, where any has another."""
        if all(keys == {self._key(name)} for name, keys in self._keys.items()):
            return
        facts, said, self._keys = self._facts, set(self._said), {}
        self._facts, self._held, self._ties, self._dead = [], {}, {}, {}
        for fact in facts:
            self._compare(fact)
        self._said = said

    def _compare(self, fact: LedgerFact) -> list[TextFinding]:
        """Take a fact; what it contradicts, told once for each value of each subject."""
        written, fact = fact, fact if fact.source == "rule" else as_ruled(fact)
        key = self._key(fact.subject)
        if not key:
            return []
        self._keys.setdefault(fact.subject, set()).add(key)
        held = self._held.setdefault((key, fact.relation), [])
        section, value = fact.section, fact.value  # tests of plain values first: a long text says a thing often
        if any(one.section == section and one.value == value and _same_words(one, fact) for one in held[-NEAR:]):
            return []
        self._facts.append(written)
        if fact.relation == "dead":
            self._dead.setdefault(key, fact)
        self._why = ""
        found = self._compare_kin(key, fact) if fact.relation.startswith("kin:") else None
        if found is None:
            wrong = self._against(held, fact)
            found = self._clash(key, fact, *wrong) if wrong else []
        if self._why == "changed":
            held[:] = (one for one in held if one.source == "user")
        if self._why == "apart" and not found:  # what was so at another time is no fact of the text's present
            self._facts.pop()
        else:
            held.append(fact)
        return found

    def _against(self, held: Sequence[LedgerFact], fact: LedgerFact) -> tuple[LedgerFact, Clash] | None:
        """The first of a person's facts, else the latest fact, that cannot be so together with this one."""

        def usable(facts: Iterable[LedgerFact]) -> Iterator[LedgerFact]:
            return (f for f in facts if not _same_words(f, fact) and (f.until is None or fact.section < f.until))

        given = list(usable(takewhile(lambda one: one.source == "user", held)))  # they were taken first
        for one in given or [*islice(usable(reversed(held)), 1), *islice(usable(held), 1)]:
            wrong = clash(one, fact, self._time_skipped(one, fact))
            if wrong and not self._explained(wrong.check, one, fact):
                return one, wrong
        return None

    def _explained(self, check: str, old: LedgerFact, new: LedgerFact) -> bool:
        """Whether the text says near two facts why both are so; a person's facts need no reason."""
        if old.source == "user" or not old.quote or new.section not in self._texts or old.section not in self._texts:
            return False
        before, after = (Said(one, self._texts[one.section][0]) for one in (old, new))
        reason = explained(check, before, after, self.language)
        self._why = reason or self._why
        return bool(reason)

    def _time_skipped(self, old: LedgerFact, new: LedgerFact) -> bool:
        """Whether the text says somewhere between two facts that time goes on by years."""
        first, last = (old.section, old.start), (new.section, new.end)
        return any(first <= skip <= last for skip in self._skips)

    def _compare_kin(self, key: str, fact: LedgerFact) -> list[TextFinding] | None:
        """Kinship, which two people have from both sides; None for kinds that are compared as other facts."""
        kin = fact.relation.removeprefix("kin:")
        if kin == "none":
            return []
        other = self._key(fact.value)
        self._keys.setdefault(fact.value, set()).add(other)
        found = tie(kin)
        if not found or not other or other == key:
            return []
        swapped = key > other
        pair = (other, key) if swapped else (key, other)
        said = (found[0], found[1] ^ swapped) if found[0] in ("parent", "uncle or aunt", "grandparent") else found
        if (fact.section, fact.start, fact.end) in self._unsure:
            said = (said[0], _EITHER_SIDE)
        before = self._ties.setdefault(pair, [])
        wrong = next((old for one, old in before if kin_clash(one, said) and not _same_words(old, fact)), None)
        if sum(one == said for one, _ in before) < FEW:
            before.append((said, fact))
        if wrong and not self._explained("kinship", wrong, fact):
            message = f"{fact.subject} and {fact.value}: {wrong.relation[4:]}, then {kin}"
            return self._clash(key, fact, wrong, Clash("kinship", message))
        lone = self._alone(key, kin, fact)
        if lone and not self._explained("kinship", lone, fact):
            message = f"{fact.subject} has none, then a {kin}: {fact.value}"
            return self._clash(key, fact, lone, Clash("kinship", message))
        return self._one_parent(key, kin, fact)

    def _alone(self, key: str, kin: str, fact: LedgerFact) -> LedgerFact | None:
        """An earlier fact that the subject is an only child, or has no such kin."""
        none = self._held.get((key, "kin:none"), [])
        fitting = (one for one in none if one.value == "siblings" or kin in one.value)
        return next(fitting, None) if kin in ("brother", "sister") and fact.source else None

    def _one_parent(self, key: str, kin: str, fact: LedgerFact) -> list[TextFinding]:
        """A second father or mother."""
        for old in self._held.get((key, fact.relation), [])[:NEAR] if kin in ONE_ONLY else ():
            one, two = self._key(old.value), self._key(fact.value)
            if one and two and one != two and one not in two and two not in one and not _same_words(old, fact):
                if self._explained("kinship", old, fact):
                    continue
                message = f"the {kin} of {fact.subject}: {old.value}, then {fact.value}"
                return self._clash(key, fact, old, Clash("kinship", message))
        return []

    def _acts(self, section: int, claim: Claim, source: SectionSource) -> list[TextFinding]:
        """The dead do nothing."""
        key = self._key(claim.subject)
        died = self._dead.get(key)
        if not died or died.value == ALIVE or (died.until is not None and died.until <= section):
            return []
        if died.section == section and claim.start < died.end:
            return []
        acting = self._fact(section, claim, source)
        self._why = ""
        if self._explained("dead", died, acting):
            if self._why == "changed":
                del self._dead[key]
            return []
        return self._clash(key, acting, died, Clash("dead", f"{claim.subject} is dead, then acts"))

    def _clash(self, key: str, new: LedgerFact, old: LedgerFact, wrong: Clash) -> list[TextFinding]:
        once = (key, new.relation, "" if wrong.check == "dead" else new.value)
        places = [(one.section, one.start, one.end) for one in (old, new) if one.quote]
        source = "model" if "model" in (old.source, new.source) else "rule"
        message = (
            f"you said: {old.relation} {old.value}; the text: {new.value}" if old.source == "user" else wrong.message
        )
        return self._finding(wrong.check, message, places, once, source)

    def _finding(
        self, check: str, message: str, places: Iterable[Located], once: tuple[str, ...] = (), source: str = "rule"
    ) -> list[TextFinding]:
        if once and (check, *once) in self._said:
            return []
        self._said.add((check, *once))
        shown = []
        for section, start, end in places:
            if section in self._texts:
                text, offset = self._texts[section]
                shown.append((TextPlace(start=offset + start, end=offset + end, section=section), text[start:end]))
        shown.sort(key=lambda one: one[0].start)
        return [
            TextFinding(
                kind="contradiction",
                check=check,
                places=tuple(place for place, _ in shown),
                quotes=tuple(quote for _, quote in shown),
                message=message,
                source=source,
            )
        ]


def in_order(findings: Iterable[TextFinding]) -> list[TextFinding]:
    """Findings by their last place: where what is wrong stands."""
    return sorted(findings, key=lambda one: (one.places[-1].start if one.places else 0, one.check))


def _same_words(one: LedgerFact, other: LedgerFact) -> bool:
    """Whether two facts are said by overlapping words of one section."""
    return bool(other.quote) and one.section == other.section and one.start < other.end and other.start < one.end
