"""Prompts are text files beside this one: prompts/<set>/<name>.txt with $fields; a set is a language or a model's own."""

from functools import cache
from pathlib import Path
from string import Template
from typing import Literal, get_args

Name = Literal[
    "system", "plan", "plan_free", "chapters", "chapter_plan", "repair", "section", "continue", "line", "memory_full",
    "memory_window", "notes", "synopsis", "last", "middle",
]  # fmt: skip
NAMES: tuple[str, ...] = get_args(Name)


class PromptSet:
    """The prompts of one language, or of one model that was trained on its own."""

    def __init__(self, folder: Path) -> None:
        """Read all files of the folder."""
        self.name = folder.name
        self._texts = {p.stem: p.read_text("utf-8").rstrip("\n") for p in sorted(folder.glob("*.txt"))}

    def has(self, name: Name) -> bool:
        """Whether the set has this prompt: a small model's set leaves out what it cannot do."""
        return name in self._texts

    def keywords(self) -> list[str]:
        """The words that a small model may plan with, for a set that has a list of them; else none."""
        return self._texts["keywords"].split("\n") if "keywords" in self._texts else []

    def fields(self, name: Name) -> set[str]:
        """The $fields of a prompt."""
        return set(Template(self._texts[name]).get_identifiers())

    def render(self, name: Name, **values: object) -> str:
        """Fill the fields. A field without a value is a KeyError; values that the prompt does not use are ignored."""
        return Template(self._texts[name]).substitute({k: str(v) for k, v in values.items()})


@cache
def prompt_set(name: str) -> PromptSet:
    """The set of that name: en, zh or nano."""
    return PromptSet(Path(__file__).parent / name)
