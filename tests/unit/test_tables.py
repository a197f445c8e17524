"""Every module, class and function that is named in a string (tables, configurations, documents) is there."""

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from tests.helpers.places import ROOT

from longwriter.cli.train.run import METHODS
from longwriter.rewards.base import MOVED

PLACES = ("src/longwriter", "recipes", "docs", "examples", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
KINDS = {".py", ".toml", ".yaml", ".sh", ".md", ".html", ".txt"}
NAME = re.compile(r"(?<![\w./-])(?:pkg://)?(longwriter(?:\.\w+)+(?::\w+)?)(?![\w/])")
IMPORT = re.compile(r"\s*(from|import) ")
FILES = {"toml", "fish", "md", "json", "zip"}
"""longwriter.toml is a file."""


def named() -> dict[str, str]:
    """Name -> where it stands first. Import statements are left out: type checkers see those."""
    found: dict[str, str] = {}
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")) if (ROOT / place).is_dir() else [ROOT / place]:
            if path.suffix not in KINDS:
                continue
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                if "longwriter." not in line or (path.suffix == ".py" and IMPORT.match(line)):
                    continue
                for name in NAME.findall(line):
                    if name.split(".")[1] not in FILES and f"{name}:" not in MOVED:
                        found.setdefault(name, f"{path.relative_to(ROOT)}:{number}")
    return found


NAMED = named()


def resolve(name: str) -> None:
    """Raises ImportError or AttributeError where there is none of that name."""
    module, _, attribute = name.partition(":")
    package, *parts = module.split(".")
    target: object = import_module(package)
    for part in parts:  # a module, or a function of one: `longwriter.text.count_words` in a document
        package += f".{part}"
        target = import_module(package) if hasattr(target, "__path__") and find_spec(package) else getattr(target, part)
    if attribute:
        getattr(target, attribute)


def check(name: str) -> None:
    try:
        resolve(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing.startswith("longwriter"):
            raise
        pytest.skip(f"{name} needs {missing}, which is not installed")


def marked(name: str) -> object:
    """Training imports torch where it is installed, which takes seconds."""
    return pytest.param(name, marks=pytest.mark.slow) if ".train." in name and ".cli." not in name else name


@pytest.mark.parametrize("name", [marked(name) for name in sorted(NAMED)])
def test_what_a_string_names_is_there(name: str) -> None:
    try:
        check(name)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{NAMED[name]}: {error}")


@pytest.mark.slow
@pytest.mark.parametrize("command", METHODS)
def test_every_method_of_training_is_there(command: str) -> None:
    name = METHODS[command]
    check(name if name.startswith("longwriter.") else f"longwriter.train.{name}")


def test_the_tables_are_seen() -> None:
    """The scan itself: names of every kind of place that holds some."""
    kinds = {Path(place.rpartition(":")[0]).suffix for place in NAMED.values()}
    assert {".py", ".sh", ".md"} <= kinds
    assert sum(":" in name for name in NAMED) > 40
