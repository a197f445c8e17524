"""Where a model answers, by its name and its address, and what is known of that server in advance.

`providers.toml` holds an entry for each. 1. An address that the user gave wins, and the name is sent as it is: servers
do have models named `openai/gpt-oss-20b`. 2. Else what stands before the first slash names a provider, and the rest, with
its slashes, is the model. 3. Else it is a model of OpenAI. `azure/DEPLOYMENT` alone needs both, a name and an address.
"""

import difflib
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote, urlsplit

from pydantic import Field

from longwriter.errors import InputError, SetupError
from longwriter.models.base import ModelConfig
from longwriter.types import Record

PROVIDERS = Path(__file__).parent / "providers.toml"
OPENAI_KEY = "OPENAI_API_KEY"
LIKENESS = 0.7
"""From which a name is taken for a misspelt one; meta-llama and ollama have 0.63."""
OLLAMA_PORT = 11434
API_VERSION = "2024-10-21"
"""Azure's, where AZURE_OPENAI_API_VERSION says nothing: the last dated one that is not a preview."""


class Facts(Record):
    """What is known of a server, or of a kind of its models."""

    left_out: tuple[str, ...] = ()
    """Fields that it refuses or does not read; `extras`: all that OpenAI does not know (`refusals.EXTRAS`)."""
    renamed: dict[str, str] = Field(default={})
    """Fields that it knows by another name."""
    folded: bool = False
    """It has no system role: the system's text opens the user's."""


class Kind(Facts):
    """Models of one provider."""

    match: str
    """Searched in the model's name, any case; the first that fits counts."""
    window: int | None = None
    """Tokens, where the server does not tell."""


class Provider(Facts):
    """One entry."""

    prefix: str
    """What stands before the slash."""
    name: str
    """As shown to people."""
    base_url: str = ""
    """Address of its OpenAI-compatible endpoint; "": the user's own."""
    address_env: str = ""
    """Variable that holds another address."""
    key_env: tuple[str, ...] = ()
    """Variables of a key; the first that is set counts. A local server gets along without."""
    key_header: str = ""
    """The header that takes the key as it is; "": Authorization, as a bearer token."""
    window: Literal["models", "props", "lmstudio", "ollama", "gemini", "none"] = "models"
    """Where it tells its models' context windows (`models/servers/windows.py`)."""
    maker: bool = False
    """It also makes models whose names begin so at other servers."""
    kind: tuple[Kind, ...] = ()


PLAIN = Provider(prefix="", name="", key_env=(OPENAI_KEY,))
"""A server of which nothing is known."""


class Route(NamedTuple):
    """How a configured model is reached."""

    provider: Provider
    name: str
    """As the server knows the model."""
    url: str
    key_env: tuple[str, ...]
    query: dict[str, str]

    @property
    def kind(self) -> Kind | None:
        """What is known of models of this name there."""
        fits = (k for k in self.provider.kind if re.search(k.match, self.name, re.IGNORECASE))
        return next(fits, None)


@cache
def read_table(path: Path) -> dict[str, tuple[Provider, ...]]:
    """The entries of a file by table: `server` (on this machine, without a key) and `provider`."""
    found = tomllib.loads(path.read_text("utf-8"))
    return {table: tuple(Provider.model_validate(entry) for entry in rows) for table, rows in found.items()}


def entries() -> dict[str, Provider]:
    """All of them by prefix."""
    return {p.prefix: p for rows in read_table(PROVIDERS).values() for p in rows}


def named(model: str) -> Provider | None:
    """The provider that a model's name begins with; None: none."""
    prefix, slash, _ = model.removeprefix("openai:").partition("/")
    return entries().get(prefix.lower()) if slash else None


def route(config: ModelConfig) -> Route:
    """Where to ask for a model. Raises InputError for a name that says nothing of it, SetupError for a missing address."""
    name = config.model.removeprefix("openai:")
    provider, prefix = named(config.model), name.partition("/")[0]
    if provider and provider.prefix == "azure":
        return _azure(config, provider, _rest(name))
    stated = config.base_url
    if stated is None and (provider is None or provider.maker):
        stated = os.environ.get("OPENAI_BASE_URL") or None
    if stated is not None:
        usual = stated.rstrip("/").replace("//127.0.0.1", "//localhost")
        known = next((p for p in entries().values() if p.base_url == usual), PLAIN)
        keys = tuple(dict.fromkeys((*known.key_env, OPENAI_KEY)))
        return Route(known, name, stated, _keys(config, keys), {})
    if provider is None and "/" in name:
        raise InputError(_unknown(prefix))
    if provider is None:
        provider, rest = entries()["openai"], name
    else:
        rest = _rest(name)
    host = os.environ.get(provider.address_env, "").strip() if provider.address_env else ""
    return Route(provider, rest, _ollama(host) if host else provider.base_url, _keys(config, provider.key_env), {})


def _keys(config: ModelConfig, known: tuple[str, ...]) -> tuple[str, ...]:
    return (config.key_env,) if config.key_env else known


def _rest(name: str) -> str:
    prefix, _, rest = name.partition("/")
    if not rest.strip():
        raise InputError(f"{prefix}/ needs the name of a model behind it: {prefix}/NAME")
    return rest


def _unknown(prefix: str) -> str:
    near = difflib.get_close_matches(prefix.lower(), entries(), 1, LIKENESS)
    if near:
        return f"no provider {prefix!r}; is it {near[0]}/? (a server of yours is named by --base-url URL)"
    return (
        f"no provider {prefix!r}; name the server that has the model by --base-url URL, or one of these before a slash: "
        f"{', '.join(entries())}"
    )


def _ollama(host: str) -> str:
    """The endpoint that OLLAMA_HOST means: an address, a host, a port, or what the server itself listens on."""
    bare = "://" not in host
    parts = urlsplit(f"http://{host}" if bare else host)
    try:
        port = parts.port or (OLLAMA_PORT if bare else None)
    except ValueError:
        raise InputError("OLLAMA_HOST is no address; it looks like http://localhost:11434") from None
    name = parts.hostname or "127.0.0.1"
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)
    where = f"[{name}]" if ":" in name else name
    path = parts.path.rstrip("/").removesuffix("/v1")
    return f"{parts.scheme}://{where}{f':{port}' if port else ''}{path}/v1"


def _azure(config: ModelConfig, provider: Provider, deployment: str) -> Route:
    """By deployment and api-version, or by the newer `/openai/v1` where the address ends so."""
    endpoint = (config.base_url or os.environ.get(provider.address_env, "")).strip().rstrip("/")
    if not endpoint:
        raise SetupError(
            f"azure/{deployment} needs the address of the resource: set {provider.address_env}, or pass --base-url "
            "https://NAME.openai.azure.com"
        )
    keys = _keys(config, provider.key_env)
    if endpoint.endswith("/openai/v1"):
        return Route(provider, deployment, endpoint, keys, {})
    if "/openai/deployments/" not in endpoint:
        endpoint = f"{endpoint.removesuffix('/openai')}/openai/deployments/{quote(deployment, safe='')}"
    version = os.environ.get("AZURE_OPENAI_API_VERSION", "").strip() or API_VERSION
    return Route(provider, deployment, endpoint, keys, {"api-version": version})
