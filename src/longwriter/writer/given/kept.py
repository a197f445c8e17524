"""Which lines of an edited outline are still the sections that a draft gave: no line that is merely reworded loses its text."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from longwriter.types import Plan, Section
from longwriter.writer.manuscript import Final, Manuscript, section_ids
from longwriter.writer.records.person import EditRecord
from longwriter.writer.records.written import GivenRecord


def carried(manuscript: Manuscript, plan: Plan, keep: Mapping[int, str]) -> dict[int, str]:
    """For new lines of `plan`, the given section that each is: as `keep` says, else by its title, else by its point."""
    names = section_ids(plan.sections)
    given = {name: i for i, name in enumerate(manuscript.ids) if manuscript.given(i) is not None}
    found = {i: name for i, name in keep.items() if name in given and name not in names}
    gone = {name: i for name, i in given.items() if name not in names and name not in found.values()}
    new = [i for i, name in enumerate(names) if name not in manuscript.ids and i not in keep]
    for same in (_titles, _points):
        for name, i in list(gone.items()):
            old = manuscript.plan.sections[i]
            place = next((j for j in new if j not in found and same(old, plan.sections[j])), None)
            if place is not None:
                found[place] = name
                del gone[name]
    return found


def _titles(old: Section, new: Section) -> bool:
    return old.title == new.title


def _points(old: Section, new: Section) -> bool:
    return bool(old.point) and old.point == new.point


class Carried(NamedTuple):
    """A given section, as it was under its old line."""

    section: Section
    frame: GivenRecord
    final: Final
    text: str


def carry(manuscript: Manuscript, sections: Mapping[int, Carried]) -> None:
    """Make sections of the plan what others were under their old lines: in the same frame, under its new title."""
    for i, (section, frame, final, text) in sorted(sections.items()):
        name = manuscript.ids[i]
        heading = renamed(frame.heading, section.title, manuscript.plan.sections[i].title)
        entry = manuscript.note(frame.model_copy(update={"id": name, "heading": heading}))
        if not isinstance(final.held.record, GivenRecord):
            record = EditRecord(id=name, text=text, parent=entry, why="kept", seen=final.seen, at=time.time())
            manuscript.note(record)


def renamed(heading: str, old: str, new: str) -> str:
    """A heading with a new title, where its words are the old one."""
    return heading.replace(old, new) if old != new and heading.count(old) == 1 else heading
