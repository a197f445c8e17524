"""docs/python.md runs as it stands, and shows every public name."""

import doctest
import re
from pathlib import Path

import pytest

import longwriter

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "python.md"


@pytest.mark.slow
def test_the_page_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    for name in ("LONGWRITER_MODEL", "LONGWRITER_BASE_URL", "LONGWRITER_RUNS"):
        monkeypatch.delenv(name, raising=False)
    shown = PAGE.read_text("utf-8")
    test = doctest.DocTestParser().get_doctest(shown, {}, "python.md", str(PAGE), 0)
    said: list[str] = []
    found = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert found.failed == 0, "".join(said)
    assert found.attempted > 30


def test_the_page_shows_every_public_name() -> None:
    shown = PAGE.read_text("utf-8")
    assert [name for name in longwriter.__all__ if not re.search(rf"longwriter\.{name}\b|`{name}`", shown)] == []


def test_the_example_imports_longwriter_alone() -> None:
    code = (ROOT / "examples" / "in_python.py").read_text("utf-8")
    assert re.findall(r"^(?:import|from) (.*)$", code, re.M) == ["longwriter"]
