"""Write the tree at the end of ARCHITECTURE.md: every module with the first sentence of its docstring.

    .venv/bin/python .ci/tree.py

`tests/unit/test_examples.py` fails when the tree is stale.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "longwriter"
PAGE = ROOT / "ARCHITECTURE.md"
HEADING = "## The tree\n"
WIDTH = 124


def said_of(path: Path) -> str:
    """The first sentence of a file's docstring, in a line."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s", first)[0].rstrip(".")


def folder(path: Path, depth: int) -> list[str]:
    """Lines of one folder: its modules, then its folders."""
    found = []
    for module in sorted(path.glob("*.py")):
        if module.name != "__init__.py":
            found.append(line("  " * depth + module.name, said_of(module)))
    for sub in sorted(p for p in path.iterdir() if (p / "__init__.py").is_file()):
        found.append(line("  " * depth + f"{sub.name}/", said_of(sub / "__init__.py")))
        found += folder(sub, depth + 1)
    return found


def line(name: str, said: str) -> str:
    """One entry, cut between words where it is too long."""
    whole = f"{name:<26} {said}".rstrip()
    return whole if len(whole) <= WIDTH else whole[:WIDTH].rpartition(" ")[0] + " ..."


def tree() -> str:
    """The section, from its heading on."""
    return f"{HEADING}\n```\n" + "\n".join(folder(PACKAGE, 0)) + "\n```\n"


def page() -> str:
    """ARCHITECTURE.md with the tree as it is now."""
    return PAGE.read_text("utf-8").partition(HEADING)[0] + tree()


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
