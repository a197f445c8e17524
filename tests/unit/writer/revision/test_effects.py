"""What an outline's edit will do is told before it is done, and is what is done; budgets keep their sum."""

import asyncio

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.helpers.making import fake, session, settings

from longwriter.journal import Journal
from longwriter.types import Plan, Section
from longwriter.writer.plan.balance import LEAST, balanced
from longwriter.writer.revision.edits import Edits
from longwriter.writer.session import Options, Session


def written() -> Session:
    run = session(fake(), settings(words=1500))
    asyncio.run(run.run())
    return run


RUN = written()
LINES = RUN.manuscript.plan.sections
NEW = st.builds(Section, title=st.sampled_from("XYZ"), words=st.integers(50, 500), point=st.just("p"))


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(LINES) | NEW, min_size=1, max_size=6), st.data())
def test_effects_are_what_happens(lines: list[Section], data: st.DataObject) -> None:
    journal = Journal(None)
    for entry in RUN.journal:
        journal.append(entry.kind, entry.data)
    run = Session(RUN.settings, journal, None, RUN.models, Options())
    run.document.load()
    edits, before, ids = Edits(run), dict(run.document.texts), list(run.manuscript.ids)
    plan = Plan(title="T", sections=tuple(lines))
    keep = data.draw(st.dictionaries(st.integers(0, len(lines) - 1), st.sampled_from([*ids, "none"]), max_size=2))
    told = edits.effects(plan, keep)
    assert len(journal) == len(RUN.journal)
    edits.outline(plan, keep)
    there = set(run.document.texts)
    assert set(told.new) == {i for i in range(len(lines)) if run.manuscript.due(i)}
    assert {*told.unchanged, *told.moved, *told.kept} == there
    assert set(told.stale) == {p.index for p in run.document.parts() if p.stale}
    for i in told.kept:
        assert run.document.texts[i] == before[ids.index(keep[i])]
    assert {before[j] for j in told.dropped}.isdisjoint(run.document.texts.values())


def test_by_hand() -> None:
    edits, lines = Edits(RUN), list(LINES)
    swapped = Plan(title="T", sections=(lines[1], lines[0], lines[2]))
    told = edits.effects(swapped)
    assert (told.unchanged, told.moved, told.new, told.dropped) == ((2,), (0, 1), (), ())
    assert told.stale == (0, 1, 2)
    renamed = lines[1].model_copy(update={"title": "Other"})
    told = edits.effects(Plan(title="T", sections=(lines[0], renamed, lines[2])))
    assert (told.new, told.dropped, told.stale) == ((1,), (1,), (2,))
    told = edits.effects(Plan(title="T", sections=(lines[0], renamed, lines[2])), {1: RUN.manuscript.ids[1]})
    assert (told.new, told.kept, told.dropped, told.stale) == ((), (1,), (), ())


def test_budgets_by_hand() -> None:
    assert balanced([100, 100, 200], [0], 400) == ([100, 100, 200], 0)
    assert balanced([200, 100, 200], [0], 400) == ([200, 67, 133], 0)
    assert balanced([390, 100, 200], [0], 400) == ([390, LEAST, LEAST], -30)
    assert balanced([100, 100], [0, 1], 300) == ([100, 100], 100)
    assert balanced([0, 0], [], 100) == ([50, 50], 0)
    assert balanced([1000, 1], [], 100) == ([80, 20], 0)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=30), st.integers(20, 100_000), st.data())
def test_budgets_keep_their_sum(words: list[int], total: int, data: st.DataObject) -> None:
    fixed = data.draw(st.sets(st.integers(0, len(words) - 1)))
    out, left = balanced(words, fixed, total)
    assert sum(out) + left == total
    assert all(out[i] == words[i] for i in fixed)
    assert all(out[i] >= LEAST for i in range(len(words)) if i not in fixed)
    if left:
        assert len(fixed) == len(words) or all(out[i] == LEAST for i in range(len(words)) if i not in fixed)
