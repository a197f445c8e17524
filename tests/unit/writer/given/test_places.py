"""A draft without headings: a model names numbers of paragraphs that it was shown, or the draft is cut by its length."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.drafts import written
from tests.helpers.making import varied

from longwriter.api.runs import Run
from longwriter.errors import InputError
from longwriter.models.fake import FakeModel

PARAGRAPHS = [
    f"Paragraph{n} opens the door. {varied('Nobody came along the shore and', 10, 10 * n)}".strip()
    for n in range(1, 41)
]
TEXT = "\n\n".join(PARAGRAPHS) + "\n"


def saying(*replies: str) -> FakeModel:
    left: Iterable[str] = iter(replies)
    return FakeModel.scripted(lambda _: next(iter(left)))


def brought(home: Path, model: FakeModel, text: str = TEXT) -> Run:
    return Run.import_draft(written(home, text), model=model, runs=home / "runs", run="mine")


def starts(run: Run) -> list[str]:
    return [run.versions(n)[0].text.split(" ", 1)[0] for n in range(1, len(run.sections) + 1)]


def test_the_parts_begin_where_the_model_says(tmp_path: Path) -> None:
    model = saying('{"starts": [30, 12, 12]}')
    run = brought(tmp_path, model)
    assert starts(run) == ["Paragraph1", "Paragraph12", "Paragraph30"]
    assert run.text == TEXT
    (asked,) = model.requests
    shown = asked.messages[-1].content
    assert "[12] Paragraph12 opens the door." in shown
    assert all(len(line) < 180 for line in shown.splitlines() if line.startswith("["))
    assert run.report.calls == 1  # what it took is the run's
    assert brought(tmp_path, saying('{"starts": [5]}')).folder == run.folder
    assert starts(Run(run.folder)) == ["Paragraph1", "Paragraph12", "Paragraph30"]


@pytest.mark.parametrize(
    "wrong",
    [
        '{"starts": [0]}',
        '{"starts": [41]}',
        '{"starts": "all"}',
        '{"starts": [1.5]}',
        "At the door.",
        '{"starts": [true]}',
    ],
)
def test_what_is_no_place_is_asked_again_then_said(wrong: str, tmp_path: Path) -> None:
    run = brought(tmp_path, saying(wrong, '{"starts": [20]}'))
    assert starts(run) == ["Paragraph1", "Paragraph20"]
    run.remove()
    with pytest.raises(InputError, match="no places"):
        brought(tmp_path, saying(wrong, wrong))
    assert not run.folder.exists()


def test_a_long_draft_is_shown_part_by_part(tmp_path: Path) -> None:
    text = "\n\n".join(f"{p} {n}" for n in range(5) for p in PARAGRAPHS)
    model = saying(json.dumps({"starts": [7]}), json.dumps({"starts": [151, 200]}))
    run = brought(tmp_path, model, text)
    assert starts(run) == ["Paragraph1", "Paragraph7", "Paragraph31", "Paragraph40"]
    assert ["[150]" in r.messages[-1].content for r in model.requests] == [True, False]
    assert ["[151]" in r.messages[-1].content for r in model.requests] == [False, True]
    assert run.text == text


def test_where_no_usable_answer_comes_it_is_cut_by_its_length(tmp_path: Path) -> None:
    written(tmp_path, TEXT * 2)
    done = longwriter_here("import", "draft.md", "--model", "fake", "--run", "mine", cwd=tmp_path)
    assert done.returncode == 0
    assert "about every 2,000 words" in done.stderr
    run = Run(tmp_path / "runs/mine")
    assert run.text == TEXT * 2
    assert [1000 < (s.written or 0) < 3000 for s in run.sections] == [True] * len(run.sections)


def test_a_short_draft_and_a_small_model_are_not_asked(tmp_path: Path) -> None:
    assert starts(brought(tmp_path, saying(), "One paragraph.\n\nTwo.\n")) == ["One"]
    small = saying()
    small.name = "smollm2-135m"
    run = Run.import_draft(written(tmp_path, TEXT), model=small, runs=tmp_path / "runs", run="small")
    assert len(run.sections) >= 2
    assert not small.requests
