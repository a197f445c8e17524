"""Settings: defaults < files < environment < command line, checked once, saved beside the results, compared on resume.

What stands further right wins, key by key. Files: the user's own, then `longwriter.toml` in the working folder.
Environment: LONGWRITER_MODEL and LONGWRITER_BASE_URL. Command line: a file named by `--config`, then flags. The user's
choice for one shell or one command goes before what a folder or a machine is set up with, as in most tools.
"""

import os
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from longwriter.errors import InputError

ConfigT = TypeVar("ConfigT", bound=BaseModel)
Tree = dict[str, object]

PROJECT_FILE = Path("longwriter.toml")
"""In the working folder."""
MODEL, BASE_URL = "LONGWRITER_MODEL", "LONGWRITER_BASE_URL"


def user_file() -> Path:
    """The user's own settings: `longwriter/config.toml` in XDG_CONFIG_HOME, else in ~/.config."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "longwriter" / "config.toml"


def environment() -> Tree:
    """The writer's model as environment variables name it."""
    return {"writer": {"model": os.environ.get(MODEL) or None, "base_url": os.environ.get(BASE_URL) or None}}


def read_toml(path: Path) -> Tree:
    """A TOML file as nested dictionaries. Raises InputError naming the file, and the line where it is malformed."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from error


def read_text(path: Path) -> str:
    """A user's UTF-8 text file, with or without a byte order mark. Raises InputError naming what is wrong with it."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from error


WHOLE = ("extra_body",)
"""Tables that are one setting: replaced, not mixed, and a null in them means something."""


def merge(base: Tree, over: Tree) -> Tree:
    """`over` laid on `base`, table by table; a None in `over` leaves the base as it is."""
    out = dict(base)
    for key, value in over.items():
        below = out.get(key)
        if isinstance(value, dict) and key not in WHOLE:
            out[key] = merge(below if isinstance(below, dict) else {}, value)
        elif value is not None:
            out[key] = value
    return out


def build(cls: type[ConfigT], tree: Tree, source: str) -> ConfigT:
    """A settings object from nested dictionaries. Raises InputError naming the first bad key and what is expected."""
    try:
        return cls.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = "no such setting" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
        raise InputError(f"{source}: {key + ': ' if key else ''}{reason}") from error


def flatten(tree: Tree, prefix: str = "") -> dict[str, object]:
    """Nested tables as dotted keys."""
    out: dict[str, object] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and (key not in WHOLE or not value):
            out |= flatten(value, f"{prefix}{key}.")
        else:
            out[prefix + key] = value
    return out


def changed_keys(old: Tree, new: Tree, free: Collection[str] = ()) -> list[str]:
    """Dotted keys whose values differ, sorted, but for those in `free` and what stands below them."""
    a, b = flatten(old), flatten(new)
    changed = sorted(k for k in a.keys() | b.keys() if a.get(k) != b.get(k))
    return [k for k in changed if not any(k == name or k.startswith(f"{name}.") for name in free)]
