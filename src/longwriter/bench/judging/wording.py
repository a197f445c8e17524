"""The wording of a judge's question: our own, or the user's copy of a benchmark's official one.

A file of one's own is a text with placeholders, or a Python file as WritingBench's prompt.py: its longest text with
placeholders is the question, and a text whose name holds "system" goes before it as a system message. Placeholders:

    REQUEST    $INST$ $QUERY$ $REQUEST$ {query} {instruction} {question} {prompt}
    RESPONSE   $RESPONSE$ $ANSWER$ {response} {answer}
    CRITERION  $CRITERIA$ $CRITERION$ {criteria} {criterion}; filled with JSON of the benchmark's keys
    A, B       $A$ $B$ $ANSWER_A$ $ANSWER_B$ {answer_a} {answer_b} {response_a} {response_b}

Where placeholders stand in braces, doubled braces mean single ones, as in Python's format.
"""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longwriter.bench.judging.base import Judging
from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.text import fenced

HERE = Path(__file__).parents[1] / "prompts"
OWN = "own"
LANGUAGES = ("en", "zh")
NAMES = {  # field -> how placeholders may call it
    "REQUEST": ("INST", "INSTRUCTION", "QUERY", "REQUEST", "QUESTION", "PROMPT"),
    "RESPONSE": ("RESPONSE", "ANSWER"),
    "CRITERION": ("CRITERIA", "CRITERION"),
    "A": ("A", "ANSWER_A", "RESPONSE_A"),
    "B": ("B", "ANSWER_B", "RESPONSE_B"),
}
FIELD = {name: field for field, names in NAMES.items() for name in names}
_ANY = "|".join(sorted(FIELD, key=len, reverse=True))
PLACEHOLDER = re.compile(rf"\$({_ANY})\$|\{{({_ANY.lower()})\}}")


class Wording(NamedTuple):
    """Questions by language."""

    texts: dict[str, str]
    system: str
    source: str
    """`own`, or the file's name."""
    sha256: str

    def question(self, language: str, values: dict[str, str]) -> str:
        """The question with its fields filled; what fills them is never looked at for placeholders."""
        text = self.texts.get(language, self.texts["en"])
        text = fenced(text, values.values()) if self.source == OWN else text
        return PLACEHOLDER.sub(lambda match: values[_field(match)], text)


@cache
def own_wording(kind: str) -> Wording:
    """What ships with the package; languages other than English and Chinese are asked about in English."""
    texts = {name: (HERE / name / f"{kind}.txt").read_text("utf-8").rstrip("\n") for name in LANGUAGES}
    whole = hashlib.sha256("\0".join(texts[name] for name in LANGUAGES).encode()).hexdigest()
    return Wording(texts, "", OWN, whole)


def wording(judging: Judging, path: Path | None) -> Wording:
    """Our own, or a file's. Raises InputError naming the placeholders that the file lacks."""
    if path is None:
        return own_wording(judging.name)
    raw = read_text(path)
    question, system = _from_python(raw, path) if path.suffix == ".py" else (raw, "")
    there = {_field(match) for match in PLACEHOLDER.finditer(question)}
    if missing := [field for field in judging.fields if field not in there]:
        names = " or ".join(f"${name}$, {{{name.lower()}}}" for name in NAMES[missing[0]])
        raise InputError(f"{path}: no placeholder for {missing[0].lower()}; write one of {names}")
    if surplus := sorted(there - set(judging.fields)):
        raise InputError(f"{path}: {surplus[0]} has nothing to stand for here; this benchmark fills {judging.fields}")
    if any(match[2] for match in PLACEHOLDER.finditer(question)):
        question = question.replace("{{", "{").replace("}}", "}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wording(dict.fromkeys(LANGUAGES, question), system, path.name, digest)


def _field(match: re.Match[str]) -> str:
    return FIELD[(match[1] or match[2]).upper()]


def _from_python(raw: str, path: Path) -> tuple[str, str]:
    """Question and system message among the texts that a Python file assigns; nothing in it is run."""
    try:
        tree = ast.parse(raw)
    except SyntaxError as error:
        raise InputError(f"{path}:{error.lineno}: not Python: {error.msg}") from error
    texts = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    asked = [text for name, text in texts.items() if PLACEHOLDER.search(text)]
    if not asked:
        raise InputError(f"{path}: no text with placeholders such as {{query}} is assigned in this file")
    system = next((text for name, text in texts.items() if "system" in name.lower() and text not in asked), "")
    return max(asked, key=len), system.strip()
