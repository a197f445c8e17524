"""Classes by name: those of a table, and the user's own by package.module:Class."""

from pathlib import Path

import pytest

from longwriter.config import imported
from longwriter.errors import InputError
from longwriter.models.base import close_all
from longwriter.models.fake import FakeModel

TABLE = {"path": "pathlib:Path"}


def test_a_name_of_the_table_or_a_place_of_ones_own() -> None:
    assert imported("path", TABLE, "thing") is Path
    assert imported("pathlib:Path", TABLE, "thing") is Path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("other", "no thing is called 'other'; there are path, and your own by package.module:Class"),
        ("no.such:Thing", "thing no.such:Thing: No module named 'no'; it is imported as"),
        ("pathlib:Nothing", "has no attribute 'Nothing'"),
        ("pathlib:", "thing pathlib:: "),
        (":Path", "thing :Path: "),
        (".own:Path", "thing .own:Path: "),
        ("pathlib:__name__", "thing pathlib:__name__: __name__ is not a class"),
        ("broken_of_mine:Thing", "thing broken_of_mine:Thing: "),
        ("lacking_of_mine:Thing", "cannot import name 'nothing'"),
    ],
)
def test_what_is_not_there_is_named(name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_of_mine.py").write_text("class Thing(\n")
    (tmp_path / "lacking_of_mine.py").write_text("from pathlib import nothing\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError) as refused:
        imported(name, TABLE, "thing")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_entry_of_our_own_that_is_broken_is_not_the_users_fault() -> None:
    with pytest.raises(ModuleNotFoundError):
        imported("gone", {"gone": "no.such:Thing"}, "thing")


async def test_a_model_of_two_roles_is_closed_once() -> None:
    class Closing(FakeModel):
        closed = 0

        async def aclose(self) -> None:
            self.closed += 1

    writer, planner = Closing.scripted(["a"]), Closing.scripted(["a"])
    await close_all([writer, planner, writer])
    assert (writer.closed, planner.closed) == (1, 1)
