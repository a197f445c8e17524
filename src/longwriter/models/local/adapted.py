"""A GGUF file with a LoRA adapter laid on it: `gguf:BASE+ADAPTER.gguf`.

BASE is what may stand after `gguf:` alone, a name or a file; the adapter is a file, such as `longwriter train export
--adapter` writes. llama.cpp adds it to each product as it runs, so the base's own values stay as they are.
"""

from pathlib import Path
from typing import NamedTuple

from longwriter.errors import SetupError
from longwriter.models.local.gguf_file import Header, read_header
from longwriter.models.local.library import is_path, locate


class Parts(NamedTuple):
    """What a model's name after `gguf:` stands for."""

    base: str
    """Name or file."""
    adapter: Path | None
    name: str
    """The same wherever the files lie."""


def parts(model: str) -> Parts:
    """Base and adapter of what stands after `gguf:`; looks at no file, but for one whose name holds a plus itself."""
    base, plus, adapter = model.rpartition("+")
    if not (plus and base.strip() and adapter.lower().endswith(".gguf")) or Path(model).expanduser().is_file():
        return Parts(model, None, _short(model))
    path = Path(adapter).expanduser()
    return Parts(base, path, f"{_short(base)}+{path.name}")


def absolute(model: str) -> str:
    """The same with its files by their whole paths, wherever a later command runs."""
    base, adapter, _ = parts(model)
    whole = str(Path(base).expanduser().absolute()) if is_path(base) else base
    return whole if adapter is None else f"{whole}+{adapter.absolute()}"


def located(model: str) -> tuple[Path, Header, Path | None]:
    """The weights, their header, and the adapter. Raises InputError, or SetupError for what is missing or does not fit."""
    base, adapter, _ = parts(model)
    path = locate(base)
    header = read_header(path)
    if header.text("general.type") == "adapter":
        raise SetupError(
            f"{path} is an adapter, which is laid on a model: gguf:BASE+{path}, such as gguf:smollm2+{path}"
        )
    if adapter is not None:
        _check(adapter, header, model)
    return path, header, adapter


def _check(adapter: Path, base: Header, model: str) -> None:
    if not adapter.is_file():
        raise SetupError(f"gguf:{model}: there is no adapter {adapter}: check its path")
    head = read_header(adapter)
    if head.text("adapter.type") != "lora":
        raise SetupError(f"{adapter} is no LoRA adapter; longwriter train export RUN --adapter makes one")
    kind, own = base.text("general.architecture"), head.text("general.architecture")
    if kind != own:
        raise SetupError(f"{adapter} is an adapter for models of the kind {own}, and its base is of the kind {kind}")


def _short(model: str) -> str:
    return Path(model).expanduser().name if is_path(model) else model
