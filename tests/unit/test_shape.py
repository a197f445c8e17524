"""The shape of the house: no circles of imports, shelves that a person can take in, tests that stand alone."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.helpers.places import ROOT

SRC, TESTS = ROOT / "src", ROOT / "tests"
MOST = 12
"""Modules of one folder, beside `__init__`."""


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


MODULES = {dotted(path): path for path in sorted((SRC / "longwriter").rglob("*.py"))}


def imported(nodes: list[ast.stmt], inside: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """Import statements, and whether they stand inside a function."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, inside
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue  # never at run time
        else:
            within = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                yield from imported(getattr(node, field, []), within)


def targets(node: ast.stmt) -> Iterator[str]:
    """Modules of this package that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in MODULES)
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if name in MODULES or node.module in MODULES:
                yield name if name in MODULES else node.module


@cache
def arrows(lazy: bool) -> dict[str, set[str]]:
    """Module -> modules that it imports as it is loaded; with `lazy`, those of its functions instead."""
    return {
        module: {
            target
            for node, inside in imported(ast.parse(path.read_text("utf-8")).body)
            if inside is lazy
            for target in targets(node)
            if target != module
        }
        for module, path in MODULES.items()
    }


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected parts of more than one module (Tarjan, Depth-first search and linear graph algorithms, 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = low[node] = len(order)
        stack.append(node)
        for below in sorted(graph[node]):
            if below not in order:
                visit(below)
                low[node] = min(low[node], low[below])
            elif below in stack:
                low[node] = min(low[node], order[below])
        if low[node] == order[node]:
            part = stack[stack.index(node) :]
            del stack[len(stack) - len(part) :]
            if len(part) > 1:
                found.append(sorted(part))

    for node in graph:
        if node not in order:
            visit(node)
    return found


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == [["b", "c"]]
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c"]]
    assert not circles({"a": {"b", "c"}, "b": {"c"}, "c": set()})


def test_no_modules_import_each_other() -> None:
    assert not circles(arrows(lazy=False))


def test_no_import_inside_a_function_closes_a_circle_of_two() -> None:
    loaded, late = arrows(lazy=False), arrows(lazy=True)
    pairs = {tuple(sorted((a, b))) for a in late for b in late[a] if a in loaded[b] | late[b]}
    assert not pairs


def test_no_folder_holds_more_than_a_dozen_modules() -> None:
    shelves = Counter(path.parent.relative_to(SRC).as_posix() for path in MODULES.values() if path.stem != "__init__")
    assert {folder: held for folder, held in shelves.items() if held > MOST} == {}


def test_no_two_public_classes_share_a_name() -> None:
    named: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(module)
    assert {name: modules for name, modules in named.items() if len(modules) > 1} == {}
    assert len(named) > 300


TEST_FILES = sorted(TESTS.rglob("*.py"))
OWN = {path.stem for path in TEST_FILES} | {path.name for path in TESTS.iterdir() if path.is_dir()}
"""What an import by another style would begin with."""


def _helps(name: str) -> bool:
    """Whether a module is for tests to import: a helper, or the fuzz harness, which is a command too."""
    return name.startswith(("tests.helpers", "tests.fuzz")) and ".test_" not in name


@pytest.mark.parametrize("path", TEST_FILES, ids=lambda p: p.relative_to(TESTS).as_posix())
def test_tests_import_helpers_and_no_tests(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            names = [node.module or ""]
        for name in names:
            head = name.partition(".")[0]
            assert head not in OWN - {"tests"}, f"from {name}: write from tests.helpers..."
            assert head != "tests" or _helps(name), f"{name} is no helper"
            assert head != "tests" or isinstance(node, ast.ImportFrom), f"import {name}: write from tests.helpers..."
