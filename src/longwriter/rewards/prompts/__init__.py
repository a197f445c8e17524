"""What a judge is told: prompts/<language>/<name>.txt with $fields, as the writer's prompts are."""

from functools import cache
from pathlib import Path
from string import Template

from longwriter.text import fenced

HERE = Path(__file__).parent


@cache
def _template(language: str, name: str) -> str:
    return (HERE / language / f"{name}.txt").read_text("utf-8").rstrip("\n")


def render(language: str, name: str, **values: str) -> str:
    """Fill the fields of a prompt. A field without a value is a KeyError."""
    return Template(fenced(_template(language, name), values.values())).substitute(values)
