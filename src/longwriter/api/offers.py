"""The models that a text can be written with from here, as one list."""

from typing import NamedTuple

from longwriter.api.settings import file_settings
from longwriter.models.base import ModelConfig
from longwriter.models.offers import files, servers

MB = 1_000_000


class OfferedModel(NamedTuple):
    """One model, as `write` is told of it."""

    name: str
    base_url: str | None
    """None: the name says where it is."""
    about: str
    """For a person."""


def default_model() -> dict[str, str | None]:
    """The model that is used where a command names none, and its address."""
    writer = file_settings().get("writer")
    table = writer if isinstance(writer, dict) else {}
    return {"model": table.get("model") or ModelConfig().model, "base_url": table.get("base_url")}


def offered() -> list[OfferedModel]:
    """Files that were pulled and can be used, then the models of this machine's servers that answer; takes up to a second."""
    here = [OfferedModel(f"gguf:{f.name}", None, f"{f.size / MB:,.0f} MB, {f.licence}") for f in files() if not f.fault]
    listed = [OfferedModel(f"{s.prefix}/{name}", None, s.name) for s in servers() for name in s.models]
    return here + listed
