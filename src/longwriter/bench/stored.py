"""The records of a run's journal, written and read here alone.

Kinds: `made` (date, version and command, of the run and of each judge's step), `item`, `write` (a response), `judge ...`
(replies of one judge, see `judging.judge.step_of`), `failed` (why an item or question has none; a later success stands)
and `synced` (the records before it are on the disk).
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from longwriter.bench.judging.judge import step_of, tries_of, try_id
from longwriter.bench.records import BenchItem, Judgement, Response, Spending
from longwriter.bench.settings import BenchSettings
from longwriter.characters import whole_characters
from longwriter.journal import Entry, Journal
from longwriter.models.verdicts import TRIES
from longwriter.steps.step import StepRecord
from longwriter.types import Record

MADE, ITEM, WRITE, FAILED, SYNCED = "made", "item", "write", "failed", "synced"
NOT_YET = "not written yet"
SYNC_S = 1.0
"""Seconds between two records that are forced to the disk."""


def _mended(value: object) -> object:
    return whole_characters(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_mended)]
"""Text as a model or a file gave it, but for lone surrogates."""


class MadeRecord(BaseModel):
    """What made the run, or a judge's step of it: any facts."""

    model_config = ConfigDict(frozen=True, extra="allow")
    step: str | None = None


class FailedRecord(Record):
    """Why an item or a question has no result."""

    step: str
    id: str
    reason: Text


class StoredResponse(Response):
    """What the system wrote."""

    model_config = ConfigDict(extra="ignore")
    text: Text = ""
    thinking: Text = ""
    """What was taken off the text."""


class StoredTry(Spending):
    """What the judge said to one try of a question, and what it took."""

    model_config = ConfigDict(extra="ignore")
    replies: tuple[Text, ...] = ()


class Stored:
    """All that a run's journal holds, by id, in the items' order. Replies of other judges than the settings' are left aside."""

    def __init__(self, settings: BenchSettings, journal: Journal) -> None:
        """Read what is there. Raises RunError for a record of another shape."""
        self.settings = settings
        self.made: dict[str, object] = {}
        """Date, version and command of the first command; judge_date and so on of the first that asked this judge."""
        self.items: dict[str, BenchItem] = {}
        self._journal, self._read = journal, 0
        self._step = step_of(settings.judge) if settings.judge else ""
        self._made_steps: set[str | None] = set()
        self._failures: dict[tuple[str, str], str] = {}
        self._written: dict[str, StoredResponse] = {}
        self._judged: dict[tuple[str, int], StoredTry] = {}
        self.responses: dict[str, Response] = {}
        """One for each item; one that is missing says why."""
        self.judgements: dict[str, Judgement] = {}
        """This judge's, by question; those that were never asked are not there."""
        self.catch_up()

    def catch_up(self) -> None:
        """Read the records that came since."""
        for entry in islice(self._journal, self._read, None):
            self._fold(entry)
        self._read = len(self._journal)
        self.responses = {name: self._response(name) for name in self.items}
        asked = dict.fromkeys(name for name, _ in self._judged)
        asked |= dict.fromkeys(tries_of(name)[0] for step, name in self._failures if step == self._step)
        self.judgements = {name: self._judgement(name) for name in asked}

    def _fold(self, entry: Entry) -> None:
        parsed = self._journal.parsed
        if entry.kind == MADE:
            made = parsed(entry, MadeRecord)
            self._made_steps.add(made.step)
            if made.step in (None, self._step):
                before = "" if made.step is None else "judge_"
                self.made |= {before + key: value for key, value in (made.model_extra or {}).items()}
        elif entry.kind == ITEM:
            item = parsed(entry, BenchItem)
            self.items[item.id] = item
        elif entry.kind == FAILED:
            failed = parsed(entry, FailedRecord)
            self._failures[failed.step, failed.id] = failed.reason
        elif entry.kind == WRITE:
            result = parsed(entry, StepRecord)
            self._written[result.id] = parsed(entry, StoredResponse, result.result)
        elif entry.kind == self._step:
            result = parsed(entry, StepRecord)
            self._judged[tries_of(result.id)] = parsed(entry, StoredTry, result.result)

    def _response(self, name: str) -> Response:
        return self._written.get(name) or Response(id=name, failure=self._failures.get((WRITE, name)) or NOT_YET)

    def _judgement(self, name: str) -> Judgement:
        """All tries of a question, and why there is no more than these."""
        tries = [self._judged[name, attempt] for attempt in range(TRIES) if (name, attempt) in self._judged]
        replies = tuple(reply for one in tries for reply in one.replies)
        failure = self._failures.get((self._step, try_id(name, len(replies))), "")
        return Judgement(id=name, replies=replies, failure=failure)

    @property
    def thinking(self) -> int:
        """Texts that had thinking taken off."""
        return sum(bool(written.thinking) for written in self._written.values())

    @property
    def spent(self) -> dict[str, float | None]:
        """Sums over all results: calls, prompt_tokens, completion_tokens, seconds, cost; a cost is None where one is."""
        results: list[Spending] = [*self._written.values(), *self._judged.values()]
        sums: dict[str, float | None] = {
            "calls": _sum(r.calls for r in results),
            "prompt_tokens": _sum(r.prompt_tokens for r in results),
            "completion_tokens": _sum(r.completion_tokens for r in results),
            "seconds": _sum(r.seconds for r in results),
        }
        return sums | {"cost": None if any(r.cost is None for r in results) else _sum((r.cost for r in results), 6)}

    def answered(self, step: str) -> bool:
        """Whether the model of a step has answered before."""
        return bool(self._written if step == WRITE else self._judged)

    def add_made(self, made: dict[str, object]) -> None:
        """Keep what made the run, or a judge's `step` of it, where nothing is known of that. Read by `catch_up`, as all."""
        if made.get("step") not in self._made_steps:
            self._journal.append(MADE, made)

    def add_items(self, items: Sequence[BenchItem]) -> None:
        """Keep what is asked, where it is new."""
        new = [item for item in items if item.id not in self.items]
        for item in new:
            self._journal.append(ITEM, item.model_dump(exclude_defaults=True), durable=item is new[-1])

    def add_failures(self, step: str, reasons: dict[str, str]) -> None:
        """Keep why items of a step have no result."""
        for name, reason in reasons.items():
            self._journal.append(FAILED, FailedRecord(step=step, id=name, reason=reason).model_dump())


def _sum(values: Iterable[float | None], digits: int = 3) -> float:
    return round(sum(float(value) for value in values if value is not None), digits)


class GroupedJournal(Journal):
    """A journal whose records are forced to the disk once in `SYNC_S`, not one by one: at 5 ms each that would stop all calls.

    Each record is with the operating system at once, so kill -9 loses nothing; a power cut may take the last second's.
    """

    def __init__(self, journal: Journal) -> None:
        """`journal`: where the records go."""
        super().__init__(None)
        self.path = journal.path
        self._journal, self._synced, self._waiting = journal, time.monotonic(), 0

    def append(self, kind: str, data: dict[str, object], *, durable: bool = True) -> Entry:
        """Write one record."""
        durable = durable and time.monotonic() - self._synced > SYNC_S
        entry = self._journal.append(kind, data, durable=durable)
        self._waiting += 1
        if durable:
            self._synced, self._waiting = time.monotonic(), 0
        return entry

    def sync(self, step: str) -> None:
        """Force what waits, with a record that says how much of it there was."""
        if self._waiting:
            self._journal.append(SYNCED, {"step": step, "records": self._waiting})
            self._waiting = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._journal)

    def __len__(self) -> int:
        return len(self._journal)
