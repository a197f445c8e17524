"""Before a person's section is written again, what the new text will not have is said."""

from pathlib import Path

import pytest
from tests.helpers.command import longwriter_here
from tests.helpers.drafts import imported, markdown, plain

from longwriter.api.runs import Run
from longwriter.errors import InputError

TEXT = markdown().replace(
    "Then she put it",
    "### In the kitchen\n\nA note[^1] and another[^2].\n\n![Sea](sea.png)\n\n|a|b|\n|-|-|\n|1|2|\n\nThen she put it",
).replace("His name", "[^1]: One.\n\n[^2]: Two.\n\nHis name")  # fmt: skip
FIRST = (
    "section 1 has 1 heading, 1 picture and 1 table, which a new text will not have; the text as it is stays among its "
    + ("versions")
)
SECOND = (
    "section 2 has 2 notes, which a new text will not have; 2 notes of it are referred to in other sections; the text as it is "
    "stays among its versions"
)


def test_the_command_says_it_before_it_asks_a_model(tmp_path: Path) -> None:
    folder = imported(tmp_path, TEXT)
    done = longwriter_here("redo", folder, "--section", "1", "--section", "2", cwd=tmp_path)
    said = " ".join(done.stderr.split())
    assert f"note: {FIRST} note: {SECOND}" in said
    assert said.index("among its versions") < said.index("The Letter")
    again = longwriter_here("redo", folder, "--section", "1", "--instruction", "Shorter.", cwd=tmp_path)
    assert "will not have" not in again.stderr  # a model wrote it


def test_python_warns_of_it(tmp_path: Path) -> None:
    run = Run(imported(tmp_path, TEXT))
    assert run.lost_by_redo(1, 2, 3) == (FIRST, SECOND)
    with pytest.warns(UserWarning, match="1 heading, 1 picture and 1 table"):
        run.redo(1)
    assert run.lost_by_redo(1) == ()
    with pytest.raises(InputError, match="there is no section 9"):
        run.lost_by_redo(9)


def test_plain_text_has_nothing_of_the_kind(tmp_path: Path) -> None:
    assert Run(imported(tmp_path, plain(), "draft.txt")).lost_by_redo(1, 2, 3) == ()
