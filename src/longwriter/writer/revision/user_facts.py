"""What a person says is so in a text, as a TOML file or a request holds it."""

import json
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from longwriter.characters import whole
from longwriter.checks.ledger.compare import clash
from longwriter.checks.ledger.records import LedgerFact
from longwriter.checks.ledger.said import as_ruled, bare, no_value
from longwriter.config import Tree, build, read_toml
from longwriter.types import Line, Record
from longwriter.writer.outcome.ledger import RunLedger

Said = Annotated[Line, Field(min_length=1, max_length=300)]
MOST_FACTS = 1_000

HEAD = """\
# What you say is so: it goes before what the text says. Sections whose line names the subject are told it.
# A fact is a subject by name, a relation (eyes, hair, age, born, died, dead, kin:brother, number:rooms, or words of your own)
# and a value. With `until = 7` it no longer holds from section 7 on. Give the file back: longwriter ledger RUN --edit FILE
"""
FOUND = "\n# What the text says. To change one, take the signs before it away.\n"


class UserFact(Record):
    """One thing that is so."""

    subject: Said
    relation: Said
    value: Said
    until: int | None = Field(default=None, ge=1, le=100_000)

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        if wrong := no_value(self.relation, self.value):
            raise ValueError(f"{self.relation}: {wrong}")
        return self


class UserFacts(Record):
    """All that a person says is so."""

    fact: tuple[UserFact, ...] = Field(default=(), max_length=MOST_FACTS)

    @model_validator(mode="after")
    def _agreeing(self) -> Self:
        said: dict[tuple[str, str, int | None], LedgerFact] = {}
        for fact in map(as_ruled, self.as_ledger()):
            old = said.setdefault((bare(fact.subject).casefold(), fact.relation, fact.until), fact)
            if clash(old, fact, skipped_time=False):
                raise ValueError(f"{fact.subject}, {fact.relation}: {old.value} and {fact.value} cannot both be so")
        return self

    def as_ledger(self) -> tuple[LedgerFact, ...]:
        """The same as a ledger holds it."""
        return tuple(
            LedgerFact(subject=f.subject, relation=f.relation, value=f.value, section=0, source="user", until=f.until)
            for f in self.fact
        )


def facts_of(tree: Tree, source: str) -> tuple[LedgerFact, ...]:
    """Facts of plain dictionaries, shaped as `UserFacts`. Raises SettingError naming `source` and the first wrong key."""
    return build(UserFacts, tree, source).as_ledger()


def facts_of_file(path: Path) -> tuple[LedgerFact, ...]:
    """Facts of a TOML file. Raises InputError naming the file, and the line or the key that is wrong."""
    return facts_of(read_toml(path), str(path))


def as_toml(ledger: RunLedger) -> str:
    """The file of a ledger: a person's facts, and those of the text behind comment signs."""
    own = [fact for fact in ledger.facts if fact.source == "user"]
    found = [fact for fact in ledger.facts if fact.source != "user"]
    text = HEAD + "".join(f"\n{_table(fact)}" for fact in own)
    commented = ["\n" + "".join(f"# {line}\n" for line in _table(fact).splitlines()) for fact in found]
    return text + (FOUND + "".join(commented) if found else "")


def _table(fact: LedgerFact) -> str:
    lines = ["[[fact]]", *(f"{key} = {_quoted(getattr(fact, key))}" for key in ("subject", "relation", "value"))]
    if fact.until is not None:
        lines.append(f"until = {fact.until}")
    if fact.quote:
        lines.append(f"# section {fact.section}: {_line(fact.quote)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string: JSON's, whose escapes are TOML's as well."""
    return json.dumps(_line(text), ensure_ascii=False)


def _line(text: str) -> str:
    """One line without control characters, which TOML has no place for: an imported draft may hold some."""
    return " ".join(whole(" ".join(text.split())).split())
