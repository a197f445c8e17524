"""Settings: defaults < files < environment < command line, checked once, saved beside the results, compared on resume.

What stands further right wins, key by key. Files: the user's own, then `longwriter.toml` in the working folder.
Environment: LONGWRITER_MODEL and LONGWRITER_BASE_URL. Command line: a file named by `--config`, then flags. The user's
choice for one shell or one command goes before what a folder or a machine is set up with, as in most tools.
"""

import os
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, get_args

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from longwriter.errors import InputError, SettingError
from longwriter.jsonl import check_file

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
    except RecursionError as error:
        raise InputError(f"{path}: not usable TOML: brackets nested too deep") from error


MOST_TEXT = 256 * 2**20
"""Bytes of a user's text file."""


def read_text(path: Path) -> str:
    """A user's UTF-8 text file, with or without a byte order mark. Raises InputError naming what is wrong with it."""
    check_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_TEXT + 1) if path.stat().st_size <= MOST_TEXT else None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if data is None or len(data) > MOST_TEXT:
        raise InputError(f"{path}: is larger than {MOST_TEXT >> 20} MB, the most that is read as one text; split it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
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
    if deeper_than(tree, DEEPEST):
        raise SettingError(source, "", f"nested deeper than {DEEPEST} levels")
    try:
        return cls.model_validate(tree)
    except ValidationError as error:
        raise SettingError(source, *fault(error, cls)) from error


DEEPEST = 100
"""Levels of settings; pydantic gives up at 255."""


def deeper_than(value: object, levels: int) -> bool:
    """Whether dictionaries and lists are nested in more levels."""
    level: list[object] = [value]
    for _ in range(levels + 1):
        inner = [list(found.values()) if isinstance(found, dict) else found for found in level]
        level = [part for found in inner if isinstance(found, list | tuple) for part in found]
        if not level:
            return False
    return True


EXPECTED = {  # pydantic's kinds of errors, as they begin -> what is said of the value
    "int": "{value} is not a whole number",
    "float": "{value} is not a number",
    "decimal": "{value} is not a number",
    "finite": "{value} is not a finite number",
    "bool": "{value} is neither true nor false",
    "literal": "{value} is none of {expected}",
    "enum": "{value} is none of {expected}",
    "string_too_short": "it is empty",
    "string_too_long": "it is longer than {max_length} characters",
    "string_pattern": "{value} is not of the form {pattern}",
    "string": "{value} is not text",
    "bytes": "{value} is not text",
    "missing": "it is missing",
    "extra": "no such setting",
    "model": "{value} is not a table",
    "dict": "{value} is not a table",
    "list": "{value} is not a list",
    "tuple": "{value} is not a list",
    "set": "{value} is not a list",
    "frozen_set": "{value} is not a list",
    "too_short": "it needs {min_length} or more",
    "too_long": "it takes {max_length} at most",
    "path": "{value} is not a path",
    "url_scheme": "{value} begins with neither http:// nor https://",
    "url": "{value} is not an address",
    "json": "it is not JSON",
}
SHOWN = 60
"""Characters of a wrong value that are shown."""


def fault(error: ValidationError, cls: object = None) -> tuple[str, str]:
    """The first wrong setting: its dotted key, and what is wrong with it and what is allowed, in words for a person.

    `cls`: the model that was to be built, for both ends of a range.
    """
    first = error.errors()[0]
    return ".".join(str(part) for part in first["loc"]), _reason(first, cls)


def _reason(first: ErrorDetails, cls: object) -> str:
    kind, context, value = first["type"], first.get("ctx", {}), repr(first["input"])
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    value = value if len(value) <= SHOWN else f"{value[:SHOWN]}..."
    if kind.startswith(("greater_than", "less_than")):
        return f"{value} is not allowed; give {allowed(_bounds(cls, first['loc']) or context)}"
    known = max((begin for begin in EXPECTED if kind.startswith(begin)), key=len, default="")
    return EXPECTED.get(known, "{value} cannot be used here").format_map(context | {"value": value})


def allowed(bounds: dict[str, float]) -> str:
    """A range in words. `bounds`: ge, gt, le, lt, as far as there are."""
    shown = {name: f"{bound:,}" if isinstance(bound, int) else f"{bound:g}" for name, bound in bounds.items()}
    if "ge" in shown and "le" in shown:
        return f"{shown['ge']} to {shown['le']}"
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    return " and ".join(f"{said} {shown[name]}" for name, said in words.items() if name in shown)


def _bounds(cls: object, place: Sequence[int | str]) -> dict[str, float]:
    """Both ends of the range of a field of a model, or of a model in it."""
    out: dict[str, float] = {}
    for part in place:
        models = [kind for kind in (cls, *get_args(cls)) if isinstance(kind, type) and issubclass(kind, BaseModel)]
        fields = models[0].model_fields if models else {}
        if part not in fields:
            return {}
        field = fields[str(part)]
        cls, out = field.annotation, {}
        for limit in field.metadata:
            match limit:
                case Ge(ge=bound):
                    out["ge"] = _number(bound)
                case Gt(gt=bound):
                    out["gt"] = _number(bound)
                case Le(le=bound):
                    out["le"] = _number(bound)
                case Lt(lt=bound):
                    out["lt"] = _number(bound)
    return out


def _number(bound: object) -> float:
    assert isinstance(bound, int | float)
    return bound


BROKEN: tuple[type[Exception], ...] = (
    *(ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, NameError),
    *(OSError, RuntimeError, SyntaxError, TypeError, ValueError),
)
"""What a user's own code raises where it is wrong."""


def imported(name: str, table: Mapping[str, str], kind: str) -> Callable[..., Any]:
    """The class of a table's entry, `module:Class`, or of a name that is `package.module:Class` itself; imported now.

    `kind`: what the names are names of, for messages. Raises InputError for a name that stands for nothing.
    """
    if name not in table and ":" not in name:
        raise InputError(
            f"no {kind} is called {name!r}; there are {', '.join(table)}, and your own by package.module:Class"
        )
    module, _, attribute = table.get(name, name).partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except BROKEN as error:
        if name in table:
            raise
        raise InputError(
            f"{kind} {name}: {_said(error)}; it is imported as any Python module is (PYTHONPATH)"
        ) from error
    if not callable(found):
        raise InputError(f"{kind} {name}: {attribute} is not a class")
    loaded: Callable[..., Any] = found
    return loaded


def _said(error: Exception) -> str:
    """An error's words, with its kind where they do not tell it, as of a KeyError."""
    return (
        str(error)
        if isinstance(error, ImportError | SyntaxError | AttributeError)
        else f"{type(error).__name__}: {error}"
    )


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
