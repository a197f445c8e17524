"""Whatever a person does, in any order, between and during writing: the journal alone gives the same run again."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.helpers.making import fake, settings

from longwriter.api.following import Following
from longwriter.errors import LongWriterError
from longwriter.journal import Journal
from longwriter.models.fake import FakeModel
from longwriter.runs.folders import JOURNAL, opened
from longwriter.types import Plan, Request, Section
from longwriter.writer.document import DocumentPart
from longwriter.writer.revision.edits import Edits
from longwriter.writer.revision.versions import Version, versions, waiting
from longwriter.writer.session import Options, Session

SECTION = st.integers(0, 3)
ACTS = st.one_of(
    st.tuples(st.just("edit"), SECTION, st.sampled_from(["Mine.", "Mine too.\n\nTwice."])),
    st.tuples(st.just("drafts"), SECTION, st.integers(1, 2)),
    st.tuples(st.just("accept"), SECTION, st.integers(0, 3)),
    st.tuples(st.just("redo"), SECTION, st.sampled_from(["", "sadder"])),
    st.tuples(st.just("stale"), st.just(0), st.just(0)),
    st.tuples(st.just("outline"), SECTION, st.sampled_from(["drop", "swap", "add", "keep"])),
    st.tuples(st.just("snapshot"), st.just(0), st.just(0)),
    st.tuples(st.just("restore"), st.integers(0, 2), st.just(0)),
    st.tuples(st.just("control"), st.just(0), st.booleans()),
)


def act(edits: Edits, what: str, index: int, how: object) -> None:
    """One thing a person may do; what cannot be done now is a typed error, and does nothing."""
    manuscript, before = edits.manuscript, len(edits.session.journal)
    try:
        match what:
            case "edit":
                edits.edit(index, str(how))
            case "drafts":
                edits.drafts(index, int(str(how)), "gladder")
            case "accept":
                held = manuscript.versions(index) if index < len(manuscript.ids) else []
                edits.accept(index, held[int(str(how)) % len(held)].entry if held else 0)
            case "redo":
                edits.redo([index], str(how))
            case "stale":
                edits.redo_stale()
            case "outline":
                edits.outline(*outlined(manuscript.plan, index % len(manuscript.ids), str(how), manuscript.ids))
            case "snapshot":
                edits.snapshot("here")
            case "restore":
                edits.restore([*manuscript.snapshots, 0][index % (len(manuscript.snapshots) + 1)])
            case "control":
                edits.control(going=bool(how))
    except LongWriterError:
        assert len(edits.session.journal) == before


def outlined(plan: Plan, i: int, how: str, ids: list[str]) -> tuple[Plan, dict[int, str]]:
    lines, keep = list(plan.sections), dict[int, str]()
    if how == "drop" and len(lines) > 1:
        del lines[i]
    elif how == "swap":
        lines[0], lines[i] = lines[i], lines[0]
    elif how == "keep":
        lines[i], keep[i] = lines[i].model_copy(update={"title": f"{lines[i].title}!"}), ids[i]
    else:
        lines.insert(i, Section(title=f"New {len(lines)}", point="p", words=60))
    return plan.model_copy(update={"sections": tuple(lines)}), keep


State = tuple[str, list[DocumentPart], list[list[Version]], list[list[int]], object, object]


def state(run: Session) -> State:
    """All that anybody is shown of a run."""
    manuscript, places = run.manuscript, range(len(run.manuscript.ids))
    shown = [versions(run, i) for i in places], [waiting(run, i) for i in places]
    rest = (manuscript.control, manuscript.locks, manuscript.snapshots, manuscript.finished, run.calls.spent.calls)
    return run.document.text(), run.document.parts(), *shown, rest, manuscript.wanted_drafts()


def session(journal: Journal, folder: Path, model: FakeModel) -> Session:
    chosen = settings("Write 400 words on tea", section_words=100)
    run = Session(chosen, journal, folder, {"writer": model, "planner": model}, Options())
    if run.manuscript.planned:
        run.document.load()
    return run


@pytest.mark.slow
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 6), st.lists(ACTS, max_size=4)), min_size=1, max_size=4))
def test_any_order(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[int, list[tuple[str, int, object]]]]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    tree = settings("Write 400 words on tea", section_words=100).model_dump(mode="json")
    following: Following | None = None
    for at, acts in rounds:  # a command: at its call number `at`, a person does things
        whole, runs, count = fake(), list[Session](), 0

        def speak(request: Request, at: int = at, acts: list[tuple[str, int, object]] = acts,
                  whole: FakeModel = whole, runs: list[Session] = runs) -> object:  # fmt: skip
            nonlocal count
            count += 1
            if count == at:
                for one in acts:
                    act(Edits(runs[0]), *one)
            return FakeModel._by_rule(whole, request)

        with opened(folder, tree) as journal:
            model = FakeModel.scripted(speak)  # type: ignore[arg-type]
            model.prefill = False
            runs.append(session(journal, folder, model))
            asyncio.run(runs[0].run())
            if count < at:
                for one in acts:
                    act(Edits(runs[0]), *one)
            found = state(runs[0])
        following = following or Following(folder)
        following.refresh()
        assert following.session is not None
        assert state(following.session) == found
        assert state(session(Journal(folder / JOURNAL, read_only=True), folder, fake())) == found
    with opened(folder, tree) as journal:  # and at last all that is wanted is there
        run = session(journal, folder, fake())
        asyncio.run(run.run())
        assert run.manuscript.finished
        assert not run.manuscript.wanted_drafts()
