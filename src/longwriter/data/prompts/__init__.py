"""What models are told while data is made: prompts/<language>/<name>.txt with $fields, as the writer's prompts are."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Template

from longwriter.text import fenced

HERE = Path(__file__).parent


@cache
def _template(language: str, name: str) -> str:
    return (HERE / language / f"{name}.txt").read_text("utf-8").rstrip("\n")


def render(language: str, name: str, **values: object) -> str:
    """Fill the fields of a prompt. A field without a value is a KeyError."""
    told = {key: str(value) for key, value in values.items()}
    return Template(fenced(_template(language, name), told.values())).substitute(told)


def sha256_of(files: Iterable[Path]) -> str:
    """The SHA-256 of prompt files, names and texts, in order of their paths: what a record says of its prompts."""
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(f"{file.parent.name}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    return whole.hexdigest()
