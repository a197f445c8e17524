"""What tests of the builders of data share."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MADE: dict[str, object] = {"command": "longwriter data ...", "version": "0"}


def silent(_: object) -> None:
    """Tell nobody of the progress."""


def saved(path: Path, rows: Sequence[Any]) -> str:
    """The path of a file of JSON lines; folders that are not there are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return str(path)
