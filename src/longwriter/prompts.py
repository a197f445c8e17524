"""Prompt files: a folder a language, a text file a prompt, with $fields.

Rooms that ask a model keep their own folder `prompts/<language>/<name>.txt` and open it here.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Template

from longwriter.text import fenced


class RenderedPrompt(str):
    """A rendered prompt. Within another one its tags stay as they are: what it holds cannot close them."""


class PromptSet:
    """The prompts of one folder: those of one language."""

    def __init__(self, folder: Path, **given: str) -> None:
        """Read all files of the folder. `given`: values that hold for every prompt."""
        self.name, self.given = folder.name, given
        self._texts = {path.stem: path.read_text("utf-8").rstrip("\n") for path in sorted(folder.glob("*.txt"))}

    def text(self, name: str) -> str:
        """The prompt with its fields unfilled. A name without a file is a KeyError."""
        return self._texts[name]

    def fields(self, name: str) -> set[str]:
        """The $fields of a prompt that `given` does not fill."""
        return set(Template(self._texts[name]).get_identifiers()) - set(self.given)

    def render(self, name: str, **values: object) -> RenderedPrompt:
        """Fill the fields; tags of the prompt that a value holds too are numbered, so that no value can close them.

        A field without a value is a KeyError; values that the prompt does not use are ignored.
        """
        given: dict[str, object] = self.given | values
        held = [str(value) for value in given.values() if not isinstance(value, RenderedPrompt)]
        return RenderedPrompt(Template(fenced(self._texts[name], held)).substitute(given))


@cache
def prompt_set(folder: Path, **given: str) -> PromptSet:
    """The prompts of a folder, read once."""
    return PromptSet(folder, **given)


def sha256_of_prompts(files: Iterable[Path]) -> str:
    """The SHA-256 of prompt files, names and texts, in order of their paths: what a record says of its prompts."""
    whole = hashlib.sha256()
    for file in sorted(files):
        whole.update(f"{file.parent.name}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    return whole.hexdigest()
