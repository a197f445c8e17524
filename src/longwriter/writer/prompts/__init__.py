"""Prompts are text files beside this one: prompts/LANGUAGE/NAME.txt with $fields."""

from pathlib import Path
from typing import Literal, get_args

from longwriter import prompts
from longwriter.prompts import PromptSet

Name = Literal[
    "system", "plan", "plan_free", "chapters", "chapter_plan", "repair", "section", "rewrite", "continue", "line",
    "memory_full", "memory_window", "notes", "synopsis", "last", "middle", "short_request", "short_first", "short_next",
    "short_part", "sources", "sources_brief", "sources_plan", "quoted", "quoted_from",
    "person", "plan_line", "import", "rest_plan", "rest_chapters", "seam", "places",
    "revise", "revise_contradiction", "revise_repetition", "revise_slop", "revise_cut", "revise_other", "revise_elsewhere",
    "revise_refused", "revise_short", "judge", "judge_again",
    "facts", "find_facts", "stock",
]  # fmt: skip
NAMES: tuple[str, ...] = get_args(Name)


def prompt_set(language: str, tongue: str = "") -> PromptSet:
    """The prompts in en, zh or zh-Hant. `tongue`: the language to write in, in words; "": not known."""
    return prompts.prompt_set(Path(__file__).parent / language, tongue=tongue or "the language of the request")
