"""A plan out of sources, by rule: for models that cannot plan, so that their text is about what the sources say. Pure.

Each section has the title of a source and, as its point, what that source says most centrally. There are as many sections
as sources where the words allow it, more for sources that say more, and several sources in one where it would be too short.
"""

from longwriter.checks.citations.sources import SourceSet
from longwriter.types import Plan, Section
from longwriter.writer.section.budget import scaled
from longwriter.writer.sources.telling import tellings, title_of

LEAST_WORDS = 100
"""Words of the shortest section that has a source of its own."""
LONGEST_TITLE = 80
"""Characters of the titles of several sources as that of one section."""


def sourced_plan(sources: SourceSet, words: int, sections: int) -> Plan:
    """A plan whose budgets add up to `words`, of sources of which one says something that can be quoted.

    `sections`: as many as a text of that length usually has.
    """
    said = {number: [t.text for t in held] for number, held in tellings(sources).items() if held}
    titles = {number: title_of(sources, number) for number in said}
    count = min(max(sections, min(len(said), words // LEAST_WORDS)), sum(map(len, said.values())))
    lines = list[tuple[str, str]]()
    if count < len(said):
        numbers = list(said)
        for at, size in enumerate(scaled([1] * count, len(numbers))):
            group, numbers = numbers[:size], numbers[size:]
            both = "; ".join(titles[number] for number in group)
            title = both if len(both) <= LONGEST_TITLE else titles[group[0]]
            lines.append((title or f"{at + 1}", " ".join(said[number][0] for number in group)))
    else:
        for number, parts in _parts({number: len(held) for number, held in said.items()}, count).items():
            lines += [(titles[number] or f"{number}", said[number][part]) for part in range(parts)]
    return Plan(title="", sections=tuple(_sections(lines, words)))


def _parts(statements: dict[int, int], count: int) -> dict[int, int]:
    """How many sections each source has: one, and more for those that say more."""
    out = dict.fromkeys(statements, 1)
    for _ in range(count - len(statements)):
        fullest = max(out, key=lambda number: statements[number] / out[number])
        out[fullest] += 1
    return out


def _sections(lines: list[tuple[str, str]], words: int) -> list[Section]:
    """Sections, no two with one title."""
    taken: dict[str, int] = {}
    made = list[Section]()
    for (title, point), budget in zip(lines, scaled([1] * len(lines), words), strict=True):
        again = taken[title] = taken.get(title, 0) + 1
        made.append(Section(title=title if again == 1 else f"{title} ({again})", point=point, words=budget))
    return made
