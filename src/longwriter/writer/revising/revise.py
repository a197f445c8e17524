"""A revision: findings, a list that a person may edit, edits of single passages, each taken only where it is better.

The journal holds what each pass is to mend and what became of each place; an edit that is taken is a version of its
section. So the same command after a kill does the same walk again, and asks only for what it has no answer to.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.rules.voice import VOICE
from longwriter.errors import InputError
from longwriter.language import tongue
from longwriter.models.base import ModelConfig
from longwriter.text import count_words
from longwriter.writer.events import RevisionStep
from longwriter.writer.outcome.dismissed import key, undismissed
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.revised import FindingsRecord, Mending, RevisionRecord, UnmendedRecord, WantedFinding
from longwriter.writer.revising.journalled import Revisions
from longwriter.writer.revising.judging import RevisionJudge
from longwriter.writer.revising.layout import DocumentLayout
from longwriter.writer.revising.listed import FINDINGS, held_by, located, read_findings, wanted, write_findings
from longwriter.writer.revising.measure import measured
from longwriter.writer.revising.mending import MeasuredDocument, Mender, MendingTarget, chosen, out_of_reach
from longwriter.writer.revising.wishes import RevisionOutcome, RevisionResult, Wishes
from longwriter.writer.session import Session
from longwriter.writer.stops import NotedStop

F = TypeVar("F", bound=TextFinding)
OF_THE_WHOLE = ("rate",)
"""Checks whose places are at fault only together: twenty words that are each a good one."""
DISMISSED = "you said that it is right as it is"
ELSEWHERE = 'another place contradicts the same; "edit": 1 in findings.json has the first quote changed instead'
"""Of the dead who act, a ledger tells the first act alone; once that is mended, it tells the next."""
UNKNOWN = "a revision does not find it: it comes from a fact that ends with a section, or from what a model was asked"
MOST_PLACES = 40
"""Places of one finding that are tried in a pass."""


class Reviser:
    """Revises one run, on an open session."""

    def __init__(self, session: Session, folder: Path, wishes: Wishes) -> None:
        """`session`: its document is loaded."""
        self.session, self.folder, self.wishes = session, folder, wishes
        self.log = Revisions(session.journal)
        self.path = folder / FINDINGS
        self.now = self._measured()
        self.known = frozenset(map(key, self.now.findings))
        self.first = self._open(self.now.findings)
        self.outcomes: dict[str, RevisionOutcome] = {}
        """By what stands for the finding: the last pass that had it decides."""
        self.edits = self.passes = 0

    async def run(self) -> RevisionResult:
        """Find, and mend. Raises what the models raise; what was mended until then is kept, and the same again goes on."""
        given = self._given()
        going = self.log.going(self.wishes.judge, self.wishes.by, given)
        if self.wishes.dry_run:
            return await self._list(given)
        if going is None:
            given = self._own_list() if given is None else given
        revision = going or self._begin()
        judge = self._judge(revision)
        mender = Mender(self.session, self._language(), revision, judge)
        try:
            with NotedStop(self.session.manuscript):
                for turn in range(1, self.wishes.passes + 1):
                    listed = await self._turn(revision, turn, given, judge)
                    if not await self._mend_all(mender, listed):
                        break
                self._note(FindingsRecord(revision=revision.number, turn=self.passes + 1, findings=()))
                self._write_left()
        finally:
            result = self.result()
        return result

    def result(self) -> RevisionResult:
        """What there is so far; the files of the run follow."""
        saved, by = self.session.save(), self._named(self.log.last.by if self.log.last else None)
        first = self.log.turns[0].findings if self.log.turns else self.first
        return RevisionResult(saved.text, saved.report, self.folder, first, tuple(self.outcomes.values()),
                              self._open(self.now.findings), self.edits, self.passes, by)  # fmt: skip

    def _named(self, by: ModelConfig | None) -> str:
        return (by or self.session.settings.writer).model

    def _open(self, findings: Sequence[F]) -> tuple[F, ...]:
        """Those that no person has dismissed."""
        return undismissed(self.session.document, findings)

    def unmendable(self) -> dict[str, str]:
        """For all that the rules find, by `key`: why no passage of it can be changed; "" where one can."""
        return {key(finding): self._unmendable(wanted(finding)) for finding in self.now.findings}

    def _unmendable(self, finding: WantedFinding) -> str:
        refused, why = list[int](), ""
        while isinstance(target := self._target(finding, "0.0:0.0", refused), MendingTarget):
            if not (why := out_of_reach(target.passage)):
                return ""
            refused.append(target.passage.place[0])
        return why or target or ""

    async def _list(self, given: tuple[WantedFinding, ...] | None) -> RevisionResult:
        """Make the list and put it into the run folder, unless a person gave it."""
        if given is None:
            given = self._own_list()
        if given is None:
            judge = None
            if self.wishes.judge is not None:
                judge = self._judge(self.log.going(self.wishes.judge, self.wishes.by, None) or self._begin())
            given = await self._found(judge, 1)
            write_findings(self.path, self.now.layout.text, given)
        result = self.session.result()
        return RevisionResult(
            result.text, result.report, self.folder, given, (), given, 0, 0, self._named(self.wishes.by)
        )

    def _given(self) -> tuple[WantedFinding, ...] | None:
        """The list that a person named. Raises InputError; of one that is followed already, what is mended may be gone."""
        if self.wishes.chosen is not None:
            return self._chosen(self.wishes.chosen)
        if self.wishes.findings is None:
            return None
        try:
            return read_findings(self.wishes.findings, self.now.layout.text).findings
        except InputError:
            begun = self.log.turns[0].findings if self.log.turns else ()
            if not begun or held_by(self.wishes.findings) != list(map(key, begun)):
                raise
            return begun  # it is followed already: what is mended does not stand any more

    def _chosen(self, chosen: frozenset[str]) -> tuple[WantedFinding, ...]:
        """Those of what the rules find; where they are followed already, as they were. Raises InputError for none."""
        begun = self.log.turns[0].findings if self.log.turns else ()
        if begun and set(map(key, begun)) == chosen and self.log.going(None, self.wishes.by, begun):
            return begun
        if not (found := tuple(wanted(finding) for finding in self.first if key(finding) in chosen)):
            raise InputError("nothing of what was chosen is found in the text any more; look at what is found now")
        return found

    def _own_list(self) -> tuple[WantedFinding, ...] | None:
        """The list of the run folder, where it is of the text as it stands. Raises InputError for an edited one that is not."""
        if not self.path.exists():
            return None
        text = self.now.layout.text
        held = read_findings(self.path, text)
        if held.of(text):
            ruled = {key(finding) for finding in held.findings if finding.source == "rule"}
            if not held.edited and not ruled <= set(map(key, self.first)):
                return None  # a person has said since what is so
            return self._open(held.findings) if held.edited or self.wishes.judge is None else None
        if held.edited:
            raise InputError(
                f"{self.path} was edited, but the text has changed since; follow it all the same with --findings "
                f"{self.path}, or remove it"
            )
        return None

    def _begin(self) -> RevisionRecord:
        names = self.session.manuscript.ids
        words = {names[i]: count_words(text) for i, text in self.session.document.texts.items()}
        record = RevisionRecord(number=self.log.next_number, judge=self.wishes.judge, by=self.wishes.by, words=words)
        self._note(record)
        return record

    def _judge(self, revision: RevisionRecord) -> RevisionJudge | None:
        self.session.calls.expect_revision(revision, self.wishes.judge_model, self.wishes.by_model)
        return RevisionJudge(self.session, revision.judge, revision.number) if revision.judge else None

    async def _turn(
        self, revision: RevisionRecord, turn: int, given: tuple[WantedFinding, ...] | None, judge: RevisionJudge | None
    ) -> FindingsRecord:
        """What a pass is to mend: as the journal has it, else found now."""
        self.passes = turn
        if len(self.log.turns) >= turn:
            return self.log.turns[turn - 1]
        declined = self.log.turns[-1].declined if self.log.turns else ()
        if turn == 1 and given is not None:
            kept = {key(finding) for finding in given}
            listed, declined = given, tuple(key(f) for f in self.first if key(f) not in kept)
        else:
            found = await self._found(judge, turn)
            listed = tuple(f for f in found if key(f) not in declined)
            if turn == 1:
                write_findings(self.path, self.now.layout.text, listed)
        record = FindingsRecord(revision=revision.number, turn=turn, findings=listed, declined=declined)
        if listed:  # a pass without any is the revision's end
            self._note(record)
        return record

    async def _found(self, judge: RevisionJudge | None, turn: int) -> tuple[WantedFinding, ...]:
        rules = [wanted(finding) for finding in self._open(self.now.findings)]
        judged = await judge.findings(self.now.layout, turn) if judge else []
        return tuple(sorted([*rules, *judged], key=lambda f: f.places[-1].start if f.places else -1))

    async def _mend_all(self, mender: Mender, listed: FindingsRecord) -> bool:
        """Mend what a pass is to mend; whether anything was."""
        before, total = self.edits, len(listed.findings)
        for k, finding in enumerate(listed.findings):
            outcome = await self._mend(mender, finding, f"{listed.revision}.{listed.turn}:{k}")
            self.outcomes[key(finding)] = outcome
            self._tell(k + 1, total, outcome)
        return self.edits > before

    async def _mend(self, mender: Mender, finding: WantedFinding, name: str) -> RevisionOutcome:
        """Try the places of a finding until it is gone, or none is left that was not tried."""
        refused: list[int] = []
        edits, why = 0, "" if self._open([finding]) else DISMISSED
        for attempt in range(0 if why else MOST_PLACES + 1):
            step = f"{name}.{attempt}"
            known = self.log.outcomes.get(step)
            if known is None:
                known = await self._attempt(mender, finding, step, refused, last=attempt == MOST_PLACES)
            if isinstance(known, Mending):
                edits += 1
                refused = [start + known.shift if start > known.start else start for start in refused]
            elif known.start < 0:
                why = known.why
                break
            else:
                refused.append(known.start)
        self.edits += edits
        if edits and not why and self._elsewhere(finding):
            why = ELSEWHERE
        if not why:
            return RevisionOutcome(finding=finding, state="mended" if edits else "gone", edits=edits)
        return RevisionOutcome(finding=finding, state="partly" if edits else "unmended", edits=edits, why=why)

    def _elsewhere(self, finding: WantedFinding) -> bool:
        """Whether what the first quote of a contradiction says is contradicted at another place."""
        same = (finding.kind, finding.check, finding.quotes[:1])
        there = ((found.kind, found.check, found.quotes[:1]) for found in self.now.findings)
        return finding.kind == "contradiction" and same in there

    async def _attempt(
        self, mender: Mender, finding: WantedFinding, name: str, refused: Sequence[int], *, last: bool
    ) -> Mending | UnmendedRecord:
        """Try one place, and journal what became of it; a record without a place ends the finding."""
        target = self._target(finding, name, refused)
        if target is None or isinstance(target, str) or last:
            why = self._why(name) if target is not None else ""
            return self._unmended(name, -1, target if isinstance(target, str) and not refused else why)
        edit = await mender.mend(target, self.now)
        if isinstance(edit, str):
            return self._unmended(name, target.passage.place[0], edit)
        self._take(target.passage.section, edit)
        assert edit.mends is not None
        return edit.mends

    def _why(self, name: str) -> str:
        """Why the last place of a finding that was refused was."""
        finding, _, attempt = name.rpartition(".")
        for n in range(int(attempt) - 1, -1, -1):
            known = self.log.outcomes.get(f"{finding}.{n}")
            if isinstance(known, UnmendedRecord):
                return known.why
        return "it has more places than one pass tries"

    def _unmended(self, name: str, start: int, why: str) -> UnmendedRecord:
        record = UnmendedRecord(finding=name, start=start, why=why)
        self._note(record)
        return record

    def _take(self, index: int, edit: EditRecord) -> None:
        """Make an edit the section's text."""
        self._note(edit)
        self.session.document.put(index, edit.text)
        self.now = self._measured()
        self.session.files.grow(self.session.document)

    def _target(self, finding: WantedFinding, name: str, refused: Sequence[int]) -> MendingTarget | str | None:
        """The next place to change; None: the finding is gone; else why no place of it can be changed."""
        found = self._standing(finding)
        if found is None:
            return UNKNOWN if self._is_unknown(finding) else None
        if not found.places or (found.check in OF_THE_WHOLE and not found.edit):
            return "it is about the whole text, and no single passage"
        first = chosen(found.quotes, self.now.layout.text, found.edit)
        tried = [first]
        if len(found.places) > 2:
            tried += [n for n in reversed(range(found.check in VOICE, len(found.places))) if n != first]
        outside = 0
        for n in tried:
            place = found.places[n].start, found.places[n].end
            if found.check == "cut":  # its quote shows what stands before it, too
                place = max(place[0], self.now.layout.text.rfind(" ", 0, place[1]) + 1), place[1]
            passage = self.now.layout.passage(*place)
            if passage is None:
                outside += 1
            elif passage.place[0] not in refused:
                others = tuple(quote for k, quote in enumerate(found.quotes) if k != n)[:2]
                return MendingTarget(found, name, place, others, passage)
        return "it is in a heading, or reaches over the end of a section" if outside == len(tried) else "refused"

    def _standing(self, finding: WantedFinding) -> WantedFinding | None:
        """A finding where it is now; None: it is gone."""
        text = self.now.layout.text
        if finding.source != "rule":
            placed = located(finding, text, [place.start for place in finding.places])
            return None if isinstance(placed, str) else placed
        alike = [f for f in self.now.findings if (f.kind, f.check) == (finding.kind, finding.check)]
        if len(finding.quotes) > 2:
            same = [f for f in alike if set(f.quotes) & set(finding.quotes)]
        else:
            same = [f for f in alike if f.quotes == finding.quotes] or [f for f in alike if _within(f, finding)]
        if not same:
            return None
        start = finding.places[-1].start if finding.places else 0
        best = min(same, key=lambda f: abs(f.places[-1].start - start) if f.places else 0)
        edit = finding.edit if finding.edit <= len(best.quotes) else 0
        return WantedFinding(**dict(best) | {"edit": edit})

    def _is_unknown(self, finding: WantedFinding) -> bool:
        """Whether a rule's finding was none of a revision's own, and stands: then nothing says that it is gone."""
        if finding.source != "rule" or key(finding) in self.known:
            return False
        return isinstance(located(finding, self.now.layout.text), WantedFinding)

    def _write_left(self) -> None:
        """Replace the list by what a next revision would follow."""
        declined = self.log.turns[0].declined if self.log.turns else ()
        text = self.now.layout.text
        open_ = [
            o.finding
            for o in self.outcomes.values()
            if o.finding.source != "rule" and o.state in ("unmended", "partly")
        ]
        judged = [
            placed for f in open_ if isinstance(placed := located(f, text, [p.start for p in f.places]), WantedFinding)
        ]
        rules = [wanted(f) for f in self._open(self.now.findings) if key(f) not in declined]
        write_findings(self.path, text, [*rules, *judged])

    def _measured(self) -> MeasuredDocument:
        layout = DocumentLayout(self.session.document)
        return MeasuredDocument(layout, measured(layout.text, self._language(), self.session.document))

    def _language(self) -> str:
        settings, text = self.session.settings, self.session.document.text()[:100_000]
        return settings.language or tongue(text) or tongue(settings.instruction) or self.session.prompts.name

    def _note(self, record: RevisionRecord | FindingsRecord | UnmendedRecord | EditRecord) -> None:
        self.session.manuscript.note(record)
        self.log.take(record)

    def _tell(self, done: int, total: int, outcome: RevisionOutcome) -> None:
        mended = sum(o.state in ("mended", "gone") for o in self.outcomes.values())
        said = f"{outcome.state}: {outcome.finding.message}" + (f" ({outcome.why})" if outcome.why else "")
        self.session.options.on_event(
            RevisionStep(self.passes, done, total, mended, self.session.calls.spent.cost, said)
        )


def _within(found: TextFinding, before: TextFinding) -> bool:
    """Whether a finding is what is left of another: rules may draw a passage's bounds anew after an edit beside it."""
    last, was = found.quotes[-1:], before.quotes[-1:]
    return bool(last and was) and (last[0] in was[0] or was[0] in last[0])
