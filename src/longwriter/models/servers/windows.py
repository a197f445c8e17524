"""Where servers tell how much a model reads: in the listing of the OpenAI protocol, or beside it.

Each look-up takes what the server answers and gives tokens of prompt and reply together, or None. The addresses are
those of the servers' own interfaces, which stand beside the OpenAI-compatible one.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import quote

from longwriter.models.servers.listing import entries

Fetch = Callable[[str, dict[str, object] | None], Awaitable[object]]
"""Asks an address, with a body by POST; None where nothing came that is JSON."""


class Lookup(NamedTuple):
    """How much a model reads."""

    window: int | None
    chosen: bool = False
    """Whoever set the server up chose it; else it is what the model was made for."""


async def look_up(way: str, fetch: Fetch, url: str, name: str) -> Lookup:
    """By one of `Provider.window`'s ways beside the listing. `url`: of the OpenAI-compatible endpoint."""
    root = url.rstrip("/").removesuffix("/v1")
    if way == "props":
        return Lookup(_props(await fetch(f"{root}/props?model={quote(name, safe='')}", None)))
    if way == "lmstudio":
        listed = entries(await fetch(f"{root}/api/v0/models", None))
        return Lookup(next((e.window for e in listed if e.id == name), None))
    if way == "ollama":
        return _ollama(await fetch(f"{root}/api/show", {"model": name}))
    if way == "gemini":
        found = await fetch(
            f"{root.removesuffix('/openai')}/models/{quote(name.removeprefix('models/'), safe='')}", None
        )
        return Lookup(_tokens(found.get("inputTokenLimit")) if isinstance(found, dict) else None)
    return Lookup(None)


def _tokens(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _props(found: object) -> int | None:
    """Tokens of one slot, as llama.cpp lists them."""
    settings = found.get("default_generation_settings") if isinstance(found, dict) else None
    return _tokens(settings.get("n_ctx")) if isinstance(settings, dict) else None


def _ollama(found: object) -> Lookup:
    """The Modelfile's `num_ctx`, else the length that the weights were trained for."""
    told = found if isinstance(found, dict) else {}
    for line in str(told.get("parameters") or "").splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == "num_ctx" and words[1].isdigit():
            return Lookup(_tokens(int(words[1])), chosen=True)
    info = told.get("model_info")
    lengths = [v for k, v in info.items() if k.endswith(".context_length")] if isinstance(info, dict) else []
    return Lookup(_tokens(lengths[0]) if lengths else None)
