"""A plan from whatever a model (or a person) wrote: JSON, tables, or lines of many kinds, in many languages.

1. JSON is read where the reply holds an object or list (`reading.objects`), otherwise tags (`reading.tags`) or YAML
   (`reading.indented`), otherwise tables (`reading.tables`), otherwise lines (`reading.lines`); a form with fewer counted
   sections than another is only beside the plan.
2. A count that is missing or nonsense becomes the median of the others, 400 if there is none. A count in a title leaves it.
3. A section without a title is called by the beginning of its point.

What cannot be read as a whole is a `PlanError`, and nothing else is raised, whatever the text. Budgets that add up are
`budget.scaled`'s work.
"""

import re
import unicodedata
from statistics import median

from longwriter.errors import PlanError
from longwriter.text import head_words, is_cjk
from longwriter.types import Plan, Section
from longwriter.writer.plan.reading.counts import without_count
from longwriter.writer.plan.reading.draft import Draft, one_line
from longwriter.writer.plan.reading.indented import block_of
from longwriter.writer.plan.reading.lines import from_lines
from longwriter.writer.plan.reading.objects import DEEPEST_TEXT, Outline, from_json, from_value
from longwriter.writer.plan.reading.tables import from_tables
from longwriter.writer.plan.reading.tags import tree_of, without_tags
from longwriter.writer.plan.reading.words import plain

LOW, HIGH = 50, 5000
"""Words; counts outside are moved to the nearer bound."""
DEFAULT = 400

_UNSEEN = re.compile("^([ \t]*)[\ufeff\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069]+", re.M)
"""A byte order mark, and spaces and directions without width, before the first sign of a line."""


def parse_plan(reply: str, most: int = HIGH) -> Plan:
    """The plan in a reply, its counts between `LOW` and `most` words; `PlanError` says what stood there instead."""
    title, drafts = _read(_UNSEEN.sub(r"\1", unicodedata.normalize("NFC", reply)), DEEPEST_TEXT)
    drafts = [draft for draft in drafts if draft.title or draft.point or draft.label]
    if not drafts:
        seen = one_line(reply[:400])
        raise PlanError(f"no plan in the reply: it begins with {seen[:80]!r}" if seen else "the reply is empty")
    for draft in drafts:
        draft.title, words = without_count(draft.title)
        draft.words = draft.words or words
    known = [min(most, max(LOW, draft.words)) for draft in drafts if draft.words]
    usual = round(median(known)) if known else min(most, DEFAULT)
    sections = [
        Section(
            title=_title_of(draft),
            point=draft.point,
            words=min(most, max(LOW, draft.words)) if draft.words else usual,
            chapter=chapter,
        )
        for draft, chapter in zip(drafts, _chapters([draft.path for draft in drafts]), strict=True)
    ]
    return Plan(title=without_count(title)[0], sections=tuple(sections))


def _read(reply: str, left: int) -> Outline:
    """Plan title and sections of a text, which may stand within JSON."""
    bare = without_tags(reply)
    tabled, (lined_title, lined) = from_tables(bare), from_lines(bare)
    try:
        title, drafts = from_json(reply, _read, left)
        for read in (tree_of, block_of):
            if not drafts:
                title, drafts = from_value(read(reply), _read, left)
    except PlanError:
        if _counted(lined) > 1:  # an outline in lines that shows some JSON
            return lined_title, lined
        raise
    if len(drafts) > 1 and len(drafts) >= max(_counted(lined), len(tabled)):
        return title, drafts
    if len(tabled) > len(drafts) and _counted(tabled) >= _counted(lined):
        _same_or_refused(tabled, lined)
        return "", tabled
    _same_or_refused(lined, tabled)
    return (lined_title, lined) if len(lined) > len(drafts) else (title, drafts)


def _counted(drafts: list[Draft]) -> int:
    return sum(draft.words is not None for draft in drafts)


def _same_or_refused(taken: list[Draft], left: list[Draft]) -> None:
    """Refuse to read half of a reply: what is left, too, has counted sections, and none of those taken. Raises PlanError."""
    titles = {plain(draft.title) for draft in taken}
    if _counted(left) > 1 and not any(plain(draft.title) in titles for draft in left):
        raise PlanError("it holds an outline in lines and another in a table; write one with all sections")


def _chapters(paths: list[tuple[str, ...]]) -> list[str]:
    """The chapter of each section: the innermost title, after the one around it where two chapters have the same."""
    around: dict[str, set[tuple[str, ...]]] = {}
    for path in paths:
        around.setdefault(path[-1] if path else "", set()).add(path)
    return ["" if not path else ": ".join(path[-2:]) if len(around[path[-1]]) > 1 else path[-1] for path in paths]


def _title_of(draft: Draft) -> str:
    """The title, or the first 8 words (12 characters of Chinese) of the point, or a label such as "Paragraph 3"."""
    if draft.title or not draft.point:
        return draft.title or draft.label
    beginning = draft.point[:12] if is_cjk(draft.point[0]) else head_words(draft.point, 8)
    return beginning.strip(" ,.;:!?，。；：！？、—-") or draft.point
