"""What keeps the code small and honest: sizes, light imports, prompts that render, failures that are raised."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from longwriter.writer.prompts import NAMES, prompt_set

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "recipes", "measurements", "examples", ".ci")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def parsed(source: str) -> ast.Module:
    """CPython 3.11 counts the depth of all threads together: one that parses beside this one can make it a SystemError."""
    try:
        return ast.parse(source)
    except SystemError:
        return ast.parse(source)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_sizes_docstrings_and_handlers(path: Path) -> None:
    source = path.read_text("utf-8")
    tree = parsed(source)
    assert source.count("\n") <= 400
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, node.name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "hasattr"
            assert node.func.id != "getattr" or len(node.args) == 2
        if isinstance(node, ast.ExceptHandler):
            names = [n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)] if node.type else ["bare"]
            assert not {"Exception", "BaseException", "bare"} & set(names)


def test_the_core_is_light() -> None:
    rooms = "longwriter.cli.write.write_run, longwriter.models.servers.openai_compat, longwriter.models.base"
    code = f"import sys, {rooms}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "vllm", "datasets"} & set(loaded)


@pytest.mark.parametrize("script", ["zh", "zh-Hant"])
def test_every_prompt_of_every_language_renders_and_asks_for_the_same_fields(script: str) -> None:
    english, chinese = prompt_set("en"), prompt_set(script)
    for name in NAMES:
        assert english.fields(name) == chinese.fields(name), name
        shown = chinese.render(name, **{field: f"<{field}>" for field in chinese.fields(name)})
        assert "$" not in shown


def test_a_dollar_in_a_request_stays_a_dollar() -> None:
    text = prompt_set("en").render("plan", instruction="Write on $words and ${count}", words=1, count=2, low=3, high=4)
    assert "Write on $words and ${count}" in text


@pytest.mark.parametrize("script", ["zh", "zh-Hant"])
def test_chinese_prompts_hold_no_english_sentence(script: str) -> None:
    for name in NAMES:
        shown = prompt_set(script).render(name, **dict.fromkeys(prompt_set(script).fields(name), ""))
        words = [w for w in shown.split() if w.isascii() and w.isalpha() and w != "JSON"]
        assert not words, (name, words)
