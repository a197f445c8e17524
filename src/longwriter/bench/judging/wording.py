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
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from longwriter.bench.judging.base import Judging
from longwriter.config import read_text
from longwriter.errors import InputError
from longwriter.text import fenced

OWN = "own"
NAMES = {  # field -> how placeholders may call it; a field of your own judging is called as it is
    "REQUEST": ("INST", "INSTRUCTION", "QUERY", "REQUEST", "QUESTION", "PROMPT"),
    "RESPONSE": ("RESPONSE", "ANSWER"),
    "CRITERION": ("CRITERIA", "CRITERION"),
    "A": ("A", "ANSWER_A", "RESPONSE_A"),
    "B": ("B", "ANSWER_B", "RESPONSE_B"),
}


class Placeholders:
    """What may stand in a wording for something else."""

    def __init__(self, fields: Iterable[str]) -> None:
        """`fields`: those of the judging, beside which the others of `NAMES` are known."""
        self._fields = {name: field for field, own in NAMES.items() for name in own}
        self._fields |= {field.upper(): field for field in fields}
        known = "|".join(sorted(self._fields, key=len, reverse=True))
        self.pattern = re.compile(rf"\$({known})\$|\{{({known.lower()})\}}")

    def field(self, match: re.Match[str]) -> str:
        """The field that a match stands for."""
        return self._fields[(match[1] or match[2]).upper()]

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """The text with values in their places; what fills them is never looked at for placeholders."""
        return self.pattern.sub(lambda match: values[self.field(match)], text)


class Wording(NamedTuple):
    """Questions by language."""

    texts: dict[str, str]
    placeholders: Placeholders
    system: str
    source: str
    """`own`, or the file's name."""
    sha256: str

    def question(self, language: str, values: dict[str, str]) -> str:
        """The question with its fields filled; languages without a wording are asked about in English."""
        text = self.texts.get(language, self.texts["en"])
        text = fenced(text, values.values()) if self.source == OWN else text
        return self.placeholders.filled(text, values)


def own_wording(judging: Judging) -> Wording:
    """The wording that comes with the judging."""
    texts = judging.wordings()
    whole = hashlib.sha256("\0".join(texts.values()).encode()).hexdigest()
    return Wording(texts, Placeholders(judging.fields), "", OWN, whole)


def wording(judging: Judging, path: Path | None) -> Wording:
    """Our own, or a file's. Raises InputError naming the placeholders that the file lacks."""
    if path is None:
        return own_wording(judging)
    raw = read_text(path)
    placeholders = Placeholders(judging.fields)
    question, system = _from_python(raw, path, placeholders) if path.suffix == ".py" else (raw, "")
    matches = list(placeholders.pattern.finditer(question))
    there = set(map(placeholders.field, matches))
    if missing := [field for field in judging.fields if field not in there]:
        names = " or ".join(f"${name}$, {{{name.lower()}}}" for name in NAMES.get(missing[0], missing[:1]))
        raise InputError(f"{path}: no placeholder for {missing[0].lower()}; write one of {names}")
    if surplus := sorted(there - set(judging.fields)):
        raise InputError(f"{path}: {surplus[0]} has nothing to stand for here; this benchmark fills {judging.fields}")
    if any(match[2] for match in matches):
        question = question.replace("{{", "{").replace("}}", "}")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Wording({"en": question}, placeholders, system, path.name, digest)


def _from_python(raw: str, path: Path, placeholders: Placeholders) -> tuple[str, str]:
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
    asked = [text for name, text in texts.items() if placeholders.pattern.search(text)]
    if not asked:
        raise InputError(f"{path}: no text with placeholders such as {{query}} is assigned in this file")
    system = next((text for name, text in texts.items() if "system" in name.lower() and text not in asked), "")
    return max(asked, key=len), system.strip()
