"""What a person does to a run, on an open session: each change is a record in its journal, and nothing is taken away."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from longwriter.characters import whole
from longwriter.checks.ledger.records import LedgerFact
from longwriter.errors import EditConflict, InputError, RunError
from longwriter.models.base import ModelConfig
from longwriter.types import Plan
from longwriter.writer.manuscript import Final, Manuscript
from longwriter.writer.records.asked import PlanRecord
from longwriter.writer.records.control import ControlRecord
from longwriter.writer.records.person import (
    DismissedRecord,
    EditRecord,
    FactsRecord,
    FinalRecord,
    LocksRecord,
    SnapshotRecord,
)
from longwriter.writer.records.written import DraftsRecord, WithdrawnRecord
from longwriter.writer.revision.effects import PlanEffects, effects
from longwriter.writer.session import Session

MOST_DRAFTS = 8
"""Drafts of one order."""
MOST_DISMISSED = 10_000
MOST_TEXT = 1_000_000
"""Characters of a section that a person may leave."""
LONGEST_NAME, LONGEST_INSTRUCTION = 200, 4000


class Edits:
    """Changes to one run. Sections count from 0. Every method raises InputError for a section that is none."""

    def __init__(self, session: Session) -> None:
        """`session`: a live one, which then begins with a fresh look, or that of a run that nobody works on."""
        self.session = session
        self.manuscript, self.document = session.manuscript, session.document

    def edit(
        self, index: int, text: str, *, base: int | None = None, why: Literal["edited", "merged"] = "edited"
    ) -> int:
        """Make a person's text that of a section; the number of its record.

        `base`: the version that it was made of; EditConflict where another is final by now. None: whatever is.
        """
        self._settled(index)
        text = _text(text)
        final = self.manuscript.final(index)
        now = final.held.entry if final else None
        if base is not None and base != now:
            raise EditConflict(
                f"section {index + 1} has changed since you began to edit it; look at both texts", now or 0
            )
        if final is not None and text == self.document.texts[index]:
            return final.held.entry
        return self._note_edit(index, text, final, why)

    def _note_edit(self, index: int, text: str, final: Final | None, why: Literal["edited", "merged", "kept"]) -> int:
        asked = final.held.record.asked if final else ()
        entry = self.manuscript.note(EditRecord(
            id=self.manuscript.ids[index], text=text, parent=final.held.entry if final else None, why=why,
            seen=self.document.seen()[index], asked=asked, at=time.time(),
        ))  # fmt: skip
        self.document.put(index, text)
        self.session.changed = True
        return entry

    def accept(self, index: int, entry: int) -> None:
        """Make a version the final one: a draft, an older text; or the final one itself, which decides against drafts."""
        self._settled(index)
        if entry not in {held.entry for held in self.manuscript.versions(index)}:
            raise InputError(f"section {index + 1} has no version {entry}")
        seen = self.document.seen()[index]
        final = self.manuscript.final(index)
        if final is not None and final.held.entry == entry:
            seen = final.seen  # what was stale stays so
        name = self.manuscript.ids[index]
        self._withdraw(name)
        self.manuscript.note(FinalRecord(id=name, entry=entry, seen=seen, at=time.time()))
        self.document.put(index)
        self.session.changed = True

    def _withdraw(self, name: str) -> None:
        """Want no more drafts of a section than there are: a person has decided."""
        pending = tuple(draft.number for draft in self.manuscript.wanted_drafts() if draft.order.id == name)
        if pending:
            self.manuscript.note(WithdrawnRecord(id=name, numbers=pending, why=""))

    def drafts(
        self, index: int, count: int = 1, instruction: str = "", words: int | None = None,
        model: ModelConfig | None = None,
    ) -> None:  # fmt: skip
        """Ask for texts beside that of a section; they are written when the run goes on."""
        self.manuscript.check([index])
        if not 1 <= count <= MOST_DRAFTS:
            raise InputError(f"ask for 1 to {MOST_DRAFTS} drafts at once")
        final, name = self.manuscript.final(index), self.manuscript.ids[index]
        first = self.manuscript.last_draft(index) + 1
        order = DraftsRecord(
            id=name, numbers=tuple(range(first, first + count)), parent=final.held.entry if final else None,
            instruction=_said(instruction), words=_words(words), model=model,
        )  # fmt: skip
        self.manuscript.note(order)
        self.session.calls.expect(order, None)
        self.session.changed = True

    def redo(self, indices: Iterable[int], instruction: str = "", words: int | None = None) -> None:
        """Make sections due again; their text stands until a new one is finished."""
        chosen = sorted(set(indices))
        if chosen:
            self.manuscript.redo(chosen, _said(instruction), _words(words))
            self.session.changed = True

    def redo_stale(self) -> list[int]:
        """Make sections due again whose earlier text has changed and which no person wrote; which they are."""
        stale = self.session.stale()
        self.redo(stale)
        return stale

    def effects(self, plan: Plan, keep: Mapping[int, str] = {}) -> PlanEffects:
        """What `outline` would do to the texts that are there."""
        return effects(self.session, plan, keep)

    def outline(self, plan: Plan, keep: Mapping[int, str] = {}, *, base: int | None = None) -> None:
        """Follow an edited outline, and write plan.md.

        `keep`: for lines of it that are new, the section whose text they take over, by its name. `base`: number of the
        record of the plan that was edited; EditConflict where another is followed by now.
        """
        self.session.follow_plan()  # where plan.md itself was edited
        if base is not None and base != self.manuscript.plan_entry:
            raise EditConflict("the outline has changed since you began to edit it", self.manuscript.plan_entry)
        before = {name: (i, self.manuscript.final(i)) for i, name in enumerate(self.manuscript.ids)}
        kept = effects(self.session, plan, keep).kept
        texts = {i: self.document.texts[before[keep[i]][0]] for i in kept if i in keep}
        if plan != self.manuscript.plan:
            self.session.write_plan(plan)  # first: an older plan.md would pass for an edit of this one
            self.session.loop.follow(plan, "edited", keep)
        self.document.load()
        for i in texts:
            if self.manuscript.final(i) is None:
                self._note_edit(i, texts[i], before[keep[i]][1], "kept")
        self.session.changed = True

    def lock(self, indices: Iterable[int]) -> None:
        """Hold the budgets of these sections fast, and of no others."""
        chosen = sorted(set(indices))
        self.manuscript.check(chosen)
        names = tuple(self.manuscript.ids[i] for i in chosen)
        if frozenset(names) != self.manuscript.locks:
            self.manuscript.note(LocksRecord(sections=names))

    def facts(self, facts: Sequence[LedgerFact]) -> None:
        """Make these all that a person says is so; what is written next is told them."""
        if tuple(facts) != self.manuscript.facts:
            self.manuscript.note(FactsRecord(facts=tuple(facts), at=time.time()))
            self.session.changed = True

    def dismiss(self, keys: Iterable[str] = (), *, again: Iterable[str] = ()) -> None:
        """Say of findings, by `outcome.dismissed.key`, that the text is right as it is; `again`: that they count again."""
        wanted = (self.manuscript.dismissed | set(keys)) - set(again)
        if len(wanted) > MOST_DISMISSED:
            raise InputError(f"a run keeps {MOST_DISMISSED:,} dismissed findings at most; let some count again")
        if wanted != self.manuscript.dismissed:
            self.manuscript.note(DismissedRecord(findings=tuple(sorted(wanted)), at=time.time()))

    def snapshot(self, name: str) -> int:
        """Give the whole as it is a name; the number of the record."""
        said = " ".join(whole(name).split())[:LONGEST_NAME]
        if not said:
            raise InputError("give the snapshot a name")
        return self.manuscript.note(SnapshotRecord(name=said, at=time.time()))

    def restore(self, entry: int) -> None:
        """Make plan and texts what they were at a snapshot; what came since stays among the versions."""
        if entry not in self.manuscript.snapshots:
            raise InputError(f"there is no snapshot {entry}")
        then = Manuscript(self.manuscript.journal, upto=entry)
        if self.session.loop.under_way:
            raise RunError("a section is being written; pause first")
        if then.plan != self.manuscript.plan:
            self.session.write_plan(then.plan)
            source: Literal["import", "edited"] = "import" if then.rest_unplanned else "edited"
            self.manuscript.note(PlanRecord(plan=then.plan, target=then.target, source=source))
        for i, name in enumerate(then.ids):
            was, now = then.final(i), self.manuscript.final(i)
            if was is not None and (now is None or now.held.entry != was.held.entry or self.manuscript.due(i)):
                record = FinalRecord(id=name, entry=was.held.entry, seen=was.seen, at=time.time())
                self.manuscript.note(record)
        self.document.load()
        self.session.changed = True

    def control(
        self, *, going: bool | None = None, review: bool | None = None, approve: bool | None = None,
        permit: bool = False, revise: Iterable[str] | None = None, by: ModelConfig | None = None,
    ) -> ControlRecord:  # fmt: skip
        """What a server may do with the run by itself; None leaves a thing as it is.

        `permit`: the next section may begin. `by`: who mends what `revise` names.
        """
        old = self.manuscript.control or ControlRecord()
        chosen = None if revise is None else tuple(revise)
        told = {"going": going, "review": review, "approve": approve, "revise": chosen}
        new = old.model_copy(update={k: v for k, v in told.items() if v is not None})
        if chosen is not None:
            new = new.model_copy(update={"revise_by": by})
        if permit:
            new = new.model_copy(update={"permit": self._next()})
        if new != old or self.manuscript.control is None or self.manuscript.stopped is not None:
            self.manuscript.note(new)
        return new

    def _next(self) -> str:
        """Name of the first section that has no text."""
        manuscript = self.manuscript
        return next((name for i, name in enumerate(manuscript.ids) if manuscript.final(i) is None), "")

    def _settled(self, index: int) -> None:
        self.manuscript.check([index])
        if self.manuscript.ids[index] in self.session.loop.under_way:
            raise RunError(f"section {index + 1} is being written; pause first")


def _text(text: str) -> str:
    found = whole(text).strip()
    if not found:
        raise InputError("a section cannot be empty; take its line out of the outline instead")
    if len(found) > MOST_TEXT:
        raise InputError(f"a section has at most {MOST_TEXT:,} characters; split it in the outline")
    return found


def _said(instruction: str) -> str:
    found = whole(instruction).strip()
    if len(found) > LONGEST_INSTRUCTION:
        raise InputError(f"say in at most {LONGEST_INSTRUCTION:,} characters what should be different")
    return found


def _words(words: int | None) -> int | None:
    if words is not None and not 20 <= words <= 20_000:
        raise InputError("a section has 20 to 20,000 words")
    return words


def has_work(session: Session) -> bool:
    """Whether a server that obeys the run's `control` would find something to do."""
    manuscript = session.manuscript
    control = manuscript.control or ControlRecord()
    if control.revise and manuscript.planned:
        return True
    if not manuscript.planned or manuscript.rest_unplanned:
        return control.going
    if manuscript.wanted_drafts() and control.going:
        return True
    return any(manuscript.due(i) and session.permitted(i) for i in range(len(manuscript.ids)))
