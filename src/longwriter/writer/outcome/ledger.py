"""The ledger of a text as it stands: derived from its sections and from what a person says, and kept nowhere else."""

import json

from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.ledger import Ledger, in_order
from longwriter.checks.ledger.records import LedgerEntity, LedgerFact, LedgerPromise
from longwriter.language import tongue
from longwriter.types import Record
from longwriter.writer.document import Document
from longwriter.writer.hold.extractor import named_facts
from longwriter.writer.outcome.dismissed import undismissed
from longwriter.writer.settings import asked_language

LOOKED_AT = 100_000
"""Characters that tell the language."""


class RunLedger(Record):
    """Who and what is in a text, what is said of them, what is promised, and what does not go together."""

    entities: tuple[LedgerEntity, ...] = ()
    """Most mentions first."""
    facts: tuple[LedgerFact, ...] = ()
    """A person's first, then in the text's order; places are of the section as it stands in the document."""
    promises: tuple[LedgerPromise, ...] = ()
    contradictions: tuple[TextFinding, ...] = ()
    """Places are of the document."""
    dropped: int = 0
    """Facts that a model named in words that its section does not have."""

    def lines(self) -> str:
        """JSON lines: {"kind": "entity", "fact", "promise" or "contradiction", and the record's own fields}."""
        rows = [
            *(("entity", row) for row in self.entities),
            *(("fact", row) for row in self.facts),
            *(("promise", row) for row in self.promises),
            *(("contradiction", row) for row in self.contradictions),
        ]
        return "".join(json.dumps({"kind": kind} | row.model_dump(), ensure_ascii=False) + "\n" for kind, row in rows)


def ledger_of(document: Document, *, dismissed: bool = False) -> RunLedger:
    """The ledger of a document's finished sections. `dismissed`: contradictions that a person dismissed, too."""
    text, findings, at, dropped = document.text(), list[TextFinding](), 0, 0
    ledger = Ledger(tongue(text[:LOOKED_AT]) or asked_language(document.settings), document.manuscript.facts)
    for index in sorted(document.texts):
        piece = document.piece(index).strip().removeprefix("\ufeff").strip()
        at = max(at, text.find(piece, at))
        findings += ledger.read(index + 1, piece, offset=at)
        named = named_facts(document.calls, document.texts[index], index + 1)
        findings += ledger.take(_placed(fact, piece) for fact in named.facts)
        at, dropped = at + len(piece), dropped + named.dropped
    findings = in_order([*findings, *ledger.whole()])
    findings = findings if dismissed else list(undismissed(document, findings))
    return RunLedger(
        entities=ledger.entities,
        facts=ledger.facts,
        promises=ledger.promises,
        contradictions=tuple(findings),
        dropped=dropped,
    )


def _placed(fact: LedgerFact, piece: str) -> LedgerFact:
    """A fact whose place is that of its quote under the section's headings; as it is where a draft's lines end otherwise."""
    at = piece.find(fact.quote)
    return fact if at < 0 else fact.model_copy(update={"start": at, "end": at + len(fact.quote)})
