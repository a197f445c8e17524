"""Prompts are text files beside this one: prompts/<set>/<name>.txt with $fields; a set is a language."""

from functools import cache
from pathlib import Path
from string import Template
from typing import Literal, get_args

Name = Literal[
    "system", "plan", "plan_free", "chapters", "chapter_plan", "repair", "section", "continue", "line", "memory_full",
    "memory_window", "notes", "synopsis", "last", "middle", "short_request", "short_first", "short_next", "short_part",
    "person", "plan_line",
]  # fmt: skip
NAMES: tuple[str, ...] = get_args(Name)


class PromptSet:
    """The prompts of one language."""

    def __init__(self, folder: Path, tongue: str) -> None:
        """Read all files of the folder. `tongue`: the language to write in, in words."""
        self.name, self.tongue = folder.name, tongue
        self._texts = {p.stem: p.read_text("utf-8").rstrip("\n") for p in sorted(folder.glob("*.txt"))}

    def fields(self, name: Name) -> set[str]:
        """The $fields of a prompt, the language to write in aside."""
        return set(Template(self._texts[name]).get_identifiers()) - {"tongue"}

    def render(self, name: Name, **values: object) -> str:
        """Fill the fields. A field without a value is a KeyError; values that the prompt does not use are ignored."""
        return Template(self._texts[name]).substitute({"tongue": self.tongue} | {k: str(v) for k, v in values.items()})


@cache
def prompt_set(name: str, tongue: str = "") -> PromptSet:
    """The set of that name: en, zh or zh-Hant. `tongue`: the language to write in; "": not known."""
    return PromptSet(Path(__file__).parent / name, tongue or "the language of the request")
