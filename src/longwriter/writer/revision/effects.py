"""What an edited outline would do to the texts that are there, before it is followed. Pure but for reading the run."""

from collections.abc import Mapping

from longwriter.types import Plan, Record
from longwriter.writer.given.kept import carried
from longwriter.writer.manuscript import section_ids
from longwriter.writer.records.written import GivenRecord
from longwriter.writer.session import Session
from longwriter.writer.staleness import fingerprints, groups


class PlanEffects(Record):
    """Sections by their place in the edited outline, from 0; `dropped` by theirs in the one that is followed."""

    unchanged: tuple[int, ...]
    """Their line and their place are as they were."""
    moved: tuple[int, ...]
    """Their line is as it was, at another place."""
    new: tuple[int, ...]
    """They have no text and will be written."""
    kept: tuple[int, ...]
    """Their line is another, and takes over the text of an old one, as `keep` has it or as a draft gave it."""
    dropped: tuple[int, ...]
    """Their text leaves the document; it stays in the run."""
    stale: tuple[int, ...]
    """They keep a text, but the text before it would not be what it was written over."""


def effects(session: Session, plan: Plan, keep: Mapping[int, str]) -> PlanEffects:
    """What following `plan` does. `keep`: for lines of it, the section that they take the text of, by its old name."""
    manuscript, document = session.manuscript, session.document
    before = {name: i for i, name in enumerate(manuscript.ids)}
    names = section_ids(plan.sections)
    keep = {**keep, **carried(manuscript, plan, keep)}
    sources = {i: before[name] for i, name in enumerate(names) if name in before}
    takes = {i: before[name] for i, name in keep.items() if i not in sources and before.get(name) in document.texts}
    texts = {i: document.texts[j] for i, j in (sources | takes).items() if j in document.texts}
    seen = fingerprints(groups(plan, parallel=session.settings.parallel), texts)
    stale = []
    for i, j in sources.items():
        final = manuscript.final(j)
        moved = final is not None and final.seen != seen[i] and not isinstance(final.held.record, GivenRecord)
        if moved or (final is not None and manuscript.due(j)):
            stale.append(i)
    left = set(before.values()) - set(sources.values()) - set(takes.values())
    return PlanEffects(
        unchanged=tuple(i for i, j in sources.items() if i == j),
        moved=tuple(i for i, j in sources.items() if i != j),
        new=tuple(i for i in range(len(names)) if i not in texts),
        kept=tuple(sorted(takes)),
        dropped=tuple(sorted(j for j in left if j in document.texts)),
        stale=tuple(stale),
    )
