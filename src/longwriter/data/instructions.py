"""The requests that a data set is built from, read from any file of rows and checked as a whole."""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from longwriter.data.conversations import as_messages
from longwriter.data.dataset import Row, read_rows
from longwriter.errors import InputError
from longwriter.jsonl import is_missing, whole_number
from longwriter.runs.folders import check_id, run_name


class Instruction(NamedTuple):
    """A request with its identity."""

    id: str
    prompt: str
    words: int | None = None
    """The length to write, where the row has one; the request may name another or none."""


class DroppedRequest(NamedTuple):
    """A request that is left out."""

    id: str
    name: str
    """Rule or stage that leaves it out, as the report counts it."""
    reason: str


def read_instructions(path: str) -> list[Instruction]:
    """All requests of a file or data set: prompt, instruction or the first user message, with `id` and `words` if given.

    A request without an id gets one from its text. Raises InputError naming the row.
    """
    found: dict[str, Instruction] = {}
    for number, row in enumerate(read_rows(path), 1):
        where = f"{path} row {number}"
        instruction = _instruction(row, where)
        if instruction.id in found:
            if not is_missing(row.get("id")):
                raise InputError(f"{where}: the id {instruction.id!r} stands twice; give each request its own")
            instruction = instruction._replace(id=next(n for n in _numbered(instruction.id) if n not in found))
        found[instruction.id] = instruction
    return list(found.values())


def read_unchanged(path: str, sha256: str) -> list[Instruction]:
    """`read_instructions` of a file that was read before. Raises InputError, also where it has changed since."""
    found = read_instructions(path)
    if sha256_of_instructions(found) != sha256:
        raise InputError(f"{path} changed while it was read")
    return found


def prompt_of(row: Row) -> str:
    """The first thing that the user says. Raises InputError."""
    prompt = next((m["content"] for m in as_messages(row) if m["role"] == "user"), "")
    if not any(c.isalnum() for c in prompt):
        raise InputError("the request is empty")
    return prompt


def _instruction(row: Row, where: str) -> Instruction:
    try:
        prompt = prompt_of(row)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    given, words = row.get("id"), row.get("words")
    number = whole_number(given) if isinstance(given, float) else None
    name = run_name(prompt) if is_missing(given) else str(given if number is None else number)
    check_id(name, where)
    if is_missing(words):
        return Instruction(name, prompt)
    length = whole_number(words)
    if length is None or length < 1:
        raise InputError(f"{where}: words must be a whole number above 0, got {str(words)[:60]!r}")
    return Instruction(name, prompt, length)


def _numbered(name: str) -> Iterator[str]:
    number = 1
    while True:
        number += 1
        yield f"{name}-{number}"


def sha256_of_instructions(instructions: list[Instruction]) -> str:
    """Identity of the requests, in their order."""
    return hashlib.sha256(json.dumps(instructions, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
